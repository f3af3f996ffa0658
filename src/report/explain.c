/* SPDX-License-Identifier: Apache-2.0 */
#include "report/explain.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/program.h"
#include "report/library.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111);
}

static bool is_visible(struct arena *a, const struct program *p,
		       const char *path)
{
	const char *source = program_source(a, p, path);
	char real[PATH_MAX];

	if (!source || access(source, F_OK) < 0)
		return false;
	/* A symlink may lead out of what is shown at its own place. */
	return !str_equal(source, path) || !realpath(source, real) ||
	       program_source(a, p, real);
}

/* Whether the sandbox makes anything at `path` or below it. */
static bool is_touched(const struct program *p, const char *path)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (path_within(p->steps[i].dest, path))
			return true;
	return false;
}

/* The largest directory above `path` that shows nothing that is hidden now. */
static const char *to_show(struct arena *a, const struct program *p,
			   const char *path)
{
	size_t n = 0;

	for (;;) {
		const char *prefix;

		n += 1 + strcspn(path + n + 1, "/");
		if (!path[n])
			return path;
		prefix = arena_dup_n(a, path, n);
		if (!is_touched(p, prefix))
			return prefix;
	}
}

static void say_missing(struct arena *a, const struct program *p,
			const char *what, const char *path, struct err *e)
{
	err_set(e, ERR_NOT_FOUND,
		"%s'%s' exists on the host but not in the sandbox", what, path);
	path = to_show(a, p, path);
	if (str_equal(path, "/usr"))
		err_hint(e,
			 "add --ro /usr; 'include default' in a profile shows "
			 "the system");
	else
		err_hint(e, "add --ro %s", path);
}

/* The path that a script's #! line names, or NULL. */
static const char *interpreter(struct arena *a, const char *script)
{
	char line[256] = "";
	char *name;
	autoclose int fd = open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) <= 0 ||
	    !str_starts(line, "#!"))
		return NULL;
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\r\n")] = '\0';
	return name[0] == '/' ? arena_dup(a, name) : NULL;
}

/* Of a symlink that is visible itself: what it points to. */
static const char *resolved(struct arena *a, const struct program *p,
			    const char *path)
{
	char real[PATH_MAX];

	if (!program_source(a, p, path) || !realpath(path, real))
		return path;
	return arena_dup(a, real);
}

/* What shells do themselves, and a command line that was quoted. */
static void explain_word(const struct program *p, struct err *e)
{
	static const struct {
		const char *word, *hint;
	} builtins[] = {
		{ "cd", "write --chdir DIR, or sh -c 'cd DIR && COMMAND'" },
		{ "export", "write --setenv NAME VALUE" },
		{ "unset", "write --unsetenv NAME" },
		{ "source", "write bash -c 'source FILE && COMMAND'" },
		{ "ulimit", "write --rlimit NAME=SOFT, or "
			    "sh -c 'ulimit OPTION && COMMAND'" },
	};

	if (strpbrk(p->called, " \t|;&<>"))
		err_hint(e, "it is one word: leave out the quotes, or write "
			    "sh -c 'COMMAND'");
	for (size_t i = 0; i < COUNT_OF(builtins); i++)
		if (str_equal(p->called, builtins[i].word))
			err_hint(e, "a shell does that itself; %s",
				 builtins[i].hint);
}

void explain_missing(struct arena *a, const struct program *p, struct err *e)
{
	if (!e->hint[0])
		explain_word(p, e);
	for (size_t i = 0; p->paths[i]; i++) {
		const char *path = path_clean(a, p->chdirs[0], p->paths[i]);
		const char *source = program_source(a, p, path);
		const char *needs;

		if (path_has_dotdot(path))
			continue;
		if (is_visible(a, p, path)) {
			needs = interpreter(a, source);
			if (!needs)
				continue;
			if (access(needs, F_OK) < 0) {
				err_set(e, ERR_NOT_FOUND,
					"the interpreter '%s' of '%s' does not "
					"exist",
					needs, path);
				return;
			}
			if (!is_visible(a, p, needs)) {
				say_missing(a, p, "the interpreter ", needs, e);
				return;
			}
		} else if (is_program(path)) {
			say_missing(a, p, "", resolved(a, p, path), e);
			return;
		}
	}
}

/* --- libraries ---------------------------------------------------------- */

/* The host path of `name` if a directory in `list` has it hidden, or NULL. */
static const char *hidden_library(struct arena *a, const struct program *p,
				  const char *name, const char *list,
				  const char *origin)
{
	while (*list) {
		size_t n = strcspn(list, ":");
		const char *dir = arena_dup_n(a, list, n);
		const char *path;

		if (str_starts(dir, "$ORIGIN"))
			dir = arena_format(a, "%s%s", origin, dir + 7);
		path = path_clean(a, p->chdirs[0], path_join(a, dir, name));
		if (n && access(path, F_OK) == 0 && !is_visible(a, p, path))
			return path;
		list += n + (list[n] == ':');
	}
	return NULL;
}

/* The first of the command's files that is visible inside, on the host. */
static const char *command_source(struct arena *a, const struct program *p)
{
	for (size_t i = 0; p->paths[i]; i++) {
		const char *path = path_clean(a, p->chdirs[0], p->paths[i]);

		if (is_visible(a, p, path))
			return program_source(a, p, path);
	}
	return NULL;
}

int explain_library(struct arena *a, const struct program *p, struct err *e)
{
	const char *file = command_source(a, p);
	const char *variable = getenv("LD_LIBRARY_PATH");
	struct needed needed;

	if (!file)
		return 0;
	library_needed(a, file, &needed);
	for (size_t i = 0; i < needed.names.count; i++) {
		const char *name = needed.names.items[i];
		const char *origin = path_parent(a, file);
		const char *path;

		path = hidden_library(a, p, name, needed.path, origin);
		if (path) {
			say_missing(a, p, "the library ", path, e);
			return 1;
		}
		path = hidden_library(a, p, name, variable ? variable : "",
				      origin);
		if (path) {
			say_missing(a, p, "the library ", path, e);
			e->hint[0] = '\0';
			err_hint(e, "add --ro %s --keepenv LD_LIBRARY_PATH",
				 to_show(a, p, path));
			return 1;
		}
	}
	return 0;
}
