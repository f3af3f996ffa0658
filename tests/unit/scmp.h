/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a filter, given to libseccomp: what it makes of them is compared
 * with ours.
 */
#ifndef UNIT_SCMP_H
#define UNIT_SCMP_H

#include "compile/filter.h"

/* Whether libseccomp has a name for this number of the native architecture. */
bool scmp_knows(int number);

/*
 * The program for the native architecture, of the calls that libseccomp knows;
 * `level` is its SCMP_FLTATR_CTL_OPTIMIZE.
 */
int scmp_compile(struct arena *a, const struct filter *f, unsigned int level,
		 struct bpf *out, struct err *e);

#endif
