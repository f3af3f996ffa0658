/* SPDX-License-Identifier: Apache-2.0 */
#include "host/program.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/str.h"
#include "host/host.h"

#include <sys/stat.h>
#include <unistd.h>

static bool is_roots(const char *path, mode_t type)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0 &&
	       (st.st_mode & S_IFMT) == type &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static const char *program_in(struct arena *a, const char *dir,
			      const char *name)
{
	const char *path;

	if (dir[0] != '/' || !is_roots(dir, S_IFDIR))
		return NULL;
	path = path_join(a, dir, name);
	return is_roots(path, S_IFREG) && access(path, X_OK) == 0 ? path : NULL;
}

const char *program_find(struct arena *a, const struct caller *caller,
			 const char *name)
{
	static const char *const places[] = { "/usr/bin", "/bin", "/usr/sbin",
					      "/sbin", "/usr/local/bin" };
	const char *path = NULL, *at = caller_env(caller, "PATH");

	for (size_t i = 0; !path && i < COUNT_OF(places); i++)
		path = program_in(a, places[i], name);
	while (!path && at && *at) {
		size_t n = strcspn(at, ":");

		path = program_in(a, arena_dup_n(a, at, n), name);
		at += n + (at[n] == ':');
	}
	return path;
}

const char *program_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
			       access(path, X_OK) == 0 ?
		       path :
		       NULL;
}
