/* SPDX-License-Identifier: Apache-2.0 */
/* The process outside: makes the sandbox, passes signals in, waits. */
#include "run/run.h"

#include "base/cleanup.h"
#include "host/check.h"
#include "host/sys.h"
#include "run/init.h"
#include "run/layer.h"
#include "run/sync.h"
#include "run/terminal.h"
#include "run/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- inherit ------------------------------------------------------------ */

/* The number of the caller's is the command's, or nobody's. */
static int copy_peer(struct run *r, int peer, struct err *e)
{
	int fd = r->program->peers[peer];

	r->peers[peer] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (r->peers[peer] < 0)
		return err_sys(e, "copy descriptor %d", fd);
	/* Among 0, 1 and 2 nothing else may take the number before. */
	if (r->program->bwrap && fd <= 2 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return err_sys(e, "close descriptor %d", fd);
	return 0;
}

int supervisor_tie(const struct run *r, struct err *e)
{
	if (!r->program->die_with_parent)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_sys(e, "tie sandbox to its parent");
	if (getppid() != r->parent)
		return err_set(e, ERR_SYSTEM, "the parent is gone");
	return 0;
}

/* Takes over what the caller left: descriptors, signals, the terminal. */
int stage_inherit(struct run *r, struct err *e)
{
	const struct program *p = r->program;
	struct sigaction default_action = { .sa_handler = SIG_DFL }, old;
	sigset_t all;

	for (int i = 0; i < PEER_COUNT; i++)
		if (p->peers[i] >= 0 && copy_peer(r, i, e) < 0)
			return -1;
	for (size_t i = 0; i < p->keep_fd_count; i++)
		/* One that is close-on-exec is ours: no caller's survives. */
		if (fcntl(p->keep_fds[i], F_GETFD) != 0) {
			err_set(e, ERR_USAGE,
				"--keep-fd %d: descriptor %d is not open",
				p->keep_fds[i], p->keep_fds[i]);
			return -1;
		}
	if (descriptors_close(
		    3, (struct held[]){ KEPT(p), TAKEN(p), PEERS(r), r->held },
		    4, e) < 0)
		return -1;
	/* Blocked, they wait for the signalfd; a mask also crosses clone. */
	sigfillset(&all);
	if (!p->bwrap && sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return err_sys(e, "block signals");
	/* An ignored SIGCHLD would take the wait status from us. */
	if (sigaction(SIGCHLD, &default_action, &old) < 0)
		return err_sys(e, "catch SIGCHLD");
	r->ignored_sigchld = old.sa_handler == SIG_IGN;
	r->parent = getppid();
	if (supervisor_tie(r, e) < 0)
		return -1;
	if (!p->bwrap)
		terminal_open(r);
	return 0;
}

/* --- clone -------------------------------------------------------------- */

static int no_entry(const struct run *r, struct err *e)
{
	err_set(e, ERR_SYSTEM, "start in a cgroup below '%s'",
		r->program->cgroup.parent);
	e->errnum = errno;
	return err_hint(e, "who moves a process from one cgroup to another has "
			   "to have the right to do so also in the one above "
			   "both, cgroups(7)");
}

static int cannot_clone(const struct run *r, struct err *e)
{
	err_sys(e, "make namespaces");
	if (r->cgroup.dir >= 0 &&
	    (e->errnum == EBUSY || e->errnum == EACCES ||
	     e->errnum == EOPNOTSUPP || e->errnum == ENODEV))
		return no_entry(r, e);
	return host_explain_userns(e);
}

static uint64_t clone_flags(const struct program *p)
{
	uint64_t flags = p->namespaces | CLONE_PIDFD;

	/* The child makes its cgroup namespace when it is in its cgroup. */
	if (p->cgroup.source)
		flags = (flags & ~(uint64_t)CLONE_NEWCGROUP) |
			CLONE_INTO_CGROUP;
	return flags;
}

/* Counts for the child and all that comes of it, and for us. */
static int start_clock(struct run *r, struct err *e)
{
	struct timespec own;

	if (!r->program->perf)
		return 0;
	r->limits.clock = sys_task_clock();
	if (r->limits.clock < 0)
		return err_sys(e, "open a clock for processor time");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	r->limits.own_clock =
		(uint64_t)own.tv_sec * 1000000000 + (uint64_t)own.tv_nsec;
	return 0;
}

/* What only those inside hold: their end has to be the last. */
static void close_childs(struct run *r)
{
	static const enum peer inside[] = { PEER_SYNC, PEER_BLOCK,
					    PEER_USERNS2 };

	for (size_t i = 0; i < COUNT_OF(inside); i++)
		if (r->peers[inside[i]] >= 0)
			close(TAKE_FD(r->peers[inside[i]]));
}

int stage_clone(struct run *r, struct err *e)
{
	struct clone_args args = {
		.flags = clone_flags(r->program),
		.pidfd = (uint64_t)(uintptr_t)&r->pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)r->cgroup.command,
	};
	sigset_t all;
	int pair[2];

	/* Before there is a child that would have to be held back. */
	sigfillset(&all);
	if (!r->program->bwrap)
		r->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals < 0 && !r->program->bwrap)
		return err_sys(e, "make a signalfd");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	if (!r->program->bwrap && sigpending(&r->early) < 0)
		return err_sys(e, "look at pending signals");
	if (start_clock(r, e) < 0)
		return -1;
	r->socket = pair[1];
	r->others_end = pair[0];
	if (r->program->peers[PEER_PIDNS] >= 0 && args.flags & CLONE_NEWPID)
		r->child = peers_clone(r, &args);
	else
		r->child = sys_clone3(&args);
	if (r->child < 0)
		return cannot_clone(r, e);
	if (r->child == 0)
		init_main(r);
	close(pair[1]);
	r->socket = pair[0];
	private_close(r);
	/* The command's pipes are the command's: we hold only stderr. */
	sys_close_range(0, r->program->output_limit ? 0 : 1);
	if (r->program->output_limit)
		output_started(r);
	close_childs(r);
	for (size_t i = 0; i < r->program->keep_fd_count; i++)
		close(r->program->keep_fds[i]);
	for (size_t i = 0; i < r->program->taken_fd_count; i++)
		if (r->program->taken_fds[i] > 2)
			close(r->program->taken_fds[i]);
	return 0;
}

