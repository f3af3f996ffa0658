/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child writes its own maps: one line that maps its own id needs no
 * privilege once setgroups(2) is denied, user_namespaces(7).
 */
#include "base/cleanup.h"
#include "host/check.h"
#include "host/sys.h"
#include "run/map.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* A file of /proc, which is out of sight later: then `proc` is open on it. */
static int write_file(int proc, const char *name, const char *text,
		      uint32_t outside, struct err *e)
{
	char path[64];
	autoclose int fd = -1;

	/* Open, it would keep the mount from becoming read-only. */
	snprintf(path, sizeof(path), "/proc/%s", name);
	fd = openat(proc, proc < 0 ? path : name, O_WRONLY | O_CLOEXEC);
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

static int write_map(int proc, const char *path, struct id_map map,
		     struct err *e)
{
	char line[32];

	snprintf(line, sizeof(line), "%u %u 1\n", map.inside, map.outside);
	return write_file(proc, path, line, map.outside, e);
}

static int write_maps(int proc, struct id_map uid, struct id_map gid,
		      struct err *e)
{
	if (write_file(proc, "self/setgroups", "deny", ID_NONE, e) < 0 ||
	    write_map(proc, "self/uid_map", uid, e) < 0 ||
	    write_map(proc, "self/gid_map", gid, e) < 0)
		return -1;
	return 0;
}

/*
 * No user namespace below this one can be made then, by any system call. Only
 * CAP_SYS_RESOURCE in this one could change it back (set_permissions() in
 * kernel/ucount.c): who keeps it gets it in another, the only one there can be.
 */
int stage_userns(struct run *r, struct err *e)
{
	bool nested = r->program->nested;

	return write_file(-1, "sys/user/max_user_namespaces",
			  nested ? "1" : "0", ID_NONE, e);
}

int stage_nest(struct run *r, struct err *e)
{
	struct id_map uid = r->program->uid, gid = r->program->gid;

	uid.outside = uid.inside;
	gid.outside = gid.inside;
	if (unshare(CLONE_NEWUSER) < 0)
		return err_sys(e, "make a second user namespace");
	if (write_maps(r->proc, uid, gid, e) < 0)
		return -1;
	close(TAKE_FD(r->proc));
	return 0;
}

/*
 * What the host's /proc shows there is the namespace of who looks. Where it may
 * not be written, as in a container, looks alone hold the number of processes.
 */
int stage_numbers(struct run *r, struct err *e)
{
	char text[32];

	if (access("/proc/sys/kernel/pid_max", W_OK) < 0 &&
	    (errno == EROFS || errno == EACCES))
		return 0;
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)r->program->pid_max);
	return write_file(-1, "sys/kernel/pid_max", text, ID_NONE, e);
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

/* In a namespace of another's making there are the ids that it maps. */
static int change_ids(const struct program *p, struct err *e)
{
	uint64_t effective = 0, permitted = 0;

	if (p->gid.inside != p->gid.outside && setgid(p->gid.inside) < 0)
		return err_sys(e, "unable to switch to gid %u", p->gid.inside);
	if (p->uid.inside == p->uid.outside)
		return 0;
	/* Set-up goes on with the rights of the namespace. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_sys(e, "keep capabilities");
	if (setuid(p->uid.inside) < 0)
		return err_sys(e, "unable to switch to uid %u", p->uid.inside);
	if (sys_capget(&effective, &permitted) < 0 ||
	    sys_capset(permitted, permitted, 0) < 0)
		return err_sys(e, "keep capabilities");
	return 0;
}

int stage_identity(struct run *r, struct err *e)
{
	if (r->program->map.newuidmap)
		return map_check(&r->program->map, e);
	if (!r->program->maps_ids)
		return change_ids(r->program, e);
	if (write_maps(-1, r->program->uid, r->program->gid, e) < 0)
		return -1;
	/*
	 * A mount of its own: the one that is seen may become read-only. With
	 * what is below, as the kernel shows no one else what is covered.
	 */
	if (r->program->nested)
		r->proc = sys_open_tree(AT_FDCWD, "/proc",
					OPEN_TREE_CLONE | AT_RECURSIVE);
	if (r->program->nested && r->proc < 0)
		return err_sys(e, "open '/proc'");
	return 0;
}
