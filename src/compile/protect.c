/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What confines the next run is out of reach of this one: the directories of
 * profiles, the profile files that were read, sandbox itself.
 *
 * They are bound read-only on themselves. Above them in a writable tree the
 * names that lead there are bound on themselves too, writable: a mount point can
 * be neither renamed nor removed, so that nothing else gets into its place. What
 * the caller could not change outside is left as it is. What something else was
 * mounted over is out of sight; to hold it all the same does no harm.
 */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

#include <errno.h>

/* One thing to protect. */
struct guard {
	struct steps *steps;
	const struct plan_protected *what;
	const struct path_fact *fact;
};

/* A writable bind that shows it: `from` is what its source is called here. */
struct view {
	const struct step *on;
	const char *from;
};

static bool may_change(const struct steps *s, uid_t uid, mode_t mode)
{
	uid_t caller = s->c->host->caller->uid;

	return caller == 0 || caller == uid || (mode & 022);
}

static bool is_part_changeable(const struct guard *g, size_t i)
{
	const struct path_part *part = &g->fact->parts[i];

	return part->type != PATH_LINK &&
	       may_change(g->steps, part->uid, part->mode);
}

/*
 * Whether the caller could put another thing into the place of part number `i`:
 * it is in a directory that it may change, the one before it. After a symlink
 * that is not known: then yes.
 */
static bool is_name_changeable(const struct guard *g, size_t i)
{
	if (i == 0)
		return may_change(g->steps, 0, 0755);
	return g->fact->parts[i - 1].type == PATH_LINK ||
	       is_part_changeable(g, i - 1);
}

/* Whether the caller could change anything about it, or on the way there. */
static bool is_changeable(const struct guard *g)
{
	const struct path_fact *fact = g->fact;

	for (size_t i = 0; i < fact->part_count; i++)
		if (is_name_changeable(g, i) || is_part_changeable(g, i))
			return true;
	/* Deeper down, who knows. */
	return fact->part_count == 0 || fact->type == PATH_DIR;
}

/* --- steps -------------------------------------------------------------- */

static bool is_added(const struct steps *s, const char *dest)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.items[i].kind == STEP_PROTECT &&
		    str_equal(s->list.items[i].dest, dest))
			return true;
	return false;
}

static void add(struct steps *s, const char *dest, uint64_t attributes,
		bool create, bool directory)
{
	struct step *step;

	if (is_added(s, dest))
		return;
	step = steps_add(s, STEP_PROTECT, NULL, dest, attributes);
	step->create = create;
	step->directory = directory;
}

/* Where the view shows `path`, or NULL. */
static const char *seen_at(const struct steps *s, const struct view *v,
			   const char *path)
{
	if (!path_within(path, v->from))
		return NULL;
	return path_rebase(s->c->arena, path, v->from, v->on->dest);
}

/*
 * What is to be made is made only where nothing else was mounted over it. By
 * text, as no part of `dest` is a symlink in what `on` shows.
 */
static bool is_covered(const struct steps *s, const struct view *v,
		       const char *dest)
{
	const struct step *on = steps_covering(s, dest);

	return !on || on->dest != v->on->dest || on->source != v->on->source;
}

static void hold(struct guard *g, const struct view *v, const char *path,
		 bool create)
{
	const char *dest = seen_at(g->steps, v, path);

	if (!dest || str_equal(path, v->from) ||
	    (create && is_covered(g->steps, v, dest)))
		return;
	add(g->steps, dest, 0, create, true);
}

/* The names that lead there and that the caller could change. */
static void hold_names(struct guard *g, const struct view *v)
{
	for (size_t i = 0; i < g->fact->part_count; i++)
		if (is_name_changeable(g, i) &&
		    !str_equal(g->fact->parts[i].at, g->fact->resolved))
			hold(g, v, g->fact->parts[i].at, false);
}

/* Directories above it that do not exist yet. */
static void hold_missing(struct guard *g, const struct view *v)
{
	const struct path_fact *fact = g->fact;
	const char *path = fact->resolved;
	const char *exists = fact->parts[fact->part_count - 1].at;
	size_t n = exists[1] ? strlen(exists) : 0;

	if (!path_within(path, exists))
		return;
	for (;;) {
		n += 1 + strcspn(path + n + 1, "/");
		if (!path[n])
			return;
		hold(g, v, arena_dup_n(g->steps->c->arena, path, n), true);
	}
}

