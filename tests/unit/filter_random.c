/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rules, the same in every run: the BPF program, filter_answer() and a
 * naive reading of the rules from first to last agree.
 */
#include "unit.h"

#include "bpf.h"
#include "filter.h"
#include "sample.h"

#include "host/syscalls.h"
#include "input/calls.h"

#include <errno.h>
#include <string.h>

#define SETS 3000

struct writer {
	uint64_t state;
	struct str text;
	int favourites[3]; /* calls with conditions meet in few */
};

static uint64_t below(struct writer *w, uint64_t n)
{
	return (sample_random(&w->state) >> 11) % n;
}

static bool one_in(struct writer *w, uint64_t n)
{
	return below(w, n) == 0;
}

/* --- the text ------------------------------------------------------------ */

static const char *pick_answer(struct writer *w)
{
	static const char *const words[] = { "allow", "kill",	"log",
					     "EPERM", "ENOSYS", "EACCES" };

	return words[below(w, COUNT_OF(words))];
}

/* Mostly values that have halves in common with others. */
static uint64_t pick_value(struct writer *w, uint64_t fits)
{
	static const uint32_t halves[] = { 0, 1,	  2,	      5,
					   7, 0x80000000, UINT32_MAX, 0x5412 };
	uint64_t low = halves[below(w, COUNT_OF(halves))];
	uint64_t high = halves[below(w, 4)];

	if (one_in(w, 8))
		return sample_random(&w->state) & fits;
	if (one_in(w, 8))
		high = UINT32_MAX;
	return (high << 32 | low) & fits;
}

static void write_values(struct writer *w, uint64_t fits)
{
	unsigned int n = (unsigned int)below(w, 5) + 1;

	/* So many that jumps over them do not reach. */
	if (one_in(w, 150))
		n = 100 + (unsigned int)below(w, 300);
	for (unsigned int i = 0; i < n; i++)
		str_addf(&w->text, i ? "|0x%llx" : "0x%llx",
			 (unsigned long long)(n < 100 ?
						      pick_value(w, fits) :
						      sample_random(&w->state) &
							      fits));
}

static void write_condition(struct writer *w, const struct syscall_arg *arg)
{
	uint64_t whole =
		arg->bits == 64 ? UINT64_MAX : ((uint64_t)1 << arg->bits) - 1;
	uint64_t mask = pick_value(w, whole);
	const char *sign = one_in(w, 2) ? "==" : "!=";

	str_addf(&w->text, "%.*s ", (int)arg->name_length, arg->name);
	if (one_in(w, 2)) {
		str_addf(&w->text, "%s ", sign);
		write_values(w, whole);
		return;
	}
	if (mask == 0)
		mask = 1;
	if (one_in(w, 3)) {
		str_addf(&w->text, "!& 0x%llx", (unsigned long long)mask);
		return;
	}
	str_addf(&w->text, "& 0x%llx", (unsigned long long)mask);
	if (one_in(w, 2)) {
		str_addf(&w->text, " %s ", sign);
		str_addf(&w->text, "0x%llx",
			 (unsigned long long)(pick_value(w, mask) & mask));
	}
}

/* The call and one to three conditions, if one can be given. */
static void write_call(struct writer *w, unsigned int call)
{
	unsigned int args = 0, n = (unsigned int)below(w, 3) + 1;
	struct syscall_arg arg;

	str_add(&w->text, syscall_name(call));
	while (syscall_arg(call, NULL, 0, args, &arg))
		args++;
	for (unsigned int i = 0; args && i < n; i++) {
		syscall_arg(call, NULL, 0, (unsigned int)below(w, args), &arg);
		str_add(&w->text, i ? ", " : "(");
		write_condition(w, &arg);
	}
	str_add(&w->text, args ? ")" : "");
}

static void write_item(struct writer *w)
{
	uint64_t dice = below(w, 20);

	str_add(&w->text, " ");
	if (dice == 0)
		str_add(&w->text, "@all");
	else if (dice < 5)
		str_addf(&w->text, "@%s",
			 syscall_group_name(
				 (unsigned int)below(w, syscall_group_count)));
	else if (dice < 8)
		str_add(&w->text,
			syscall_name((unsigned int)below(w, syscall_count)));
	else if (dice < 10)
		write_call(w, (unsigned int)below(w, syscall_count));
	else
		write_call(w, (unsigned int)w->favourites[below(
				      w, COUNT_OF(w->favourites))]);
}

