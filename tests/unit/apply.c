/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <linux/sched.h>
#include <string.h>
#include <sys/resource.h>

/* The plan of a profile's text. */
static struct plan *plan_of(struct arena *a, const char *text)
{
	struct plan *p = arena_new(a, struct plan);
	struct err e = { 0 };

	if (unit_plan(unit_host(a, unit_student), text, p, &e) < 0)
		fail_msg("%s", unit_line(a, &e));
	return p;
}

/* The same, to the line of its error. */
static void fails(const char *text, const char *line)
{
	struct arena a = { 0 };
	struct canned *host = unit_host(&a, unit_student);
	struct plan p;
	struct err e = { 0 };

	assert_int_equal(unit_plan(host, text, &p, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(unit_line(&a, &e), line);
	arena_release(&a);
}

static void binds(void **state)
{
	static const struct {
		const char *name;
		bool writable, devices, optional;
	} rows[] = {
		{ "bind", true, false, false },
		{ "bind-try", true, false, true },
		{ "ro-bind", false, false, false },
		{ "ro-bind-try", false, false, true },
		{ "dev-bind", true, true, false },
		{ "dev-bind-try", true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena a = { 0 };
		struct plan *p =
			plan_of(&a, arena_format(&a, "%s sub//x /y/./z/\n",
						 rows[i].name));
		const struct plan_mount *m = p->mounts.items;

		assert_int_equal(p->mounts.count, 1);
		assert_int_equal(m->kind, MOUNT_BIND);
		assert_string_equal(m->source, "/home/ann/work/sub/x");
		assert_string_equal(m->dest, "/y/z");
		assert_string_equal(m->origin, "t.profile:1");
		assert_int_equal(m->writable, rows[i].writable);
		assert_int_equal(m->devices, rows[i].devices);
		assert_int_equal(m->optional, rows[i].optional);
		arena_release(&a);
	}
	fails("bind '' /y\n", "t.profile:1: bind: the value is empty\n");
	fails("bind /x y\n", "t.profile:1: bind: 'y' is not an absolute path; "
			     "it names a place in the sandbox\n");
	fails("bind /x ''\n", "t.profile:1: bind: '' is not an absolute path; "
			      "it names a place in the sandbox\n");
}

static void same_paths(void **state)
{
	static const struct {
		const char *name;
		bool writable, optional;
	} rows[] = {
		{ "ro", false, false },
		{ "rw", true, false },
		{ "ro-try", false, true },
		{ "rw-try", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena a = { 0 };
		struct plan *p =
			plan_of(&a, arena_format(&a, "%s x\n", rows[i].name));
		const struct plan_mount *m = p->mounts.items;

		assert_int_equal(m->kind, MOUNT_SAME);
		assert_string_equal(m->source, "/home/ann/work/x");
		assert_int_equal(m->writable, rows[i].writable);
		assert_int_equal(m->optional, rows[i].optional);
		assert_false(m->devices);
		arena_release(&a);
	}
	fails("ro ''\n", "t.profile:1: ro: the value is empty\n");
}

static void protected_things(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "protect sub//.git/\n"
				     "protect-try ~/x\n");
	const struct plan_protected *what = p->protected.items;

	(void)state;
	assert_int_equal(p->protected.count, 2);
	assert_int_equal(p->mounts.count, 0);
	assert_string_equal(what[0].path, "/home/ann/work/sub/.git");
	assert_int_equal(what[0].missing, MISSING_MAKE);
	assert_true(what[0].directory && what[0].asked);
	assert_string_equal(what[1].path, "/home/ann/x");
	assert_int_equal(what[1].missing, MISSING_IGNORE);
	arena_release(&a);
	fails("protect ''\n", "t.profile:1: protect: the value is empty\n");
	fails("protect /\n", "t.profile:1: protect: '/' cannot be protected\n");
}

static void new_things(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "tmpfs /a\nproc /b\ndev /c\ndir /d\n"
				     "symlink x/y /e\nremount-ro /f\n"
				     "hide g\nhide-from-root /h\n");
	const struct plan_mount *m = p->mounts.items;

	(void)state;
	assert_int_equal(p->mounts.count, 8);
	assert_int_equal(m[0].kind, MOUNT_TMPFS);
	assert_true(m[0].mode == MODE_DEFAULT && m[0].size == 0);
	assert_int_equal(m[1].kind, MOUNT_PROC);
	assert_int_equal(m[2].kind, MOUNT_DEV);
	assert_int_equal(m[3].kind, MOUNT_DIR);
	assert_int_equal(m[4].kind, MOUNT_SYMLINK);
	assert_string_equal(m[4].source, "x/y");
	assert_string_equal(m[4].dest, "/e");
	assert_int_equal(m[5].kind, MOUNT_REMOUNT_RO);
	assert_int_equal(m[6].kind, MOUNT_HIDE);
	assert_string_equal(m[6].dest, "/home/ann/work/g");
	assert_int_equal(m[7].kind, MOUNT_HIDE_PRIVATE);
	arena_release(&a);
	fails("tmpfs a\n", "t.profile:1: tmpfs: 'a' is not an absolute path; "
			   "it names a place in the sandbox\n");
	fails("symlink '' /x\n", "t.profile:1: symlink: the value is empty\n");
	fails("symlink a b\n",
	      "t.profile:1: symlink: 'b' is not an absolute path; it names a "
	      "place in the sandbox\n");
	fails("remount-ro a\n",
	      "t.profile:1: remount-ro: 'a' is not an absolute path; it "
	      "names a place in the sandbox\n");
	fails("hide ''\n", "t.profile:1: hide: the value is empty\n");
	fails("hide //\n", "t.profile:1: hide: '/' cannot be hidden\n");
}

static void modifiers(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "perms 0700\nsize 1M\ntmpfs /a\n"
				     "tmpfs /b\nperms 711\ndir /c\n"
				     "size 2M\nperms 1777\ndev /d\n"
				     "size 3M\nhome private\n");
	const struct plan_mount *m = p->mounts.items;

	(void)state;
	assert_true(m[0].mode == 0700 && m[0].size == 1 << 20);
	assert_true(m[1].mode == MODE_DEFAULT && m[1].size == 0);
	assert_true(m[2].mode == 0711);
	assert_true(m[3].mode == 01777 && m[3].size == 2 << 20);
	assert_true(m[4].size == 3 << 20);
	arena_release(&a);
	fails("perms 0700\n", "t.profile:1: perms: must stand right before "
			      "what it is for (tmpfs, dir, dev, file or "
			      "bind-data)\n");
	fails("size 1M\nro /usr\ntmpfs /x\n",
	      "t.profile:1: size: must stand right before what it is for "
	      "(tmpfs, dev or home)\n");
	fails("size 1M\ndir /x\n",
	      "t.profile:1: size: must stand right before what it is for "
	      "(tmpfs, dev or home)\n");
	fails("perms 700\nproc /x\n",
	      "t.profile:1: perms: must stand right before what it is for "
	      "(tmpfs, dir, dev, file or bind-data)\n");
	fails("perms 700\nperms 711\ntmpfs /x\n",
	      "t.profile:2: perms: given twice for the same thing\n");
	fails("size 1\nsize 2\ntmpfs /x\n",
	      "t.profile:2: size: given twice for the same thing\n");
	fails("perms 9\ntmpfs /x\n", "t.profile:1: perms: '9' is not a mode "
				     "(octal, 0 to 7777)\n");
	fails("size 10x\ntmpfs /x\n",
	      "t.profile:1: size: '10x' is not a size (1 byte or more, as in "
	      "4096, 64K, 256M, 2G)\n");
}

static void home_and_workdir(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "home private\nhide /x\nworkdir auto\n"
				     "home rw\nworkdir none\n");

	(void)state;
	assert_int_equal(p->home, HOME_RW);
	assert_int_equal(p->workdir, WORKDIR_NONE);
	/* The first one's place, the last one's value. */
	assert_int_equal(p->mounts.count, 3);
	assert_int_equal(p->mounts.items[0].kind, MOUNT_HOME);
	assert_int_equal(p->mounts.items[2].kind, MOUNT_WORKDIR);
	p = plan_of(&a, "home ro\nhome-dir x\nworkdir ro\n");
	assert_int_equal(p->home, HOME_DIR);
	assert_string_equal(p->home_dir, "/home/ann/work/x");
	assert_int_equal(p->workdir, WORKDIR_RO);
	p = plan_of(&a, "home-dir x\nhome private\nworkdir rw\n");
	assert_int_equal(p->home, HOME_PRIVATE);
	assert_int_equal(p->workdir, WORKDIR_RW);
	arena_release(&a);
	fails("home none\n", "t.profile:1: home: 'none' is not known; "
			     "it is one of private, ro, rw\n");
	fails("workdir ''\n", "t.profile:1: workdir: '' is not known; "
			      "it is one of auto, rw, ro, none\n");
	fails("home-dir ''\n", "t.profile:1: home-dir: the value is empty\n");
}

