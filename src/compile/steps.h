/* SPDX-License-Identifier: Apache-2.0 */
/* The list of mount steps while it grows, and what is visible so far. */
#ifndef COMPILE_STEPS_H
#define COMPILE_STEPS_H

#include "compile/compile.h"

#include <linux/mount.h>

struct steps {
	struct compile *c;
	ARRAY(struct step) list;
	ARRAY(struct step) last; /* what must wait until all mounts are made */
	const char *origin;	 /* for steps added now */
};

/* A step with the current origin; pointers are good until the next one. */
struct step *steps_add(struct steps *s, enum step_kind kind, const char *source,
		       const char *dest, uint64_t attributes);

/* The mount at `dest` becomes read-only when all others are made. */
void steps_close(struct steps *s, const char *dest);

/* The file system that `path` is on: its step, or NULL for the bare root. */
const struct step *steps_covering(const struct steps *s, const char *path);

/*
 * The same, but a directory asked for with --dir counts too: what is below it
 * is the sandbox's own.
 */
const struct step *steps_place(const struct steps *s, const char *path);

/* Whether a mount is made at `path` or below it. */
bool steps_below(const struct steps *s, const char *path);

/* Whether `path` already is the host's, with these attributes, all of it. */
bool steps_shows(const struct steps *s, const char *path, uint64_t attributes);

/* Symlinks that were met on the way to a path, made anew where not visible. */
void steps_add_links(struct steps *s, const struct path_fact *fact);

/*
 * A profile that names what is in the working directory means what is there. A
 * symlink on the way out of it may be anybody's, as that of an archive that was
 * unpacked there: an error.
 */
int steps_check_stays(const struct steps *s, const struct plan_mount *m,
		      const char *path, struct err *e);

/*
 * A bind of what `fact` is about. Returns -1 with a message if it is not there,
 * unless `optional`.
 */
int steps_add_bind(struct steps *s, const struct path_fact *fact,
		   const char *dest, uint64_t attributes, bool optional,
		   struct err *e);

/* The size of a private directory: its own, or that of --tmp-size. */
uint64_t steps_tmp_size(const struct steps *s, const struct plan_mount *m);

/* HOME and the working directory: places.c */
int places_home(struct steps *s, const struct plan_mount *m, struct err *e);
int places_workdir(struct steps *s, const struct plan_mount *m, struct err *e);

/*
 * A profile that means the working directory, whatever it is, does not mean all
 * of the home with what is private in it: an error. The command line may say so.
 */
int places_check_home(struct steps *s, const struct plan_mount *m,
		      struct err *e);

/* The mode of what a step makes, and of the directories made on the way. */
void steps_set_mode(struct step *step, mode_t mode);

/* What a descriptor is open on, or says: data.c */
int data_bind(struct steps *s, const struct plan_mount *m, uint64_t attributes,
	      struct err *e);
int data_file(struct steps *s, const struct plan_mount *m, struct err *e);
void data_finish(struct steps *s);

/* overlay.c */
int overlay_add(struct steps *s, const struct plan_mount *m, struct err *e);

/* The directory of a layer, as it was looked at. */
int overlay_layer(const struct steps *s, const char *path, struct layer *out,
		  struct err *e);

/*
 * The step of --rootfs and --layer. Where a path of the host that is in a layer
 * is inside; NULL if it is in none. And what shows a layer writable as well, as
 * the working directory it is in, gets it read-only: the command must not change
 * what it stands on.
 */
int overlay_root(const struct steps *s, const struct plan_mount *m,
		 struct step *out, struct err *e);
const char *overlay_inside(struct arena *a, const struct step *root,
			   const char *path);
void overlay_hold(struct steps *s, const struct step *root);

/* --cow: cow.c; --rootfs and --layer: rootfs.c */
int cow_add(struct steps *s, const struct plan_mount *m, struct err *e);
int root_add(struct steps *s, const struct plan_mount *m, struct err *e);
/*
 * Another root took away what hid root's own of the host; what is bound into it
 * later needs that again.
 */
void root_hide_again(struct steps *s, const char *source, const char *dest);

/*
 * Where what is written to an overlay goes: memory, or one of the places of
 * --changes, the record of which is in program.layer. kept.c
 */
int kept_begin(struct steps *s, struct err *e);
/* `nested`: in one where nothing below this place can have been changed. */
int kept_place(struct steps *s, struct step *step, bool nested, struct err *e);
int kept_finish(struct steps *s, struct err *e);
/* Whether a path is the directory of --changes or in it. */
bool kept_is(const struct steps *s, const char *path);

/* --overlay-helper: helper.c; at the end it is known how many overlays it makes. */
int helper_begin(struct steps *s, struct err *e);
void helper_finish(struct steps *s);

/* Whether directories on a file system of that type can be layers. */
bool helper_takes(const struct steps *s, const char *type);

/* The error of a directive that needs something that is not there. */
int steps_missing(const struct steps *s, const struct path_fact *fact,
		  struct err *e);

/*
 * An error if the command, where it writes to this directory of the host, could
 * change what the plan protects: protect.c
 */
int protect_refuse(const struct steps *s, const struct path_fact *dir,
		   struct err *e);

/*
 * Makes read-only what the plan protects, wherever the list shows it writable,
 * and holds the names that lead to it in place: protect.c
 */
int protect_finish(struct steps *s, struct err *e);

/* What is to be known when the list is complete. */
void places_finish(struct steps *s);

#define ATTR_BIND (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define ATTR_RO (ATTR_BIND | MOUNT_ATTR_RDONLY)

#endif
