/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of the sandbox: sets everything up, spawns the command, reaps, passes
 * signals on. When it exits the kernel kills whatever is left inside.
 */
#include "run/init.h"

#include "host/sys.h"
#include "run/sync.h"
#include "run/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The supervisor's death kills us. It may have died before prctl(2) took
 * effect; then the other end of the socket is closed.
 */
int stage_await(struct run *r, struct err *e)
{
	char byte;
	ssize_t n;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_sys(e, "tie the sandbox to its supervisor");
	n = recv(r->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return 0;
	return err_sys(e, "reach the supervisor");
}

/*
 * kill(0, ...) reaches a process group also from inside a PID namespace: that
 * of a script that called us, say. With a terminal the command has to be in the
 * group that has its foreground; without one it is in a session of its own, and
 * so are we: the scheduler then shares the processors between that session and
 * those outside, sched(7), "autogroup". Where it sees the processes outside
 * anyway, it stays with them.
 */
int stage_group(struct run *r, struct err *e)
{
	/* bubblewrap: PID 1 leads the new session, so the command does not. */
	bool leads = r->program->bwrap && r->program->new_session;

	if ((leads || run_has_own_group(r)) && setsid() < 0)
		return err_sys(e, "make a session");
	return 0;
}

/* It is PID 1 that ends all others when it is killed: it has to get to it. */
int stage_urgency(struct run *r, struct err *e)
{
	(void)r;
	(void)e;
	/* Only a wish. */
	sys_run_soon();
	return 0;
}

int stage_connect(struct run *r, struct err *e)
{
	return output_take(r, e);
}

/*
 * The cgroup namespace begins at the cgroup we are in now: made together with
 * the process it would begin at the supervisor's.
 */
int stage_membership(struct run *r, struct err *e)
{
	(void)r;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return err_sys(e, "make a cgroup namespace");
	return 0;
}

/* bubblewrap's wants to know only for its exit code. */
bool run_tells_ready(const struct program *p)
{
	return !p->bwrap || p->peers[PEER_STATUS] >= 0;
}

bool run_has_own_group(const struct run *r)
{
	return r->tty < 0 && r->program->namespaces & CLONE_NEWPID &&
	       !r->program->bwrap;
}

int stage_hostname(struct run *r, struct err *e)
{
	const char *name = r->program->hostname;

	if (sethostname(name, strlen(name)) < 0)
		return err_sys(e, "set the host name to '%s'", name);
	return 0;
}

/*
 * Arguments and environment of PID 1 are the supervisor's, copied: they may
 * hold secrets (--setenv TOKEN ...). The kernel shows this memory as
 * /proc/1/cmdline and environ; everything needed was copied long ago.
 */
int stage_scrub(struct run *r, struct err *e)
{
	const char *name = r->program->bwrap ? "bwrap" : "sandbox";
	const struct block *block = &r->block;

	(void)e;
	if (!block->start)
		return 0;
	memset(block->start, 0, block->size);
	if (block->size > strlen(name))
		memcpy(block->start, name, strlen(name));
	return 0;
}

/* --- spawn -------------------------------------------------------------- */

#define MILLISECOND UINT64_C(1000000)
#define STACK_SIZE ((size_t)256 * 1024)
#define PAGE 4096

/* The command's process keeps argv and environ on its stack, twice at most. */
static size_t stack_size(const struct program *p)
{
	size_t words = p->environ_count;

	while (p->argv[words - p->environ_count])
		words++;
	return (STACK_SIZE + 2 * words * sizeof(char *)) / PAGE * PAGE;
}

static int command_main(void *argument)
{
	struct run *r = argument;

	stages_run(r, ACTOR_COMMAND, &r->late_error);
	/* Not _exit(3): nothing of libc's may run twice in one memory. */
	syscall(SYS_exit_group, 125);
	/* A filter refuses even that: no return into what is PID 1's. */
	for (;;)
		__builtin_trap();
}

/*
 * The command's process shares memory with us until its execve (CLONE_VM):
 * nothing is copied, and an error it leaves is simply there. With --explain it
 * shares the descriptors too, so that the one of its filter gets here.
 */
int stage_spawn(struct run *r, struct err *e)
{
	struct message m = { .kind = MESSAGE_READY };
	size_t size = stack_size(r->program);
	int flags =
		CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return err_sys(e, "make a stack");
	if (r->program->looks_soon && looks_hand_over(r, e) < 0)
		return -1;
	/* Also the last look whether there still is a supervisor. */
	if (run_tells_ready(r->program) && message_send(r->socket, &m, e) < 0)
		return -1;
	if (!r->program->bwrap && sigpending(&r->early) < 0)
		return err_sys(e, "look at pending signals");
	if (r->program->explain)
		flags |= CLONE_FILES;
	r->command = clone(command_main, stack + size, flags, r, &r->running,
			   NULL, &r->running);
	if (r->command < 0)
		return err_sys(e, "spawn the command");
	return 0;
}

/* Who reads a pipe of the command must not wait for us to close it. */
static int close_others(struct run *r, struct err *e)
{
	return descriptors_close(
		0,
		(struct held[]){ LOOKED(r),
				 { &r->socket, 1 },
				 { &r->peers[PEER_SYNC], 1 },
				 { r->locks, r->program->lock_file_count } },
		4, e);
}

/*
 * Until the command's execve, or its end: the kernel clears the word then and
 * wakes who waits for it (mm_release() in kernel/fork.c).
 */
static void await_execve(struct run *r)
{
	uint32_t pid;

	while ((pid = __atomic_load_n(&r->running, __ATOMIC_ACQUIRE)))
		sys_futex(&r->running, FUTEX_WAIT, pid, 0);
}

/*
 * We have nothing left that the command could want: it may go on. What it runs
 * waits for answers until the supervisor has the listener.
 */
int stage_release(struct run *r, struct err *e)
{
	struct message m = { .kind = MESSAGE_LISTENER };

	if (!r->program->explain && close_others(r, e) < 0)
		return -1;
	__atomic_store_n(&r->gate, 1, __ATOMIC_RELEASE);
	sys_futex(&r->gate, FUTEX_WAKE_PRIVATE, 1, 0);
	await_execve(r);
	if (r->late_error.kind != ERR_NONE) {
		*e = r->late_error;
		return -1;
	}
	if (!r->tried)
		return err_set(e, ERR_SYSTEM,
			       "the command was killed before it could start");
	if (!r->program->explain)
		return 0;
	if (r->listener >= 0 &&
	    message_send_fds(r->socket, &m, &r->listener, 1, e) < 0)
		return -1;
	return close_others(r, e);
}

/* --- reap --------------------------------------------------------------- */

/* A counter after "NAME:" columns of /proc/net/snmp: header, then values. */
static long snmp_value(const char *text, const char *protocol,
		       const char *field)
{
	const char *header = strstr(text, protocol);
	const char *values = header ? strstr(header + 1, protocol) : NULL;

	if (!values)
		return 0;
	for (;;) {
		header += strcspn(header, " \n");
		values += strcspn(values, " \n");
		if (*header != ' ' || *values != ' ')
			return 0;
		header++;
		values++;
		if (strncmp(header, field, strlen(field)) == 0)
			return strtol(values, NULL, 10);
	}
}

/*
 * Whether something inside wanted to get out: packets without a route, or
 * (asking a name server on loopback that is not there) to a port nobody has.
 */
static bool wanted_network(void)
{
	char text[4096] = "";
	int fd = open("/proc/self/net/snmp",
		      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	return snmp_value(text, "Ip: ", "OutNoRoutes") > 0 ||
	       snmp_value(text, "Udp: ", "NoPorts") > 0;
}

_Noreturn static void finish(struct run *r, int status,
			     const struct rusage *usage)
{
	struct message m = {
		.kind = MESSAGE_EXIT,
		.status = status,
		.usage = *usage,
	};

	struct err ignored;

	if (status != 0 && r->program->offline)
		m.no_network = wanted_network();
	/* Who fails as there can be no more of them may be gone before a look. */
	if (status != 0 && r->program->looks & LOOK_TASKS &&
	    !r->program->kill_at_pids)
		m.left = looks_count(r) + 1;
	/* Without a supervisor there is nobody to fail for. */
	message_send(r->socket, &m, &ignored);
	_exit(0);
}

/* Everything that ended; does not return when the command did. */
static void reap_all(struct run *r)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG | WUNTRACED, &usage)) > 0) {
		struct message m = { .kind = MESSAGE_STOPPED };
		struct err ignored;

		if (pid != r->command)
			continue;
		if (!WIFSTOPPED(status))
			finish(r, status, &usage);
		/* The supervisor stops too: nobody runs unwatched. */
		if (r->program->watched &&
		    r->program->namespaces & CLONE_NEWPID)
			kill(-1, SIGSTOP);
		m.status = WSTOPSIG(status);
		message_send(r->socket, &m, &ignored);
	}
}

