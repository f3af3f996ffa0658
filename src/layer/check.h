/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a layer can be applied: looks at all that would be written, changed
 * and removed before any of it is. What was changed outside since the layer was
 * made is a conflict; what could not be done an error.
 */
#ifndef LAYER_CHECK_H
#define LAYER_CHECK_H

#include "layer/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct carry;
struct err;
struct kept_layer;

struct check_wants {
	bool force; /* conflicts are none */
	/* Said of each conflict, up to a number; NULL: to nobody. */
	void (*say)(void *data, const char *text);
	void *data;
	const struct progress *progress;
};

struct check_result {
	uint64_t changes, conflicts;
	uint64_t work; /* in the units of struct progress */
};

/* `carry` says which names are reserved. */
int check_layer(struct arena *a, const struct kept_layer *l,
		const struct carry *carry, const struct check_wants *wants,
		struct check_result *out, struct err *e);

#endif
