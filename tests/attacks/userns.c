/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no user namespaces
 * cve: CVE-2021-41133, CVE-2022-0492
 * off: --allow-userns
 * as: user root
 * cases: unshare clone clone_high clone3
 *
 * Most holes of the kernel that a plain user can reach lie behind the
 * capabilities that a user namespace gives. clone3(2) has its flags in memory,
 * where a filter cannot see them: the way round that CVE-2021-41133 was.
 * clone(2) does not look at the upper half of its flags.
 */
#include "attack.h"
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/wait.h>

static int has_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2] = { 0 };

	return !syscall(SYS_capget, &header, data) && data[0].effective;
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_NEWUSER,
				   .exit_signal = SIGCHLD };
	int status = 0;
	long pid;

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "unshare")) {
		if (unshare(CLONE_NEWUSER))
			refused("unshare");
		if (has_capabilities())
			through("capabilities by unshare");
		broken("no capabilities");
	}
	if (is(argv[1], "clone"))
		pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	else if (is(argv[1], "clone_high"))
		pid = syscall(SYS_clone, HIGH | CLONE_NEWUSER | SIGCHLD, 0, 0,
			      0, 0);
	else
		pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		refused("%s", argv[1]);
	if (pid == 0)
		_exit(has_capabilities() ? 0 : 1);
	waitpid((pid_t)pid, &status, 0);
	if (status)
		broken("no capabilities");
	through("capabilities by %s", argv[1]);
}
