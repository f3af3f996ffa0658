/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where profiles are: $XDG_CONFIG_HOME/sandbox/profiles (by default that of
 * ~/.config), /etc/sandbox/profiles, the data directory of the installation,
 * and the copies in the binary, in this order. A word with a slash is a path
 * and nothing else.
 */
#ifndef INPUT_PROFILE_FILES_H
#define INPUT_PROFILE_FILES_H

#include "input/profile.h"

struct plan;
struct request;
struct str;

#define PROFILE_PLACES_MAX 3

/* The places on disk that exist: opened once, by the first search. */
struct profile_places {
	bool opened;
	size_t count;
	const char *path[PROFILE_PLACES_MAX];
	int fd[PROFILE_PLACES_MAX]; /* O_PATH, close-on-exec */
};

/* The source that searches the places above; `places` starts all zero. */
struct profile_source profile_files(const struct caller *caller,
				    struct profile_places *places);

/* The source that has nothing but the copies in the binary. */
struct profile_source profile_shipped(void);

/*
 * Adds to what the plan protects: the places above and their parents, the files
 * that were read, the executable by the name it was called by. Looks at no file.
 */
void profile_files_protect(struct arena *a, const struct caller *caller,
			   const struct request *request, struct plan *out);

/* The same for what symlinks in the places lead to. */
int profile_links_protect(struct arena *a, const struct caller *caller,
			  struct plan *out, struct err *e);

/*
 * All profiles that can be named, one a line: NAME, a tab, where it is, a tab,
 * its description (the first comment line). What an earlier place hides is
 * left out.
 */
void profile_files_list(const struct caller *caller, struct arena *a,
			struct str *out);

#endif
