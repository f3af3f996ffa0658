/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --cow: directories of the host that can be written without changing.
 *
 * The kernel takes no directory as a layer below which something is mounted
 * that this namespace may not take away. Such a one is made anew, of what is in
 * it: directories get overlays of their own, down to where nothing is mounted
 * below, files are bound read-only. It is not bound itself: who listens at a
 * socket or a FIFO in it, now or later, is outside, and read-only or not they
 * could be talked to. In an overlay they are not connected.
 */
#include "compile/cow.h"

#include "base/err.h"
#include "base/str.h"

#include <sys/stat.h>

/* A directory of the host. */
struct dir {
	const char *path;
	uint64_t dev, ino;
	uid_t uid;
	mode_t mode;
};

/* Another root is copy-on-write by itself. */
static bool is_left_out(const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->mounts.count; i++)
		if (p->mounts.items[i].kind == MOUNT_ROOT)
			return !path[1];
	return false;
}

/* Whether a later directive covers all of it. */
static bool is_covered_later(const struct cow *c, const char *path)
{
	const struct plan *p = c->s->c->plan;

	for (const struct plan_mount *m = c->m + 1;
	     m < p->mounts.items + p->mounts.count; m++)
		if (!m->optional && m->dest && path_within(path, m->dest) &&
		    (m->kind == MOUNT_TMPFS || m->kind == MOUNT_PROC ||
		     m->kind == MOUNT_DEV ||
		     (m->kind == MOUNT_COW && !is_left_out(p, m->dest))))
			return true;
	return false;
}

static const char *type_at(const struct host *h, const char *path)
{
	for (size_t i = h->mounts.list.count; i-- > 0;)
		if (str_equal(h->mounts.list.items[i].path, path))
			return h->mounts.list.items[i].type;
	return NULL;
}

static const char *type_of(struct arena *a, const struct host *h,
			   const char *path)
{
	const char *type;

	while (!(type = type_at(h, path)) && path[1])
		path = path_parent(a, path);
	return type ? type : "";
}

static void note(const struct cow *c, const char *text)
{
	*array_add(c->s->c->arena, &c->s->c->notes) = text;
}

static int add_overlay(struct cow *c, const struct dir *d, bool nested,
		       struct err *e)
{
	struct steps *s = c->s;
	struct layer *layer = arena_new(s->c->arena, struct layer);
	struct step *step;

	*layer = (struct layer){ d->path, d->dev, d->ino, false };
	step = steps_add(s, STEP_OVERLAY, d->path, d->path, ATTR_BIND);
	step->layers = layer;
	step->layer_count = 1;
	/* Its top would be the caller's, whoever owns it outside. */
	step->mode = d->uid == s->c->host->caller->uid ? d->mode & 07777 :
							 d->mode & 07555;
	return kept_place(s, step, nested || c->nested, e);
}

/* As root everything; who may not enter it does not see it anyway. */
static bool can_enter(const struct cow *c, const struct path_entry *entry)
{
	uid_t uid = c->s->c->host->caller->uid;

	return uid == 0 || entry->uid == uid || entry->mode & 0011;
}

static struct step *add_shown(struct cow *c, const char *path,
			      const struct path_entry *entry)
{
	struct step *step = steps_add(c->s, STEP_BIND, path, path, ATTR_RO);

	step->dev = entry->dev;
	step->ino = entry->ino;
	step->directory = S_ISDIR(entry->mode);
	step->optional = true;
	return step;
}

static void add_empty(struct cow *c, const char *path, mode_t mode)
{
	steps_set_mode(steps_add(c->s, STEP_DIR, NULL, path, 0), mode);
}

/*
 * A directory that is no layer. Of those of the kernel only some are known to
 * have nothing in them that others listen at.
 */
