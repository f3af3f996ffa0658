/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/profile.h"

#include <string.h>

/* What the settings print, or the line of the error. */
static const char *read_text(struct arena *a, const char *host,
			     const char *text)
{
	struct canned *c = unit_host(a, host);
	struct str out = { .arena = a };
	struct settings s;
	struct err e = { 0 };

	if (unit_settings(c, text, &s, &e) < 0)
		return unit_line(a, &e);
	settings_print(&s, &out);
	return str_text(&out);
}

static void check(const char *host, const char *text, const char *want)
{
	struct arena a = { 0 };

	assert_string_equal(read_text(&a, host, text), want);
	arena_release(&a);
}

static void reads_lines(void **state)
{
	(void)state;
	check("", "", "");
	check("", "\n\n# c\n  \n", "");
	check("", "ro /usr\nro /etc", "ro /usr\nro /etc\n");
	check("", "ro /usr\r\nro /etc\r\n", "ro /usr\nro /etc\n");
	check("", "  bind  /a\t'/b c' # x\n", "bind /a '/b c'\n");
	check("", "unshare-all\n", "unshare-all\n");
}

static void says_where(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, "");
	struct settings s;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_settings(c, "\nro /usr\n\nsetenv A b\n", &s, &e),
			 0);
	assert_int_equal(s.list.count, 2);
	assert_string_equal(s.list.items[0].origin, "t.profile:2");
	assert_string_equal(s.list.items[1].origin, "t.profile:4");
	assert_true(s.list.items[0].from_profile);
	assert_string_equal(s.list.items[1].args[1], "b");
	assert_null(s.list.items[1].args[2]);
	arena_release(&a);
}

static void language_errors(void **state)
{
	(void)state;
	check("", "ro /usr\ntempfs /tmp\n",
	      "t.profile:2: unknown directive 'tempfs'; "
	      "did you mean 'tmpfs'?\n");
	check("", "frobnicate\n",
	      "t.profile:1: unknown directive 'frobnicate'; see sandbox --list "
	      "directives\n");
	check("", "--ro /usr\n",
	      "t.profile:1: unknown directive '--ro'; "
	      "in a profile options have no dashes\n");
	check("", "profile gcc\n",
	      "t.profile:1: 'profile' is for the command line only; "
	      "write include NAME\n");
	check("", "dry-run\n",
	      "t.profile:1: 'dry-run' is for the command line only\n");
	check("", "ro\n",
	      "t.profile:1: ro: argument missing; write: ro PATH\n");
	check("", "bind /a\n",
	      "t.profile:1: bind: argument missing; write: bind SRC DEST\n");
	check("", "ro /a /b\n",
	      "t.profile:1: ro: surplus argument '/b'; write: ro PATH\n");
	check("", "\nro 'a\n",
	      "t.profile:2: a single quote is not closed on this line\n");
}

/* Every short name is near to no name. */
static void empty_directive(void **state)
{
	(void)state;
	check("", "'' x\n",
	      "t.profile:1: unknown directive ''; see sandbox --list "
	      "directives\n");
}

/* There is nothing after the directive to write. */
static void surplus_argument_of_none(void **state)
{
	struct arena a = { 0 };
	const char *line = read_text(&a, "", "unshare-all now\n");

	(void)state;
	unit_has(line, "t.profile:1: unshare-all: surplus argument 'now'");
	unit_lacks(line, " \n");
	arena_release(&a);
}

static void odd_bytes(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, "");
	struct profile_source source = canned_source(c);
	struct settings s = { .arena = &a };
	struct profile_reader reader = { .settings = &s,
					 .caller = &c->caller,
					 .source = &source };
	struct profile_text t = { .name = "n",
				  .id = "n",
				  .text = "ro /usr\nro /e\0tc\n",
				  .size = 17 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(profile_read_text(&reader, &t, &e), -1);
	assert_string_equal(unit_line(&a, &e), "n:2: a NUL byte\n");
	arena_release(&a);
}

