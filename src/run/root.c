/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the new root begins as: an empty tmpfs, a copy of what is bound there,
 * or the namespace's own copy of the host's tree, changed where it is.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "host/check.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* --- in place ----------------------------------------------------------- */

/*
 * Whether "/" is a whole mount with nothing on top of it. In a chroot(2) jail it
 * may not be; the kernel makes no user namespace for who is in one, so that this
 * is about root, who has the same ways out of the jail either way.
 */
static int is_whole(int root, bool *out, struct err *e)
{
	struct statx here, above;

	if (statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &here) < 0 ||
	    statx(AT_FDCWD, "/..", 0, STATX_MNT_ID, &above) < 0)
		return err_sys(e, "look at the root");
	*out = here.stx_mask & STATX_MNT_ID &&
	       here.stx_attributes & STATX_ATTR_MOUNT_ROOT &&
	       here.stx_mnt_id == above.stx_mnt_id;
	return 0;
}

/* The tree gets what a copy of it would have got. */
static int change_root(struct engine *en, const struct step *s, int root,
		       struct err *e)
{
	struct mount_attr attr = { .attr_set = s->attributes };
	bool directory = true;

	if (engine_check_source(root, s, &directory, e) < 0)
		return err_at(e, "%s", s->origin);
	if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) < 0) {
		err_sys(e, "set the flags of all mounts");
		return host_explain_userns(e);
	}
	tree_changed(&en->tree, "/", root, false);
	return 0;
}

/* bubblewrap's sandboxes see what the host mounts later, as a disk plugged in. */
static int make_private(const struct program *p, struct err *e)
{
	struct mount_attr attr = {
		.propagation = p->bwrap ? MS_SLAVE : MS_PRIVATE,
	};

	if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr) == 0)
		return 0;
	err_sys(e, "change how mounts propagate");
	return host_explain_userns(e);
}

/* --- copies ------------------------------------------------------------- */

static bool shows_root(const struct step *s)
{
	return s->kind == STEP_BIND && s->source[1] == '\0';
}

/* Whether a source has to be copied before anything is changed. */
static bool is_early(const struct engine *en, const struct step *s)
{
	if (en->run->in_place)
		return s->kind == STEP_BIND && s != en->program->steps;
	return shows_root(s);
}

static int copy(const struct step *s)
{
	return sys_open_tree(AT_FDCWD, s->source,
			     OPEN_TREE_CLONE | AT_RECURSIVE);
}

/*
 * What is attached to the host's "/" later, the base before all, would be in a
 * copy of it that is made after that, and cover it. Where the host's tree
 * itself is changed, no source is what it was any more.
 */
static int copy_early(struct engine *en, struct err *e)
{
	for (size_t i = 0; i < en->program->step_count; i++) {
		const struct step *s = &en->program->steps[i];
		int fd;

		if (!is_early(en, s))
			continue;
		if (en->source_count == SOURCES_MAX)
			return err_set(e, ERR_USAGE,
				       "'/' is shown more than %d times",
				       SOURCES_MAX);
		fd = copy(s);
		if (fd < 0 && !(s->optional && errno == ENOENT)) {
			err_sys(e, "open source '%s'", s->source);
			return host_explain_userns(e);
		}
		en->sources[en->source_count++] = fd;
	}
	return 0;
}

int engine_source(struct engine *en, const struct step *s)
{
	if (!is_early(en, s))
		return copy(s);
	errno = ENOENT;
	return en->source_next < en->source_count ?
		       en->sources[en->source_next++] :
		       -1;
}

/* --- the root ----------------------------------------------------------- */

/*
 * The first mount covers the host's root directory: any place would do, and
 * this one exists. Lookups of "/" still see the host until the pivot.
 */
static int attach_base(struct engine *en, struct err *e)
{
	struct dest to = { AT_FDCWD, "/" };
	int fd = engine_new_tmpfs(0755, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
				  e);

	if (fd < 0 || engine_attach(fd, &to, e) < 0) {
		err_wrap(e, "make the new root");
		return host_explain_userns(e);
	}
	en->tree.base = fd;
	looks_keep(en->run, fd, false);
	tree_changed(&en->tree, "/", fd, false);
	return 0;
}

/*
 * Below the base or the root, where it goes with the old root. It has to be
 * attached somewhere: only from there the kernel (before 6.15) clones mounts.
 */
static int attach_scratch(struct engine *en, struct err *e)
{
	struct dest to = { AT_FDCWD, "/" };
	int fd;

	if (!en->program->scratch)
		return 0;
	fd = engine_new_tmpfs(0755, en->program->scratch_size,
			      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, e);
	if (fd < 0 || engine_attach(fd, &to, e) < 0)
		return err_wrap(e, "make a place for data");
	en->tree.scratch = fd;
	looks_keep(en->run, fd, false);
	return 0;
}

/* Without a base the first step is the root itself. */
static int attach_root(struct engine *en, const struct step *s, struct err *e)
{
	struct dest to = { AT_FDCWD, "/" };
	bool directory = true;
	int fd = engine_source(en, s);

	if (fd < 0)
		err_sys(e, "open source '%s'", s->source);
	if (fd < 0 || engine_check_source(fd, s, &directory, e) < 0 ||
	    engine_set_attributes(fd, s->attributes, true, e) < 0 ||
	    engine_attach(fd, &to, e) < 0) {
		err_wrap(e, "bind '%s' on '/'", s->source);
		return err_at(e, "%s", s->origin);
	}
	tree_changed(&en->tree, "/", fd, false);
	return 0;
}

static void drop_early(struct engine *en)
{
	for (size_t i = 0; i < en->source_count; i++)
		if (en->sources[i] >= 0)
			close(en->sources[i]);
	en->source_count = 0;
}

/*
 * Tries the way that copies nothing. `*done` is false where it is not open: the
 * root is no whole mount, or there are not enough descriptors, or somebody has
 * a file open for writing by way of our /proc/PID/root. Nothing was changed then.
 */
static int change_in_place(struct engine *en, bool *done, struct err *e)
{
	bool *in_place = &en->run->in_place;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*done = false;
	if (root < 0)
		return err_sys(e, "open '/'");
	if (is_whole(root, in_place, e) < 0)
		return -1;
	if (!*in_place)
		return 0;
	if (copy_early(en, e) == 0 &&
	    change_root(en, en->program->steps, root, e) == 0) {
		*done = true;
		return 0;
	}
	if (e->errnum != EMFILE && e->errnum != EBUSY)
		return -1;
	drop_early(en);
	*in_place = false;
	*e = (struct err){ 0 };
	return 0;
}

int engine_root(struct engine *en, struct err *e)
{
	const struct program *p = en->program;
	bool done = false;

	/* First of all: a copy of what is shared would be shared, too. */
	if (make_private(p, e) < 0)
		return -1;
	if (p->in_place && change_in_place(en, &done, e) < 0)
		return -1;
	if (done)
		return 0;
	if (copy_early(en, e) < 0 || attach_scratch(en, e) < 0)
		return -1;
	return p->base_tmpfs ? attach_base(en, e) :
			       attach_root(en, p->steps, e);
}
