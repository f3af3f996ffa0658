/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a path component by component and notes the symlinks on the way.
 * Every component is looked at once per walk, however many paths share it.
 */
#ifndef HOST_WALK_H
#define HOST_WALK_H

#include "base/arena.h"
#include "host/host.h"

#include <sys/stat.h>

/* What lstat(2), and readlink(2) for a symlink, said about one name. */
struct walk_seen {
	const char *path;
	const char *target;
	int errnum;
	struct stat st;
};

struct walk {
	struct arena *arena;
	ARRAY(struct walk_seen) seen;
};

/* Fills `*fact` for a clean absolute path. Never fails: absence is a fact. */
void walk_path(struct walk *w, const char *path, struct path_fact *fact);

/* Lists the directory `fact` is about; hidden: also names that begin with a dot. */
int walk_entries(struct walk *w, struct path_fact *fact, bool hidden,
		 struct err *e);

#endif
