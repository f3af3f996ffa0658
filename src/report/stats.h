/* SPDX-License-Identifier: Apache-2.0 */
/* --stats: what it cost, for people. */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

struct arena;
struct outcome;
struct program;
struct str;

/*
 * Adds the lines to `out`. Figures that are not known are left out; where one
 * has a limit, that stands beside it, and who counted in parentheses.
 */
void stats_print(struct arena *a, const struct program *p,
		 const struct outcome *o, struct str *out);

#endif
