/* SPDX-License-Identifier: Apache-2.0 */
#include "run/dest.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_ROOT (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)

/* The kernel's own limit, MAXSYMLINKS in namei.h. */
#define LINKS_MAX 40

/*
 * The walk that openat2(2) does not do: it makes what is missing, and it works
 * where openat2 is refused (older container filters, gVisor). `done` is the
 * path so far, without symlinks; every step is O_NOFOLLOW, and ".." starts
 * again from the root with one component less, so that a directory moved away
 * meanwhile leads nowhere.
 */
struct walk {
	int root;
	int at; /* what `done` is; owned, unless it is the root */
	char done[PATH_MAX];
	char rest[2 * PATH_MAX];
	unsigned int links;
	mode_t make; /* missing directories are made with it; 0: are not */
	bool file;   /* the last component is no directory */
};

static int set_at(struct walk *w, int fd)
{
	if (fd < 0)
		return -1;
	if (w->at != w->root)
		close(w->at);
	w->at = fd;
	return 0;
}

static int open_component(int dir, const char *name)
{
	return openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* Goes on with `before`/`after`, starting again from the root. */
static int restart(struct walk *w, const char *before, const char *after)
{
	char rest[2 * PATH_MAX];
	int n = snprintf(rest, sizeof(rest), "%s/%s", before, after);

	if (n < 0 || (size_t)n >= sizeof(rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(w->rest, rest, (size_t)n + 1);
	w->done[0] = '\0';
	return set_at(w, w->root);
}

static int follow(struct walk *w, int link, const char *after)
{
	char target[PATH_MAX], before[2 * PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	if (++w->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (target[0] == '/')
		return restart(w, target, after);
	if (snprintf(before, sizeof(before), "%s/%s", w->done, target) >=
	    (int)sizeof(before)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return restart(w, before, after);
}

static int go_up(struct walk *w, const char *after)
{
	char before[PATH_MAX];
	char *slash;

	memcpy(before, w->done, sizeof(before));
	slash = strrchr(before, '/');
	if (slash)
		*slash = '\0';
	return restart(w, before, after);
}

static int go_down(struct walk *w, const char *name)
{
	size_t n = strlen(w->done);

	if (n + strlen(name) + 2 > sizeof(w->done)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(w->done + n, sizeof(w->done) - n, "/%s", name);
	return 0;
}

static int make_at(int dir, const char *name, mode_t mode, bool directory)
{
	if (directory)
		return mkdirat(dir, name, mode);
	return mknodat(dir, name, S_IFREG | 0444, 0);
}

/* One component of `rest`; 1 when there is none left. */
static int step(struct walk *w)
{
	char name[NAME_MAX + 1], after[2 * PATH_MAX];
	const char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");
	struct stat st = { .st_mode = S_IFDIR };
	bool made = false;
	autoclose int fd = -1;

	if (!n)
		return 1;
	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, p, n);
	name[n] = '\0';
	snprintf(after, sizeof(after), "%s", p + n);
	memcpy(w->rest, after, strlen(after) + 1);
	if (str_equal(name, "."))
		return 0;
	if (str_equal(name, ".."))
		return go_up(w, after);
	if (w->make) {
		bool directory = !w->file || after[strspn(after, "/")];

		made = make_at(w->at, name, w->make, directory) == 0;
		if (!made && errno != EEXIST)
			return -1;
	}
	fd = open_component(w->at, name);
	if (fd < 0 || (!made && fstat(fd, &st) < 0))
		return -1;
	if (S_ISLNK(st.st_mode))
		return follow(w, fd, after);
	if (go_down(w, name) < 0)
		return -1;
	return set_at(w, TAKE_FD(fd));
}

static int walk(int root, const char *path, mode_t make, bool file)
{
	struct walk w = { root, .at = root, .make = make, .file = file };
	int r = restart(&w, "", path);

	while (r == 0)
		r = step(&w);
	if (r < 0) {
		int saved = errno;

		set_at(&w, root);
		errno = saved;
		return -1;
	}
	return w.at;
}

int tree_open(const struct tree *t, const char *path)
{
	int fd = sys_openat2(t->root, path, O_PATH, IN_ROOT);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
		fd = walk(t->root, path, 0, false);
	return fd;
}

static int cannot_make(const char *path, struct err *e)
{
	err_sys(e, "make mount point '%s'", path);
	if (e->errnum == EROFS || e->errnum == EACCES || e->errnum == EPERM)
		err_hint(e,
			 "it does not exist in what is mounted around it, and "
			 "cannot be made there; make it on the host, or mount "
			 "a --tmpfs around it first");
	return -1;
}

void tree_forget(struct tree *t)
{
	for (size_t i = 0; i < TREE_NEAR; i++)
		t->near[i].fd = 0;
}

static void remember(struct tree *t, const char *path, size_t length, int fd)
{
	t->near[t->next].fd = fd;
	t->near[t->next].path = path;
	t->near[t->next].length = length;
	t->next = (t->next + 1) % TREE_NEAR;
}

static bool is_near(const struct tree *t, size_t i, const char *path,
		    size_t length)
{
	return t->near[i].fd && t->near[i].length == length &&
	       memcmp(t->near[i].path, path, length) == 0;
}

void tree_changed(struct tree *t, const char *path, int fd, bool made)
{
	/* By way of a symlink any name may lead below what is covered now. */
	if (!made)
		tree_forget(t);
	if (path[1] == '\0')
		t->root = fd;
	else
		remember(t, path, strlen(path), fd);
}

int tree_parent(struct tree *t, const char *path, int *out, struct err *e)
{
	char parent[PATH_MAX];
	size_t n = (size_t)(strrchr(path, '/') - path);
	int fd;

	if (n == 0) {
		*out = t->root;
		return 0;
	}
	for (size_t i = 0; i < TREE_NEAR; i++)
		if (is_near(t, i, path, n)) {
			*out = t->near[i].fd;
			return 0;
		}
	if (n >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return cannot_make(path, e);
	}
	memcpy(parent, path, n);
	parent[n] = '\0';
	fd = tree_open(t, parent);
	if (fd < 0 && errno == ENOENT)
		fd = walk(t->root, parent, t->parents, false);
	if (fd < 0)
		return cannot_make(path, e);
	remember(t, path, n, fd);
	*out = fd;
	return 0;
}

int tree_mount_point(struct tree *t, const char *path, bool directory,
		     struct dest *out, struct err *e)
{
	const char *name = strrchr(path, '/') + 1;
	struct stat st;
	int dir = -1, fd;

	if (path[1] == '\0') {
		*out = (struct dest){ t->root, "" };
		return 0;
	}
	if (tree_parent(t, path, &dir, e) < 0)
		return -1;
	/* The name was free a moment ago: what is there now is ours. */
	if (!str_equal(name, "..") &&
	    make_at(dir, name, 0755, directory) == 0) {
		*out = (struct dest){ dir, name };
		return 0;
	}
	if (errno != EEXIST && !str_equal(name, ".."))
		return cannot_make(path, e);
	fd = tree_open(t, path);
	/* By way of a symlink to nothing. */
	if (fd < 0 && errno == ENOENT)
		fd = walk(t->root, path, t->parents, !directory);
	if (fd < 0)
		return cannot_make(path, e);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "fstat '%s'", path);
	if (S_ISDIR(st.st_mode) != directory)
		return err_set(e, ERR_SYSTEM,
			       directory ?
				       "mount point '%s' is not a directory" :
				       "mount point '%s' is a directory, "
				       "the source is not",
			       path);
	*out = (struct dest){ fd, "" };
	return 0;
}
