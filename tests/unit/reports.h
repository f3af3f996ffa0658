/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up ends of made-up commands, for the tests of reports. */
#ifndef UNIT_REPORTS_H
#define UNIT_REPORTS_H

#include "compile/program.h"
#include "run/outcome.h"

#define MADE_EXIT(status) ((status) << 8)
#define MADE_MIB (UINT64_C(1) << 20)
#define MADE_MS UINT64_C(1000000)

/* A program with limits of every unit, and how it went: well. */
struct made {
	struct program program;
	struct outcome outcome;
	struct program_limit limits[8];
	struct plan_rlimit rlimits[1];
	const char *argv[4], *profiles[2];
};

void made_init(struct made *m);

/* `count` samples over the time of the command. */
void made_samples(struct made *m, size_t count);

/*
 * Has tests/unit/reports.py look at texts, with "json" or "svg"; fails the test
 * with what it says. Between two texts stands a RECORD.
 */
#define MADE_RECORD "\x1e"
void made_check(const char *what, const struct str *texts);

#endif
