/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line on a terminal that says how far something is, while it takes longer
 * than two seconds. On anything else than a terminal nothing is written.
 */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct kept_layer;

struct report_progress {
	const char *what;  /* "applying" */
	const char *count; /* where there is no total: of what, "found" */
	int shown;	   /* so many columns of the line are there */
	uint64_t due;	   /* when it is drawn next, in nanoseconds; 0: never */
};

void report_progress_begin(struct report_progress *p, const char *what,
			   const char *count);

/* For struct progress: `data` is the struct report_progress. */
void report_progress_tell(void *data, uint64_t done, uint64_t total);

/* A line to stderr; `data` again. */
void report_progress_say(void *data, const char *text);

/* Takes the line off. */
void report_progress_end(struct report_progress *p);

/* layer_apply(), with such a line, and with a line for each conflict. */
int report_apply(struct arena *a, struct kept_layer *l, bool force,
		 struct err *e);

/*
 * layer_discard(), with such a line, and one that stays where half of the layer
 * is outside already.
 */
int report_discard(struct arena *a, struct kept_layer *l, struct err *e);

#endif
