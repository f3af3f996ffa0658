/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of the command and what it cost: what run hands to report. Plain
 * data; times are nanoseconds of CLOCK_MONOTONIC or of processor time.
 */
#ifndef RUN_OUTCOME_H
#define RUN_OUTCOME_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A figure that could not be had. */
#define UNKNOWN UINT64_MAX

/* A system call that was refused, with --explain. */
struct refusal {
	int call;     /* index in the table; -1: `number` is not in it */
	bool foreign; /* of another architecture */
	uint32_t number;
	uint64_t args[6]; /* of the first one */
	char name[16];	  /* of the program, as comm in proc(5) */
	unsigned int count;
};

#define REFUSALS_MAX 64

/* The limit for which the supervisor ended the command, or the kernel did. */
enum cause {
	CAUSE_NONE,
	CAUSE_TIME,	/* --time-limit */
	CAUSE_CPU_TIME, /* --cpu-time */
	CAUSE_MEMORY,	/* --memory */
	CAUSE_PIDS,	/* --pids, where it is the watch that holds it */
	CAUSE_OUTPUT,	/* --output-limit */
};

/* Who counted. */
enum source {
	SOURCE_NONE,   /* nobody */
	SOURCE_CGROUP, /* the control group: the whole tree, exactly */
	SOURCE_PERF,   /* an inherited task clock: the whole tree, exactly */
	SOURCE_WATCH,  /* looks at the processes from time to time */
	SOURCE_WAIT,   /* wait4(2): only what was waited for, a lower bound */
};

struct usage {
	uint64_t wall; /* from the command's start to its end */
	uint64_t cpu;  /* of the whole tree, as far as cpu_source knows */
	uint64_t user, system; /* their sum may be less than cpu */
	enum source cpu_source;
	uint64_t memory_peak; /* bytes */
	enum source memory_source;
	uint64_t oom_kills;	/* processes; UNKNOWN without a cgroup */
	uint64_t tasks_peak;	/* processes and threads, PID 1 not */
	uint64_t output;	/* bytes passed on; UNKNOWN without a limit */
	uint64_t read, written; /* bytes, of block devices */
};

/* A point of --timeline. */
struct sample {
	uint64_t at;	 /* since the command's start */
	uint64_t memory; /* bytes at that time */
	uint64_t cpu;	 /* used up to that time */
};

#define SAMPLES_MAX 512

struct outcome {
	bool failed; /* sandbox did not get as far as the command: `err` */
	struct err err;
	int status;	 /* else the wait status of the command */
	int status_fd;	 /* of --json-status-fd, still open; or -1 */
	bool no_network; /* it asked for a network that is not there */
	struct refusal refusals[REFUSALS_MAX];
	size_t refusal_count;
	bool more_refusals; /* than could be told apart */
	enum cause cause;   /* the first limit that ended it */
	bool pids_reached;  /* the limit of processes was hit */
	int told; /* the last signal to stop that was passed on, or 0 */
	struct usage usage;
	struct sample samples[SAMPLES_MAX]; /* with --timeline, in order */
	size_t sample_count;
};

#endif
