/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the unit tests share. One file per module, each with one group; main.c
 * has the list.
 */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../golden/canned.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/compile.h"
#include "input/setting.h"
#include "plan/plan.h"

/* The group of a module; returns the number of tests that failed. */
#define GROUP(name) int group_##name(void)

GROUP(err);
GROUP(arena);
GROUP(str);
GROUP(parse);
GROUP(fd);
GROUP(plan);
GROUP(words);
GROUP(profile);
GROUP(profile_files);
GROUP(cli);
GROUP(bwrap);
GROUP(apply);
GROUP(print);
GROUP(directive);
GROUP(help);
GROUP(walk);
GROUP(mountinfo);
GROUP(record);
GROUP(host);
GROUP(constants);
GROUP(env);
GROUP(ids);
GROUP(steps);
GROUP(places);
GROUP(mounts);
GROUP(data);
GROUP(overlay);
GROUP(covers);
GROUP(filter);
GROUP(filter_random);
GROUP(libseccomp);
GROUP(calls);
GROUP(limits);
GROUP(cgroup);
GROUP(report_text);
GROUP(report);
GROUP(report_file);
GROUP(report_views);
GROUP(ask);
GROUP(findings);

/* A student's machine: canned.h has the language. */
extern const char unit_student[];
/* Root's. */
extern const char unit_root[];

/* The machine of a text in `a`; fails the test when the text is wrong. */
struct canned *unit_host(struct arena *a, const char *text);

/* The settings of a profile's text, on that machine. */
int unit_settings(struct canned *host, const char *profile,
		  struct settings *out, struct err *e);

/* The plan of a profile's text; the command is "true". */
int unit_plan(struct canned *host, const char *profile, struct plan *out,
	      struct err *e);

/* The program of a plan, looked up on the machine. */
int unit_compile(struct canned *host, const struct plan *plan,
		 struct program *out, struct err *e);

/*
 * What --dry-run prints for a profile's text on a machine; when that fails, the
 * line of the error.
 */
const char *unit_program(struct arena *a, const char *host,
			 const char *profile);

/* The line for people. */
const char *unit_line(struct arena *a, const struct err *e);

/* Whether the text has this in it; when not as wanted, both are shown. */
void unit_has(const char *text, const char *part);
void unit_lacks(const char *text, const char *part);
/* Whether the one comes before the other in the text. */
void unit_order(const char *text, const char *first, const char *second);

#endif
