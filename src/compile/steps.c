/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

#include <errno.h>
#include <linux/mount.h>
#include <string.h>

struct step *steps_add(struct steps *s, enum step_kind kind, const char *source,
		       const char *dest, uint64_t attributes)
{
	struct step *step = array_add(s->c->arena, &s->list);

	/* What waits to become read-only is out of sight now. */
	for (size_t i = 0; i < s->last.count; i++)
		if ((kind == STEP_TMPFS || kind == STEP_BIND ||
		     kind == STEP_OVERLAY) &&
		    s->last.items[i].dest &&
		    str_equal(s->last.items[i].dest, dest))
			s->last.items[i].dest = NULL;
	*step = STEP_NONE;
	step->kind = kind;
	step->source = source;
	step->dest = dest;
	step->attributes = attributes;
	step->origin = s->origin;
	return step;
}

void steps_close(struct steps *s, const char *dest)
{
	struct step *step = array_add(s->c->arena, &s->last);

	*step = STEP_NONE;
	step->kind = STEP_REMOUNT_RO;
	step->dest = dest;
	step->attributes = MOUNT_ATTR_RDONLY;
}

static bool is_file_system(const struct step *step)
{
	return step->kind == STEP_BIND || step->kind == STEP_TMPFS ||
	       step->kind == STEP_PROC || step->kind == STEP_DEVPTS ||
	       step->kind == STEP_DATA || step->kind == STEP_MQUEUE ||
	       step->kind == STEP_OVERLAY;
}

const struct step *steps_covering(const struct steps *s, const char *path)
{
	for (size_t i = s->list.count; i-- > 0;) {
		const struct step *step = &s->list.items[i];

		if (is_file_system(step) && path_within(path, step->dest))
			return step;
	}
	return NULL;
}

const struct step *steps_place(const struct steps *s, const char *path)
{
	for (size_t i = s->list.count; i-- > 0;) {
		const struct step *step = &s->list.items[i];

		if ((is_file_system(step) || step->kind == STEP_DIR) &&
		    path_within(path, step->dest))
			return step;
	}
	return NULL;
}

bool steps_below(const struct steps *s, const char *path)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (path_within(s->list.items[i].dest, path))
			return true;
	return false;
}

bool steps_shows(const struct steps *s, const char *path, uint64_t attributes)
{
	for (size_t i = s->list.count; i-- > 0;) {
		const struct step *step = &s->list.items[i];

		if (step->kind == STEP_BIND && path_within(path, step->dest))
			return str_equal(step->source, step->dest) &&
			       step->attributes == attributes;
		/* What is hidden in it stays hidden, unless named itself. */
		if (path_within(step->dest, path) &&
		    (step->kind == STEP_HIDE_PRIVATE ||
		     (step->kind == STEP_HIDE && !str_equal(step->dest, path))))
			continue;
		/* Anything else that touches the path makes it another one. */
		if (path_within(path, step->dest) ||
		    path_within(step->dest, path))
			return false;
	}
	return false;
}

static bool has_link(const struct steps *s, const struct path_link *l)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct step *step = &s->list.items[i];

		if (step->kind == STEP_SYMLINK &&
		    str_equal(step->dest, l->at) &&
		    str_equal(step->source, l->target))
			return true;
	}
	return false;
}

void steps_add_links(struct steps *s, const struct path_fact *fact)
{
	for (size_t i = 0; i < fact->link_count; i++) {
		const struct path_link *l = &fact->links[i];
		const struct step *on = steps_covering(s, l->at);

		if ((on && on->kind == STEP_BIND) || has_link(s, l))
			continue;
		steps_add(s, STEP_SYMLINK, l->target, l->at, 0);
	}
}

int steps_missing(const struct steps *s, const struct path_fact *fact,
		  struct err *e)
{
	if (s->c->plan->bwrap)
		err_set(e, ERR_USAGE, "Can't find source path %s", fact->path);
	else
		err_set(e, ERR_USAGE, "show '%s'", fact->path);
	e->errnum = fact->errnum;
	if (s->c->plan->bwrap)
		return -1;
	if (fact->type == PATH_ABSENT)
		err_hint(e, "check the spelling; the -try form of the "
			    "directive skips what does not exist");
	return err_at(e, "%s", s->origin);
}