static const char *write_profile(struct writer *w)
{
	static const char *const names[] = { "clone",  "ioctl",	 "socket",
					     "openat", "ptrace", "mknodat",
					     "fcntl",  "prctl",	 "mmap",
					     "keyctl" };
	unsigned int lines = (unsigned int)below(w, 12) + 1;

	for (size_t i = 0; i < COUNT_OF(w->favourites); i++)
		w->favourites[i] =
			syscall_find(names[below(w, COUNT_OF(names))]);
	if (one_in(w, 2))
		str_addf(&w->text, "syscalls-default %s\n", pick_answer(w));
	if (syscall_arch_x86 && one_in(w, 3))
		str_add(&w->text, "syscalls-arch x86\n");
	for (unsigned int i = 0; i < lines; i++) {
		unsigned int items = (unsigned int)below(w, 3) + 1;

		if (one_in(w, 3))
			str_addf(&w->text, "syscalls-answer %s",
				 pick_answer(w));
		else
			str_add(&w->text, one_in(w, 2) ? "syscalls-allow" :
							 "syscalls-deny");
		while (items--)
			write_item(w);
		str_add(&w->text, "\n");
	}
	return str_text(&w->text);
}

/* --- the naive reading --------------------------------------------------- */

static bool holds(const struct call_test *t, const uint64_t args[])
{
	bool found = false;

	for (size_t i = 0; i < t->value_count; i++)
		found |= (args[t->arg] & t->mask) == t->values[i];
	return found != t->negated;
}

static bool is_about(const struct plan_calls *rule, unsigned int call,
		     const uint64_t args[])
{
	if (rule->what == CALLS_ONE && rule->index != call)
		return false;
	if (rule->what == CALLS_GROUP && rule->index != syscalls[call].group)
		return false;
	for (size_t i = 0; i < rule->test_count; i++)
		if (!holds(&rule->tests[i], args))
			return false;
	return true;
}

/* Whether a rule that may still decide about `call` looks at arguments. */
static bool is_told_apart(const struct plan *p, unsigned int call)
{
	bool apart = false;

	for (size_t i = 0; i < p->calls.count; i++) {
		const struct plan_calls *rule = &p->calls.items[i];

		if (rule->what == CALLS_ONE && rule->index == call)
			apart = rule->test_count > 0;
		else if (rule->what == CALLS_ALL ||
			 (rule->what == CALLS_GROUP &&
			  rule->index == syscalls[call].group))
			apart = false;
	}
	return apart;
}

/*
 * 32-bit x86 has calls whose arguments are in memory: they are not let past
 * rules about arguments.
 */
static bool is_blind(const struct plan *p, unsigned int call)
{
	const char *name = syscall_name(call);

	if (strcmp(name, "mmap") == 0)
		return is_told_apart(p, call);
	if (strcmp(name, "socketcall") != 0 && strcmp(name, "ipc") != 0)
		return false;
	for (size_t i = 0; i < p->calls.count; i++)
		if (p->calls.items[i].what == CALLS_ONE &&
		    p->calls.items[i].index == call &&
		    p->calls.items[i].test_count == 0)
			return false;
	for (unsigned int i = 0; i < syscall_count; i++)
		if (syscalls[i].group == syscalls[call].group &&
		    is_told_apart(p, i))
			return true;
	return false;
}

static uint32_t read_plan(const struct plan *p, const struct seccomp_data *d)
{
	uint32_t answer = p->calls_rest == ANSWER_NONE ? SECCOMP_RET_ALLOW :
							 p->calls_rest;
	uint64_t args[SYSCALL_ARGS];
	int call = syscall_by_number(d->arch, (uint32_t)d->nr);

	for (size_t i = 0; i < SYSCALL_ARGS; i++)
		args[i] = d->args[i];
	if (d->arch != syscall_arch && !p->calls_x86)
		return SECCOMP_RET_KILL_PROCESS;
	if ((uint32_t)d->nr >= SYSCALL_NUMBER_END)
		return SECCOMP_RET_ERRNO | ENOSYS;
	for (size_t i = 0; call >= 0 && i < p->calls.count; i++)
		if (is_about(&p->calls.items[i], (unsigned int)call, args))
			answer = p->calls.items[i].answer;
	if (call >= 0 && d->arch != syscall_arch &&
	    is_blind(p, (unsigned int)call))
		return SECCOMP_RET_ERRNO | ENOSYS;
	return answer;
}

struct both {
	const struct plan *plan;
	struct check_filter check;
};

