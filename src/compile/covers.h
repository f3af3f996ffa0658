/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What markers (host/markers.h) mean, in the terms of overlayfs: whiteouts, in
 * small layers of ours between the given ones. One between two of them hides the
 * markers of the lower one, and of the lower one what the upper one deletes:
 *
 *	upper	etc/.wh.hosts  srv/.wh..wh..opq  srv/new
 *	ours	whiteouts etc/hosts, srv, home/.wh.x
 *	lower	etc/hosts  srv/old  home/.wh.x
 *
 * A directory above a whiteout is opaque: what is below is not looked for. So a
 * marker is about layers below only, whatever else its own layer has, as it has
 * to be, and nobody has to know what is in those.
 *
 * This is asked by run, not beforehand: only inside the sandbox's user namespace
 * can all of a layer be read that can be read in it (--map-auto).
 */
#ifndef COMPILE_COVERS_H
#define COMPILE_COVERS_H

#include "host/markers.h"

/* Paths of whiteouts, sorted, none in another; "": all is hidden. */
struct cover {
	ARRAY(const char *) list;
};

/* Each may be empty: there is nothing above the topmost layer. */
void cover_make(struct arena *a, const struct markers *upper,
		const struct markers *lower, struct cover *out);

#endif
