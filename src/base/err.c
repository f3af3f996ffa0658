/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Formats into a fixed field; what does not fit ends in "...". */
__attribute__((format(printf, 3, 0))) static void
fill(char *field, size_t size, const char *format, va_list ap)
{
	int n = vsnprintf(field, size, format, ap);

	if (n < 0)
		field[0] = '\0';
	else if ((size_t)n >= size)
		memcpy(field + size - 4, "...", 4);
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list ap;

	*e = (struct err){ .kind = kind };
	va_start(ap, format);
	fill(e->message, sizeof(e->message), format, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	*e = (struct err){ .kind = ERR_SYSTEM, .errnum = saved };
	va_start(ap, format);
	fill(e->message, sizeof(e->message), format, ap);
	va_end(ap);
	return -1;
}

int err_wrap(struct err *e, const char *format, ...)
{
	char inner[sizeof(e->message)];
	size_t used;
	va_list ap;

	memcpy(inner, e->message, sizeof(inner));
	va_start(ap, format);
	fill(e->message, sizeof(e->message), format, ap);
	va_end(ap);
	used = strlen(e->message);
	snprintf(e->message + used, sizeof(e->message) - used, ": %s", inner);
	return -1;
}

int err_at(struct err *e, const char *format, ...)
{
	va_list ap;

	if (e->where[0])
		return -1;
	va_start(ap, format);
	fill(e->where, sizeof(e->where), format, ap);
	va_end(ap);
	return -1;
}

int err_within(struct err *e, const char *format, ...)
{
	char inner[sizeof(e->where)];
	size_t used;
	va_list ap;

	memcpy(inner, e->where, sizeof(inner));
	va_start(ap, format);
	fill(e->where, sizeof(e->where), format, ap);
	va_end(ap);
	used = strlen(e->where);
	if (inner[0])
		snprintf(e->where + used, sizeof(e->where) - used, ": %s",
			 inner);
	return -1;
}

int err_hint(struct err *e, const char *format, ...)
{
	va_list ap;

	if (e->hint[0])
		return -1;
	va_start(ap, format);
	fill(e->hint, sizeof(e->hint), format, ap);
	va_end(ap);
	return -1;
}

int err_exit_status(const struct err *e)
{
	switch (e->kind) {
	case ERR_NOT_EXECUTABLE:
		return 126;
	case ERR_NOT_FOUND:
		return 127;
	default:
		return 125;
	}
}

/* The length of the UTF-8 character at `s`, 0 if there is no whole one. */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = s[0] < 0x80		 ? 1 :
		   (s[0] & 0xe0) == 0xc0 ? 2 :
		   (s[0] & 0xf0) == 0xe0 ? 3 :
		   (s[0] & 0xf8) == 0xf0 ? 4 :
					   0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Controls: C0, DEL, and C1 (0xc2 0x80 to 0x9f), which move terminals too. */
static bool is_control(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return true;
	return s[0] == 0xc2 && s[1] < 0xa0;
}

static size_t put_escaped(char *line, size_t at, size_t size, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s && at + 18 < size) {
		size_t n = utf8_length(s);
		bool plain = n && !is_control(s);

		/* What is no UTF-8 is escaped too: alone it may be a C1. */
		for (n = n ? n : 1; n; n--, s++) {
			if (plain)
				line[at++] = (char)*s;
			else
				at += (size_t)snprintf(line + at, size - at,
						       "\\x%02x", *s);
		}
	}
	return at;
}

size_t err_format(const struct err *e, const char *name, char *line,
		  size_t size)
{
	const char *parts[] = {
		name,
		e->where,
		e->message,
		e->errnum ? strerror(e->errnum) : "",
	};
	size_t at = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!parts[i][0])
			continue;
		if (at)
			at = put_escaped(line, at, size, ": ");
		at = put_escaped(line, at, size, parts[i]);
	}
	if (e->hint[0]) {
		at = put_escaped(line, at, size, "; ");
		at = put_escaped(line, at, size, e->hint);
	}
	line[at++] = '\n';
	line[at] = '\0';
	return at;
}
