/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "host/constants.h"

#include <string.h>

/* bsearch() needs the order; a name that stands twice breaks it too. */
static void sorted(void **state)
{
	(void)state;
	assert_true(constant_count > 900);
	for (size_t i = 1; i < constant_count; i++)
		if (strcmp(constants[i - 1].name, constants[i].name) >= 0)
			fail_msg("%s stands before %s", constants[i - 1].name,
				 constants[i].name);
}

/* A negative int, widened, would match no register of 32 bits. */
static void widths(void **state)
{
	(void)state;
	for (size_t i = 0; i < constant_count; i++)
		if (constants[i].value >> 63 &&
		    strcmp(constants[i].name, "PR_SET_PTRACER_ANY") != 0)
			fail_msg("%s is negative", constants[i].name);
}

static void every_row_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < constant_count; i++) {
		uint64_t value = ~constants[i].value;

		assert_true(constant_find(constants[i].name, &value));
		assert_true(value == constants[i].value);
	}
}

static void values(void **state)
{
	static const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "AF_UNIX", 1 },
		{ "AF_NETLINK", 16 },
		{ "AF_VSOCK", 40 },
		{ "CLONE_NEWTIME", 0x80 },
		{ "CLONE_NEWUSER", 0x10000000 },
		{ "CLONE_IO", 0x80000000 },
		{ "CLONE_INTO_CGROUP", 0x200000000 },
		{ "NETLINK_AUDIT", 9 },
		{ "PER_LINUX32", 8 },
		{ "PR_SET_NO_NEW_PRIVS", 38 },
		{ "PROT_EXEC", 4 },
		{ "S_ISUID", 04000 },
		{ "S_ISGID", 02000 },
		{ "UNAME26", 0x20000 },
#if defined(__x86_64__) || defined(__aarch64__)
		{ "SOCK_CLOEXEC", 02000000 },
		{ "TIOCGPTN", 0x80045430 },
		{ "TIOCLINUX", 0x541c },
		{ "TIOCSTI", 0x5412 },
#endif
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t value = 0;

		if (!constant_find(rows[i].name, &value))
			fail_msg("%s is unknown", rows[i].name);
		assert_true(value == rows[i].value);
	}
}

static void unknown(void **state)
{
	static const char *const names[] = { "",     "AF_",	   "AF_UNIXX",
					     "ZZZ",  "af_unix",	   "AF_UNIX ",
					     "0x10", "O_LARGEFILE" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		uint64_t value = 99;

		assert_false(constant_find(names[i], &value));
		assert_true(value == 99);
	}
}

GROUP(constants)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted),
		cmocka_unit_test(widths),
		cmocka_unit_test(every_row_is_found),
		cmocka_unit_test(values),
		cmocka_unit_test(unknown),
	};

	return cmocka_run_group_tests_name("constants", tests, NULL, NULL);
}
