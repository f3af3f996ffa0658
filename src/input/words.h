/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a profile, split into words; input/profile.h has the rules. */
#ifndef INPUT_WORDS_H
#define INPUT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct caller;
struct err;

#define WORDS_MAX 256

struct words {
	const char *word[WORDS_MAX];
	size_t count;
	const char *unset; /* first variable used that is not set, or NULL */
};

/*
 * `line` of `length` bytes without its newline; `cwd` is ${PWD} or NULL. Beyond
 * `count` the words of `*out` are as they were, or left over.
 */
int words_split(struct arena *a, const char *line, size_t length,
		const struct caller *caller, const char *cwd, struct words *out,
		struct err *e);

#endif
