/* SPDX-License-Identifier: Apache-2.0 */
/* --rootfs and --layer: directories as the root instead of the host's. */
#include "compile/cow.h"

#include "base/str.h"

/* The caller's own of what the host has: where it works, and the home. */
static bool is_callers(const struct steps *s, const struct step *step)
{
	const struct host *h = s->c->host;
	const char *home = plan_caller_home(s->c->arena, h->caller);
	const struct path_fact *fact = home ? host_path(h, home) : NULL;

	return step->kind == STEP_BIND &&
	       ((h->cwd && str_equal(step->dest, h->cwd)) ||
		(fact && str_equal(step->dest, fact->resolved)));
}

/*
 * What only root may read there is not the host's. And who works in a layer is
 * not to change it.
 */
static bool goes_along(const struct cow *c, const struct step *root,
		       const struct step *step)
{
	if (step->kind == STEP_HIDE_PRIVATE ||
	    (step->kind == STEP_BIND && str_equal(step->source, step->dest) &&
	     overlay_inside(c->s->c->arena, root, step->dest)))
		return false;
	return cow_stays(c, step) || is_callers(c->s, step);
}

int root_add(struct steps *s, const struct plan_mount *m, struct err *e)
{
	struct cow c = { .s = s, .m = m, .top = "/", .home = true };
	struct step root;

	if (overlay_root(s, m, &root, e) < 0)
		return -1;
	cow_begin(&c);
	/* What is made in it stays writable, as in an image. */
	c.closed = false;
	if (kept_place(s, &root, false, e) < 0)
		return -1;
	*array_add(s->c->arena, &s->list) = root;
	for (size_t i = 0; i < c.before.count; i++) {
		struct step step = c.before.items[i];

		if (!goes_along(&c, &root, &step))
			continue;
		if (step.kind == STEP_DIR &&
		    !cow_is_kept(&c, step.dest, &c.before.items[i]))
			cow_empty_dir(&c, &step);
		*array_add(s->c->arena, &s->list) = step;
	}
	overlay_hold(s, &root);
	if (s->c->workdir && overlay_inside(s->c->arena, &root, s->c->workdir))
		s->c->workdir =
			overlay_inside(s->c->arena, &root, s->c->workdir);
	s->c->cow = true;
	s->c->rooted = true;
	return 0;
}

void root_hide_again(struct steps *s, const char *source, const char *dest)
{
	struct arena *a = s->c->arena;
	const struct plan *p = s->c->plan;

	if (s->c->host->caller->uid != 0 || !s->c->rooted)
		return;
	for (size_t i = 0; i < p->mounts.count; i++) {
		const struct plan_mount *m = &p->mounts.items[i];

		if (m->kind != MOUNT_HIDE_PRIVATE)
			continue;
		if (path_within(m->dest, source))
			steps_add(s, STEP_HIDE_PRIVATE, NULL,
				  path_rebase(a, m->dest, source, dest),
				  ATTR_RO);
		else if (path_within(source, m->dest))
			steps_add(s, STEP_HIDE_PRIVATE, NULL, dest, ATTR_RO);
	}
}