/* --- watch -------------------------------------------------------------- */

static void on_message(struct run *r, const struct message *m,
		       const struct passed *passed)
{
	struct outcome *out = r->outcome;

	/* Who sends it may be in the command's reach. */
	if (r->program->bwrap && m->kind != MESSAGE_ERR &&
	    m->kind != MESSAGE_READY && m->kind != MESSAGE_EXIT) {
		for (unsigned int i = 0; i < passed->count; i++)
			close(passed->fds[i]);
		return;
	}
	switch (m->kind) {
	case MESSAGE_ERR:
		out->failed = true;
		out->err = m->err;
		r->exit_known = true;
		break;
	case MESSAGE_READY:
		r->ready = true;
		limits_begin(r);
		break;
	case MESSAGE_MOUNTS:
		looks_receive(r, m->status, passed);
		break;
	case MESSAGE_LISTENER:
		if (passed->count)
			r->notices = passed->fds[0];
		break;
	case MESSAGE_STOPPED:
		terminal_stop(r);
		break;
	case MESSAGE_EXIT:
		out->status = m->status;
		r->rusage = m->usage;
		out->no_network = m->no_network;
		limits_left(r, m->left);
		r->exit_known = true;
		break;
	}
}

bool supervisor_hear(struct run *r)
{
	struct message m;
	struct passed passed;
	int n = message_receive(r->socket, &m, &passed);

	if (n > 0)
		on_message(r, &m, &passed);
	/* poll(2) ignores what is negative: the child's end is pidfd's news. */
	if (n < 0)
		close(TAKE_FD(r->socket));
	return n > 0;
}

