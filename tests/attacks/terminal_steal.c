/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: no capabilities
 * cve: none
 * off: host
 * as: root
 * setup: terminal
 *
 * TIOCSCTTY with argument 1 takes a terminal away from the session that has it.
 */
#include "attack.h"
#include <sys/ioctl.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setsid() < 0)
			_exit(255);
		_exit(ioctl(0, TIOCSCTTY, 1) ? errno : 0);
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 255)
		broken("setsid");
	errno = WEXITSTATUS(status);
	if (errno)
		refused("TIOCSCTTY");
	through("the terminal belongs to another session");
}
