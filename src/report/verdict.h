/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One word for what became of the command, and the status that sandbox exits
 * with. Pure: what is known is in the program and the outcome.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

struct arena;
struct outcome;
struct program;

enum verdict {
	VERDICT_OK,
	VERDICT_NONZERO,
	VERDICT_SIGNAL,
	VERDICT_TIME,	   /* --time-limit */
	VERDICT_CPU_TIME,  /* --cpu-time */
	VERDICT_MEMORY,	   /* --memory */
	VERDICT_PIDS,	   /* --pids was reached, and the command failed */
	VERDICT_OUTPUT,	   /* --output-limit */
	VERDICT_FILE_SIZE, /* SIGXFSZ, and the size of files is limited */
	VERDICT_SYSCALL,   /* SIGSYS, and there is a filter */
	VERDICT_NOT_FOUND, /* from here on the command was not run */
	VERDICT_NOT_EXECUTABLE,
	VERDICT_SETUP,
	VERDICT_INTERRUPTED, /* by the signal that was passed on last */
};

/* The first of the reasons that the command ended for. */
enum verdict verdict_of(const struct program *p, const struct outcome *o);

/* Its word in reports: "memory-limit". */
const char *verdict_name(enum verdict v);

/*
 * What sandbox exits with: 124 for the two limits of time, 137 for what else
 * the command was ended for, 125 to 127 when it was not run, 128+N if signal N
 * ended it, or its own status.
 */
int verdict_status(const struct outcome *o);

/* The limit that was reached, in words: "it used more memory than 256M"; NULL
 * when the verdict is not about a limit. */
const char *verdict_reason(struct arena *a, const struct program *p,
			   const struct outcome *o);

/* The option that raises this limit, "--memory"; else NULL. */
const char *verdict_option(const struct program *p, enum verdict v);

/* "SIGKILL", "SIGRTMIN+3". */
const char *verdict_signal_name(struct arena *a, int signal);

#endif
