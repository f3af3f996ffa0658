/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the syscalls directives: LIST and ANSWER. */
#include "unit.h"

#include "host/syscalls.h"
#include "input/calls.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#define DENIED (SECCOMP_RET_ERRNO | EPERM)

/* "name(arg mask ==|!= value|value, ...) ...", as the plan has it. */
static void print_calls(const struct plan *p, struct str *out)
{
	for (size_t i = 0; i < p->calls.count; i++) {
		const struct plan_calls *c = &p->calls.items[i];

		str_add(out, i ? " " : "");
		if (c->what == CALLS_ALL)
			str_add(out, "@all");
		else if (c->what == CALLS_GROUP)
			str_addf(out, "@%s", syscall_group_name(c->index));
		else
			str_add(out, syscall_name(c->index));
		assert_int_equal(c->answer, DENIED);
		for (size_t k = 0; k < c->test_count; k++) {
			const struct call_test *t = &c->tests[k];

			str_addf(out, "%s%u &%llx %s ", k ? ", " : "(", t->arg,
				 (unsigned long long)t->mask,
				 t->negated ? "!=" : "==");
			for (size_t n = 0; n < t->value_count; n++)
				str_addf(out, n ? "|%llx" : "%llx",
					 (unsigned long long)t->values[n]);
		}
		str_add(out, c->test_count ? ")" : "");
	}
}

struct good {
	const char *list, *calls;
};

static void check_good(const struct good *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena a = { 0 };
		struct str out = { .arena = &a };
		struct plan plan;
		struct err e = { 0 };

		plan_init(&plan);
		if (calls_parse(&a, rows[i].list, DENIED, &plan, &e) < 0)
			fail_msg("'%s': %s", rows[i].list, unit_line(&a, &e));
		print_calls(&plan, &out);
		assert_string_equal(str_text(&out), rows[i].calls);
		arena_release(&a);
	}
}

static void lists(void **state)
{
	static const struct good rows[] = {
		{ "mount", "mount" },
		{ "mount umount2", "mount umount2" },
		{ "mount,umount2", "mount umount2" },
		{ " mount\t, umount2 ", "mount umount2" },
		{ "mount , @io,@all", "mount @io @all" },
		{ "mount,", "mount" },
		{ "mount mount", "mount mount" },
		{ "@cpu-emulation @raw-io", "@cpu-emulation @raw-io" },
	};

	(void)state;
	check_good(rows, COUNT_OF(rows));
}

static void conditions(void **state)
{
	static const struct good rows[] = {
		/* each form */
		{ "clone(flags & CLONE_NEWUSER|CLONE_NEWNS)",
		  "clone(0 &10020000 != 0)" },
		{ "clone(flags !& CLONE_NEWUSER)", "clone(0 &10000000 == 0)" },
		{ "ioctl(cmd == TIOCSTI|TIOCLINUX)",
		  "ioctl(1 &ffffffff == 5412|541c)" },
		{ "ioctl(cmd != TIOCSTI|TIOCLINUX)",
		  "ioctl(1 &ffffffff != 5412|541c)" },
		{ "mknod(mode & S_IFMT == S_IFCHR)", "mknod(1 &f000 == 2000)" },
		{ "mknod(mode & S_IFMT != S_IFREG)", "mknod(1 &f000 != 8000)" },
		/* by position */
		{ "socket(AF_UNIX|AF_INET, *, 0)",
		  "socket(0 &ffffffff == 1|2, 2 &ffffffff == 0)" },
		{ "socket(*)", "socket" },
		{ "socket(*, *, *)", "socket" },
		{ "socket(*, SOCK_RAW)", "socket(1 &ffffffff == 3)" },
		{ "socket(16, *, protocol != 0)",
		  "socket(0 &ffffffff == 10, 2 &ffffffff != 0)" },
		/* several, about one argument too */
		{ "ioctl(cmd & 0xff, cmd != 0x10)",
		  "ioctl(1 &ff != 0, 1 &ffffffff != 10)" },
		/* blanks */
		{ "ioctl( cmd==1|2 )", "ioctl(1 &ffffffff == 1|2)" },
		{ "ioctl(fd == 0 , cmd == 1 | 2)",
		  "ioctl(0 &ffffffff == 0, 1 &ffffffff == 1|2)" },
		{ "ioctl(cmd&1),ioctl(cmd!&1)",
		  "ioctl(1 &1 != 0) ioctl(1 &1 == 0)" },
		{ "ioctl(\tcmd\t&\t3\t==\t1\t)", "ioctl(1 &3 == 1)" },
		/* numbers */
		{ "ioctl(cmd == 0x5412|17|010|0xABCDEF)",
		  "ioctl(1 &ffffffff == 5412|11|8|abcdef)" },
		{ "ioctl(arg == 0xffffffffffffffff|0x100000000)",
		  "ioctl(2 &ffffffffffffffff == "
		  "ffffffffffffffff|100000000)" },
		/* -1 of an int is what the kernel sees of it */
		{ "ioctl(cmd == 0xffffffffffffffff)",
		  "ioctl(1 &ffffffff == ffffffff)" },
		{ "ioctl(cmd == 0xffffffff80000000)",
		  "ioctl(1 &ffffffff == 80000000)" },
		{ "ioctl(fd & 0xffffffffffffffff)", "ioctl(0 &ffffffff != 0)" },
		{ "mknod(mode == 0xffffffffffffffff)",
		  "mknod(1 &ffff == ffff)" },
	};

	(void)state;
	check_good(rows, COUNT_OF(rows));
}

