/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the mount engine, mounts.c and hide.c, share. */
#ifndef RUN_ENGINE_H
#define RUN_ENGINE_H

#include "run/dest.h"
#include "run/run.h"

struct engine {
	const struct program *program;
	struct tree tree;
	struct run *run;
};

/* Sets MOUNT_ATTR_ flags on a mount, or on the whole tree of mounts. */
int engine_set_attributes(int fd, uint64_t attributes, bool recursive,
			  struct err *e);

/* Attaches a detached mount. */
int engine_attach(int mount, const struct dest *to, struct err *e);

/* A detached tmpfs; `size` 0 is the kernel's default. Returns it, or -1. */
int engine_new_tmpfs(mode_t mode, uint64_t size, uint64_t attributes,
		     struct err *e);

/* STEP_HIDE and STEP_HIDE_PRIVATE. */
int engine_hide(struct engine *en, const struct step *s, struct err *e);
int engine_hide_private(struct engine *en, const struct step *s, struct err *e);

#endif
