/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/program.h"
#include "report/explain.h"
#include "report/json.h"
#include "report/refusals.h"
#include "report/stats.h"
#include "report/timeline.h"
#include "report/verdict.h"
#include "run/outcome.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <sys/wait.h>
#include <unistd.h>

/* How lines begin: said once, as a log level is. */
static struct report_voice voice = { "sandbox", false };

void report_begin(struct report_voice how)
{
	voice = how;
}

/* Levels are those of syslog(3). */
static void write_line(const struct err *e, int level)
{
	char name[32];
	/* Every byte of an error can become four. */
	char line[4 * sizeof(*e) + 4 * sizeof(name) + 64];
	size_t n;

	if (voice.levels)
		snprintf(name, sizeof(name), "<%d>%s", level, voice.name);
	else
		snprintf(name, sizeof(name), "%s", voice.name);
	n = err_format(e, name, line, sizeof(line));
	fd_write_all(STDERR_FILENO, line, n);
}

void report_error(const struct err *e)
{
	write_line(e, LOG_ERR);
}

void report_say(const char *text)
{
	struct err e = { .kind = ERR_NONE };

	snprintf(e.message, sizeof(e.message), "%s", text);
	write_line(&e, LOG_WARNING);
}

int report_bwrap_error(const struct err *e)
{
	struct err bare = *e;

	bare.where[0] = '\0';
	report_error(&bare);
	return BWRAP_FAILED;
}

int report_bwrap_outcome(const struct outcome *o)
{
	if (o->failed)
		return report_bwrap_error(&o->err);
	return WIFSIGNALED(o->status) ? 128 + WTERMSIG(o->status) :
					WEXITSTATUS(o->status);
}

int report_status_line(const struct outcome *o, int status, struct err *e)
{
	char line[64];

	if (o->status_fd < 0 || o->failed)
		return 0;
	signal(SIGPIPE, SIG_IGN);
	snprintf(line, sizeof(line), "{ \"exit-code\": %d }\n", status);
	if (fd_write_all(o->status_fd, line, strlen(line)) < 0)
		return err_sys(e, "write to the descriptor of "
				  "--json-status-fd");
	return 0;
}

/* Signals that mean a fault in the program, as a shell would report them. */
static bool is_crash(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
	       signal == SIGILL || signal == SIGABRT || signal == SIGSYS ||
	       signal == SIGTRAP;
}

static void say_about_library(struct arena *a, const struct program *p)
{
	struct err e;

	if (explain_library(a, p, &e))
		report_error(&e);
}

/* The signal does not tell which call it was. */
static void say_filtered(struct arena *a, const struct program *p)
{
	report_say(arena_format(
		a, "'%s' was ended by the filter for system calls%s",
		p->argv[0],
		p->explain ? "" :
			     "; run it again with --explain to see "
			     "which call it was"));
}

/* The program's own end, when no limit explains it. */
/* Of a cgroup above ours, or of the whole machine. */
static void say_out_of_memory(const struct outcome *o)
{
	if (o->status && WIFSIGNALED(o->status) &&
	    WTERMSIG(o->status) == SIGKILL && o->usage.oom_kills &&
	    o->usage.oom_kills != UNKNOWN)
		report_say("the kernel ended it for want of memory, before it "
			   "came to its own limit");
}

static void say_about_end(struct arena *a, const struct program *p,
			  const struct outcome *o)
{
	if (p->filtered && WIFSIGNALED(o->status) &&
	    WTERMSIG(o->status) == SIGSYS)
		say_filtered(a, p);
	else if (WIFSIGNALED(o->status) && is_crash(WTERMSIG(o->status)))
		report_say(arena_format(a, "'%s' was ended by a signal: %s",
					p->argv[0],
					strsignal(WTERMSIG(o->status))));
	say_out_of_memory(o);
	if (WIFEXITED(o->status) && WEXITSTATUS(o->status) == 127)
		say_about_library(a, p);
	if (p->closed_message)
		report_say(p->closed_message);
}

/* "; raise it with --pids": what is raised is named, or is what happened. */
static void say_limit(struct arena *a, const struct program *p,
		      const struct outcome *o)
{
	enum verdict v = verdict_of(p, o);
	bool named =
		v == VERDICT_TIME || v == VERDICT_CPU_TIME || v == VERDICT_PIDS;

	report_say(arena_format(
		a, "%s%s%s; raise %s with %s", verdict_reason(a, p, o),
		v == VERDICT_MEMORY ? ", and was ended" : "",
		v == VERDICT_FILE_SIZE && p->file_size_along ?
			" (--memory sets that, as no cgroup holds it)" :
			"",
		named ? "it" : "that", verdict_option(p, v)));
}

