/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/args.h"
#include "input/bwrap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS 40

static int read_line(struct arena *a, const char *line, struct request *r,
		     struct err *e)
{
	const char *argv[WORDS] = { "bwrap" };
	char *text = arena_dup(a, line);
	int argc = 1;

	/* A bar is an empty word. */
	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		argv[argc++] = strcmp(w, "|") == 0 ? "" : w;
	return bwrap_read(a, argc, argv, r, e);
}

/* The settings, the command, what is warned of; or the error. */
static void check(const char *line, const char *want)
{
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	struct request r;
	struct err e = { 0 };

	if (read_line(&a, line, &r, &e) < 0) {
		assert_string_equal(e.message, want);
		assert_string_equal(e.hint, "");
		arena_release(&a);
		return;
	}
	for (size_t i = 0; i < r.settings.list.count; i++) {
		const struct setting *s = &r.settings.list.items[i];

		str_addf(&out, "%s", s->directive->name);
		for (int k = 0; k < SETTING_ARGS_MAX && s->args[k]; k++)
			str_addf(&out, " %s", s->args[k]);
		str_add(&out, "; ");
	}
	for (size_t i = 0; i < r.warnings.count; i++)
		str_addf(&out, "%s; ", r.warnings.items[i]);
	str_add(&out, ":");
	for (size_t i = 0; r.command && r.command[i]; i++)
		str_addf(&out, " %s", r.command[i]);
	assert_string_equal(str_text(&out), want);
	arena_release(&a);
}

static void names(void **state)
{
	(void)state;
	assert_true(bwrap_is_called("bwrap", NULL));
	assert_true(bwrap_is_called("/usr/bin/bwrap", "/x/sandbox"));
	assert_true(bwrap_is_called("/proc/self/exe", "/usr/bin/bwrap"));
	assert_true(bwrap_is_called("/proc/7/exe", "/usr/bin/bwrap"));
	assert_false(bwrap_is_called("/proc/self/exe", "/usr/bin/sandbox"));
	assert_false(bwrap_is_called("/proc/self/exe", ""));
	assert_false(bwrap_is_called("sandbox", "/usr/bin/bwrap"));
	assert_false(bwrap_is_called("bwrap2", NULL));
	assert_false(bwrap_is_called("", NULL));
	assert_false(bwrap_is_called(NULL, "/usr/bin/bwrap"));
	assert_true(bwrap_has("ro-bind"));
	assert_false(bwrap_has("ro"));
	assert_false(bwrap_has(""));
}

static void lines(void **state)
{
	(void)state;
	check("", ":");
	check("--", ":");
	check("true -x", ": true -x");
	check("--bind / / -- -x --bind", "bind / /; : -x --bind");
	check("--dir a/b --chdir c true", "dir /a/b; chdir /c; : true");
	check("--dir | true", "dir /; : true");
	check("--symlink a b true", "symlink a /b; : true");
	check("--size 0x10 --tmpfs t true", "size 16; tmpfs /t; : true");
	check("--perms 0700 --size 010 --tmpfs /t true",
	      "perms 700; size 8; tmpfs /t; : true");
	check("--sync-fd +3 true", "sync-fd 3; : true");
	check("--perms 700 true", "perms 700; : true");
	check("--chdir /a --uid 1 --chdir /b true",
	      "chdir /a; uid 1; chdir /b; Only the last --chdir option will "
	      "take effect; : true");
	check("--setenv A b=c --unsetenv A true",
	      "setenv A b=c; unsetenv A; : true");
	check("--overlay-src a --overlay-src b --ro-overlay c true",
	      "overlay-src a; overlay-src b; ro-overlay /c; : true");
	check("--help --foo", ":");
	check("--unshare-all --hostname x --as-pid-1 true",
	      "unshare-all; hostname x; as-pid-1; : true");
}

static void wrong_lines(void **state)
{
	(void)state;
	check("--ro / true", "Unknown option --ro");
	check("- true", "Unknown option -");
	check("-h", "Unknown option -h");
	check("--chdir=/ true", "Unknown option --chdir=/");
	check("--args", "--args takes an argument");
	check("--remount-ro", "--remount-ro takes one argument");
	check("--bind a", "--bind takes two arguments");
	check("--uid -1 true", "Invalid uid: -1");
	check("--gid 1x true", "Invalid gid: 1x");
	check("--seccomp 2147483648 true", "Invalid fd: 2147483648");
	check("--chmod 8 / true", "--chmod takes an octal argument <= 07777");
	check("--size 9 --perms 7 --dir / true",
	      "--size must be followed by --tmpfs");
	check("--perms 7 --size 9 --size 9 --tmpfs / true",
	      "--size given twice for the same action");
	check("--overlay-src a true",
	      "--overlay-src must be followed by another --overlay-src or one "
	      "of --overlay, --tmp-overlay, or --ro-overlay");
	check("--cap-add all --cap-drop ALL --cap-add net_x true",
	      "unknown cap: net_x");
	check("--userns 3 --unshare-all true",
	      "--userns not compatible --unshare-user-try");
	check("--unshare-all --disable-userns true",
	      "--disable-userns requires --unshare-user");
	check("--file-label x true", "labeling not supported on this system");
}

/* Bytes that a descriptor gives, in which a zero ends a word. */
static void check_args(const char *bytes, size_t size, const char *rest,
		       const char *want)
{
	struct arena a = { 0 };
	int fd = memfd_create("args", MFD_CLOEXEC);

	assert_true(fd > 2);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	check(arena_format(&a, "--args %d %s", fd, rest), want);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	arena_release(&a);
}

#define ARGS(bytes, rest, want) check_args(bytes, sizeof(bytes) - 1, rest, want)

static void arguments(void **state)
{
	(void)state;
	ARGS("", "true", ": true");
	ARGS("--dir\0/a", "--dir /b true", "dir /a; dir /b; : true");
	ARGS("--dir\0\0", "true", "dir /; : true");
	ARGS("--dir\0/a\0rm\0-r\0", "true", "dir /a; : true");
	ARGS("--\0--foo\0", "true", ": true");
	ARGS("--perms\0"
	     "0700\0",
	     "--dir /a true", "perms 700; dir /a; : true");
	ARGS("--dir\0", "true", "--dir takes an argument");
	ARGS("--args\0"
	     "0\0",
	     "true", "--args not supported in arguments file");
	ARGS("\0", "true", ": true");
}

GROUP(bwrap)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(lines),
		cmocka_unit_test(wrong_lines),
		cmocka_unit_test(arguments),
	};

	return cmocka_run_group_tests_name("bwrap", tests, NULL, NULL);
}
