/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject: runs a command, logs the system calls of all its processes, and
 * makes one of them fail.
 *
 *	inject [-p PROCESS -n INDEX -e ERRNO] -o LOG -- COMMAND [ARG...]
 *
 * Processes are numbered as they are created; COMMAND is number 0. Its calls
 * count, from 1, from its first epoll_create1(2) on: with that main() begins.
 * Those of other processes count from their first. A process that calls
 * execve(2) with success after that is the command that was to be started, and
 * ends the counting; but newuidmap(1) and newgidmap(1) are helpers, whose own
 * calls are none of ours. One call, PROCESS's INDEX-th, can be made to return
 * -ERRNO (a number) without being executed. LOG has a line for each event,
 * with tabs between its fields:
 *
 *	call PROCESS INDEX NAME ARGUMENTS	a call begins
 *	done PROCESS INDEX RESULT		and ends
 *	fail PROCESS INDEX ERRNO		it was made to fail
 *	fork PROCESS CHILD			CHILD is its new number
 *	exec PROCESS				it became the command
 *	exit PROCESS STATUS			128 + N: by a signal
 *	left PROCESS				did not end with number 0
 *
 * The exit status is that of number 0.
 *
 * In three cases a process has to wait, so that what happens is the same each
 * time: while number 0 is to fail, what it creates waits for that and for what
 * it does about it; and as long as nothing has failed, kill(2), and who has
 * made a process that shares its memory, wait until the others have come as far
 * as they can. All this ends when everybody else sleeps.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/futex.h>
#include <linux/ptrace.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* How often to look whether they do. */
#define REST_US 2000

/* What is inside has so long to follow number 0. */
#define LEFT_US 1000000

#define OPTIONS                                                                \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC |      \
	 PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

/* ---- names ---- */

/*
 * A letter for each argument: d decimal, x hexadecimal, s string, b bytes whose
 * number is the next argument, u the first 64 bits of a structure, P an option
 * of prctl(2), ? what is small enough to be no pointer, - not shown.
 */
struct call {
	long number;
	const char *name, *arguments;
};

