/* SPDX-License-Identifier: Apache-2.0 */
/* compile: namespaces, ids, descriptors, limits, the kernel. */
#include "unit.h"

static void has(const char *host, const char *profile, const char *part)
{
	struct arena a = { 0 };

	unit_has(unit_program(&a, host, profile), part);
	arena_release(&a);
}

static void lacks(const char *host, const char *profile, const char *part)
{
	struct arena a = { 0 };

	unit_lacks(unit_program(&a, host, profile), part);
	arena_release(&a);
}

static void namespaces(void **state)
{
	(void)state;
	has(unit_student, "", "namespaces user mount\n");
	has(unit_student, "unshare-all\n",
	    "namespaces user mount pid ipc net uts cgroup\n");
	has(unit_student, "unshare-all\nshare-net\n",
	    "namespaces user mount pid ipc uts cgroup\n");
	has(unit_student, "unshare-all\n", "  loopback up\n");
	lacks(unit_student, "unshare-all\nnet host\n", "loopback");
	has(unit_root, "", "namespaces mount\n");
	has(unit_root, "unshare-user\n", "namespaces user mount\n");
	has(unit_root, "unshare-user-try\n", "namespaces user mount\n");
}

static void root_without_user_namespaces(void **state)
{
	struct arena a = { 0 };
	const char *host = arena_format(&a, "%suserns no\n", unit_root);

	(void)state;
	has(host, "unshare-user-try\n", "namespaces mount\n");
	/* It must be made: that it cannot be is for the kernel to say. */
	has(host, "unshare-user\n", "namespaces user mount\n");
	has(host, "uid 3\n",
	    "--uid and --gid need a user namespace; add --unshare-user\n");
	has(host, "gid 3\nunshare-user-try\n", "need a user namespace");
	has(host, "map-root\n", "namespaces user mount\n");
	lacks(host, "", " outside\n");
	arena_release(&a);
}

static void ids(void **state)
{
	(void)state;
	has(unit_student, "",
	    "  uid 1000 is 1000 outside\n  gid 1000 is 1000 outside\n");
	has(unit_student, "map-root\n",
	    "  uid 0 is 1000 outside\n  gid 0 is 1000 outside\n");
	has(unit_student, "map-root\ngid 7\n",
	    "  uid 0 is 1000 outside\n  gid 7 is 1000 outside\n");
	has(unit_student, "uid 0\n",
	    "  uid 0 is 1000 outside\n  gid 1000 is 1000 outside\n");
	has(unit_root, "unshare-user\nuid 33\n", "  uid 33 is 0 outside\n");
}

static void who_is_pid_1(void **state)
{
	(void)state;
	has(unit_student, "unshare-pid\n", "init (PID 1)\n");
	lacks(unit_student, "unshare-pid\n", "becomes the command");
	has(unit_student, "", "child\n");
	has(unit_student, "",
	    "only the command itself ends with the supervisor\n");
	has(unit_student, "unshare-pid\nas-pid-1\n", "child\n");
}

static void flags(void **state)
{
	(void)state;
	has(unit_student, "die-with-parent\n", "  die with parent\n");
	lacks(unit_student, "", "die with parent");
	has(unit_student, "new-session\n", "  new session\n");
	has(unit_student, "unshare-uts\nhostname 'a b'\n",
	    "  hostname 'a b'\n");
}

static void descriptors(void **state)
{
	(void)state;
	has(unit_student, "", "  descriptors 0 1 2\n");
	has(unit_student,
	    "keep-fd 9\nkeep-fd 3\nkeep-fd 9\nkeep-fd 0\n"
	    "keep-fd 2147483647\nkeep-fd 4\n",
	    "  descriptors 0 1 2 3 4 9 2147483647\n");
}

static void limits(void **state)
{
	(void)state;
	has(unit_student, "rlimit core=1:1\nrlimit as=unlimited\n",
	    "  rlimit core 1 1\n  rlimit as unlimited unlimited\n");
}

static void kernels(void **state)
{
	static const char *const old[] = { "2.6", "3.10", "4.19", "5.4",
					   "5.11" };
	static const char *const good[] = { "5.12", "5.15", "6.1", "6.18",
					    "10.0" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(old); i++) {
		struct arena a = { 0 };
		const char *line = unit_program(
			&a,
			arena_format(&a, "%skernel %s\n", unit_student, old[i]),
			"");

		assert_string_equal(
			line,
			arena_format(&a,
				     "this kernel is Linux %s, sandbox needs "
				     "5.12 or newer; ask the administrator for "
				     "a newer kernel\n",
				     old[i]));
		arena_release(&a);
	}
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct arena a = { 0 };

		has(arena_format(&a, "%skernel %s\n", unit_student, good[i]),
		    "", "namespaces");
		arena_release(&a);
	}
}

GROUP(ids)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(namespaces),
		cmocka_unit_test(root_without_user_namespaces),
		cmocka_unit_test(ids),
		cmocka_unit_test(who_is_pid_1),
		cmocka_unit_test(flags),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(limits),
		cmocka_unit_test(kernels),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