static void show_foreign(struct cow *c, const char *path,
			 const struct path_entry *entry, const char *type)
{
	bool shown = !mountinfo_is_kernels(type) || str_equal(type, "proc") ||
		     str_equal(type, "sysfs");

	if (shown)
		add_shown(c, path, entry);
	else
		add_empty(c, path, 0755);
	note(c, arena_format(c->s->c->arena, "'%s' (%s) is %s", path, type,
			     shown ? "read-only" : "empty"));
}

static int show_below(struct cow *c, const struct dir *d, struct err *e);

static int show_directory(struct cow *c, const char *path,
			  const struct path_entry *entry, struct err *e)
{
	const struct host *h = c->s->c->host;
	const char *type = type_at(h, path);
	struct dir d = { path, entry->dev, entry->ino, entry->uid,
			 entry->mode };

	if (type && !helper_takes(c->s, type))
		show_foreign(c, path, entry, type);
	else if (kept_is(c->s, path) || !can_enter(c, entry))
		add_empty(c, path, 0);
	else if (host_listing(h, path))
		return show_below(c, &d, e);
	else
		return add_overlay(c, &d, false, e);
	return 0;
}

static int show_entry(struct cow *c, const char *path,
		      const struct path_entry *entry, struct err *e)
{
	if (cow_is_own(c, path) || is_covered_later(c, path))
		return 0;
	if (entry->type == PATH_LINK)
		steps_add(c->s, STEP_SYMLINK, entry->target, path, 0);
	else if (entry->type == PATH_FILE)
		add_shown(c, path, entry);
	else if (entry->type == PATH_DIR)
		return show_directory(c, path, entry, e);
	return 0;
}

/* Where the caller could not write anyway, nothing is lost. */
static void note_divided(struct cow *c, const struct dir *d)
{
	struct compile *compile = c->s->c;
	bool own = d->uid == compile->host->caller->uid;
	const char *text =
		arena_format(compile->arena,
			     "files right in '%s' are read-only, as other file "
			     "systems are mounted below it",
			     d->path);

	if (!own && !(d->mode & 0002))
		return;
	note(c, text);
	if (own && !compile->out->closed_message)
		compile->out->closed_message = text;
}

/* What is made in it is not kept; in memory the caller's own may have more. */
static void add_divided(struct cow *c, const struct dir *d, mode_t mode)
{
	struct steps *s = c->s;
	bool own = d->uid == s->c->host->caller->uid;

	if (d->path[1]) {
		struct step *step =
			steps_add(s, STEP_TMPFS, NULL, d->path, ATTR_BIND);

		steps_set_mode(step, mode);
		step->size = s->c->plan->limits.tmp_size.value;
	}
	if (!own || s->c->out->layer.dir)
		steps_close(s, d->path);
}

static int show_below(struct cow *c, const struct dir *d, struct err *e)
{
	const struct path_fact *list = host_listing(c->s->c->host, d->path);
	struct arena *a = c->s->c->arena;

	add_divided(c, d, list->errnum ? 0 : d->mode & 07777);
	if (list->errnum)
		note(c, arena_format(a, "'%s' is empty: it cannot be listed",
				     d->path));
	else
		note_divided(c, d);
	for (size_t i = 0; i < list->entry_count; i++) {
		const struct path_entry *entry = &list->entries[i];

		if (show_entry(c, path_join(a, d->path, entry->name), entry,
			       e) < 0)
			return -1;
	}
	return 0;
}

static int show(struct cow *c, const struct dir *d, struct err *e)
{
	return host_listing(c->s->c->host, d->path) ?
		       show_below(c, d, e) :
		       add_overlay(c, d, false, e);
}

static int show_path(struct cow *c, const struct path_fact *fact, struct err *e)
{
	struct dir d = { fact->resolved, fact->dev, fact->ino, fact->uid,
			 fact->mode };

	return show(c, &d, e);
}

/* What is known of a path that has no symlinks, or NULL. */
static const struct path_fact *resolved_fact(const struct host *h,
					     const char *path)
{
	for (size_t i = 0; path && i < h->path_count; i++)
		if (str_equal(h->paths[i].resolved, path))
			return &h->paths[i];
	return NULL;
}

