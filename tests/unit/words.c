/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/words.h"

#include <string.h>

static const char *const environment[] = { "HOME=/home/ann", "USER=ann",
					   "OTHER=x", NULL };
static const struct caller caller = { .uid = 1000, .environ = environment };

/* The words with a | after each, or the message of the error. */
static const char *split(struct arena *a, const char *line)
{
	struct str out = { .arena = a };
	struct words w = { .count = 99 };
	struct err e = { 0 };

	if (words_split(a, line, strlen(line), &caller, "/work", &w, &e) < 0) {
		assert_int_equal(e.kind, ERR_USAGE);
		assert_int_equal(w.count, 99);
		return arena_dup(a, e.message);
	}
	for (size_t i = 0; i < w.count; i++)
		str_addf(&out, "%s|", w.word[i]);
	if (w.unset)
		str_addf(&out, " unset %s", w.unset);
	return str_text(&out);
}

static void check(const char *const cases[][2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena a = { 0 };

		assert_string_equal(split(&a, cases[i][0]), cases[i][1]);
		arena_release(&a);
	}
}

static void plain(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ " \t ", "" },
		{ "a", "a|" },
		{ " a  b\tc ", "a|b|c|" },
		{ "a b\r", "a|b|" },
		{ "# all", "" },
		{ "  # all", "" },
		{ "a # rest", "a|" },
		{ "a#b", "a#b|" },
		{ "\\#a", "#a|" },
		{ "'#' \"#\"", "#|#|" },
		{ "a\\ b", "a b|" },
		{ "a\\\\b", "a\\b|" },
		{ "\xc3\xa4 \xff", "\xc3\xa4|\xff|" },
	};

	(void)state;
	check(cases, COUNT_OF(cases));
}

static void quoted(void **state)
{
	static const char *const cases[][2] = {
		{ "''", "|" },
		{ "\"\"", "|" },
		{ "a '' b", "a||b|" },
		{ "'a b'", "a b|" },
		{ "'a\\n$HOME\"'", "a\\n$HOME\"|" },
		{ "'it'\\''s'", "it's|" },
		{ "a'b'\"c\"d", "abcd|" },
		{ "\"a b\"", "a b|" },
		{ "\"it's\"", "it's|" },
		{ "\"\\\"\\\\\\$\"", "\"\\$|" },
		{ "\"a\\nb\\tc\"", "a\nb\tc|" },
		{ "\"\\x41\\x7f\\xc3\\xa4\"", "A\x7f\xc3\xa4|" },
	};

	(void)state;
	check(cases, COUNT_OF(cases));
}

static void variables(void **state)
{
	static const char *const cases[][2] = {
		{ "~", "/home/ann|" },
		{ "~/x", "/home/ann/x|" },
		{ "~ a", "/home/ann|a|" },
		{ "~bob", "~bob|" },
		{ "a~", "a~|" },
		{ "'~'", "~|" },
		{ "\"~\"", "~|" },
		{ "\\~", "~|" },
		{ "${HOME}/x", "/home/ann/x|" },
		{ "a${USER}b${UID}", "aannb1000|" },
		{ "\"${PWD} ${USER}\"", "/work ann|" },
		{ "'${HOME}'", "${HOME}|" },
		{ "\\${HOME}", "${HOME}|" },
		{ "${XDG_RUNTIME_DIR}/x", "/x| unset XDG_RUNTIME_DIR" },
	};

	(void)state;
	check(cases, COUNT_OF(cases));
}

