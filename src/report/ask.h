/* SPDX-License-Identifier: Apache-2.0 */
/* --ask: what becomes of the changes, in the end. */
#ifndef REPORT_ASK_H
#define REPORT_ASK_H

#include <stdbool.h>

struct arena;
struct caller;
struct err;

/*
 * Shows what the layer `dir` would change, asks on the terminal whether to
 * apply, keep or discard it, and does that. Without a terminal a layer that this
 * run made (`is_new`) is discarded and another one kept; without an answer, or
 * if the question is interrupted, it is kept. Who was told to end (`told`, see
 * struct outcome) does not begin to ask, and keeps it. If nothing would change
 * nothing is said, and a new layer goes.
 *
 * All signals are blocked, as after run_program(). The lock of the layer is
 * not held.
 */
int report_ask(struct arena *a, const struct caller *caller, const char *dir,
	       bool is_new, bool told, struct err *e);

#endif
