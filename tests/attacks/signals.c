/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID namespace
 * wall group: no process of the host is in the command's process group
 * wall nice: no process of the host is in the command's process group
 * wall ionice: no process of the host is in the command's process group
 * cve: none
 * off: --share-pid --memory unlimited --pids unlimited
 * off group: host
 * off nice: host
 * off ionice: host
 * as: user root
 * cases: all number group nice ionice
 * args: @victim@
 * setup: signals
 *
 * "lead HIT COMMAND..." starts a victim of the same user and in the same
 * process group, as the members of a pipe line are, and then is COMMAND. The
 * victim makes the file HIT when the signal reaches it, or others have made it
 * nice.
 */
#include "attack.h"
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

enum { IDLE = 3 << 13, PROCESS = 1, GROUP = 2 };

static const char *hit;

static void on_signal(int sig)
{
	(void)sig;
	close(open(hit, O_CREAT | O_WRONLY, 0600));
}

static void be_victim(int ready)
{
	signal(SIGURG, on_signal);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	if (write(ready, "", 1) != 1)
		_exit(2);
	close(ready);
	for (;;) {
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
		if (getpriority(PRIO_PROCESS, 0) == 19 ||
		    syscall(SYS_ioprio_get, PROCESS, 0) == IDLE)
			on_signal(0);
	}
}

static void lead(char **argv)
{
	static char number[16];
	int ready[2];
	char byte;
	pid_t pid;

	hit = argv[0];
	if (pipe(ready))
		broken("pipe");
	pid = fork();
	if (pid == 0)
		be_victim(ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		broken("no victim");
	close(ready[0]);
	snprintf(number, sizeof(number), "%d", (int)pid);
	for (char **v = argv; *v; v++)
		if (is(*v, "@victim@"))
			*v = number;
	execv(argv[1], argv + 1);
	broken("execv");
}

int main(int argc, char **argv)
{
	pid_t target;

	if (argc < 3)
		broken("arguments");
	if (is(argv[1], "lead"))
		lead(argv + 2);
	/* One that nobody else here heeds. */
	signal(SIGURG, SIG_IGN);
	if (is(argv[1], "nice")) {
		if (setpriority(PRIO_PGRP, 0, 19))
			refused("setpriority");
		done("the group is nice");
	}
	if (is(argv[1], "ionice")) {
		if (syscall(SYS_ioprio_set, GROUP, 0, IDLE))
			refused("ioprio_set");
		done("the group is idle");
	}
	target = (pid_t)strtol(argv[2], NULL, 10);
	if (is(argv[1], "all"))
		target = -1;
	else if (is(argv[1], "group"))
		target = 0;
	if (kill(target, SIGURG))
		refused("kill");
	done("sent");
}