/* clang-format off */
static const struct call calls[] = {
#define C(name, arguments) { SYS_##name, #name, arguments }
#ifdef SYS_access
	C(access, "sx"), C(mkdir, "sx"), C(open, "sx"), C(readlink, "s"),
	C(rmdir, "s"), C(stat, "s"), C(lstat, "s"), C(unlink, "s"),
	C(symlink, "ss"), C(rename, "ss"), C(pipe, ""), C(dup2, "dd"),
	C(epoll_wait, "d-dd"), C(arch_prctl, "x"), C(signalfd, "d"),
	C(eventfd, "d"), C(alarm, "d"), C(pause, ""), C(poll, "-dd"),
	C(fork, ""), C(vfork, ""), C(getpgrp, ""), C(mknod, "sxx"),
	C(getdents, "d"),
#endif
	C(add_key, "ss"), C(bpf, "d"), C(brk, ""), C(capget, ""), C(capset, ""),
	C(chdir, "s"), C(chroot, "s"), C(clock_gettime, "d"),
	C(clock_nanosleep, "dd"), C(clone, "x"), C(clone3, "u"), C(close, "d"),
	C(close_range, "ddx"), C(connect, "d"), C(dup, "d"), C(dup3, "ddx"),
	C(epoll_create1, "x"), C(epoll_ctl, "ddd"), C(epoll_pwait, "d-dd"),
	C(eventfd2, "dx"), C(execve, "s"), C(execveat, "ds"), C(exit, "d"),
	C(exit_group, "d"), C(faccessat, "dsx"), C(faccessat2, "dsxx"),
	C(fchdir, "d"), C(fchmod, "dx"), C(fchmodat, "dsx"), C(fchown, "ddd"),
	C(fchownat, "dsdd"), C(fcntl, "dd"), C(flock, "dd"),
	C(fsconfig, "ddssd"), C(fsmount, "dxx"), C(fsopen, "sx"), C(fsync, "d"),
	C(fstat, "d"), C(fstatfs, "d"), C(ftruncate, "dd"), C(futex, "-x"),
	C(getcwd, ""), C(getdents64, "d"), C(getegid, ""), C(geteuid, ""),
	C(getgid, ""), C(getgroups, "d"), C(getpgid, "d"), C(getpid, ""),
	C(getppid, ""), C(getpriority, "dd"), C(getrandom, ""), C(getresuid, ""), C(getrlimit, "d"),
	C(getsid, "d"), C(getsockopt, "ddd"), C(gettid, ""), C(getuid, ""),
	C(inotify_init1, "x"), C(ioctl, "dx"), C(kcmp, "--ddd"), C(keyctl, "d"),
	C(kill, "-d"),
	C(landlock_create_ruleset, "--x"), C(landlock_restrict_self, "dx"),
	C(linkat, "dsdsx"), C(listen, "dd"), C(lseek, "ddd"), C(madvise, "-dd"),
	C(memfd_create, "sx"), C(mkdirat, "dsx"), C(mknodat, "dsx"),
	C(mmap, "-dxxdd"), C(mount, "sssx"), C(mount_setattr, "dsxu"),
	C(move_mount, "dsdsx"), C(mprotect, "-dx"), C(mremap, "-ddx"),
	C(munmap, "-d"), C(name_to_handle_at, "ds"), C(nanosleep, ""),
#ifdef SYS_newfstatat
	C(newfstatat, "ds-x"),
#endif
	C(open_by_handle_at, "d-x"), C(open_tree, "dsx"), C(openat, "dsx"),
	C(openat2, "dsu"), C(perf_event_open, "-dddx"), C(personality, "x"), C(pidfd_getfd, "ddx"),
	C(pidfd_open, "-x"), C(pidfd_send_signal, "dd"), C(pipe2, "-x"),
	C(pivot_root, "ss"), C(ppoll, "-d"), C(prctl, "Pxx"), C(pread64, "d-d"),
	C(prlimit64, "-d"), C(pwrite64, "db"), C(read, "d-d"), C(readv, "d"),
	C(readlinkat, "ds"), C(recvfrom, "d-dx"), C(recvmsg, "d-x"),
	C(renameat, "dsds"), C(renameat2, "dsdsx"), C(rseq, ""), C(rt_sigaction, "d"),
	C(rt_sigpending, ""), C(rt_sigprocmask, "d"), C(rt_sigqueueinfo, "-d"),
	C(rt_sigreturn, ""), C(rt_sigsuspend, ""), C(rt_sigtimedwait, ""),
	C(sched_getaffinity, "-d"), C(sched_setaffinity, "-d"),
	C(sched_setattr, "d-x"), C(sched_setscheduler, "dx"),
	C(sched_yield, ""), C(seccomp, "dx"), C(sendmsg, "d-x"),
	C(sendto, "d-dx"), C(set_robust_list, ""), C(set_tid_address, ""),
	C(setdomainname, "b"), C(setfsgid, "d"), C(setfsuid, "d"),
	C(setgid, "d"), C(setgroups, "d"), C(sethostname, "b"),
	C(setitimer, "d"), C(setns, "dx"), C(setpgid, "dd"),
	C(setpriority, "ddd"), C(setregid, "dd"), C(setresgid, "ddd"),
	C(setresuid, "ddd"), C(setreuid, "dd"), C(setrlimit, "d"),
	C(setsid, ""), C(setsockopt, "ddd"), C(setuid, "d"), C(setxattr, "ss"),
	C(shutdown, "dd"), C(sigaltstack, ""), C(signalfd4, "d--x"),
	C(socket, "dxd"), C(socketpair, "dxd"), C(splice, "d-d-dx"),
	C(statfs, "s"),
	C(statx, "dsxx"), C(symlinkat, "sds"), C(sync, ""), C(sysinfo, ""),
	C(tgkill, "--d"),
	C(timerfd_create, "dx"), C(timerfd_settime, "dx"), C(umask, "x"),
	C(umount2, "sx"), C(uname, ""), C(unlinkat, "dsx"), C(unshare, "x"),
	C(utimensat, "ds"), C(wait4, "--x"), C(waitid, "d-"), C(write, "db"),
	C(writev, "d"),
#undef C
};

struct option {
	int number;
	const char *name;
};

static const struct option prctl_options[] = {
#define P(name) { name, #name }
	P(PR_CAPBSET_DROP), P(PR_CAPBSET_READ), P(PR_CAP_AMBIENT),
	P(PR_GET_DUMPABLE), P(PR_GET_SECCOMP), P(PR_GET_SECUREBITS),
	P(PR_SET_CHILD_SUBREAPER), P(PR_SET_DUMPABLE), P(PR_SET_KEEPCAPS),
	P(PR_SET_MM), P(PR_SET_NAME), P(PR_SET_NO_NEW_PRIVS),
	P(PR_SET_PDEATHSIG), P(PR_SET_PTRACER), P(PR_SET_SECCOMP),
	P(PR_SET_SECUREBITS), P(PR_SET_SPECULATION_CTRL), P(PR_SET_TSC),
#undef P
};
/* clang-format on */