/* --- errors -------------------------------------------------------------- */

static const struct bad {
	const char *list, *message, *hint;
} bad[] = {
	{ "", "the list is empty", "" },
	{ " \t", "the list is empty", "" },
	/* what is not known, and what may be meant */
	{ "moumt", "no system call 'moumt'", "did you mean 'mount'?" },
	{ "pttrace", "no system call 'pttrace'", "did you mean 'ptrace'?" },
	{ "foobarbaz", "no system call 'foobarbaz'",
	  "see sandbox --list syscalls" },
	{ "mount foobarbaz", "no system call 'foobarbaz'",
	  "see sandbox --list syscalls" },
	{ "MOUNT", "no system call 'MOUNT'", "see sandbox --list syscalls" },
	{ "@nothing", "no group of system calls '@nothing'",
	  "see sandbox --list syscall-groups" },
	{ "@", "no group of system calls '@'",
	  "see sandbox --list syscall-groups" },
	{ "@@io", "no group of system calls '@@io'",
	  "see sandbox --list syscall-groups" },
	{ "@io(fd == 1)", "no group of system calls '@io(fd'",
	  "see sandbox --list syscall-groups" },
	{ "ioctl(cmd == TIOCNOTHING)", "constant 'TIOCNOTHING' is not known",
	  "write it as a number, 0x... in hexadecimal" },
	{ "ioctl(TIOCSTI2)", "constant 'TIOCSTI2' is not known",
	  "write it as a number, 0x... in hexadecimal" },
	/* what is not one */
	{ "ioctl(cmd == 0x)", "'0x' is not a number", "" },
	{ "ioctl(cmd == 08)", "'08' is not a number", "" },
	{ "ioctl(cmd == 12ab)", "'12ab' is not a number", "" },
	{ "ioctl(cmd == 0x10000000000000000)",
	  "'0x10000000000000000' is not a number", "" },
	{ "ioctl(cmd == -1)", "a value is missing at '-1)'", "" },
	/* where nothing is known, or no argument is */
	{ "getpid(1)",
	  "conditions on getpid cannot be given: the widths of its arguments "
	  "are not in the table",
	  "see sandbox --list syscalls" },
	{ "getpid(*, 1)",
	  "conditions on getpid cannot be given: the widths of its arguments "
	  "are not in the table",
	  "see sandbox --list syscalls" },
	{ "ioctl(*, *, *, 1)",
	  "ioctl has no argument number 4 that rules can look at", "" },
	/* what can never be equal */
	{ "ioctl(cmd == 0x100000000)",
	  "0x100000000 does not fit into the 32 bits that the kernel looks at "
	  "in 'cmd' of ioctl",
	  "" },
	{ "ioctl(cmd == 0x7fffffffffffffff)",
	  "0x7fffffffffffffff does not fit into the 32 bits that the kernel "
	  "looks at in 'cmd' of ioctl",
	  "" },
	{ "mknod(mode == 0x10000)",
	  "0x10000 does not fit into the 16 bits that the kernel looks at in "
	  "'mode' of mknod",
	  "" },
	{ "mknod(mode & S_IFMT == 0x1fff)",
	  "0x1fff has bits that the mask 0xf000 takes away", "" },
	{ "@fils", "no group of system calls '@fils'",
	  "did you mean '@files'?" },
	{ "ioctl(cmd & 0)", "these bits are none", "" },
	{ "mprotect(prot & PROT_WRITE|PROT_EXEC == PROT_WRITE|PROT_EXEC)",
	  "after '&' and bits only one value can be compared",
	  "write several bits as one number, and several values as several "
	  "rules" },
	{ "ioctl(cmd !& 0x100000000)",
	  "0x100000000 does not fit into the 32 bits that the kernel looks at "
	  "in 'cmd' of ioctl",
	  "" },
	/* what is missing */
	{ "ioctl(cmd == 1", "',' or ')' is wanted at ''", "" },
	{ "ioctl(cmd == 1 mount", "',' or ')' is wanted at 'mount'", "" },
	{ "ioctl(cmd == 1 2)", "',' or ')' is wanted at '2)'", "" },
	{ "ioctl(cmd !& 1 == 1)", "',' or ')' is wanted at '== 1)'", "" },
	{ "ioctl(cmd == )", "a value is missing at ')'", "" },
	{ "ioctl(cmd == 1|)", "a value is missing at ')'", "" },
	{ "ioctl(cmd & )", "a value is missing at ')'", "" },
	{ "ioctl()", "a value is missing at ')'", "" },
	{ "ioctl(", "a value is missing at ''", "" },
	{ "ioctl(cmd)", "'==', '!=', '&' or '!&' is wanted at ')'", "" },
	{ "ioctl(cmd = 1)", "'==', '!=', '&' or '!&' is wanted at '= 1)'", "" },
	{ "ioctl(cmd < 1)", "'==', '!=', '&' or '!&' is wanted at '< 1)'", "" },
	/* what follows */
	{ "ioctl(cmd == 1)x", "a blank or comma is wanted at 'x'", "" },
	{ "ioctl(cmd == 1)(fd == 1)",
	  "a blank or comma is wanted at '(fd == 1)'", "" },
	{ "mount;umount2", "a blank or comma is wanted at ';umount2'", "" },
	{ "mount)", "a blank or comma is wanted at ')'", "" },
	{ ",mount", "a system call is wanted at ',mount'", "" },
	{ "mount,,umount2", "a system call is wanted at ',umount2'", "" },
	{ "ioctl (cmd == 1)", "a system call is wanted at '(cmd == 1)'", "" },
	{ "-mount", "a system call is wanted at '-mount'", "" },
};