static void namespaces(void **state)
{
	const uint64_t all =
		CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS;
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "unshare-all\n");

	(void)state;
	assert_true(p->unshare == all);
	assert_true(p->unshare_try == (CLONE_NEWUSER | CLONE_NEWCGROUP));
	p = plan_of(&a, "unshare-all\nshare-net\nshare-pid\nshare-ipc\n"
			"share-uts\nshare-cgroup\n");
	assert_true(p->unshare == 0 && p->unshare_try == CLONE_NEWUSER);
	p = plan_of(&a, "unshare-user\nunshare-pid\nunshare-ipc\n"
			"unshare-net\nunshare-uts\nunshare-cgroup\n");
	assert_true(p->unshare == (all | CLONE_NEWUSER | CLONE_NEWCGROUP));
	p = plan_of(&a, "unshare-user-try\nunshare-cgroup-try\n");
	assert_true(p->unshare == 0);
	assert_true(p->unshare_try == (CLONE_NEWUSER | CLONE_NEWCGROUP));
	assert_true(plan_of(&a, "net none\n")->unshare == CLONE_NEWNET);
	assert_true(plan_of(&a, "unshare-net\nnet host\n")->unshare == 0);
	assert_true(plan_of(&a, "net host\nunshare-net\n")->unshare ==
		    CLONE_NEWNET);
	arena_release(&a);
	fails("net yes\n", "t.profile:1: net: 'yes' is not known; "
			   "it is one of none, host\n");
}

