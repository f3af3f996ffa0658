/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes what an entry of a layer is, outside: content with its holes, owner,
 * mode, attributes and times. What overlayfs keeps for itself stays behind.
 */
#ifndef LAYER_COPY_H
#define LAYER_COPY_H

#include "layer/entry.h"
#include "layer/progress.h"

struct err;
union copy_room;

struct copy {
	bool no_clone;	       /* FICLONE was tried in vain */
	bool no_range;	       /* copy_file_range(2) was */
	union copy_room *room; /* for what is read */
	const struct progress *progress;
	uint64_t done, total; /* for `progress` */
};

int copy_begin(struct copy *c, const struct progress *progress, struct err *e);
void copy_end(struct copy *c);

/*
 * Makes `name`, which must not be there yet, in `dirfd` (O_PATH does) what `x`,
 * which is no directory, is. On failure it may be there in part. The umask has
 * to be 0. `inherits`: the directory passes ACLs on, which are taken off.
 */
int copy_make(struct copy *c, const struct entry *x, int dirfd,
	      const char *name, bool inherits, struct err *e);

/*
 * Gives the directory `to` what of `from` differs, times last. `top`: of a
 * place, which overlayfs shows as the caller's whoever owns it. So its owner
 * stays, and all of it if that is somebody else.
 */
int copy_directory(struct copy *c, const struct entry *from,
		   const struct entry *to, bool top, struct err *e);

/* True if what is made in a directory gets an ACL from it. */
bool copy_inherits(const struct entry *dir);

/* Takes that off what was just made. */
void copy_disinherit(const struct entry *made);

#endif
