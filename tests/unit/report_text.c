/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "report/text.h"

static void reads(const char *text, size_t length, uint32_t code)
{
	uint32_t c = 0;

	assert_int_equal(text_char(text, &c), length);
	assert_int_equal(c, code);
}

static void reads_utf8(void **state)
{
	(void)state;
	reads("a", 1, 'a');
	reads("\x7f", 1, 0x7f);
	reads("\xc2\x80", 2, 0x80);
	reads("\xc3\xb6x", 2, 0xf6);
	reads("\xdf\xbf", 2, 0x7ff);
	reads("\xe0\xa0\x80", 3, 0x800);
	reads("\xe2\x82\xac", 3, 0x20ac);
	reads("\xef\xbf\xbf", 3, 0xffff);
	reads("\xf0\x90\x80\x80", 4, 0x10000);
	reads("\xf4\x8f\xbf\xbf", 4, 0x10ffff);
}

static void replaces_what_is_none(void **state)
{
	static const char *const wrong[] = {
		"\x80",			/* a byte from the middle */
		"\xff",			/* never there */
		"\xc3",			/* the end is missing */
		"\xe2\x82",		/* ... */
		"\xf0\x90\x80",		/* ... */
		"\xc3x",		/* something else follows */
		"\xc0\xaf",		/* overlong */
		"\xe0\x80\xaf",		/* ... */
		"\xf0\x80\x80\xaf",	/* ... */
		"\xed\xa0\x80",		/* a surrogate */
		"\xed\xbf\xbf",		/* ... */
		"\xf4\x90\x80\x80",	/* above U+10FFFF */
		"\xf8\x88\x80\x80\x80", /* five bytes */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		reads(wrong[i], 1, TEXT_REPLACEMENT);
}

static void writes_what_it_reads(void **state)
{
	static const uint32_t codes[] = { 1,	  'a',	  0x7f,	   0x80,
					  0x7ff,  0x800,  0xd7ff,  0xe000,
					  0xfffd, 0xffff, 0x10000, 0x10ffff };
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct str s = { .arena = &a };

		text_add_char(&s, codes[i]);
		reads(s.text, s.length, codes[i]);
	}
	arena_release(&a);
}

static void seconds(void **state)
{
	static const struct {
		uint64_t ns;
		unsigned int digits;
		const char *text;
	} table[] = {
		{ 0, 6, "0.000000" },
		{ 999, 6, "0.000000" },
		{ 1000, 6, "0.000001" },
		{ 1234567890, 6, "1.234567" },
		{ 1999999999, 3, "1.999" },
		{ 12005000000, 3, "12.005" },
		{ UINT64_MAX - 1, 9, "18446744073.709551614" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct str s = { .arena = &a };

		text_add_seconds(&s, table[i].ns, table[i].digits);
		assert_string_equal(s.text, table[i].text);
	}
	arena_release(&a);
}

static void durations(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} table[] = {
		{ 10000, "10s" },   { 1500, "1.5s" },	{ 200, "200ms" },
		{ 120000, "2m" },   { 90000, "90s" },	{ 7200000, "2h" },
		{ 1234, "1.234s" }, { 5400000, "90m" }, { 0, "0ms" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_string_equal(text_duration(&a, table[i].ms * 1000000),
				    table[i].text);
	assert_string_equal(text_duration(&a, 1500), "0.0015ms");
	arena_release(&a);
}

static void sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *size, *amount;
	} table[] = {
		{ 0, "0 bytes", "0 bytes" },
		{ 1, "1 byte", "1 byte" },
		{ 1000, "1000 bytes", "1000 bytes" },
		{ 1536, "1536 bytes", "1.5 KiB" },
		{ 64 << 10, "64K", "64 KiB" },
		{ 256 << 20, "256M", "256 MiB" },
		{ UINT64_C(1536) << 20, "1536M", "1.5 GiB" },
		{ UINT64_C(2) << 30, "2G", "2 GiB" },
		{ UINT64_C(3) << 40, "3T", "3 TiB" },
		{ UINT64_C(4145153) << 10, "3.9G", "3.9 GiB" },
		{ 1000000, "976.5K", "976.5 KiB" },
		{ INT64_MAX, "8388607.9T", "8388607.9 TiB" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_string_equal(text_size(&a, table[i].bytes),
				    table[i].size);
		assert_string_equal(text_amount(&a, table[i].bytes),
				    table[i].amount);
	}
	arena_release(&a);
}

GROUP(report_text)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_utf8),
		cmocka_unit_test(replaces_what_is_none),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(seconds),
		cmocka_unit_test(durations),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
