/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

static void grows(void **state)
{
	struct arena a = { 0 };
	struct str s = { .arena = &a };

	(void)state;
	assert_string_equal(str_text(&s), "");
	for (int i = 0; i < 1000; i++) {
		str_add(&s, "ab");
		str_add_n(&s, "cdx", 2);
		str_addf(&s, "%03d", i);
	}
	assert_int_equal(s.length, 7000);
	assert_int_equal(strlen(s.text), 7000);
	assert_true(str_starts(s.text, "abcd000abcd001"));
	assert_string_equal(s.text + 6993, "abcd999");
	str_addf(&s, "%s", "");
	str_add(&s, "");
	assert_int_equal(s.length, 7000);
	arena_release(&a);
}

static void quotes(void **state)
{
	static const char *const cases[][2] = {
		{ "plain", "plain" },
		{ "/usr/lib-2.0_x@y%z+a=b:c,d", "/usr/lib-2.0_x@y%z+a=b:c,d" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "it's", "'it'\\''s'" },
		{ "#", "'#'" },
		{ "~/x", "'~/x'" },
		{ "${HOME}", "'${HOME}'" },
		{ "a\"b", "'a\"b'" },
		{ "a\\b", "'a\\b'" },
		{ "*", "'*'" },
		{ "a\nb", "\"a\\nb\"" },
		{ "\t\x1b\x7f", "\"\\x09\\x1b\\x7f\"" },
		{ "'\"\\$\n", "\"'\\\"\\\\\\$\\n\"" },
		{ "\xc3\xa4", "'\xc3\xa4'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena a = { 0 };
		struct str s = { .arena = &a };

		str_add_quoted(&s, cases[i][0]);
		assert_string_equal(str_text(&s), cases[i][1]);
		arena_release(&a);
	}
}

static void compares(void **state)
{
	(void)state;
	assert_true(str_equal("", ""));
	assert_true(str_equal("ab", "ab"));
	assert_false(str_equal("ab", "a"));
	assert_false(str_equal("", "a"));
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("a", "ab"));
}

static void distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int d;
	} cases[] = {
		{ "", "", 0 },
		{ "a", "", 1 },
		{ "tmpfs", "tmpfs", 0 },
		{ "tmpf", "tmpfs", 1 },
		{ "tempfs", "tmpfs", 1 },
		{ "tpmfs", "tmpfs", 1 },
		{ "kitten", "sitting", 3 },
		{ "abc", "xyz", 3 },
		{ "ab", "ba", 1 },
		{ "bidn-ro", "bind-ro", 1 },
	};
	char word[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(str_distance(cases[i].a, cases[i].b, 9),
				 cases[i].d);
		assert_int_equal(str_distance(cases[i].b, cases[i].a, 9),
				 cases[i].d);
	}
	assert_int_equal(str_distance("abcdef", "", 3), 3);
	memset(word, 'a', 63);
	word[63] = '\0';
	assert_int_equal(str_distance(word, word, 5), 0);
	assert_int_equal(str_distance(word, "aaaa", 100), 59);
	assert_int_equal(str_distance("a234567890123456789012345678901234567890"
				      "123456789012345678901234",
				      "a", 5),
			 5);
}

static void cleans_paths(void **state)
{
	static const char *const cases[][3] = {
		{ "/", "/usr", "/usr" },
		{ "/base", "/usr", "/usr" },
		{ "/base", "usr", "/base/usr" },
		{ "/base/", "usr/", "/base/usr" },
		{ "/", "usr", "/usr" },
		{ "/b", "", "/b" },
		{ "/", "", "/" },
		{ "/", "//", "/" },
		{ "/", "///a//b///", "/a/b" },
		{ "/", "/./a/./b/.", "/a/b" },
		{ "/b", ".", "/b" },
		{ "/b", "./x", "/b/x" },
		{ "/b", "../x", "/b/../x" },
		{ "/", "/a/..", "/a/.." },
		{ "/", "/...", "/..." },
		{ "/", "/.a", "/.a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena a = { 0 };

		assert_string_equal(path_clean(&a, cases[i][0], cases[i][1]),
				    cases[i][2]);
		arena_release(&a);
	}
}

static void asks_about_paths(void **state)
{
	(void)state;
	assert_true(path_within("/usr", "/usr"));
	assert_true(path_within("/usr/lib", "/usr"));
	assert_true(path_within("/usr", "/"));
	assert_true(path_within("/", "/"));
	assert_false(path_within("/usrx", "/usr"));
	assert_false(path_within("/", "/usr"));
	assert_false(path_within("/us", "/usr"));
	assert_true(path_has_dotdot(".."));
	assert_true(path_has_dotdot("/a/.."));
	assert_true(path_has_dotdot("../a"));
	assert_true(path_has_dotdot("/a/../b"));
	assert_true(path_has_dotdot("/a.../.."));
	assert_false(path_has_dotdot("/a..b"));
	assert_false(path_has_dotdot("/..."));
	assert_false(path_has_dotdot("/a../..b"));
	assert_false(path_has_dotdot(""));
}

static void takes_paths_apart(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(path_join(&a, "/", "x"), "/x");
	assert_string_equal(path_join(&a, "/a", "x"), "/a/x");
	assert_string_equal(path_join(&a, ".", "x"), "./x");
	assert_string_equal(path_name("/a/b"), "b");
	assert_string_equal(path_name("b"), "b");
	assert_string_equal(path_parent(&a, "/a/b"), "/a");
	assert_string_equal(path_parent(&a, "/a"), "/");
	assert_string_equal(path_parent(&a, "/"), "/");
	arena_release(&a);
}

GROUP(str)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(quotes),
		cmocka_unit_test(compares),
		cmocka_unit_test(distance),
		cmocka_unit_test(cleans_paths),
		cmocka_unit_test(asks_about_paths),
		cmocka_unit_test(takes_paths_apart),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
