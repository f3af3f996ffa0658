/* SPDX-License-Identifier: Apache-2.0 */
/* compile: mount directives to mount steps. */
#include "unit.h"

#include <string.h>

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

static void binds(void **state)
{
	const char *host = unit_student;

	(void)state;
	has(host, "bind /etc /e\n", "  bind /etc /e (nosuid,nodev)\n");
	has(host, "ro-bind /etc /e\n", "  bind /etc /e (ro,nosuid,nodev)\n");
	has(host, "dev-bind /etc /e\n", "  bind /etc /e (nosuid)\n");
	has(host, "ro-bind-try /etc /e\n",
	    "  bind /etc /e (ro,nosuid,nodev) if it is still there\n");
	has(host, "bind /data /e\n", "  bind /srv/data /e (nosuid,nodev)\n");
	lacks(host,
	      "bind-try /none /e\ndev-bind-try /none /e\n"
	      "bind-try /stale /e\nbind-try /loop /e\n"
	      "bind-try /home/bob/x /e\n",
	      "  bind");
	has(host, "\nbind /none /e\n",
	    "t.profile:2: show '/none': No such file or directory; check "
	    "the spelling;");
	has(host, "bind /dangling /e\n", "show '/dangling': No such file");
	has(host, "bind /loop /e\n",
	    "show '/loop': Too many levels of symbolic links\n");
	has(host, "bind /stale /e\n", "show '/stale': Stale file handle\n");
	has(host, "bind /home/bob/x /e\n",
	    "show '/home/bob/x': Permission denied\n");
	has(host, "bind /etc/passwd/x /e\n", "Not a directory");
}

static void same_paths(void **state)
{
	const char *host = unit_student;

	(void)state;
	has(host, "ro /bin\n",
	    "  symlink usr/bin /bin\n  bind /usr/bin (ro,nosuid,nodev)\n");
	has(host, "ro /usr\nro /bin\n",
	    "  bind /usr (ro,nosuid,nodev)\n  symlink usr/bin /bin\n  pivot");
	has(host, "ro /usr\nrw /usr/src\n", "  bind /usr/src (nosuid,nodev)\n");
	has(host, "rw /usr\nro /usr/src\n",
	    "  bind /usr/src (ro,nosuid,nodev)\n");
	lacks(host, "ro /usr\nro /usr/src\n", "bind /usr/src");
	lacks(host, "ro-try /none\nrw-try /dangling\nro-try /stale\n", "/none");
	lacks(host, "rw-try /dangling\n", "symlink");
	has(host, "ro /dangling\n", "show '/dangling': No such file");
}

static void in_their_order(void **state)
{
	struct arena a = { 0 };
	const char *text = unit_program(&a, unit_student,
					"tmpfs /a\nro /etc\ndir /a/b\n"
					"symlink x /a/c\nhide /etc/passwd\n"
					"bind /etc /a/b\n");

	(void)state;
	unit_order(text, "  tmpfs /a mode=0755 (nosuid,nodev)\n",
		   "  bind /etc (ro,nosuid,nodev)\n");
	unit_order(text, "  bind /etc (ro", "  dir /a/b mode=0755\n");
	unit_order(text, "  dir /a/b", "  symlink x /a/c\n");
	unit_order(text, "  symlink", "  hide /etc/passwd");
	unit_order(text, "  hide", "  bind /etc /a/b");
	arena_release(&a);
}

static void what_root_could_write(void **state)
{
	static const char *const places[] = { "sys", "sysrq-trigger", "irq",
					      "bus" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct arena a = { 0 };
		const char *line = arena_format(
			&a, "  protect /p/%s (ro,nosuid,nodev,noexec)\n",
			places[i]);

		has(unit_root, "proc /p\n", line);
		/* Root inside is root of the network namespace's files. */
		has(unit_student, "unshare-pid\nmap-root\nproc /p\n", line);
		lacks(unit_student, "unshare-pid\nproc /p\n", line);
		arena_release(&a);
	}
	has(unit_student, "unshare-pid\nproc /p\n",
	    "  proc /p (nosuid,nodev,noexec)\n");
	has(unit_student, "proc /p\n",
	    "  bind /proc /p (nosuid,nodev,noexec)\n");
}

static void hides(void **state)
{
	(void)state;
	has(unit_student, "ro /etc\nhide /etc/passwd\n",
	    "  hide /etc/passwd (ro,nosuid,nodev)\n");
	has(unit_root, "ro /etc\nhide-from-root /etc\n",
	    "  hide-private /etc (ro,nosuid,nodev)\n");
	lacks(unit_student, "ro /etc\nhide-from-root /etc\n", "hide");
	/* Something empty to cover with. */
	has(unit_student, "bind / /\nhide /etc\n", "root is an empty tmpfs\n");
	has(unit_root, "bind / /\nhide-from-root /etc\n",
	    "root is an empty tmpfs\n");
}

