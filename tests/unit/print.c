/* SPDX-License-Identifier: Apache-2.0 */
/* --print-profile: read back, it says the same and does the same. */
#include "unit.h"

#include "input/directive.h"
#include "input/shipped.h"

#include <string.h>

static const char *printed(struct arena *a, const struct settings *s)
{
	struct str out = { .arena = a };

	settings_print(s, &out);
	return str_text(&out);
}

/* On a host; returns what was printed. */
static const char *fixed_point(struct arena *a, const char *host,
			       const char *text)
{
	struct canned *c = unit_host(a, host);
	struct settings s, again;
	struct err e = { 0 };
	const char *first;

	if (unit_settings(c, text, &s, &e) < 0)
		fail_msg("%s", unit_line(a, &e));
	first = printed(a, &s);
	if (unit_settings(c, first, &again, &e) < 0)
		fail_msg("%s%s", unit_line(a, &e), first);
	assert_string_equal(printed(a, &again), first);
	assert_string_equal(unit_program(a, host, text),
			    unit_program(a, host, first));
	return first;
}

/* Of no use without a working directory: an error there. */
static bool needs_directory(const char *text)
{
	return strstr(text, "\ncow ${PWD}") ||
	       strstr(text, "\ninclude sandbox-project.inc");
}

static void shipped(void **state)
{
	static const char *const hosts[] = { unit_student, unit_root,
					     "kernel 6.1\nuid 5\ncwd -\n" };

	(void)state;
	for (size_t i = 0; i < shipped_profile_count; i++)
		for (size_t k = 0; k < COUNT_OF(hosts); k++) {
			struct arena a = { 0 };
			const char *text;

			if (!strstr(shipped_profiles[i].file, ".profile"))
				continue; /* a part of others */
			if (k == 2 && needs_directory(shipped_profiles[i].text))
				continue;
			text = fixed_point(&a, hosts[k],
					   shipped_profiles[i].text);
			unit_has(text, "unshare-all\n");
			unit_lacks(text, "include");
			arena_release(&a);
		}
}

/* Each as an argument that may be anything. */
static void tricky_arguments(void **state)
{
	static const char *const words[] = {
		"",	    " ",	"a b",
		"\t",	    "\n",	"a\nb\n",
		"\r",	    "'",	"''",
		"\"",	    "\\",	"\\n",
		"$",	    "${HOME}",	"$(x)",
		"~",	    "~/x",	"~bob",
		"#",	    "# x",	"a#b",
		"\x01",	    "\x1b[2J",	"\x7f",
		"\xc3\xa4", "\xc2\x9b", "\xff\xfe",
		"-x",	    "--",	"a'b\"c\\d$e\nf\x01",
		"'\n'",	    "\\\n",	"\"\t$",
		"x=y",	    "*?[",
	};
	const struct directive *d = directive_find("setenv");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct arena a = { 0 };
		struct settings s = { .arena = &a }, again;
		struct canned *c = unit_host(&a, unit_student);
		struct err e = { 0 };

		*array_add(&a, &s.list) =
			(struct setting){ .directive = d,
					  .args = { "A", words[i] } };
		if (unit_settings(c, printed(&a, &s), &again, &e) < 0)
			fail_msg("%s%s", unit_line(&a, &e), printed(&a, &s));
		assert_int_equal(again.list.count, 1);
		assert_string_equal(again.list.items[0].args[1], words[i]);
		fixed_point(&a, unit_student, printed(&a, &s));
		arena_release(&a);
	}
}

static void every_directive(void **state)
{
	struct arena a = { 0 };

	(void)state;
	fixed_point(&a, unit_student,
		    "ro /usr\nrw /srv/data\nro-try /no\nrw-try ~/x\nhide /etc\n"
		    "hide-from-root /etc\nworkdir rw\nhome-dir ~/kept\n"
		    "home ro\nbind /etc /e\nbind-try /no /n\nro-bind /etc /f\n"
		    "ro-bind-try /no /n\ndev-bind /etc /g\n"
		    "dev-bind-try /no /n\nperms 700\nsize 1M\ntmpfs /t\n"
		    "proc /proc\ndev /dev\ndir /d\nsymlink a /s\n"
		    "remount-ro /t\nchmod 700 /t\nmqueue /q\noverlay-src /etc\n"
		    "overlay-src /usr\ntmp-overlay /o\noverlay-src /etc\n"
		    "overlay ~/kept /srv/data /o\noverlay-src /etc\n"
		    "overlay-src /usr\nro-overlay /o\nnet "
		    "none\nmap-root\nuid 0\ngid 3\n"
		    "hostname x\nunshare-all\nunshare-user\n"
		    "unshare-user-try\nunshare-cgroup-try\nshare-net\n"
		    "setenv A b\nunsetenv B\nclearenv\nkeepenv LC_*\n"
		    "rlimit core=1:2\nchdir /c\nargv0 z\nkeep-fd 5\n"
		    "new-session\ndie-with-parent\nas-pid-1\nhint h\n");
	arena_release(&a);
}

static void single_values_once(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(fixed_point(&a, unit_student,
					"uid 1\nro /usr\nchdir /a\nuid 2\n"
					"ro /usr\nchdir /b\n"),
			    "uid 2\nro /usr\nchdir /b\nro /usr\n");
	arena_release(&a);
}

/* What cannot be said in a profile takes what it is preceded by along. */
static void left_out(void **state)
{
	const struct directive *perms = directive_find("perms");
	const struct directive *file = directive_find("file");
	const struct directive *dir = directive_find("dir");
	struct arena a = { 0 };
	struct settings s = { .arena = &a };

	(void)state;
	*array_add(&a, &s.list) = (struct setting){ perms, { "0700" } };
	*array_add(&a, &s.list) = (struct setting){ file, { "3", "/x" } };
	*array_add(&a, &s.list) = (struct setting){ perms, { "0711" } };
	*array_add(&a, &s.list) = (struct setting){ dir, { "/y" } };
	assert_string_equal(printed(&a, &s), "perms 0711\ndir /y\n");
	arena_release(&a);
}

GROUP(print)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped),
		cmocka_unit_test(tricky_arguments),
		cmocka_unit_test(every_directive),
		cmocka_unit_test(single_values_once),
		cmocka_unit_test(left_out),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
