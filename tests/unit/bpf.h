/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic BPF over seccomp_data, as the kernel runs it, for the programs that
 * bpf_compile() and libseccomp make. What neither of them should ever make is
 * an error here: another instruction, a jump out of the program, a load from
 * beside a field, an end that is no return.
 */
#ifndef UNIT_BPF_H
#define UNIT_BPF_H

#include "compile/filter.h"

#include <linux/seccomp.h>

/* NULL and what the program answers; or what is wrong with it. */
const char *bpf_answer(const struct bpf *b, const struct seccomp_data *d,
		       uint32_t *answer);

/* What is true of a program whatever it is given. */
struct bpf_form {
	bool arch_first;    /* ... is compared with this machine's */
	unsigned int depth; /* the longest path to an answer or an argument */
	size_t unreached;   /* instructions that no path leads to */
};

/* NULL and the form; or what is wrong. */
const char *bpf_look(const struct bpf *b, struct bpf_form *out);

#endif
