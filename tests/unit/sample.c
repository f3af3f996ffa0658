/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include "base/cleanup.h"
#include "host/syscalls.h"

#include <linux/audit.h>
#include <stdlib.h>

#define VALUES_MAX 8192

struct values {
	uint64_t items[VALUES_MAX];
	size_t count;
};

uint64_t sample_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void add(struct values *v, uint64_t value)
{
	if (v->count < VALUES_MAX)
		v->items[v->count++] = value;
}

/* With what the kernel may or may not look at. */
static void add_uppers(struct values *v, uint64_t value)
{
	add(v, value);
	add(v, (uint32_t)value);
	add(v, (uint32_t)value | 0xdeadbeef00000000u);
	add(v, (uint64_t)(int32_t)(uint32_t)value);
	add(v, value ^ 0x8000000000000000u);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort(struct values *v)
{
	size_t n = 0;

	qsort(v->items, v->count, sizeof(v->items[0]), by_value);
	for (size_t i = 0; i < v->count; i++)
		if (i == 0 || v->items[i] != v->items[n - 1])
			v->items[n++] = v->items[i];
	v->count = n;
}

static void add_test(const struct filter *f, const struct filter_test *t,
		     struct values *v)
{
	for (size_t i = 0; i < t->count; i++) {
		uint64_t value = f->values[t->first + i];

		add_uppers(v, value);
		add_uppers(v, value + 1);
		add_uppers(v, value - 1);
		add(v, value | ~t->mask);
	}
	for (unsigned int i = 0; i < 64; i++)
		if (t->mask >> i & 1)
			add_uppers(v, (uint64_t)1 << i);
	add(v, t->mask);
	add(v, ~t->mask);
}

/* What is tried for argument `arg` of a call; at least 0 and everything. */
static void collect(const struct filter *f, const struct filter_call *c,
		    unsigned int arg, struct values *out)
{
	out->count = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct filter_rule *rule = &f->rules[c->first + i];

		for (size_t k = 0; k < rule->count; k++)
			if (f->tests[rule->first + k].arg == arg)
				add_test(f, &f->tests[rule->first + k], out);
	}
	add(out, 0);
	if (out->count > 1)
		add(out, UINT64_MAX);
	sort(out);
}

/* Number `n` of all the combinations, or any. */
static void combine(struct sample *s, const struct values *v, uint64_t n,
		    bool any, struct seccomp_data *d)
{
	for (unsigned int i = 0; i < SYSCALL_ARGS; i++) {
		if (any)
			n = sample_random(&s->state) >> 16;
		d->args[i] = v[i].items[n % v[i].count];
		n /= v[i].count;
	}
}

void sample_number(struct sample *s, uint32_t arch, uint32_t number)
{
	static struct values values[SYSCALL_ARGS];
	struct seccomp_data d = { .arch = arch, .nr = (int)number };
	int call = syscall_by_number(arch, number);
	uint64_t all = 1;

	s->try(s->context, &d);
	for (unsigned int i = 0; i < SYSCALL_ARGS; i++)
		d.args[i] = sample_random(&s->state);
	d.instruction_pointer = sample_random(&s->state);
	s->try(s->context, &d);
	if (call < 0 || s->filter->calls[call].count == 0)
		return;
	for (unsigned int i = 0; i < SYSCALL_ARGS; i++) {
		collect(s->filter, &s->filter->calls[call], i, &values[i]);
		all = all > s->limit ? all : all * values[i].count;
	}
	for (uint64_t n = 0; n < all && n < s->limit; n++) {
		combine(s, values, n, all > s->limit, &d);
		s->try(s->context, &d);
	}
}

static int last_number(uint32_t arch)
{
	int last = 0;

	for (unsigned int i = 0; i < syscall_count; i++) {
		int n = arch == syscall_arch ? syscalls[i].native :
					       syscalls[i].x86;

		last = n > last ? n : last;
	}
	return last;
}

