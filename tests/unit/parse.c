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
		{ "512m", UINT64_C(512) << 20 },
		{ "64M", UINT64_C(64) << 20 },
		{ "2G", UINT64_C(2) << 30 },
		{ "3T", UINT64_C(3) << 40 },
		{ "5k", 5120 },
		{ "6m", UINT64_C(6) << 20 },
		{ "7g", UINT64_C(7) << 30 },
		{ "8t", UINT64_C(8) << 40 },
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
		"1p",
		"-1",
		"1 K",
		"1 ",
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

static void sizes_without_end(void **state)
{
	static const char *const bad[] = {
		"", "0", "Unlimited", "unlimited ", "unlimitedK", "max", "-1"
	};
	struct err e = { 0 };
	uint64_t n = 0;

	(void)state;
	assert_int_equal(parse_size_or_unlimited("unlimited", &n, &e), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(parse_size_or_unlimited("1K", &n, &e), 0);
	assert_true(n == 1024);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(parse_size_or_unlimited(bad[i], &n, &e), -1);
		assert_true(n == 1024);
		unit_has(e.message, "is not a size");
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t n;
	} good[] = {
		{ "1", UINT64_C(1000000000) },
		{ "1s", UINT64_C(1000000000) },
		{ "500ms", 500000000 },
		{ "1.5s", 1500000000 },
		{ "1.5", 1500000000 },
		{ "0.25", 250000000 },
		{ "00.5s", 500000000 },
		{ "2m", UINT64_C(120000000000) },
		{ "1.5m", UINT64_C(90000000000) },
		{ "1h", UINT64_C(3600000000000) },
		{ "0.5h", UINT64_C(1800000000000) },
		{ "0.000001ms", 1 },
		{ "0.000000001", 1 },
		{ "1.0000000009", 1000000000 },
		{ "2562047h", UINT64_C(9223369200000000000) },
		{ "9223372036.854775807", INT64_MAX },
		{ "9223372036854ms", UINT64_C(9223372036854000000) },
	};
	static const char *const bad[] = {
		"",
		"0",
		"0s",
		"0.0h",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1 s",
		".5",
		"1.",
		"1.s",
		"1..5",
		"1.5.5",
		"1,5",
		"1e3",
		"0x1",
		"s",
		"ms",
		"1S",
		"1M",
		"1H",
		"1w",
		"1us",
		"1sec",
		"1m30s",
		"10:00",
		"inf",
		"nan",
		"unlimited",
		"0.0000000001",
		"0.0000001ms",
		"2562048h",
		"153722868m",
		"9223372036.854775808",
		"9223372037",
		"9223372036855ms",
		"18446744073709551616",
		"99999999999999999999999h",
	};
	struct err e = { 0 };
	uint64_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (parse_duration(good[i].text, &n, &e) < 0)
			fail_msg("%s: %s", good[i].text, e.message);
		assert_int_equal(n, good[i].n);
	}
	n = 7;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (parse_duration(bad[i], &n, &e) != -1)
			fail_msg("accepted: '%s'", bad[i]);
		assert_int_equal(n, 7);
		assert_int_equal(e.kind, ERR_USAGE);
		unit_has(e.message, bad[i]);
		unit_has(e.message, "is not a duration");
	}
	parse_duration("x", &n, &e);
	assert_string_equal(e.message,
			    "'x' is not a duration (more than 0, as in 500ms, "
			    "10, 1.5s, 2m, 1h)");
}

static void decimals(void **state)
{
	static const struct {
		const char *text;
		uint64_t scale, n;
	} good[] = {
		{ "1", 1, 1 },
		{ "1.9", 1, 1 },
		{ "1.5", 10, 15 },
		{ "0.1", 10, 1 },
		{ "1.25", 100, 125 },
		{ "1.999", 100, 199 },
		{ "3", 1000, 3000 },
		{ "3.000000000000", 1000, 3000 },
		{ "5", 1000, 5000 },
		{ "5.000", 1000, 5000 },
		{ "0.5000", 10000, 5000 },
	};
	static const char *const bad[] = {
		"",
		"0",
		"0.0",
		"0.0009",
		"-1",
		"1.",
		".1",
		"1.x",
		"1x",
		"5.001",
		"6",
		"1,5",
		"18446744073709551616",
		"18446744073709551.616",
	};
	struct err e = { 0 };
	uint64_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(parse_decimal(good[i].text, good[i].scale,
					       5000, "a thing", &n, &e),
				 0);
		assert_int_equal(n, good[i].n);
	}
	n = 7;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (parse_decimal(bad[i], 1000, 5000, "a thing", &n, &e) != -1)
			fail_msg("accepted: '%s'", bad[i]);
		assert_int_equal(n, 7);
		assert_int_equal(e.kind, ERR_USAGE);
		unit_has(e.message, "is not a thing");
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
		cmocka_unit_test(sizes_without_end),
		cmocka_unit_test(durations),
		cmocka_unit_test(decimals),
		cmocka_unit_test(modes),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