/*
 * What else of the host can be written below is closed: it may be in what is
 * covered, by another name. Device files are no part of the tree.
 */
static void close_bind(struct cow *c, struct step *step)
{
	if (step->kind != STEP_BIND || step->attributes & MOUNT_ATTR_RDONLY ||
	    !(step->attributes & MOUNT_ATTR_NODEV))
		return;
	step->attributes |= MOUNT_ATTR_RDONLY;
	note(c, arena_format(c->s->c->arena,
			     "'%s' is read-only: it is '%s' of the host",
			     step->dest, step->source));
}

/*
 * A step that stays is there again. What the host has at the same path, as the
 * working directory in a private /tmp, is covered like all of it.
 */
static int put_back(struct cow *c, const struct step *before, struct err *e)
{
	struct step step = *before;
	bool shared = step.kind == STEP_BIND &&
		      !(step.attributes & MOUNT_ATTR_RDONLY) &&
		      str_equal(step.source, step.dest);
	const struct path_fact *fact =
		resolved_fact(c->s->c->host, cow_is_home(c->s, &step) ?
						     step.dest :
						     step.source);

	if (fact && fact->type == PATH_DIR &&
	    (shared || cow_is_home(c->s, &step)))
		return show_path(c, fact, e);
	close_bind(c, &step);
	/* It is not the host's own mount any more that is to be covered. */
	if (step.kind == STEP_HIDE_PRIVATE)
		step.source = NULL;
	if (step.kind == STEP_DIR && !cow_is_kept(c, step.dest, before))
		cow_empty_dir(c, &step);
	*array_add(c->s->c->arena, &c->s->list) = step;
	return 0;
}

static int check(const struct steps *s, const struct path_fact *fact,
		 struct err *e)
{
	const char *type;

	if (fact->type == PATH_ABSENT || fact->type == PATH_UNREACHABLE)
		return steps_missing(s, fact, e);
	if (fact->type != PATH_DIR) {
		err_set(e, ERR_USAGE, "'%s' is not a directory", fact->path);
		err_hint(e, "give the directory it is in");
		return err_at(e, "%s", s->origin);
	}
	type = type_of(s->c->arena, s->c->host, fact->resolved);
	if (helper_takes(s, type))
		return 0;
	err_set(e, ERR_USAGE,
		"'%s' is on a file system of type %s, which overlayfs does not "
		"take",
		fact->path, type);
	err_hint(e, mountinfo_is_kernels(type) ?
			    "show it with --ro, or copy what you need" :
			    "add --overlay-helper fuse-overlayfs, or show it "
			    "with --ro");
	return err_at(e, "%s", s->origin);
}

static uid_t owner_of(const struct path_fact *fact, const char *path)
{
	for (size_t i = 0; i < fact->part_count; i++)
		if (str_equal(fact->parts[i].at, path))
			return fact->parts[i].uid;
	return (uid_t)-1;
}

static bool has_overlay(const struct steps *s, const char *path)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.items[i].kind == STEP_OVERLAY &&
		    str_equal(s->list.items[i].dest, path))
			return true;
	return false;
}

/*
 * To change something in an overlay the directories above it have to be copied,
 * and those of others cannot. Where that is so for the working directory or the
 * home, it gets an overlay of its own.
 */
static int show_own_path(struct cow *c, const struct path_fact *fact,
			 struct err *e)
{
	const struct steps *s = c->s;
	const struct step *on = steps_covering(s, fact->resolved);
	const char *path = fact->resolved;
	struct dir d = { path, fact->dev, fact->ino, fact->uid, fact->mode };

	if (fact->type != PATH_DIR || !path_within(path, c->top) ||
	    cow_is_own(c, path) || fact->uid != s->c->host->caller->uid ||
	    !on || on->kind != STEP_OVERLAY || str_equal(on->dest, path))
		return 0;
	while (path = path_parent(s->c->arena, path),
	       !str_equal(path, on->dest) && path[1])
		if (owner_of(fact, path) != fact->uid)
			return add_overlay(c, &d, true, e);
	return 0;
}

