/* SPDX-License-Identifier: Apache-2.0 */
/* Directories that are shown as one: the steps of the --overlay family. */
#include "compile/steps.h"

#include "base/err.h"

int overlay_layer(const struct steps *s, const char *path, struct layer *out,
		  struct err *e)
{
	const struct path_fact *fact = host_path(s->c->host, path);

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