/* With bubblewrap that is what does not exist, not what is out of reach. */
static bool may_be_missing(const struct steps *s, const struct path_fact *fact)
{
	return !s->c->plan->bwrap || fact->errnum == ENOENT;
}

/*
 * What a link of /proc says is no path: only the kernel, and the process that
 * mounts, know where it leads. flatpak shows its user namespace by such a one.
 */
static bool is_magic(const struct steps *s, const struct path_fact *fact)
{
	return s->c->plan->bwrap && fact->type == PATH_ABSENT &&
	       path_within(fact->path, "/proc");
}

/* Said to be in `dir`, with no ".." right behind it. */
static bool is_said_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!dir[1])
		n = 0;
	return path_within(path, dir) &&
	       !(str_starts(path + n, "/..") &&
		 (path[n + 3] == '/' || !path[n + 3]));
}

int steps_check_stays(const struct steps *s, const struct plan_mount *m,
		      const char *path, struct err *e)
{
	const struct host *h = s->c->host;
	const struct path_fact *fact;

	if (!m->by_profile || !path || !h->cwd ||
	    !(is_said_in(path, h->cwd) || (h->pwd && is_said_in(path, h->pwd))))
		return 0;
	fact = host_path(h, path);
	if (path_within(fact->resolved, h->cwd) || fact->type == PATH_ABSENT ||
	    fact->type == PATH_UNREACHABLE)
		return 0;
	err_set(e, ERR_USAGE,
		"'%s' leads out of the working directory, to '%s'", path,
		fact->resolved);
	err_hint(e, "remove that symlink, or show '%s' by an option",
		 fact->resolved);
	return err_at(e, "%s", m->origin);
}

int steps_add_bind(struct steps *s, const struct path_fact *fact,
		   const char *dest, uint64_t attributes, bool optional,
		   struct err *e)
{
	struct step *step;

	if (optional && is_magic(s, fact)) {
		steps_add(s, STEP_BIND, fact->path, dest, attributes)
			->optional = true;
		return 0;
	}
	if (fact->type == PATH_ABSENT || fact->type == PATH_UNREACHABLE)
		return optional && may_be_missing(s, fact) ?
			       0 :
			       steps_missing(s, fact, e);
	step = steps_add(s, STEP_BIND, fact->resolved, dest, attributes);
	step->dev = fact->dev;
	step->ino = fact->ino;
	step->directory = fact->type == PATH_DIR;
	step->optional = optional;
	return 0;
}

/* As with bubblewrap: who may not get at it needs no way there either. */
void steps_set_mode(struct step *step, mode_t mode)
{
	step->mode = mode;
	step->parents = 0755;
	if (!(mode & 070))
		step->parents &= ~(mode_t)050;
	if (!(mode & 07))
		step->parents &= ~(mode_t)05;
}

const char *program_source(struct arena *a, const struct program *p,
			   const char *path)
{
	const char *at = path_clean(a, "/", path);

	for (unsigned int links = 0; links < 40; links++) {
		const struct step *on = NULL;

		for (size_t i = 0; i < p->step_count; i++) {
			const struct step *step = &p->steps[i];

			if ((is_file_system(step) ||
			     step->kind == STEP_SYMLINK ||
			     step->kind == STEP_HIDE) &&
			    path_within(at, step->dest))
				on = step;
		}
		if (!on || !on->source || on->kind == STEP_HIDE)
			return NULL;
		if (on->kind != STEP_SYMLINK)
			return path_rebase(a, at, on->dest, on->source);
		/* A relative target is relative to where the link is. */
		at = path_rebase(a, at, on->dest,
				 path_clean(a, path_parent(a, on->dest),
					    on->source));
	}
	return NULL;
}

uint64_t steps_tmp_size(const struct steps *s, const struct plan_mount *m)
{
	uint64_t size = s->c->plan->limits.tmp_size.value;

	return size && !m->size_asked ? size : m->size;
}
