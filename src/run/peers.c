/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors by which others and the sandbox meet: who is told of it, who
 * holds it back, whose namespaces it shares. Each process has copies of its
 * own, which execve(2) closes, so that the command gets none.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_peer(struct run *r, enum peer peer)
{
	if (r->peers[peer] >= 0)
		close(TAKE_FD(r->peers[peer]));
}

/* --- the supervisor ----------------------------------------------------- */

/* What the child is made in; we ourselves only lose what that gave us. */
int stage_enter(struct run *r, struct err *e)
{
	int userns = r->peers[PEER_USERNS], pidns = r->peers[PEER_PIDNS];

	if (userns >= 0 && setns(userns, CLONE_NEWUSER) < 0) {
		err_sys(e, "Joining specified user namespace failed");
		if (e->errnum == EINVAL)
			err_hint(e, "it is not open on one, or it is the one "
				    "that we are in already");
		else if (e->errnum == EPERM)
			err_hint(e, "it has to be below the one that we are "
				    "in, and of the same user");
		return -1;
	}
	if (pidns >= 0 && setns(pidns, CLONE_NEWPID) < 0)
		return err_sys(e, "Setting pidns failed");
	close_peer(r, PEER_USERNS);
	close_peer(r, PEER_PIDNS);
	return supervisor_tie(r, e);
}

struct nested {
	struct run *run;
	struct clone_args args;
	long pid;
	int errnum;
};

static int nested_main(void *argument)
{
	struct nested *n = argument;

	n->pid = sys_clone3(&n->args);
	if (n->pid == 0)
		init_main(n->run);
	n->errnum = errno;
	/* Not _exit(3): this is the supervisor's memory. */
	syscall(SYS_exit, 0);
	return 0;
}

/* The number that a process behind a pidfd has here, proc_pid_fdinfo(5). */
static pid_t number_here(int pidfd)
{
	char path[64], text[1024] = "";
	const char *line;
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	line = strstr(text, "\nPid:");
	return line ? (pid_t)strtol(line + 5, NULL, 10) : -1;
}

/* One without a number would be out of reach for all that follows. */
static pid_t numbered(int pidfd)
{
	pid_t pid = number_here(pidfd);
	siginfo_t info;
	int errnum = errno;

	if (pid > 0)
		return pid;
	sys_pidfd_send_signal(pidfd, SIGKILL, NULL);
	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0 &&
	       errno == EINTR)
		;
	errno = errnum;
	return -1;
}

/*
 * A PID namespace is made only by a process that is in the one above it
 * (copy_pid_ns() in kernel/pid_namespace.c). So one that is goes between, and
 * makes the child ours (CLONE_PARENT), with its pidfd (CLONE_FILES).
 */
pid_t peers_clone(struct run *r, const struct clone_args *args)
{
	struct nested n = { .run = r, .args = *args, .pid = -1 };
	size_t size = (size_t)256 * 1024;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t between;

	if (stack == MAP_FAILED)
		return -1;
	n.args.flags |= CLONE_PARENT;
	n.args.exit_signal = 0;
	between = clone(nested_main, stack + size,
			CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &n);
	if (between < 0)
		return -1;
	while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	munmap(stack, size);
	errno = n.errnum;
	return n.pid < 0 ? -1 : numbered(r->pidfd);
}

/* The inode number of a namespace of the child's is its name. */
static int namespace_number(pid_t pid, const char *name,
			    unsigned long long *out, struct err *e)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	if (stat(path, &st) < 0)
		return err_sys(e, "look at '%s'", path);
	*out = (unsigned long long)st.st_ino;
	return 0;
}

/* The names as bubblewrap has them; `separator` is what stands before each. */
static int namespace_text(const struct run *r, const char *separator,
			  char *text, size_t size, struct err *e)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} all[] = {
		{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC },
		{ "mnt", CLONE_NEWNS },	       { "net", CLONE_NEWNET },
		{ "pid", CLONE_NEWPID },       { "uts", CLONE_NEWUTS },
	};
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		unsigned long long number = 0;

		if (!(r->program->namespaces & all[i].flag))
			continue;
		if (namespace_number(r->child, all[i].name, &number, e) < 0)
			return -1;
		n += (size_t)snprintf(text + n, size - n,
				      "%s\"%s-namespace\": %llu", separator,
				      all[i].name, number);
	}
	return 0;
}

static int tell(int fd, const char *text, const char *option, struct err *e)
{
	if (fd_write_all(fd, text, strlen(text)) < 0)
		return err_sys(e, "write to the descriptor of %s", option);
	return 0;
}

