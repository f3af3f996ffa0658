/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no system calls of another ABI
 * cve: none
 * off: --syscalls-arch x86
 * off unshare: --allow-userns
 * options unshare: --syscalls-arch x86
 * wall unshare: filter: the same rules for the calls of i386
 * off x32: --profile none --bind / /
 * as: user root
 * cases: int80 unshare x32
 *
 * The numbers of i386 and x32 are other numbers: a filter for those of x86-64
 * that does not look at the ABI lets other calls through than it means to.
 *
 * Few kernels have x32, and the filter may answer as those that have not. So a
 * second filter asks this process (SECCOMP_RET_USER_NOTIF) about such a call:
 * it is not asked when the first one has refused.
 */
#include "attack.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define X32 0x40000000U

enum { GETPID = 20, UNSHARE = 310 }; /* of i386 */

#ifdef __x86_64__
static void call_i386(int number, long argument)
{
	const char *name = number == GETPID ? "getpid" : "unshare";
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(argument)
			 : "memory", "r8", "r9", "r10", "r11");
	if (result < 0) {
		errno = (int)-result;
		refused("%s of i386", name);
	}
	if (number == GETPID && result != getpid())
		broken("it is not getpid but says %ld", result);
	through("%s of i386", name);
}
#endif

static int ask_about_x32(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void call_x32(void)
{
	int listener = ask_about_x32();
	struct pollfd wait = { .fd = listener, .events = POLLIN };
	int status = 0;
	pid_t pid;

	if (listener < 0)
		broken("seccomp");
	pid = fork();
	if (pid == 0) {
		syscall((long)(X32 | SYS_getpid));
		_exit(errno);
	}
	/* The child waits for the answer, or has got one and ends. */
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (poll(&wait, 1, 10) > 0 && wait.revents & POLLIN) {
			kill(pid, SIGKILL);
			through("getpid of x32 passes");
		}
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	refused("getpid of x32 does not pass");
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
#ifdef __x86_64__
	if (is(argv[1], "int80"))
		call_i386(GETPID, 0);
	if (is(argv[1], "unshare"))
		call_i386(UNSHARE, CLONE_NEWUSER);
	call_x32();
#else
	(void)call_x32;
	broken("for x86-64 only");
#endif
}
