/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/filter.h"

#include "base/err.h"
#include "base/str.h"
#include "host/syscalls.h"

#include <errno.h>
#include <linux/seccomp.h>

/* The pools of a filter while they grow. */
struct maker {
	struct arena *arena;
	const struct plan *plan;
	ARRAY(struct filter_rule) rules;
	ARRAY(struct filter_test) tests;
	ARRAY(uint64_t) values;
};

/* Ascending and without repetition, so that equal sets are equal bytes. */
static void add_values(struct maker *m, const struct call_test *t,
		       struct filter_test *out)
{
	out->first = (uint16_t)m->values.count;
	/* What is more than a program can hold is an error later on. */
	for (size_t i = 0;
	     i < t->value_count && m->values.count <= BPF_COUNT_MAX; i++) {
		uint64_t v = t->values[i];
		size_t at = out->first, n = m->values.count;

		while (at < n && m->values.items[at] < v)
			at++;
		if (at < n && m->values.items[at] == v)
			continue;
		array_add(m->arena, &m->values);
		memmove(m->values.items + at + 1, m->values.items + at,
			(n - at) * sizeof(v));
		m->values.items[at] = v;
	}
	out->count = (uint16_t)(m->values.count - out->first);
}

static void add_rule(struct maker *m, const struct plan_calls *c)
{
	struct filter_rule *rule = array_add(m->arena, &m->rules);

	rule->answer = c->answer;
	rule->first = (uint16_t)m->tests.count;
	rule->count = (uint16_t)c->test_count;
	for (size_t i = 0; i < c->test_count; i++) {
		const struct call_test *from = &c->tests[i];
		struct filter_test *t = array_add(m->arena, &m->tests);

		t->mask = from->mask;
		t->arg = from->arg;
		t->negated = from->negated;
		add_values(m, from, t);
	}
}

/*
 * For each call the rules with conditions that come after the last one without;
 * `last` is that one's index plus 1, or 0. Only single calls have conditions.
 */
static void add_call(struct maker *m, unsigned int call, size_t last,
		     struct filter_call *out)
{
	const struct plan_calls *all = m->plan->calls.items;

	if (last)
		out->answer = all[last - 1].answer;
	out->first = (uint16_t)m->rules.count;
	for (size_t i = last; out->count && i < m->plan->calls.count; i++)
		if (all[i].test_count && all[i].index == call)
			add_rule(m, &all[i]);
	out->count = (uint16_t)(m->rules.count - out->first);
}

/* The last rule without conditions about a call, by the ways to name it. */
struct latest {
	size_t all;
	uint16_t *group, *one; /* a plan has few enough, calls.h */
};

static void note_rule(const struct plan_calls *c, size_t number,
		      struct latest *latest, struct filter_call *calls)
{
	switch (c->what) {
	case CALLS_ALL:
		latest->all = number;
		break;
	case CALLS_GROUP:
		latest->group[c->index] = (uint16_t)number;
		break;
	case CALLS_ONE:
		if (c->test_count)
			calls[c->index].count = 1; /* at least */
		else
			latest->one[c->index] = (uint16_t)number;
		break;
	}
}

static size_t latest_of(const struct latest *l, unsigned int call)
{
	size_t group = l->group[syscalls[call].group], one = l->one[call];
	size_t last = group > one ? group : one;

	return last > l->all ? last : l->all;
}

/*
 * 32-bit x86 makes sockets and System V IPC also by one call for all of them,
 * with what it is about in memory. Where rules look at arguments of those, it
 * is not let past them, unless it is named itself.
 */
static void close_multiplexer(const char *name, const char *group,
			      const struct latest *latest,
			      struct filter_call *calls)
{
	int call = syscall_find(name), of = syscall_group_find(group);

	if (call < 0 || of < 0 || latest->one[call])
		return;
	for (unsigned int i = 0; i < syscall_count; i++)
		if (syscalls[i].group == of && calls[i].count)
			calls[call].answer = SECCOMP_RET_ERRNO | ENOSYS;
}

int filter_make(struct arena *a, const struct plan *p, struct filter *out,
		struct err *e)
{
	struct maker m = { .arena = a, .plan = p };
	struct latest latest = {
		.group = arena_alloc(a, syscall_group_count *
						sizeof(*latest.group)),
		.one = arena_alloc(a, syscall_count * sizeof(*latest.one)),
	};
	struct filter_call *calls =
		arena_alloc(a, syscall_count * sizeof(*calls));
	uint32_t rest = p->calls_rest == ANSWER_NONE ? SECCOMP_RET_ALLOW :
						       p->calls_rest;

