/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directive table: one row per thing a user can say. The command line, the
 * profile language, --help, "did you mean", the manual pages, the completions
 * and --print-profile are all read from it, so that they cannot disagree.
 */
#ifndef INPUT_DIRECTIVE_H
#define INPUT_DIRECTIVE_H

#include "input/setting.h"

#include <stddef.h>

struct apply;

/* The sections of --help and of the manual, in their order. */
enum section {
	SECTION_GENERAL,
	SECTION_FILES,
	SECTION_MOUNTS,
	SECTION_LAYERS,
	SECTION_NAMESPACES,
	SECTION_ENVIRONMENT,
	SECTION_SYSCALLS,
	SECTION_LIMITS,
	SECTION_REPORTS,
	SECTION_PROCESS,
	SECTION_COUNT,
};

/* What an argument is, for completion. */
enum value_kind {
	VALUE_TEXT,
	VALUE_PATH,
	VALUE_PROFILE,
	VALUE_SIZE,
	VALUE_NUMBER,
	VALUE_CHOICE, /* one of the words in the metavar, as in auto|rw */
	VALUE_RLIMIT,
	VALUE_NAME,  /* of an environment variable */
	VALUE_TOPIC, /* of --help */
	VALUE_LIST,  /* of --list */
	VALUE_CAPABILITY,
	VALUE_SYSCALLS, /* names and @groups */
	VALUE_ANSWER	/* to a system call */
};

enum directive_flag {
	DIRECTIVE_ONLY_CLI = 1,	    /* not in profiles */
	DIRECTIVE_ONLY_PROFILE = 2, /* not on the command line */
	DIRECTIVE_SINGLE = 4,	    /* one value; the last one counts */
	DIRECTIVE_TRY = 8,	    /* skipped if a variable in it is not set */
	DIRECTIVE_ARG_OPTIONAL = 16, /* --help[=TOPIC] alone */
	DIRECTIVE_REST =
		32, /* in profiles the last one takes the line's rest */
};

/* What a row that is no setting makes sandbox do. */
enum action {
	ACTION_NONE,
	ACTION_PROFILE, /* collect a profile; handled by the front ends */
	ACTION_INCLUDE,
	ACTION_INCLUDE_TRY,
	ACTION_DRY_RUN,
	ACTION_PRINT_PROFILE,
	ACTION_PRINT_FILTER,
	ACTION_FORMAT, /* of what is printed */
	ACTION_LIST,
	ACTION_DIFF, /* about a kept layer */
	ACTION_APPLY,
	ACTION_DISCARD,
	ACTION_FORCE,
	ACTION_CHECK_HOST,
	ACTION_ARGS, /* more words, read from a descriptor */
	ACTION_LEVEL_PREFIX,
	ACTION_HELP,
	ACTION_VERSION,
};

struct directive {
	const char *name;
	char letter; /* short option, 0: none */
	enum section section;
	const char *metavars; /* "SRC DEST"; their number is the arity */
	enum value_kind values[SETTING_ARGS_MAX];
	unsigned int flags;
	enum action action;
	int (*apply)(struct apply *to, const struct setting *s, struct err *e);
	long param;	  /* for appliers that several rows share */
	const char *help; /* one line: what it does */
	const char *man;  /* more, mdoc(7) text, or NULL */
};

extern const struct directive directives[];
extern const size_t directive_count;

/* The row with that name, or NULL. */
const struct directive *directive_find(const char *name);
const struct directive *directive_find_letter(char letter);

/* How many arguments a row takes. */
unsigned int directive_arity(const struct directive *d);

/*
 * The names nearest to a misspelt one as "'--tmpfs' or '--proc'", with `prefix`
 * before each; NULL if nothing is near.
 */
const char *directive_suggest(struct arena *a, const char *word,
			      const char *prefix, unsigned int without_flags);

/* Title of a section, as in the manual. */
const char *section_title(enum section s);
/* Its name as a --help topic. */
const char *section_topic(enum section s);

/* Names and numbers of --rlimit, ended by a NULL name. */
struct rlimit_name {
	const char *name;
	int resource;
};
extern const struct rlimit_name rlimit_names[];

/* The names of capabilities(7), by number. */
extern const char *const capability_names[];
extern const unsigned int capability_count;

/* The name of a resource that is in the list. */
const char *rlimit_name(int resource);

#endif
