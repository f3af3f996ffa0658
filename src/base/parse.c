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
	static const char units[] = "KMGTkmgt";
	uint64_t n = 0;
	const char *end = digits(text, 10, &n);

	if (end && *end) {
		const char *unit = strchr(units, *end);

		if (!unit || end[1] ||
		    __builtin_mul_overflow(
			    n, UINT64_C(1) << 10 * ((unit - units) % 4 + 1),
			    &n))
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

int parse_size_or_unlimited(const char *text, uint64_t *out, struct err *e)
{
	struct err ignored;

	if (strcmp(text, "unlimited") != 0) {
		if (parse_size(text, out, &ignored) == 0)
			return 0;
		return err_set(e, ERR_USAGE,
			       "'%s' is not a size (1 byte or more, as in "
			       "4096, 64K, 256M, 2G), nor unlimited",
			       text);
	}
	*out = UINT64_MAX;
	return 0;
}

/* "1.25" times `scale`; returns what follows it, NULL if it is no number. */
static const char *decimal(const char *text, uint64_t scale, uint64_t *out)
{
	uint64_t n = 0;
	const char *p = digits(text, 10, &n);

	if (!p || __builtin_mul_overflow(n, scale, &n))
		return NULL;
	if (*p == '.') {
		if (p[1] < '0' || p[1] > '9')
			return NULL;
		for (p++; *p >= '0' && *p <= '9'; p++) {
			scale /= 10;
			if (__builtin_add_overflow(
				    n, (uint64_t)(*p - '0') * scale, &n))
				return NULL;
		}
	}
	*out = n;
	return p;
}

int parse_decimal(const char *text, uint64_t scale, uint64_t max,
		  const char *what, uint64_t *out, struct err *e)
{
	uint64_t n = 0;
	const char *end = decimal(text, scale, &n);

	if (!end || *end || n == 0 || n > max)
		return err_set(e, ERR_USAGE, "'%s' is not %s", text, what);
	*out = n;
	return 0;
}

int parse_duration(const char *text, uint64_t *out, struct err *e)
{
	static const struct {
		const char *unit;
		uint64_t scale, times;
	} units[] = {
		{ "ms", 1000000, 1 },	   { "s", 1000000000, 1 },
		{ "", 1000000000, 1 },	   { "m", 1000000000, 60 },
		{ "h", 1000000000, 3600 }, { "d", 1000000000, 86400 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		uint64_t n = 0;
		const char *end = decimal(text, units[i].scale, &n);

		if (!end || strcmp(end, units[i].unit) != 0 ||
		    __builtin_mul_overflow(n, units[i].times, &n) || n == 0 ||
		    n > INT64_MAX)
			continue;
		*out = n;
		return 0;
	}
	return err_set(e, ERR_USAGE,
		       "'%s' is not a duration (more than 0, as in 500ms, 10, "
		       "1.5s, 2m, 1h)",
		       text);
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
