/* SPDX-License-Identifier: Apache-2.0 */
/* compile: what is visible so far. */
#include "unit.h"

#include "compile/steps.h"

#include <string.h>

static struct steps begin(struct arena *a)
{
	struct compile *c = arena_new(a, struct compile);

	c->arena = a;
	c->plan = arena_new(a, struct plan);
	return (struct steps){ .c = c, .origin = "argument 7" };
}

static void adds(void **state)
{
	struct arena a = { 0 };
	struct steps s = begin(&a);
	const struct step *step = steps_add(&s, STEP_BIND, "/s", "/d", ATTR_RO);

	(void)state;
	assert_int_equal(s.list.count, 1);
	assert_int_equal(step->kind, STEP_BIND);
	assert_string_equal(step->source, "/s");
	assert_string_equal(step->dest, "/d");
	assert_string_equal(step->origin, "argument 7");
	assert_true(step->attributes == ATTR_RO);
	assert_int_equal(step->dev, 0);
	arena_release(&a);
}

static const char *covering(const struct steps *s, const char *path)
{
	const struct step *on = steps_covering(s, path);

	return on ? on->dest : "none";
}

static void covers(void **state)
{
	struct arena a = { 0 };
	struct steps s = begin(&a);

	(void)state;
	assert_string_equal(covering(&s, "/usr"), "none");
	steps_add(&s, STEP_BIND, "/usr", "/usr", ATTR_RO);
	steps_add(&s, STEP_TMPFS, NULL, "/usr/x", ATTR_BIND);
	steps_add(&s, STEP_DIR, NULL, "/usr/x/dir", 0);
	steps_add(&s, STEP_SYMLINK, "a", "/usr/x/link", 0);
	steps_add(&s, STEP_HIDE, NULL, "/usr/hidden", ATTR_RO);
	steps_add(&s, STEP_PROC, NULL, "/proc", 0);
	steps_add(&s, STEP_PROTECT, NULL, "/proc/sys", 0);
	assert_string_equal(covering(&s, "/usr"), "/usr");
	assert_string_equal(covering(&s, "/usr/lib"), "/usr");
	assert_string_equal(covering(&s, "/usr/hidden"), "/usr");
	assert_string_equal(covering(&s, "/usr/x/dir/y"), "/usr/x");
	assert_string_equal(covering(&s, "/proc/sys/kernel"), "/proc");
	assert_string_equal(covering(&s, "/usrx"), "none");
	assert_string_equal(covering(&s, "/"), "none");
	steps_add(&s, STEP_BIND, "/", "/", ATTR_RO);
	assert_string_equal(covering(&s, "/usr/x/dir"), "/");
	arena_release(&a);
}

static void below(void **state)
{
	struct arena a = { 0 };
	struct steps s = begin(&a);

	(void)state;
	steps_add(&s, STEP_DIR, NULL, "/a/b", 0);
	assert_true(steps_below(&s, "/a/b"));
	assert_true(steps_below(&s, "/a"));
	assert_true(steps_below(&s, "/"));
	assert_false(steps_below(&s, "/a/b/c"));
	assert_false(steps_below(&s, "/b"));
	arena_release(&a);
}

static void shows(void **state)
{
	struct arena a = { 0 };
	struct steps s = begin(&a);

	(void)state;
	assert_false(steps_shows(&s, "/usr", ATTR_RO));
	steps_add(&s, STEP_BIND, "/usr", "/usr", ATTR_RO);
	assert_true(steps_shows(&s, "/usr", ATTR_RO));
	assert_true(steps_shows(&s, "/usr/lib", ATTR_RO));
	assert_false(steps_shows(&s, "/usr/lib", ATTR_BIND));
	assert_false(steps_shows(&s, "/", ATTR_RO));
	/* Part of it is another thing now. */
	steps_add(&s, STEP_TMPFS, NULL, "/usr/src", ATTR_BIND);
	assert_false(steps_shows(&s, "/usr", ATTR_RO));
	assert_false(steps_shows(&s, "/usr/src/x", ATTR_RO));
	assert_true(steps_shows(&s, "/usr/lib", ATTR_RO));
	/* Something else of the host's. */
	steps_add(&s, STEP_BIND, "/etc", "/opt", ATTR_RO);
	assert_false(steps_shows(&s, "/opt", ATTR_RO));
	/* What is hidden in it stays hidden, unless it is named itself. */
	steps_add(&s, STEP_HIDE, NULL, "/usr/lib/x", ATTR_RO);
	assert_true(steps_shows(&s, "/usr/lib", ATTR_RO));
	assert_false(steps_shows(&s, "/usr/lib/x", ATTR_RO));
	assert_false(steps_shows(&s, "/usr/lib/x/y", ATTR_RO));
	steps_add(&s, STEP_HIDE_PRIVATE, "/usr/bin", "/usr/bin", ATTR_RO);
	assert_true(steps_shows(&s, "/usr/bin", ATTR_RO));
	assert_false(steps_shows(&s, "/usr/bin/x", ATTR_RO));
	arena_release(&a);
}

