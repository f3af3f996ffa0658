/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child writes its own maps: one line that maps its own id needs no
 * privilege once setgroups(2) is denied, user_namespaces(7).
 */
#include "host/check.h"
#include "host/sys.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_file(const char *path, const char *text, uint32_t outside,
		      struct err *e)
{
	/* Closed with all others at the end of the mounts. */
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(e, "open '%s'", path);
		if (e->errnum == ENOENT)
			err_hint(e, "is /proc mounted?");
		return -1;
	}
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		err_sys(e, "write '%s'", path);
		if (e->errnum == EPERM && outside == 0)
			err_hint(e, "root may map itself only with CAP_SETFCAP,"
				    " which is missing here, as it is inside "
				    "another sandbox");
		return host_explain_userns(e);
	}
	return 0;
}

static int write_map(const char *path, struct id_map map, struct err *e)
{
	char line[32];

	snprintf(line, sizeof(line), "%u %u 1\n", map.inside, map.outside);
	return write_file(path, line, map.outside, e);
}

/*
 * No user namespace below this one can be made then, by any system call. Only
 * CAP_SYS_RESOURCE in this one could change it back (set_permissions() in
 * kernel/ucount.c).
 */
int stage_userns(struct run *r, struct err *e)
{
	(void)r;
	return write_file("/proc/sys/user/max_user_namespaces", "0", ID_NONE,
			  e);
}

/*
 * What the host's /proc shows there is the namespace of who looks. Where it may
 * not be written, as in a container, looks alone hold the number of processes.
 */
int stage_numbers(struct run *r, struct err *e)
{
	static const char path[] = "/proc/sys/kernel/pid_max";
	char text[32];

	if (access(path, W_OK) < 0 && (errno == EROFS || errno == EACCES))
		return 0;
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)r->program->pid_max);
	return write_file(path, text, ID_NONE, e);
}

/* The proof: it is tried, with all the rights that PID 1 has. */
int stage_assert(struct run *r, struct err *e)
{
	struct clone_args args = { .flags = CLONE_NEWUSER };
	pid_t pid = sys_clone3(&args);

	(void)r;
	if (pid == 0)
		_exit(0);
	if (pid < 0 && (errno == EPERM || errno == ENOSPC || errno == EUSERS))
		return 0;
	if (pid < 0)
		return err_sys(e, "try to make a user namespace");
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	err_set(e, ERR_SYSTEM, "user namespaces can be made in the sandbox");
	return err_hint(e, "add --disable-userns");
}

int stage_identity(struct run *r, struct err *e)
{
	if (write_file("/proc/self/setgroups", "deny", ID_NONE, e) < 0 ||
	    write_map("/proc/self/uid_map", r->program->uid, e) < 0 ||
	    write_map("/proc/self/gid_map", r->program->gid, e) < 0)
		return -1;
	return 0;
}
