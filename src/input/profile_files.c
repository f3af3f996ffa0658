/* SPDX-License-Identifier: Apache-2.0 */
#include "input/profile_files.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/host.h"
#include "input/cli.h"
#include "input/shipped.h"
#include "plan/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#ifndef DATADIR
#define DATADIR "/usr/local/share/sandbox"
#endif

#define SUFFIX ".profile"

static size_t places(const struct caller *caller, struct arena *a,
		     const char *out[PROFILE_PLACES_MAX])
{
	const char *config = caller_env(caller, "XDG_CONFIG_HOME");
	const char *home = caller_env(caller, "HOME");
	size_t n = 0;

	/* XDG Base Directory: a relative path is to be ignored. */
	if (config && config[0] == '/')
		out[n++] = arena_format(a, "%s/sandbox/profiles", config);
	else if (home && home[0] == '/')
		out[n++] = arena_format(a, "%s/.config/sandbox/profiles", home);
	out[n++] = "/etc/sandbox/profiles";
	out[n++] = DATADIR "/profiles";
	return n;
}

/* "gcc" is in gcc.profile; "build.inc" is a file name already. */
static const char *file_name(struct arena *a, const char *word)
{
	size_t n = strlen(word);

	if (n > 4 && str_equal(word + n - 4, ".inc"))
		return word;
	return arena_format(a, "%s" SUFFIX, word);
}

/*
 * `file` below `dir`, called `name` in messages: 1 read, 0 not there, -1 there
 * but not readable as a profile.
 */
static int read_file(struct arena *a, int dir, const char *file,
		     const char *name, struct profile_text *out, struct err *e)
{
	struct stat st;
	char *text = NULL;
	size_t size = 0;
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	autoclose int fd =
		openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return err_sys(e, "open profile '%s'", name);
	if (fd_read_file(a, fd, PROFILE_SIZE_MAX, &text, &size, e) < 0)
		return err_wrap(e, "profile '%s'", name);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "fstat '%s'", name);
	out->name = name;
	out->id = arena_format(a, "%llu:%llu", (unsigned long long)st.st_dev,
			       (unsigned long long)st.st_ino);
	out->text = text;
	out->size = size;
	return 1;
}

static int find_path(struct arena *a, const char *word, const char *directory,
		     struct profile_text *out, struct err *e)
{
	const char *path = word;
	int n;

	if (word[0] != '/' && directory)
		path = path_join(a, directory, word);
	n = read_file(a, AT_FDCWD, path, arena_dup(a, path), out, e);
	out->directory = path_parent(a, path);
	out->path = path;
	return n;
}

static int find_shipped(struct arena *a, const char *file,
			struct profile_text *out)
{
	for (size_t i = 0; i < shipped_profile_count; i++) {
		const struct shipped_profile *p = &shipped_profiles[i];

		if (!str_equal(p->file, file))
			continue;
		*out = (struct profile_text){
			.name = p->file,
			.id = arena_format(a, "shipped:%s", p->file),
			.text = p->text,
			.size = strlen(p->text),
		};
		return 1;
	}
	return 0;
}

static int missing(const struct profile_source *self, const char *word,
		   struct arena *a, struct err *e)
{
	const char *place[PROFILE_PLACES_MAX];
	size_t n = places(self->caller, a, place);
	struct str near = { .arena = a }, list = { .arena = a };
	struct str searched = { .arena = a };
	unsigned int best = 3;

	if (strchr(word, '/')) {
		err_set(e, ERR_USAGE, "no profile file '%s'", word);
		return err_hint(e, "a word with a slash is a path; see "
				   "sandbox --list profiles for names");
	}
	for (size_t i = 0; i < n; i++)
		str_addf(&searched, "%s, ", place[i]);
	profile_files_list(self->caller, a, &list);
	for (const char *line = str_text(&list); *line;) {
		char *name = arena_dup_n(a, line, strcspn(line, "\t"));
		unsigned int off = str_distance(word, name, best + 1);

		if (off < best) {
			best = off;
			near = (struct str){ .arena = a };
		}
		if (off == best && best < 3)
			str_addf(&near, "%s'%s'", near.length ? " or " : "",
				 name);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	err_set(e, ERR_USAGE,
		"no profile '%s' (looked in %sand the shipped ones)", word,
		str_text(&searched));
	if (near.length)
		return err_hint(e, "did you mean %s?", near.text);
	return err_hint(e,
			"see sandbox --list profiles; a file needs a slash, "
			"as in ./%s",
			word);
}

/*
 * Another user's HOME, left in the environment by su, say. Where the caller's
 * own place cannot be opened, or the site's, what is said there would be missed.
 */
static bool is_anothers(const struct caller *caller, const char *place,
			struct arena *a)
{
	/* .../sandbox/profiles */
	const char *base = path_parent(a, path_parent(a, place));
	struct stat st;

