/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup of a run: made before the sandbox, which is started in it, and
 * removed when everything in it is gone.
 *
 *	PARENT/sandbox-run-PID-ID		limits, and an flock(2) while we live
 *	PARENT/sandbox-run-PID-ID/command	the processes
 *
 * The lower one has no files that limit anything, and it is the root of the
 * sandbox's cgroup namespace: who mounts cgroup2 inside finds no limit to
 * raise, whatever options the host mounted it with.
 */
#ifndef RUN_CGROUP_H
#define RUN_CGROUP_H

#include "run/outcome.h"

struct run;

struct cgroup {
	int parent, dir, command; /* directories, or -1 */
	int cpu, memory, tasks;	  /* files that are read again and again */
	char name[48];
	int own; /* where we stepped aside to, or -1 */
	char own_name[48];
};

#define CGROUP_CLOSED                                                          \
	{                                                                      \
		.parent = -1, .dir = -1, .command = -1, .cpu = -1,             \
		.memory = -1, .tasks = -1, .own = -1                           \
	}

/* Processor time, nanoseconds; UNKNOWN where it is not known. */
struct cpu {
	uint64_t all, user, system;
};

/* Figures of now, UNKNOWN without a cgroup or its controller. */
struct cpu cgroup_cpu(struct run *r);
uint64_t cgroup_memory(struct run *r); /* bytes */
uint64_t cgroup_tasks(struct run *r);  /* with PID 1 */

/* Ends every process in it. */
void cgroup_kill(struct run *r);

/* The final figures, when no process is left. */
void cgroup_figures(struct run *r);

/* Removes it; what cannot be removed the next run removes. */
void cgroup_remove(struct run *r);

/* Removes what runs left that were killed: nobody holds its flock(2). */
void cgroup_sweep(struct run *r);

#endif
