/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of filters share. */
#ifndef UNIT_FILTER_H
#define UNIT_FILTER_H

#include "compile/filter.h"

#include <linux/seccomp.h>

/* A program, and the filter whose meaning it should have. */
struct check_filter {
	const char *name;
	const struct filter *filter;
	struct bpf bpf;
	bool notify; /* refusals are reported instead */
	size_t tried, notified;
};

/* The context is a check_filter; fails the test when the answers differ. */
void check_answer(void *context, const struct seccomp_data *d);

/* Fails the test unless the program has the form that all have. */
void check_form(const struct check_filter *c);

#endif