static int show_own(struct cow *c, struct err *e)
{
	const struct host *h = c->s->c->host;
	const char *home = plan_caller_home(c->s->c->arena, h->caller);
	const struct path_fact *fact = home ? host_path(h, home) : NULL;

	if ((fact && show_own_path(c, fact, e) < 0) ||
	    (h->cwd && show_own_path(c, host_path(h, h->cwd), e) < 0))
		return -1;
	return 0;
}

/* A layer that is continued has had mounts, or another working directory. */
static int show_places(struct cow *c, struct err *e)
{
	const struct host *h = c->s->c->host;

	for (size_t i = 0; h->record && i < h->record->places.count; i++) {
		const struct record_place *p = &h->record->places.items[i];
		const struct path_fact *fact = &h->places[i];
		struct dir d = { p->path, fact->dev, fact->ino, fact->uid,
				 fact->mode };

		if (p->under || !path_within(p->path, c->top) ||
		    has_overlay(c->s, p->path) || cow_is_own(c, p->path))
			continue;
		if (fact->type != PATH_DIR ||
		    !str_equal(fact->resolved, p->path)) {
			err_set(e, ERR_USAGE,
				"the layer has changes of '%s', which is no "
				"directory any more",
				p->path);
			return err_at(e, "%s", c->s->origin);
		}
		if (add_overlay(c, &d, true, e) < 0)
			return -1;
	}
	return 0;
}

static bool has_mounts_below(const struct host *h, const char *path)
{
	for (size_t i = 0; i < h->mounts.list.count; i++)
		if (path_within(h->mounts.list.items[i].path, path) &&
		    !str_equal(h->mounts.list.items[i].path, path))
			return true;
	return false;
}

/*
 * A layer cannot be in what it keeps the changes of, so that is divided there:
 * in directories of others nothing is lost by that, in the caller's own it is
 * what nobody expects.
 */
static int check_changes(const struct cow *c, struct err *e)
{
	const struct compile *compile = c->s->c;
	const char *path = compile->out->layer.dir;
	const struct path_fact *fact;

	if (!path || !path_within(path, c->top))
		return 0;
	fact = host_path(compile->host, compile->plan->changes);
	while (!str_equal(path, c->top) && !cow_is_own(c, path)) {
		path = path_parent(compile->arena, path);
		if (owner_of(fact, path) != compile->host->caller->uid ||
		    has_mounts_below(compile->host, path))
			continue;
		err_set(e, ERR_USAGE,
			"'%s' is in '%s', the changes of which it is to keep",
			compile->plan->changes, path);
		err_hint(e, "give a directory outside of it, as in /dev/shm "
			    "or on another disk");
		return err_at(e, "%s", c->s->origin);
	}
	return 0;
}

int cow_add(struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct path_fact *fact = host_path(s->c->host, m->source);
	struct cow c = { .s = s, .m = m, .top = fact->resolved };

	if (check(s, fact, e) < 0 || places_check_home(s, m, e) < 0)
		return -1;
	if (is_left_out(s->c->plan, c.top))
		return 0;
	steps_add_links(s, fact);
	cow_begin(&c);
	if (check_changes(&c, e) < 0 || show_path(&c, fact, e) < 0 ||
	    show_own(&c, e) < 0 || show_places(&c, e) < 0)
		return -1;
	c.nested = true;
	for (size_t i = 0; i < c.before.count; i++)
		if (cow_stays(&c, &c.before.items[i]) &&
		    put_back(&c, &c.before.items[i], e) < 0)
			return -1;
	if (s->c->home_private && path_within(s->c->home_private, c.top)) {
		s->c->home_private = NULL;
		s->c->home_shown = false;
	}
	s->c->cow = true;
	return 0;
}
