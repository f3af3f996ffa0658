/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/err.h"
#include "base/fd.h"
#include "report/explain.h"
#include "report/refusals.h"
#include "run/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "sandbox"

void report_error(const struct err *e)
{
	/* Every byte of an error can become four. */
	char line[4 * sizeof(*e) + sizeof(NAME) + 64];
	size_t n = err_format(e, NAME, line, sizeof(line));

	fd_write_all(STDERR_FILENO, line, n);
}

void report_say(const char *text)
{
	struct err e = { .kind = ERR_NONE };

	snprintf(e.message, sizeof(e.message), "%s", text);
	report_error(&e);
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

static void say_about_failure(struct arena *a, const struct program *p,
			      const struct outcome *o)
{
	if (p->filtered && WIFSIGNALED(o->status) &&
	    WTERMSIG(o->status) == SIGSYS)
		say_filtered(a, p);
	else if (WIFSIGNALED(o->status) && is_crash(WTERMSIG(o->status)))
		report_say(arena_format(a, "'%s' was ended by a signal: %s",
					p->argv[0],
					strsignal(WTERMSIG(o->status))));
	if (WIFEXITED(o->status) && WEXITSTATUS(o->status) == 127)
		say_about_library(a, p);
	if (p->home_message)
		report_say(p->home_message);
	if (o->no_network)
		report_say("the command asked for the network, which is off in "
			   "this "
			   "sandbox; add --net host");
	for (size_t i = 0; i < p->hint_count; i++)
		report_say(p->hints[i]);
}

int report_outcome(struct arena *a, const struct program *p,
		   const struct outcome *o)
{
	if (o->failed) {
		struct err e = o->err;

		if (e.kind == ERR_NOT_FOUND)
			explain_missing(a, p, &e);
		report_error(&e);
		if (e.kind == ERR_NOT_FOUND)
			for (size_t i = 0; i < p->hint_count; i++)
				report_say(p->hints[i]);
		return err_exit_status(&e);
	}
	report_refusals(a, p, o);
	if (o->status != 0)
		say_about_failure(a, p, o);
	if (WIFSIGNALED(o->status))
		return 128 + WTERMSIG(o->status);
	return WEXITSTATUS(o->status);
}

_Noreturn void report_exit(const struct outcome *o, int status)
{
	if (!o->failed && WIFSIGNALED(o->status) &&
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
