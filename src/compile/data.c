/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller passes by descriptor: directories, files, their contents. */
#include "compile/steps.h"

#include "base/err.h"

static const struct host_descriptor *
descriptor(const struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct host_descriptor *d = host_descriptor(s->c->host, m->fd);

	if (d && d->open)
		return d;
	err_set(e, ERR_USAGE, "descriptor %d is not open", m->fd);
	err_hint(e, "a shell opens it by %d<FILE", m->fd);
	err_at(e, "%s", m->origin);
	return NULL;
}

/*
 * The kernel mounts nothing by a descriptor from another mount namespace, so
 * run opens the path anew, and compares.
 */
int data_bind(struct steps *s, const struct plan_mount *m, uint64_t attributes,
	      struct err *e)
{
	const struct host_descriptor *d = descriptor(s, m, e);

	if (!d)
		return -1;
	if (!d->path) {
		err_set(e, ERR_USAGE,
			"what descriptor %d is open on has no path", m->fd);
		err_hint(e, "what was removed, or cannot be reached by its "
			    "path, cannot be shown");
		return err_at(e, "%s", m->origin);
	}
	if (steps_add_bind(s, host_path(s->c->host, d->path), m->dest,
			   attributes, false, e) < 0)
		return -1;
	s->list.items[s->list.count - 1].fd = m->fd;
	return 0;
}

int data_file(struct steps *s, const struct plan_mount *m, struct err *e)
{
	mode_t mode = m->mode;
	struct step *step;

	if (!descriptor(s, m, e))
		return -1;
	if (m->kind == MOUNT_FILE)
		step = steps_add(s, STEP_FILE, NULL, m->dest, 0);
	else
		step = steps_add(s, STEP_DATA, NULL, m->dest,
				 m->writable ? ATTR_BIND : ATTR_RO);
	if (mode == MODE_DEFAULT)
		mode = m->kind == MOUNT_FILE ? 0666 : 0600;
	steps_set_mode(step, mode);
	step->fd = m->fd;
	return 0;
}

/* What run has to know before the first step. */
void data_finish(struct steps *s)
{
	struct program *out = s->c->out;
	int *fds = arena_alloc(s->c->arena, (s->list.count + 1) * sizeof(*fds));

	for (size_t i = 0; i < s->list.count; i++) {
		const struct step *step = &s->list.items[i];

		if (step->fd >= 0)
			fds[out->taken_fd_count++] = step->fd;
		out->scratch |= step->kind == STEP_DATA || step->in_memory;
		for (size_t k = 0; k < step->layer_count; k++)
			out->scratch |= step->layers[k].marked;
		if (step->in_memory)
			out->scratch_size = s->c->plan->limits.tmp_size.value;
	}
	out->taken_fds = fds;
}
