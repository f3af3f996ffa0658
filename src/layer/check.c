/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/check.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/own.h"
#include "layer/carry.h"
#include "layer/changes.h"
#include "layer/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* So many conflicts are said one by one. */
#define SAID_MAX 20

/* What is to be written to one file system. */
struct need {
	uint64_t dev, bytes, files;
};

struct check {
	struct arena *arena;
	const struct kept_layer *layer;
	const struct carry *carry;
	const struct check_wants *wants;
	struct check_result result;
	ARRAY(struct need) needs;
	uid_t uid;    /* ours */
	uint64_t dev; /* of the place at hand */
	/* The directory outside that was last seen to be writable. */
	uint64_t writable_dev, writable_ino;
};

/* --- conflicts ----------------------------------------------------------- */

static void conflict(struct check *c, const char *path, const char *what)
{
	char text[sizeof(((struct err *)NULL)->message)];

	if (c->wants->force)
		return;
	if (c->result.conflicts++ < SAID_MAX && c->wants->say) {
		snprintf(text, sizeof(text), "'%s' %s", path, what);
		c->wants->say(c->wants->data, text);
	}
}

static bool is_after(struct timespec t, struct timespec limit)
{
	return t.tv_sec > limit.tv_sec ||
	       (t.tv_sec == limit.tv_sec && t.tv_nsec > limit.tv_nsec);
}

static bool is_made_after(const struct entry *x, struct timespec limit)
{
	struct statx st;

	return statx(x->fd, "", AT_EMPTY_PATH, STATX_BTIME, &st) == 0 &&
	       (st.stx_mask & STATX_BTIME) &&
	       is_after((struct timespec){ .tv_sec = st.stx_btime.tv_sec,
					   .tv_nsec = st.stx_btime.tv_nsec },
			limit);
}

/* On a file system that knows whole seconds only. */
static bool is_that_second(struct timespec t, struct timespec limit)
{
	return t.tv_nsec == 0 && t.tv_sec == limit.tv_sec;
}

/*
 * After an apply that was ended, what was there when it began has been looked
 * at. Since then it was we who changed the ctime of what lost another name: so
 * the content, or the file, has to be new as well.
 */
static bool is_newer(const struct check *c, const struct entry *x)
{
	const struct timespec begun = c->layer->record.applying;

	if (!c->carry->again)
		return is_after(x->st.st_ctim, c->layer->record.created) ||
		       is_that_second(x->st.st_ctim, c->layer->record.created);
	return is_after(x->st.st_ctim, begun) &&
	       (is_after(x->st.st_mtim, begun) || is_made_after(x, begun));
}

/*
 * What was copied up and is not there: it was removed outside, or the command
 * gave it another name. A directory gets no other name (EXDEV: redirect_dir is
 * off); with a file, the directory it was in tells if anything was removed.
 * After an apply that was ended it is we who changed that.
 */
static bool was_removed(const struct check *c, const struct change *change)
{
	const struct entry *x = change->after;

	if (!x->has_origin || !change->above)
		return false;
	if (x->type == ENTRY_DIRECTORY)
		return !x->opaque;
	return !c->carry->again && is_newer(c, change->above);
}

static bool is_kept_directory(const struct change *change)
{
	return change->kind == CHANGE_MODIFIED &&
	       change->before->type == ENTRY_DIRECTORY &&
	       change->after->type == ENTRY_DIRECTORY;
}

static void find_conflict(struct check *c, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ADDED:
		if (was_removed(c, change))
			conflict(c, change->path, "was removed outside");
		return;
	case CHANGE_MODIFIED:
		/* All that is in it goes; after an apply it may be ours. */
		if (is_kept_directory(change) && change->after->opaque) {
			if (!c->carry->again && is_newer(c, change->before))
				conflict(c, change->path,
					 "was changed outside, and would be "
					 "replaced");
			return;
		}
		/* A directory that we wrote to, and did not finish. */
		if (c->carry->again && is_kept_directory(change))
			return;
		if (is_newer(c, change->before))
			conflict(c, change->path, "was changed outside");
		return;
	case CHANGE_DELETED:
		if (is_newer(c, change->before))
			conflict(c, change->path,
				 "was changed outside, and would be removed");
		return;
	}
}

/* --- what could not be done ---------------------------------------------- */

static int check_writable(struct check *c, const struct change *change,
			  struct err *e)
{
	const struct entry *dir = change->above;
	char path[ENTRY_PATH_SIZE];

	if (!dir)
		return 0;
	c->dev = dir->st.st_dev;
	if (dir->st.st_ino == c->writable_ino &&
	    dir->st.st_dev == c->writable_dev)
		return 0;
	entry_path(dir, path);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) < 0 &&
	    (errno != EACCES || dir->st.st_uid != c->uid || own_files() < 0 ||
	     faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) < 0))
		return err_sys(e, "write to the directory of '%s'",
			       change->path);
	c->writable_dev = dir->st.st_dev;
	c->writable_ino = dir->st.st_ino;
	return 0;
}

