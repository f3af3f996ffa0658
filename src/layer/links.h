/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has several names, found again without noting it: the first name that is
 * made has a second one, the number of its inode in the layer, in a directory of
 * ours beside the real files. It is made when it is needed first.
 */
#ifndef LAYER_LINKS_H
#define LAYER_LINKS_H

#include "layer/entry.h"

#include <time.h>

struct arena;
struct err;
struct trees_level;

struct links {
	struct arena *scratch;
	const char *name;
	int dir;		  /* -1: it is not there yet */
	int parent;		  /* where it is, or would be made now */
	struct timespec times[2]; /* that `parent` is to have in the end */
};

void links_begin(struct links *l, struct arena *scratch, const char *name);

/* A real directory in which it can be made. */
int links_base(struct links *l, const struct trees_level *level, struct err *e);

/* 1: `name` is another name of what was made of `x` before; 0: it was not. */
int links_use(struct links *l, const struct entry *x, int dirfd,
	      const char *name, struct err *e);

/* `name` was made of `x`. */
int links_note(struct links *l, const struct entry *x, int dirfd,
	       const char *name, struct err *e);

/* Removes the directory. */
int links_end(struct links *l, struct err *e);

#endif
