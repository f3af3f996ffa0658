/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names in a directory, all of them, in the order of their bytes. They are
 * kept apart from arenas, as a walk reads many directories and keeps few: after
 * names_free() the memory is the next one's.
 */
#ifndef LAYER_NAMES_H
#define LAYER_NAMES_H

#include <stddef.h>

struct entry;
struct err;

struct names {
	char *text; /* one after the other, each with its zero byte */
	size_t *at; /* where in the text they begin */
	size_t count;
};

/* Those of the directory `fd`, which is read from its beginning. */
int names_read(int fd, struct names *out, struct err *e);

/*
 * Those in a directory, but for marks of a helper: entry.h. An error if those
 * say what was deleted, as where there can be no device files: it is not read.
 */
int names_of(const struct entry *dir, struct names *out, struct err *e);

/* Name number `i`; any bytes but zero and slash may be in it. */
static inline const char *names_get(const struct names *n, size_t i)
{
	return n->text + n->at[i];
}

/* Empty again, and fine to be freed once more. */
void names_free(struct names *n);

#define autonames __attribute__((cleanup(names_free)))

#endif
