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

/* --- --map-auto --------------------------------------------------------- */

static void has_ranges(struct arena *a, const char *text, const char *name,
		       uid_t uid, const char *wanted)
{
	struct str got = { .arena = a };
	struct id_ranges ranges;

	subids_parse(a, text, name, uid, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		str_addf(&got, "%u+%u ", ranges.items[i].first,
			 ranges.items[i].count);
	assert_string_equal(str_text(&got), wanted);
}

static void subordinate_ids(void **state)
{
	struct arena a = { 0 };

	(void)state;
	has_ranges(&a, "", "ann", 7, "");
	has_ranges(&a, "ann:1:2", "ann", 7, "1+2 ");
	has_ranges(&a, "ann:1:2\nbob:3:4\n7:5:6\n\nann:8:9\n", "ann", 7,
		   "1+2 5+6 8+9 ");
	has_ranges(&a, "ann:1:2\n7:5:6\n", NULL, 7, "5+6 ");
	has_ranges(&a, ":1:2\n", "", 7, "1+2 ");
	/* No range: what newuidmap(1) does not take, or the kernel. */
	has_ranges(&a, "ann:1:0\nann:1\nann:1:2:3\nann::2\nann:1:\nann\n",
		   "ann", 7, "");
	has_ranges(&a, "ann:-1:2\nann: 1:2\nann:1:2 \nann:0x1:2\n", "ann", 7,
		   "");
	has_ranges(&a, "ann:4294967295:1\nann:4294967294:2\nann:1:4294967295\n",
		   "ann", 7, "");
	has_ranges(&a, "ann:4294967294:1\nann:1:4294967294\n", "ann", 7,
		   "4294967294+1 1+4294967294 ");
	has_ranges(&a, "ann:1:99999999999999999999\n", "ann", 7, "");
	has_ranges(&a, "#ann:1:2\nannx:1:2\nan:1:2\n", "ann", 7, "");
	arena_release(&a);
}

static void what_nobody_has(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_int_equal(subids_unused(&a, "", 5), 5);
	assert_int_equal(subids_unused(&a, "ann:1:4\n", 5), 5);
	assert_int_equal(subids_unused(&a, "ann:1:5\n", 5), 6);
	assert_int_equal(subids_unused(&a, "bob:9:2\nann:5:1\n7:1:8", 5), 11);
	assert_int_equal(subids_unused(&a, "ann:9:0\nann:9\n", 5), 5);
	/* The last id is none, and no sum is too large. */
	assert_int_equal(subids_unused(&a, "ann:4294967294:1\n", 5),
			 UINT32_MAX);
	assert_int_equal(subids_unused(&a, "ann:4294967295:1\n", 5), 5);
	arena_release(&a);
}

static void names_of_users(void **state)
{
	const char *text = "root:x:0:0:r:/root:/bin/sh\nshort:x\n"
			   ":x:5:5::/:\nann:x:1000:1000:::\n"
			   "also:x:1000:1000:::\nbad:x:1001x:1:::\nlast:x:9";
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(subids_name(&a, text, 0), "root");
	assert_string_equal(subids_name(&a, text, 1000), "ann");
	assert_string_equal(subids_name(&a, text, 9), "last");
	assert_null(subids_name(&a, text, 5));
	assert_null(subids_name(&a, text, 1001));
	assert_null(subids_name(&a, "", 0));
	arena_release(&a);
}

/* As many ranges as are said, one id each, and every second id free. */
static const char *many_ranges(struct arena *a, int count)
{
	struct str text = { .arena = a };

	str_addf(&text,
		 "%sname ann\nhelper newuidmap /bin/u\n"
		 "helper newgidmap /bin/g\nsubgid ann:1:1\n",
		 unit_student);
	for (int i = 0; i < count; i++)
		str_addf(&text, "subuid ann:%d:1\n", 2000 + 2 * i);
	return text.text;
}

static void many_ids(void **state)
{
	const char *profile = "map-auto\nunshare-pid\n";
	struct arena a = { 0 };
	struct str last = { .arena = &a };

	(void)state;
	has(many_ranges(&a, 99), profile,
	    "  uids 99 to 99 are 2196 to 2196 outside\n");
	has(many_ranges(&a, 100), profile,
	    "'/etc/subuid' has more than 99 ranges for 'ann'\n");
	str_addf(&last, "%ssubuid ann:3000:5\n", many_ranges(&a, 1));
	has(last.text, profile, "  uids 2 to 6 are 3000 to 3004 outside\n");
	/* The caller's own id is his once. */
	str_addf(&last, "subuid ann:998:3\n");
	lacks(last.text, profile, "998");
	arena_release(&a);
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
		cmocka_unit_test(subordinate_ids),
		cmocka_unit_test(what_nobody_has),
		cmocka_unit_test(names_of_users),
		cmocka_unit_test(many_ids),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
