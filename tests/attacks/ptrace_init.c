/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID 1 is not dumpable, and the filter has no ptrace
 * cve: CVE-2016-9962, CVE-2016-8659
 * off: bwrap --unshare-all --dev-bind / / --proc /proc
 * off child: --syscalls-allow ptrace
 * wall child: filter: no ptrace
 * behind: --syscalls-allow @debug
 * behind child:
 * as: user root
 * cases: attach seize writev child
 *
 * PID 1 has been set up before the command: what it does is done with rights
 * that the command has not.
 */
#include "attack.h"
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

static void trace_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(errno);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	if (!WIFSTOPPED(status)) {
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
		refused("traceme");
	}
	kill(pid, SIGKILL);
	through("a child is traced");
}

int main(int argc, char **argv)
{
	static char byte;
	struct iovec here = { &byte, 1 };
	struct iovec there = { (void *)0x1000, 1 };

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "child"))
		trace_child();
	if (is(argv[1], "attach")) {
		if (ptrace(PTRACE_ATTACH, 1, 0, 0))
			refused("attach");
		waitpid(1, NULL, __WALL);
	} else if (is(argv[1], "seize")) {
		if (ptrace(PTRACE_SEIZE, 1, 0, 0))
			refused("seize");
	} else {
		/* EFAULT: the right was there, only the address was not. */
		if (process_vm_writev(1, &here, 1, &there, 1, 0) != 1 &&
		    errno != EFAULT)
			refused("process_vm_writev");
	}
	through("PID 1 by %s", argv[1]);
}
