/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A way through a tree of directories, in depth, without recursion: `from` is
 * what is read, and beside it there may be a directory `to` that corresponds to
 * it in another tree. Whoever walks decides what is entered:
 *
 *	trees_begin(&w, path)
 *	trees_push(&w, NULL, &from, &to, e)
 *	while (w.depth) {
 *		level = trees_top(&w)
 *		name = trees_name(level)
 *		if (!name)
 *			... all of it was seen; trees_pop(&w, e)
 *		else
 *			... look, and perhaps trees_push(&w, name, ...)
 *	}
 *	trees_end(&w)
 *
 * Only the deepest directories are open, however deep the tree is. Those above
 * are opened again when it is their turn, by "..", see entry_let_go().
 */
#ifndef LAYER_TREES_H
#define LAYER_TREES_H

#include "layer/entry.h"
#include "layer/names.h"

struct err;

struct trees_level {
	struct entry from, to; /* `to` may be ENTRY_NONE */
	int kind;	       /* whatever the walker likes to note */
	struct names names;
	size_t next, length; /* of the names; of the path up to here */
};

struct trees {
	struct trees_level *levels;
	size_t depth, room;
	char *path; /* of the top; trees_path() makes texts of it */
	size_t path_room;
};

/* `path` is what messages call the directory that is pushed first. */
int trees_begin(struct trees *w, const char *path, struct err *e);

/*
 * Goes down into the directory `name`. The entries are taken, also on failure;
 * then the walk is where it was. Pointers to levels are not good after it.
 */
int trees_push(struct trees *w, const char *name, struct entry *from,
	       struct entry *to, struct err *e);

static inline struct trees_level *trees_top(struct trees *w)
{
	return &w->levels[w->depth - 1];
}

/* The next name in a directory, good until it is left; NULL: that was all. */
static inline const char *trees_name(struct trees_level *level)
{
	return level->next < level->names.count ?
		       names_get(&level->names, level->next++) :
		       NULL;
}

/* Leaves the top; what is above is open again. */
int trees_pop(struct trees *w, struct err *e);

/* The path of `name` in the top, NULL: of the top; good until the next call. */
const char *trees_path(struct trees *w, const char *name);

/* Frees all of it, and is fine to be called once more. */
void trees_end(struct trees *w);

#define autotrees __attribute__((cleanup(trees_end)))

#endif