	for (size_t i = 0; i < p->calls.count; i++)
		note_rule(&p->calls.items[i], i + 1, &latest, calls);
	for (unsigned int i = 0; i < syscall_count; i++) {
		calls[i].answer = rest;
		add_call(&m, i, latest_of(&latest, i), &calls[i]);
		/* Each takes an instruction at least. */
		if (m.rules.count + m.values.count > BPF_COUNT_MAX)
			return err_set(e, ERR_USAGE,
				       "too many conditions on system calls");
	}
	close_multiplexer("socketcall", "sockets", &latest, calls);
	close_multiplexer("ipc", "ipc", &latest, calls);
	*out = (struct filter){
		.rest = rest,
		.x86 = p->calls_x86 && syscall_arch_x86,
		.calls = calls,
		.rules = m.rules.items,
		.rule_count = m.rules.count,
		.tests = m.tests.items,
		.test_count = m.tests.count,
		.values = m.values.items,
		.value_count = m.values.count,
	};
	return 0;
}

bool filter_wanted(const struct plan *p)
{
	return p->calls.count || p->calls_rest != ANSWER_NONE;
}

#define SAME(a, b, field, count)                                               \
	((count) == 0 ||                                                       \
	 memcmp((a)->field, (b)->field, (count) * sizeof(*(a)->field)) == 0)

bool filter_equal(const struct filter *a, const struct filter *b)
{
	return a->rest == b->rest && a->x86 == b->x86 &&
	       a->rule_count == b->rule_count &&
	       a->test_count == b->test_count &&
	       a->value_count == b->value_count &&
	       SAME(a, b, calls, syscall_count) &&
	       SAME(a, b, rules, a->rule_count) &&
	       SAME(a, b, tests, a->test_count) &&
	       SAME(a, b, values, a->value_count);
}

bool filter_same_test(const struct filter *f, const struct filter_test *a,
		      const struct filter_test *b)
{
	return a->mask == b->mask && a->arg == b->arg &&
	       a->negated == b->negated && a->count == b->count &&
	       memcmp(f->values + a->first, f->values + b->first,
		      a->count * sizeof(*f->values)) == 0;
}

static bool lets_through(uint32_t answer)
{
	return answer == SECCOMP_RET_ALLOW || answer == SECCOMP_RET_LOG;
}

bool filter_allows(const struct filter *f, unsigned int call)
{
	const struct filter_call *c = &f->calls[call];

	if (!lets_through(c->answer))
		return false;
	for (size_t i = 0; i < c->count; i++)
		if (!lets_through(f->rules[c->first + i].answer))
			return false;
	return true;
}

bool filter_reports(uint32_t answer)
{
	return !lets_through(answer) && answer != (SECCOMP_RET_ERRNO | ENOSYS);
}

bool filter_is_blind(const struct filter *f, unsigned int call)
{
	return f->calls[call].count && str_equal(syscall_name(call), "mmap");
}

/* --- the meaning -------------------------------------------------------- */

static bool holds(const struct filter *f, const struct filter_test *t,
		  const uint64_t args[6])
{
	for (size_t i = 0; i < t->count; i++)
		if ((args[t->arg] & t->mask) == f->values[t->first + i])
			return !t->negated;
	return t->negated;
}

static bool all_hold(const struct filter *f, const struct filter_rule *rule,
		     const uint64_t args[6])
{
	for (size_t i = 0; i < rule->count; i++)
		if (!holds(f, &f->tests[rule->first + i], args))
			return false;
	return true;
}

uint32_t filter_answer(const struct filter *f, uint32_t arch, uint32_t number,
		       const uint64_t args[6], int *call)
{
	const struct filter_call *c;

	*call = -1;
	if (arch != syscall_arch && !(f->x86 && arch == syscall_arch_x86))
		return SECCOMP_RET_KILL_PROCESS;
	if (number >= SYSCALL_NUMBER_END)
		return SECCOMP_RET_ERRNO | ENOSYS;
	*call = syscall_by_number(arch, number);
	if (*call < 0)
		return f->rest;
	c = &f->calls[*call];
	if (arch != syscall_arch && filter_is_blind(f, (unsigned int)*call))
		return SECCOMP_RET_ERRNO | ENOSYS;
	for (size_t i = c->count; i > 0; i--) {
		const struct filter_rule *rule = &f->rules[c->first + i - 1];

		if (all_hold(f, rule, args))
			return rule->answer;
	}
	return c->answer;
}
