/* SPDX-License-Identifier: Apache-2.0 */
/* Why a command was not found: the host has it, the sandbox does not show it. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

struct arena;
struct err;
struct program;

/*
 * If the command, or the interpreter its first line names, exists on the host
 * but is not visible inside, replaces the message in `e` by one that says so
 * and names the option that would show it. Looks at the host's files.
 */
void explain_missing(struct arena *a, const struct program *p, struct err *e);

#endif
