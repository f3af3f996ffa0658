/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A string that grows, in an arena, and the few questions about strings and
 * paths that libc does not answer.
 *
 * `struct str s = { .arena = a };` is the empty string; `text` is terminated
 * once anything was added. Everything that is printed is built in one of these
 * first and written at once, so that output is whole or absent.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct arena;

struct str {
	struct arena *arena;
	char *text;
	size_t length, room;
};

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *text, size_t n);
__attribute__((format(printf, 2, 3))) void str_addf(struct str *s,
						    const char *format, ...);

/*
 * Adds `word` as one word of a profile: as it is when it has only harmless
 * characters, else in single quotes, as a shell reads it too; with control
 * characters in it, in double quotes with \n and \xNN.
 */
void str_add_quoted(struct str *s, const char *word);

/* The text, "" when nothing was added. */
const char *str_text(const struct str *s);

/* Inline: most words differ in the first byte, and tables are searched. */
static inline bool str_equal(const char *a, const char *b)
{
	return a[0] == b[0] && strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix);

/*
 * Edit distance (Damerau, adjacent swaps count one) for "did you mean". Stops
 * counting at `limit`; words longer than 63 bytes are at `limit`.
 */
unsigned int str_distance(const char *a, const char *b, unsigned int limit);

/* --- absolute paths, as text; no file is looked at --------------------- */

/*
 * `path` without repeated or trailing slashes and "." components; a relative
 * one is put below `base`. ".." stays: what it means depends on symlinks.
 */
char *path_clean(struct arena *a, const char *base, const char *path);

/* True if `path` is `dir` or below it. Both clean and absolute. */
bool path_within(const char *path, const char *dir);

/* True if a component of `path` is "..". */
bool path_has_dotdot(const char *path);

/* `path`, which is within `from`, moved to the same place within `to`. */
char *path_rebase(struct arena *a, const char *path, const char *from,
		  const char *to);

/* `dir`/`name` with one slash between. */
char *path_join(struct arena *a, const char *dir, const char *name);

/* What follows the last slash; the parent ("/" for "/x"). */
const char *path_name(const char *path);
char *path_parent(struct arena *a, const char *path);

#endif
