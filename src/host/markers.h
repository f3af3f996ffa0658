/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markers: how the layers of images tell what they delete from those below
 * them (OCI image-spec, layer.md). Their names begin with ".wh.": what they mean
 * is compile/covers.h's.
 *
 * Nothing in a layer is believed: only its real directories are entered, one
 * below the other, and no file is opened.
 */
#ifndef HOST_MARKERS_H
#define HOST_MARKERS_H

#include "base/arena.h"

struct err;

#define MARKER ".wh."

/* Relative to the layer: "etc/.wh.hosts". In no order. */
struct markers {
	ARRAY(const char *) list;
};

/*
 * Adds the markers in the tree below the directory `layer`. A directory that
 * cannot be listed is an error, as deletions in it would not be known.
 */
int markers_find(struct arena *a, int layer, struct markers *out,
		 struct err *e);

/*
 * Opens the directory `path` in `layer`, "" being itself, to be listed; symlinks
 * are not followed. -1 and errno if there is none.
 */
int markers_open(int layer, const char *path);

#endif
