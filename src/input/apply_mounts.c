/* SPDX-License-Identifier: Apache-2.0 */
/* Appliers of mounts that are made of more than a path. */
#include "input/apply.h"

#include "base/err.h"
#include "base/parse.h"
#include "input/directive.h"

#include <string.h>

/* FD DEST */
static int from_descriptor(struct apply *to, const struct setting *s,
			   enum mount_kind kind, struct err *e)
{
	const char *dest = NULL;
	struct plan_mount *m;
	int fd = -1;

	if (apply_descriptor(s->args[0], &fd, e) < 0 ||
	    apply_dest_path(to, s->args[1], &dest, e) < 0)
		return -1;
	if (kind != MOUNT_BIND_FD && dest[1] == '\0')
		return err_set(e, ERR_USAGE, "'/' cannot be a file");
	m = apply_add_mount(to, s, kind);
	m->fd = fd;
	m->dest = dest;
	m->writable = s->directive->param & BIND_WRITABLE;
	if (kind != MOUNT_BIND_FD)
		apply_take_mode(to, m);
	return 0;
}

APPLIER(bind_fd)
{
	return from_descriptor(to, s, MOUNT_BIND_FD, e);
}

APPLIER(file)
{
	return from_descriptor(to, s, MOUNT_FILE, e);
}

APPLIER(data)
{
	return from_descriptor(to, s, MOUNT_DATA, e);
}

APPLIER(overlay_src)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	if (to->layers.count == OVERLAY_LAYERS_MAX)
		return err_set(e, ERR_USAGE, "more than %d layers",
			       OVERLAY_LAYERS_MAX);
	to->layers_from = s;
	*array_add(to->arena, &to->layers) = apply_source_path(to, s->args[0]);
	return 0;
}

/* The layers that were named so far go to `m`. */
static int take_layers(struct apply *to, struct plan_mount *m, size_t least,
		       struct err *e)
{
	if (to->layers.count < least)
		return err_set(e, ERR_USAGE,
			       least == 1 ?
				       "needs an --overlay-src before it" :
				       "needs two --overlay-src before it");
	m->layers = to->layers.items;
	m->layer_count = to->layers.count;
	to->layers.items = NULL;
	to->layers.count = to->layers.room = 0;
	return 0;
}

APPLIER(overlay)
{
	enum mount_kind kind = (enum mount_kind)s->directive->param;
	bool own = kind == MOUNT_OVERLAY;
	const char *dest = NULL;
	struct plan_mount *m;

	if (own && (apply_not_empty(s->args[0], e) < 0 ||
		    apply_not_empty(s->args[1], e) < 0))
		return -1;
	if (apply_dest_path(to, s->args[own ? 2 : 0], &dest, e) < 0)
		return -1;
	m = apply_add_mount(to, s, kind);
	m->dest = dest;
	if (own) {
		m->source = apply_source_path(to, s->args[0]);
		m->work = apply_source_path(to, s->args[1]);
	}
	return take_layers(to, m, kind == MOUNT_RO_OVERLAY ? 2 : 1, e);
}

APPLIER(chmod)
{
	const char *dest = NULL;
	struct plan_mount *m;
	mode_t mode = 0;

	if (parse_mode(s->args[0], &mode, e) < 0 ||
	    apply_dest_path(to, s->args[1], &dest, e) < 0)
		return -1;
	m = apply_add_mount(to, s, MOUNT_CHMOD);
	m->dest = dest;
	m->mode = mode;
	return 0;
}

APPLIER(protect)
{
	const char *path;

	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	path = apply_source_path(to, s->args[0]);
	if (path[1] == '\0')
		return err_set(e, ERR_USAGE, "'/' cannot be protected");
	*array_add(to->arena, &to->plan->protected) = (struct plan_protected){
		.path = path,
		.directory = true,
		.missing = (enum missing)s->directive->param,
		.asked = true,
	};
	return 0;
}

/* --- layers ------------------------------------------------------------- */

APPLIER(cow)
{
	struct plan_mount *m;

	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	m = apply_add_mount(to, s, MOUNT_COW);
	m->source = apply_source_path(to, s->args[0]);
	m->dest = m->source;
	m->writable = true;
	return 0;
}

/* One mount, at the place of the first of them. */
static struct plan_mount *root(struct apply *to, const struct setting *s)
{
	struct plan_mount *m;

	for (size_t i = 0; i < to->plan->mounts.count; i++)
		if (to->plan->mounts.items[i].kind == MOUNT_ROOT)
			return &to->plan->mounts.items[i];
	m = apply_add_mount(to, s, MOUNT_ROOT);
	m->dest = "/";
	m->writable = true;
	return m;
}

APPLIER(layer)
{
	struct plan_mount *m;

	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	if (to->roots.count == OVERLAY_LAYERS_MAX)
		return err_set(e, ERR_USAGE, "more than %d layers",
			       OVERLAY_LAYERS_MAX);
	m = root(to, s);
	*array_add(to->arena, &to->roots) = apply_source_path(to, s->args[0]);
	m->layers = to->roots.items;
	m->layer_count = to->roots.count;
	return 0;
}

APPLIER(rootfs)
{
	if (to->roots.count)
		return err_set(e, ERR_USAGE,
			       "must stand before --layer, and once");
	if (apply_layer(to, s, e) < 0)
		return -1;
	root(to, s)->whole = true;
	return 0;
}

APPLIER(changes)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	to->plan->changes = apply_source_path(to, s->args[0]);
	return 0;
}

APPLIER(ask)
{
	(void)s;
	(void)e;
	to->plan->ask = true;
	return 0;
}

APPLIER(overlay_helper)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	to->plan->overlay_helper = arena_dup(to->arena, s->args[0]);
	if (!strchr(s->args[0], '/'))
		return 0;
	/* It decides what the command of the next run sees. */
	to->plan->overlay_helper = apply_source_path(to, s->args[0]);
	*array_add(to->arena, &to->plan->protected) = (struct plan_protected){
		.path = to->plan->overlay_helper,
		.missing = MISSING_IGNORE,
	};
	return 0;
}
