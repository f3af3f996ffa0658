/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where: /proc/self/mountinfo, proc_pid_mountinfo(5). */
#ifndef HOST_MOUNTINFO_H
#define HOST_MOUNTINFO_H

#include "base/arena.h"

#include <stdbool.h>

struct err;

/* A mount that a path may lead to. */
struct host_mount {
	const char *path; /* where it is mounted, from our root */
	const char *type; /* of its file system: "ext4" */
};

struct host_mounts {
	ARRAY(struct host_mount) list; /* the last one at a path is on top */
};

/*
 * Reads the text of a mountinfo; the result lives in `a`. Lines that are not as
 * the manual says are an error: what is not understood could be a mount.
 */
int mountinfo_parse(struct arena *a, const char *text, size_t size,
		    struct host_mounts *out, struct err *e);

/*
 * Whether it is the kernel's view of itself, with nothing in it that could be
 * copied: proc, sysfs, devtmpfs ...
 */
bool mountinfo_is_kernels(const char *type);

/*
 * Whether overlayfs takes no directory of such a file system as a layer, not
 * even as a lower one: names that compare in another way than by their bytes,
 * mounts that are made on access (ovl_dentry_weird() in fs/overlayfs/super.c).
 */
bool mountinfo_is_no_layer(const char *type);

/*
 * The directories at or below `path` that have a mount, or `other` (or NULL),
 * below them; each once, the upper ones first. Not those that are the kernel's
 * own, or below such.
 */
struct host_paths {
	ARRAY(const char *) list;
};
void mountinfo_above(struct arena *a, const struct host_mounts *mounts,
		     const char *path, const char *other,
		     struct host_paths *out);

/* Reads this process's own. */
int mountinfo_read(struct arena *a, struct host_mounts *out, struct err *e);

#endif
