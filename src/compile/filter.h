/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a system call filter in canonical form: for every call of the
 * table its answer, and the exceptions from it that depend on arguments. Two
 * plans that answer every call alike, by the same exceptions, have equal
 * filters, whatever directives made them; that is how the BPF program of a
 * shipped profile is found that was compiled when sandbox was built.
 *
 * All arrays are flat and refer to each other by index, so that a filter can be
 * compared by its bytes and needs no relocation in the executable.
 */
#ifndef COMPILE_FILTER_H
#define COMPILE_FILTER_H

#include "plan/plan.h"

#include <linux/filter.h>

struct str;

struct filter_test {
	uint64_t mask;
	uint16_t first, count; /* in values */
	uint8_t arg, negated;
	uint8_t unused[2];
};

struct filter_rule {
	uint32_t answer;
	uint16_t first, count; /* in tests; all must hold */
};

/* `answer`, unless one of the rules holds: then that of the last that does. */
struct filter_call {
	uint32_t answer;
	uint16_t first, count; /* in rules */
};

struct filter {
	uint32_t rest; /* the answer to what is not in the table */
	bool x86;      /* 32-bit programs may run, under the same rules */
	const struct filter_call *calls; /* syscall_count of them */
	const struct filter_rule *rules;
	const struct filter_test *tests;
	const uint64_t *values;
	size_t rule_count, test_count, value_count;
};

/* A BPF program, as seccomp(2) takes it. */
struct bpf {
	const struct sock_filter *code;
	size_t count;
};

/* The most that the kernel takes, BPF_MAXINSNS. */
#define BPF_COUNT_MAX 4096

/* A filter compiled at build time, and the profiles that have it. */
struct shipped_filter {
	const char *profiles; /* "default shell"; "" for sandbox's own */
	struct filter filter;
	struct bpf bpf;
};

extern const struct shipped_filter shipped_filters[];
extern const size_t shipped_filter_count;

/* What PID 1 of the sandbox needs from its spawn on. */
extern const struct shipped_filter shipped_init_filter;

/* The canonical form of the plan's rules. */
int filter_make(struct arena *a, const struct plan *p, struct filter *out,
		struct err *e);

bool filter_equal(const struct filter *a, const struct filter *b);

/* Whether two tests of one filter ask the same. */
bool filter_same_test(const struct filter *f, const struct filter_test *a,
		      const struct filter_test *b);

/* Whether the call is let through whatever its arguments are. */
bool filter_allows(const struct filter *f, unsigned int call);

/*
 * Whether conditions on this call cannot be told for 32-bit x86, where its
 * arguments are in memory (the old mmap): it is answered ENOSYS there.
 */
bool filter_is_blind(const struct filter *f, unsigned int call);

/*
 * What a call gets: the meaning of the rules, and of what BPF adds to them, as
 * plainly as it can be said. `arch` and `number` as in seccomp_data. `*call` is
 * its index in the table, or -1.
 */
uint32_t filter_answer(const struct filter *f, uint32_t arch, uint32_t number,
		       const uint64_t args[6], int *call);

/* Whether the plan has rules at all: without, no filter is loaded. */
bool filter_wanted(const struct plan *p);

/*
 * Compiles to BPF: one check of the architecture, a binary tree over ranges of
 * numbers, and for the few calls with exceptions the comparisons. With `notify`
 * what is refused is reported to the supervisor instead (SECCOMP_RET_
 * USER_NOTIF), but for ENOSYS, which is said to programs that only ask, and
 * for the calls that sandbox itself still makes.
 */
int bpf_compile(struct arena *a, const struct filter *f, bool notify,
		struct bpf *out, struct err *e);

/* Whether an answer is reported to the supervisor under --explain. */
bool filter_reports(uint32_t answer);

/* Pseudo code. */
void filter_print(const struct filter *f, struct str *out);

/* --print-filter: pseudo code, or `raw`: the BPF program. */
int filter_show(struct arena *a, const struct plan *p, bool raw,
		struct str *out, struct err *e);

/* One test as it is written in a profile: "flags & CLONE_NEWUSER". */
void filter_print_test(const struct filter *f, const struct filter_test *t,
		       unsigned int call, struct str *out);

/* The word for an answer: "allow", "EPERM". */
void filter_print_answer(uint32_t answer, struct str *out);

#endif