	if (str_equal(path_name(base), ".config"))
		base = path_parent(a, base);
	return stat(base, &st) < 0 ? errno == EACCES : st.st_uid != caller->uid;
}

static int open_places(const struct profile_source *self, struct arena *a,
		       struct err *e)
{
	struct profile_places *p = self->data;
	const char *place[PROFILE_PLACES_MAX];
	size_t n = places(self->caller, a, place);
	size_t own = n - (PROFILE_PLACES_MAX - 1);

	for (size_t i = 0; i < n; i++) {
		int fd = open(place[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0)
			err_sys(e, "open the profiles in '%s'", place[i]);
		if (fd < 0 && e->errnum == EACCES && i < own &&
		    is_anothers(self->caller, place[i], a))
			continue;
		if (fd < 0)
			return err_hint(e, "give it to its user again with "
					   "chown or chmod, or set "
					   "XDG_CONFIG_HOME");
		p->path[p->count] = place[i];
		p->fd[p->count++] = fd;
	}
	p->opened = true;
	return 0;
}

static int find(struct profile_source *self, const char *word,
		const char *directory, struct arena *a,
		struct profile_text *out, struct err *e)
{
	struct profile_places *p = self->data;
	const char *file;

	if (!word[0])
		return err_set(e, ERR_USAGE, "the profile's name is empty");
	if (strchr(word, '/'))
		return find_path(a, word, directory, out, e);
	if (!p->opened && open_places(self, a, e) < 0)
		return -1;
	file = file_name(a, word);
	for (size_t i = 0; i < p->count; i++) {
		int r = read_file(a, p->fd[i], file, file, out, e);

		out->directory = p->path[i];
		out->path = path_join(a, p->path[i], file);
		if (r != 0)
			return r;
	}
	*out = (struct profile_text){ 0 };
	return find_shipped(a, file, out);
}

struct profile_source profile_files(const struct caller *caller,
				    struct profile_places *places)
{
	return (struct profile_source){
		.find = find,
		.missing = missing,
		.caller = caller,
		.data = places,
	};
}

static int find_only_shipped(struct profile_source *self, const char *word,
			     const char *directory, struct arena *a,
			     struct profile_text *out, struct err *e)
{
	(void)self;
	(void)directory;
	(void)e;
	return find_shipped(a, file_name(a, word), out);
}

struct profile_source profile_shipped(void)
{
	static const struct caller nobody;

