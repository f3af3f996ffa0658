/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules -> BPF.
 *
 * Numbers whose calls get the same answer are merged into ranges, and a binary
 * tree of "number >= N" leads to the range: at load the kernel runs the program
 * once for every number there is (seccomp_cache_prepare() in kernel/seccomp.c),
 * so its depth is what a filter costs at start-up.
 *
 * The program is written from its end: jumps go forward only, so what they lead
 * to is there already, and their distance is known. A conditional jump reaches
 * 255 instructions; what is farther is returned on the spot, or reached by an
 * unconditional one.
 */
#include "compile/filter.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/syscalls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>

#define REACH 250 /* of 255, for what near() itself puts between */

#define ENOSYS_ANSWER (SECCOMP_RET_ERRNO | ENOSYS)

/* A place in the program, counted from its end. */
typedef size_t place;

struct builder {
	const struct filter *filter;
	bool notify;
	bool full;
	place *made; /* of each call with exceptions; 0: not yet */
	struct sock_filter code[BPF_COUNT_MAX]; /* filled from the end */
	size_t count;
};

/* A range of numbers, up to the next one's `from`. */
struct range {
	uint32_t from;
	uint32_t answer;
	int call; /* with exceptions; -1: `answer` for all of them */
};

/* --- instructions ------------------------------------------------------- */

static place emit(struct builder *b, uint16_t code, uint32_t k, size_t yes,
		  size_t no)
{
	if (b->count == BPF_COUNT_MAX) {
		b->full = true;
		return b->count;
	}
	b->count++;
	b->code[BPF_COUNT_MAX - b->count] = (struct sock_filter){
		.code = code,
		.jt = (uint8_t)yes,
		.jf = (uint8_t)no,
		.k = k,
	};
	return b->count;
}

static const struct sock_filter *at(const struct builder *b, place p)
{
	return &b->code[BPF_COUNT_MAX - p];
}

