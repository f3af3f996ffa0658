/* SPDX-License-Identifier: Apache-2.0 */
#include "scmp.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "host/syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Of each argument the bits in `known` are those of `value`. */
struct cell {
	uint64_t known[SYSCALL_ARGS], value[SYSCALL_ARGS];
};

struct scmp {
	const struct filter *filter;
	scmp_filter_ctx ctx;
};

enum truth { NO, YES, PERHAPS };

static enum truth holds(const struct filter *f, const struct filter_test *t,
			const struct cell *c)
{
	uint64_t known = c->known[t->arg] & t->mask;
	bool possible = false;

	for (size_t i = 0; i < t->count; i++) {
		uint64_t differs = f->values[t->first + i] ^ c->value[t->arg];

		if (known & differs)
			continue;
		if (known == t->mask)
			return t->negated ? NO : YES;
		possible = true;
	}
	if (possible)
		return PERHAPS;
	return t->negated ? YES : NO;
}

/* The answer to all of a cell; or a test that some of it passes. */
static const struct filter_test *decide(const struct filter *f,
					const struct filter_call *call,
					const struct cell *c, uint32_t *answer)
{
	*answer = call->answer;
	for (size_t i = call->count; i > 0; i--) {
		const struct filter_rule *r = &f->rules[call->first + i - 1];
		const struct filter_test *open = NULL;
		bool may = true;

		for (size_t k = 0; k < r->count && may; k++) {
			const struct filter_test *t = &f->tests[r->first + k];
			enum truth truth = holds(f, t, c);

			may = truth != NO;
			if (truth == PERHAPS && !open)
				open = t;
		}
		if (!may)
			continue;
		*answer = r->answer;
		return open;
	}
	return NULL;
}

static int add_rule(const struct scmp *s, int number, const struct cell *c,
		    uint32_t answer, struct err *e)
{
	struct scmp_arg_cmp tests[SYSCALL_ARGS];
	unsigned int n = 0;
	int error;

	/* What libseccomp answers anyway it takes no rule for. */
	if (answer == s->filter->rest)
		return 0;
	for (unsigned int i = 0; i < SYSCALL_ARGS; i++)
		if (c->known[i])
			tests[n++] = SCMP_CMP64(i, SCMP_CMP_MASKED_EQ,
						c->known[i], c->value[i]);
	error = seccomp_rule_add_exact_array(s->ctx, answer, number, n, tests);
	if (error == 0)
		return 0;
	errno = -error;
	return err_sys(e, "rule for number %d", number);
}

/*
 * A rule of libseccomp compares an argument once, and which of two that both
 * hold decides is not said: so an argument is split, from its highest bit on,
 * into cells that have one answer each.
 */
static int add_cells(const struct scmp *s, int number,
		     const struct filter_call *call, struct cell c,
		     struct err *e)
{
	uint32_t answer;
	const struct filter_test *t = decide(s->filter, call, &c, &answer);
	uint64_t bit = (uint64_t)1 << 63;

	if (!t)
		return add_rule(s, number, &c, answer, e);
	while (!(bit & t->mask & ~c.known[t->arg]))
		bit >>= 1;
	c.known[t->arg] |= bit;
	if (add_cells(s, number, call, c, e) < 0)
		return -1;
	c.value[t->arg] |= bit;
	return add_cells(s, number, call, c, e);
}

bool scmp_knows(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
	bool known = name != NULL;

	free(name);
	return known;
}

static int add_calls(const struct scmp *s, struct err *e)
{
	for (unsigned int i = 0; i < syscall_count; i++)
		if (syscalls[i].native >= 0 && scmp_knows(syscalls[i].native) &&
		    add_cells(s, syscalls[i].native, &s->filter->calls[i],
			      (struct cell){ 0 }, e) < 0)
			return -1;
	return 0;
}

static int export(const struct scmp *s, struct arena *a, struct bpf *out,
		  struct err *e)
{
	autoclose int fd = memfd_create("bpf", MFD_CLOEXEC);
	struct sock_filter *code;
	off_t size;

	if (fd < 0 || seccomp_export_bpf(s->ctx, fd) != 0)
		return err_sys(e, "export the filter");
	size = lseek(fd, 0, SEEK_END);
	if (size <= 0)
		return err_sys(e, "read the filter");
	code = arena_alloc(a, (size_t)size);
	if (pread(fd, code, (size_t)size, 0) != size)
		return err_sys(e, "read the filter");
	*out = (struct bpf){ code, (size_t)size / sizeof(*code) };
	return 0;
}

int scmp_compile(struct arena *a, const struct filter *f, unsigned int level,
		 struct bpf *out, struct err *e)
{
	struct scmp s = { .filter = f, .ctx = seccomp_init(f->rest) };
	int result = -1;

	if (!s.ctx)
		return err_set(e, ERR_SYSTEM, "libseccomp refuses the default");
	if (seccomp_attr_set(s.ctx, SCMP_FLTATR_CTL_OPTIMIZE, level) != 0)
		err_set(e, ERR_SYSTEM, "libseccomp has no level %u", level);
	else if (add_calls(&s, e) == 0)
		result = export(&s, a, out, e);
	seccomp_release(s.ctx);
	return result;
}
