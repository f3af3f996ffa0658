/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries a program out.
 *
 * Three actors run the stages of stage.c: the supervisor (outside), PID 1 of
 * the sandbox, and the command's process up to its execve(2). Without a PID
 * namespace, and under --as-pid-1, one child does the work of the last two.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "base/err.h"
#include "compile/program.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

/* What became of the command. */
struct outcome {
	bool failed; /* sandbox did not get as far as the command: `err` */
	struct err err;
	int status;	     /* else the wait status of the command */
	bool no_network;     /* it asked for a network that is not there */
	struct rusage usage; /* of the tree, as far as it was waited for */
};

/* Memory that the kernel shows as a process's arguments and environment. */
struct block {
	char *start;
	size_t size;
};

/*
 * Runs it to the end. Every process inside is gone when this returns. A failure
 * is an outcome too, so there is no other error. PID 1 clears its copy of
 * `block`.
 */
void run_program(const struct program *p, struct block block,
		 struct outcome *out);

/* So many are prepared; more are walked through. */
#define PRIVATE_MAX 4

/* State of the actor that is running; each process has its own copy. */
struct run {
	const struct program *program;
	struct outcome *outcome;

	/* supervisor */
	int pidfd;
	pid_t child;
	int signals;	 /* signalfd(2) */
	int tty;	 /* the controlling terminal, or -1 */
	bool foreground; /* its foreground was ours at the start */
	struct {
		const struct step *step;
		int fd; /* a mount without user 0, or -1 */
	} private[PRIVATE_MAX];
	bool ready; /* set-up is complete */
	bool exit_known;

	/* our end of one SOCK_SEQPACKET pair */
	int socket;

	/* signals that came before there was somebody to get them */
	sigset_t early;

	/* child */
	struct block block;   /* argv and environ of this process */
	mode_t umask;	      /* of the caller, for the command */
	size_t directory;     /* which of program.chdirs it was */
	bool ignored_sigchld; /* SIGCHLD was ignored, as the command expects */
	pid_t command;
	struct err late_error; /* written by the command's process */
};

/* --- stages ------------------------------------------------------------- */

enum actor { ACTOR_SUPERVISOR, ACTOR_INIT, ACTOR_COMMAND };

struct stage {
	const char *name;
	enum actor actor;
	bool (*wanted)(const struct program *p); /* NULL: always */
	int (*run)(struct run *r, struct err *e);
};

extern const struct stage stages[];
extern const size_t stage_count;

/* Runs the actor's stages in table order up to the first failure. */
int stages_run(struct run *r, enum actor actor, struct err *e);

#define STAGE(name) int stage_##name(struct run *r, struct err *e)

/* supervisor.c, private.c */
STAGE(inherit);
STAGE(private);
STAGE(clone);
STAGE(watch);

/* init.c */
STAGE(await);
STAGE(hostname);
STAGE(scrub);
STAGE(spawn);
STAGE(reap);

/* ids.c, network.c, mounts.c, caps.c */
STAGE(identity);
STAGE(loopback);
STAGE(mounts);
STAGE(pivot);
STAGE(drop);

/* payload.c */
STAGE(session);
STAGE(directory);
STAGE(limits);
STAGE(signals);
STAGE(exec);

#undef STAGE

/* The mount that was prepared for a step, or -1; closes all of them. */
int private_tree(const struct run *r, const struct step *s);
void private_close(struct run *r);

/* What the child does; does not return. */
_Noreturn void init_main(struct run *r);

/*
 * Closes every descriptor from `first` on but those the command gets, and
 * `spare`, -1 for none.
 */
int descriptors_close(const struct program *p, unsigned int first, int spare,
		      struct err *e);

#endif
