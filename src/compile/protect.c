/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What confines the next run is out of reach of this one: the directories of
 * profiles, the profile files that were read, sandbox itself. So is what limits
 * this one, cgroups; and so is what the user protects, as the hooks of a
 * repository: what others than the command go by.
 *
 * They are bound read-only on themselves. Above them in a writable tree the
 * names that lead there are bound on themselves too, writable: a mount point can
 * be neither renamed nor removed, so that nothing else gets into its place. What
 * the caller could not change outside is left as it is.
 *
 * All this comes right after the bind that shows it, so that the places are
 * those of the bind, whatever is mounted over them later.
 */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

#include <errno.h>

/* The steps with what protects, which belongs to one bind from `since` on. */
struct step_list {
	ARRAY(struct step) list;
	size_t since;
};

/* One thing to protect. */
struct guard {
	const struct steps *steps;
	struct step_list *out;
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

	/* With many ids the command owns what it gave to others, too. */
	return caller == 0 || caller == uid || (mode & 022) ||
	       (s->c->plan->map_auto && uid != 0);
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

/* Whether it is read-only already, or in what is. */
static bool is_read_only(const struct guard *g, const char *dest)
{
	const struct step_list *out = g->out;

	for (size_t i = out->since; i < out->list.count; i++)
		if (out->list.items[i].attributes &&
		    path_within(dest, out->list.items[i].dest))
			return true;
	return false;
}

static void add(struct guard *g, const char *dest, uint64_t attributes,
		bool create, bool directory)
{
	struct step_list *out = g->out;
	struct step *step;

	if (is_read_only(g, dest))
		return;
	for (size_t i = out->since; i < out->list.count; i++) {
		struct step *held = &out->list.items[i];

		if (!str_equal(held->dest, dest))
			continue;
		held->attributes |= attributes;
		held->create |= create;
		return;
	}
	step = array_add(g->steps->c->arena, &out->list);
	*step = STEP_NONE;
	step->kind = STEP_PROTECT;
	step->dest = dest;
	step->attributes = attributes;
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

static void hold(struct guard *g, const struct view *v, const char *path,
		 bool create)
{
	const char *dest = seen_at(g->steps, v, path);

	/* In /proc nothing can be renamed, and links lead past names. */
	if (dest && !str_equal(path, v->from) && !path_within(path, "/proc"))
		add(g, dest, 0, create, true);
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

/* Why it matters, and what to do. */
static int advise(const struct plan_protected *what, const char *hint,
		  struct err *e)
{
	if (what->asked)
		return err_hint(e, "it was to be protected; %s", hint);
	return err_hint(e, "what is in it decides about the next run; %s",
			hint);
}

/* What the caller has closed to itself the command could open again. */
static int unreachable(const struct guard *g, struct err *e)
{
	err_set(e, ERR_USAGE, "protect '%s'", g->fact->path);
	e->errnum = g->fact->errnum;
	return advise(g->what,
		      "the command could get there; make it accessible", e);
}

static int without_meaning(const struct guard *g, struct err *e)
{
	err_set(e, ERR_USAGE, "protect '%s': '..' after what does not exist",
		g->fact->path);
	return advise(g->what, "write the path without '..'", e);
}

static int cannot_make(const struct guard *g, const char *hint, struct err *e)
{
	err_set(e, ERR_USAGE,
		"'%s' does not exist, and the command could make it",
		g->fact->path);
	return advise(g->what, hint, e);
}

/* --- one bind ----------------------------------------------------------- */

static int protect_missing(struct guard *g, const struct view *v, struct err *e)
{
	const struct path_fact *fact = g->fact;
	const char *dest = seen_at(g->steps, v, fact->resolved);
	const struct path_part *last;

	if (g->what->missing == MISSING_IGNORE || !dest ||
	    is_read_only(g, dest) || fact->part_count == 0)
		return 0;
	/* A file where a directory should be is held as a name, and stays. */
	if (fact->errnum == ENOTDIR)
		return 0;
	last = &fact->parts[fact->part_count - 1];
	if (g->what->missing == MISSING_REFUSE)
		return cannot_make(g, "make it, or remove the symlink to it",
				   e);
	if (g->steps->c->plan->no_create)
		return cannot_make(g, "make it, or leave out --no-create", e);
	/* What root makes in another's directory is in that one's way. */
	if (g->steps->c->host->caller->uid == 0 && last->uid != 0)
		return cannot_make(g,
				   g->what->asked ?
					   "make it" :
					   "make it, or set HOME to that of "
					   "root",
				   e);
	hold_missing(g, v);
	add(g, dest, ATTR_RO, true, g->what->directory);
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
		return is_last_seen(g, v) ? without_meaning(g, e) : 0;
	}
	if (fact->type == PATH_UNREACHABLE) {
		hold_names(g, v);
		return is_last_seen(g, v) ? unreachable(g, e) : 0;
	}
	if (path_within(v->from, fact->resolved)) {
		/* All of it is in there. */
		add(g, v->on->dest, ATTR_RO, false, true);
		return 0;
	}
	hold_names(g, v);
	dest = seen_at(g->steps, v, fact->resolved);
	if (fact->type == PATH_ABSENT)
		return protect_missing(g, v, e);
	if (dest && !path_within(fact->resolved, "/proc"))
		add(g, dest, ATTR_RO, false, g->what->directory);
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

static int protect(const struct steps *s, const struct step *on,
		   const struct plan_protected *what, struct step_list *out,
		   struct err *e)
{
	struct guard g = { s, out, what, host_path(s->c->host, what->path) };
	struct view v = { on, name_here(g.fact, on) };

	return is_changeable(&g) ? protect_in(&g, &v, e) : 0;
}

/* --- what must not be written to at all --------------------------------- */

/* Whether `dir` is where it is, or a name on the way to it is, or below it. */
static bool is_touched(const struct guard *g, const struct path_fact *dir)
{
	const struct path_fact *fact = g->fact;
	const struct step as_step = {
		.source = dir->resolved,
		.dev = dir->dev,
		.ino = dir->ino,
	};
	const char *from = name_here(fact, &as_step);

	if (path_within(from, fact->resolved) ||
	    path_within(fact->resolved, from))
		return true;
	for (size_t i = 0; i < fact->part_count; i++)
		if (path_within(fact->parts[i].at, from))
			return true;
	return false;
}

static int refuse(const struct steps *s, const struct path_fact *dir,
		  const struct plan_protected *what, struct err *e)
{
	struct guard g = { s, NULL, what, host_path(s->c->host, what->path) };

	if ((g.fact->type == PATH_ABSENT && what->missing == MISSING_IGNORE) ||
	    !is_changeable(&g) || !is_touched(&g, dir))
		return 0;
	err_set(e, ERR_USAGE,
		"with changes going to '%s' the command could change '%s'",
		dir->path, what->path);
	advise(what, "use another directory", e);
	return err_at(e, "%s", s->origin);
}

static int refuse_cgroups(const struct steps *s, const struct path_fact *dir,
			  struct err *e)
{
	const struct host_cgroup *h = &s->c->host->cgroup;

	for (size_t i = 0; i < h->mount_count; i++)
		if (s->c->out->cgroup.source &&
		    path_within(dir->resolved, h->mounts[i])) {
			err_set(e, ERR_USAGE,
				"with changes going to '%s' the command could "
				"change its limits",
				dir->path);
			return err_at(e, "%s", s->origin);
		}
	return 0;
}

int protect_refuse(const struct steps *s, const struct path_fact *dir,
		   struct err *e)
{
	const struct plan *p = s->c->plan;
	const struct plan_protected self = { s->c->host->self, false,
					     MISSING_IGNORE, false };

	for (size_t i = 0; i < p->protected.count; i++)
		if (refuse(s, dir, &p->protected.items[i], e) < 0)
			return -1;
	if (self.path && refuse(s, dir, &self, e) < 0)
		return -1;
	return refuse_cgroups(s, dir, e);
}

/* --- all of it ---------------------------------------------------------- */

static int protect_all(const struct steps *s, const struct step *on,
		       struct step_list *out, struct err *e)
{
	const struct plan *p = s->c->plan;
	const struct plan_protected self = { s->c->host->self, false,
					     MISSING_IGNORE, false };

	out->since = out->list.count;
	for (size_t i = 0; i < p->protected.count; i++)
		if (protect(s, on, &p->protected.items[i], out, e) < 0)
			return -1;
	return self.path ? protect(s, on, &self, out, e) : 0;
}

/*
 * Who reaches the cgroup file system raises the limits of his own cgroup, or
 * leaves it. That the mount is read-only is no help: a process is born in another
 * one by a descriptor of it, which asks for the rights to the file alone
 * (cgroup_may_write() in kernel/cgroup/cgroup.c). So it is covered.
 */
static int hide_cgroups(const struct steps *s, const struct step *on,
			struct step_list *out, struct err *e)
{
	const struct host_cgroup *h = &s->c->host->cgroup;

	for (size_t i = 0; s->c->out->cgroup.source && i < h->mount_count;
	     i++) {
		const char *mount = h->mounts[i], *dest = NULL;
		struct step *step;

		if (path_within(on->source, mount))
			dest = on->dest;
		else if (path_within(mount, on->source))
			dest = path_rebase(s->c->arena, mount, on->source,
					   on->dest);
		if (!dest)
			continue;
		if (dest[1] == '\0')
			return err_set(e, ERR_USAGE,
				       "the cgroup file system cannot be the "
				       "root");
		step = array_add(s->c->arena, &out->list);
		*step = STEP_NONE;
		step->kind = STEP_HIDE;
		step->dest = dest;
		step->attributes = ATTR_RO;
	}
	return 0;
}

int protect_finish(struct steps *s, struct err *e)
{
	struct step_list out = { 0 };

	for (size_t i = 0; i < s->list.count; i++) {
		const struct step *step = &s->list.items[i];

		*array_add(s->c->arena, &out.list) = *step;
		if (step->kind == STEP_BIND &&
		    !(step->attributes & MOUNT_ATTR_RDONLY) &&
		    protect_all(s, step, &out, e) < 0)
			return -1;
		if (step->kind == STEP_BIND &&
		    hide_cgroups(s, step, &out, e) < 0)
			return -1;
	}
	s->list.items = out.list.items;
	s->list.count = out.list.count;
	s->list.room = out.list.room;
	return 0;
}