static int check_owner(const struct check *c, const struct change *change,
		       struct err *e)
{
	if (c->uid == 0)
		return 0;
	if (is_kept_directory(change) && change->before->st.st_uid != c->uid)
		return err_set(e, ERR_SYSTEM,
			       "change the mode of '%s': it belongs to another "
			       "user",
			       change->path);
	if (change->kind == CHANGE_DELETED ||
	    change->after->st.st_uid == c->uid)
		return 0;
	err_set(e, ERR_SYSTEM, "give '%s' to user %u, whose it is in the layer",
		change->path, change->after->st.st_uid);
	return err_hint(e, "root can");
}

static int check_possible(struct check *c, const struct change *change,
			  struct err *e)
{
	if (change->kind == CHANGE_DELETED && change->before->mounted)
		return err_set(e, ERR_SYSTEM,
			       "remove '%s': something is mounted on it",
			       change->path);
	if (change->kind != CHANGE_DELETED &&
	    carry_is_reserved(c->carry, path_name(change->path)))
		return err_set(e, ERR_SYSTEM,
			       "'%s' in the layer is a name of sandbox's own",
			       change->path);
	if (check_writable(c, change, e) < 0)
		return -1;
	return check_owner(c, change, e);
}

/* --- space --------------------------------------------------------------- */

static struct need *need_of(struct check *c, uint64_t dev)
{
	struct need *n;

	for (size_t i = 0; i < c->needs.count; i++)
		if (c->needs.items[i].dev == dev)
			return &c->needs.items[i];
	n = array_add(c->arena, &c->needs);
	n->dev = dev;
	return n;
}

static uint64_t size_of(const struct entry *x)
{
	return x->type == ENTRY_FILE ? (uint64_t)x->st.st_blocks * 512 : 0;
}

/* What is replaced gives its blocks back, if it has no other name. */
static void count(struct check *c, const struct change *change)
{
	struct need *n = need_of(c, c->dev);
	uint64_t size = size_of(change->after), old;
	uint64_t length = (uint64_t)change->after->st.st_size;

	c->result.changes++;
	c->result.work += PROGRESS_NAME;
	if (change->kind == CHANGE_DELETED)
		return;
	n->files += change->kind == CHANGE_ADDED;
	c->result.work += length < size ? length : size;
	n->bytes += size;
	if (change->kind == CHANGE_ADDED || change->before->st.st_nlink > 1)
		return;
	old = size_of(change->before);
	n->bytes -= old < n->bytes ? old : n->bytes;
}

/* 0: as far as the file system tells there is enough. */
static int check_space(struct check *c, const struct record_place *place,
		       struct err *e)
{
	autoentry struct entry real = ENTRY_NONE;
	const struct need *n;
	struct statvfs fs;

	if (layer_real(place, c->wants->force, &real, e) < 0)
		return -1;
	if (fstatvfs(real.fd, &fs) < 0)
		return err_sys(e, "ask how much is free below '%s'",
			       place->path);
	n = need_of(c, real.st.st_dev);
	if (!n->bytes || n->bytes / fs.f_frsize < fs.f_bavail || !fs.f_blocks) {
		if (!fs.f_files || n->files <= fs.f_favail)
			return 0;
		return err_set(e, ERR_SYSTEM,
			       "%llu more files are to be made below '%s', and "
			       "there is room for %llu",
			       (unsigned long long)n->files, place->path,
			       (unsigned long long)fs.f_favail);
	}
	return err_set(e, ERR_SYSTEM,
		       "%llu KiB are to be written below '%s', and %llu are "
		       "free",
		       (unsigned long long)n->bytes / 1024, place->path,
		       (unsigned long long)fs.f_bavail * fs.f_frsize / 1024);
}

/* --- all of it ----------------------------------------------------------- */

static int see(void *context, const struct change *change, struct err *e)
{
	struct check *c = context;

	if (check_possible(c, change, e) < 0)
		return -1;
	find_conflict(c, change);
	count(c, change);
	progress_tell(c->wants->progress, c->result.changes, 0);
	return 0;
}

static int tell_conflicts(const struct check *c, struct err *e)
{
	uint64_t n = c->result.conflicts;
	char text[64];

	if (!n)
		return 0;
	if (n > SAID_MAX && c->wants->say) {
		snprintf(text, sizeof(text), "and %llu more",
			 (unsigned long long)(n - SAID_MAX));
		c->wants->say(c->wants->data, text);
	}
	err_set(e, ERR_SYSTEM,
		"nothing was applied: outside, %llu of what '%s' changes %s "
		"changed since it was made",
		(unsigned long long)n, c->layer->dir, n == 1 ? "was" : "were");
	return err_hint(e, "--diff shows what would be written; --force "
			   "writes it all the same");
}

int check_layer(struct arena *a, const struct kept_layer *l,
		const struct carry *carry, const struct check_wants *wants,
		struct check_result *out, struct err *e)
{
	struct check c = {
		.arena = a,
		.layer = l,
		.carry = carry,
		.wants = wants,
		.uid = geteuid(),
	};
	const struct changes_to to = {
		.tell = see,
		.context = &c,
		.below_deleted = true,
		.replaced = true,
		.any_place = wants->force,
	};

	if (changes_walk(a, l, &to, e) < 0 || tell_conflicts(&c, e) < 0)
		return -1;
	for (size_t i = 0; i < l->record.places.count; i++)
		if (check_space(&c, &l->record.places.items[i], e) < 0)
			return -1;
	*out = c.result;
	return 0;
}
