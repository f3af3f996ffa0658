/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others know: the filters that libseccomp makes of the same rules, its
 * tables of system calls, libcap's names. Only the tests are linked with these.
 */
#include "unit.h"

#include "bpf.h"
#include "sample.h"
#include "scmp.h"

#include "host/syscalls.h"
#include "input/directive.h"

#include <ctype.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

/* --- the same filter, by libseccomp -------------------------------------- */

struct other {
	const struct filter *filter;
	size_t compared;
	struct bpf bpf;
};

/* x32 and other architectures it answers in its own way. */
static void compare(void *context, const struct seccomp_data *d)
{
	struct other *o = context;
	uint64_t args[SYSCALL_ARGS];
	uint32_t got = 0, want;
	const char *wrong;
	int call;

	if ((uint32_t)d->nr >= SYSCALL_NUMBER_END ||
	    (syscall_by_number(d->arch, (uint32_t)d->nr) >= 0 &&
	     !scmp_knows(d->nr)))
		return;
	for (unsigned int i = 0; i < SYSCALL_ARGS; i++)
		args[i] = d->args[i];
	want = filter_answer(o->filter, d->arch, (uint32_t)d->nr, args, &call);
	wrong = bpf_answer(&o->bpf, d, &got);
	if (wrong || got != want)
		fail_msg("nr %d (0x%llx 0x%llx 0x%llx 0x%llx): libseccomp "
			 "0x%x, here 0x%x; %s",
			 d->nr, (unsigned long long)args[0],
			 (unsigned long long)args[1],
			 (unsigned long long)args[2],
			 (unsigned long long)args[3], got, want,
			 wrong ? wrong : "");
	o->compared++;
}

static void compare_filter(const struct filter *f, unsigned int level)
{
	struct other o = { .filter = f };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct sample s = {
		.filter = f,
		.limit = 4000,
		.state = 2463534242u,
		.try = compare,
		.context = &o,
	};

	if (scmp_compile(&a, f, level, &o.bpf, &e) < 0)
		fail_msg("%s", unit_line(&a, &e));
	sample_all(&s, syscall_arch);
	assert_true(o.compared > 900);
	arena_release(&a);
}

static void same_answers(void **state)
{
	(void)state;
	for (unsigned int level = 1; level <= 2; level++) {
		for (size_t i = 0; i < shipped_filter_count; i++)
			compare_filter(&shipped_filters[i].filter, level);
		compare_filter(&shipped_init_filter.filter, level);
	}
}

/* --- the table ----------------------------------------------------------- */

static const uint32_t arches[] = {
	SCMP_ARCH_X86,	    SCMP_ARCH_X86_64,	   SCMP_ARCH_X32,
	SCMP_ARCH_ARM,	    SCMP_ARCH_AARCH64,	   SCMP_ARCH_MIPS,
	SCMP_ARCH_MIPS64,   SCMP_ARCH_MIPS64N32,   SCMP_ARCH_MIPSEL,
	SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_PPC,
	SCMP_ARCH_PPC64,    SCMP_ARCH_PPC64LE,	   SCMP_ARCH_S390,
	SCMP_ARCH_S390X,    SCMP_ARCH_PARISC,	   SCMP_ARCH_PARISC64,
	SCMP_ARCH_RISCV64,
};

static size_t find_all(uint32_t arch, uint32_t from, uint32_t to)
{
	size_t found = 0;

	for (uint32_t n = from; n < to; n++) {
		autofree char *name =
			seccomp_syscall_resolve_num_arch(arch, (int)n);

		if (!name)
			continue;
		if (syscall_find(name) < 0)
			fail_msg("%s is in no group", name);
		found++;
	}
	return found;
}

static void every_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(arches); i++) {
		size_t found = find_all(arches[i], 0, 7000);

		/* ARM's own, x32. */
		found += find_all(arches[i], 0x0f0000, 0x0f0020);
		found += find_all(arches[i], 0x40000000, 0x40000300);
		if (found < 250)
			fail_msg("arch 0x%x has %zu calls", arches[i], found);
	}
}