static void check_both(void *context, const struct seccomp_data *d)
{
	struct both *b = context;
	uint32_t got = 0, want = read_plan(b->plan, d);

	check_answer(&b->check, d);
	if (!b->check.notify &&
	    (bpf_answer(&b->check.bpf, d, &got) || got != want))
		fail_msg("%s: arch 0x%x nr %d: 0x%x, not 0x%x", b->check.name,
			 d->arch, d->nr, got, want);
}

/* --- what is printed ----------------------------------------------------- */

/* A test is printed as a profile says it: read again, it is the same. */
static void check_printed(struct arena *a, const struct filter *f,
			  const struct filter_test *t, unsigned int call)
{
	struct str text = { .arena = a };
	const struct filter_test *same;
	struct filter again;
	struct plan plan;
	struct err e = { 0 };

	plan_init(&plan);
	str_addf(&text, "%s(", syscall_name(call));
	filter_print_test(f, t, call, &text);
	str_add(&text, ")");
	if (calls_parse(a, str_text(&text), SECCOMP_RET_LOG, &plan, &e) < 0 ||
	    filter_make(a, &plan, &again, &e) < 0)
		fail_msg("%s: %s", str_text(&text), e.message);
	same = again.tests;
	if (again.test_count != 1 || same->mask != t->mask ||
	    same->arg != t->arg || same->negated != t->negated ||
	    same->count != t->count ||
	    memcmp(again.values, f->values + t->first,
		   t->count * sizeof(*f->values)) != 0)
		fail_msg("%s is read as another", str_text(&text));
}

static void check_print(struct arena *a, const struct filter *f)
{
	struct str text = { .arena = a };

	for (unsigned int i = 0; i < syscall_count; i++)
		for (size_t k = 0; k < f->calls[i].count; k++) {
			const struct filter_rule *r =
				&f->rules[f->calls[i].first + k];

			for (size_t n = 0; n < r->count; n++)
				check_printed(a, f, &f->tests[r->first + n], i);
		}
	filter_print(f, &text);
	unit_has(str_text(&text), "\nall others: ");
}

/* --- all ----------------------------------------------------------------- */

static void try_arch(struct sample *s, uint32_t arch)
{
	static const uint32_t edges[] = { 0, 0x3fffffff, SYSCALL_NUMBER_END,
					  UINT32_MAX };
	const struct filter *f = s->filter;

	for (unsigned int i = 0; i < syscall_count; i++) {
		int n = arch == syscall_arch ? syscalls[i].native :
					       syscalls[i].x86;

		if (n >= 0 && (f->calls[i].count || i % 8 == 0))
			sample_number(s, arch, (uint32_t)n);
	}
	for (size_t i = 0; i < COUNT_OF(edges); i++)
		sample_number(s, arch, edges[i]);
	for (size_t i = 0; i < 16; i++)
		sample_number(s, arch,
			      (uint32_t)sample_random(&s->state) % 700);
}

/* Returns how many conditions there were. */
static size_t try_set(uint64_t seed, bool notify)
{
	struct arena a = { 0 };
	struct writer w = { .state = (seed + 1) * 0x9e3779b97f4a7c15u,
			    .text = { .arena = &a } };
	const char *text = write_profile(&w);
	struct settings settings;
	struct filter filter;
	struct plan plan;
	struct both both = {
		.plan = &plan,
		.check = { .name = text, .filter = &filter, .notify = notify }
	};
	struct sample s = { .filter = &filter,
			    .limit = 400,
			    .state = w.state,
			    .try = check_both,
			    .context = &both };
	struct err e = { 0 };
	size_t tests;

	if (unit_settings(unit_host(&a, unit_student), text, &settings, &e) <
		    0 ||
	    settings_apply(&settings, &a, "/", &plan, &e) < 0 ||
	    filter_make(&a, &plan, &filter, &e) < 0)
		fail_msg("%s%s", unit_line(&a, &e), text);
	if (bpf_compile(&a, &filter, notify, &both.check.bpf, &e) < 0) {
		unit_has(e.message, "more than 4096 instructions");
		arena_release(&a);
		return 0;
	}
	check_form(&both.check);
	check_print(&a, &filter);
	try_arch(&s, syscall_arch);
	try_arch(&s, syscall_arch_x86);
	tests = filter.test_count;
	arena_release(&a);
	return tests;
}

static void agree(void **state)
{
	size_t tests = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SETS; seed++)
		tests += try_set(seed, seed % 4 == 3);
	/* They are not all empty. */
	assert_true(tests > SETS);
}

GROUP(filter_random)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree),
	};

	return cmocka_run_group_tests_name("filter_random", tests, NULL, NULL);
}
