/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/cli.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS 32

static int read_line(struct arena *a, const char *line, struct request *r,
		     struct err *e)
{
	struct canned *c =
		unit_host(a, "profile default.profile\n\tro /default\n"
			     "profile a.profile\n\tro /a\n\tuid 1\n"
			     "profile bad.profile\n\tfrobnicate\n");
	struct profile_source source = canned_source(c);
	const char *argv[WORDS] = { "sandbox" };
	char *text = arena_dup(a, line);
	int argc = 1;

	/* A bar is an empty word. */
	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		argv[argc++] = strcmp(w, "|") == 0 ? "" : w;
	return cli_read(a, argc, argv, &c->caller, "/cwd", &source, r, e);
}

/* The settings, then the command; or the line of the error. */
static const char *answer(struct arena *a, const char *line)
{
	struct str out = { .arena = a };
	struct request r;
	struct err e = { 0 };

	if (read_line(a, line, &r, &e) < 0)
		return unit_line(a, &e);
	settings_print(&r.settings, &out);
	str_add(&out, ":");
	for (size_t i = 0; r.command && r.command[i]; i++)
		str_addf(&out, " %s", r.command[i]);
	return str_text(&out);
}

static void check(const char *line, const char *want)
{
	struct arena a = { 0 };

	assert_string_equal(answer(&a, line), want);
	arena_release(&a);
}

/* The words that a sandbox is started with again, in a scope. */
static void whole_line(void **state)
{
	static const char bytes[] = "--ro\0/x\0--uid=3";
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	int fd = memfd_create("args", MFD_CLOEXEC);
	struct request r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(read_line(&a,
				   arena_format(&a,
						"-p a --args %d --bind /a /b "
						"ls --args 9",
						fd),
				   &r, &e),
			 0);
	for (size_t i = 0; r.line.items[i]; i++)
		str_addf(&out, "%s ", r.line.items[i]);
	assert_string_equal(str_text(&out), "-p a --ro /x --uid=3 --bind /a /b "
					    "-- ls --args 9 ");
	arena_release(&a);
}

static void commands(void **state)
{
	(void)state;
	check("ls -l --ro /x", "ro /default\n: ls -l --ro /x");
	check("-- ls", "ro /default\n: ls");
	check("-- -x", "ro /default\n: -x");
	check("- x", "ro /default\n: - x");
	check("", "ro /default\n:");
	check("--", "ro /default\n:");
	check("| x", "ro /default\n:  x");
	check("--ro /x -- -- y", "ro /default\nro /x\n: -- y");
}

static void options(void **state)
{
	(void)state;
	check("--ro /x --bind /a /b ls",
	      "ro /default\nro /x\nbind /a /b\n: ls");
	check("--ro=/x ls", "ro /default\nro /x\n: ls");
	check("--ro= ls", "ro /default\nro ''\n: ls");
	check("--setenv A=B C ls", "ro /default\nsetenv A=B C\n: ls");
	check("--rlimit=core=1:2 ls", "ro /default\nrlimit core=1:2\n: ls");
	check("--ro --rw ls", "ro /default\nro --rw\n: ls");
	check("--unshare-all ls", "ro /default\nunshare-all\n: ls");
}

static void profiles(void **state)
{
	(void)state;
	check("--ro /x --profile a ls", "ro /a\nuid 1\nro /x\n: ls");
	check("--uid 2 -p a ls", "ro /a\nuid 2\n: ls");
	check("--profile=none ls", ": ls");
	check("-p none -p a ls", "ro /a\nuid 1\n: ls");
	check("-p a -p default -p a ls", "ro /a\nuid 1\nro /default\n: ls");
	check("ls --profile a", "ro /default\n: ls --profile a");
}