static void makes_links(void **state)
{
	static const struct path_link links[] = { { "/bin", "usr/bin" },
						  { "/usr/l", "x" } };
	const struct path_fact fact = { .links = links, .link_count = 2 };
	struct arena a = { 0 };
	struct steps s = begin(&a);

	(void)state;
	steps_add(&s, STEP_BIND, "/usr", "/usr", ATTR_RO);
	steps_add_links(&s, &fact);
	/* The second one is in what is shown. */
	assert_int_equal(s.list.count, 2);
	assert_int_equal(s.list.items[1].kind, STEP_SYMLINK);
	assert_string_equal(s.list.items[1].source, "usr/bin");
	assert_string_equal(s.list.items[1].dest, "/bin");
	arena_release(&a);
}

static void binds_what_is_there(void **state)
{
	const struct path_fact fact = { .path = "/l",
					.resolved = "/r",
					.type = PATH_FILE,
					.dev = 3,
					.ino = 4 };
	struct arena a = { 0 };
	struct steps s = begin(&a);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(steps_add_bind(&s, &fact, "/d", ATTR_RO, true, &e), 0);
	assert_int_equal(s.list.count, 1);
	assert_string_equal(s.list.items[0].source, "/r");
	assert_string_equal(s.list.items[0].dest, "/d");
	assert_false(s.list.items[0].directory);
	assert_true(s.list.items[0].optional);
	assert_int_equal(s.list.items[0].dev, 3);
	assert_int_equal(s.list.items[0].ino, 4);
	arena_release(&a);
}

static void says_what_is_missing(void **state)
{
	const struct path_fact absent = { .path = "/l",
					  .type = PATH_ABSENT,
					  .errnum = 2 };
	const struct path_fact stale = { .path = "/l",
					 .type = PATH_UNREACHABLE,
					 .errnum = 116 };
	struct arena a = { 0 };
	struct steps s = begin(&a);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(steps_add_bind(&s, &absent, "/d", 0, true, &e), 0);
	assert_int_equal(steps_add_bind(&s, &stale, "/d", 0, true, &e), 0);
	assert_int_equal(s.list.count, 0);
	assert_int_equal(steps_add_bind(&s, &absent, "/d", 0, false, &e), -1);
	unit_has(unit_line(&a, &e),
		 "argument 7: show '/l': No such file or directory; check");
	assert_int_equal(steps_add_bind(&s, &stale, "/d", 0, false, &e), -1);
	unit_has(unit_line(&a, &e), "show '/l': Stale file handle\n");
	arena_release(&a);
}

static void source_is(const struct program *p, const char *path,
		      const char *want)
{
	struct arena a = { 0 };
	const char *source = program_source(&a, p, path);

	assert_string_equal(source ? source : "none", want);
	arena_release(&a);
}

/* For messages: what of the host is seen where. */
static void finds_sources(void **state)
{
	struct arena a = { 0 };
	struct steps s = begin(&a);
	struct program p = { 0 };

	(void)state;
	steps_add(&s, STEP_BIND, "/usr", "/usr", ATTR_RO);
	steps_add(&s, STEP_SYMLINK, "usr/bin", "/bin", 0);
	steps_add(&s, STEP_SYMLINK, "/usr/lib", "/deep/lib", 0);
	steps_add(&s, STEP_SYMLINK, "loop", "/loop", 0);
	steps_add(&s, STEP_BIND, "/srv/a", "/b", ATTR_RO);
	steps_add(&s, STEP_TMPFS, NULL, "/usr/tmp", ATTR_BIND);
	steps_add(&s, STEP_HIDE, NULL, "/b/h", ATTR_RO);
	p.steps = s.list.items;
	p.step_count = s.list.count;
	source_is(&p, "/usr/bin/ls", "/usr/bin/ls");
	source_is(&p, "/usr", "/usr");
	source_is(&p, "/bin/ls", "/usr/bin/ls");
	source_is(&p, "/deep/lib/x.so", "/usr/lib/x.so");
	source_is(&p, "/b/c", "/srv/a/c");
	source_is(&p, "/b", "/srv/a");
	source_is(&p, "/b/h/x", "none");
	source_is(&p, "/usr/tmp/x", "none");
	source_is(&p, "/home", "none");
	source_is(&p, "/loop/x", "none");
	source_is(&p, "/", "none");
	arena_release(&a);
}

GROUP(steps)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds),
		cmocka_unit_test(covers),
		cmocka_unit_test(below),
		cmocka_unit_test(shows),
		cmocka_unit_test(makes_links),
		cmocka_unit_test(binds_what_is_there),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(finds_sources),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
