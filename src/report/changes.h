/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The changes of a kept layer, for people and for programs. They are written as
 * they are found: a report of any length takes the memory of a chunk.
 */
#ifndef REPORT_CHANGES_H
#define REPORT_CHANGES_H

#include "input/cli.h"

struct arena;
struct change;
struct err;
struct kept_layer;
struct str;

/*
 * Writes what --diff asked for to standard output. That it cannot be written is
 * an error; what was found before any error is written.
 *
 *	FORMAT_TEXT	a line each: A, M or D, the path, what is worth knowing
 *	FORMAT_JSON	one list, an object and a line each
 *	FORMAT_PATCH	what diff(1) says of each file, for patch -p1 -d /
 */
int report_changes(struct arena *a, const struct kept_layer *l,
		   enum format format, struct err *e);

/* The line of FORMAT_TEXT, with its end. */
void report_change_text(struct str *out, const struct change *c);

#endif