static bool is_ignored(int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/*
 * To PID 1 with a mark that says it is for the command; without PID 1 straight
 * to the command.
 */
static void signal_init(struct run *r, int mark, int signal)
{
	siginfo_t info = {
		.si_signo = INIT_CARRIER,
		.si_code = SI_QUEUE,
	};

	info.si_value.sival_int = INIT_MARK | mark | signal;
	/* A full queue (RLIMIT_SIGPENDING) still takes an ordinary signal. */
	if (sys_pidfd_send_signal(r->pidfd, INIT_CARRIER, &info) < 0 &&
	    mark != INIT_GROUP)
		sys_pidfd_send_signal(r->pidfd, signal, NULL);
}

void supervisor_signal(struct run *r, int signal, bool group)
{
	if (r->program->init)
		signal_init(r, group ? INIT_GROUP : 0, signal);
	else if (!group || getpgid(r->child) != getpgrp())
		sys_pidfd_send_signal(r->pidfd, signal, NULL);
}

void supervisor_signal_all(struct run *r, int signal)
{
	if (r->program->init)
		signal_init(r, INIT_ALL, signal);
	else
		sys_pidfd_send_signal(r->pidfd, signal, NULL);
}

/* Set-up reads from descriptors of the caller's, which may take for ever. */
static bool ends_early(const struct run *r, int signal)
{
	bool reads = r->program->taken_fd_count || r->program->helpers ||
		     r->program->peers[PEER_BLOCK] >= 0;

	return !r->ready && reads &&
	       (signal == SIGINT || signal == SIGTERM || signal == SIGHUP ||
		signal == SIGQUIT);
}

/*
 * What the kernel sent (SI_KERNEL: a key, a hang-up) went to the whole process
 * group and has reached the command, unless that has left it for a group of its
 * own, as interactive shells do.
 */
static void forward(struct run *r, const struct signalfd_siginfo *s)
{
	int signal = (int)s->ssi_signo;
	bool group =
		s->ssi_code == SI_KERNEL && !sigismember(&r->early, signal);

	sigdelset(&r->early, signal);
	if (is_ignored(signal))
		return;
	if (ends_early(r, signal)) {
		r->ended_early = signal;
		sys_pidfd_send_signal(r->pidfd, SIGKILL, NULL);
		return;
	}
	r->outcome->told = signal;
	supervisor_signal(r, signal, group);
}

/* Without PID 1 the command is our child: its stops are ours to see. */
static void look_for_stop(struct run *r)
{
	siginfo_t info = { 0 };

	if (r->program->init)
		return;
	if (waitid(P_PIDFD, (id_t)r->pidfd, &info, WSTOPPED | WNOHANG) == 0 &&
	    info.si_pid)
		terminal_stop(r);
}

static bool is_to_stop(int signal)
{
	return signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
	       signal == SIGQUIT;
}

bool supervisor_told(struct run *r)
{
	struct signalfd_siginfo s;
	bool told = false;

	while (read(r->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (!is_to_stop((int)s.ssi_signo) ||
		    is_ignored((int)s.ssi_signo))
			continue;
		r->outcome->told = (int)s.ssi_signo;
		told = true;
	}
	return told;
}

static void take_signal(struct run *r)
{
	struct signalfd_siginfo s;

	if (read(r->signals, &s, sizeof(s)) != (ssize_t)sizeof(s))
		return;
	if (s.ssi_signo == SIGCHLD)
		look_for_stop(r);
	else
		forward(r, &s);
}

/* One that we killed because the filter says so: as if that had done it. */
static int as_filter_would(const struct run *r, int status)
{
	if (r->filter_killed && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL)
		return SIGSYS;
	return status;
}

static int killed_early(struct run *r, int status, struct err *e)
{
	if (r->ended_early)
		return err_set(e, ERR_SYSTEM,
			       "ended by signal %d while it was set up",
			       r->ended_early);
	if (WIFEXITED(status) && WEXITSTATUS(status) == RUN_OUT_OF_MEMORY) {
		err_set(e, ERR_SYSTEM, "out of memory for layers");
		return err_at(e, "stage mounts");
	}
	err_set(e, ERR_SYSTEM,
		"the sandbox was killed while it was set up (signal %d)",
		WTERMSIG(status));
	cgroup_figures(r);
	if (r->out_of_memory)
		return err_hint(e, "the limit of memory is too low even for "
				   "that; raise it with --memory");
	return -1;
}

/*
 * PID 1 ends without a word when time is up and the supervisor has not got to
 * see to it. Its own status is none of the command's.
 */
static int time_is_up(struct run *r, struct err *e)
{
	if (!r->program->time_limit)
		return err_set(e, ERR_SYSTEM, "PID 1 of the sandbox is gone");
	if (r->outcome->cause == CAUSE_NONE)
		r->outcome->cause = CAUSE_TIME;
	r->outcome->status = SIGKILL;
	return 0;
}

/* The child is a zombie now: everything inside is gone. */
int supervisor_collect(struct run *r, struct err *e)
{
	struct outcome *out = r->outcome;
	struct rusage usage;
	int status;

	while (wait4(r->child, &status, 0, &usage) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for the sandbox");
	r->child = 0;
	if (!r->exit_known) {
		if (!r->ready)
			return killed_early(r, status, e);
		/* Without PID 1 this is the command's own status. */
		out->status = status;
		r->rusage = usage;
		if (r->program->init && WIFEXITED(status) &&
		    time_is_up(r, e) < 0)
			return -1;
	}
	/* It ended by itself, before the limit could end it. */
	if (!r->limits.asked_to_end && out->cause != CAUSE_OUTPUT &&
	    !(WIFSIGNALED(out->status) && WTERMSIG(out->status) == SIGKILL))
		out->cause = CAUSE_NONE;
	out->status = as_filter_would(r, out->status);
	return 0;
}

/* What the supervisor waits for. */
enum { ON_SOCKET, ON_SIGNAL, ON_CHILD, ON_NOTICE, ON_OUTPUT, ON_COUNT = 6 };

/* Waits until something comes or is due; false when the child is gone. */
static int await_events(struct run *r, struct pollfd *on, bool *trimmed,
			struct err *e)
{
	uint64_t due = limits_due(r);
	bool trim = !*trimmed && due > TRIM_AFTER * 1000000ull;
	struct timespec timeout;
	int n;

	if (trim)
		due = TRIM_AFTER * 1000000ull;
	timeout.tv_sec = (time_t)(due / 1000000000);
	timeout.tv_nsec = (long)(due % 1000000000);
	n = ppoll(on, ON_COUNT, due == UINT64_MAX ? NULL : &timeout, NULL);
	if (n < 0 && errno != EINTR)
		return err_sys(e, "wait for events");
	if (n == 0 && trim) {
		trim_program();
		*trimmed = true;
	}
	return n < 0 ? 0 : n;
}

static void handle(struct run *r, const struct pollfd *on)
{
	if (on[ON_SOCKET].revents)
		supervisor_hear(r);
	if (on[ON_SIGNAL].revents)
		take_signal(r);
	if (on[ON_NOTICE].revents & POLLIN)
		notify_take(r);
	else if (on[ON_NOTICE].revents)
		close(TAKE_FD(r->notices)); /* nobody is left */
	output_ready(r, on + ON_OUTPUT);
}

int stage_watch(struct run *r, struct err *e)
{
	bool trimmed = false;

	limits_run_first(r);
	for (;;) {
		struct pollfd on[ON_COUNT] = {
			{ .fd = r->socket, .events = POLLIN },
			{ .fd = r->signals, .events = POLLIN },
			{ .fd = r->pidfd, .events = POLLIN },
			{ .fd = r->notices, .events = POLLIN },
		};
		int n;

		output_poll(r, on + ON_OUTPUT);
		n = await_events(r, on, &trimmed, e);
		if (n < 0)
			return -1;
		if (n > 0 && on[ON_CHILD].revents)
			break;
		if (n > 0)
			handle(r, on);
		limits_tick(r);
	}
	while (!r->exit_known && r->socket >= 0 && supervisor_hear(r))
		;
	r->limits.over = limits_now();
	supervisor_told(r);
	output_drain(r);
	if (supervisor_collect(r, e) < 0)
		return -1;
	limits_figures(r);
	return 0;
}

static struct usage unknown_usage(const struct program *p)
{
	return (struct usage){
		.cpu = UNKNOWN,
		.user = UNKNOWN,
		.system = UNKNOWN,
		.memory_peak = UNKNOWN,
		.oom_kills = UNKNOWN,
		.tasks_peak = UNKNOWN,
		.output = p->output_limit ? 0 : UNKNOWN,
		.read = UNKNOWN,
		.written = UNKNOWN,
	};
}

/* One with other ids may be out of reach; it hears that we are gone. */
static void end_child(struct run *r)
{
	if (r->socket >= 0)
		close(TAKE_FD(r->socket));
	if (kill(r->child, SIGKILL) < 0)
		return;
	while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR)
		;
}

void run_program(const struct program *p, struct block block, struct held held,
		 struct outcome *out)
{
	struct run r = {
		.program = p,
		.outcome = out,
		.pidfd = -1,
		.signals = -1,
		.tty = -1,
		.socket = -1,
		.notices = -1,
		.listener = -1,
		.proc = -1,
		.layer = -1,
		.block = block,
		.held = held,
		.cgroup = CGROUP_CLOSED,
		.limits = { .clock = -1 },
		.output = OUTPUT_CLOSED,
		.looks = LOOKS_NONE,
	};

	sigset_t none;

	for (int i = 0; i < PEER_COUNT; i++)
		r.peers[i] = -1;
	*out = (struct outcome){ .usage = unknown_usage(p) };
	if (stages_run(&r, ACTOR_SUPERVISOR, &out->err) < 0) {
		out->failed = true;
		if (r.child > 0)
			end_child(&r);
	}
	cgroup_sweep(&r);
	cgroup_remove(&r);
	layer_end(&r, out->failed);
	terminal_restore(&r);
	/* To write the report may take long: it can be interrupted. */
	sigemptyset(&none);
	if (!p->bwrap)
		sigprocmask(SIG_SETMASK, &none, NULL);
	out->status_fd = r.peers[PEER_STATUS];
}