/*
 * What people and terminals send to whole groups goes to the whole group, also
 * where only the supervisor is in the one that it was sent to.
 */
static void to_command(struct run *r, int signal)
{
	bool group = signal == SIGINT || signal == SIGQUIT ||
		     signal == SIGTSTP || signal == SIGCONT;

	if (!group || !run_has_own_group(r) || kill(-r->command, signal) < 0)
		kill(r->command, signal);
}

/* Other signals came from the terminal or from inside: not ours to pass on. */
static void pass_on(struct run *r, const siginfo_t *info)
{
	int value = info->si_value.sival_int;
	int signal = INIT_SIGNAL(value);

	if (info->si_code != SI_QUEUE || info->si_pid != 0 ||
	    (value & ~0xffff) != INIT_MARK)
		return;
	/* A group that the command was not in yet, or is not in any more. */
	if ((value & INIT_GROUP) && !sigismember(&r->early, signal) &&
	    getpgid(r->command) == getpgid(0))
		return;
	sigdelset(&r->early, signal);
	/*
	 * All of the namespace but us, kill(2); without one, far too many. What
	 * stopped for the supervisor's sake goes on with it.
	 */
	if ((value & INIT_ALL || (signal == SIGCONT && r->program->watched)) &&
	    r->program->namespaces & CLONE_NEWPID)
		kill(-1, signal);
	else
		to_command(r, signal);
}

