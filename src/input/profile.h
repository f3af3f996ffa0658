/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile language: a file of options without the dashes.
 *
 *	# comment
 *	include default
 *	ro-try ${HOME}/.vimrc
 *	setenv GREETING "hello, world"
 *
 * One directive a line. Words are separated by blanks; 'single quotes' keep
 * everything, "double quotes" keep blanks and know \" \\ \$ \n \t \xNN, a
 * backslash outside quotes keeps the next character. A # that begins a word
 * begins a comment. ${HOME} ${PWD} ${USER} ${UID} ${XDG_RUNTIME_DIR} and a
 * leading ~ are replaced outside single quotes; a -try directive with a
 * variable that is not set is skipped, any other one is an error.
 */
#ifndef INPUT_PROFILE_H
#define INPUT_PROFILE_H

#include "input/setting.h"

#include <stddef.h>

/* Longer ones are errors; nothing a person writes comes near. */
#define PROFILE_LINE_MAX 16384
#define PROFILE_SIZE_MAX ((size_t)1024 * 1024)

/* A profile's text and what it is called in messages. */
struct profile_text {
	const char *name;      /* "gcc.profile", "./my.profile" */
	const char *id;	       /* the same for the same text: "once per run" */
	const char *directory; /* of a file, else NULL */
	const char *path;      /* of a file, as it was looked for; else NULL */
	const char *text;
	size_t size;
};

/*
 * Where profiles come from. find() takes the word a user wrote and the
 * directory of the profile that includes it, or NULL; it returns 1 when found,
 * 0 when there is none, -1 on error. missing() then says that there is none,
 * and what there is instead; it returns -1.
 */
struct profile_source {
	int (*find)(struct profile_source *self, const char *word,
		    const char *directory, struct arena *a,
		    struct profile_text *out, struct err *e);
	int (*missing)(const struct profile_source *self, const char *word,
		       struct arena *a, struct err *e);
	const struct caller *caller;
	void *data; /* the source's own */
};

struct profile_reader {
	struct settings *settings; /* where settings are added */
	const struct caller *caller;
	const char *cwd; /* what ${PWD} says, NULL if it has no name */
	struct profile_source *source;
	ARRAY(const char *) done;  /* ids of profiles read, or being read */
	ARRAY(const char *) open;  /* ids of those being read */
	ARRAY(const char *) files; /* absolute paths, also of absent ones */
};

/* Adds the settings of one profile and of all it includes. */
int profile_read(struct profile_reader *r, const char *word, struct err *e);

/* The same for a text that was found already. */
int profile_read_text(struct profile_reader *r, const struct profile_text *t,
		      struct err *e);

#endif
