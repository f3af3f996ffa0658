/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena owns everything that one value (settings, plan, host, program) is
 * made of. There is no free: an arena lives as long as the process, or until
 * arena_release(). When the value is complete, arena_seal() makes its pages
 * read-only with mprotect(2), so that no later step can change what an earlier
 * one decided.
 *
 * Allocation never returns NULL. When the kernel gives no more memory the
 * `exhausted` handler is called, which must not return; without one the
 * process aborts.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct err;
struct arena_chunk;

struct arena {
	void (*exhausted)(void); /* ends the process; NULL: abort() */
	struct arena_chunk *chunks;
};

/* `size` zeroed bytes, aligned for any type. */
__attribute__((malloc, alloc_size(2), returns_nonnull)) void *
arena_alloc(struct arena *a, size_t size);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* Copies of a string; of its first `n` bytes; formatted. */
__attribute__((returns_nonnull)) char *arena_dup(struct arena *a,
						 const char *s);
__attribute__((returns_nonnull)) char *arena_dup_n(struct arena *a,
						   const char *s, size_t n);
__attribute__((format(printf, 2, 3), returns_nonnull)) char *
arena_format(struct arena *a, const char *format, ...);

/* Makes everything allocated so far read-only. No allocation may follow. */
int arena_seal(struct arena *a, struct err *e);

/* Unmaps everything; the arena is empty and usable again. */
void arena_release(struct arena *a);

/*
 * A growing array in an arena. `ARRAY(struct x) list;` starts out all zero;
 * array_add() returns a pointer to a new zeroed item. Growing moves the items,
 * so pointers into `items` are good until the next array_add().
 */
#define ARRAY(type)                                                            \
	struct {                                                               \
		type *items;                                                   \
		size_t count, room;                                            \
	}

#define array_add(a, array)                                                    \
	((__typeof__((array)->items))array_grow(                               \
		(a), (void **)&(array)->items, &(array)->count,                \
		&(array)->room, sizeof(*(array)->items)))

void *array_grow(struct arena *a, void **items, size_t *count, size_t *room,
		 size_t item_size);

#endif