/* ---- state ---- */

struct process {
	pid_t pid;  /* 0: this slot is free */
	int number; /* -1: seen before its parent told of it */
	unsigned int index;
	uint64_t flags;	    /* of the last clone(2) */
	uint64_t waits_for; /* by futex(2), in its last call; or 0 */
	bool fails, held;
	bool awaited;	 /* its parent sleeps until it ends: vfork(2) */
	bool is_another; /* a helper, that others wrote */
};

#define PROCESSES 256

static struct process processes[PROCESSES];
static int next_number;
static FILE *log_file;

/* The call that is to fail; `process` is -1 for none. */
static struct {
	int process;
	unsigned int index;
	int error;
	bool done;
} fault = { .process = -1 };

static bool in_main; /* number 0 has come to its main() */
static bool command_runs;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct process *find(pid_t pid)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	return NULL;
}

static struct process *add(pid_t pid, int number)
{
	struct process *p = find(0);

	if (!p) {
		errno = EAGAIN;
		die("processes");
	}
	*p = (struct process){ .pid = pid, .number = number };
	return p;
}

/* ---- the call of a stopped process ---- */

static int get_string(pid_t pid, uint64_t address, size_t most, bool text,
		      char *out)
{
	size_t n = 0;

	while (n < most) {
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, (void *)(address + n), 0);
		if (errno)
			return -1;
		for (size_t i = 0; i < sizeof(word) && n < most; i++, n++) {
			out[n] = (char)(word >> 8 * i);
			if (text && !out[n])
				return (int)n;
		}
	}
	return (int)n;
}

/* "?" where the memory may not be read: without privileges. */
static void put_string(pid_t pid, uint64_t address, size_t most, bool text)
{
	char bytes[4096];
	int n;

	if (!address) {
		fputs("NULL", log_file);
		return;
	}
	if (most > sizeof(bytes))
		most = sizeof(bytes);
	n = get_string(pid, address, most, text, bytes);
	if (n < 0) {
		fputc('?', log_file);
		return;
	}
	fputc('"', log_file);
	for (int i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c < ' ' || c >= 127 || c == '"' || c == '\\')
			fprintf(log_file, "\\x%02x", c);
		else
			fputc(c, log_file);
	}
	fputc('"', log_file);
}

static void put_prctl(uint64_t number)
{
	for (size_t i = 0; i < LENGTH(prctl_options); i++)
		if ((uint64_t)prctl_options[i].number == number) {
			fputs(prctl_options[i].name, log_file);
			return;
		}
	fprintf(log_file, "%d", (int)number);
}

static void put_argument(pid_t pid, char kind, const uint64_t *arguments,
			 size_t i)
{
	uint64_t value = arguments[i];

	switch (kind) {
	case 'd':
		fprintf(log_file, "%d", (int)value);
		break;
	case '?':
		if (value >> 32) {
			fputc('-', log_file);
			break;
		}
		/* fall through */
	case 'x':
		fprintf(log_file, "0x%llx", (unsigned long long)value);
		break;
	case 's':
		put_string(pid, value, SIZE_MAX, true);
		break;
	case 'b':
		put_string(pid, value, arguments[i + 1], false);
		break;
	case 'u':
		errno = 0;
		value = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)value,
					 0);
		if (errno)
			fputs("{?}", log_file);
		else
			fprintf(log_file, "{0x%llx}",
				(unsigned long long)value);
		break;
	case 'P':
		put_prctl(value);
		break;
	default:
		fputc('-', log_file);
	}
}

static void put_call(const struct process *p,
		     const struct ptrace_syscall_info *info)
{
	struct call unknown = { 0, NULL, "??????" };
	const struct call *c = &unknown;
	uint64_t arguments[7] = { 0 };

	for (size_t i = 0; i < 6; i++)
		arguments[i] = info->entry.args[i];
	for (size_t i = 0; i < LENGTH(calls); i++)
		if ((uint64_t)calls[i].number == info->entry.nr)
			c = &calls[i];
	fprintf(log_file, "call\t%d\t%u\t", p->number, p->index);
	if (c->name)
		fprintf(log_file, "%s\t", c->name);
	else
		fprintf(log_file, "call_%d\t", (int)info->entry.nr);
	for (size_t i = 0; c->arguments[i]; i++) {
		if (i)
			fputs(", ", log_file);
		put_argument(p->pid, c->arguments[i], arguments, i);
	}
	fputc('\n', log_file);
}

