/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: the PID namespace ends with the command
 * cve: none
 * off: --share-pid --memory unlimited --pids unlimited
 * as: user root
 * args: {T}
 * setup: outlive
 *
 * Generations of processes that fork, ignore what can be ignored and part from
 * session and parent, 127 of them; the command ends while they live.
 */
#include "attack.h"
#include <signal.h>

enum { GENERATIONS = 7 };

int main(void)
{
	int ready[2];
	char buffer;

	if (pipe(ready))
		broken("pipe");
	for (int sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	for (int i = 0; i < GENERATIONS; i++)
		if (fork() == 0)
			setsid();
	if (getsid(0) == getpid()) {
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		close(ready[0]);
		if (write(ready[1], "", 1) != 1)
			_exit(2);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	for (int n = 0; n < (1 << GENERATIONS) - 1; n++)
		if (read(ready[0], &buffer, 1) != 1)
			broken("only %d processes", n);
	done("%d processes", (1 << GENERATIONS) - 1);
}