/* When the supervisor should have ended us, and some more; 0: never. */
#define TIME_TO_SPARE UINT64_C(10000000)

static uint64_t last_moment(const struct program *p)
{
	if (!p->time_limit)
		return 0;
	return limits_now() + p->time_limit + p->grace + TIME_TO_SPARE;
}

/* What is left until `end`; the first wait is short. */
static struct timespec *time_left(uint64_t end, bool trimmed,
				  struct timespec *room)
{
	uint64_t now = end ? limits_now() : 0, left = end > now ? end - now : 0;

	if (trimmed && !end)
		return NULL;
	if (!trimmed && (!end || left > TRIM_AFTER * MILLISECOND))
		left = TRIM_AFTER * MILLISECOND;
	room->tv_sec = (time_t)(left / (1000 * MILLISECOND));
	room->tv_nsec = (long)(left % (1000 * MILLISECOND));
	return room;
}

/*
 * Time limits are the supervisor's affair. But among thousands of processes it
 * has to wait for its turn, the more so the more it looks at; we only sleep, so
 * we are woken in time, and with us all others end.
 */
int stage_reap(struct run *r, struct err *e)
{
	uint64_t end = last_moment(r->program);
	struct timespec room;
	bool trimmed = false;
	sigset_t all;

	sigfillset(&all);
	for (;;) {
		siginfo_t info;
		int signal = sigtimedwait(&all, &info,
					  time_left(end, trimmed, &room));

		if (signal < 0 && errno == EAGAIN) {
			if (end && limits_now() >= end)
				_exit(0);
			trim_program();
			trimmed = true;
		} else if (signal < 0 && errno != EINTR) {
			return err_sys(e, "wait for signals");
		} else if (signal == SIGCHLD) {
			reap_all(r);
		} else if (signal == INIT_CARRIER && info.si_code == SI_USER) {
			/* Asked from outside: inside nobody else hears it. */
			if (looks_hand_over(r, e) < 0)
				return -1;
		} else if (signal == INIT_CARRIER) {
			pass_on(r, &info);
		} else if (signal > 0 && info.si_code == SI_USER &&
			   !info.si_pid) {
			/* From outside: the queue was full, or it is for us. */
			to_command(r, signal);
		}
	}
}

/* Without a PID 1 of ours: this process becomes the command now. */
int stage_ready(struct run *r, struct err *e)
{
	struct message m = { .kind = MESSAGE_READY };

	if (looks_hand_over(r, e) < 0)
		return -1;
	return message_send(r->socket, &m, e);
}

/* Where there is no PID namespace nobody else ends it: it waits at the gate. */
static void end_command(const struct run *r)
{
	if (r->command <= 0)
		return;
	kill(r->command, SIGKILL);
	while (waitpid(r->command, NULL, 0) < 0 && errno == EINTR)
		;
}

_Noreturn void init_main(struct run *r)
{
	struct message m = { .kind = MESSAGE_ERR };
	struct err ignored;

	close(r->others_end);
	peers_leave(r);
	if (stages_run(r, ACTOR_INIT, &m.err) == 0)
		stages_run(r, ACTOR_COMMAND, &m.err);
	end_command(r);
	message_send(r->socket, &m, &ignored);
	_exit(125);
}
