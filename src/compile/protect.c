/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What confines the next run is out of reach of this one: the directories of
 * profiles, the profile files that were read, sandbox itself.
 *
 * They are bound read-only on themselves. Above them in a writable tree the
 * names that lead there are bound on themselves too, writable: a mount point can
 * be neither renamed nor removed, so that nothing else gets into its place. What
 * the caller could not change outside is left as it is.
 */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

static bool may_change(const struct steps *s, uid_t uid, mode_t mode)
{
	uid_t caller = s->c->host->caller->uid;

	return caller == 0 || caller == uid || (mode & 022);
}

/* What comes after `on` and is put over `path`. */
static bool is_covered(const struct steps *s, const struct step *on,
		       const char *path)
{
	const struct step *end = s->list.items + s->list.count;

	for (const struct step *later = on + 1; later < end; later++)
		if (later->kind == STEP_HIDE && path_within(path, later->dest))
			return true;
	return steps_covering(s, path) != on;
}

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

/* The bind's step number `at`, which may have moved. */
static const struct step *step_at(const struct steps *s, size_t at)
{
	return &s->list.items[at];
}

/* One name on the way, as bind number `at` shows it. */
static void hold_name(struct steps *s, size_t at, const char *name, bool create)
{
	const struct step *on = step_at(s, at);
	const char *dest;

	if (!path_within(name, on->source) || str_equal(name, on->source))
		return;
	dest = path_rebase(s->c->arena, name, on->source, on->dest);
	if (!is_covered(s, on, dest))
		add(s, dest, 0, create, true);
}

/* Directories above `path` that do not exist yet: from `exists` on. */
static void hold_missing(struct steps *s, size_t at, const char *exists,
			 const char *path)
{
	size_t n = exists[1] ? strlen(exists) : 0;

	if (!path_within(path, exists))
		return;
	for (;;) {
		n += 1 + strcspn(path + n + 1, "/");
		if (!path[n])
			return;
		hold_name(s, at, arena_dup_n(s->c->arena, path, n), true);
	}
}

/*
 * The names that lead to `fact` and that the caller could change: those in a
 * directory of its own.
 */
static void hold_names(struct steps *s, size_t at, const struct path_fact *fact)
{
	bool changeable = may_change(s, 0, 0755);

	for (size_t i = 0; i < fact->part_count; i++) {
		const struct path_part *part = &fact->parts[i];

		if (changeable && !str_equal(part->at, fact->resolved))
			hold_name(s, at, part->at, false);
		changeable = may_change(s, part->uid, part->mode);
		/* A symlink leads to a place whose parts come next. */
		if (part->type == PATH_LINK)
			changeable = true;
	}
}

/* Whether the caller could change the file or directory, or put another there. */
static bool is_changeable(const struct steps *s, const struct path_fact *fact)
{
	size_t n = fact->part_count;

	if (fact->type == PATH_ABSENT || fact->type == PATH_UNREACHABLE)
		return n == 0 || may_change(s, fact->parts[n - 1].uid,
					    fact->parts[n - 1].mode);
	if (fact->type == PATH_DIR || n < 2)
		return true;
	return may_change(s, fact->uid, fact->mode) ||
	       may_change(s, fact->parts[n - 2].uid, fact->parts[n - 2].mode) ||
	       fact->link_count > 0;
}

static int no_create(const struct path_fact *fact, struct err *e)
{
	err_set(e, ERR_USAGE,
		"'%s' does not exist, and the command could make it",
		fact->path);
	return err_hint(e, "what is in it decides about the next run; make it, "
			   "or leave out --no-create");
}

/* What the caller has closed to itself the command could open again. */
static int unreachable(const struct path_fact *fact, struct err *e)
{
	err_set(e, ERR_USAGE, "protect '%s'", fact->path);
	e->errnum = fact->errnum;
	return err_hint(e, "what is in it decides about the next run, and the "
			   "command could get there; make it accessible");
}

/* What bind number `at` shows of `fact` becomes read-only. */
static int protect_in(struct steps *s, size_t at, const struct path_fact *fact,
		      const struct plan_protected *what, struct err *e)
{
	const struct step *on = step_at(s, at);
	bool create = fact->type == PATH_ABSENT;
	const char *dest;

	if (path_within(on->source, fact->resolved)) {
		/* All of it is in there. */
		if (!is_covered(s, on, on->dest))
			add(s, on->dest, ATTR_RO, false, true);
		return 0;
	}
	hold_names(s, at, fact);
	on = step_at(s, at);
	if (!path_within(fact->resolved, on->source) ||
	    (create && !what->create) || path_has_dotdot(fact->resolved))
		return 0;
	dest = path_rebase(s->c->arena, fact->resolved, on->source, on->dest);
	if (is_covered(s, on, dest))
		return 0;
	if (fact->type == PATH_UNREACHABLE)
		return unreachable(fact, e);
	if (create && s->c->plan->no_create)
		return no_create(fact, e);
	if (create && fact->part_count)
		hold_missing(s, at, fact->parts[fact->part_count - 1].at,
			     fact->resolved);
	add(s, dest, ATTR_RO, create, what->directory);
	return 0;
}

static int protect(struct steps *s, const struct path_fact *fact,
		   const struct plan_protected *what, struct err *e)
{
	size_t count = s->list.count;

	if (!is_changeable(s, fact))
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct step *step = step_at(s, i);

		if (step->kind == STEP_BIND &&
		    !(step->attributes & MOUNT_ATTR_RDONLY) &&
		    protect_in(s, i, fact, what, e) < 0)
			return -1;
	}
	return 0;
}

int protect_finish(struct steps *s, struct err *e)
{
	const struct host *h = s->c->host;
	const struct plan *p = s->c->plan;
	const struct plan_protected self = { h->self, false, false };

	s->origin = NULL;
	for (size_t i = 0; i < p->protected.count; i++) {
		const struct plan_protected *what = &p->protected.items[i];

		if (protect(s, host_path(h, what->path), what, e) < 0)
			return -1;
	}
	return h->self ? protect(s, host_path(h, h->self), &self, e) : 0;
}
