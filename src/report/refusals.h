/* SPDX-License-Identifier: Apache-2.0 */
/* What the filter for system calls refused, with --explain. */
#ifndef REPORT_REFUSALS_H
#define REPORT_REFUSALS_H

struct arena;
struct outcome;
struct program;

/* A line for each call and program: how often, and how it could be allowed. */
void report_refusals(struct arena *a, const struct program *p,
		     const struct outcome *o);

#endif