/* A row of the table has one group; so a call is in one if it stands once. */
static void sorted(void **state)
{
	(void)state;
	assert_true(syscall_count > 400 && syscall_group_count > 20);
	for (unsigned int i = 0; i < syscall_count; i++) {
		assert_true(syscalls[i].group < syscall_group_count);
		assert_int_equal(syscall_find(syscall_name(i)), i);
		if (i && strcmp(syscall_name(i - 1), syscall_name(i)) >= 0)
			fail_msg("%s stands before %s", syscall_name(i - 1),
				 syscall_name(i));
	}
	for (unsigned int i = 0; i < syscall_group_count; i++)
		assert_int_equal(syscall_group_find(syscall_group_name(i)), i);
}

static void check_number(uint32_t arch, const char *name, int number)
{
	int known = seccomp_syscall_resolve_name_arch(arch, name);
	autofree char *taken = NULL;

	if (known >= 0 && number != known)
		fail_msg("%s is %d, not %d", name, known, number);
	if (known >= 0 || number < 0)
		return;
	/*
	 * Newer than libseccomp, or what 32-bit x86 also reaches by way of
	 * socketcall and ipc: those it knows by number only.
	 */
	taken = seccomp_syscall_resolve_num_arch(arch, number);
	if (taken && strcmp(taken, name) != 0)
		fail_msg("%s and %s are both %d", name, taken, number);
}

static void numbers(void **state)
{
	(void)state;
	assert_int_equal(syscall_arch, seccomp_arch_native());
	for (unsigned int i = 0; i < syscall_count; i++) {
		const struct syscall_row *r = &syscalls[i];

		check_number(SCMP_ARCH_NATIVE, syscall_name(i), r->native);
		check_number(SCMP_ARCH_X86, syscall_name(i), r->x86);
		for (unsigned int k = 0; k < i; k++)
			if ((r->native >= 0 &&
			     syscalls[k].native == r->native) ||
			    (r->x86 >= 0 && syscalls[k].x86 == r->x86))
				fail_msg("%s and %s have one number",
					 syscall_name(k), syscall_name(i));
		if (r->native >= 0)
			assert_int_equal(syscall_by_number(syscall_arch,
							   (uint32_t)r->native),
					 i);
		if (syscall_arch_x86 && r->x86 >= 0)
			assert_int_equal(syscall_by_number(syscall_arch_x86,
							   (uint32_t)r->x86),
					 i);
	}
	assert_int_equal(syscall_by_number(syscall_arch, UINT32_MAX), -1);
	assert_int_equal(syscall_by_number(1, 1), -1);
}

/* "domain:32 type:32 protocol:32" */
static void check_signature(unsigned int call)
{
	const char *p = syscall_texts + syscalls[call].signature;
	struct syscall_arg arg, same;
	unsigned int n = 0;

	for (; *p; n++) {
		size_t length = strspn(p, "abcdefghijklmnopqrstuvwxyz"
					  "0123456789_");
		unsigned long bits;
		char *end;

		assert_true(length > 0 && p[length] == ':' && !isdigit(*p));
		bits = strtoul(p + length + 1, &end, 10);
		assert_true(bits == 16 || bits == 32 || bits == 64);
		assert_true(n < SYSCALL_ARGS);
		assert_true(syscall_arg(call, NULL, 0, n, &arg));
		assert_true(syscall_arg(call, p, length, 0, &same));
		/* The first of that name. */
		assert_true(arg.index == n && same.index == n);
		assert_true(arg.bits == bits && same.bits == bits);
		assert_true(arg.name == p && arg.name_length == length);
		assert_true(*end == '\0' || (*end == ' ' && end[1]));
		p = end + (*end == ' ');
	}
	assert_false(syscall_arg(call, NULL, 0, n, &arg));
	assert_false(syscall_arg(call, "nothing", 7, 0, &arg));
}

static void signatures(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < syscall_count; i++)
		check_signature(i);
}

/* --- capabilities -------------------------------------------------------- */

static void capabilities(void **state)
{
	(void)state;
	assert_int_equal(capability_count, CAP_LAST_CAP + 1);
	for (unsigned int i = 0; i < capability_count; i++) {
		char *name = cap_to_name((cap_value_t)i);

		assert_non_null(name);
		if (strcasecmp(name, capability_names[i]) != 0)
			fail_msg("capability %u is %s, not %s", i, name,
				 capability_names[i]);
		cap_free(name);
	}
}

GROUP(libseccomp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_answers), cmocka_unit_test(every_call),
		cmocka_unit_test(sorted),	cmocka_unit_test(numbers),
		cmocka_unit_test(signatures),	cmocka_unit_test(capabilities),
	};

	return cmocka_run_group_tests_name("libseccomp", tests, NULL, NULL);
}
