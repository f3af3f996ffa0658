/* SPDX-License-Identifier: Apache-2.0 */
/* What earlier directives made, where --cow or another root takes the place. */
#include "compile/cow.h"

#include "base/str.h"

#include <string.h>

bool cow_is_home(const struct steps *s, const struct step *step)
{
	const char *home = s->c->home_private;

	return step->kind == STEP_TMPFS && home && str_equal(step->dest, home);
}

/* A place where what is below it is the sandbox's own. */
static bool is_own_place(const struct cow *c, const struct step *step)
{
	if (step->kind == STEP_TMPFS)
		return c->home || !cow_is_home(c->s, step);
	return step->kind == STEP_PROC || step->kind == STEP_DEVPTS ||
	       step->kind == STEP_MQUEUE || step->kind == STEP_OVERLAY ||
	       step->kind == STEP_DIR ||
	       (step->kind == STEP_BIND &&
		!str_equal(step->source, step->dest));
}

bool cow_is_kept(const struct cow *c, const char *path, const struct step *but)
{
	for (size_t i = 0; i < c->before.count; i++) {
		const struct step *step = &c->before.items[i];

		if (step != but && is_own_place(c, step) &&
		    path_within(step->dest, c->top) &&
		    !str_equal(step->dest, c->top) &&
		    path_within(path, step->dest))
			return true;
	}
	return false;
}

bool cow_is_own(const struct cow *c, const char *path)
{
	for (size_t i = c->before.count; i-- > 0;) {
		const struct step *step = &c->before.items[i];
		bool own = is_own_place(c, step);

		if ((own || step->kind == STEP_BIND) &&
		    path_within(path, step->dest))
			return own && path_within(step->dest, c->top) &&
			       !str_equal(step->dest, c->top);
	}
	return false;
}

bool cow_stays(const struct cow *c, const struct step *step)
{
	const char *home = c->home ? NULL : c->s->c->home_private;

	if (!path_within(step->dest, c->top))
		return false;
	if (str_equal(step->dest, c->top))
		return step->kind == STEP_HIDE_PRIVATE;
	/* What was shown of the home is in it, when all of it is. */
	if (home && path_within(step->dest, home) && step->kind == STEP_BIND &&
	    str_equal(step->source, step->dest))
		return false;
	return step->kind == STEP_HIDE || step->kind == STEP_HIDE_PRIVATE ||
	       step->kind == STEP_DATA || step->kind == STEP_FILE ||
	       cow_is_kept(c, step->dest, NULL);
}

/* Whether the bare root becomes read-only in the end, and so what is on it. */
static bool root_closes(const struct steps *s)
{
	for (size_t i = 0; i < s->last.count; i++)
		if (s->last.items[i].dest && !s->last.items[i].dest[1])
			return true;
	return false;
}

static void take_away(struct cow *c)
{
	struct steps *s = c->s;

	for (size_t i = 0; i < c->before.count; i++)
		if (!path_within(c->before.items[i].dest, c->top))
			*array_add(s->c->arena, &s->list) = c->before.items[i];
	for (size_t i = 0; i < s->last.count; i++) {
		const char *dest = s->last.items[i].dest;

		if (dest && path_within(dest, c->top) &&
		    !cow_is_kept(c, dest, NULL))
			s->last.items[i].dest = NULL;
	}
}

void cow_empty_dir(struct cow *c, struct step *step)
{
	step->kind = STEP_TMPFS;
	step->attributes = ATTR_BIND;
	if (c->closed)
		steps_close(c->s, step->dest);
}

void cow_begin(struct cow *c)
{
	c->closed = root_closes(c->s);
	memcpy(&c->before, &c->s->list, sizeof(c->before));
	memset(&c->s->list, 0, sizeof(c->s->list));
	take_away(c);
}
