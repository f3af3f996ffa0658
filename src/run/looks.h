/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the processes of a sandbox from outside, where no cgroup counts
 * them: by a procfs of the sandbox's PID namespace, which lists them all and no
 * others, whatever they do. PID 1 has it, together with the private file systems,
 * whose memory is counted too.
 */
#ifndef RUN_LOOKS_H
#define RUN_LOOKS_H

#include "compile/program.h"

#include <stdbool.h>
#include <stdint.h>

struct passed;
struct run;

/* What one look saw. */
struct look {
	uint64_t memory; /* bytes; rather too much than too little ... */
	bool exact;	 /* ... or what is shared counts once */
	uint64_t tasks;	 /* without our PID 1 */
	uint64_t shared; /* bytes of it that are mapped by more than one */
	uint64_t tables; /* bytes of it that are page tables */
	uint64_t cpu;	 /* of those alive and of what they waited for */
	unsigned int processes;
};

/* A look goes through all processes up to three times, in small steps. */
enum look_phase { LOOK_OVER, LOOK_COUNTS, LOOK_READS, LOOK_READS_CLOSELY };

struct looks {
	/* The root of a procfs first, then what is in memory. */
	int fds[1 + LOOKED_MOUNTS_MAX];
	unsigned int count;
	int list; /* the procfs, to be read; -1: not here yet */
	bool asked;
	uint64_t asked_at;
	enum look_phase phase;
	struct look so_far, close; /* of the look that is being taken */
	uint64_t closely; /* when many processes may be looked at so again */
};

#define LOOKS_NONE                                                             \
	{                                                                      \
		.fds = { -1 }, .count = 1, .list = -1                          \
	}

/*
 * Goes on with a look at what `program->looks` says, or begins one; true when it
 * is complete. A step is short, because among many processes that want to run
 * each moment of processor time is paid for with long waiting, and others things
 * are due meanwhile. `limit`: near it memory is looked at more closely; 0: never.
 */
bool looks_step(struct run *r, uint64_t limit, struct look *out);

/* Ends every process there is; false if they cannot be seen. */
bool looks_kill(struct run *r);

/*
 * In PID 1: a mount that was made is kept if it is to be looked at, and handed
 * over when the supervisor asks, which for most commands it never does.
 */
void looks_keep(struct run *r, int mount, bool proc);
int looks_hand_over(struct run *r, struct err *e);

/* In PID 1: how many processes there are without it; 0 if it has no procfs. */
unsigned int looks_count(struct run *r);

/* In the supervisor: asks for them, and takes them; `sent` says how many. */
void looks_ask(struct run *r);
void looks_receive(struct run *r, int sent, const struct passed *passed);

#endif
