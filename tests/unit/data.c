/* SPDX-License-Identifier: Apache-2.0 */
/* What is given by descriptor: from the command line to the program. */
#include "unit.h"

#include "input/cli.h"

#include <string.h>

#define WORDS 32

static const char host_text[] = "uid 1000\ngid 1000\nkernel 6.1\n"
				"dir /srv/data\nfile /srv/file\n"
				"other /dev/null\n"
				"dir /home/ann 1000\n"
				"dir /home/ann/.config/sandbox 1000\n"
				"env HOME=/home/ann\n"
				"descriptor 3 /srv/data\n"
				"descriptor 4 /srv/file\n"
				"descriptor 5\n"
				"descriptor 6 /srv/gone\n"
				"descriptor 0 /dev/null\n"
				"descriptor 7 /home/ann\n";

/* The plan of a line of options, with no profile. */
static int read_plan(struct canned *c, const char *line, struct plan *p,
		     struct err *e)
{
	static const char *const command[] = { "true", NULL };
	struct profile_source source = canned_source(c);
	const char *argv[WORDS] = { "sandbox", "--profile", "none" };
	char *text = arena_dup(c->arena, line);
	struct request r;
	int argc = 3;

	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	if (cli_read(c->arena, argc, argv, &c->caller, "/cwd", &source, &r, e) <
		    0 ||
	    settings_apply(&r.settings, c->arena, "/cwd", p, e) < 0)
		return -1;
	p->command = command;
	*array_add(c->arena, &p->protected) =
		(struct plan_protected){ "/home/ann/.config/sandbox", true,
					 MISSING_IGNORE, false };
	return plan_check(p, e);
}

static void has(const char *line, const char *part)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, host_text);
	struct str out = { .arena = &a };
	struct program program;
	struct plan plan;
	struct err e = { 0 };

	if (read_plan(c, line, &plan, &e) < 0 ||
	    unit_compile(c, &plan, &program, &e) < 0) {
		unit_has(unit_line(&a, &e), part);
	} else {
		program_print(&program, &out);
		unit_has(str_text(&out), part);
	}
	arena_release(&a);
}

static void fields(void **state)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, host_text);
	const struct plan_mount *m;
	struct plan p;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(read_plan(c,
				   "--bind-fd 3 /a//b --ro-bind-fd 4 /c "
				   "--file 5 /d --perms 0640 --bind-data 6 /e "
				   "--ro-bind-data 0 /f --chmod 711 /g",
				   &p, &e),
			 0);
	m = p.mounts.items;
	assert_int_equal(p.mounts.count, 6);
	assert_int_equal(m[0].kind, MOUNT_BIND_FD);
	assert_string_equal(m[0].dest, "/a/b");
	assert_true(m[0].fd == 3 && m[0].writable && !m[0].devices);
	assert_true(m[1].kind == MOUNT_BIND_FD && !m[1].writable);
	assert_true(m[2].kind == MOUNT_FILE && m[2].fd == 5);
	assert_true(m[2].mode == MODE_DEFAULT);
	assert_true(m[3].kind == MOUNT_DATA && m[3].writable);
	assert_true(m[3].mode == 0640);
	assert_true(m[4].kind == MOUNT_DATA && !m[4].writable && m[4].fd == 0);
	assert_true(m[4].mode == MODE_DEFAULT);
	assert_true(m[5].kind == MOUNT_CHMOD && m[5].mode == 0711);
	assert_true(m[5].fd == -1);
	arena_release(&a);
}

static void binds(void **state)
{
	(void)state;
	has("--bind-fd 3 /a",
	    "  bind /srv/data /a (nosuid,nodev) from descriptor 3\n");
	has("--ro-bind-fd 4 /a",
	    "  bind /srv/file /a (ro,nosuid,nodev) from descriptor 4\n");
	has("--bind-fd 5 /a", "argument 3: what descriptor 5 is open on has no "
			      "path; ");
	has("--bind-fd 6 /a", "what descriptor 6 is open on has no path");
	has("--bind-fd 9 /a", "argument 3: descriptor 9 is not open; a shell "
			      "opens it by 9<FILE\n");
	has("--bind-fd x /a", "--bind-fd: 'x' is not a descriptor");
	has("--bind-fd 3 a", "'a' is not an absolute path");
}

static void files(void **state)
{
	(void)state;
	has("--file 5 /a/b", "  file /a/b mode=0666 from descriptor 5\n");
	has("--perms 0755 --file 5 /a",
	    "  file /a mode=0755 from descriptor 5\n");
	has("--bind-data 5 /a/b",
	    "  data /a/b mode=0600 parents=0700 (nosuid,nodev) from "
	    "descriptor 5\n");
	has("--perms 0644 --ro-bind-data 5 /a/b",
	    "  data /a/b mode=0644 (ro,nosuid,nodev) from descriptor 5\n");
	has("--ro-bind-data 5 /a", "  a tmpfs beside it, out of sight\n");
	has("--file 9 /a", "descriptor 9 is not open");
	has("--file 5 /", "--file: '/' cannot be a file");
	has("--bind-data 5 //", "--bind-data: '/' cannot be a file");
	has("--file 0 /a", "supervisor\n  namespaces user mount\n"
			   "  descriptors 1 2\n");
	has("--size 1K --file 5 /a", "--size: must stand right before");
}

/* Each is used once. */
static void once(void **state)
{
	(void)state;
	has("--file 5 /a --file 5 /b", "argument 6: descriptor 5 is used by "
				       "argument 3 already; ");
	has("--bind-fd 3 /a --ro-bind-data 3 /b",
	    "descriptor 3 is used by argument 3 already");
	has("--file 5 /a --seccomp 5", "descriptor 5 is used by --seccomp");
	has("--file 5 /a --keep-fd 5", "  descriptors 0 1 2 5\n");
}

static void protects(void **state)
{
	(void)state;
	has("--bind-fd 7 /h",
	    "  bind /home/ann /h (nosuid,nodev) from descriptor 7\n"
	    "  protect /h/.config\n"
	    "  protect /h/.config/sandbox (ro,nosuid,nodev)\n");
	has("--ro-bind-fd 7 /h",
	    "  bind /home/ann /h (ro,nosuid,nodev) from descriptor 7\n"
	    "  pivot");
}

static void modes(void **state)
{
	(void)state;
	has("--chmod 0711 /a", "  chmod /a mode=0711\n");
	has("--chmod 8 /a", "--chmod: '8' is not a mode");
	has("--chmod 700 a", "'a' is not an absolute path");
	has("--perms 700 --chmod 700 /", "--perms: must stand right before");
	has("--perms 700 --dir /a/b", "  dir /a/b mode=0700 parents=0700\n");
	has("--perms 750 --dir /a/b", "  dir /a/b mode=0750 parents=0750\n");
	has("--perms 705 --dir /a/b", "  dir /a/b mode=0705 parents=0705\n");
	has("--perms 711 --tmpfs /a/b", "  tmpfs /a/b mode=0711 (");
}

static void queues(void **state)
{
	(void)state;
	has("--unshare-ipc --mqueue /q", "  mqueue /q (nosuid,nodev,noexec)\n");
	has("--mqueue /q", "argument 3: --mqueue needs --unshare-ipc\n");
	has("--unshare-ipc --perms 700 --mqueue /q",
	    "--perms: must stand right before");
}

GROUP(data)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),   cmocka_unit_test(binds),
		cmocka_unit_test(files),    cmocka_unit_test(once),
		cmocka_unit_test(protects), cmocka_unit_test(modes),
		cmocka_unit_test(queues),
	};

	return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
