/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include "base/err.h"

#include <string.h>

/* The digits of `text` in `base`; returns what follows them, NULL if none. */
static const char *digits(const char *text, unsigned int base, uint64_t *out)
{
	const char *p = text;
	uint64_t n = 0;

	for (; *p >= '0' && *p < '0' + (int)base; p++)
		if (__builtin_mul_overflow(n, (uint64_t)base, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return NULL;
	if (p == text)
		return NULL;
	*out = n;
	return p;
}

int parse_number(const char *text, uint64_t max, const char *what,
		 uint64_t *out, struct err *e)
{
	uint64_t n = 0;
	const char *end = digits(text, 10, &n);

	if (!end || *end || n > max)
		return err_set(e, ERR_USAGE, "'%s' is not %s (0 to %llu)", text,
			       what, (unsigned long long)max);
	*out = n;
	return 0;
}

int parse_size(const char *text, uint64_t *out, struct err *e)
{
	static const char units[] = "KMGT";
	uint64_t n = 0;
	const char *end = digits(text, 10, &n);

	if (end && *end) {
		const char *unit = strchr(units, *end);

		if (!unit || end[1] ||
		    __builtin_mul_overflow(
			    n, UINT64_C(1) << 10 * (unit - units + 1), &n))
			end = NULL;
	}
	if (!end || n == 0 || n > INT64_MAX)
		return err_set(e, ERR_USAGE,
			       "'%s' is not a size (1 byte or more, "
			       "as in 4096, 64K, 256M, 2G)",
			       text);
	*out = n;
	return 0;
}

int parse_mode(const char *text, mode_t *out, struct err *e)
{
	uint64_t n = 0;
	const char *end = digits(text, 8, &n);

	if (!end || *end || n > 07777)
		return err_set(e, ERR_USAGE,
			       "'%s' is not a mode (octal, 0 to 7777)", text);
	*out = (mode_t)n;
	return 0;
}

int parse_id(const char *text, uint32_t *out, struct err *e)
{
	uint64_t n = 0;

	if (parse_number(text, UINT32_MAX - 1, "a user or group id", &n, e) < 0)
		return -1;
	*out = (uint32_t)n;
	return 0;
}
