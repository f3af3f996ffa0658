/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --apply: makes what a kept layer says true outside, and empties the layer.
 *
 *	all of it is looked at; a conflict or what cannot be done ends it here
 *	the record says that it was begun
 *	place by place, name by name, is carried out
 *	all of that is on the disk
 *	the layer is emptied, place by place
 *	the record says when; from then on the layer is as one just made
 *
 * Nothing in the layer changes before everything is outside. So when it is
 * ended at any moment, for whatever reason, the next one does all of it again,
 * with the same result.
 */
#ifndef LAYER_APPLY_H
#define LAYER_APPLY_H

#include "layer/check.h"

struct arena;
struct err;
struct kept_layer;

int layer_apply(struct arena *a, struct kept_layer *l,
		const struct check_wants *wants, struct err *e);

/*
 * Removes what an apply that was ended left beside the real files. For who does
 * not want to finish it; nothing if there was none.
 */
int layer_apply_clean(struct arena *a, const struct kept_layer *l,
		      struct err *e);

#endif
