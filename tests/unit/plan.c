/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <linux/sched.h>

static const char *const command[] = { "true", NULL };

static const char *check(const struct plan *p)
{
	static struct err e;

	e = (struct err){ 0 };
	return plan_check_command(p, &e) < 0 || plan_check(p, &e) < 0 ?
		       e.message :
		       NULL;
}

static void starts_with_nothing(void **state)
{
	struct plan p;

	(void)state;
	plan_init(&p);
	assert_int_equal(p.mounts.count, 0);
	assert_int_equal(p.unshare | p.unshare_try, 0);
	assert_true(p.uid == ID_NONE && p.gid == ID_NONE);
	assert_int_equal(p.home, HOME_NONE);
	assert_int_equal(p.workdir, WORKDIR_NONE);
	p.command = command;
	assert_null(check(&p));
}

static void needs_a_command(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const empty[] = { "", NULL };
	struct plan p;

	(void)state;
	plan_init(&p);
	assert_string_equal(check(&p), "no command given");
	p.command = none;
	assert_string_equal(check(&p), "no command given");
	p.command = empty;
	assert_string_equal(check(&p), "the command's name is empty");
}

static void one_needs_another(void **state)
{
	struct plan p;

	(void)state;
	plan_init(&p);
	p.command = command;
	p.hostname = "x";
	assert_string_equal(check(&p), "--hostname needs --unshare-uts");
	p.unshare = CLONE_NEWUTS;
	assert_null(check(&p));
	p.as_pid_1 = true;
	assert_string_equal(check(&p), "--as-pid-1 needs --unshare-pid");
	p.unshare_try = CLONE_NEWPID;
	assert_null(check(&p));
}

static void one_excludes_another(void **state)
{
	struct plan p;

	(void)state;
	plan_init(&p);
	p.command = command;
	p.map_root = true;
	assert_null(check(&p));
	p.uid = 0;
	assert_null(check(&p));
	p.uid = 5;
	unit_has(check(&p), "exclude each other");
}

static const char *home_of(struct arena *a, const char *variable)
{
	const char *const environ_[] = { variable, NULL };
	struct caller caller = { .environ = environ_ };

	return plan_caller_home(a, &caller);
}

static void the_callers_home(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(home_of(&a, "HOME=/home//ann/"), "/home/ann");
	assert_string_equal(home_of(&a, "HOME=/"), "/");
	assert_null(home_of(&a, "HOME="));
	assert_null(home_of(&a, "HOME=ann"));
	assert_string_equal(home_of(&a, "HOME=/home/../etc"), "/home/../etc");
	assert_null(home_of(&a, "XHOME=/home"));
	assert_null(home_of(&a, NULL));
	arena_release(&a);
}

static bool wants(const struct host_wants *w, const char *path)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_equal(w->paths[i].path, path))
			return true;
	return false;
}

static void names_its_paths(void **state)
{
	struct arena a = { 0 };
	struct canned *host = unit_host(&a, unit_student);
	struct host_wants w;
	struct plan p;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_plan(host,
				   "ro /usr\nbind /srv /mnt\nro /usr\n"
				   "home-dir /kept\ntmpfs /tmp\nhide /h\n"
				   "dev /dev\nworkdir auto\n",
				   &p, &e),
			 0);
	plan_wants(&a, &p, &host->caller, &w);
	assert_true(wants(&w, "/usr") && wants(&w, "/srv"));
	assert_true(wants(&w, "/kept") && wants(&w, "/home/ann"));
	assert_false(wants(&w, "/mnt") || wants(&w, "/tmp"));
	assert_true(wants(&w, "/h"));
	assert_int_equal(w.count, 5);
	assert_true(w.console);
	for (size_t i = 0; i < w.count; i++)
		assert_int_equal(w.paths[i].entries_if_cwd,
				 str_equal(w.paths[i].path, "/home/ann"));
	arena_release(&a);
}

static void asks_for_user_namespaces_as_root(void **state)
{
	struct arena a = { 0 };
	struct canned *student = unit_host(&a, unit_student);
	struct canned *root = unit_host(&a, unit_root);
	struct host_wants w;
	struct plan p;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_plan(root, "unshare-user-try\n", &p, &e), 0);
	plan_wants(&a, &p, &root->caller, &w);
	assert_true(w.userns);
	assert_false(w.console);
	plan_wants(&a, &p, &student->caller, &w);
	assert_false(w.userns);
	arena_release(&a);
}

GROUP(plan)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_with_nothing),
		cmocka_unit_test(needs_a_command),
		cmocka_unit_test(one_needs_another),
		cmocka_unit_test(one_excludes_another),
		cmocka_unit_test(the_callers_home),
		cmocka_unit_test(names_its_paths),
		cmocka_unit_test(asks_for_user_namespaces_as_root),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
