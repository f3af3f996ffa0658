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
#include "run/cgroup.h"
#include "run/limits.h"
#include "run/looks.h"
#include "run/outcome.h"
#include "run/output.h"

#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

/* Memory that the kernel shows as a process's arguments and environment. */
struct block {
	char *start;
	size_t size;
};

/* Descriptors that stay open in the supervisor, for what is written later. */
struct held {
	const int *fds;
	size_t count;
};

/*
 * Runs it to the end. Every process inside is gone when this returns. A failure
 * is an outcome too, so there is no other error. PID 1 clears its copy of
 * `block`.
 */
void run_program(const struct program *p, struct block block, struct held held,
		 struct outcome *out);

/* So many are prepared; more are walked through. */
#define PRIVATE_MAX 4

/* PID 1's exit status when it could not even say that set-up failed. */
#define RUN_OUT_OF_MEMORY 99

/* State of the actor that is running; each process has its own copy. */
struct run {
	const struct program *program;
	struct outcome *outcome;

	/* supervisor */
	pid_t parent;
	int pidfd;
	pid_t child;
	int signals;	 /* signalfd(2) */
	int tty;	 /* the controlling terminal, or -1 */
	bool foreground; /* its foreground was ours at the start */
	struct {
		const struct step *step;
		int fd; /* a mount without user 0, or -1 */
	} private[PRIVATE_MAX];
	bool ready;	 /* set-up is complete */
	int ended_early; /* the signal that ended it, or 0 */
	bool exit_known;
	struct rusage rusage; /* of the command, as far as waited for */
	int notices;	      /* seccomp's listener, with --explain; or -1 */
	bool filter_killed;   /* we did, in the filter's place */

	int peers[PEER_COUNT]; /* our own copies of the program's, or -1 */
	struct held held;
	int layer;	  /* the directory of --changes, locked; or -1 */
	bool layer_made;  /* ... by us */
	bool layer_begun; /* so was the record in it */
	struct cgroup cgroup;
	struct limits limits;
	struct output output;
	struct looks looks; /* PID 1 has one too: what it will hand over */
	bool out_of_memory; /* the cgroup's limit was reached */

	/* our end of one SOCK_SEQPACKET pair; at the start the other one too */
	int socket, others_end;

	/* signals that came before there was somebody to get them */
	sigset_t early;

	/* child */
	struct block block;   /* argv and environ of this process */
	bool in_place;	      /* the root is the namespace's own, no copy */
	size_t directory;     /* which of program.chdirs it was */
	bool ignored_sigchld; /* SIGCHLD was ignored, as the command expects */
	pid_t command;
	int proc;   /* the host's, with program.nested; or -1 */
	int *locks; /* descriptors of program.lock_files */

	/* shared with the command's process, up to its execve */
	struct err late_error; /* written by it */
	bool tried;	       /* it got as far as its execve */
	int listener;	       /* of its filter, with --explain; or -1 */
	uint32_t gate;	       /* futex: 1 when PID 1 is complete */
	uint32_t running;      /* futex: its pid, 0 from the execve on */
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

/* supervisor.c, private.c, output.c, layer.c, cgroup.c */
STAGE(inherit);
STAGE(private);
STAGE(output);
STAGE(layer);
STAGE(cgroup);
STAGE(clone);
STAGE(watch);

/* peers.c */
STAGE(enter);
STAGE(inform);
STAGE(leave);
STAGE(held);
STAGE(join);
STAGE(lock);
STAGE(block);

/* monitor.c */
STAGE(monitor);
STAGE(outlive);

/* init.c */
STAGE(await);
STAGE(group);
STAGE(urgency);
STAGE(connect);
STAGE(membership);
STAGE(hostname);
STAGE(scrub);
STAGE(spawn);
STAGE(release);
STAGE(reap);
STAGE(ready);

/* map.c */
STAGE(ids);

/* ids.c, network.c, mounts.c, pivot.c, caps.c */
STAGE(identity);
STAGE(userns);
STAGE(nest);
STAGE(numbers);
STAGE(assert);
STAGE(loopback);
STAGE(mounts);
STAGE(pivot);
STAGE(drop);
STAGE(confine);
STAGE(keep);

/* payload.c, seccomp.c */
STAGE(session);
STAGE(directory);
STAGE(keyring);
STAGE(limits);
STAGE(signals);
STAGE(gate);
STAGE(filter);
STAGE(exec);

#undef STAGE

/* Whether the supervisor is told that set-up is complete. */
bool run_tells_ready(const struct program *p);

/* Whether the command is in a process group of its own. */
bool run_has_own_group(const struct run *r);

/* Leaves this process the few that a helper of --overlay-helper has: caps.c */
int caps_keep_for_helper(struct err *e);

/* Loads one BPF program into this process. */
int seccomp_load_bpf(const struct bpf *bpf, struct err *e);

/* The child closes what is the supervisor's alone. */
void peers_leave(struct run *r);

/*
 * As clone3(2), for a PID namespace below one that was joined; the child goes on
 * in init_main().
 */
pid_t peers_clone(struct run *r, const struct clone_args *args);

/*
 * Sends the command a signal; `group`: the kernel sent it to our process group,
 * and it may have got it.
 */
void supervisor_signal(struct run *r, int signal, bool group);

/* To the parent's death, with --die-with-parent; again after other rights. */
int supervisor_tie(const struct run *r, struct err *e);

/*
 * Takes one message of PID 1's; false when there is none, now or ever. When the
 * child has ended, what became of it.
 */
bool supervisor_hear(struct run *r);
int supervisor_collect(struct run *r, struct err *e);

/* Sends it to everything inside; without PID 1 to the command alone. */
void supervisor_signal_all(struct run *r, int signal);

/*
 * Takes what signals there are when there is nobody to pass them on to; true if
 * one of them wanted us to stop.
 */
bool supervisor_told(struct run *r);

/* One system call that waits for the supervisor's answer: notify.c */
void notify_take(struct run *r);

/* The mount that was prepared for a step, or -1; closes all of them. */
int private_tree(const struct run *r, const struct step *s);
void private_close(struct run *r);

/* What the child does; does not return. */
_Noreturn void init_main(struct run *r);

/*
 * The descriptors that the command gets; those that the mounts use up; those by
 * which others meet the sandbox; those of what may be looked at.
 */
#define KEPT(program)                                                          \
	{                                                                      \
		(program)->keep_fds, (program)->keep_fd_count                  \
	}
#define TAKEN(program)                                                         \
	{                                                                      \
		(program)->taken_fds, (program)->taken_fd_count                \
	}
#define PEERS(run)                                                             \
	{                                                                      \
		(run)->peers, PEER_COUNT                                       \
	}
#define LOOKED(run)                                                            \
	{                                                                      \
		(run)->looks.fds, (run)->looks.count                           \
	}

/* Closes every descriptor from `first` on but those in `lists`. */
int descriptors_close(unsigned int first, const struct held *lists, size_t n,
		      struct err *e);

#endif
