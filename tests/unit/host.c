/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void reads_the_environment(void **state)
{
	static const char *const environ_[] = { "AB=1", "A=",	 "A=2",
						"NONE", "B=x=y", NULL };
	const struct caller c = { .environ = environ_ };
	const struct caller none = { .environ = NULL };

	(void)state;
	assert_string_equal(caller_env(&c, "A"), "");
	assert_string_equal(caller_env(&c, "AB"), "1");
	assert_string_equal(caller_env(&c, "B"), "x=y");
	assert_null(caller_env(&c, "NONE"));
	assert_null(caller_env(&c, "C"));
	assert_null(caller_env(&none, "A"));
}

static void knows_its_caller(void **state)
{
	struct arena a = { 0 };
	struct caller c;
	char cwd[4096];

	(void)state;
	caller_read(&a, &c);
	assert_string_equal(c.cwd, getcwd(cwd, sizeof(cwd)));
	assert_int_equal(c.uid, geteuid());
	assert_int_equal(c.gid, getegid());
	assert_non_null(c.environ);
	arena_release(&a);
}

static void looks(void **state)
{
	static const struct host_want paths[] = { { "/", true },
						  { "/nonexistent/x", false } };
	static const struct host_wants wants = { .paths = paths, .count = 2 };
	static const char *const nothing[] = { NULL };
	char cwd[4096];
	const struct caller c = {
		.uid = geteuid(),
		.environ = nothing,
		.cwd = getcwd(cwd, sizeof(cwd)),
	};
	struct arena a = { 0 };
	struct host h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
	assert_true(HOST_KERNEL(&h) >= 3000);
	assert_string_equal(h.cwd, cwd);
	assert_null(h.pwd);
	assert_null(h.console);
	assert_int_equal(host_path(&h, "/")->type, PATH_DIR);
	assert_int_equal(host_path(&h, "/nonexistent/x")->type, PATH_ABSENT);
	assert_non_null(host_path(&h, cwd));
	assert_null(host_path(&h, "/unasked"));
	arena_release(&a);
}

/* $PWD is believed if it is the same directory, and has no "..". */
static void checks_pwd(void **state)
{
	static const struct host_wants wants = { 0 };
	char link[] = "/tmp/sandbox-unit-XXXXXX";
	const char *environ_[] = { NULL, NULL };
	char cwd[4096];
	const struct caller c = {
		.uid = geteuid(),
		.environ = environ_,
		.cwd = getcwd(cwd, sizeof(cwd)),
	};
	struct arena a = { 0 };
	struct host h;
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(link));
	environ_[0] = arena_format(&a, "PWD=%s", link);
	assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
	assert_null(h.pwd);
	assert_int_equal(rmdir(link), 0);
	assert_int_equal(symlink(cwd, link), 0);
	assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
	assert_string_equal(h.pwd, link);
	assert_string_equal(host_path(&h, link)->resolved, cwd);
	environ_[0] = arena_format(&a, "PWD=/tmp/..%s", link);
	assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
	assert_null(h.pwd);
	unlink(link);
	arena_release(&a);
}

/* The name of what a descriptor is open on counts as long as it is that. */
static void looks_at_descriptors(void **state)
{
	char dir[] = "/tmp/sandbox-unit-XXXXXX";
	const struct caller c = { .uid = geteuid(), .cwd = "/" };
	struct arena a = { 0 };
	int pair[2], fd;
	struct host h;
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	{
		const struct host_want_fd fds[] = { { fd, true },
						    { pair[0], true },
						    { 999, true } };
		const struct host_wants wants = { .descriptors = fds,
						  .descriptor_count = 3 };

		assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
		assert_true(host_descriptor(&h, fd)->open);
		assert_string_equal(host_descriptor(&h, fd)->path, dir);
		assert_int_equal(host_path(&h, dir)->type, PATH_DIR);
		/* Ours, as all that is close-on-exec. */
		assert_false(host_descriptor(&h, pair[0])->open);
		assert_false(host_descriptor(&h, 999)->open);
		assert_null(host_descriptor(&h, 998));
		assert_int_equal(fcntl(pair[0], F_SETFD, 0), 0);
		assert_int_equal(rmdir(dir), 0);
		assert_int_equal(symlink("/tmp", dir), 0);
		assert_int_equal(host_look(&a, &c, &wants, &h, &e), 0);
		assert_true(host_descriptor(&h, fd)->open);
		assert_null(host_descriptor(&h, fd)->path);
		assert_true(host_descriptor(&h, pair[0])->open);
		assert_null(host_descriptor(&h, pair[0])->path);
	}
	unlink(dir);
	close(fd);
	close(pair[0]);
	close(pair[1]);
	arena_release(&a);
}

GROUP(host)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_environment),
		cmocka_unit_test(knows_its_caller),
		cmocka_unit_test(looks),
		cmocka_unit_test(checks_pwd),
		cmocka_unit_test(looks_at_descriptors),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
