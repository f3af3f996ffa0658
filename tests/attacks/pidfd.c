/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID 1 is not dumpable, and the filter has no pidfd_getfd
 * cve: none
 * off: bwrap --unshare-all --dev-bind / / --proc /proc
 * behind: --syscalls-allow @debug
 * as: user root
 *
 * pidfd_getfd(2) takes a descriptor out of another process.
 */
#include "attack.h"

int main(void)
{
	int pid = (int)syscall(SYS_pidfd_open, 1, 0);
	int error = EBADF;

	if (pid < 0)
		refused("pidfd_open of PID 1");
	for (int fd = 0; fd < 64; fd++) {
		if (syscall(SYS_pidfd_getfd, pid, fd, 0) >= 0)
			through("descriptor %d of PID 1", fd);
		if (errno != EBADF)
			error = errno;
	}
	errno = error;
	refused("pidfd_getfd");
}
