/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subordinate ids that the files /etc/subuid and /etc/subgid give the
 * caller, subuid(5), and the programs that map them for who has no right to:
 * newuidmap(1) and newgidmap(1), which look into the same files again.
 */
#ifndef HOST_SUBIDS_H
#define HOST_SUBIDS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct caller;
struct err;

/* At least one id, and all of them valid: none is 4294967295. */
struct id_range {
	uint32_t first, count;
};

struct id_ranges {
	const struct id_range *items;
	size_t count;
};

struct subids {
	const char *name; /* the caller's; NULL: not known */
	struct id_ranges uids, gids;
	uint32_t unused; /* from here on nobody has any, of both */
	const char *newuidmap, *newgidmap; /* paths; NULL: not there */
};

/* Where useradd(8) begins to give them out, SUB_UID_MIN of login.defs(5). */
#define SUBIDS_FIRST 100000

/*
 * Fills `*out` from the files. The name is that of /etc/passwd, never of NSS,
 * which can load anything; else what $USER or $LOGNAME says: newuidmap(1) does
 * not believe it. A program counts only where nobody but root put it.
 */
int subids_look(struct arena *a, const struct caller *caller,
		struct subids *out, struct err *e);

/*
 * The ranges of `name` (or NULL), or of the number `id`, in the text of such a
 * file, in its order. Lines that are none are passed over, as newuidmap(1) does.
 */
void subids_parse(struct arena *a, const char *text, const char *name, uid_t id,
		  struct id_ranges *out);

/* The first id at or above `from` that is above all ranges of the text. */
uint32_t subids_unused(struct arena *a, const char *text, uint32_t from);

/* The name of `uid` in the text of /etc/passwd, or NULL. */
const char *subids_name(struct arena *a, const char *text, uid_t uid);

#endif