static void say_about_failure(struct arena *a, const struct program *p,
			      const struct outcome *o)
{
	if (verdict_reason(a, p, o))
		say_limit(a, p, o);
	else
		say_about_end(a, p, o);
	if (o->no_network)
		report_say("the command asked for the network, which is off in "
			   "this "
			   "sandbox; add --net host");
	for (size_t i = 0; i < p->hint_count; i++)
		report_say(p->hints[i]);
}

int report_outcome(struct arena *a, const struct program *p, struct outcome *o)
{
	if (o->failed) {
		if (o->err.kind == ERR_NOT_FOUND)
			explain_missing(a, p, &o->err);
		report_error(&o->err);
		if (o->err.kind == ERR_NOT_FOUND)
			for (size_t i = 0; i < p->hint_count; i++)
				report_say(p->hints[i]);
		return verdict_status(o);
	}
	report_refusals(a, p, o);
	if (verdict_status(o) != 0)
		say_about_failure(a, p, o);
	return verdict_status(o);
}

void report_stats(struct arena *a, const struct program *p,
		  const struct outcome *o)
{
	struct str out = { .arena = a };

	stats_print(a, p, o, &out);
	fd_write_all(STDERR_FILENO, str_text(&out), out.length);
}

/* --- files -------------------------------------------------------------- */

#define OPTION_TIMELINE "--timeline"

static void close_all(struct report_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		report_file_close(&f->files[i]);
	f->count = 0;
}

/* Takes over what was opened: `r` is how that went. */
static int add_file(struct report_files *f, const struct report_file *file,
		    int r)
{
	if (r < 0)
		return -1;
	f->fds[f->count] = file->fd;
	f->files[f->count++] = *file;
	return 0;
}

static int open_all(struct arena *a, const struct plan_report *r,
		    struct report_files *f, struct err *e)
{
	struct report_file file;

	if (r->file && r->timeline && str_equal(r->file, r->timeline))
		return err_set(e, ERR_USAGE,
			       "--report and --timeline name the same file, "
			       "'%s'",
			       r->file);
	if (r->file &&
	    add_file(f, &file,
		     report_file_open(a, "--report", r->file, &file, e)) < 0)
		return -1;
	if (r->fd >= 0 &&
	    add_file(f, &file,
		     report_file_take("--report-fd", r->fd, &file, e)) < 0)
		return -1;
	if (r->timeline &&
	    add_file(f, &file,
		     report_file_open(a, OPTION_TIMELINE, r->timeline, &file,
				      e)) < 0)
		return -1;
	return 0;
}

int report_open(struct arena *a, const struct plan *plan,
		struct report_files *out, struct err *e)
{
	struct report_files f = { .plan = plan };

	if (open_all(a, &plan->report, &f, e) < 0) {
		close_all(&f);
		return -1;
	}
	*out = f;
	return 0;
}

/* What a report needs of a program that was never made. */
static const struct program *bare_program(struct arena *a,
					  const struct plan *plan)
{
	struct program *p = arena_new(a, struct program);
	const char **profiles =
		arena_alloc(a, (plan->profiles.count + 1) * sizeof(*profiles));

	for (size_t i = 0; i < plan->profiles.count; i++)
		profiles[i] = plan->profiles.items[i];
	p->argv = plan->command;
	p->profiles = profiles;
	p->explain = plan->explain;
	return p;
}

int report_write(struct arena *a, struct report_files *files,
		 const struct program *p, const struct outcome *o, int status,
		 struct err *e)
{
	int result = 0;

	if (!p)
		p = bare_program(a, files->plan);
	for (size_t i = 0; i < files->count; i++) {
		const struct report_file *f = &files->files[i];
		struct str text = { .arena = a };
		struct err other;

		if (str_equal(f->option, OPTION_TIMELINE))
			report_timeline(a, p, o, &text);
		else
			report_json(a, p, o, status, &text);
		if (report_file_write(f, text.text, text.length,
				      result ? &other : e) < 0)
			result = -1;
	}
	close_all(files);
	return result;
}

_Noreturn void report_exit(const struct outcome *o, int status)
{
	if (!o->failed && status == 128 + SIGINT && WIFSIGNALED(o->status) &&
	    WTERMSIG(o->status) == SIGINT) {
		sigset_t interrupt;

		signal(SIGINT, SIG_DFL);
		sigemptyset(&interrupt);
		sigaddset(&interrupt, SIGINT);
		kill(getpid(), SIGINT);
		sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
	}
	_exit(status);
}