	return (struct profile_source){
		.find = find_only_shipped,
		.missing = missing,
		.caller = &nobody,
	};
}

static void protect(struct arena *a, struct plan *out, const char *path,
		    bool directory, enum missing missing)
{
	*array_add(a, &out->protected) =
		(struct plan_protected){ path, directory, missing, false };
}

static bool is_profile_name(const char *name)
{
	size_t n = strlen(name);

	return (n > 8 && str_equal(name + n - 8, SUFFIX)) ||
	       (n > 4 && str_equal(name + n - 4, ".inc"));
}

/* What the names in a directory of profiles lead to. */
static int protect_links(struct arena *a, const struct caller *caller,
			 const char *place, struct plan *out, struct err *e)
{
	DIR *dir = opendir(place);
	int errnum = errno;
	struct dirent *d;
	struct stat st;

	if (!dir && (errnum == ENOENT || errnum == ENOTDIR))
		return 0;
	/* Another's: no link in it is the caller's to change. */
	if (!dir && errnum == EACCES &&
	    (stat(place, &st) < 0 || st.st_uid != caller->uid))
		return 0;
	errno = errnum;
	if (!dir)
		return err_sys(e, "list the profiles in '%s'", place);
	while ((errno = 0, d = readdir(dir)))
		if ((d->d_type == DT_LNK || d->d_type == DT_UNKNOWN) &&
		    is_profile_name(d->d_name))
			protect(a, out, path_join(a, place, d->d_name), false,
				MISSING_REFUSE);
	errnum = errno;
	closedir(dir);
	errno = errnum;
	return errnum ? err_sys(e, "list the profiles in '%s'", place) : 0;
}

/* The places, and that of HOME: XDG_CONFIG_HOME may not be set tomorrow. */
static size_t all_places(const struct caller *caller, struct arena *a,
			 const char *out[PROFILE_PLACES_MAX + 1])
{
	const char *home = caller_env(caller, "HOME");
	size_t n = places(caller, a, out);

	if (home && home[0] == '/' && caller_env(caller, "XDG_CONFIG_HOME"))
		out[n++] = arena_format(a, "%s/.config/sandbox/profiles", home);
	for (size_t i = 0; i < n; i++)
		out[i] = path_clean(a, "/", out[i]);
	return n;
}

void profile_files_protect(struct arena *a, const struct caller *caller,
			   const struct request *request, struct plan *out)
{
	const char *place[PROFILE_PLACES_MAX + 1];
	size_t n = all_places(caller, a, place);

	for (size_t i = 0; i < n; i++) {
		protect(a, out, path_parent(a, place[i]), true, MISSING_MAKE);
		protect(a, out, place[i], true, MISSING_MAKE);
	}
	for (size_t i = 0; i < request->profile_count; i++)
		protect(a, out, request->profiles[i], false, MISSING_MAKE);
	/* It may be a symlink to the executable. */
	if (caller->called)
		protect(a, out,
			path_clean(a, caller->cwd ? caller->cwd : "/",
				   caller->called),
			false, MISSING_IGNORE);
}

int profile_links_protect(struct arena *a, const struct caller *caller,
			  struct plan *out, struct err *e)
{
	const char *place[PROFILE_PLACES_MAX + 1];
	size_t n = all_places(caller, a, place);

	for (size_t i = 0; i < n; i++)
		if (protect_links(a, caller, place[i], out, e) < 0)
			return -1;
	return 0;
}

/* --- the list ----------------------------------------------------------- */

struct listing {
	struct arena *arena;
	struct str *out;
	ARRAY(const char *) names;
};

/* The text of the first line that is a comment with words in it. */
static void add_description(struct str *out, const char *text)
{
	while (*text == '#') {
		const char *p = text + 1 + strspn(text + 1, "# \t");
		size_t n = strcspn(p, "\n");

		if (n) {
			str_add_n(out, p, n);
			return;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static void list_one(struct listing *l, const char *file, const char *where,
		     const char *text)
{
	size_t n = strlen(file), suffix = strlen(SUFFIX);
	const char *name;

	if (n <= suffix || !str_equal(file + n - suffix, SUFFIX))
		return;
	name = arena_dup_n(l->arena, file, n - suffix);
	for (size_t i = 0; i < l->names.count; i++)
		if (str_equal(l->names.items[i], name))
			return;
	*array_add(l->arena, &l->names) = name;
	str_addf(l->out, "%s\t%s\t", name, where);
	add_description(l->out, text);
	str_add(l->out, "\n");
}

static void list_place(struct listing *l, const char *place)
{
	struct dirent *d;
	DIR *dir = opendir(place);

	while (dir && (d = readdir(dir))) {
		struct profile_text t = { 0 };
		struct err ignored = { 0 };

		if (strchr(d->d_name, '.') == d->d_name)
			continue;
		if (read_file(l->arena, dirfd(dir), d->d_name, d->d_name, &t,
			      &ignored) == 1)
			list_one(l, d->d_name, place, t.text);
	}
	if (dir)
		closedir(dir);
}

void profile_files_list(const struct caller *caller, struct arena *a,
			struct str *out)
{
	struct listing l = { .arena = a, .out = out };
	const char *place[PROFILE_PLACES_MAX];
	size_t n = places(caller, a, place);

	for (size_t i = 0; i < n; i++)
		list_place(&l, place[i]);
	for (size_t i = 0; i < shipped_profile_count; i++)
		list_one(&l, shipped_profiles[i].file, "shipped",
			 shipped_profiles[i].text);
	str_add(out, "none\tbuilt in\tnothing at all: start from zero, as "
		     "bubblewrap does\n");
}
