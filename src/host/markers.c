/* SPDX-License-Identifier: Apache-2.0 */
#include "host/markers.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define AS_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Name by name, for kernels and filters that know no openat2(2). */
static int open_stepwise(int layer, const char *path)
{
	autoclose int fd = openat(layer, ".", AS_DIRECTORY);
	char name[NAME_MAX + 1];

	while (fd >= 0 && *path) {
		size_t n = strcspn(path, "/");
		int next;

		if (n > NAME_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		next = openat(fd, name, AS_DIRECTORY);
		if (next < 0)
			return -1;
		close(fd);
		fd = next;
		path += n + (path[n] == '/');
	}
	return TAKE_FD(fd);
}

int markers_open(int layer, const char *path)
{
	int fd = sys_openat2(layer, *path ? path : ".", AS_DIRECTORY,
			     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	return open_stepwise(layer, path);
}

struct search {
	struct arena *arena;
	int layer;
	ARRAY(const char *) todo; /* directories that are still to be listed */
	struct markers *out;
};

static const char *join(struct arena *a, const char *dir, const char *name)
{
	return *dir ? arena_format(a, "%s/%s", dir, name) : arena_dup(a, name);
}

/* Not every file system tells types in its lists. */
static bool is_directory(int dir, const struct dirent64 *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* Whatever a marker is, it is not looked into: nothing of it is ever seen. */
static void look_at(struct search *s, const char *path, int dir,
		    const struct dirent64 *d)
{
	const char *name = d->d_name;

	if (str_starts(name, MARKER))
		*array_add(s->arena, &s->out->list) =
			join(s->arena, path, name);
	else if (!str_equal(name, ".") && !str_equal(name, "..") &&
		 is_directory(dir, d))
		*array_add(s->arena, &s->todo) = join(s->arena, path, name);
}

static int cannot_list(const char *path, struct err *e)
{
	err_sys(e, "list '%s' in it", *path ? path : ".");
	if (e->errnum == EACCES)
		return err_hint(e, "it could tell of deletions (" MARKER "*), "
				   "and is another user's");
	if (e->errnum == ENAMETOOLONG)
		return err_hint(e, "directories are too deep in one another");
	return -1;
}

static int list(struct search *s, const char *path, struct err *e)
{
	char room[16384] __attribute__((aligned(16)));
	autoclose int dir = markers_open(s->layer, path);
	ssize_t n;

	if (dir < 0)
		return cannot_list(path, e);
	while ((n = getdents64(dir, room, sizeof(room))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(room + at);

			look_at(s, path, dir, d);
			at += d->d_reclen;
		}
	return n < 0 ? cannot_list(path, e) : 0;
}

int markers_find(struct arena *a, int layer, struct markers *out, struct err *e)
{
	struct search s = { .arena = a, .layer = layer, .out = out };

	*array_add(a, &s.todo) = "";
	while (s.todo.count)
		if (list(&s, s.todo.items[--s.todo.count], e) < 0)
			return -1;
	return 0;
}