static place emit_load(struct builder *b, size_t offset)
{
	return emit(b, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* A place within reach of the next instruction that does what `p` does. */
static place near(struct builder *b, place p)
{
	if (b->count - p < REACH)
		return p;
	if (at(b, p)->code == (BPF_RET | BPF_K))
		return emit(b, BPF_RET | BPF_K, at(b, p)->k, 0, 0);
	return emit(b, BPF_JMP | BPF_JA, (uint32_t)(b->count - p), 0, 0);
}

static place emit_jump(struct builder *b, uint16_t test, uint32_t k, place yes,
		       place no)
{
	if (yes == no)
		return yes;
	yes = near(b, yes);
	no = near(b, no);
	return emit(b, (uint16_t)(BPF_JMP | test | BPF_K), k, b->count - yes,
		    b->count - no);
}

/* One that is near is used again. */
static place emit_answer(struct builder *b, uint32_t answer)
{
	for (place p = b->count; p > 0 && b->count - p < REACH; p--)
		if (at(b, p)->code == (BPF_RET | BPF_K) &&
		    at(b, p)->k == answer)
			return p;
	return emit(b, BPF_RET | BPF_K, answer, 0, 0);
}

/*
 * Between the filter and its execve(2) the command's process makes these: had
 * they to wait for the supervisor, nobody would tell it that there is something
 * to answer.
 */
static bool is_ours(unsigned int call)
{
	static const char *const names[] = { "access",	  "execve",
					     "exit",	  "exit_group",
					     "faccessat", "faccessat2" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_equal(syscall_name(call), names[i]))
			return true;
	return false;
}

/* What the kernel is told to do: --explain wants to hear of refusals. */
static uint32_t said(const struct builder *b, uint32_t answer, bool ours)
{
	return b->notify && !ours && filter_reports(answer) ?
		       SECCOMP_RET_USER_NOTIF :
		       answer;
}

/* --- conditions --------------------------------------------------------- */

#define ARG_OFFSET(n) (offsetof(struct seccomp_data, args) + 8 * (size_t)(n))
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the halves of arguments are the other way round here"
#endif

/* Whether a masked half of an argument is that half of one of the values. */
static place emit_half(struct builder *b, size_t offset, uint64_t mask,
		       const uint64_t *values, size_t count, unsigned int shift,
		       place yes, place no)
{
	uint32_t half = (uint32_t)(mask >> shift);
	place p = no;

	for (size_t i = count; i > 0; i--)
		p = emit_jump(b, BPF_JEQ, (uint32_t)(values[i - 1] >> shift),
			      yes, p);
	if (half != UINT32_MAX)
		emit(b, BPF_ALU | BPF_AND | BPF_K, half, 0, 0);
	return emit_load(b, offset);
}

/*
 * BPF compares 32 bits; where the kernel looks at no more, nor do we. Values
 * are in ascending order: those with the same upper half stand together.
 */
static place emit_test(struct builder *b, const struct filter_test *t,
		       place yes, place no)
{
	const uint64_t *values = b->filter->values + t->first;
	size_t low = ARG_OFFSET(t->arg), high = low + 4;
	place p = t->negated ? yes : no, is = t->negated ? no : yes;

	/* No jump: a load would run on into what happens to stand there. */
	if (yes == no)
		return yes;
	if (!(t->mask >> 32))
		return emit_half(b, low, t->mask, values, t->count, 0, is, p);
	for (size_t end = t->count, start; end > 0; end = start) {
		place low_is = is;

		start = end - 1;
		while (start > 0 &&
		       values[start - 1] >> 32 == values[start] >> 32)
			start--;
		if ((uint32_t)t->mask)
			low_is = emit_half(b, low, t->mask, values + start,
					   end - start, 0, is, p);
		p = emit_half(b, high, t->mask, values + start, 1, 32, low_is,
			      p);
	}
	return p;
}

/* The last rule that holds decides: it is asked first. */
static place emit_call(struct builder *b, unsigned int call)
{
	const struct filter_call *c = &b->filter->calls[call];
	bool ours = is_ours(call);
	place p = emit_answer(b, said(b, c->answer, ours));

	for (size_t i = 0; i < c->count; i++) {
		const struct filter_rule *rule =
			&b->filter->rules[c->first + i];
		place no = p;

		p = emit_answer(b, said(b, rule->answer, ours));
		for (size_t k = rule->count; k > 0; k--)
			p = emit_test(b, &b->filter->tests[rule->first + k - 1],
				      p, no);
	}
	return p;
}

/* Whether one piece of code does for both: same exceptions, same answers. */
static bool is_like(const struct builder *b, unsigned int x, unsigned int y)
{
	const struct filter *f = b->filter;
	const struct filter_call *cx = &f->calls[x], *cy = &f->calls[y];

	if (cx->answer != cy->answer || cx->count != cy->count ||
	    is_ours(x) != is_ours(y))
		return false;
	for (size_t i = 0; i < cx->count; i++) {
		const struct filter_rule *rx = &f->rules[cx->first + i];
		const struct filter_rule *ry = &f->rules[cy->first + i];

		if (rx->answer != ry->answer || rx->count != ry->count)
			return false;
		for (size_t k = 0; k < rx->count; k++)
			if (!filter_same_test(f, &f->tests[rx->first + k],
					      &f->tests[ry->first + k]))
				return false;
	}
	return true;
}

/* The first call in the table whose code does for this one. */
static int first_like(const struct builder *b, unsigned int call)
{
	for (unsigned int i = 0; i < call; i++)
		if (b->filter->calls[i].count && is_like(b, i, call))
			return (int)i;
	return (int)call;
}

/* --- numbers ------------------------------------------------------------ */

static int number_of(unsigned int call, bool x86)
{
	return x86 ? syscalls[call].x86 : syscalls[call].native;
}

static int by_number(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Appends unless it says the same as the range before it. */
static size_t add_range(struct range *list, size_t n, struct range r)
{
	if (n && list[n - 1].from == r.from)
		n--;
	if (n && list[n - 1].call == r.call &&
	    (r.call >= 0 || list[n - 1].answer == r.answer))
		return n;
	list[n] = r;
	return n + 1;
}

/*
 * Each call of the architecture, what is between them answered as the rest.
 * `out` has room for two ranges a call.
 */
static size_t make_ranges(const struct builder *b, bool x86,
			  struct range *calls, struct range *out)
{
	struct range rest = { 0, said(b, b->filter->rest, false), -1 };
	size_t count = 0, n = 0;

	for (unsigned int i = 0; i < syscall_count; i++) {
		const struct filter_call *c = &b->filter->calls[i];

		if (number_of(i, x86) < 0)
			continue;
		calls[count++] = (struct range){
			.from = (uint32_t)number_of(i, x86),
			.answer = said(b, c->answer, is_ours(i)),
			.call = c->count ? first_like(b, i) : -1,
		};
		if (x86 && filter_is_blind(b->filter, i)) {
			calls[count - 1].answer = ENOSYS_ANSWER;
			calls[count - 1].call = -1;
		}
	}
	qsort(calls, count, sizeof(*calls), by_number);
	n = add_range(out, n, rest);
	for (size_t i = 0; i < count; i++) {
		n = add_range(out, n, calls[i]);
		rest.from = calls[i].from + 1;
		n = add_range(out, n, rest);
	}
	return n;
}

static place emit_tree(struct builder *b, const struct range *r, size_t n)
{
	size_t half = n / 2;
	place above, below;

	if (n == 1 && r->call >= 0) {
		if (!b->made[r->call])
			b->made[r->call] = emit_call(b, (unsigned int)r->call);
		return b->made[r->call];
	}
	if (n == 1)
		return emit_answer(b, r->answer);
	above = emit_tree(b, r + half, n - half);
	below = emit_tree(b, r, half);
	return emit_jump(b, BPF_JGE, r[half].from, above, below);
}

/* What the calls of one architecture get. */
static place emit_arch(struct builder *b, bool x86, struct range *room)
{
	struct range *ranges = room + syscall_count;
	size_t n = make_ranges(b, x86, room, ranges);
	place tree = emit_tree(b, ranges, n);
	place other = emit_answer(b, ENOSYS_ANSWER);

	if (tree == other)
		return tree;
	emit_jump(b, BPF_JGE, SYSCALL_NUMBER_END, other, tree);
	return emit_load(b, offsetof(struct seccomp_data, nr));
}

int bpf_compile(struct arena *a, const struct filter *f, bool notify,
		struct bpf *out, struct err *e)
{
	struct builder *b = arena_new(a, struct builder);
	struct range *room =
		arena_alloc(a, (3 * (size_t)syscall_count + 1) * sizeof(*room));
	place p, native;

	b->filter = f;
	b->notify = notify;
	b->made = arena_alloc(a, syscall_count * sizeof(*b->made));
	p = emit(b, BPF_RET | BPF_K, said(b, SECCOMP_RET_KILL_PROCESS, false),
		 0, 0);
	if (f->x86) {
		place x86 = emit_arch(b, true, room);

		p = emit_jump(b, BPF_JEQ, syscall_arch_x86, x86, p);
	}
	native = emit_arch(b, false, room);
	emit_jump(b, BPF_JEQ, syscall_arch, native, p);
	emit_load(b, offsetof(struct seccomp_data, arch));
	if (b->full)
		return err_set(e, ERR_USAGE,
			       "the filter for system calls has more than %d "
			       "instructions, the most that Linux takes",
			       BPF_COUNT_MAX);
	*out = (struct bpf){ at(b, b->count), b->count };
	return 0;
}
