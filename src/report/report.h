/* SPDX-License-Identifier: Apache-2.0 */
/* What the user is told when it is over, and the exit status. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

struct arena;
struct err;
struct outcome;
struct program;

/* One line to stderr, whole. */
void report_error(const struct err *e);

/* The same for a text that is no error. */
void report_say(const char *text);

/*
 * Says what there is to say about the outcome (nothing, if all went well) and
 * returns the exit status. `a` is for the texts.
 */
int report_outcome(struct arena *a, const struct program *p,
		   const struct outcome *o);

/*
 * Ends this process as the command ended: when that died of SIGINT, so do we,
 * because a shell's loop stops only then.
 */
_Noreturn void report_exit(const struct outcome *o, int status);

#endif
