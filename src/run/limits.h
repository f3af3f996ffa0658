/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor's part in limits: when to look, and what to do about it. What
 * the kernel holds by itself (cgroups, rlimits) is not held here, only seen.
 */
#ifndef RUN_LIMITS_H
#define RUN_LIMITS_H

#include "run/cgroup.h"
#include "run/outcome.h"

#include <stdbool.h>

struct run;

/* When the next thing is due; CLOCK_MONOTONIC, 0: nothing. */
struct limits {
	uint64_t began;	 /* the command; 0: not yet */
	uint64_t over;	 /* it has ended */
	uint64_t time;	 /* the time limit */
	uint64_t kill;	 /* grace is over, or what was killed has not ended */
	uint64_t cpu;	 /* processor time is read */
	uint64_t look;	 /* what is inside is looked at */
	uint64_t looked; /* this look began then; 0: none is being taken */
	uint64_t every;	 /* from one look to the next, for figures alone */
	int clock;	 /* of perf_event_open(2), or -1 */
	uint64_t own_clock; /* what we had used when the clock was opened */
	struct cpu before;  /* what set-up had used when the command began */
	uint64_t seen_cpu;  /* the most that looks have seen */
	bool asked_to_end;  /* SIGTERM was sent, for grace */
	bool ended;	    /* all was killed: nothing else is due any more */
};

uint64_t limits_now(void);

/* In the supervisor, when there is a child: makes sure that it gets to run. */
void limits_run_first(const struct run *r);

/* The command begins: PID 1 said so. */
void limits_begin(struct run *r);

/* Nanoseconds until limits_tick() has something to do, or UINT64_MAX. */
uint64_t limits_due(const struct run *r);
void limits_tick(struct run *r);

/* A limit is broken: ends the sandbox for it, at once or after the grace. */
void limits_end(struct run *r, enum cause cause);

/* So many processes were there when the command failed; 0: not counted. */
void limits_left(struct run *r, unsigned int processes);

/* A limit cannot be held any more: ends the sandbox; the run has failed. */
void limits_fail(struct run *r, const struct err *why);

/* What it cost, when it is over. */
void limits_figures(struct run *r);

#endif
