/* SPDX-License-Identifier: Apache-2.0 */
#include "host/walk.h"

#include "base/err.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel's own limit, MAXSYMLINKS in namei.h. */
#define LINKS_MAX 40

static const char *read_target(struct arena *a, const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		return NULL;
	return arena_dup_n(a, target, (size_t)n);
}

static const struct walk_seen *look(struct walk *w, const char *path)
{
	struct walk_seen *s;

	for (size_t i = 0; i < w->seen.count; i++)
		if (str_equal(w->seen.items[i].path, path))
			return &w->seen.items[i];
	s = array_add(w->arena, &w->seen);
	s->path = path;
	if (lstat(path, &s->st) < 0) {
		s->errnum = errno;
	} else if (S_ISLNK(s->st.st_mode)) {
		s->target = read_target(w->arena, path);
		if (!s->target)
			s->errnum = errno;
	}
	return s;
}

static enum path_type type_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return PATH_DIR;
	if (S_ISREG(mode))
		return PATH_FILE;
	if (S_ISLNK(mode))
		return PATH_LINK;
	return PATH_OTHER;
}

/* What a walk collects. */
struct way {
	ARRAY(struct path_link) links;
	ARRAY(struct path_part) parts;
};

static void add_part(struct arena *a, struct way *way,
		     const struct walk_seen *s)
{
	if (!s->errnum)
		*array_add(a, &way->parts) = (struct path_part){
			.at = s->path,
			.type = type_of(s->st.st_mode),
			.uid = s->st.st_uid,
			.mode = s->st.st_mode & 07777,
			.dev = s->st.st_dev,
			.ino = s->st.st_ino,
		};
}

static void set_type(struct path_fact *fact, const struct walk_seen *s)
{
	if (s->errnum) {
		fact->errnum = s->errnum;
		fact->type = s->errnum == ENOENT || s->errnum == ENOTDIR ?
				     PATH_ABSENT :
				     PATH_UNREACHABLE;
		return;
	}
	fact->type = type_of(s->st.st_mode);
	fact->uid = s->st.st_uid;
	fact->mode = s->st.st_mode & 07777;
	fact->dev = s->st.st_dev;
	fact->ino = s->st.st_ino;
}

/*
 * `at` is the resolved prefix, `rest` what is still to be walked. A symlink
 * puts its target before the rest; ".." goes up from a prefix that has no
 * symlinks, so it means what it says.
 */
static void walk_on(struct walk *w, const char *rest, struct way *way,
		    struct path_fact *fact)
{
	struct arena *a = w->arena;
	const char *at = "/";

	set_type(fact, look(w, at));
	for (rest += strspn(rest, "/"); *rest; rest += strspn(rest, "/")) {
		size_t n = strcspn(rest, "/");
		char *name = arena_dup_n(a, rest, n);
		const struct walk_seen *s;
		const char *next;

		rest += n;
		if (str_equal(name, "."))
			continue;
		next = str_equal(name, "..") ? path_parent(a, at) :
					       path_join(a, at, name);
		s = look(w, next);
		add_part(a, way, s);
		if (!s->errnum && s->target) {
			struct path_link *l = array_add(a, &way->links);

			*l = (struct path_link){ next, s->target };
			if (way->links.count > LINKS_MAX) {
				fact->type = PATH_UNREACHABLE;
				fact->errnum = ELOOP;
				break;
			}
			rest = arena_format(a, "%s/%s", s->target, rest);
			if (rest[0] == '/')
				at = "/";
			rest += strspn(rest, "/");
			set_type(fact, look(w, at));
			continue;
		}
		at = next;
		set_type(fact, s);
		if (fact->errnum) {
			/* What does not exist has no symlinks to follow. */
			rest += strspn(rest, "/");
			if (*rest)
				at = path_clean(a, at, rest);
			break;
		}
	}
	fact->resolved = at;
}

void walk_path(struct walk *w, const char *path, struct path_fact *fact)
{
	struct way way = { 0 };

	*fact = (struct path_fact){ .path = path };
	walk_on(w, path, &way, fact);
	fact->links = way.links.items;
	fact->link_count = way.links.count;
	fact->parts = way.parts.items;
	fact->part_count = way.parts.count;
}

static int by_name(const void *a, const void *b)
{
	const struct path_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int walk_entries(struct walk *w, struct path_fact *fact, bool hidden,
		 struct err *e)
{
	struct arena *a = w->arena;
	ARRAY(struct path_entry) list = { 0 };
	struct dirent *d;
	DIR *dir = opendir(fact->resolved);

	if (!dir)
		return err_sys(e, "list directory '%s'", fact->resolved);
	while ((errno = 0, d = readdir(dir))) {
		struct path_entry *entry;
		const struct walk_seen *s;

		if (d->d_name[0] == '.' &&
		    (!hidden || str_equal(d->d_name, ".") ||
		     str_equal(d->d_name, "..")))
			continue;
		s = look(w, path_join(a, fact->resolved, d->d_name));
		if (s->errnum)
			continue;
		entry = array_add(a, &list);
		entry->name = arena_dup(a, d->d_name);
		entry->type = type_of(s->st.st_mode);
		entry->target = s->target;
		entry->uid = s->st.st_uid;
		entry->mode = s->st.st_mode;
		entry->dev = s->st.st_dev;
		entry->ino = s->st.st_ino;
	}
	if (errno) {
		err_sys(e, "list directory '%s'", fact->resolved);
		closedir(dir);
		return -1;
	}
	closedir(dir);
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_name);
	fact->entries = list.items;
	fact->entry_count = list.count;
	return 0;
}