static void ids_and_names(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "uid 5\ngid 0\nuid 4294967294\n");
	char name[66];

	(void)state;
	assert_true(p->uid == 4294967294 && p->gid == 0);
	p = plan_of(&a, "map-root\n");
	assert_true(p->map_root && (p->unshare & CLONE_NEWUSER));
	p = plan_of(&a, "hostname box\nunshare-uts\n");
	assert_string_equal(p->hostname, "box");
	memset(name, 'a', sizeof(name));
	name[65] = '\0';
	fails(arena_format(&a, "hostname %s\n", name),
	      arena_format(&a,
			   "t.profile:1: hostname: '%s' is not a host name "
			   "(1 to 64 bytes)\n",
			   name));
	name[64] = '\0';
	plan_of(&a, arena_format(&a, "unshare-uts\nhostname %s\n", name));
	arena_release(&a);
	fails("hostname ''\n", "t.profile:1: hostname: '' is not a host name "
			       "(1 to 64 bytes)\n");
	fails("uid -1\n", "t.profile:1: uid: '-1' is not a user or group id "
			  "(0 to 4294967294)\n");
	fails("gid x\n", "t.profile:1: gid: 'x' is not a user or group id "
			 "(0 to 4294967294)\n");
}

static void environment(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "setenv A 'b c'\nunsetenv B\nclearenv\n"
				     "keepenv LC_*\nsetenv E ''\n");

	(void)state;
	assert_int_equal(p->env.count, 5);
	assert_int_equal(p->env.items[0].kind, ENV_SET);
	assert_string_equal(p->env.items[0].value, "b c");
	assert_int_equal(p->env.items[1].kind, ENV_UNSET);
	assert_int_equal(p->env.items[2].kind, ENV_CLEAR);
	assert_int_equal(p->env.items[3].kind, ENV_KEEP);
	assert_string_equal(p->env.items[4].value, "");
	arena_release(&a);
	fails("setenv '' x\n",
	      "t.profile:1: setenv: '' is not the name of a variable\n");
	fails("setenv A=B x\n",
	      "t.profile:1: setenv: 'A=B' is not the name of a variable\n");
	fails("unsetenv A=\n",
	      "t.profile:1: unsetenv: 'A=' is not the name of a variable\n");
	fails("keepenv ''\n",
	      "t.profile:1: keepenv: '' is not the name of a variable\n");
}

