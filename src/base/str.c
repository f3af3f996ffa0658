/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *reserve(struct str *s, size_t more)
{
	if (s->length + more + 1 > s->room) {
		size_t room = s->room ? s->room : 64;
		char *moved;

		while (room < s->length + more + 1)
			room *= 2;
		moved = arena_alloc(s->arena, room);
		if (s->length)
			memcpy(moved, s->text, s->length);
		s->text = moved;
		s->room = room;
	}
	return s->text + s->length;
}

void str_add_n(struct str *s, const char *text, size_t n)
{
	char *end = reserve(s, n);

	memcpy(end, text, n);
	end[n] = '\0';
	s->length += n;
}

void str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n <= 0)
		return;
	va_start(ap, format);
	vsnprintf(reserve(s, (size_t)n), (size_t)n + 1, format, ap);
	va_end(ap);
	s->length += (size_t)n;
}

static bool has_control(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			return true;
	return false;
}

/* In double quotes, with the escapes that the profile language knows. */
static void add_escaped(struct str *s, const char *word)
{
	str_add(s, "\"");
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c == '"' || c == '\\' || c == '$')
			str_addf(s, "\\%c", c);
		else if (c == '\n')
			str_add(s, "\\n");
		else if (c < 0x20 || c == 0x7f)
			str_addf(s, "\\x%02x", c);
		else
			str_add_n(s, word, 1);
	}
	str_add(s, "\"");
}

void str_add_quoted(struct str *s, const char *word)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_@%+=:,./-";

	if (*word && strspn(word, harmless) == strlen(word)) {
		str_add(s, word);
		return;
	}
	if (has_control(word)) {
		add_escaped(s, word);
		return;
	}
	str_add(s, "'");
	for (; *word; word++) {
		if (*word == '\'')
			str_add(s, "'\\''");
		else
			str_add_n(s, word, 1);
	}
	str_add(s, "'");
}

const char *str_text(const struct str *s)
{
	return s->text ? s->text : "";
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

#define WORD_MAX 64

unsigned int str_distance(const char *a, const char *b, unsigned int limit)
{
	/* Optimal string alignment, three rows of the usual table. */
	unsigned int rows[3][WORD_MAX];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2];
	size_t n = strlen(a), m = strlen(b);

	if (n >= WORD_MAX || m >= WORD_MAX)
		return limit;
	for (size_t j = 0; j <= m; j++)
		above[j] = (unsigned int)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned int *oldest = before;

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned int d = above[j - 1] + (a[i - 1] != b[j - 1]);

			d = min(d, min(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d = min(d, before[j - 2] + 1);
			row[j] = d;
		}
		before = above;
		above = row;
		row = oldest;
	}
	return min(above[m], limit);
}

char *path_clean(struct arena *a, const char *base, const char *path)
{
	size_t room = strlen(base) + strlen(path) + 3;
	char *out = arena_alloc(a, room);
	const char *parts[] = { path[0] == '/' ? "" : base, path };
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		const char *p = parts[i];

		while (*p) {
			size_t length = strcspn(p, "/");

			if (length && !(length == 1 && *p == '.')) {
				out[n++] = '/';
				memcpy(out + n, p, length);
				n += length;
			}
			p += length;
			p += strspn(p, "/");
		}
	}
	if (!n)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

bool path_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1)
		return true;
	return strncmp(path, dir, n) == 0 && (!path[n] || path[n] == '/');
}

bool path_has_dotdot(const char *path)
{
	for (const char *p = path; (p = strstr(p, "..")); p += 2)
		if ((p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

char *path_rebase(struct arena *a, const char *path, const char *from,
		  const char *to)
{
	/* The root is the one directory whose name ends in a slash. */
	const char *rest = path + (from[1] ? strlen(from) : 0);

	return path_clean(a, "/", path_join(a, to, rest));
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = dir[1] || dir[0] != '/' ? strlen(dir) : 0;
	size_t m = strlen(name);
	char *path = arena_alloc(a, n + m + 2);

	memcpy(path, dir, n);
	path[n] = '/';
	memcpy(path + n + 1, name, m);
	return path;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_parent(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return arena_dup(a, "/");
	return arena_dup_n(a, path, (size_t)(slash - path));
}
