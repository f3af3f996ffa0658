/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in the new root. Every path is resolved below a descriptor of that
 * root and cannot leave it: symlinks, absolute ones and ".." included, are
 * taken as they will be after the pivot. No path string of the host's view is
 * ever used (CVE-2026-87766: bubblewrap followed an absolute symlink of a bound
 * tree and made files on the host).
 */
#ifndef RUN_DEST_H
#define RUN_DEST_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define TREE_NEAR 8

/* The new root while it is built. */
struct tree {
	int root;	/* what is topmost at "/" */
	int base;	/* the tmpfs the root started as, or -1 */
	int scratch;	/* the tmpfs that goes with the old root, or -1 */
	mode_t parents; /* of directories that are made on the way */
	/* Directories used last, because mount points come in flocks. */
	struct {
		int fd;		  /* 0: none */
		const char *path; /* of a step; `length` bytes of it */
		size_t length;
	} near[TREE_NEAR];
	unsigned int next;
};

/* A mount point: `fd` itself when `name` is empty, else `name` in it. */
struct dest {
	int fd;
	const char *name;
};

/* Opens what is at `path` (O_PATH, symlinks followed); -1 and errno if none. */
int tree_open(const struct tree *t, const char *path);

/*
 * The directory that `path` is in, made with its parents if missing.
 * The descriptor belongs to the tree; the last component is `path`'s own.
 */
int tree_parent(struct tree *t, const char *path, int *out, struct err *e);

/*
 * A mount point at `path`: what is there, else a new directory or empty file.
 * The descriptor belongs to the tree or stays open until descriptors_close().
 */
int tree_mount_point(struct tree *t, const char *path, bool directory,
		     struct dest *out, struct err *e);

/*
 * Notes that the mount `fd` is now what is at `path`; `made`: on a mount point
 * that was just made, so that nothing used before can be below it.
 */
void tree_changed(struct tree *t, const char *path, int fd, bool made);

/* Forgets all descriptors but root and base, which may be closed then. */
void tree_forget(struct tree *t);

#endif
