/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.h with one malloc(3) per allocation, linked in place of
 * src/base/arena.c when fuzzing: ASan then sees every byte read or written
 * beside an item, which inside one big mapping it cannot.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
	struct arena_chunk *next;
	void *data;
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = malloc(sizeof(*c));
	void *data = calloc(1, size ? size : 1);

	if (!c || !data)
		abort();
	c->data = data;
	c->next = a->chunks;
	a->chunks = c;
	return data;
}

char *arena_dup_n(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_dup(struct arena *a, const char *s)
{
	return arena_dup_n(a, s, strlen(s));
}

char *arena_format(struct arena *a, const char *format, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		abort();
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, format);
	vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	return text;
}

int arena_seal(struct arena *a, struct err *e)
{
	(void)a;
	(void)e;
	return 0;
}

void arena_release(struct arena *a)
{
	struct arena_chunk *c = a->chunks;

	while (c) {
		struct arena_chunk *next = c->next;

		free(c->data);
		free(c);
		c = next;
	}
	a->chunks = NULL;
}

/* Moves at every growth, so that a pointer kept too long is noticed. */
void *array_grow(struct arena *a, void **items, size_t *count, size_t *room,
		 size_t item_size)
{
	if (*count == *room) {
		struct arena_chunk *c = a->chunks;
		void *old = *items;
		size_t more = *room ? *room * 2 : 8;
		void *moved = arena_alloc(a, more * item_size);

		if (*count)
			memcpy(moved, old, *count * item_size);
		while (old && c && c->data != old)
			c = c->next;
		if (old && c) {
			free(old);
			c->data = NULL;
		}
		*items = moved;
		*room = more;
	}
	return (char *)*items + (*count)++ * item_size;
}