/*
 * Instead of the call that it has begun the process makes one that does
 * nothing. No number would do too, but a seccomp(2) filter that is installed
 * already looks at it, and may kill.
 */
#if defined(__x86_64__)
static void replace_call(pid_t pid)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, 0, &r) == 0) {
		r.orig_rax = SYS_getpid;
		ptrace(PTRACE_SETREGS, pid, 0, &r);
	}
}

static void set_result(pid_t pid, int error)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, 0, &r) == 0) {
		r.rax = (unsigned long long)-error;
		ptrace(PTRACE_SETREGS, pid, 0, &r);
	}
}
#elif defined(__aarch64__)
static void replace_call(pid_t pid)
{
	int number = SYS_getpid;
	struct iovec v = { &number, sizeof(number) };

	ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &v);
}

static void set_result(pid_t pid, int error)
{
	struct user_regs_struct r;
	struct iovec v = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) == 0) {
		r.regs[0] = (unsigned long long)-error;
		ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
	}
}
#else
#error "how a system call is replaced is not known here"
#endif

/* ---- going on ---- */

/* With nothing more to see or to do, calls need not stop. */
static void go_on(struct process *p, int signal)
{
	bool calls_matter = !command_runs && (!fault.done || p->fails);

	p->held = false;
	ptrace(calls_matter ? PTRACE_SYSCALL : PTRACE_CONT, p->pid, 0, signal);
}

/* Whether it waits in the kernel for something: proc(5), stat. */
static bool sleeps(pid_t pid)
{
	char path[64], text[256] = "";
	const char *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	end = n > 0 ? strrchr(text, ')') : NULL;
	return end && end[1] == ' ' && end[2] == 'S';
}

static bool all_rest(void)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (processes[i].pid && !processes[i].held &&
		    !sleeps(processes[i].pid))
			return false;
	return true;
}

static void release_all(void)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (processes[i].pid && processes[i].held)
			go_on(&processes[i], 0);
}

static bool any(bool held_only)
{
	for (size_t i = 0; i < PROCESSES; i++)
		if (processes[i].pid && (!held_only || processes[i].held))
			return true;
	return false;
}

static void tick(int signal)
{
	(void)signal;
}

