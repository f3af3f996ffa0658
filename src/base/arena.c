/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Header at the start of its own mapping; `used` counts it too. */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
} __attribute__((aligned(16)));

/* Untouched pages cost nothing, so the first chunk serves most values. */
#define CHUNK_SIZE ((size_t)256 * 1024)
#define ALIGNMENT 16

static void fail(struct arena *a)
{
	if (a->exhausted)
		a->exhausted();
	abort();
}

static struct arena_chunk *add_chunk(struct arena *a, size_t wanted)
{
	struct arena_chunk *c;
	size_t size = CHUNK_SIZE;

	while (size < wanted + sizeof(*c))
		size *= 2;
	c = mmap(NULL, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED)
		fail(a);
	c->size = size;
	c->used = sizeof(*c);
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunks;
	void *p;

	if (size > SIZE_MAX / 4)
		fail(a);
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!c || c->size - c->used < size)
		c = add_chunk(a, size);
	p = (char *)c + c->used;
	c->used += size;
	return p;
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
	char small[256];
	va_list ap;
	char *text;
	int n;

	va_start(ap, format);
	n = vsnprintf(small, sizeof(small), format, ap);
	va_end(ap);
	if (n < 0)
		fail(a);
	if ((size_t)n < sizeof(small))
		return arena_dup_n(a, small, (size_t)n);
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, format);
	vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	return text;
}

int arena_seal(struct arena *a, struct err *e)
{
	for (struct arena_chunk *c = a->chunks; c; c = c->next)
		if (mprotect(c, c->size, PROT_READ) < 0)
			return err_sys(e, "make memory read-only");
	return 0;
}

void arena_release(struct arena *a)
{
	struct arena_chunk *c = a->chunks;

	while (c) {
		struct arena_chunk *next = c->next;

		munmap(c, c->size);
		c = next;
	}
	a->chunks = NULL;
}

void *array_grow(struct arena *a, void **items, size_t *count, size_t *room,
		 size_t item_size)
{
	if (*count == *room) {
		size_t more = *room ? *room * 2 : 8;
		void *moved = arena_alloc(a, more * item_size);

		if (*count)
			memcpy(moved, *items, *count * item_size);
		*items = moved;
		*room = more;
	}
	/* A slot may have been used before, when the list was cut. */
	return memset((char *)*items + (*count)++ * item_size, 0, item_size);
}