/* The layout is bubblewrap's: there are readers that expect it. */
static int inform(struct run *r, struct err *e)
{
	char names[512], text[640];

	if (r->peers[PEER_INFO] >= 0) {
		if (namespace_text(r, ",\n    ", names, sizeof(names), e) < 0)
			return -1;
		snprintf(text, sizeof(text), "{\n    \"child-pid\": %d%s\n}\n",
			 (int)r->child, names);
		if (tell(r->peers[PEER_INFO], text, "--info-fd", e) < 0)
			return -1;
		close_peer(r, PEER_INFO);
	}
	if (r->peers[PEER_STATUS] >= 0) {
		if (namespace_text(r, ", ", names, sizeof(names), e) < 0)
			return -1;
		snprintf(text, sizeof(text), "{ \"child-pid\": %d%s }\n",
			 (int)r->child, names);
		if (tell(r->peers[PEER_STATUS], text, "--json-status-fd", e) <
		    0)
			return -1;
	}
	return 0;
}

/* Another writes the maps now, and says so by a byte, or by its end. */
static int await_maps(struct run *r, struct err *e)
{
	struct pollfd on[] = {
		{ .fd = r->peers[PEER_USERNS_BLOCK], .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
		{ .fd = r->pidfd, .events = POLLIN },
	};
	char byte;

	if (on[0].fd < 0)
		return 0;
	while (!on[0].revents && !on[2].revents) {
		if (poll(on, COUNT_OF(on), -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for the maps of ids");
		if (on[1].revents && supervisor_told(r))
			return err_set(e, ERR_SYSTEM,
				       "ended by signal %d while it was set up",
				       r->outcome->told);
	}
	if (on[0].revents && read(on[0].fd, &byte, 1) < 0)
		return err_sys(e, "read from the descriptor of "
				  "--userns-block-fd");
	close_peer(r, PEER_USERNS_BLOCK);
	return 0;
}

int stage_inform(struct run *r, struct err *e)
{
	if (inform(r, e) < 0 || await_maps(r, e) < 0)
		return -1;
	/* Has it ended, there will be its own error to tell. */
	if (send(r->socket, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		return err_sys(e, "let the sandbox go on");
	return 0;
}

/* What a joined user namespace gave was for the child, and to look at it. */
int stage_leave(struct run *r, struct err *e)
{
	(void)r;
	if (sys_capset(0, 0, 0) < 0)
		return err_sys(e, "drop capabilities");
	return 0;
}

/* --- PID 1, or the child ------------------------------------------------ */

/* Readers wait for the supervisor's end of these, not for ours. */
void peers_leave(struct run *r)
{
	static const enum peer outside[] = { PEER_INFO, PEER_STATUS,
					     PEER_USERNS_BLOCK, PEER_USERNS,
					     PEER_PIDNS };

	for (size_t i = 0; i < COUNT_OF(outside); i++)
		close_peer(r, outside[i]);
}

/* Until others know of us: later we may be out of their reach. */
int stage_held(struct run *r, struct err *e)
{
	char byte;
	ssize_t n;

	do
		n = recv(r->socket, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	if (n == 0)
		errno = EPIPE;
	return err_sys(e, "hear from the supervisor");
}

/* All is set up by the rights in the first one; what that gives is dropped. */
int stage_join(struct run *r, struct err *e)
{
	if (setns(r->peers[PEER_USERNS2], CLONE_NEWUSER) < 0)
		return err_sys(e, "Setting userns2 failed");
	close_peer(r, PEER_USERNS2);
	return 0;
}

static int lock(const char *path, struct err *e)
{
	/* One of the process would end with any descriptor of the file. */
	struct flock region = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_sys(e, "Unable to open lock file %s", path);
	if (fcntl(fd, F_OFD_SETLK, &region) < 0)
		return err_sys(e, "Unable to lock file %s", path);
	return fd;
}

/* They last as long as PID 1 has them open. */
int stage_lock(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	r->locks = calloc(p->lock_file_count, sizeof(*r->locks));
	if (!r->locks)
		return err_sys(e, "make a list of locks");
	for (size_t i = 0; i < p->lock_file_count; i++) {
		r->locks[i] = lock(p->lock_files[i], e);
		if (r->locks[i] < 0)
			return -1;
	}
	return 0;
}

/* A byte, or the end. A signal that is to end us does so from outside. */
int stage_block(struct run *r, struct err *e)
{
	char byte;
	ssize_t n;

	do
		n = read(r->peers[PEER_BLOCK], &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "read from the descriptor of --block-fd");
	close_peer(r, PEER_BLOCK);
	return 0;
}
