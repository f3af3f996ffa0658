/* SPDX-License-Identifier: Apache-2.0 */
/* Where the home and the working directory go. */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/mount.h>
#include <string.h>

#define HOME_FALLBACK "/tmp/home"

/* The caller's home, or NULL if HOME says nothing usable. */
static const struct path_fact *home_fact(const struct compile *c)
{
	const char *home = plan_caller_home(c->arena, c->host->caller);

	return home ? host_path(c->host, home) : NULL;
}

/*
 * A home that is the root, or a place where the directives so far put
 * something of the system's, cannot be covered without losing that: accounts of
 * daemons have such homes.
 */
static bool is_system(const struct steps *s, const char *home)
{
	const struct step *on = steps_covering(s, home);

	return home[1] == '\0' || steps_below(s, home) ||
	       (on && on->kind != STEP_TMPFS);
}

static struct step *add_private(struct steps *s, const char *dest,
				uint64_t size)
{
	struct step *step = steps_add(s, STEP_TMPFS, NULL, dest, ATTR_BIND);

	step->mode = 0700;
	step->size = size;
	return step;
}

/* The place for a private home; sets HOME where it has to differ. */
static const char *private_place(struct steps *s, const struct path_fact *fact)
{
	if (!fact || path_has_dotdot(fact->resolved) ||
	    is_system(s, fact->resolved)) {
		s->c->home = HOME_FALLBACK;
		return HOME_FALLBACK;
	}
	/* What ".." in its name leads through may not be there inside. */
	if (path_has_dotdot(fact->path))
		s->c->home = fact->resolved;
	else
		steps_add_links(s, fact);
	return fact->resolved;
}

static int home_shown(struct steps *s, const struct path_fact *fact,
		      const char *mode, uint64_t attributes, struct err *e)
{
	if (!fact || fact->resolved[1] == '\0') {
		err_set(e, ERR_USAGE,
			"home %s: HOME is not set to a directory of its own",
			mode);
		err_hint(e, "set HOME, or use --home private");
		return err_at(e, "%s", s->origin);
	}
	steps_add_links(s, fact);
	return steps_add_bind(s, fact, fact->resolved, attributes, false, e);
}

static int home_kept(struct steps *s, const struct path_fact *fact,
		     struct err *e)
{
	const char *dir = s->c->plan->home_dir;
	const struct path_fact *kept = host_path(s->c->host, dir);

	if (kept->type == PATH_ABSENT) {
		err_set(e, ERR_USAGE, "home directory '%s' does not exist",
			dir);
		err_hint(e, "make it first: mkdir -p %s", dir);
		return err_at(e, "%s", s->origin);
	}
	if (kept->type != PATH_DIR && kept->type != PATH_UNREACHABLE) {
		err_set(e, ERR_USAGE, "'%s' is not a directory", dir);
		return err_at(e, "%s", s->origin);
	}
	return steps_add_bind(s, kept, private_place(s, fact), ATTR_BIND, false,
			      e);
}

int places_home(struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct path_fact *fact = home_fact(s->c);
	const char *place;

	switch (s->c->plan->home) {
	case HOME_NONE:
		return 0;
	case HOME_PRIVATE:
		place = private_place(s, fact);
		add_private(s, place, steps_tmp_size(s, m));
		if (!str_equal(place, HOME_FALLBACK))
			s->c->home_private = place;
		return 0;
	case HOME_RO:
		return home_shown(s, fact, "ro", ATTR_RO, e);
	case HOME_RW:
		return home_shown(s, fact, "rw", ATTR_BIND, e);
	case HOME_DIR:
		return home_kept(s, fact, e);
	}
	return 0;
}

/* --- the working directory ---------------------------------------------- */

/* Whether the tmpfs at `dest` is a /dev, or becomes read-only in the end. */
static bool is_closed(const struct compile *c, const char *dest)
{
	for (size_t i = 0; i < c->plan->mounts.count; i++) {
		const struct plan_mount *m = &c->plan->mounts.items[i];

		if ((m->kind == MOUNT_REMOUNT_RO || m->kind == MOUNT_DEV) &&
		    str_equal(m->dest, dest))
			return true;
	}
	return false;
}

static void show_entries(struct steps *s, const struct path_fact *home)
{
	for (size_t i = 0; i < home->entry_count; i++) {
		const struct path_entry *entry = &home->entries[i];
		const char *path =
			path_join(s->c->arena, home->resolved, entry->name);
		struct step *step;

		if (entry->type == PATH_LINK) {
			steps_add(s, STEP_SYMLINK, entry->target, path, 0);
			continue;
		}
		if (entry->type != PATH_DIR && entry->type != PATH_FILE)
			continue;
		step = steps_add(s, STEP_BIND, path, path, ATTR_RO);
		step->directory = entry->type == PATH_DIR;
		step->optional = true;
		step->dev = entry->dev;
		step->ino = entry->ino;
	}
}

/*
 * Of the home only the entries without a dot are shown, each bound on its own
 * in a tmpfs that is then closed: dot files, old or new, never show.
 */
static void show_home(struct steps *s, const struct path_fact *home)
{
	if (!s->c->home_private)
		add_private(s, home->resolved, 0);
	s->c->home_private = home->resolved;
	show_entries(s, home);
	steps_close(s, home->resolved);
	s->c->home_shown = true;
}

