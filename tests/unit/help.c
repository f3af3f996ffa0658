/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/directive.h"
#include "input/help.h"

#include <string.h>

static const char *const nothing[] = { NULL };
static const struct caller caller = { .environ = nothing };

/* The text for a topic, or the line of the error. */
static const char *help(struct arena *a, const char *topic)
{
	struct str out = { .arena = a };
	struct err e = { 0 };

	if (help_print(a, &caller, topic, &out, &e) < 0)
		return unit_line(a, &e);
	return str_text(&out);
}

static const char *list(struct arena *a, const char *what)
{
	struct str out = { .arena = a };
	struct err e = { 0 };

	if (help_list(a, &caller, what, &out, &e) < 0)
		return unit_line(a, &e);
	return str_text(&out);
}

static void fits_a_terminal(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > 80)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void overview(void **state)
{
	struct arena a = { 0 };
	const char *text = help(&a, NULL);

	(void)state;
	assert_true(str_starts(text, "usage: sandbox [OPTION...]"));
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];
		const char *option = arena_format(&a, "--%s", d->name);

		if (d->flags & DIRECTIVE_ONLY_PROFILE)
			continue;
		unit_has(text, option);
		unit_has(text, d->help);
	}
	unit_lacks(text, "--include");
	unit_has(text, "-p, --profile NAME");
	unit_has(text, "--help[=TOPIC]");
	unit_has(text, "125 sandbox failed");
	fits_a_terminal(text);
	arena_release(&a);
}

static void topics(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (int s = 0; s < SECTION_COUNT; s++) {
		const char *text = help(&a, section_topic((enum section)s));

		assert_true(str_starts(text, section_title((enum section)s)));
		fits_a_terminal(text);
	}
	unit_has(help(&a, "ro"), "--ro PATH");
	unit_has(help(&a, "--ro"), "--ro PATH");
	unit_has(help(&a, "workdir"), "Writable, your home too");
	unit_has(help(&a, "map-root"), "Gives no capability.");
	arena_release(&a);
}

/* A profile is shown as it is written. */
static void profiles(void **state)
{
	struct arena a = { 0 };
	const char *text = help(&a, "shell");

	(void)state;
	unit_has(text, "shell.profile (");
	unit_has(text, ")\n\n");
	arena_release(&a);
}

/* The manual's requests are for the manual. */
static void options_in_plain_text(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < directive_count; i++) {
		const char *text;

		if (directives[i].flags & DIRECTIVE_ONLY_PROFILE)
			continue;
		text = help(&a, directives[i].name);
		unit_has(text, directives[i].help);
		unit_lacks(text, "\n.");
		unit_lacks(text, ".Cm");
		unit_lacks(text, ".Pa");
	}
	arena_release(&a);
}

static void unknown_topics(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(help(&a, "tempfs"), "no help about 'tempfs'; "
						"did you mean 'tmpfs'?\n");
	unit_has(help(&a, "unit-frobnicate"), "no help about");
	unit_has(help(&a, ""), "no help about ''");
	arena_release(&a);
}

static void lists(void **state)
{
	struct arena a = { 0 };
	const char *options = list(&a, "options");
	const char *words = list(&a, "directives");

	(void)state;
	unit_has(options, "--bind\tSRC DEST\tpath path\tshow SRC");
	unit_has(options, "--unshare-all\t\t\tnew");
	unit_lacks(options, "include");
	unit_has(words, "include\tNAME\tprofile\t");
	unit_has(words, "\nro\tPATH\tpath\t");
	unit_lacks(words, "dry-run");
	assert_true(str_starts(list(&a, "rlimits"), "as\ncore\n"));
	unit_has(list(&a, "profiles"), "none\tbuilt in\t");
	assert_string_equal(list(&a, "x"),
			    "--list: 'x' is not known; it is one of profiles "
			    "options directives rlimits capabilities syscalls "
			    "syscall-groups @GROUP\n");
	unit_has(list(&a, "syscalls"), "\nsocket\t");
	unit_has(list(&a, "@namespaces"), "unshare\t");
	unit_lacks(list(&a, "@namespaces"), "socket");
	unit_has(list(&a, "syscall-groups"), "@namespaces\tleave");
	unit_has(list(&a, "lists"), "\n@namespaces\n");
	assert_true(str_starts(list(&a, "capabilities"), "CAP_CHOWN\n"));
	unit_has(list(&a, "@nope"), "no group of system calls '@nope'");
	arena_release(&a);
}

/* One line of four columns each. */
static void rows_are_tab_separated(void **state)
{
	struct arena a = { 0 };
	const char *text = list(&a, "options");

	(void)state;
	while (*text) {
		size_t n = strcspn(text, "\n"), tabs = 0;

		for (size_t i = 0; i < n; i++)
			tabs += text[i] == '\t';
		assert_int_equal(tabs, 3);
		text += n + 1;
	}
	arena_release(&a);
}

static void manual_rows(void **state)
{
	struct arena a = { 0 };
	const char *text = list(&a, "man-options");

	(void)state;
	unit_has(text, ".Ss Files\n.Bl -tag -width Ds\n");
	unit_has(text, ".It Fl -ro Ar PATH\nShow PATH,");
	unit_has(text, "Fl -help Ns Oo = Ns Ar TOPIC Oc\n");
	text = list(&a, "man-directives");
	unit_has(text, ".It Ic include Ar NAME\n");
	unit_lacks(text, "dry-run");
	arena_release(&a);
}

GROUP(help)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overview),
		cmocka_unit_test(topics),
		cmocka_unit_test(profiles),
		cmocka_unit_test(options_in_plain_text),
		cmocka_unit_test(unknown_topics),
		cmocka_unit_test(lists),
		cmocka_unit_test(rows_are_tab_separated),
		cmocka_unit_test(manual_rows),
	};

	return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
