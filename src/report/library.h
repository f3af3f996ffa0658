/* SPDX-License-Identifier: Apache-2.0 */
/* The shared libraries that a program asks its loader for. */
#ifndef REPORT_LIBRARY_H
#define REPORT_LIBRARY_H

#include "base/arena.h"

struct needed {
	ARRAY(const char *) names; /* DT_NEEDED: "libm.so.6" */
	const char *path;	   /* DT_RUNPATH or DT_RPATH, or "" */
};

/*
 * Reads them from the 64-bit ELF file at `path` into `a`. Anything that is no
 * such file, or is damaged, has none: this serves a hint, nothing more.
 */
void library_needed(struct arena *a, const char *path, struct needed *out);

#endif
