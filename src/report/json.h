/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: doc/report.schema.json says what is in it. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

struct arena;
struct outcome;
struct program;
struct str;

/*
 * Adds one JSON object and a newline to `out`; always UTF-8. `status` is what
 * sandbox exits with. What is not known is null; after a failure of set-up
 * that is every figure. Of a program that was never made, argv and profiles
 * are enough.
 */
void report_json(struct arena *a, const struct program *p,
		 const struct outcome *o, int status, struct str *out);

#endif
