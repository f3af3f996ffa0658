/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: the PID namespace ends with the command
 * wall killed: the PID namespace ends with the supervisor
 * cve: none
 * off: --share-pid --memory unlimited --pids unlimited
 * as: user root
 * cases: daemon setsid stopped killed
 * args: {T}
 * setup: outlive
 *
 * Processes that stay when the command has ended, or its supervisor was killed.
 */
#include "attack.h"
#include <signal.h>
#include <sys/wait.h>

static void stay(int ready, int stop)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (write(ready, "", 1) != 1)
		_exit(2);
	close(ready);
	if (stop)
		raise(SIGSTOP);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int ready[2];
	char buffer;
	pid_t pid;

	if (argc < 3 || pipe(ready))
		broken("arguments");
	pid = fork();
	if (pid == 0) {
		setsid();
		/* The second fork: no child of anybody's, no session leader. */
		if (!is(argv[1], "setsid") && fork() != 0)
			_exit(0);
		stay(ready[1], is(argv[1], "stopped"));
	}
	close(ready[1]);
	if (!is(argv[1], "setsid"))
		waitpid(pid, NULL, 0);
	if (read(ready[0], &buffer, 1) != 1)
		broken("no daemon");
	if (is(argv[1], "killed")) {
		puts("ready");
		fflush(stdout);
		for (;;)
			pause();
	}
	done("a daemon");
}