/* --- what cannot be protected ------------------------------------------- */

/* What the caller has closed to itself the command could open again. */
static int unreachable(const struct path_fact *fact, struct err *e)
{
	err_set(e, ERR_USAGE, "protect '%s'", fact->path);
	e->errnum = fact->errnum;
	return err_hint(e, "what is in it decides about the next run, and the "
			   "command could get there; make it accessible");
}

static int without_meaning(const struct path_fact *fact, struct err *e)
{
	err_set(e, ERR_USAGE, "protect '%s': '..' after what does not exist",
		fact->path);
	return err_hint(e, "what is in it decides about the next run; write "
			   "the path without '..'");
}

static int no_create(const struct path_fact *fact, struct err *e)
{
	err_set(e, ERR_USAGE,
		"'%s' does not exist, and the command could make it",
		fact->path);
	return err_hint(e, "what is in it decides about the next run; make it, "
			   "or leave out --no-create");
}

/* --- one bind ----------------------------------------------------------- */

static int protect_missing(struct guard *g, const struct view *v, struct err *e)
{
	const struct path_fact *fact = g->fact;
	const char *dest = seen_at(g->steps, v, fact->resolved);

	if (!g->what->create || !dest || is_covered(g->steps, v, dest) ||
	    fact->part_count == 0)
		return 0;
	/* A file where a directory should be is held as a name, and stays. */
	if (fact->errnum == ENOTDIR)
		return 0;
	if (g->steps->c->plan->no_create)
		return no_create(fact, e);
	hold_missing(g, v);
	add(g->steps, dest, ATTR_RO, true, g->what->directory);
	return 0;
}

/* Whether the view shows the directory in which the first name is missing. */
static bool is_last_seen(const struct guard *g, const struct view *v)
{
	size_t n = g->fact->part_count;

	return n && seen_at(g->steps, v, g->fact->parts[n - 1].at);
}

static int protect_in(struct guard *g, const struct view *v, struct err *e)
{
	const struct path_fact *fact = g->fact;
	const char *dest;

	/* Where it leads would be for the command to say. */
	if (path_has_dotdot(fact->resolved)) {
		hold_names(g, v);
		return is_last_seen(g, v) ? without_meaning(fact, e) : 0;
	}
	if (path_within(v->from, fact->resolved)) {
		/* All of it is in there. */
		add(g->steps, v->on->dest, ATTR_RO, false, true);
		return 0;
	}
	hold_names(g, v);
	dest = seen_at(g->steps, v, fact->resolved);
	if (fact->type == PATH_UNREACHABLE)
		return dest ? unreachable(fact, e) : 0;
	if (fact->type == PATH_ABSENT)
		return protect_missing(g, v, e);
	if (dest)
		add(g->steps, dest, ATTR_RO, false, g->what->directory);
	return 0;
}

/*
 * By another name a bind may show the same directory: where the host has it
 * mounted a second time.
 */
static const char *name_here(const struct path_fact *fact,
			     const struct step *step)
{
	for (size_t i = 0; step->ino && i < fact->part_count; i++)
		if (fact->parts[i].ino == step->ino &&
		    fact->parts[i].dev == step->dev)
			return fact->parts[i].at;
	return step->source;
}

static int protect(struct steps *s, const struct plan_protected *what,
		   struct err *e)
{
	struct guard g = { s, what, host_path(s->c->host, what->path) };
	size_t count = s->list.count;

	if (!is_changeable(&g))
		return 0;
	for (size_t i = 0; i < count; i++) {
		/* Adding steps moves them. */
		struct step *on = arena_new(s->c->arena, struct step);
		struct view v = { on, NULL };

		*on = s->list.items[i];
		if (on->kind != STEP_BIND || on->attributes & MOUNT_ATTR_RDONLY)
			continue;
		v.from = name_here(g.fact, on);
		if (protect_in(&g, &v, e) < 0)
			return -1;
	}
	return 0;
}

int protect_finish(struct steps *s, struct err *e)
{
	const struct plan *p = s->c->plan;
	const struct plan_protected self = { s->c->host->self, false, false };

	s->origin = NULL;
	for (size_t i = 0; i < p->protected.count; i++)
		if (protect(s, &p->protected.items[i], e) < 0)
			return -1;
	return self.path ? protect(s, &self, e) : 0;
}
