/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign text and figures as reports write them. Whole numbers, no locale. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct program;
struct program_limit;
struct str;

#define TEXT_REPLACEMENT 0xfffdu

/*
 * The character at `s`, which is not the end, and how many bytes it has. What
 * is no UTF-8 (overlong forms and surrogates too) is TEXT_REPLACEMENT, a byte
 * at a time.
 */
size_t text_char(const char *s, uint32_t *code);

/* The character as UTF-8. */
void text_add_char(struct str *out, uint32_t code);

/*
 * As a JSON string, always UTF-8. Control characters go as escapes: reports are
 * read on terminals too.
 */
void text_add_json(struct str *out, const char *text);

bool text_is_utf8(const char *text);

/*
 * A path, so that it stays in its line and drives no terminal: as it is, or if
 * there is a space or anything odd in it, in double quotes with \", \\ and
 * \NNN, as diff(1), patch(1) and git write and read it.
 * What goes before and after it, which is harmless, is within the quotes.
 */
void text_add_path(struct str *out, const char *prefix, const char *path,
		   const char *suffix);

/* "1.234000": seconds with so many digits after the point, cut off. */
void text_add_seconds(struct str *out, uint64_t ns, unsigned int digits);

/* value/unit, with as many digits after the point as it takes, 9 at most. */
void text_add_decimal(struct str *out, uint64_t value, uint64_t unit);

/* As options take it: "10s", "1.5s", "200ms", "2m"; "256M", "1000 bytes". */
const char *text_duration(struct arena *a, uint64_t ns);
const char *text_size(struct arena *a, uint64_t bytes);

/* For reading: "256 MiB", "1.5 GiB", "12 bytes". */
const char *text_amount(struct arena *a, uint64_t bytes);

/* The limit of that name that the program has in force, or NULL. */
const struct program_limit *text_find_limit(const struct program *p,
					    const char *name);

/* Its value, as the option takes it. */
const char *text_limit(struct arena *a, const struct program_limit *l);

/* Who holds it: "cgroup", "rlimit", "watch", "watch (approximate)". */
const char *text_holder(const struct program_limit *l);

#endif