static void errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct arena a = { 0 };
		struct plan plan;
		struct err e = { 0 };

		plan_init(&plan);
		if (calls_parse(&a, bad[i].list, DENIED, &plan, &e) == 0)
			fail_msg("'%s' is taken", bad[i].list);
		if (strcmp(e.message, bad[i].message) != 0 ||
		    strcmp(e.hint, bad[i].hint) != 0)
			fail_msg("'%s': %s", bad[i].list, unit_line(&a, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		arena_release(&a);
	}
}

/* --- answers ------------------------------------------------------------- */

static void answers(void **state)
{
	static const struct {
		const char *word;
		uint32_t answer;
	} rows[] = {
		{ "allow", SECCOMP_RET_ALLOW },
		{ "kill", SECCOMP_RET_KILL_PROCESS },
		{ "log", SECCOMP_RET_LOG },
		{ "EPERM", SECCOMP_RET_ERRNO | EPERM },
		{ "ENOSYS", SECCOMP_RET_ERRNO | ENOSYS },
		{ "EAGAIN", SECCOMP_RET_ERRNO | EAGAIN },
		{ "EHWPOISON", SECCOMP_RET_ERRNO | EHWPOISON },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint32_t answer = 1;
		struct err e = { 0 };

		if (calls_answer(rows[i].word, &answer, &e) < 0)
			fail_msg("%s: %s", rows[i].word, e.message);
		assert_int_equal(answer, rows[i].answer);
	}
}

static void no_answers(void **state)
{
	static const char *const words[] = { "",       "deny", "ALLOW", "eperm",
					     "EPERM ", "1",    "errno", "trap",
					     "EXXX",   "0",    "allowx" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		uint32_t answer = 1;
		struct err e = { 0 };

		if (calls_answer(words[i], &answer, &e) == 0)
			fail_msg("'%s' is taken", words[i]);
		assert_int_equal(answer, 1);
		unit_has(e.message, "is no answer to a system call");
		assert_string_equal(e.hint,
				    "it is one of allow, kill, log, or an "
				    "errno as EPERM or ENOSYS");
	}
}

GROUP(calls)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),      cmocka_unit_test(conditions),
		cmocka_unit_test(errors),     cmocka_unit_test(answers),
		cmocka_unit_test(no_answers),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