static void rlimits(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "rlimit core=1\nrlimit nofile=1K:2K\n"
				     "rlimit core=0:unlimited\n"
				     "rlimit as=unlimited\n");

	(void)state;
	assert_int_equal(p->rlimits.count, 3);
	assert_int_equal(p->rlimits.items[0].resource, RLIMIT_CORE);
	assert_true(p->rlimits.items[0].soft == 0);
	assert_true(p->rlimits.items[0].hard == UINT64_MAX);
	assert_true(p->rlimits.items[1].soft == 1024);
	assert_true(p->rlimits.items[1].hard == 2048);
	assert_true(p->rlimits.items[2].soft == UINT64_MAX);
	arena_release(&a);
	fails("rlimit core\n",
	      "t.profile:1: rlimit: 'core' is not NAME=SOFT[:HARD]\n");
	fails("rlimit core=\n",
	      "t.profile:1: rlimit: '' is not a limit (a number, with K, M, G "
	      "or T if wanted, or unlimited)\n");
	fails("rlimit core=1:\n",
	      "t.profile:1: rlimit: '' is not a limit (a number, with K, M, G "
	      "or T if wanted, or unlimited)\n");
	fails("rlimit core=1:2:3\n",
	      "t.profile:1: rlimit: '2:3' is not a limit (a number, with K, "
	      "M, G or T if wanted, or unlimited)\n");
	fails("rlimit core=2:1\n", "t.profile:1: rlimit: the soft limit in "
				   "'core=2:1' is above the hard one\n");
	fails("rlimit core=unlimited:1\n",
	      "t.profile:1: rlimit: the soft limit in 'core=unlimited:1' is "
	      "above the hard one\n");
	fails("rlimit nope=1\n",
	      "t.profile:1: rlimit: 'nope' is not a resource; known are as "
	      "core cpu data fsize locks memlock msgqueue nice nofile nproc "
	      "rss rtprio rttime sigpending stack\n");
}

static void the_process(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "chdir //a/\nargv0 ''\nnew-session\n"
				     "die-with-parent\nunshare-pid\nas-pid-1\n"
				     "keep-fd 9\nkeep-fd 2\nkeep-fd 3\n"
				     "hint a\nhint b\n");

	(void)state;
	assert_string_equal(p->chdir, "/a");
	assert_string_equal(p->argv0, "");
	assert_true(p->new_session && p->die_with_parent && p->as_pid_1);
	assert_int_equal(p->keep_fds.count, 2);
	assert_int_equal(p->keep_fds.items[0], 9);
	assert_int_equal(p->hints.count, 2);
	assert_string_equal(p->hints.items[1], "b");
	arena_release(&a);
	fails("chdir a\n", "t.profile:1: chdir: 'a' is not an absolute path; "
			   "it names a place in the sandbox\n");
	fails("keep-fd x\n", "t.profile:1: keep-fd: 'x' is not a descriptor "
			     "(0 to 2147483647)\n");
	fails("keep-fd 2147483648\n",
	      "t.profile:1: keep-fd: '2147483648' is not a descriptor (0 to "
	      "2147483647)\n");
	fails("hint ''\n", "t.profile:1: hint: the value is empty\n");
}

GROUP(apply)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds),
		cmocka_unit_test(same_paths),
		cmocka_unit_test(protected_things),
		cmocka_unit_test(new_things),
		cmocka_unit_test(modifiers),
		cmocka_unit_test(home_and_workdir),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(ids_and_names),
		cmocka_unit_test(environment),
		cmocka_unit_test(rlimits),
		cmocka_unit_test(the_process),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
