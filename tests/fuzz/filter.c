/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about system calls: the input is a profile. What is compiled of it has
 * the form that all filters have, and answers as filter_answer() says for calls
 * and arguments around what the rules name.
 */
#include "fuzz.h"

#include "bpf.h"
#include "sample.h"

#include "host/syscalls.h"
#include "plan/plan.h"

#include <errno.h>

/* Each costs a filter_answer() and two runs of the program. */
#define PER_CALL 48
#define DEPTH_MAX 24

struct made {
	struct filter filter;
	struct bpf plain, notify;
};

static void check_answer(void *context, const struct seccomp_data *d)
{
	const struct made *m = context;
	uint64_t args[SYSCALL_ARGS];
	uint32_t want, plain = 0, notify = 0;
	int call;

	memcpy(args, d->args, sizeof(args));
	want = filter_answer(&m->filter, d->arch, (uint32_t)d->nr, args, &call);
	CHECK(!bpf_answer(&m->plain, d, &plain));
	CHECK(plain == want);
	CHECK(!bpf_answer(&m->notify, d, &notify));
	CHECK(notify == want ||
	      (notify == SECCOMP_RET_USER_NOTIF && filter_reports(want)));
}

static void check_form(const struct bpf *b)
{
	struct bpf_form form;

	CHECK(!bpf_look(b, &form));
	CHECK(form.arch_first && form.depth <= DEPTH_MAX);
}

static void check_arch(struct sample *s, uint32_t arch)
{
	for (unsigned int i = 0; i < syscall_count; i++) {
		int n = arch == syscall_arch ? syscalls[i].native :
					       syscalls[i].x86;

		if (n >= 0 && s->filter->calls[i].count)
			sample_number(s, arch, (uint32_t)n);
	}
	for (size_t i = 0; i < 24; i++)
		sample_number(s, arch,
			      (uint32_t)(sample_random(&s->state) >> 16) % 600);
	sample_number(s, arch, SYSCALL_NUMBER_END);
	sample_number(s, arch, UINT32_MAX);
}

/* Deny lists allow what is not named, and lists that allow say the rest. */
static void check_filter(struct arena *a, const struct plan *p, uint64_t seed)
{
	struct made m;
	struct sample s = {
		.filter = &m.filter,
		.limit = PER_CALL,
		.state = seed,
		.try = check_answer,
		.context = &m,
	};
	struct str text = { .arena = a };
	struct err e = { 0 };

	if (filter_make(a, p, &m.filter, &e) < 0 ||
	    bpf_compile(a, &m.filter, false, &m.plain, &e) < 0 ||
	    bpf_compile(a, &m.filter, true, &m.notify, &e) < 0) {
		fuzz_check_err(&e);
		return;
	}
	CHECK(filter_equal(&m.filter, &m.filter));
	check_form(&m.plain);
	check_form(&m.notify);
	check_arch(&s, syscall_arch);
	check_arch(&s, syscall_arch_x86);
	filter_print(&m.filter, &text);
	CHECK(text.length > 0 && text.text[text.length - 1] == '\n');
}

/* FNV-1a; never 0. */
static uint64_t hash(const uint8_t *data, size_t size)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * 1099511628211u;
	return h ? h : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct settings settings = { .arena = &a }, again;
	struct canned host;
	struct plan plan;
	struct err e = { 0 };

	fuzz_host(&host, &a, 0);
	if (fuzz_read(&host, &settings, (const char *)data, size, &e) < 0 ||
	    settings_apply(&settings, &a, "/cwd", &plan, &e) < 0) {
		fuzz_check_err(&e);
	} else {
		fuzz_fixed_point(&host, &settings, &again);
		if (filter_wanted(&plan))
			check_filter(&a, &plan, hash(data, size));
	}
	arena_release(&a);
	return 0;
}