/* waitpid(2) returns with EINTR then. It repeats: it may come just before. */
static void set_timer(suseconds_t us)
{
	struct timeval t = { us / 1000000, us % 1000000 };
	struct itimerval timer = { t, t };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- what happens ---- */

/* What it runs now, proc_pid_comm(5). */
static bool is_helper(pid_t pid)
{
	char path[64], name[32] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n > 0 && (strcmp(name, "newuidmap\n") == 0 ||
			 strcmp(name, "newgidmap\n") == 0);
}

/* A wait that goes on after a timeout is one call: their number varies. */
static bool waits_on(struct process *p, const struct ptrace_syscall_info *info)
{
	uint64_t before = p->waits_for;

	p->waits_for = 0;
	if (info->entry.nr == SYS_futex &&
	    (info->entry.args[1] & FUTEX_CMD_MASK) == FUTEX_WAIT)
		p->waits_for = info->entry.args[0];
	return before && p->waits_for == before;
}

static void on_entry(struct process *p, const struct ptrace_syscall_info *info)
{
	if (p->number == 0 && info->entry.nr == SYS_epoll_create1)
		in_main = true;
	if (!in_main || command_runs || p->is_another || waits_on(p, info))
		return;
	p->index++;
	if (info->entry.nr == SYS_clone)
		p->flags = info->entry.args[0];
	else if (info->entry.nr == SYS_clone3)
		p->flags = 0;
	put_call(p, info);
	if (p->number == fault.process && p->index == fault.index &&
	    !fault.done) {
		replace_call(p->pid);
		p->fails = true;
	} else if (info->entry.nr == SYS_kill && !fault.done) {
		p->held = true;
	}
}

static void on_exit_of_call(struct process *p,
			    const struct ptrace_syscall_info *info)
{
	if (p->fails) {
		set_result(p->pid, fault.error);
		p->fails = false;
		fault.done = true;
		fprintf(log_file, "fail\t%d\t%u\t%d\n", p->number, p->index,
			fault.error);
		/* What number 0 does about it comes before what it made. */
		if (fault.process != 0)
			release_all();
	} else if (p->index && !command_runs && !p->is_another) {
		fprintf(log_file, "done\t%d\t%u\t%lld\n", p->number, p->index,
			(long long)info->exit.rval);
	}
}

static void on_call(struct process *p)
{
	struct ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_entry(p, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of_call(p, &info);
	if (!p->held)
		go_on(p, 0);
}

/* Its first stop: what number 0 makes waits for the fault there. */
static void start_child(struct process *p)
{
	if (fault.process == 0 && !fault.done && !p->awaited)
		p->held = true;
	else
		go_on(p, 0);
}

static void on_fork(struct process *p)
{
	bool shares = p->flags & CLONE_VM && !(p->flags & CLONE_VFORK);
	unsigned long pid = 0;
	struct process *child;

	if (ptrace(PTRACE_GETEVENTMSG, p->pid, 0, &pid) < 0 || !pid)
		return; /* killed meanwhile */
	child = find((pid_t)pid);
	if (!child) {
		child = add((pid_t)pid, next_number++);
		child->awaited = p->flags & CLONE_VFORK;
	} else {
		child->number = next_number++;
		child->awaited = p->flags & CLONE_VFORK;
		start_child(child);
	}
	fprintf(log_file, "fork\t%d\t%d\n", p->number, child->number);
	if (shares && in_main && !fault.done && !command_runs)
		p->held = true;
	else
		go_on(p, 0);
}

static void on_stop(struct process *p, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		on_call(p);
	} else if (event == PTRACE_EVENT_EXEC) {
		if (in_main && is_helper(p->pid)) {
			p->is_another = true;
		} else if (in_main) {
			command_runs = true;
			fprintf(log_file, "exec\t%d\n", p->number);
		}
		go_on(p, 0);
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		   event == PTRACE_EVENT_CLONE) {
		on_fork(p);
	} else if (event == PTRACE_EVENT_STOP && signal == SIGTRAP) {
		if (p->number >= 0)
			start_child(p);
	} else if (event == PTRACE_EVENT_STOP) {
		ptrace(PTRACE_LISTEN, p->pid, 0, 0);
	} else {
		go_on(p, signal);
	}
}

/* Until nothing is left; the status of number 0. */
static int watch(void)
{
	int status, result = 2;
	bool ended = false;

	while (any(false)) {
		struct process *p;
		pid_t pid;

		if (ended)
			;
		else if (any(true))
			set_timer(REST_US);
		else
			set_timer(0);
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR && ended)
			break;
		if (pid < 0 && errno == EINTR && all_rest())
			release_all();
		if (pid < 0)
			continue;
		p = find(pid);
		if (WIFSTOPPED(status)) {
			on_stop(p ? p : add(pid, -1), status);
			continue;
		}
		if (!p)
			continue;
		status = WIFEXITED(status) ? WEXITSTATUS(status) :
					     128 + WTERMSIG(status);
		fprintf(log_file, "exit\t%d\t%d\n", p->number, status);
		p->pid = 0;
		if (p->number == 0) {
			result = status;
			ended = true;
			release_all();
			set_timer(LEFT_US);
		}
	}
	for (size_t i = 0; i < PROCESSES; i++)
		if (processes[i].pid)
			fprintf(log_file, "left\t%d\n", processes[i].number);
	return result;
}

/* Attached before its first execve(2), which is the first stop. */
static void start(char **argv)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		die("pipe2");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(ready[1]);
		while (read(ready[0], &byte, 1) < 0 && errno == EINTR)
			;
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0)
		die("PTRACE_SEIZE");
	close(ready[0]);
	close(ready[1]);
	add(pid, next_number++);
}

static int usage(void)
{
	fprintf(stderr, "usage: inject [-p PROCESS -n INDEX -e ERRNO] -o LOG "
			"-- COMMAND [ARG...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = tick };
	int option;

	while ((option = getopt(argc, argv, "+p:n:e:o:")) >= 0) {
		if (option == 'p')
			fault.process = atoi(optarg);
		else if (option == 'n')
			fault.index = (unsigned int)atoi(optarg);
		else if (option == 'e')
			fault.error = atoi(optarg);
		else if (option == 'o')
			log_file = fopen(optarg, "we");
		else
			return usage();
	}
	if (optind == argc)
		return usage();
	if (!log_file)
		die("log");
	sigaction(SIGALRM, &action, NULL);
	start(argv + optind);
	option = watch();
	if (fclose(log_file) != 0)
		die("log");
	return option;
}
