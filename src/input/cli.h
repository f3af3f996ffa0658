/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: sandbox [OPTION...] [--] COMMAND [ARG...]
 *
 * An option is --NAME followed by its arguments, or --NAME=ARG if it takes one;
 * -p, -h and -V are short for some. The first word that is no option, or the
 * one after --, is the command.
 */
#ifndef INPUT_CLI_H
#define INPUT_CLI_H

#include "input/directive.h"
#include "input/profile.h"
#include "input/setting.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_PATCH, FORMAT_BPF };

/* What the command line asks for, besides settings. */
struct request {
	enum action action; /* ACTION_NONE: run the command */
	const char
		*topic; /* of --help=TOPIC, --list WHAT, --diff DIR, or NULL */
	enum format format;	      /* --format */
	bool force;		      /* --force */
	bool bwrap;		      /* we were called as bubblewrap */
	bool level_prefix;	      /* of messages: <3>, <4> */
	ARRAY(const char *) warnings; /* to be said, but no errors */
	const char *const *command;   /* copied; NULL when there is none */
	ARRAY(const char *) line;     /* all words, with those of --args in */
	ARRAY(const char *) names; /* of profiles, as given, or the default */
	const char *const
		*profiles; /* absolute paths of files that were read */
	size_t profile_count;
	struct settings settings; /* of all profiles, then of the options */
};

/*
 * Reads the whole line and the profiles it names (`source` finds them) into
 * `*out`, whose settings live in `a`. --help, --version and --list are answered
 * by the caller; they stop the reading, so that nothing after them can fail.
 */
int cli_read(struct arena *a, int argc, const char *const *argv,
	     const struct caller *caller, const char *cwd,
	     struct profile_source *source, struct request *out, struct err *e);

#endif
