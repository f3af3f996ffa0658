/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kept layer would change, one thing at a time: the layer is walked
 * beside the real files, and each difference is told as it is found, in the
 * order of the places and then of the names. Nothing is collected, so that a
 * million changes take no more memory than the largest directory on the way.
 */
#ifndef LAYER_CHANGES_H
#define LAYER_CHANGES_H

#include "layer/entry.h"

struct arena;
struct err;
struct kept_layer;

enum change_kind { CHANGE_ADDED, CHANGE_MODIFIED, CHANGE_DELETED };

/* What differs in something modified. */
enum {
	DIFFERS_TYPE = 1 << 0, /* and so everything else, which is not told */
	DIFFERS_SIZE = 1 << 1,
	DIFFERS_CONTENT = 1 << 2,    /* of the same size */
	DIFFERS_UNREADABLE = 1 << 3, /* the content may, but is out of reach */
	DIFFERS_TARGET = 1 << 4,
	DIFFERS_MODE = 1 << 5,
	DIFFERS_OWNER = 1 << 6,
	DIFFERS_ATTRIBUTES = 1 << 7,
	DIFFERS_TIME = 1 << 8, /* of a file, and nothing else */
};

struct change {
	enum change_kind kind;
	unsigned int differs; /* DIFFERS_*, if modified */
	const char *path;     /* outside, absolute; good until the next one */
	/* One is ENTRY_MISSING where it was added or deleted. */
	const struct entry *before, *after;
	/* The real directory it is in; NULL: there is none, or it is a place. */
	const struct entry *above;
};

/* Who is told. */
struct changes_to {
	int (*tell)(void *context, const struct change *change, struct err *e);
	void *context;
	/*
	 * Also what is in a directory that was deleted, after the directory, or
	 * became something else, before that. Else the directory stands for it.
	 */
	bool below_deleted;
	bool replaced; /* also a directory that has all new entries, no other */
	bool any_place; /* see layer_real() */
};

/*
 * Tells all changes of an open layer. Copies that are equal to what is outside,
 * and the deletion of what is not there, are none. Ends with the first error.
 */
int changes_walk(struct arena *a, const struct kept_layer *l,
		 const struct changes_to *to, struct err *e);

/* How two entries of the same type differ: DIFFERS_*, 0: in nothing. */
int changes_compare(const struct entry *before, const struct entry *after,
		    unsigned int *differs, struct err *e);

#endif
