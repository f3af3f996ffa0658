/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that help with set-up: they run outside, with the caller's rights. */
#ifndef HOST_PROGRAM_H
#define HOST_PROGRAM_H

struct arena;
struct caller;

/*
 * The path of one that is known by its name, or NULL: in the usual places, then
 * in PATH. What an earlier command could have put into a directory of PATH is
 * none: file and directory have to be root's.
 */
const char *program_find(struct arena *a, const struct caller *caller,
			 const char *name);

/* `path`, if there is one that may be executed, or NULL. */
const char *program_at(const char *path);

#endif
