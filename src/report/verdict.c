/* SPDX-License-Identifier: Apache-2.0 */
#include "report/verdict.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "compile/program.h"
#include "report/text.h"
#include "run/outcome.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static bool died_of(const struct outcome *o, int signal)
{
	return WIFSIGNALED(o->status) && WTERMSIG(o->status) == signal;
}

/* The limit of RLIMIT_FSIZE, or UINT64_MAX. */
static uint64_t file_size(const struct program *p)
{
	for (size_t i = 0; i < p->rlimit_count; i++)
		if (p->rlimits[i].resource == RLIMIT_FSIZE)
			return p->rlimits[i].soft;
	return UINT64_MAX;
}

static enum verdict of_failure(const struct outcome *o)
{
	switch (o->err.kind) {
	case ERR_NOT_FOUND:
		return VERDICT_NOT_FOUND;
	case ERR_NOT_EXECUTABLE:
		return VERDICT_NOT_EXECUTABLE;
	default:
		return VERDICT_SETUP;
	}
}

/* What the command's own end tells. */
static enum verdict of_status(const struct program *p, const struct outcome *o)
{
	if (o->status == 0)
		return VERDICT_OK;
	if ((p->filtered || p->raw_count) && died_of(o, SIGSYS))
		return VERDICT_SYSCALL;
	if (file_size(p) != UINT64_MAX && died_of(o, SIGXFSZ))
		return VERDICT_FILE_SIZE;
	if (o->told && died_of(o, o->told))
		return VERDICT_INTERRUPTED;
	if (o->pids_reached)
		return VERDICT_PIDS;
	return WIFSIGNALED(o->status) ? VERDICT_SIGNAL : VERDICT_NONZERO;
}

enum verdict verdict_of(const struct program *p, const struct outcome *o)
{
	static const enum verdict of_cause[] = {
		[CAUSE_TIME] = VERDICT_TIME,
		[CAUSE_CPU_TIME] = VERDICT_CPU_TIME,
		[CAUSE_MEMORY] = VERDICT_MEMORY,
		[CAUSE_PIDS] = VERDICT_PIDS,
		[CAUSE_OUTPUT] = VERDICT_OUTPUT,
	};

	if (o->failed)
		return of_failure(o);
	return o->cause ? of_cause[o->cause] : of_status(p, o);
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_OK] = "ok",
		[VERDICT_NONZERO] = "nonzero",
		[VERDICT_SIGNAL] = "signal",
		[VERDICT_TIME] = "time-limit",
		[VERDICT_CPU_TIME] = "cpu-time-limit",
		[VERDICT_MEMORY] = "memory-limit",
		[VERDICT_PIDS] = "pids-limit",
		[VERDICT_OUTPUT] = "output-limit",
		[VERDICT_FILE_SIZE] = "file-size-limit",
		[VERDICT_SYSCALL] = "syscall-killed",
		[VERDICT_NOT_FOUND] = "not-found",
		[VERDICT_NOT_EXECUTABLE] = "not-executable",
		[VERDICT_SETUP] = "setup-failed",
		[VERDICT_INTERRUPTED] = "interrupted",
	};

	return names[v];
}

int verdict_status(const struct outcome *o)
{
	if (o->failed)
		return err_exit_status(&o->err);
	if (o->cause == CAUSE_TIME || o->cause == CAUSE_CPU_TIME)
		return 124;
	if (o->cause)
		return 128 + SIGKILL;
	if (WIFSIGNALED(o->status))
		return 128 + WTERMSIG(o->status);
	return WEXITSTATUS(o->status);
}

/* --- limits in words ---------------------------------------------------- */

/* The words around the value; all of it where no value is known. */
static const struct {
	const char *name; /* of the limit */
	const char *before, *after, *unknown;
} reasons[] = {
	[VERDICT_TIME] = { "time-limit", "the time limit of ", " is over",
			   "the time limit is over" },
	[VERDICT_CPU_TIME] = { "cpu-time", "the limit of ",
			       " of processor time is used up",
			       "the limit of processor time is used up" },
	[VERDICT_MEMORY] = { "memory", "it used more memory than ", "",
			     "it used more memory than it may" },
	[VERDICT_PIDS] = { "pids", "the limit of ", " processes was reached",
			   "the limit of processes was reached" },
	[VERDICT_OUTPUT] = { "output-limit", "it wrote more than ", "",
			     "it wrote more than it may" },
	[VERDICT_FILE_SIZE] = { "file-size", "it wrote a file larger than ", "",
				"it wrote a file larger than it may" },
};

static bool is_limit(enum verdict v)
{
	return v < COUNT_OF(reasons) && reasons[v].name;
}

const char *verdict_reason(struct arena *a, const struct program *p,
			   const struct outcome *o)
{
	enum verdict v = verdict_of(p, o);
	const struct program_limit *l;
	const char *value = NULL;

	if (!is_limit(v))
		return NULL;
	l = text_find_limit(p, reasons[v].name);
	if (l)
		value = text_limit(a, l);
	else if (v == VERDICT_FILE_SIZE)
		value = text_size(a, file_size(p));
	if (!value)
		return reasons[v].unknown;
	return arena_format(a, "%s%s%s", reasons[v].before, value,
			    reasons[v].after);
}

const char *verdict_option(const struct program *p, enum verdict v)
{
	static const char *const options[] = {
		[VERDICT_TIME] = "--time-limit",
		[VERDICT_CPU_TIME] = "--cpu-time",
		[VERDICT_MEMORY] = "--memory",
		[VERDICT_PIDS] = "--pids",
		[VERDICT_OUTPUT] = "--output-limit",
		[VERDICT_FILE_SIZE] = "--file-size",
	};

	if (v == VERDICT_FILE_SIZE && !text_find_limit(p, "file-size"))
		return "--rlimit fsize";
	return is_limit(v) ? options[v] : NULL;
}

const char *verdict_signal_name(struct arena *a, int signal)
{
	static const char *const names[] = {
		[SIGHUP] = "HUP",   [SIGINT] = "INT",
		[SIGQUIT] = "QUIT", [SIGILL] = "ILL",
		[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",
		[SIGBUS] = "BUS",   [SIGFPE] = "FPE",
		[SIGKILL] = "KILL", [SIGUSR1] = "USR1",
		[SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
		[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",
		[SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
		[SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
		[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
		[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",
		[SIGURG] = "URG",   [SIGXCPU] = "XCPU",
		[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM",
		[SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
		[SIGIO] = "IO",	    [SIGPWR] = "PWR",
		[SIGSYS] = "SYS",
	};

	if (signal > 0 && signal < (int)COUNT_OF(names) && names[signal])
		return arena_format(a, "SIG%s", names[signal]);
	/* The C library keeps the first real-time signals to itself. */
	if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		return arena_format(a, "SIGRTMIN+%d", signal - SIGRTMIN);
	return arena_format(a, "SIG%d", signal);
}
