/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing. A layer is hostile here as well: nothing is followed, no other
 * mount is gone into, and what is in the way of it, as modes that keep their
 * owner out, is changed by descriptor.
 */
#ifndef LAYER_DISCARD_H
#define LAYER_DISCARD_H

#include <stdint.h>

struct arena;
struct err;
struct kept_layer;
struct progress;

/* The names that were removed, told to `progress`, if it is not NULL. */
struct discarded {
	const struct progress *progress;
	uint64_t names;
};

/*
 * Removes all that belongs to the layer, also what an interrupted --apply left
 * beside the real files, and then its directory. The record goes last, so that
 * what was interrupted can be done again. If there is anything else in the
 * directory, that stays, which is an error; the layer is gone even then.
 * `progress` hears how many names were removed, and no total.
 */
int layer_discard(struct arena *a, struct kept_layer *l,
		  const struct progress *progress, struct err *e);

/*
 * Removes `name` in the directory `dir`, with all that is below it, however
 * deep. That there is none is fine. `count` may be NULL.
 */
int discard_tree(struct arena *a, int dir, const char *name,
		 struct discarded *count, struct err *e);

#endif
