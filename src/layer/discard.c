/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/discard.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "layer/apply.h"
#include "layer/entry.h"
#include "layer/layer.h"
#include "layer/names.h"
#include "layer/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Directories above the one being emptied whose descriptors are kept. */
#define KEPT_OPEN 64

/* A directory that is being emptied; its name is in the one above. */
struct level {
	struct entry dir;
	struct names names;
	size_t next;
};

struct remover {
	struct arena *arena;
	struct discarded *count;
	ARRAY(struct level) levels;
};

/* Its owner gets all rights to it: it is about to be removed. */
static void unlock(const struct entry *dir)
{
	char path[ENTRY_PATH_SIZE];

	if ((dir->st.st_mode & S_IRWXU) != S_IRWXU)
		chmod(entry_path(dir, path), S_IRWXU);
}

static int enter(struct remover *r, const struct entry *above, const char *name,
		 struct err *e)
{
	struct level *l = array_add(r->arena, &r->levels);
	autoclose int fd = -1;

	l->dir = ENTRY_NONE;
	if (entry_look(above, name, &l->dir, e) < 0)
		return -1;
	if (l->dir.mounted)
		return err_set(e, ERR_SYSTEM,
			       "something is mounted on '%s', in the layer",
			       name);
	/* It may have been swapped since it was found to be a directory. */
	if (l->dir.type != ENTRY_DIRECTORY)
		return err_set(e, ERR_SYSTEM, "'%s' was replaced meanwhile",
			       name);
	unlock(&l->dir);
	fd = entry_open(&l->dir, O_RDONLY | O_DIRECTORY, e);
	if (fd < 0 || names_read(fd, &l->names, e) < 0)
		return err_wrap(e, "'%s'", name);
	if (r->levels.count > KEPT_OPEN) {
		struct level *high = l - KEPT_OPEN;

		entry_let_go(&high->dir, &high[1].dir);
	}
	return 0;
}

static void leave(struct remover *r)
{
	struct level *l = &r->levels.items[--r->levels.count];

	entry_close(&l->dir);
	names_free(&l->names);
}

static int removed(struct remover *r)
{
	if (r->count)
		progress_tell(r->count->progress, ++r->count->names, 0);
	return 0;
}

/* 1: it is a directory with something in it. */
static int remove_one(struct remover *r, const struct entry *dir,
		      const char *name, struct err *e)
{
	if (unlinkat(dir->fd, name, 0) == 0)
		return removed(r);
	if (errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_sys(e, "remove '%s'", name);
	if (unlinkat(dir->fd, name, AT_REMOVEDIR) == 0)
		return removed(r);
	if (errno == ENOENT)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST)
		return 1;
	if (errno == ENOTDIR)
		errno = EPERM;
	return err_sys(e, "remove '%s'", name);
}

/* Removes the next name of the innermost level, or the level if it is empty. */
static int step(struct remover *r, const struct entry *top, const char *name,
		struct err *e)
{
	struct level *l = &r->levels.items[r->levels.count - 1];
	const struct entry *above = r->levels.count > 1 ? &l[-1].dir : top;
	int found;

	if (l->next < l->names.count) {
		const char *next = names_get(&l->names, l->next++);

		found = remove_one(r, &l->dir, next, e);
		return found > 0 ? enter(r, &l->dir, next, e) : found;
	}
	if (r->levels.count > 1) {
		if (entry_regain(&l[-1].dir, &l->dir, e) < 0)
			return -1;
		name = names_get(&l[-1].names, l[-1].next - 1);
	}
	found = remove_one(r, above, name, e);
	leave(r);
	return found > 0 ? err_set(e, ERR_SYSTEM,
				   "remove '%s': it is being filled", name) :
			   found;
}

int discard_tree(struct arena *a, int dir, const char *name,
		 struct discarded *count, struct err *e)
{
	struct remover r = { .arena = a, .count = count };
	autoentry struct entry top = ENTRY_NONE;
	int copy = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	int found;

	if (copy < 0)
		return err_sys(e, "remove '%s'", name);
	if (entry_top(copy, false, &top, e) < 0)
		return -1;
	found = remove_one(&r, &top, name, e);
	if (found > 0)
		found = enter(&r, &top, name, e);
	while (found == 0 && r.levels.count)
		found = step(&r, &top, name, e);
	if (found < 0 && r.levels.count)
		err_wrap(e, "in '%s'", name);
	while (r.levels.count)
		leave(&r);
	return found;
}

/* Says what else is in there, if anything is. */
static int check_empty(const struct kept_layer *l, struct err *e)
{
	autonames struct names names = { 0 };

	if (names_read(l->fd, &names, e) < 0)
		return err_wrap(e, "'%s'", l->dir);
	if (!names.count)
		return 0;
	err_set(e, ERR_SYSTEM,
		"'%s' stays: '%s' in it does not belong to the layer", l->dir,
		names_get(&names, 0));
	return err_hint(e, "the layer itself was discarded");
}

int layer_discard(struct arena *a, struct kept_layer *l,
		  const struct progress *progress, struct err *e)
{
	struct discarded count = { .progress = progress };
	char name[16];

	if (layer_apply_clean(a, l, e) < 0)
		return -1;
	for (size_t i = 0; i < l->record.places.count; i++) {
		snprintf(name, sizeof(name), "%u",
			 l->record.places.items[i].number);
		if (discard_tree(a, l->fd, name, &count, e) < 0)
			return err_wrap(e, "'%s'", l->dir);
	}
	if (discard_tree(a, l->fd, "trash", &count, e) < 0 ||
	    discard_tree(a, l->fd, "layer.new", NULL, e) < 0 ||
	    discard_tree(a, l->fd, "layer", NULL, e) < 0)
		return err_wrap(e, "'%s'", l->dir);
	if (check_empty(l, e) < 0)
		return -1;
	if (rmdir(l->dir) < 0)
		return err_sys(e, "remove '%s'", l->dir);
	return 0;
}
