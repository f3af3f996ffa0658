/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the processes of a sandbox from outside, where no cgroup counts
 * them: by a procfs of the sandbox's PID namespace, which lists them all and no
 * others, whatever they do. PID 1 hands it over, together with the private file
 * systems, whose memory is counted too.
 */
#ifndef RUN_LOOKS_H
#define RUN_LOOKS_H

#include "compile/program.h"

#include <stdbool.h>
#include <stdint.h>

struct run;

struct looks {
	int proc;		       /* the root of a procfs, or -1 */
	int list;		       /* the same, to be read */
	int mounts[LOOKED_MOUNTS_MAX]; /* in memory; compile refuses more */
	unsigned int count;
};

/* What one look saw. */
struct look {
	uint64_t memory; /* bytes; an estimate that is never too small ... */
	bool exact;	 /* ... or shared pages are counted once */
	uint64_t tasks;	 /* without our PID 1 */
	uint64_t cpu;	 /* of those alive and of what they waited for */
	unsigned int processes;
};

/*
 * Looks at what `program->looks` says. `limit`: near it memory is looked at
 * more closely; 0: never. False if there is nothing to look at yet.
 */
bool looks_take(struct run *r, uint64_t limit, struct look *out);

/* In PID 1: sends what was collected, and forgets it. */
int looks_send(struct run *r, struct err *e);
/* A mount that was made: to be handed over if it is looked at. */
void looks_add(struct run *r, int mount, bool proc);

#endif
