/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries what an upper directory says into the real one, name by name, so that
 * at any moment each real name is what it was or what it will be, and whole:
 *
 *	a file, link, FIFO	is made beside, under a name of ours, and then
 *				renamed over the real name
 *	a new directory		is built under that name, with all below it
 *	a deleted one		is renamed to that name, and then removed
 *	a merged one		is entered; its mode and times are set last
 *
 * What has several names in the layer gets as many outside. The first one has
 * one more, in a directory of ours, by which the others find it.
 */
#ifndef LAYER_CARRY_H
#define LAYER_CARRY_H

#include "base/arena.h"
#include "layer/copy.h"

#include <time.h>

struct err;

/* Names of ours are these, with the hexadecimal time of the layer between. */
#define CARRY_NAME_SIZE 64

struct carry {
	struct copy *copy;
	struct arena scratch;
	char name[CARRY_NAME_SIZE];  /* what is made beside */
	char aside[CARRY_NAME_SIZE]; /* where it cannot be exchanged */
	char links[CARRY_NAME_SIZE]; /* the directory of second names */
	bool again;		     /* an earlier one may have left some */
	bool force;		     /* over what is changed meanwhile, too */
	struct timespec begun;	     /* before anything was looked at */
	bool touched;		     /* something outside, or nearly */
	uint64_t done;		     /* changes that are made for good */
};

/* `created`: of the layer. */
void carry_begin(const struct arena *a, struct carry *c, struct copy *copy,
		 struct timespec created, bool again);

/* True if no layer may have this name. */
bool carry_is_reserved(const struct carry *c, const char *name);

/*
 * All that is in `upper`; both entries are taken. `path` is that of `real`. On
 * failure nothing of ours is left beside, and what was done stays.
 */
int carry_place(struct carry *c, struct entry *upper, struct entry *real,
		const char *path, struct err *e);

/* Only removes names of ours beside the real ones. */
int carry_clean(struct carry *c, struct entry *upper, struct entry *real,
		const char *path, struct err *e);

#endif
