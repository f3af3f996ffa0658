/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/trees.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many levels have their directories open: two descriptors each. */
#define OPEN_LEVELS 100

static int no_memory(struct err *e)
{
	errno = ENOMEM;
	return err_sys(e, "note where the walk is");
}

static bool path_fits(struct trees *w, size_t size)
{
	size_t room = w->path_room ? w->path_room : 256;
	char *moved;

	if (size <= w->path_room)
		return true;
	while (room < size)
		room *= 2;
	moved = realloc(w->path, room);
	if (!moved)
		return false;
	w->path = moved;
	w->path_room = room;
	return true;
}

int trees_begin(struct trees *w, const char *path, struct err *e)
{
	size_t length = strlen(path);

	*w = (struct trees){ 0 };
	if (!path_fits(w, length + 1))
		return no_memory(e);
	memcpy(w->path, path, length + 1);
	return 0;
}

static int add_level(struct trees *w, const char *name, struct err *e)
{
	size_t length = strlen(trees_path(w, NULL)), size = 0;
	struct trees_level *moved;

	if (name) {
		size = strlen(name);
		if (!path_fits(w, length + size + 2))
			return no_memory(e);
		if (length && w->path[length - 1] != '/')
			w->path[length++] = '/';
		memcpy(w->path + length, name, size + 1);
	}
	if (w->depth == w->room) {
		size_t room = w->room ? 2 * w->room : 16;

		moved = reallocarray(w->levels, room, sizeof(*moved));
		if (!moved)
			return no_memory(e);
		w->levels = moved;
		w->room = room;
	}
	w->levels[w->depth++] = (struct trees_level){
		.from = ENTRY_NONE,
		.to = ENTRY_NONE,
		.length = length + size,
	};
	return 0;
}

static void free_level(struct trees_level *level)
{
	entry_close(&level->from);
	entry_close(&level->to);
	names_free(&level->names);
}

int trees_push(struct trees *w, const char *name, struct entry *from,
	       struct entry *to, struct err *e)
{
	struct trees_level *level;

	if (add_level(w, name, e) < 0) {
		entry_close(from);
		entry_close(to);
		return -1;
	}
	level = trees_top(w);
	level->from = *from;
	level->to = *to;
	*from = ENTRY_NONE;
	*to = ENTRY_NONE;
	if (names_of(&level->from, &level->names, e) < 0) {
		free_level(level);
		w->depth--;
		return -1;
	}
	if (w->depth > OPEN_LEVELS) {
		level -= OPEN_LEVELS;
		entry_let_go(&level->from, &level[1].from);
		entry_let_go(&level->to, &level[1].to);
	}
	return 0;
}

int trees_pop(struct trees *w, struct err *e)
{
	struct trees_level *level = trees_top(w);
	int r = 0;

	if (w->depth > 1 &&
	    (entry_regain(&level[-1].from, &level->from, e) < 0 ||
	     entry_regain(&level[-1].to, &level->to, e) < 0))
		r = err_wrap(e, "'%s'", trees_path(w, NULL));
	free_level(level);
	w->depth--;
	return r;
}

const char *trees_path(struct trees *w, const char *name)
{
	size_t length = w->depth ? trees_top(w)->length : strlen(w->path);
	size_t size = name ? strlen(name) : 0;

	w->path[length] = '\0';
	if (!name || !path_fits(w, length + size + 2))
		return w->path;
	if (length && w->path[length - 1] != '/')
		w->path[length++] = '/';
	memcpy(w->path + length, name, size + 1);
	return w->path;
}

void trees_end(struct trees *w)
{
	while (w->depth)
		free_level(&w->levels[--w->depth]);
	free(w->levels);
	free(w->path);
	*w = (struct trees){ 0 };
}
