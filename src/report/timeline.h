/* SPDX-License-Identifier: Apache-2.0 */
/* --timeline: memory and processor load over time, as an SVG. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

struct arena;
struct outcome;
struct program;
struct str;

/*
 * Adds one SVG document to `out`, less than 60 kB: it has no script, refers to
 * nothing outside, and is there whatever samples there are, also none.
 */
void report_timeline(struct arena *a, const struct program *p,
		     const struct outcome *o, struct str *out);

#endif
