/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: what the kernel asks for a process in new namespaces of every
 * kind that sandbox makes, and for nothing else. One clone3, the child
 * executes the program given (or `true` beside this one), the parent waits.
 *
 *	floor [-KINDS] [PROGRAM [ARG...]]
 *
 * KINDS are unshare(1)'s letters, for fewer namespaces: -Um is user and mount.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES                                                             \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |           \
	 CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET)

extern char **environ;

static int fail(const char *what)
{
	perror(what);
	return 125;
}

/* Returns 0 when a letter is of no kind. */
static unsigned long long kinds_of(const char *letters)
{
	static const char known[] = "UmpiuCn";
	static const unsigned long long flags[] = {
		CLONE_NEWUSER, CLONE_NEWNS,	CLONE_NEWPID, CLONE_NEWIPC,
		CLONE_NEWUTS,  CLONE_NEWCGROUP, CLONE_NEWNET,
	};
	unsigned long long kinds = 0;

	for (; *letters; letters++) {
		const char *at = strchr(known, *letters);

		if (!at)
			return 0;
		kinds |= flags[at - known];
	}
	return kinds;
}

static const char *neighbour(const char *self)
{
	static char path[4096];
	const char *slash = strrchr(self, '/');
	int dir = slash ? (int)(slash - self) + 1 : 0;

	snprintf(path, sizeof(path), "%.*strue", dir, self);
	return path;
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = NAMESPACES,
		.exit_signal = SIGCHLD,
	};
	char name[] = "true", *alone[] = { name, NULL };
	const char *self = argv[0], *program;
	long pid;
	int status;

	if (argc > 1 && argv[1][0] == '-') {
		args.flags = kinds_of(argv[1] + 1);
		if (!args.flags) {
			fprintf(stderr, "usage: floor [-KINDS] "
					"[PROGRAM [ARG...]]\n");
			return 2;
		}
		argc--;
		argv++;
	}
	program = argc > 1 ? argv[1] : neighbour(self);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return fail("floor: clone3");
	if (pid == 0) {
		execve(program, argc > 1 ? argv + 1 : alone, environ);
		_exit(fail(program));
	}
	if (waitpid((pid_t)pid, &status, 0) < 0)
		return fail("floor: waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
