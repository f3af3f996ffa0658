/* SPDX-License-Identifier: Apache-2.0 */
/* Texts made from the directive table: --help, --list, rows of the manuals. */
#ifndef INPUT_HELP_H
#define INPUT_HELP_H

struct arena;
struct caller;
struct err;
struct str;

/*
 * --help: without a topic the whole overview; with one a section, an option
 * (with or without dashes) or a profile.
 */
int help_print(struct arena *a, const struct caller *caller, const char *topic,
	       struct str *out, struct err *e);

/* --list WHAT; `what` is checked. */
int help_list(struct arena *a, const struct caller *caller, const char *what,
	      struct str *out, struct err *e);

#endif
