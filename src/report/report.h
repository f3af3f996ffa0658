/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user is told when it is over, and the exit status.
 *
 * The order, in sandbox.c:
 *
 *	report_open(a, plan, &files, e)		before host_look()
 *	... look, compile; if that fails, with the error in `outcome.err`:
 *	    report_write(a, &files, NULL, &outcome, 125, &other)
 *	run_program(...)			files.fds stay open across it
 *	status = report_outcome(a, program, &outcome)
 *	report_stats(a, program, &outcome)	with --stats
 *	report_write(a, &files, program, &outcome, status, e)
 *	    if that fails: report_error(e), and the status is 125
 *	report_exit(&outcome, status)
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "report/file.h"

#include <stdbool.h>

struct arena;
struct err;
struct outcome;
struct plan;
struct program;

#define REPORT_FILES_MAX 3

/* What is to be written at the end; --report, --report-fd, --timeline. */
struct report_files {
	const struct plan *plan;
	struct report_file files[REPORT_FILES_MAX];
	int fds[REPORT_FILES_MAX]; /* of them, for who closes descriptors */
	size_t count;
};

/* How messages begin; `levels`: as in <3>, of --level-prefix. */
struct report_voice {
	const char *name;
	bool levels;
};
void report_begin(struct report_voice voice);

/* One line to stderr, whole. */
void report_error(const struct err *e);

/* The same for a text that is no error. */
void report_say(const char *text);

/*
 * Opens what plan->report asks for, with the caller's rights, before anything
 * is set up; nothing is written or changed yet. The descriptors are close-on-
 * exec and above 2. `plan` has to outlive the files.
 */
int report_open(struct arena *a, const struct plan *plan,
		struct report_files *out, struct err *e);

/*
 * Says what there is to say about the outcome (nothing, if all went well) and
 * returns the exit status. `a` is for the texts. A command that was not found
 * may be explained: then the error in `o` is the one that was printed.
 */
int report_outcome(struct arena *a, const struct program *p, struct outcome *o);

/* The lines of --stats, to stderr. */
void report_stats(struct arena *a, const struct program *p,
		  const struct outcome *o);

/*
 * The last line of --json-status-fd, if the command was started; without that
 * option nothing.
 */
int report_status_line(const struct outcome *o, int status, struct err *e);

/*
 * As bubblewrap: of an end it says nothing, of an error what and why. Both
 * return the exit status, for an error BWRAP_FAILED.
 */
#define BWRAP_FAILED 1
int report_bwrap_outcome(const struct outcome *o);
int report_bwrap_error(const struct err *e);

/*
 * Writes the report, and the timeline, to what was opened, and closes it.
 * `status` is what sandbox will exit with. Each is tried, whatever became of
 * the others; the error is the first one, and sandbox then has to exit with
 * 125. `p` is NULL when there was a failure before there was a program.
 */
int report_write(struct arena *a, struct report_files *files,
		 const struct program *p, const struct outcome *o, int status,
		 struct err *e);

/*
 * Ends this process as the command ended: when that died of SIGINT, so do we,
 * because a shell's loop stops only then. Not if `status` says something else.
 */
_Noreturn void report_exit(const struct outcome *o, int status);

#endif
