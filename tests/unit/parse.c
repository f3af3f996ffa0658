/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/parse.h"

static void numbers(void **state)
{
	static const char *const bad[] = { "",
					   "-1",
					   "+1",
					   " 1",
					   "1 ",
					   "x",
					   "1x",
					   "0x1",
					   "11",
					   "1.0",
					   "18446744073709551616",
					   "99999999999999999999999" };
	struct err e = { 0 };
	uint64_t n = 7;

	(void)state;
	assert_int_equal(parse_number("0", 10, "a thing", &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parse_number("10", 10, "a thing", &n, &e), 0);
	assert_int_equal(n, 10);
	assert_int_equal(parse_number("007", 10, "a thing", &n, &e), 0);
	assert_int_equal(n, 7);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(parse_number(bad[i], 10, "a thing", &n, &e),
				 -1);
		assert_int_equal(n, 7);
		assert_int_equal(e.kind, ERR_USAGE);
	}
	parse_number("x", 10, "a thing", &n, &e);
	assert_string_equal(e.message, "'x' is not a thing (0 to 10)");
	assert_int_equal(parse_number("18446744073709551615", UINT64_MAX, "",
				      &n, &e),
			 0);
	assert_true(n == UINT64_MAX);
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t n;
	} good[] = {
		{ "1", 1 },
		{ "4096", 4096 },
		{ "1K", 1024 },
		{ "64M", UINT64_C(64) << 20 },
		{ "2G", UINT64_C(2) << 30 },
		{ "3T", UINT64_C(3) << 40 },
		{ "9223372036854775807", INT64_MAX },
		{ "8388607T", UINT64_C(8388607) << 40 },
	};
	static const char *const bad[] = {
		"",
		"0",
		"0K",
		"K",
		"10x",
		"1KB",
		"1k",
		"-1",
		"1 K",
		"1.5G",
		"1P",
		"1MM",
		"8388608T",
		"99999999999999T",
		"9223372036854775808",
		"18446744073709551616K",
	};
	struct err e = { 0 };
	uint64_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(parse_size(good[i].text, &n, &e), 0);
		assert_true(n == good[i].n);
	}
	n = 7;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(parse_size(bad[i], &n, &e), -1);
		assert_int_equal(n, 7);
		unit_has(e.message, bad[i]);
		unit_has(e.message, "is not a size");
	}
}

static void modes(void **state)
{
	static const char *const bad[] = {
		"",	 "8",	 "0o7",
		"10000", "-1",	 "755x",
		"rwx",	 "7778", "7777777777777777777777777"
	};
	struct err e = { 0 };
	mode_t mode = 1;

	(void)state;
	assert_int_equal(parse_mode("0", &mode, &e), 0);
	assert_int_equal(mode, 0);
	assert_int_equal(parse_mode("0755", &mode, &e), 0);
	assert_int_equal(mode, 0755);
	assert_int_equal(parse_mode("7777", &mode, &e), 0);
	assert_int_equal(mode, 07777);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(parse_mode(bad[i], &mode, &e), -1);
		assert_int_equal(mode, 07777);
		unit_has(e.message, "is not a mode");
	}
}

static void ids(void **state)
{
	struct err e = { 0 };
	uint32_t id = 0;

	(void)state;
	assert_int_equal(parse_id("4294967294", &id, &e), 0);
	assert_true(id == 4294967294);
	assert_int_equal(parse_id("4294967295", &id, &e), -1);
	assert_int_equal(parse_id("-1", &id, &e), -1);
	assert_int_equal(parse_id("root", &id, &e), -1);
	assert_true(id == 4294967294);
	unit_has(e.message, "'root' is not a user or group id");
}

GROUP(parse)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(modes),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
