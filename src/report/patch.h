/* SPDX-License-Identifier: Apache-2.0 */
/* The changes of a kept layer as a patch, which diff(1) makes. */
#ifndef REPORT_PATCH_H
#define REPORT_PATCH_H

struct arena;
struct err;
struct kept_layer;

/*
 * Writes what changed in the content of regular files to standard output, in
 * the unified form, with names that begin with a/ and b/. Modes, links and
 * directories are not in it.
 */
int report_patch(struct arena *a, const struct kept_layer *l, struct err *e);

#endif
