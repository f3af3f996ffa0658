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

/*
 * The command's loader gave up (status 127 after its start): if a library it
 * needs is on the host, in its own search path or in LD_LIBRARY_PATH of the
 * caller, but not visible inside, fills `e` and returns 1; else returns 0.
 */
int explain_library(struct arena *a, const struct program *p, struct err *e);

#endif
