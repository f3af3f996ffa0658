/* SPDX-License-Identifier: Apache-2.0 */
/* Directories that are shown as one: the steps of the --overlay family. */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

int overlay_layer(const struct steps *s, const char *path, struct layer *out,
		  struct err *e)
{
	const struct path_fact *fact = host_path(s->c->host, path);

	if (fact->type == PATH_ABSENT && !s->c->plan->bwrap) {
		err_set(e, ERR_USAGE, "no directory '%s'", fact->path);
		return err_at(e, "%s", s->origin);
	}
	if (fact->type == PATH_ABSENT || fact->type == PATH_UNREACHABLE)
		return steps_missing(s, fact, e);
	if (fact->type != PATH_DIR) {
		err_set(e, ERR_USAGE, "'%s' is not a directory", path);
		return err_at(e, "%s", s->origin);
	}
	*out = (struct layer){ fact->resolved, fact->dev, fact->ino, false };
	return 0;
}

/*
 * What the command writes gets into these, under the same name. Below a bind
 * single places can be protected; here another layer could put a symlink on the
 * way that the command takes off again.
 */
static int find_own(struct steps *s, const char *path, const struct layer **out,
		    struct err *e)
{
	struct layer *own = arena_new(s->c->arena, struct layer);

	if (overlay_layer(s, path, own, e) < 0 ||
	    protect_refuse(s, host_path(s->c->host, path), e) < 0)
		return -1;
	*out = own;
	return 0;
}

int overlay_add(struct steps *s, const struct plan_mount *m, struct err *e)
{
	struct layer *layers =
		arena_alloc(s->c->arena, m->layer_count * sizeof(*layers));
	const struct layer *upper = NULL, *work = NULL;
	bool writable = m->kind != MOUNT_RO_OVERLAY;
	struct step *step;

	for (size_t i = 0; i < m->layer_count; i++)
		if (overlay_layer(s, m->layers[i], &layers[i], e) < 0)
			return -1;
	if (m->kind == MOUNT_OVERLAY &&
	    (find_own(s, m->source, &upper, e) < 0 ||
	     find_own(s, m->work, &work, e) < 0))
		return -1;
	step = steps_add(s, STEP_OVERLAY, NULL, m->dest,
			 writable ? ATTR_BIND : ATTR_RO);
	step->layers = layers;
	step->layer_count = m->layer_count;
	step->upper = upper;
	step->work = work;
	step->in_memory = m->kind == MOUNT_TMP_OVERLAY;
	return 0;
}

/* --- another root ------------------------------------------------------- */

int overlay_root(const struct steps *s, const struct plan_mount *m,
		 struct step *out, struct err *e)
{
	struct layer *layers =
		arena_alloc(s->c->arena, m->layer_count * sizeof(*layers));
	const char *top = m->layers[m->layer_count - 1];

	for (size_t i = 0; i < m->layer_count; i++) {
		if (overlay_layer(s, m->layers[i], &layers[i], e) < 0)
			return -1;
		/* A whole tree deletes nothing. */
		layers[i].marked = i > 0 || !m->whole;
		if (layers[i].path[1])
			continue;
		err_set(e, ERR_USAGE, "'/' is the host's own root");
		err_hint(e, "to write to it without changing it: --cow /");
		return err_at(e, "%s", s->origin);
	}
	*out = (struct step){
		.kind = STEP_OVERLAY,
		.dest = "/",
		.origin = s->origin,
		.attributes = ATTR_BIND,
		.mode = host_path(s->c->host, top)->mode & 07777,
		.layers = layers,
		.layer_count = m->layer_count,
		.fd = -1,
		.place = -1,
	};
	return 0;
}

const char *overlay_inside(struct arena *a, const struct step *root,
			   const char *path)
{
	for (size_t i = 0; i < root->layer_count; i++)
		if (path_within(path, root->layers[i].path))
			return path_rebase(a, path, root->layers[i].path, "/");
	return NULL;
}

void overlay_hold(struct steps *s, const struct step *root)
{
	for (size_t i = 0; i < root->layer_count; i++) {
		const struct layer *l = &root->layers[i];
		const struct step *on = steps_covering(s, l->path);
		struct step *step;

		if (!on || on->kind != STEP_BIND ||
		    on->attributes & MOUNT_ATTR_RDONLY ||
		    !str_equal(on->source, on->dest))
			continue;
		step = steps_add(s, STEP_BIND, l->path, l->path, ATTR_RO);
		step->dev = l->dev;
		step->ino = l->ino;
		step->directory = true;
	}
}
