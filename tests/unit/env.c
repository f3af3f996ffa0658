/* SPDX-License-Identifier: Apache-2.0 */
/* compile: environment, working directory, argument list. */
#include "unit.h"

#include <string.h>

static struct program *made(struct arena *a, const char *host,
			    const char *profile, struct plan *plan)
{
	struct canned *c = unit_host(a, host);
	struct program *p = arena_new(a, struct program);
	struct err e = { 0 };

	if (unit_plan(c, profile, plan, &e) < 0 ||
	    unit_compile(c, plan, p, &e) < 0)
		fail_msg("%s", unit_line(a, &e));
	return p;
}

/* The variables with a | after each. */
static void environment_is(const char *profile, const char *want)
{
	static const char host[] = "kernel 6.1\nuid 5\ncwd /\n"
				   "env A=1\nenv LC_X=2\nenv LC_Y=3\n"
				   "env PWD=/\nenv E=\n";
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	struct plan *plan = arena_new(&a, struct plan);
	struct program *p = made(&a, host, profile, plan);

	for (size_t i = 0; i < p->environ_count; i++)
		str_addf(&out, "%s|", p->environ[i]);
	assert_string_equal(str_text(&out), want);
	arena_release(&a);
}

static void variables(void **state)
{
	(void)state;
	environment_is("", "A=1|LC_X=2|LC_Y=3|E=|");
	environment_is("unsetenv A\nunsetenv B\nunsetenv LC\n",
		       "LC_X=2|LC_Y=3|E=|");
	environment_is("setenv A 'x y'\nsetenv B ''\n",
		       "LC_X=2|LC_Y=3|E=|A=x y|B=|");
	environment_is("clearenv\n", "");
	environment_is("setenv B 1\nclearenv\nsetenv C 2\n", "C=2|");
	environment_is("clearenv\nkeepenv LC_*\nkeepenv A\n",
		       "LC_X=2|LC_Y=3|A=1|");
	environment_is("clearenv\nkeepenv LC_[X]\nkeepenv ?\n",
		       "LC_X=2|A=1|E=|");
	environment_is("clearenv\nkeepenv L\nkeepenv LC_\n", "");
	environment_is("setenv A 5\nkeepenv A\n", "LC_X=2|LC_Y=3|E=|A=1|");
	environment_is("clearenv\nsetenv PWD /x\nkeepenv PWD\n", "");
}

/* What has no = is not a variable, but the caller's. */
static void words_that_are_no_variables(void **state)
{
	static const char *const odd[] = { "ODD", "A=1", NULL };
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, "kernel 6.1\nuid 5\ncwd /\n");
	struct program p;
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	c->caller.environ = odd;
	assert_int_equal(unit_plan(c, "", &plan, &e), 0);
	assert_int_equal(unit_compile(c, &plan, &p, &e), 0);
	assert_int_equal(p.environ_count, 2);
	assert_int_equal(unit_plan(c, "clearenv\nkeepenv *\n", &plan, &e), 0);
	assert_int_equal(unit_compile(c, &plan, &p, &e), 0);
	assert_int_equal(p.environ_count, 1);
	assert_string_equal(p.environ[0], "A=1");
	arena_release(&a);
}

static void directories_are(const char *host, const char *profile,
			    const char *want, bool must)
{
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	struct plan *plan = arena_new(&a, struct plan);
	struct program *p = made(&a, host, profile, plan);

	for (size_t i = 0; p->chdirs[i]; i++) {
		str_addf(&out, "%s|", p->chdirs[i]);
		assert_string_equal(p->pwds[i],
				    arena_format(&a, "PWD=%s", p->chdirs[i]));
	}
	assert_string_equal(str_text(&out), want);
	assert_int_equal(p->chdir_must, must);
	arena_release(&a);
}

static void directories(void **state)
{
	static const char link[] =
		"kernel 6.1\nuid 5\ncwd /d\ndir /d\nlink /l d\nenv PWD=/l\n";
	static const char none[] = "kernel 6.1\nuid 5\ncwd -\n";

	(void)state;
	directories_are(unit_student, "", "/home/ann/work|/home/ann|/|", false);
	directories_are(unit_student, "unsetenv HOME\n", "/home/ann/work|/|",
			false);
	directories_are(unit_student, "setenv HOME x\n", "/home/ann/work|/|",
			false);
	directories_are(unit_student, "chdir /a/b\n", "/a/b|", true);
	directories_are(unit_student, "workdir auto\n", "/home/ann/work|",
			true);
	directories_are(unit_student, "workdir rw\nchdir /x\n", "/x|", true);
	directories_are(link, "", "/l|/d|/|", false);
	directories_are(link, "workdir auto\n", "/l|", true);
	directories_are(none, "", "/|", false);
}

static void command_is(const char *profile, const char *command,
		       const char *paths, const char *argv0)
{
	const char *words[] = { command, "x", NULL };
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, unit_student);
	struct str out = { .arena = &a };
	struct program p;
	struct plan plan;
	struct err e = { 0 };

	assert_int_equal(unit_plan(c, profile, &plan, &e), 0);
	plan.command = words;
	assert_int_equal(unit_compile(c, &plan, &p, &e), 0);
	for (size_t i = 0; p.paths[i]; i++)
		str_addf(&out, "%s|", p.paths[i]);
	assert_string_equal(str_text(&out), paths);
	assert_string_equal(p.argv[0], argv0);
	assert_string_equal(p.argv[1], "x");
	assert_null(p.argv[2]);
	arena_release(&a);
}

/* As execvp(3), with the PATH inside. */
static void commands(void **state)
{
	(void)state;
	command_is("", "ls", "/usr/bin/ls|/bin/ls|", "ls");
	command_is("", "./ls", "./ls|", "./ls");
	command_is("", "/x/ls", "/x/ls|", "/x/ls");
	command_is("argv0 -bash\n", "bash", "/usr/bin/bash|/bin/bash|",
		   "-bash");
	command_is("setenv PATH :/a::b/:\n", "ls",
		   "./ls|/a/ls|./ls|b//ls|./ls|", "ls");
	command_is("setenv PATH ''\n", "ls", "./ls|", "ls");
	command_is("unsetenv PATH\n", "ls",
		   "/usr/local/bin/ls|/usr/bin/ls|/bin/ls|", "ls");
	command_is("setenv PATH /\n", "ls", "/ls|", "ls");
}

GROUP(env)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables),
		cmocka_unit_test(words_that_are_no_variables),
		cmocka_unit_test(directories),
		cmocka_unit_test(commands),
	};

	return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
