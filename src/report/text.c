/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "compile/program.h"

#define NS UINT64_C(1000000000)

/* --- characters --------------------------------------------------------- */

size_t text_char(const char *s, uint32_t *code)
{
	/* The least that needs so many bytes: less is an overlong form. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *b = (const unsigned char *)s;
	size_t n = b[0] < 0x80		 ? 1 :
		   (b[0] & 0xe0) == 0xc0 ? 2 :
		   (b[0] & 0xf0) == 0xe0 ? 3 :
		   (b[0] & 0xf8) == 0xf0 ? 4 :
					   0;
	uint32_t c = n == 1 ? b[0] : b[0] & (0x7fu >> n);

	*code = TEXT_REPLACEMENT;
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (b[i] & 0x3fu);
	}
	if (!n || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 1;
	*code = c;
	return n;
}

void text_add_char(struct str *out, uint32_t code)
{
	char b[4];
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; code >>= 6)
		b[i] = (char)(0x80 | (code & 0x3f));
	b[0] = (char)(n == 1 ? code : (0xf00u >> n & 0xf0) | code);
	str_add_n(out, b, n);
}

void text_add_json(struct str *out, const char *text)
{
	uint32_t c;

	str_add(out, "\"");
	while (*text) {
		text += text_char(text, &c);
		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", (char)c);
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			str_addf(out, "\\u%04x", c);
		else
			text_add_char(out, c);
	}
	str_add(out, "\"");
}

bool text_is_utf8(const char *text)
{
	uint32_t c;

	while (*text) {
		size_t n = text_char(text, &c);

		if (n == 1 && c == TEXT_REPLACEMENT)
			return false;
		text += n;
	}
	return true;
}

/* What would not be read back as it is, or would drive a terminal. */
static bool is_odd(size_t n, uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '"' || c == '\\' ||
	       (n == 1 && c == TEXT_REPLACEMENT);
}

static bool needs_quotes(const char *text)
{
	uint32_t c;

	while (*text) {
		size_t n = text_char(text, &c);

		if (c == ' ' || is_odd(n, c))
			return true;
		text += n;
	}
	return false;
}

static void add_escaped(struct str *out, const char *text)
{
	uint32_t c;
	size_t n;

	for (; *text; text += n) {
		n = text_char(text, &c);
		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", (char)c);
		else if (is_odd(n, c))
			for (size_t i = 0; i < n; i++)
				str_addf(out, "\\%03o", (unsigned char)text[i]);
		else
			str_add_n(out, text, n);
	}
}

void text_add_path(struct str *out, const char *prefix, const char *path,
		   const char *suffix)
{
	bool quoted = needs_quotes(path);

	str_add(out, quoted ? "\"" : "");
	str_add(out, prefix);
	if (quoted)
		add_escaped(out, path);
	else
		str_add(out, path);
	str_add(out, suffix);
	str_add(out, quoted ? "\"" : "");
}

/* --- figures ------------------------------------------------------------ */

void text_add_seconds(struct str *out, uint64_t ns, unsigned int digits)
{
	uint64_t rest = ns % NS;

	str_addf(out, "%llu.", (unsigned long long)(ns / NS));
	for (unsigned int i = digits; i < 9; i++)
		rest /= 10;
	str_addf(out, "%0*llu", (int)digits, (unsigned long long)rest);
}

void text_add_decimal(struct str *out, uint64_t value, uint64_t unit)
{
	uint64_t rest = value % unit;

	str_addf(out, "%llu", (unsigned long long)(value / unit));
	if (rest)
		str_add(out, ".");
	for (unsigned int i = 0; rest && i < 9; i++) {
		str_addf(out, "%llu", (unsigned long long)(rest * 10 / unit));
		rest = rest * 10 % unit;
	}
}

const char *text_duration(struct arena *a, uint64_t ns)
{
	struct str out = { .arena = a };
	uint64_t unit = ns < NS		      ? NS / 1000 :
			ns % (3600 * NS) == 0 ? 3600 * NS :
			ns % (60 * NS) == 0   ? 60 * NS :
						NS;

	text_add_decimal(&out, ns, unit);
	str_add(&out, unit < NS	      ? "ms" :
		      unit == NS      ? "s" :
		      unit == 60 * NS ? "m" :
					"h");
	return str_text(&out);
}

/* The largest power of 1024 up to `bytes`: 0 for bytes, 1 for K ... */
static unsigned int magnitude(uint64_t bytes)
{
	unsigned int n = 0;

	while (n < 4 && bytes >> 10 * (n + 1))
		n++;
	return n;
}

/* With one digit after the point if it is no whole number; cut off. */
static void add_scaled(struct str *out, uint64_t bytes, unsigned int power)
{
	uint64_t rest = bytes & ((UINT64_C(1) << 10 * power) - 1);

	str_addf(out, "%llu", (unsigned long long)(bytes >> 10 * power));
	if (rest)
		str_addf(out, ".%llu",
			 (unsigned long long)(rest * 10 >> 10 * power));
}

const char *text_size(struct arena *a, uint64_t bytes)
{
	struct str out = { .arena = a };
	unsigned int power = magnitude(bytes), exact = power;

	/* 1536M is what was said; 4145152K is 3.9G to people. */
	while (bytes & ((UINT64_C(1) << 10 * exact) - 1))
		exact--;
	if (bytes >> 10 * exact < 10000)
		power = exact;
	add_scaled(&out, bytes, power);
	if (power)
		str_add_n(&out, &"KMGT"[power - 1], 1);
	else
		str_add(&out, bytes == 1 ? " byte" : " bytes");
	return str_text(&out);
}

const char *text_amount(struct arena *a, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB",
					     "TiB" };
	struct str out = { .arena = a };
	unsigned int power = magnitude(bytes);

	add_scaled(&out, bytes, power);
	str_addf(&out, " %s", bytes == 1 ? "byte" : units[power]);
	return str_text(&out);
}

/* --- limits ------------------------------------------------------------- */

const struct program_limit *text_find_limit(const struct program *p,
					    const char *name)
{
	for (size_t i = 0; i < p->limit_count; i++)
		if (str_equal(p->limits[i].name, name))
			return &p->limits[i];
	return NULL;
}

const char *text_limit(struct arena *a, const struct program_limit *l)
{
	switch (l->unit) {
	case UNIT_BYTES:
		return text_size(a, l->value);
	case UNIT_TIME:
		return text_duration(a, l->value);
	case UNIT_TEXT:
		return l->text;
	default:
		return arena_format(a, "%llu", (unsigned long long)l->value);
	}
}

const char *text_holder(const struct program_limit *l)
{
	static const char *const names[] = {
		[HELD_BY_CGROUP] = "cgroup",
		[HELD_BY_RLIMIT] = "rlimit",
		[HELD_BY_WATCH] = "watch",
		[HELD_BY_LOOKS] = "watch (approximate)",
	};

	return names[l->holder];
}
