/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlays. overlayfs takes its layers as text: here as numbers of descriptors,
 * relative to /proc/self/fd. So they are what compile looked at, no character
 * in their names has a meaning, and mountinfo inside does not tell them.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "host/sys.h"
#include "run/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The layers that are open, the topmost first, and what is written to. */
struct stack {
	int layers[OVERLAY_LAYERS_MAX];
	size_t count;
	int both; /* the directory that the next two are in, or -1 */
	int upper, work;
	mode_t mode; /* of the topmost */
};

static int open_layer(const struct layer *l, mode_t *mode, struct err *e)
{
	autoclose int fd = open(l->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open source '%s'", l->path);
	if (l->ino && (st.st_dev != l->dev || st.st_ino != l->ino))
		return engine_changed(l->path, e);
	*mode = st.st_mode & 07777;
	return TAKE_FD(fd);
}

static int open_layers(struct stack *k, const struct step *s, struct err *e)
{
	mode_t mode = 0;

	for (size_t i = s->layer_count; i-- > 0;) {
		int fd = open_layer(&s->layers[i], &mode, e);

		if (fd < 0)
			return -1;
		if (!k->count)
			k->mode = mode;
		k->layers[k->count++] = fd;
	}
	if (s->upper) {
		k->upper = open_layer(s->upper, &mode, e);
		k->work = k->upper < 0 ? -1 : open_layer(s->work, &mode, e);
		return k->work < 0 ? -1 : 0;
	}
	return 0;
}

static int make_in(int dir, const char *name, mode_t mode, struct err *e)
{
	int fd;

	if (mkdirat(dir, name, mode) < 0)
		return err_sys(e, "make directory '%s'", name);
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open directory '%s'", name);
	return fd;
}

/* In the scratch, where nobody else gets. */
static int make_upper(struct engine *en, struct stack *k, const struct step *s,
		      struct err *e)
{
	char name[SCRATCH_NAME];

	engine_scratch_name(en, s, name);
	k->both = make_in(en->tree.scratch, name, 0755, e);
	if (k->both < 0)
		return -1;
	k->upper = make_in(k->both, "upper", s->mode ? s->mode : k->mode, e);
	k->work = k->upper < 0 ? -1 : make_in(k->both, "work", 0755, e);
	return k->work < 0 ? -1 : 0;
}

/*
 * The kernel takes no directory below which something is mounted that this
 * namespace may not take away, since that would show what it covers. It clones
 * no such tree without what is mounted in it either.
 */
static bool has_mounts(int fd)
{
	autoclose int tree =
		sys_open_tree(fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	return tree < 0 && errno == EINVAL;
}

static int explain(const struct stack *k, const struct step *s, struct err *e)
{
	int errnum = e->errnum;

	for (size_t i = 0; errnum == EINVAL && i < k->count; i++)
		if (has_mounts(k->layers[i]))
			return err_hint(
				e,
				"other file systems are mounted below '%s'; "
				"overlay the directories in it one by one, and "
				"bind those",
				s->layers[k->count - 1 - i].path);
	if (errnum == EINVAL && s->upper)
		return err_hint(e,
				"'%s' and '%s' have to be on the same "
				"mount, with none below them, and neither "
				"in the other",
				s->upper->path, s->work->path);
	if (errnum == ELOOP)
		return err_hint(e, "a directory is in another one of them");
	if (errnum == ENODEV)
		return err_hint(e, "this kernel has no overlayfs; load its "
				   "module (modprobe overlay), or add "
				   "--overlay-helper fuse-overlayfs");
	if (errnum == EINVAL && s->in_memory)
		return err_hint(e, "where a directory cannot be a layer of the "
				   "kernel's, --overlay-helper "
				   "fuse-overlayfs may do");
	return -1;
}

static int mount_stack(const struct stack *k, const struct step *s,
		       struct err *e)
{
	char lower[4 * OVERLAY_LAYERS_MAX + 1] = "", upper[16], work[16];
	const char *options[] = { "userxattr", NULL,	   "lowerdir",
				  lower,       "upperdir", upper,
				  "workdir",   work,	   NULL };
	size_t n = 0;
	int fd;

	for (size_t i = 0; i < k->count; i++)
		n += (size_t)snprintf(lower + n, sizeof(lower) - n, "%s%d",
				      i ? ":" : "", k->layers[i]);
	if (n >= sizeof(lower))
		return err_set(e, ERR_SYSTEM, "too many descriptors are open");
	snprintf(upper, sizeof(upper), "%d", k->upper);
	snprintf(work, sizeof(work), "%d", k->work);
	if (k->upper < 0)
		options[4] = NULL;
	if (chdir("/proc/self/fd") < 0)
		return err_sys(e, "enter '/proc/self/fd'");
	fd = engine_new_file_system("overlay", options, s->attributes, e);
	return fd < 0 ? explain(k, s, e) : fd;
}

/* In the directory of --changes. Others may have put links there. */
static int open_kept(const struct run *r, struct stack *k, const struct step *s,
		     struct err *e)
{
	autoclose int layer = layer_open_again(r, e);

	if (layer < 0)
		return -1;
	k->both = layer_open_place(layer, (unsigned int)s->place, e);
	if (k->both < 0)
		return -1;
	k->upper = layer_open_in(k->both, "upper", e);
	k->work = k->upper < 0 ? -1 : layer_open_in(k->both, "work", e);
	return k->work < 0 ? -1 : 0;
}

static int make_overlay(struct engine *en, struct stack *k,
			const struct step *s, struct err *e)
{
	int fd;

	if (open_layers(k, s, e) < 0 ||
	    (s->in_memory && make_upper(en, k, s, e) < 0) ||
	    (s->place >= 0 && open_kept(en->run, k, s, e) < 0))
		return -1;
	fd = s->helped ? engine_helped(en, k->layers, k->count, k->both, s, e) :
			 mount_stack(k, s, e);
	return fd < 0 ? -1 : engine_place(en, fd, s, true, e);
}

int engine_overlay(struct engine *en, const struct step *s, struct err *e)
{
	struct stack k = { .both = -1, .upper = -1, .work = -1 };
	int result = make_overlay(en, &k, s, e);

	for (size_t i = 0; i < k.count; i++)
		close(k.layers[i]);
	if (k.both >= 0)
		close(k.both);
	if (k.upper >= 0)
		close(k.upper);
	if (k.work >= 0)
		close(k.work);
	return result < 0 ? err_wrap(e, "overlay on '%s'", s->dest) : 0;
}
