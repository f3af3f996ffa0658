/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kept layer that is open: host/record.h says what is in its directory.
 *
 * Whoever made the directory may have put anything there, and the command could
 * write to what is below N/upper. So only a directory of the caller's own is
 * taken, it is locked while it is used, and nothing in it is reached other than
 * by descriptors, name by name, without following anything.
 */
#ifndef LAYER_LAYER_H
#define LAYER_LAYER_H

#include "host/record.h"
#include "layer/entry.h"

struct arena;
struct caller;
struct err;

struct kept_layer {
	const char *dir;  /* as it was named, for messages */
	int fd;		  /* of DIR, O_RDONLY | O_DIRECTORY, with the lock */
	struct entry top; /* DIR, to look things up in it */
	struct record record;
};

/*
 * Opens and locks `dir`, whose last component may be no symlink, and reads its
 * record. An error if it is no layer, not the caller's, or in use. For one with
 * files of many owners this process enters a user namespace where it may touch
 * them, and stays there: map_enter().
 */
int layer_open(struct arena *a, const struct caller *caller, const char *dir,
	       struct kept_layer *out, struct err *e);

/* Without the lock from then on. */
void layer_close(struct kept_layer *l);

/* The directory N/upper of a place. */
int layer_upper(const struct kept_layer *l, const struct record_place *place,
		struct entry *out, struct err *e);

/*
 * The real directory of a place. It is refused if it is another than the one
 * the layer was made over, unless `any` is taken there (--force).
 */
int layer_real(const struct record_place *place, bool any, struct entry *out,
	       struct err *e);

/*
 * Whether a place is another's directory. The top of the layer is the caller's
 * all the same, with other rights; that is no change.
 */
bool layer_is_anothers(const struct entry *upper, const struct entry *real);

#endif
