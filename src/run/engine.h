/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the mount engine share: mounts.c and those named below. */
#ifndef RUN_ENGINE_H
#define RUN_ENGINE_H

#include "compile/covers.h"
#include "run/dest.h"
#include "run/run.h"

/* More than compile lets be copied early, PLACED_MAX, and some roots. */
#define SOURCES_MAX 32

struct engine {
	const struct program *program;
	struct tree tree;
	struct run *run;
	/* Copies that were made before anything was changed, in their order. */
	int sources[SOURCES_MAX];
	size_t source_count, source_next;
};

/*
 * What the new root begins as: root.c. The first step is done by it where there
 * is no base.
 */
int engine_root(struct engine *en, struct err *e);

/* A detached copy of a step's source; -1 and errno if there is none. */
int engine_source(struct engine *en, const struct step *s);

/*
 * Fails if it is not what compile looked at. `*directory` is what it is; `s` may
 * not know.
 */
int engine_check_source(int fd, const struct step *s, bool *directory,
			struct err *e);

/* Sets MOUNT_ATTR_ flags on a mount, or on the whole tree of mounts. */
int engine_set_attributes(int fd, uint64_t attributes, bool recursive,
			  struct err *e);

/* Attaches a detached mount. */
int engine_attach(int mount, const struct dest *to, struct err *e);

/* A detached tmpfs; `size` 0 is the kernel's default. Returns it, or -1. */
int engine_new_tmpfs(mode_t mode, uint64_t size, uint64_t attributes,
		     struct err *e);

/*
 * A detached mount of a new file system; options are NAME, VALUE pairs up to a
 * NULL for a name, flags have NULL for a value. Returns it, or -1.
 */
int engine_new_file_system(const char *type, const char *const *options,
			   uint64_t attributes, struct err *e);

/* The error of a source that is not what it was. */
int engine_changed(const char *source, struct err *e);

/* What a step may call its own in the scratch. */
#define SCRATCH_NAME 32
void engine_scratch_name(const struct engine *en, const struct step *s,
			 char name[SCRATCH_NAME]);

/* Attaches it at the destination of the step, whose mount point is made. */
int engine_place(struct engine *en, int mount, const struct step *s,
		 bool directory, struct err *e);

/* STEP_FILE, STEP_DATA, STEP_CHMOD. */
int engine_file(struct engine *en, const struct step *s, struct err *e);
int engine_data(struct engine *en, const struct step *s, struct err *e);
int engine_chmod(struct engine *en, const struct step *s, struct err *e);

/* STEP_OVERLAY. */
int engine_overlay(struct engine *en, const struct step *s, struct err *e);

/*
 * What a layer, a descriptor, deletes of those below it. And fills the directory
 * `cover`, which is to be put right above it. covers.c
 */
int engine_markers(struct arena *a, int layer, struct markers *out,
		   struct err *e);
int engine_cover(struct arena *a, int cover, int layer, const struct cover *c,
		 struct err *e);

/*
 * The same by program.helper, helper.c. `lower`: descriptors of directories, the
 * topmost first; `both`: of one with "upper" and "work" in it, or -1. Returns
 * a detached mount.
 */
int engine_helped(struct engine *en, const int *lower, size_t count, int both,
		  const struct step *s, struct err *e);

/* What was used up among 0 to 2 is closed by the command's execve. */
int engine_close_taken(const struct program *p, struct err *e);

/* STEP_HIDE and STEP_HIDE_PRIVATE. */
int engine_hide(struct engine *en, const struct step *s, struct err *e);
int engine_hide_private(struct engine *en, const struct step *s, struct err *e);

#endif
