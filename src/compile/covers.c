/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/covers.h"

#include "base/str.h"

#include <stdlib.h>

#define OPAQUE MARKER MARKER ".opq"

/* "" for what is right in the layer. */
static const char *parent_of(struct arena *a, const char *path)
{
	const char *end = strrchr(path, '/');

	return end ? arena_dup_n(a, path, (size_t)(end - path)) : "";
}

/*
 * What a marker deletes below its layer, or NULL. Other names with the prefix
 * twice are reserved; and no name is "", "." or "..".
 */
static const char *deleted(struct arena *a, const char *marker)
{
	const char *dir = parent_of(a, marker), *name = path_name(marker);

	if (str_equal(name, OPAQUE))
		return dir;
	name += strlen(MARKER);
	if (!*name || str_starts(name, MARKER) || str_equal(name, ".") ||
	    str_equal(name, ".."))
		return NULL;
	return *dir ? arena_format(a, "%s/%s", dir, name) : name;
}

static int rank(char c)
{
	return c == '/' ? 1 : (c ? (unsigned char)c + 1 : 0);
}

/* What is in a directory comes right after it: "a", "a/b", "a-b". */
static int by_place(const void *x, const void *y)
{
	const char *a = *(const char *const *)x, *b = *(const char *const *)y;

	for (; *a && *a == *b; b++)
		a++;
	return rank(*a) - rank(*b);
}

static bool is_within(const char *path, const char *top)
{
	size_t n = strlen(top);

	return n == 0 || (strncmp(path, top, n) == 0 &&
			  (path[n] == '\0' || path[n] == '/'));
}

void cover_make(struct arena *a, const struct markers *upper,
		const struct markers *lower, struct cover *out)
{
	struct cover all = *out;
	size_t kept = 0;

	for (size_t i = 0; i < upper->list.count; i++) {
		const char *path = deleted(a, upper->list.items[i]);

		if (path)
			*array_add(a, &all.list) = path;
	}
	for (size_t i = 0; i < lower->list.count; i++)
		*array_add(a, &all.list) = lower->list.items[i];
	if (all.list.count)
		qsort(all.list.items, all.list.count, sizeof(*all.list.items),
		      by_place);
	for (size_t i = 0; i < all.list.count; i++)
		if (!kept ||
		    !is_within(all.list.items[i], all.list.items[kept - 1]))
			all.list.items[kept++] = all.list.items[i];
	all.list.count = kept;
	*out = all;
}
