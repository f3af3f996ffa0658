/* SPDX-License-Identifier: Apache-2.0 */
/* --check-host: what this kernel, user and site allow. */
#ifndef REPORT_CHECK_HOST_H
#define REPORT_CHECK_HOST_H

#include "input/cli.h"
#include "report/findings.h"

/* The exit status when it does not run here. */
#define CHECK_FAILED 1

/*
 * Looks, tries, runs sandbox itself, and writes what was found to standard
 * output. `*runs`: the default profile runs here with all its walls.
 */
int report_check_host(struct arena *a, const struct caller *caller,
		      enum format format, bool *runs, struct err *e);

/* As text, one line each, with colours or without; as JSON. */
void check_host_text(const struct findings *f, bool colours, struct str *out);
void check_host_json(const struct site *site, const struct findings *f,
		     struct str *out);

#endif