static int bind_workdir(struct steps *s, bool writable, struct err *e)
{
	const struct host *h = s->c->host;
	const struct path_fact *fact = host_path(h, h->cwd);

	if (steps_add_bind(s, fact, fact->resolved,
			   writable ? ATTR_BIND : ATTR_RO, false, e) < 0)
		return err_wrap(e, "working directory");
	return 0;
}

/* Whether the working directory is the home, or above it. */
static bool is_home(const struct steps *s)
{
	const struct path_fact *home = home_fact(s->c);
	const struct host *h = s->c->host;
	const struct path_fact *here = h->cwd ? host_path(h, h->cwd) : NULL;

	if (!home || !here)
		return false;
	return path_within(home->resolved, h->cwd) ||
	       (home->ino && here->dev == home->dev && here->ino == home->ino);
}

/* Whether the command line says of the same directory what a profile says. */
static bool is_asked(const struct plan *p, const struct plan_mount *m)
{
	for (size_t i = 0; i < p->mounts.count; i++) {
		const struct plan_mount *other = &p->mounts.items[i];

		if (other->kind == m->kind && !other->by_profile &&
		    other->source && str_equal(other->source, m->source))
			return true;
	}
	return false;
}

int places_check_home(struct steps *s, const struct plan_mount *m,
		      struct err *e)
{
	const struct host *h = s->c->host;
	bool cow = m->kind == MOUNT_COW;
	bool here = !cow || (h->cwd && str_equal(m->source, h->cwd)) ||
		    (h->pwd && str_equal(m->source, h->pwd));

	if (!m->by_profile || !here || !is_home(s) ||
	    (cow && is_asked(s->c->plan, m)))
		return 0;
	err_set(e, ERR_USAGE,
		"%s: the working directory is your home, or above it",
		cow ? "cow" : "workdir");
	err_hint(e, "work in a subdirectory; or to show all of it, add --%s %s",
		 cow ? "cow" : "workdir", cow ? m->source : "rw");
	return err_at(e, "%s", m->origin);
}

/* Whether the host's own directory is there already. */
static bool is_shown(const struct step *on)
{
	return on && (on->kind == STEP_BIND || on->kind == STEP_OVERLAY) &&
	       on->source && str_equal(on->source, on->dest);
}

static int workdir_auto(struct steps *s, struct err *e)
{
	const struct host *h = s->c->host;
	const struct path_fact *home = home_fact(s->c);
	const struct path_fact *here = host_path(h, h->cwd);
	const struct step *on = steps_place(s, h->cwd);

	if (h->cwd[1] == '\0')
		return 0;
	/* Visible anyway: it stays as it is. */
	if (is_shown(on))
		return 0;
	if (home && str_equal(home->resolved, h->cwd) &&
	    (s->c->home_private || !is_system(s, h->cwd))) {
		show_home(s, home);
		return 0;
	}
	if (home && path_within(home->resolved, h->cwd))
		return 0;
	/* In /proc, /sys, /dev, /run, what is private wins. */
	if (on && on->kind != STEP_BIND &&
	    (on->kind != STEP_TMPFS || str_equal(on->dest, h->cwd) ||
	     is_closed(s->c, on->dest)))
		return 0;
	/* The home under another name, or around what is private: not shown. */
	if ((home && home->ino && here->dev == home->dev &&
	     here->ino == home->ino) ||
	    steps_below(s, h->cwd))
		return 0;
	return bind_workdir(s, h->cwd_writable, e);
}

static int workdir_forced(struct steps *s, bool writable, struct err *e)
{
	const char *cwd = s->c->host->cwd;
	const struct step *on = steps_covering(s, cwd);

	if (cwd[1] == '\0') {
		err_set(e, ERR_USAGE, "the working directory is '/'");
		err_hint(e, "say --%s / to show all of the host",
			 writable ? "rw" : "ro");
		return err_at(e, "%s", s->origin);
	}
	/* Bound again, it would show what was hidden in it. */
	if (!writable && is_shown(on) && (on->attributes & MOUNT_ATTR_RDONLY))
		return 0;
	return bind_workdir(s, writable, e);
}

int places_workdir(struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct host *h = s->c->host;
	enum workdir_mode mode = s->c->plan->workdir;

	if (mode == WORKDIR_NONE)
		return 0;
	if (!h->cwd) {
		err_set(e, ERR_SYSTEM,
			"the working directory has no name any more");
		return err_hint(e, "change to another directory, or add "
				   "--workdir none");
	}
	s->c->workdir = h->pwd ? h->pwd : h->cwd;
	if (h->pwd)
		steps_add_links(s, host_path(h, h->pwd));
	if (mode == WORKDIR_RW && h->cwd[1] && places_check_home(s, m, e) < 0)
		return -1;
	if (mode == WORKDIR_AUTO ||
	    (mode == WORKDIR_RO && h->cwd[1] && is_home(s)))
		return workdir_auto(s, e);
	return workdir_forced(s, mode == WORKDIR_RW, e);
}

void places_finish(struct steps *s)
{
	const struct step *on;

	if (!s->c->home_shown)
		return;
	on = steps_covering(s, s->c->host->cwd);
	if (on && on->kind == STEP_TMPFS)
		s->c->out->closed_message =
			"your home is read-only here; work in a subdirectory, "
			"or add --rw ~";
}
