/* SPDX-License-Identifier: Apache-2.0 */
#include "bpf.h"

#include "host/syscalls.h"

#include <stddef.h>
#include <string.h>

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define RETURN (BPF_RET | BPF_K)

static bool is_load(const struct sock_filter *i, size_t offset)
{
	return i->code == LOAD && i->k == offset;
}

/* Whether a conditional jump is taken; false for what is none. */
static bool test(const struct sock_filter *i, uint32_t a, bool *yes)
{
	switch (i->code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		*yes = a == i->k;
		return true;
	case BPF_JMP | BPF_JGE | BPF_K:
		*yes = a >= i->k;
		return true;
	case BPF_JMP | BPF_JGT | BPF_K:
		*yes = a > i->k;
		return true;
	case BPF_JMP | BPF_JSET | BPF_K:
		*yes = (a & i->k) != 0;
		return true;
	default:
		return false;
	}
}

const char *bpf_answer(const struct bpf *b, const struct seccomp_data *d,
		       uint32_t *answer)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < b->count; pc++) {
		const struct sock_filter *i = &b->code[pc];
		bool yes;

		if (i->code == RETURN) {
			*answer = i->k;
			return NULL;
		}
		if (i->code == LOAD) {
			if (i->k % 4 || i->k >= sizeof(*d))
				return "a load from beside the data";
			memcpy(&a, (const char *)d + i->k, sizeof(a));
		} else if (i->code == (BPF_ALU | BPF_AND | BPF_K)) {
			a &= i->k;
		} else if (i->code == (BPF_JMP | BPF_JA)) {
			/* Not wrapped around by the addition: */
			if (i->k >= b->count)
				return "a jump out of the program";
			pc += i->k;
		} else if (test(i, a, &yes)) {
			pc += yes ? i->jt : i->jf;
		} else {
			return "an instruction that does not belong here";
		}
	}
	return "the program does not end in an answer";
}

/* --- the form ----------------------------------------------------------- */

/* How many instructions may come next, and which: jumps go forward only. */
static int next_of(const struct sock_filter *i, size_t at, size_t next[2])
{
	bool yes;

	if (i->code == RETURN)
		return 0;
	next[0] = next[1] = at + 1;
	if (i->code == (BPF_JMP | BPF_JA)) {
		next[0] += i->k;
		return 1;
	}
	if (!test(i, 0, &yes))
		return 1;
	next[0] += i->jt;
	next[1] += i->jf;
	return 2;
}

static const char *check(const struct sock_filter *i)
{
	bool yes;

	if (i->code == LOAD)
		return i->k % 4 || i->k >= sizeof(struct seccomp_data) ?
			       "a load from beside the data" :
			       NULL;
	if (i->code == RETURN || i->code == (BPF_ALU | BPF_AND | BPF_K) ||
	    i->code == (BPF_JMP | BPF_JA) || test(i, 0, &yes))
		return NULL;
	return "an instruction that does not belong here";
}

static bool loads_argument(const struct sock_filter *i)
{
	return i->code == LOAD && i->k >= offsetof(struct seccomp_data, args);
}

const char *bpf_look(const struct bpf *b, struct bpf_form *out)
{
	static unsigned int depth[BPF_COUNT_MAX];
	static bool reached[BPF_COUNT_MAX];

	*out = (struct bpf_form){ 0 };
	if (b->count < 3 || b->count > BPF_COUNT_MAX)
		return "not between 3 and 4096 instructions";
	memset(reached, 0, sizeof(reached));
	reached[0] = true;
	for (size_t at = 0; at < b->count; at++) {
		size_t next[2];
		int n = next_of(&b->code[at], at, next);
		const char *wrong = check(&b->code[at]);

		if (wrong)
			return wrong;
		out->unreached += !reached[at];
		for (int k = 0; k < n; k++) {
			if (next[k] >= b->count)
				return "a path leads out of the program";
			reached[next[k]] |= reached[at];
		}
	}
	for (size_t at = b->count; at-- > 0;) {
		size_t next[2];
		int n = next_of(&b->code[at], at, next);

		depth[at] = 1;
		if (loads_argument(&b->code[at]))
			continue;
		for (int k = 0; k < n; k++)
			if (depth[next[k]] >= depth[at])
				depth[at] = depth[next[k]] + 1;
	}
	out->depth = depth[0];
	out->arch_first =
		is_load(&b->code[0], offsetof(struct seccomp_data, arch)) &&
		b->code[1].code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		b->code[1].k == syscall_arch;
	return NULL;
}
