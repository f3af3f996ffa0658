/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter is tried with: system calls by number, and for those whose
 * answer depends on arguments the arguments at which it could change. The same
 * filter gives the same samples in every run.
 */
#ifndef UNIT_SAMPLE_H
#define UNIT_SAMPLE_H

#include "compile/filter.h"

#include <linux/seccomp.h>

struct sample {
	const struct filter *filter;
	size_t limit;	/* at most as many for one call; when there are */
	uint64_t state; /* more, they are picked by this random state */
	void (*try)(void *context, const struct seccomp_data *d);
	void *context;
};

/* The next random number; `state` is not 0. */
uint64_t sample_random(uint64_t *state);

/*
 * One number on `arch`. For each argument a rule looks at: every value that
 * is named, and its neighbours, single bits, nothing and everything; each with
 * several upper halves.
 */
void sample_number(struct sample *s, uint32_t arch, uint32_t number);

/* Every number there is a call for and some after, x32's, and the last ones. */
void sample_all(struct sample *s, uint32_t arch);

/* Some numbers of every architecture that is neither native nor x86. */
void sample_foreign(struct sample *s);

#endif