static void errors(void **state)
{
	(void)state;
	check("--tmpf /x ls", "argument 1: unknown option '--tmpf'; "
			      "did you mean '--tmpfs'?\n");
	check("--ro /x --frobnicate=5 ls",
	      "argument 3: unknown option '--frobnicate=5'; "
	      "see sandbox --help\n");
	check("-x", "argument 1: unknown option '-x'; see sandbox --help\n");
	check("-profile gcc ls", "argument 1: unknown option '-profile'; "
				 "did you mean '--profile'?\n");
	check("-hV", "argument 1: unknown option '-hV'; see sandbox --help\n");
	check("--include x",
	      "argument 1: unknown option '--include'; see sandbox --help\n");
	check("--ro", "argument 1: --ro: argument missing; "
		      "write --ro PATH\n");
	check("--bind /a", "argument 1: --bind: argument missing; "
			   "write --bind SRC DEST\n");
	check("--bind=/a /b", "argument 1: --bind takes 2 arguments; "
			      "write --bind SRC DEST\n");
	check("--unshare-all=x",
	      "argument 1: --unshare-all takes no argument\n");
	check("--profile", "argument 1: --profile: argument missing; "
			   "write --profile NAME\n");
	check("--ro /x --profile nowhere ls",
	      "argument 3: no profile 'nowhere'\n");
	check("-p bad ls", "bad.profile:1: unknown directive 'frobnicate'; see "
			   "sandbox --list directives\n");
	check("-p | ls", "argument 1: the profile's name is empty\n");
}

/* Every short name is near to no name. */
static void empty_option(void **state)
{
	(void)state;
	check("--=x", "argument 1: unknown option '--=x'; "
		      "see sandbox --help\n");
}

static void says_where(void **state)
{
	struct arena a = { 0 };
	struct request r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		read_line(&a, "--ro /x --bind /a /b --dev=/dev ls", &r, &e), 0);
	assert_int_equal(r.settings.list.count, 4);
	assert_string_equal(r.settings.list.items[0].origin,
			    "default.profile:1");
	assert_true(r.settings.list.items[0].from_profile);
	assert_string_equal(r.settings.list.items[1].origin, "argument 1");
	assert_string_equal(r.settings.list.items[2].origin, "argument 3");
	assert_string_equal(r.settings.list.items[3].origin, "argument 6");
	assert_false(r.settings.list.items[3].from_profile);
	arena_release(&a);
}

static void acts(const char *line, enum action action, const char *topic)
{
	struct arena a = { 0 };
	struct request r;
	struct err e = { 0 };

	assert_int_equal(read_line(&a, line, &r, &e), 0);
	assert_int_equal(r.action, action);
	if (topic)
		assert_string_equal(r.topic, topic);
	else
		assert_null(r.topic);
	arena_release(&a);
}

/* Nothing after --help and its like can fail, and no profile is read. */
static void actions(void **state)
{
	(void)state;
	acts("ls", ACTION_NONE, NULL);
	acts("--dry-run ls", ACTION_DRY_RUN, NULL);
	acts("--print-profile", ACTION_PRINT_PROFILE, NULL);
	acts("--help", ACTION_HELP, NULL);
	acts("-h", ACTION_HELP, NULL);
	acts("--help=ro", ACTION_HELP, "ro");
	acts("--help ro", ACTION_HELP, NULL);
	acts("-V", ACTION_VERSION, NULL);
	acts("--list rlimits --frobnicate", ACTION_LIST, "rlimits");
	acts("--list=profiles", ACTION_LIST, "profiles");
	acts("-p bad --version --frobnicate", ACTION_VERSION, NULL);
	acts("--dry-run --help --frobnicate", ACTION_HELP, NULL);
	acts("ls --help", ACTION_NONE, NULL);
}

/* What was read stays when the caller's words change. */
static void copies_words(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, "");
	struct profile_source source = canned_source(c);
	char option[] = "--ro", path[] = "/x", name[] = "ls", eq[] = "--rw=/y";
	const char *argv[] = { "sandbox", "-p", "none", option,
			       path,	  eq,	name,	NULL };
	struct request r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		cli_read(&a, 7, argv, &c->caller, NULL, &source, &r, &e), 0);
	path[1] = name[0] = eq[6] = '?';
	assert_string_equal(r.settings.list.items[0].args[0], "/x");
	assert_string_equal(r.settings.list.items[1].args[0], "/y");
	assert_string_equal(r.command[0], "ls");
	assert_null(r.command[1]);
	arena_release(&a);
}

static void no_words_at_all(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, "");
	struct profile_source source = canned_source(c);
	const char *argv[] = { NULL };
	struct request r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		cli_read(&a, 0, argv, &c->caller, NULL, &source, &r, &e), 0);
	assert_null(r.command);
	arena_release(&a);
}

GROUP(cli)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(whole_line),
		cmocka_unit_test(options),
		cmocka_unit_test(profiles),
		cmocka_unit_test(errors),
		cmocka_unit_test(empty_option),
		cmocka_unit_test(says_where),
		cmocka_unit_test(actions),
		cmocka_unit_test(copies_words),
		cmocka_unit_test(no_words_at_all),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
