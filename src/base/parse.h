/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as users write them. Each function takes the whole text, accepts no
 * surplus, and on failure says in `e` what the text should have been; the
 * output is then untouched.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>
#include <sys/types.h>

struct err;

/* A decimal number without sign, at most `max`. `what` names it in errors. */
int parse_number(const char *text, uint64_t max, const char *what,
		 uint64_t *out, struct err *e);

/* Bytes, 1 or more; K, M, G or T, also small, are powers of 1024. */
int parse_size(const char *text, uint64_t *out, struct err *e);

/* The same; "unlimited" is UINT64_MAX. */
int parse_size_or_unlimited(const char *text, uint64_t *out, struct err *e);

/*
 * A time in nanoseconds: a decimal number of seconds, or of what follows it (ms,
 * s, m, h or d). More than nothing, less than 292 years.
 */
int parse_duration(const char *text, uint64_t *out, struct err *e);

/*
 * A decimal number above 0, times `scale`, which is a power of ten; what is
 * finer is cut off. `what` names it in errors.
 */
int parse_decimal(const char *text, uint64_t scale, uint64_t max,
		  const char *what, uint64_t *out, struct err *e);

/* Permission bits in octal, 0 to 7777. */
int parse_mode(const char *text, mode_t *out, struct err *e);

/* A user or group id, 0 to 4294967294 (the last one, -1, means "none"). */
int parse_id(const char *text, uint32_t *out, struct err *e);

#endif
