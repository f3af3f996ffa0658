/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/apply.h"
#include "input/directive.h"

#include <ctype.h>
#include <string.h>

static void rows_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];

		assert_true(d->name[0] &&
			    strspn(d->name, "abcdefghijklmnopqrstuvwxyz"
					    "0123456789-") == strlen(d->name));
		assert_true(directive_arity(d) <= SETTING_ARGS_MAX);
		assert_true(d->section < SECTION_COUNT);
		/* A setting or an action, never both. */
		assert_true((d->apply != NULL) == (d->action == ACTION_NONE));
		assert_non_null(d->help);
		assert_true(d->help[0] && d->help[strlen(d->help) - 1] != '.');
		assert_true(!isupper((unsigned char)d->help[0]) ||
			    isupper((unsigned char)d->help[1]));
		assert_non_null(d->metavars);
		assert_null(strstr(d->metavars, "  "));
		assert_false((d->flags & DIRECTIVE_ONLY_CLI) &&
			     (d->flags & DIRECTIVE_ONLY_PROFILE));
		assert_true(!(d->flags & DIRECTIVE_TRY) ==
				    !strstr(d->name, "-try") ||
			    !d->metavars[0] || !d->apply);
	}
}

static void names_and_letters_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];

		assert_ptr_equal(directive_find(d->name), d);
		if (d->letter)
			assert_ptr_equal(directive_find_letter(d->letter), d);
	}
	assert_null(directive_find("nope"));
	assert_null(directive_find(""));
	assert_null(directive_find_letter(0));
	assert_null(directive_find_letter('?'));
}

/*
 * What --print-profile prints must be sayable in a profile; what is about one
 * run only is not printed.
 */
static void settings_are_for_profiles(void **state)
{
	(void)state;
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];

		assert_false(d->apply && d->flags & DIRECTIVE_ONLY_PROFILE);
		/*
		 * A descriptor is what the caller of this run has open; and
		 * some of bubblewrap's words say nothing.
		 */
		assert_false(d->apply && d->flags & DIRECTIVE_ONLY_CLI &&
			     d->section != SECTION_REPORTS &&
			     d->apply != apply_label &&
			     d->apply != apply_nothing &&
			     strncmp(d->metavars, "FD", 2) != 0);
	}
}

static void arity(void **state)
{
	(void)state;
	assert_int_equal(directive_arity(directive_find("unshare-all")), 0);
	assert_int_equal(directive_arity(directive_find("ro")), 1);
	assert_int_equal(directive_arity(directive_find("bind")), 2);
}

static void kinds_of_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];

		for (unsigned int k = 0; k < directive_arity(d); k++)
			if (d->values[k] == VALUE_CHOICE)
				assert_non_null(strchr(d->metavars, '|'));
	}
}

/* Issue 2 and the design name these. */
static void vocabulary(void **state)
{
	static const char *const names[] = {
		"profile",
		"include",
		"include-try",
		"ro",
		"rw",
		"ro-try",
		"rw-try",
		"hide",
		"workdir",
		"home",
		"home-dir",
		"net",
		"rlimit",
		"hint",
		"bind",
		"ro-bind",
		"dev-bind",
		"bind-try",
		"ro-bind-try",
		"dev-bind-try",
		"tmpfs",
		"size",
		"perms",
		"proc",
		"dev",
		"dir",
		"symlink",
		"remount-ro",
		"chdir",
		"argv0",
		"hostname",
		"uid",
		"gid",
		"setenv",
		"unsetenv",
		"clearenv",
		"new-session",
		"die-with-parent",
		"as-pid-1",
		"unshare-all",
		"unshare-user",
		"unshare-user-try",
		"unshare-ipc",
		"unshare-pid",
		"unshare-net",
		"unshare-uts",
		"unshare-cgroup",
		"unshare-cgroup-try",
		"share-net",
		"keepenv",
		"map-root",
		"keep-fd",
		"dry-run",
		"print-profile",
		"list",
		"help",
		"version",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!directive_find(names[i]))
			fail_msg("no row for %s", names[i]);
}

static void suggestions(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(directive_suggest(&a, "tempfs", "--", 0),
			    "'--tmpfs'");
	assert_string_equal(directive_suggest(&a, "unshare-usr", "", 0),
			    "'unshare-user'");
	assert_null(directive_suggest(&a, "frobnicate", "", 0));
	assert_string_equal(directive_suggest(&a, "includ", "", 0),
			    "'include'");
	assert_null(
		directive_suggest(&a, "include", "", DIRECTIVE_ONLY_PROFILE));
	unit_has(directive_suggest(&a, "bing", "", 0), "'bind'");
	unit_has(directive_suggest(&a, "roo", "", 0), "'ro'");
	arena_release(&a);
}

static void sections(void **state)
{
	(void)state;
	for (int s = 0; s < SECTION_COUNT; s++) {
		assert_true(section_title((enum section)s)[0]);
		assert_true(section_topic((enum section)s)[0]);
	}
}

static void rlimit_table(void **state)
{
	(void)state;
	for (const struct rlimit_name *r = rlimit_names; r->name; r++) {
		assert_string_equal(rlimit_name(r->resource), r->name);
		for (const struct rlimit_name *q = rlimit_names; q < r; q++) {
			assert_string_not_equal(q->name, r->name);
			assert_int_not_equal(q->resource, r->resource);
		}
	}
}

GROUP(directive)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(names_and_letters_are_unique),
		cmocka_unit_test(settings_are_for_profiles),
		cmocka_unit_test(arity),
		cmocka_unit_test(kinds_of_values),
		cmocka_unit_test(vocabulary),
		cmocka_unit_test(suggestions),
		cmocka_unit_test(sections),
		cmocka_unit_test(rlimit_table),
	};

	return cmocka_run_group_tests_name("directive", tests, NULL, NULL);
}
