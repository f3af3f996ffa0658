/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick way to hide from root what only root may read: an ID-mapped mount
 * (mount_setattr(2), MOUNT_ATTR_IDMAP) in which user and group 0 have no
 * counterpart. Its files belong to nobody then, and the rights of others
 * decide. That needs the powers of real root over the file system, so the
 * supervisor prepares it; where the kernel or the file system cannot (a
 * container's overlay), PID 1 walks the tree and covers file by file.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* All ids but 0 are what they are. */
#define MAP_WITHOUT_ROOT "1 1 4294967294\n"

static bool write_map(pid_t pid, const char *name)
{
	char path[64];
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 &&
	       write(fd, MAP_WITHOUT_ROOT, strlen(MAP_WITHOUT_ROOT)) > 0;
}

/* Lives until its maps are written, and no longer than the supervisor. */
_Noreturn static void wait_for_maps(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (getppid() == parent)
		pause();
	_exit(0);
}

/* A user namespace needs a process to be made; the descriptor keeps it. */
static int user_namespace(void)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER,
		.exit_signal = SIGCHLD,
	};
	pid_t parent = getpid(), pid = sys_clone3(&args);
	char path[64];
	int fd = -1;

	if (pid == 0)
		wait_for_maps(parent);
	if (pid < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (write_map(pid, "uid_map") && write_map(pid, "gid_map"))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	/* One that cannot be ended now ends with the supervisor. */
	if (kill(pid, SIGKILL) < 0)
		return fd;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return fd;
}

/* A detached copy of the step's source without user 0, or -1. */
static int mapped_tree(const struct step *s, int ns)
{
	struct mount_attr attr = {
		.attr_set = s->attributes | MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)ns,
	};
	autoclose int fd = sys_open_tree(AT_FDCWD, s->source,
					 OPEN_TREE_CLONE | AT_RECURSIVE);

	if (fd < 0 ||
	    sys_mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0)
		return -1;
	return TAKE_FD(fd);
}

int stage_private(struct run *r, struct err *e)
{
	const struct program *p = r->program;
	autoclose int ns = user_namespace();
	size_t n = 0;

	(void)e;
	for (size_t i = 0; ns >= 0 && i < p->step_count; i++) {
		const struct step *s = &p->steps[i];

		if (s->kind != STEP_HIDE_PRIVATE || !s->source ||
		    n == PRIVATE_MAX)
			continue;
		r->private[n].step = s;
		r->private[n++].fd = mapped_tree(s, ns);
	}
	return 0;
}

int private_tree(const struct run *r, const struct step *s)
{
	for (size_t i = 0; i < PRIVATE_MAX; i++)
		if (r->private[i].step == s)
			return r->private[i].fd;
	return -1;
}

void private_close(struct run *r)
{
	for (size_t i = 0; i < PRIVATE_MAX; i++)
		if (r->private[i].step && r->private[i].fd >= 0)
			close(r->private[i].fd);
}
