/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree that takes the place of what was shown before: --cow, and another root.
 *
 * What the host has below its path goes, as it would be seen in it or over it;
 * what is the sandbox's own (tmpfs, proc, dev, what is hidden, what was bound to
 * another place) stays, above it.
 */
#ifndef COMPILE_COW_H
#define COMPILE_COW_H

#include "compile/steps.h"

struct cow {
	struct steps *s;
	const struct plan_mount *m;
	const char *top;
	ARRAY(struct step) before; /* all steps up to now */
	bool nested;		   /* what is shown now is in another place */
	bool home;		   /* a private home stays */
	bool closed; /* the bare root was to become read-only in the end */
};

/* Takes the steps out of the list, but those that have nothing to do with it. */
void cow_begin(struct cow *c);

/* Whether a step of before is to be there again. */
bool cow_stays(const struct cow *c, const struct step *step);

/* Whether it is the sandbox's own that is seen at `path`. */
bool cow_is_own(const struct cow *c, const char *path);

/* Whether `path` is in such a place, which is not `but`. */
bool cow_is_kept(const struct cow *c, const char *path, const struct step *but);

/* Whether it is the private home. */
bool cow_is_home(const struct steps *s, const struct step *step);

/* What --dir made was empty, and has to be: the host's was not shown. */
void cow_empty_dir(struct cow *c, struct step *step);

#endif
