/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of bubblewrap, for who calls us `bwrap`: rows of the same
 * table, but only those it has; no profile, no =, no letters; its rules about
 * what goes together, and its words where something is wrong.
 */
#ifndef INPUT_BWRAP_H
#define INPUT_BWRAP_H

#include "input/cli.h"

struct str;

/* The version whose options and behaviour these are. */
#define BWRAP_VERSION "0.11.1"

/*
 * Whether a process with this argv[0] is to be bubblewrap; `self` is its
 * executable, for an argv[0] below /proc, as of who starts himself again.
 */
bool bwrap_is_called(const char *argv0, const char *self);

/*
 * Reads it into `*out`. --help and --version end the reading; so does a line
 * without anything, which asks for help too, with `command` NULL. Reads, and
 * closes, the descriptors of --args. What was read so far of `*out`
 * (level_prefix, warnings) counts also on failure.
 */
int bwrap_read(struct arena *a, int argc, const char *const *argv,
	       struct request *out, struct err *e);

/* Whether bubblewrap has the option. */
bool bwrap_has(const char *name);

/* The usage text, of --help: bwrap_help.c, as all below. */
void bwrap_usage(struct str *out, const char *argv0);

/* What differs, under either name: for `sandbox --help=bwrap`. */
void bwrap_help(struct str *out);

/* The same for the manual, in mdoc(7). */
void bwrap_man(struct str *out);

#endif
