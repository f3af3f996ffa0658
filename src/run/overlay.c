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
	const char *paths[OVERLAY_LAYERS_MAX]; /* NULL: it is ours */
	size_t count;
	int upper, work;
	int place;   /* of a kept layer, what those two are in; or -1 */
	int scratch; /* the step's own directory there, or -1 */
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
static int open_scratch(struct engine *en, struct stack *k,
			const struct step *s, struct err *e)
{
	char name[SCRATCH_NAME];

	if (k->scratch >= 0)
		return 0;
	engine_scratch_name(en, s, name);
	k->scratch = make_in(en->tree.scratch, name, 0755, e);
	return k->scratch < 0 ? -1 : 0;
}

static int push(struct stack *k, int fd, const char *path, struct err *e)
{
	if (k->count == OVERLAY_LAYERS_MAX) {
		close(fd);
		err_set(e, ERR_USAGE,
			"more than %d layers are needed: each with "
			"names that begin with '" MARKER "' takes up to two",
			OVERLAY_LAYERS_MAX);
		return err_hint(e, "join some of them");
	}
	k->paths[k->count] = path;
	k->layers[k->count++] = fd;
	return 0;
}

/* The layers as they are given, with what has to be between them. */
struct pile {
	struct engine *en;
	struct arena arena;
	const struct step *step;
	struct markers above; /* of the layer that was put there last */
};

static int push_cover(struct pile *p, struct stack *k, int layer,
		      const struct cover *c, struct err *e)
{
	char name[32];
	int fd;

	if (!c->list.count)
		return 0;
	if (open_scratch(p->en, k, p->step, e) < 0)
		return -1;
	snprintf(name, sizeof(name), "cover-%zu", k->count);
	fd = make_in(k->scratch, name, 0755, e);
	if (fd < 0 || push(k, fd, NULL, e) < 0)
		return -1;
	return engine_cover(&p->arena, fd, layer, c, e);
}

/* Returns 1 when what is below is not seen at all. */
static int push_layer(struct pile *p, struct stack *k, const struct layer *l,
		      struct err *e)
{
	struct markers here = { 0 };
	struct cover cover = { 0 };
	mode_t mode = 0;
	autoclose int fd = open_layer(l, &mode, e);

	if (fd < 0)
		return -1;
	if (l->marked && engine_markers(&p->arena, fd, &here, e) < 0)
		return err_wrap(e, "layer '%s'", l->path);
	cover_make(&p->arena, &p->above, &here, &cover);
	if (cover.list.count && !*cover.list.items[0])
		return 1;
	if (!k->count)
		k->mode = mode;
	if (push_cover(p, k, fd, &cover, e) < 0 ||
	    push(k, TAKE_FD(fd), l->path, e) < 0)
		return -1;
	p->above = here;
	return 0;
}

/* There is nobody to go back to; the supervisor says it. */
static void out_of_memory(void)
{
	_exit(RUN_OUT_OF_MEMORY);
}

static int open_layers(struct engine *en, struct stack *k, const struct step *s,
		       struct err *e)
{
	struct pile p = {
		.en = en,
		.step = s,
		.arena = { .exhausted = out_of_memory },
	};
	mode_t mode = 0;
	int result = 0;

	for (size_t i = s->layer_count; i-- > 0 && result == 0;)
		result = push_layer(&p, k, &s->layers[i], e);
	arena_release(&p.arena);
	if (result < 0 || !s->upper)
		return result < 0 ? -1 : 0;
	k->upper = open_layer(s->upper, &mode, e);
	k->work = k->upper < 0 ? -1 : open_layer(s->work, &mode, e);
	return k->work < 0 ? -1 : 0;
}

static int make_upper(struct engine *en, struct stack *k, const struct step *s,
		      struct err *e)
{
	if (open_scratch(en, k, s, e) < 0)
		return -1;
	k->upper = make_in(k->scratch, "upper", s->mode ? s->mode : k->mode, e);
	k->work = k->upper < 0 ? -1 : make_in(k->scratch, "work", 0755, e);
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
		if (k->paths[i] && has_mounts(k->layers[i]))
			return err_hint(
				e,
				"other file systems are mounted below '%s'; %s",
				k->paths[i],
				s->dest[1] ?
					"overlay the directories in it one by "
					"one, and bind those" :
					"unmount them first");
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

	for (size_t i = 0; i < k->count && n < sizeof(lower); i++)
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
	k->place = layer_open_place(layer, (unsigned int)s->place, e);
	if (k->place < 0)
		return -1;
	k->upper = layer_open_in(k->place, "upper", e);
	k->work = k->upper < 0 ? -1 : layer_open_in(k->place, "work", e);
	return k->work < 0 ? -1 : 0;
}

static int make_overlay(struct engine *en, struct stack *k,
			const struct step *s, struct err *e)
{
	int fd;

	if (open_layers(en, k, s, e) < 0 ||
	    (s->in_memory && make_upper(en, k, s, e) < 0) ||
	    (s->place >= 0 && open_kept(en->run, k, s, e) < 0))
		return -1;
	fd = s->helped ?
		     engine_helped(en, k->layers, k->count,
				   s->in_memory ? k->scratch : k->place, s, e) :
		     mount_stack(k, s, e);
	return fd < 0 ? -1 : engine_place(en, fd, s, true, e);
}

int engine_overlay(struct engine *en, const struct step *s, struct err *e)
{
	struct stack k = {
		.place = -1, .upper = -1, .work = -1, .scratch = -1
	};
	int result = make_overlay(en, &k, s, e);

	for (size_t i = 0; i < k.count; i++)
		close(k.layers[i]);
	if (k.place >= 0)
		close(k.place);
	if (k.upper >= 0)
		close(k.upper);
	if (k.work >= 0)
		close(k.work);
	if (k.scratch >= 0)
		close(k.scratch);
	return result < 0 ? err_wrap(e, "overlay on '%s'", s->dest) : 0;
}
