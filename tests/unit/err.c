/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <string.h>

static const char *line(const struct err *e)
{
	static char text[2048];

	err_format(e, "sandbox", text, sizeof(text));
	return text;
}

static void sets(void **state)
{
	struct err e;

	(void)state;
	memset(&e, 'x', sizeof(e));
	assert_int_equal(err_set(&e, ERR_USAGE, "value '%s'", "a"), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(e.errnum, 0);
	assert_string_equal(e.where, "");
	assert_string_equal(e.message, "value 'a'");
	assert_string_equal(e.hint, "");
}

static void takes_errno(void **state)
{
	struct err e;

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_sys(&e, "open '%s'", "/x"), -1);
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_int_equal(e.errnum, ENOENT);
	assert_string_equal(line(&e),
			    "sandbox: open '/x': No such file or directory\n");
}

static void wraps(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_USAGE, "inner");
	assert_int_equal(err_wrap(&e, "outer %d", 1), -1);
	assert_string_equal(e.message, "outer 1: inner");
	assert_int_equal(e.kind, ERR_USAGE);
}

/* Who is nearest to the fault knows best. */
static void first_place_and_hint_stay(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_USAGE, "m");
	assert_int_equal(err_at(&e, "argument %d", 3), -1);
	assert_int_equal(err_at(&e, "argument 4"), -1);
	assert_int_equal(err_hint(&e, "do %s", "this"), -1);
	assert_int_equal(err_hint(&e, "do that"), -1);
	assert_string_equal(line(&e), "sandbox: argument 3: m; do this\n");
}

static void setting_again_forgets(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_USAGE, "a");
	err_at(&e, "w");
	err_hint(&e, "h");
	err_set(&e, ERR_SYSTEM, "b");
	assert_string_equal(line(&e), "sandbox: b\n");
}

static void too_long_ends_in_dots(void **state)
{
	char text[2000];
	struct err e;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, ERR_USAGE, "%s", text);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	assert_string_equal(e.message + sizeof(e.message) - 4, "...");
	err_wrap(&e, "outer");
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	assert_true(str_starts(e.message, "outer: aaa"));
	err_wrap(&e, "%s", text);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	err_at(&e, "%s", text);
	assert_int_equal(strlen(e.where), sizeof(e.where) - 1);
	err_hint(&e, "%s", text);
	assert_int_equal(strlen(e.hint), sizeof(e.hint) - 1);
}

static void exit_status(void **state)
{
	(void)state;
	assert_int_equal(err_exit_status(&(struct err){ .kind = ERR_USAGE }),
			 125);
	assert_int_equal(err_exit_status(&(struct err){ .kind = ERR_SYSTEM }),
			 125);
	assert_int_equal(err_exit_status(&(struct err){ .kind = ERR_NONE }),
			 125);
	assert_int_equal(
		err_exit_status(&(struct err){ .kind = ERR_NOT_EXECUTABLE }),
		126);
	assert_int_equal(
		err_exit_status(&(struct err){ .kind = ERR_NOT_FOUND }), 127);
}

static void escapes_controls(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_USAGE,
		"a\x1b[2Jb\nc\td\x7f"
		"e\r");
	assert_string_equal(line(&e),
			    "sandbox: a\\x1b[2Jb\\x0ac\\x09d\\x7fe\\x0d\n");
	err_at(&e, "\x07");
	err_hint(&e, "\x01");
	assert_non_null(strstr(line(&e), "sandbox: \\x07: "));
	assert_non_null(strstr(line(&e), "; \\x01\n"));
}

static void leaves_utf8(void **state)
{
	struct err e;

	(void)state;
	/* The second byte of the sharp s is 0x9f. */
	err_set(&e, ERR_USAGE,
		"Gr\xc3\xb6\xc3\x9f"
		"e \xe2\x82\xac");
	assert_string_equal(line(&e), "sandbox: Gr\xc3\xb6\xc3\x9f"
				      "e \xe2\x82\xac\n");
}

/* U+009B is CSI: the terminal would take what follows as a command. */
static void escapes_c1(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_USAGE,
		"a\xc2\x9b"
		"2Jb");
	assert_null(strchr(line(&e), '\x9b'));
	unit_has(line(&e), "\\xc2\\x9b"
			   "2Jb");
	err_set(&e, ERR_USAGE,
		"a\x9b"
		"2Jb");
	assert_null(strchr(line(&e), '\x9b'));
}

static void short_buffer(void **state)
{
	char text[16];
	struct err e;
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	err_set(&e, ERR_USAGE, "a message that is too long for it");
	length = err_format(&e, "sandbox", text, sizeof(text));
	assert_true(length < sizeof(text));
	assert_int_equal(length, strlen(text));
	assert_int_equal(text[length - 1], '\n');
	for (size_t n = 8; n <= sizeof(text); n++) {
		err_set(&e, ERR_USAGE, "\x01\x02\x03\x04\x05\x06");
		assert_true(err_format(&e, "s", text, n) < n);
	}
}

GROUP(err)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets),
		cmocka_unit_test(takes_errno),
		cmocka_unit_test(wraps),
		cmocka_unit_test(first_place_and_hint_stay),
		cmocka_unit_test(setting_again_forgets),
		cmocka_unit_test(too_long_ends_in_dots),
		cmocka_unit_test(exit_status),
		cmocka_unit_test(escapes_controls),
		cmocka_unit_test(leaves_utf8),
		cmocka_unit_test(escapes_c1),
		cmocka_unit_test(short_buffer),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
