/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing. A layer is hostile here as well: nothing is followed, no other
 * mount is gone into, and what is in the way of it, as modes that keep their
 * owner out, is changed by descriptor.
 */
#ifndef LAYER_DISCARD_H
#define LAYER_DISCARD_H

struct arena;
struct err;
struct kept_layer;

/*
 * Removes all that belongs to the layer, also what an interrupted --apply left
 * beside the real files, and then its directory. The record goes last, so that
 * what was interrupted can be done again. If there is anything else in the
 * directory, that stays, which is an error; the layer is gone even then.
 */
int layer_discard(struct arena *a, struct kept_layer *l, struct err *e);

/*
 * Removes `name` in the directory `dir`, with all that is below it, however
 * deep. That there is none is fine.
 */
int discard_tree(struct arena *a, int dir, const char *name, struct err *e);

#endif
