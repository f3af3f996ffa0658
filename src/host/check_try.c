/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the default policy asks of the kernel, one thing after the other, so that
 * each is told by itself. Every attempt is a process of its own whose end takes
 * away what it made; its exit status is the errno.
 */
#include "host/check_facts.h"

#include "base/cleanup.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- in the child ------------------------------------------------------- */

static int write_text(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	return n < 0 ? -1 : 0;
}

/* The caller's own id, as it is. */
static int map_own(const char *path, unsigned int id)
{
	char line[32];

	snprintf(line, sizeof(line), "%u %u 1\n", id, id);
	return write_text(path, line);
}

static int map_ids(const struct caller *caller)
{
	if (write_text("/proc/self/setgroups", "deny") < 0 ||
	    map_own("/proc/self/uid_map", caller->uid) < 0)
		return -1;
	return map_own("/proc/self/gid_map", caller->gid);
}

/* Options are NAME, VALUE pairs up to a NULL; flags have "" for a value. */
static int make_file_system(const char *type, const char *const *options)
{
	autoclose int fs = sys_fsopen(type);

	if (fs < 0)
		return -1;
	for (; *options; options += 2) {
		bool flag = !options[1][0];

		if (sys_fsconfig(fs,
				 flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
				 options[0], flag ? NULL : options[1]) < 0)
			return -1;
	}
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return -1;
	return sys_fsmount(fs, 0);
}

static int nothing(void)
{
	return 0;
}

static int make_proc(void)
{
	static const char *const none[] = { NULL };

	return make_file_system("proc", none);
}

static int make_tmpfs(void)
{
	static const char *const options[] = { "mode", "0755", NULL };

	return make_file_system("tmpfs", options);
}

static int make_devpts(void)
{
	static const char *const options[] = { "ptmxmode", "0666", "mode",
					       "620", NULL };

	return make_file_system("devpts", options);
}

/* Layers have to be on a file system that is mounted somewhere. */
static int make_overlay(void)
{
	static const char *const options[] = {
		"lowerdir", "lower",	 "upperdir", "upper", "workdir",
		"work",	    "userxattr", "",	     NULL
	};
	int top = make_tmpfs();

	if (top < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    sys_move_mount(top, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) <
		    0 ||
	    fchdir(top) < 0 || mkdir("lower", 0755) < 0 ||
	    mkdir("upper", 0755) < 0 || mkdir("work", 0755) < 0)
		return -1;
	return make_file_system("overlay", options);
}

static int set_loopback_up(void)
{
	struct ifreq request = {
		.ifr_name = "lo",
		.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING,
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
}

/* A filter that allows everything. */
static int load_filter(unsigned int flags)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int filter_calls(void)
{
	return load_filter(0);
}

static int filter_with_notices(void)
{
	return load_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

/* --- the attempts ------------------------------------------------------- */

static const struct {
	uint64_t namespaces;
	int (*what)(void);
} attempts[TRY_COUNT] = {
	[TRY_USER] = { CLONE_NEWUSER, NULL },
	[TRY_IDS] = { CLONE_NEWUSER, nothing },
	[TRY_MOUNT] = { CLONE_NEWUSER | CLONE_NEWNS, nothing },
	[TRY_PID] = { CLONE_NEWUSER | CLONE_NEWPID, nothing },
	[TRY_NET] = { CLONE_NEWUSER | CLONE_NEWNET, nothing },
	[TRY_IPC] = { CLONE_NEWUSER | CLONE_NEWIPC, nothing },
	[TRY_UTS] = { CLONE_NEWUSER | CLONE_NEWUTS, nothing },
	[TRY_CGROUP] = { CLONE_NEWUSER | CLONE_NEWCGROUP, nothing },
	[TRY_PROC] = { CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, make_proc },
	[TRY_TMPFS] = { CLONE_NEWUSER | CLONE_NEWNS, make_tmpfs },
	[TRY_DEVPTS] = { CLONE_NEWUSER | CLONE_NEWNS, make_devpts },
	[TRY_OVERLAY] = { CLONE_NEWUSER | CLONE_NEWNS, make_overlay },
	[TRY_LOOPBACK] = { CLONE_NEWUSER | CLONE_NEWNET, set_loopback_up },
	[TRY_FILTER] = { 0, filter_calls },
	[TRY_NOTICES] = { 0, filter_with_notices },
};

_Noreturn static void in_child(enum attempt n, const struct caller *caller)
{
	int r = 0;

	errno = 0;
	if (attempts[n].what && attempts[n].namespaces)
		r = map_ids(caller);
	if (r == 0 && attempts[n].what)
		r = attempts[n].what();
	_exit(r < 0 ? errno : 0);
}

static int attempt(enum attempt n, const struct caller *caller)
{
	struct clone_args args = {
		.flags = attempts[n].namespaces,
		.exit_signal = SIGCHLD,
	};
	/* Where clone3(2) is refused, filters are none the less to be had. */
	pid_t pid = args.flags ? sys_clone3(&args) : fork();
	int status = 0;

	if (pid < 0)
		return errno;
	if (pid == 0)
		in_child(n, caller);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	/* A filter that does not answer but kills. */
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

void check_try(const struct caller *caller, int errnums[TRY_COUNT])
{
	for (int i = 0; i < TRY_COUNT; i++)
		errnums[i] = NOT_TRIED;
	errnums[TRY_USER] = attempt(TRY_USER, caller);
	if (errnums[TRY_USER] == 0)
		errnums[TRY_IDS] = attempt(TRY_IDS, caller);
	for (int i = TRY_IDS + 1; i < TRY_COUNT; i++)
		if (errnums[TRY_IDS] == 0 || !attempts[i].namespaces)
			errnums[i] = attempt((enum attempt)i, caller);
}