void sample_all(struct sample *s, uint32_t arch)
{
	static const uint32_t edges[] = { 0x7fff,     0x8000,	  0xffff,
					  0x10000,    0x0f0005,	  0x3fffffff,
					  0x7fffffff, 0x80000000, 0xc0000000,
					  0xfffffffe, 0xffffffff };
	uint32_t last = (uint32_t)last_number(arch) + 64;

	for (uint32_t n = 0; n <= last; n++)
		sample_number(s, arch, n);
	for (uint32_t n = 0; n <= last; n++)
		sample_number(s, arch, SYSCALL_NUMBER_END + n);
	for (size_t i = 0; i < COUNT_OF(edges); i++)
		sample_number(s, arch, edges[i]);
}

void sample_foreign(struct sample *s)
{
	static const uint32_t arches[] = {
		AUDIT_ARCH_AARCH64,
		AUDIT_ARCH_ALPHA,
		AUDIT_ARCH_ARCOMPACT,
		AUDIT_ARCH_ARCOMPACTBE,
		AUDIT_ARCH_ARCV2,
		AUDIT_ARCH_ARCV2BE,
		AUDIT_ARCH_ARM,
		AUDIT_ARCH_ARMEB,
		AUDIT_ARCH_C6X,
		AUDIT_ARCH_C6XBE,
		AUDIT_ARCH_CRIS,
		AUDIT_ARCH_CSKY,
		AUDIT_ARCH_FRV,
		AUDIT_ARCH_H8300,
		AUDIT_ARCH_HEXAGON,
		AUDIT_ARCH_I386,
		AUDIT_ARCH_IA64,
		AUDIT_ARCH_LOONGARCH32,
		AUDIT_ARCH_LOONGARCH64,
		AUDIT_ARCH_M32R,
		AUDIT_ARCH_M68K,
		AUDIT_ARCH_MICROBLAZE,
		AUDIT_ARCH_MIPS,
		AUDIT_ARCH_MIPS64,
		AUDIT_ARCH_MIPS64N32,
		AUDIT_ARCH_MIPSEL,
		AUDIT_ARCH_MIPSEL64,
		AUDIT_ARCH_MIPSEL64N32,
		AUDIT_ARCH_NDS32,
		AUDIT_ARCH_NDS32BE,
		AUDIT_ARCH_NIOS2,
		AUDIT_ARCH_OPENRISC,
		AUDIT_ARCH_PARISC,
		AUDIT_ARCH_PARISC64,
		AUDIT_ARCH_PPC,
		AUDIT_ARCH_PPC64,
		AUDIT_ARCH_PPC64LE,
		AUDIT_ARCH_RISCV32,
		AUDIT_ARCH_RISCV64,
		AUDIT_ARCH_S390,
		AUDIT_ARCH_S390X,
		AUDIT_ARCH_SH,
		AUDIT_ARCH_SH64,
		AUDIT_ARCH_SHEL,
		AUDIT_ARCH_SHEL64,
		AUDIT_ARCH_SPARC,
		AUDIT_ARCH_SPARC64,
		AUDIT_ARCH_TILEGX,
		AUDIT_ARCH_TILEGX32,
		AUDIT_ARCH_TILEPRO,
		AUDIT_ARCH_UNICORE,
		AUDIT_ARCH_X86_64,
		AUDIT_ARCH_XTENSA,
		0,
		UINT32_MAX,
	};

	for (size_t i = 0; i < COUNT_OF(arches); i++) {
		if (arches[i] == syscall_arch ||
		    (arches[i] == syscall_arch_x86 && s->filter->x86))
			continue;
		for (uint32_t n = 0; n < 32; n++)
			sample_number(s, arches[i], n * 17);
		sample_number(s, arches[i], SYSCALL_NUMBER_END);
		sample_number(s, arches[i], UINT32_MAX);
	}
}