/* What only root may read stays hidden, whatever is shown on top of it. */
static void hidden_from_root_for_good(void **state)
{
	struct arena a = { 0 };
	const char *text =
		unit_program(&a, arena_format(&a, "%scwd /etc\n", unit_root),
			     "ro /etc\nhide-from-root /etc\nworkdir ro\n");
	const char *last = text;

	(void)state;
	for (const char *p = text; (p = strstr(p, "  bind /etc ")); p++)
		last = p;
	unit_has(last, "  hide-private /etc");
	arena_release(&a);
}

static void the_root(void **state)
{
	(void)state;
	has(unit_student, "", "root is an empty tmpfs\n");
	has(unit_student, "tmpfs /x\nbind / /\n", "root is an empty tmpfs\n");
	lacks(unit_student, "bind / /\n", "root is an empty tmpfs");
	has(unit_student, "bind /usr /\n", "  bind /usr / (nosuid,nodev)\n");
}

static void devices(void **state)
{
	struct arena a = { 0 };
	const char *text =
		unit_program(&a, unit_student, "size 1M\nperms 700\ndev /d\n");

	(void)state;
	unit_has(text, "  tmpfs /d mode=0700 size=1048576 (nosuid,nodev)\n");
	unit_has(text, "  bind /dev/null /d/null\n");
	unit_has(text, "  bind /dev/tty /d/tty\n");
	unit_has(text, "  symlink /proc/self/fd /d/fd\n");
	unit_has(text, "  symlink pts/ptmx /d/ptmx\n");
	unit_has(text, "  dir /d/shm mode=0755\n");
	unit_has(text, "  devpts /d/pts (nosuid,noexec)\n");
	unit_lacks(text, "console");
	text = unit_program(
		&a, arena_format(&a, "%sconsole /dev/pts/7\n", unit_student),
		"dev /dev\n");
	unit_has(text, "  bind /dev/pts/7 /dev/console (ro)\n");
	arena_release(&a);
}

static void modes_and_sizes(void **state)
{
	(void)state;
	has(unit_student, "perms 1777\nsize 64K\ntmpfs /a\n",
	    "  tmpfs /a mode=1777 size=65536 (nosuid,nodev)\n");
	has(unit_student, "perms 0\ntmpfs /a\n", "  tmpfs /a mode=0000");
	has(unit_student, "perms 700\ndir /a\n", "  dir /a mode=0700\n");
}

/* What sandbox made itself becomes read-only last; a bind, at once. */
static void read_only_last(void **state)
{
	struct arena a = { 0 };
	const char *text = unit_program(
		&a, unit_student,
		"tmpfs /a\nremount-ro /a\nremount-ro /\nbind /etc /e\n"
		"remount-ro /e\ntmpfs /a/b\nbind /srv /s\n");

	(void)state;
	unit_order(text, "  bind /etc /e", "  remount /e (ro)\n");
	unit_order(text, "  remount /e", "  tmpfs /a/b");
	unit_order(text, "  bind /srv /s", "  remount /a (ro)\n");
	unit_order(text, "  tmpfs /a/b", "  remount /a (ro)\n");
	unit_order(text, "  bind /srv /s", "  remount / (ro)\n");
	arena_release(&a);
}

/* The tmpfs it was meant for is out of sight. */
static void read_only_of_what_was_covered(void **state)
{
	(void)state;
	lacks(unit_student, "tmpfs /a\nremount-ro /a\nbind /etc /a\n",
	      "remount");
	lacks(unit_student, "remount-ro /\nbind / /\n", "remount");
	lacks(unit_student, "tmpfs /a\nremount-ro /a\ntmpfs /a\n", "remount");
	has(unit_student, "tmpfs /a\nremount-ro /a\ntmpfs /b\n",
	    "  remount /a (ro)\n");
	has(unit_student, "bind / /\nremount-ro /\ntmpfs /a\n",
	    "  remount / (ro)\n  tmpfs /a");
}

/* Origin, for messages of run. */
static void steps_say_who_asked(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, unit_student);
	struct program p;
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_plan(c, "tmpfs /a\n\nro /bin\nremount-ro /a\n",
				   &plan, &e),
			 0);
	assert_int_equal(unit_compile(c, &plan, &p, &e), 0);
	assert_int_equal(p.step_count, 4);
	assert_string_equal(p.steps[0].origin, "t.profile:1");
	assert_string_equal(p.steps[1].origin, "t.profile:3");
	assert_string_equal(p.steps[2].origin, "t.profile:3");
	assert_string_equal(p.steps[3].origin, "t.profile:4");
	assert_true(p.steps[2].ino != 0 && p.steps[2].directory);
	arena_release(&a);
}

GROUP(mounts)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds),
		cmocka_unit_test(same_paths),
		cmocka_unit_test(in_their_order),
		cmocka_unit_test(what_root_could_write),
		cmocka_unit_test(hides),
		cmocka_unit_test(hidden_from_root_for_good),
		cmocka_unit_test(the_root),
		cmocka_unit_test(devices),
		cmocka_unit_test(modes_and_sizes),
		cmocka_unit_test(read_only_last),
		cmocka_unit_test(read_only_of_what_was_covered),
		cmocka_unit_test(steps_say_who_asked),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
