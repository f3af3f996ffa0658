/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing that was said, on the command line or in a profile: a row of the
 * directive table with its arguments. Front ends produce nothing but a list of
 * these; apply.c turns the list into a plan.
 */
#ifndef INPUT_SETTING_H
#define INPUT_SETTING_H

#include "base/arena.h"

#include <stdbool.h>

struct caller;
struct directive;
struct err;
struct plan;
struct str;

#define SETTING_ARGS_MAX 3

struct setting {
	const struct directive *directive;
	const char *args[SETTING_ARGS_MAX];
	const char *origin; /* "argument 3", "gcc.profile:12" */
	bool from_profile;
};

struct settings {
	struct arena *arena;
	ARRAY(struct setting) list;
	bool bwrap; /* they are bubblewrap's, and so is what they mean */
};

/*
 * Applies the settings in their order to a fresh plan made in `a`. Relative
 * host paths are taken below `cwd`. The command is the caller's affair: it is
 * no setting.
 */
int settings_apply(const struct settings *s, struct arena *a, const char *cwd,
		   struct plan *out, struct err *e);

/*
 * The settings in profile syntax, one a line. Where a single-valued directive
 * was given more than once only its last value is printed, in the place of the
 * first. Reading the text back gives a list that prints the same.
 */
void settings_print(const struct settings *s, struct str *out);

#endif
