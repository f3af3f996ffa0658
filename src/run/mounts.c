/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mount engine: the steps of the program, with the new mount API only.
 *
 * Trees are cloned detached, get their flags with one recursive call, and are
 * attached by descriptor, so a step costs the same whatever else is mounted.
 * Descriptors of what was attached are closed in batches.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "host/check.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* A step leaves at most four descriptors; some sites allow only 256. */
#define BATCH_STEPS 64

/* --- helpers ------------------------------------------------------------ */

int engine_set_attributes(int fd, uint64_t attributes, bool recursive,
			  struct err *e)
{
	struct mount_attr attr = { .attr_set = attributes };

	if (sys_mount_setattr(fd, "",
			      AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
			      &attr) < 0)
		return err_sys(e, "set mount flags");
	return 0;
}

int engine_attach(int mount, const struct dest *to, struct err *e)
{
	unsigned int flags = MOVE_MOUNT_F_EMPTY_PATH;

	if (!to->name[0])
		flags |= MOVE_MOUNT_T_EMPTY_PATH;
	if (sys_move_mount(mount, "", to->fd, to->name, flags) < 0)
		return err_sys(e, "attach mount");
	return 0;
}

/* Its context stays open up to the next batch, as most descriptors here. */
int engine_new_file_system(const char *type, const char *const *options,
			   uint64_t attributes, struct err *e)
{
	int fs = sys_fsopen(type), mount;

	if (fs < 0)
		return err_sys(e, "open file system '%s'", type);
	/* What df(1) and findmnt(8) call it. */
	if (sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", type) < 0)
		return err_sys(e, "name file system '%s'", type);
	for (; options && options[0]; options += 2)
		if (sys_fsconfig(fs,
				 options[1] ? FSCONFIG_SET_STRING :
					      FSCONFIG_SET_FLAG,
				 options[0], options[1]) < 0)
			return err_sys(e, "set option %s of '%s'", options[0],
				       type);
	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
		return err_sys(e, "make file system '%s'", type);
	mount = sys_fsmount(fs, (unsigned int)attributes);
	if (mount < 0)
		return err_sys(e, "mount file system '%s'", type);
	return mount;
}

int engine_new_tmpfs(mode_t mode, uint64_t size, uint64_t attributes,
		     struct err *e)
{
	char mode_text[16], size_text[32];
	const char *options[5] = { NULL };
	size_t n = 0;

	snprintf(mode_text, sizeof(mode_text), "%o", (unsigned int)mode);
	snprintf(size_text, sizeof(size_text), "%llu",
		 (unsigned long long)size);
	/* 1777 is the kernel's own default. */
	if (mode != 01777) {
		options[n++] = "mode";
		options[n++] = mode_text;
	}
	if (size) {
		options[n++] = "size";
		options[n++] = size_text;
	}
	return engine_new_file_system("tmpfs", options, attributes, e);
}

int engine_place(struct engine *en, int mount, const struct step *s,
		 bool directory, struct err *e)
{
	struct dest to = { 0 };

	if (tree_mount_point(&en->tree, s->dest, directory, &to, e) < 0 ||
	    engine_attach(mount, &to, e) < 0)
		return -1;
	if (directory)
		tree_changed(&en->tree, s->dest, mount, to.name[0]);
	return 0;
}

/* --- the steps ---------------------------------------------------------- */

int engine_changed(const char *source, struct err *e)
{
	err_set(e, ERR_SYSTEM, "source '%s' changed while sandbox started",
		source);
	return err_hint(e, "something replaced it meanwhile; try again");
}

/*
 * What is bound has to be what compile looked at: a directory swapped for a
 * symlink in between would show something else (CVE-2024-42472).
 */
int engine_check_source(int fd, const struct step *s, bool *directory,
			struct err *e)
{
	struct stat st, given;

	if (fstat(fd, &st) < 0 || (s->fd >= 0 && fstat(s->fd, &given) < 0))
		return err_sys(e, "fstat '%s'", s->source);
	*directory = S_ISDIR(st.st_mode);
	if (!s->ino)
		return 0;
	if (st.st_dev == s->dev && st.st_ino == s->ino &&
	    (s->fd < 0 ||
	     (st.st_dev == given.st_dev && st.st_ino == given.st_ino)))
		return 0;
	return engine_changed(s->source, e);
}

static int run_bind(struct engine *en, const struct step *s, struct err *e)
{
	bool directory = s->directory;
	int fd = engine_source(en, s);

	if (fd < 0 && s->optional && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(e, "open source '%s'", s->source);
	if (engine_check_source(fd, s, &directory, e) < 0)
		return -1;
	if (s->attributes &&
	    engine_set_attributes(fd, s->attributes, true, e) < 0)
		return err_wrap(e, "bind '%s'", s->source);
	if (engine_place(en, fd, s, directory, e) < 0)
		return err_wrap(e, "bind '%s' on '%s'", s->source, s->dest);
	return 0;
}

static int run_tmpfs(struct engine *en, const struct step *s, struct err *e)
{
	int fd = engine_new_tmpfs(s->mode, s->size, s->attributes, e);

	if (fd < 0 || engine_place(en, fd, s, true, e) < 0)
		return err_wrap(e, "tmpfs on '%s'", s->dest);
	looks_keep(en->run, fd, false);
	return 0;
}

static int run_proc(struct engine *en, const struct step *s, struct err *e)
{
	int fd = engine_new_file_system("proc", NULL, s->attributes, e);

	if (fd < 0 && e->errnum == EPERM)
		err_hint(e, "the /proc here is partly covered, as in many "
			    "containers, and the kernel shows no fresh one "
			    "then; start the container with an uncovered /proc "
			    "(" CONTAINER_PROC_FIX ")");
	if (fd < 0 || engine_place(en, fd, s, true, e) < 0)
		return err_wrap(e, "proc on '%s'", s->dest);
	looks_keep(en->run, fd, true);
	return 0;
}

/*
 * No gid=: with one id mapped, group 5 does not exist inside. newinstance is
 * what every mount is since Linux 4.7.
 */
static int run_devpts(struct engine *en, const struct step *s, struct err *e)
{
	static const char *const options[] = { "ptmxmode", "0666", "mode",
					       "620", NULL };
	int fd = engine_new_file_system("devpts", options, s->attributes, e);

	if (fd < 0 || engine_place(en, fd, s, true, e) < 0)
		return err_wrap(e, "devpts on '%s'", s->dest);
	return 0;
}

static int run_mqueue(struct engine *en, const struct step *s, struct err *e)
{
	int fd = engine_new_file_system("mqueue", NULL, s->attributes, e);

	if (fd < 0 || engine_place(en, fd, s, true, e) < 0)
		return err_wrap(e, "mqueue on '%s'", s->dest);
	return 0;
}

static int run_dir(struct engine *en, const struct step *s, struct err *e)
{
	const char *name = strrchr(s->dest, '/') + 1;
	struct dest there = { 0 };
	int dir = -1;

	if (s->dest[1] == '\0')
		return 0;
	if (tree_parent(&en->tree, s->dest, &dir, e) < 0)
		return -1;
	if (mkdirat(dir, name, s->mode) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, "make directory '%s'", s->dest);
	return tree_mount_point(&en->tree, s->dest, true, &there, e);
}

static int other_symlink(const struct engine *en, const struct step *s,
			 const char *there, struct err *e)
{
	if (!en->program->bwrap)
		return err_set(e, ERR_SYSTEM,
			       there ? "make symlink '%s': existing "
				       "destination is '%s'" :
				       "make symlink '%s': something else is "
				       "there",
			       s->dest, there);
	return err_set(e, ERR_SYSTEM,
		       there ? "Can't make symlink at %s: existing destination "
			       "is %s" :
			       "Can't make symlink at %s: destination exists "
			       "and is not a symlink",
		       s->dest, there);
}

static int run_symlink(struct engine *en, const struct step *s, struct err *e)
{
	const char *name = strrchr(s->dest, '/') + 1;
	char target[PATH_MAX];
	int dir = -1;
	ssize_t n;

	if (tree_parent(&en->tree, s->dest, &dir, e) < 0)
		return -1;
	if (symlinkat(s->source, dir, name) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, "make symlink '%s'", s->dest);
	n = readlinkat(dir, name, target, sizeof(target) - 1);
	if (n < 0)
		return other_symlink(en, s, NULL, e);
	target[n] = '\0';
	if (str_equal(target, s->source))
		return 0;
	return other_symlink(en, s, target, e);
}

/* Whether the first directory there is above `path` is the caller's. */
static bool is_in_own(struct engine *en, const char *path)
{
	char above[PATH_MAX];
	struct stat st;

	snprintf(above, sizeof(above), "%s", path);
	for (;;) {
		autoclose int fd = -1;

		*strrchr(above, '/') = '\0';
		fd = tree_open(&en->tree, above[0] ? above : "/");
		if (fd >= 0)
			return fstat(fd, &st) < 0 || st.st_uid == geteuid();
		if (!above[0])
			return true;
	}
}

/*
 * Where the caller may not make it, the command may not either; unless the
 * directory is its own, and only closed. A disk that is full is no such place
 * at all: the command could make room.
 */
static int make_protected(struct engine *en, const struct step *s,
			  struct dest *out, struct err *e)
{
	if (tree_mount_point(&en->tree, s->dest, s->directory, out, e) == 0)
		return 1;
	if (e->errnum == EROFS)
		return 0;
	if ((e->errnum == EACCES || e->errnum == EPERM) &&
	    !is_in_own(en, s->dest))
		return 0;
	return err_wrap(e, "protect '%s'", s->dest);
}

static int run_protect(struct engine *en, const struct step *s, struct err *e)
{
	struct dest to = { .name = strrchr(s->dest, '/') + 1 };
	struct stat st;
	int fd, made = s->create ? make_protected(en, s, &to, e) : 1;

	if (made <= 0)
		return made;
	if (!s->create && tree_parent(&en->tree, s->dest, &to.fd, e) < 0)
		return -1;
	fd = sys_open_tree(to.fd, to.name,
			   OPEN_TREE_CLONE | AT_RECURSIVE |
				   AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "protect '%s'", s->dest);
	/* Our own cover of a hidden file: it is unlinked, and stays. */
	if (st.st_nlink == 0)
		return 0;
	if ((s->attributes &&
	     engine_set_attributes(fd, s->attributes, true, e) < 0) ||
	    engine_attach(fd, &to, e) < 0)
		return err_wrap(e, "protect '%s'", s->dest);
	tree_changed(&en->tree, s->dest, fd, false);
	return 0;
}

static int run_remount(struct engine *en, const struct step *s, struct err *e)
{
	int fd = s->dest[1] ? tree_open(&en->tree, s->dest) : en->tree.root;

	if (fd < 0)
		return err_sys(e, "remount '%s'", s->dest);
	if (engine_set_attributes(fd, s->attributes, false, e) == 0)
		return 0;
	if (e->errnum == EINVAL)
		err_hint(e, "it has to be a mount point");
	return err_wrap(e, "remount '%s'", s->dest);
}

/* --- all of it ---------------------------------------------------------- */

static int run_step(struct engine *en, const struct step *s, struct err *e)
{
	static int (*const kinds[])(struct engine *, const struct step *,
				    struct err *) = {
		[STEP_BIND] = run_bind,
		[STEP_TMPFS] = run_tmpfs,
		[STEP_PROC] = run_proc,
		[STEP_DEVPTS] = run_devpts,
		[STEP_DIR] = run_dir,
		[STEP_SYMLINK] = run_symlink,
		[STEP_PROTECT] = run_protect,
		[STEP_REMOUNT_RO] = run_remount,
		[STEP_FILE] = engine_file,
		[STEP_DATA] = engine_data,
		[STEP_CHMOD] = engine_chmod,
		[STEP_MQUEUE] = run_mqueue,
		[STEP_OVERLAY] = engine_overlay,
		[STEP_HIDE] = engine_hide,
		[STEP_HIDE_PRIVATE] = engine_hide_private,
	};

	en->tree.parents = s->parents ? s->parents : 0755;
	if (kinds[s->kind](en, s, e) == 0)
		return 0;
	if (s->origin)
		err_at(e, "%s", s->origin);
	return -1;
}

/* What was open before the first step, and what steps still need, stays. */
static int close_batch(struct engine *en, struct err *e)
{
	int keep = en->run->socket;

	if (keep < en->tree.scratch)
		keep = en->tree.scratch;
	if (keep < en->tree.root)
		keep = en->tree.root;
	if (keep < en->tree.base)
		keep = en->tree.base;
	tree_forget(&en->tree);
	return descriptors_close(
		(unsigned int)keep + 1,
		(struct held[]){ KEPT(en->program),
				 TAKEN(en->program),
				 PEERS(en->run),
				 LOOKED(en->run),
				 { &en->run->proc, 1 },
				 { en->sources + en->source_next,
				   en->source_count - en->source_next } },
		6, e);
}

/* Others leave something that they would find in their way. */
static bool can_repeat(const struct step *s)
{
	return s->kind != STEP_FILE && s->kind != STEP_DATA &&
	       s->kind != STEP_OVERLAY;
}

/* Where few descriptors are left of what the caller has not opened. */
static int repeat_step(struct engine *en, const struct step *s, size_t source,
		       struct err *e)
{
	en->source_next = source;
	if (close_batch(en, e) < 0)
		return -1;
	return run_step(en, s, e);
}

/* The supervisor needs a /proc, also where the command gets none. */
static int look_for_proc(struct engine *en, struct err *e)
{
	int fd;

	if (!en->program->looks || en->run->looks.fds[0] >= 0)
		return 0;
	fd = engine_new_file_system("proc", NULL, MOUNT_ATTR_RDONLY, e);
	if (fd < 0) {
		err_wrap(e, "look at the processes");
		return err_hint(e, "without a cgroup limits are held by "
				   "looking at the sandbox's own /proc, which "
				   "the kernel does not give here");
	}
	looks_keep(en->run, fd, true);
	return 0;
}

int stage_mounts(struct run *r, struct err *e)
{
	const struct program *p = r->program;
	struct engine en = {
		.program = p,
		.run = r,
		.tree = { .root = -1, .base = -1, .scratch = -1 },
	};
	const int inside[] = { r->peers[PEER_SYNC], r->peers[PEER_BLOCK],
			       r->peers[PEER_USERNS2], r->proc };
	size_t i = 0;
	mode_t mask;

	mask = umask(0);
	if (engine_root(&en, e) < 0)
		return -1;
	/* Without a base the first step is the root itself. */
	i = !p->base_tmpfs;
	for (size_t since = i; i < p->step_count; i++) {
		const struct step *step = &p->steps[i];
		size_t source = en.source_next;

		if (run_step(&en, step, e) < 0) {
			if (e->errnum != EMFILE || !can_repeat(step) ||
			    repeat_step(&en, step, source, e) < 0)
				return -1;
			since = i;
		}
		if (i - since < BATCH_STEPS)
			continue;
		since = i;
		if (close_batch(&en, e) < 0)
			return -1;
	}
	if (fchdir(en.tree.root) < 0)
		return err_sys(e, "enter the new root");
	umask(mask);
	if (look_for_proc(&en, e) < 0 || engine_close_taken(p, e) < 0)
		return -1;
	/* No way back: what is open is the sandbox's own. */
	return descriptors_close(
		3,
		(struct held[]){ KEPT(p),
				 LOOKED(r),
				 { &r->socket, 1 },
				 { inside, COUNT_OF(inside) } },
		4, e);
}