static void long_lines(void **state)
{
	struct arena a = { 0 };
	char *text = arena_alloc(&a, PROFILE_LINE_MAX + 3);

	(void)state;
	memset(text, 'a', PROFILE_LINE_MAX + 1);
	assert_string_equal(read_text(&a, "", text),
			    "t.profile:1: a line of more than 16384 bytes\n");
	memcpy(text, "hint ", 5);
	text[PROFILE_LINE_MAX] = '\0';
	unit_has(read_text(&a, "", text), "hint aaa");
	memset(text, '#', PROFILE_LINE_MAX + 1);
	unit_has(read_text(&a, "", text), "a line of more than");
	arena_release(&a);
}

static void variables_not_set(void **state)
{
	(void)state;
	check("", "ro-try ~/.vimrc\nrw-try ${XDG_RUNTIME_DIR}/x\nro /usr\n",
	      "ro /usr\n");
	check("", "ro ~/.vimrc\n",
	      "t.profile:1: ro: ${HOME} is not set; set it to an absolute "
	      "path, or use the -try form of the directive\n");
	check("env HOME=/h\n", "ro ~/.vimrc\n", "ro /h/.vimrc\n");
	check("", "include ${USER}x\n",
	      "t.profile:1: include: ${USER} is not set; set it to an "
	      "absolute path, or use the -try form of the directive\n");
}

static const char profiles[] = "profile a.profile\n\tro /a\n\tinclude b\n"
			       "profile b.profile\n\tro /b\n\tinclude c\n"
			       "profile c.profile\n\tro /c\n"
			       "profile loop.profile\n\tinclude pool\n"
			       "profile pool.profile\n\n\tinclude loop\n"
			       "profile self.profile\n\tinclude self\n"
			       "profile bad.profile\n\tro /x\n\tfrobnicate\n";

static void includes(void **state)
{
	(void)state;
	check(profiles, "ro /1\ninclude a\nro /2\n",
	      "ro /1\nro /a\nro /b\nro /c\nro /2\n");
	/* Once per run. */
	check(profiles, "include c\ninclude a\ninclude c\n",
	      "ro /c\nro /a\nro /b\n");
	check(profiles, "include-try nowhere\ninclude-try c\n", "ro /c\n");
}

static void include_errors(void **state)
{
	(void)state;
	check(profiles, "\ninclude nowhere\n",
	      "t.profile:2: no profile 'nowhere'\n");
	check(profiles, "include loop\n",
	      "pool.profile:1: 'loop.profile' includes itself, by way of "
	      "'pool.profile'\n");
	check(profiles, "include-try self\n",
	      "self.profile:1: 'self.profile' includes itself, by way of "
	      "'self.profile'\n");
	check(profiles, "include bad\n",
	      "bad.profile:2: unknown directive 'frobnicate'; see sandbox "
	      "--list directives\n");
	check(profiles, "include-try bad\n",
	      "bad.profile:2: unknown directive 'frobnicate'; see sandbox "
	      "--list directives\n");
	check(profiles, "include ''\n",
	      "t.profile:1: the profile's name is empty\n");
	check(profiles, "include\n",
	      "t.profile:1: include: argument missing; write: include NAME\n");
}

static void reads_by_name(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, profiles);
	struct profile_source source = canned_source(c);
	struct settings s = { .arena = &a };
	struct profile_reader reader = { .settings = &s,
					 .caller = &c->caller,
					 .source = &source };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(profile_read(&reader, "a", &e), 0);
	assert_int_equal(s.list.count, 3);
	assert_int_equal(profile_read(&reader, "a", &e), 0);
	assert_int_equal(s.list.count, 3);
	assert_int_equal(profile_read(&reader, "none", &e), -1);
	assert_string_equal(e.message, "no profile 'none'");
	assert_int_equal(profile_read(&reader, "", &e), -1);
	arena_release(&a);
}

GROUP(profile)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(says_where),
		cmocka_unit_test(language_errors),
		cmocka_unit_test(empty_directive),
		cmocka_unit_test(surplus_argument_of_none),
		cmocka_unit_test(odd_bytes),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(variables_not_set),
		cmocka_unit_test(includes),
		cmocka_unit_test(include_errors),
		cmocka_unit_test(reads_by_name),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