static void errors(void **state)
{
	static const char *const cases[][2] = {
		{ "'a", "a single quote is not closed on this line" },
		{ "a 'b' 'c", "a single quote is not closed on this line" },
		{ "\"a", "a double quote is not closed on this line" },
		{ "\"", "a double quote is not closed on this line" },
		{ "\"a\\\"", "a double quote is not closed on this line" },
		{ "a\\", "a backslash is not closed on this line" },
		{ "${HOME", "'${' without '}'" },
		{ "\"${HOME\"", "'${' without '}'" },
		{ "${", "'${' without '}'" },
		{ "$HOME", "a '$' that begins no ${NAME}" },
		{ "a$ b", "a '$' that begins no ${NAME}" },
		{ "\"$\"", "a '$' that begins no ${NAME}" },
		{ "${OTHER}", "'${OTHER}' is not known here" },
		{ "${}", "'${}' is not known here" },
		{ "${home}", "'${home}' is not known here" },
	};

	(void)state;
	check(cases, COUNT_OF(cases));
}

static void unknown_escapes(void **state)
{
	static const char *const lines[] = { "\"\\a\"",	  "\"\\x4\"",
					     "\"\\xzz\"", "\"\\x00\"",
					     "\"\\",	  "\"\\x\"" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct arena a = { 0 };

		unit_has(split(&a, lines[i]), "unknown escape");
		arena_release(&a);
	}
}

static void as_many_as_there_is_room_for(void **state)
{
	struct arena a = { 0 };
	struct str line = { .arena = &a }, words = { .arena = &a };

	(void)state;
	for (int i = 0; i < WORDS_MAX; i++) {
		str_add(&line, "a ");
		str_add(&words, "a|");
	}
	str_add(&line, "# a");
	assert_string_equal(split(&a, str_text(&line)), str_text(&words));
	line.length -= strlen("# a");
	str_add(&line, "a");
	assert_string_equal(split(&a, str_text(&line)), "more than 256 words");
	arena_release(&a);
}

/* The escape is called \xNN, and both cases are hexadecimal. */
static void upper_case_escape(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(split(&a, "\"\\x1B\""), "\x1b|");
	arena_release(&a);
}

/* There is no brace in it to close. */
static void dollar_at_the_end(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(split(&a, "a$"), "a '$' that begins no ${NAME}");
	arena_release(&a);
}

/* A HOME that is no path must not turn into one. */
static void variables_that_are_no_paths(void **state)
{
	static const char *const odd[] = { "HOME=ann", "USER=", NULL };
	const struct caller other = { .environ = odd };
	struct arena a = { 0 };
	struct words w;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		words_split(&a, "~/x ${USER}", 11, &other, NULL, &w, &e), 0);
	assert_string_equal(w.unset, "HOME");
	assert_int_equal(words_split(&a, "${PWD}", 6, &other, NULL, &w, &e), 0);
	assert_string_equal(w.unset, "PWD");
	assert_int_equal(words_split(&a, "x${USER}", 8, &other, NULL, &w, &e),
			 0);
	assert_null(w.unset);
	assert_string_equal(w.word[0], "x");
	arena_release(&a);
}

/* The line ends where its length says. */
static void length_counts(void **state)
{
	struct arena a = { 0 };
	struct words w;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(words_split(&a, "ab cd'", 4, &caller, NULL, &w, &e),
			 0);
	assert_int_equal(w.count, 2);
	assert_string_equal(w.word[1], "c");
	assert_int_equal(words_split(&a, "~/", 1, &caller, NULL, &w, &e), 0);
	assert_string_equal(w.word[0], "/home/ann");
	assert_int_equal(words_split(&a, "'a'", 2, &caller, NULL, &w, &e), -1);
	assert_int_equal(words_split(&a, "${PWD}", 5, &caller, "/", &w, &e),
			 -1);
	arena_release(&a);
}

GROUP(words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(quoted),
		cmocka_unit_test(variables),
		cmocka_unit_test(errors),
		cmocka_unit_test(unknown_escapes),
		cmocka_unit_test(upper_case_escape),
		cmocka_unit_test(dollar_at_the_end),
		cmocka_unit_test(as_many_as_there_is_room_for),
		cmocka_unit_test(variables_that_are_no_paths),
		cmocka_unit_test(length_counts),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
