/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covering: a directory with an empty tmpfs, anything else with an empty file,
 * both of mode 0 and read-only. What is covered is what is really there when
 * the step's turn comes, found by descriptor.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "host/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTR_COVER                                                             \
	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |            \
	 MOUNT_ATTR_NOEXEC)

static int cover_directory(int fd, struct err *e)
{
	struct dest to = { fd, "" };
	autoclose int cover = engine_new_tmpfs(0, 4096, ATTR_COVER, e);

	if (cover < 0)
		return -1;
	return engine_attach(cover, &to, e);
}

#define COVER_NAME ".sandbox-cover"

/* An empty file of mode 0 in the base; unlinked, so that nobody meets it. */
static int cover_file(struct engine *en, int fd, struct err *e)
{
	struct dest to = { fd, "" };
	int base = en->tree.base;
	autoclose int cover = -1;

	if (mknodat(base, COVER_NAME, S_IFREG, 0) < 0)
		return err_sys(e, "make an empty file");
	cover = sys_open_tree(base, COVER_NAME,
			      OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	if (cover < 0)
		return err_sys(e, "open an empty file");
	if (engine_set_attributes(cover, ATTR_COVER, false, e) < 0 ||
	    engine_attach(cover, &to, e) < 0)
		return -1;
	if (unlinkat(base, COVER_NAME, 0) < 0)
		return err_sys(e, "unlink an empty file");
	return 0;
}

/* Our own cover, unlinked in the base: nothing can be mounted on that. */
static bool is_cover(struct engine *en, int fd)
{
	struct stat st, base;

	return fstat(fd, &st) == 0 && st.st_nlink == 0 &&
	       fstat(en->tree.base, &base) == 0 && st.st_dev == base.st_dev;
}

static int cover(struct engine *en, int fd, mode_t mode, struct err *e)
{
	if (S_ISDIR(mode))
		return cover_directory(fd, e);
	return is_cover(en, fd) ? 0 : cover_file(en, fd, e);
}

/* Opens `path` without following its last component; -1 and errno if none. */
static int open_itself(const struct tree *t, const char *path)
{
	char parent[PATH_MAX];
	const char *name = strrchr(path, '/') + 1;
	autoclose int dir = -1;

	if (strlen(path) >= sizeof(parent)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(parent, path, (size_t)(name - path));
	parent[name - path] = '\0';
	dir = tree_open(t, parent);
	if (dir < 0)
		return -1;
	return openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * Covers whatever is at the destination now. Of a symlink both are covered:
 * first what it points to, as long as it can be followed, then the link.
 */
int engine_hide(struct engine *en, const struct step *s, struct err *e)
{
	autoclose int fd = open_itself(&en->tree, s->dest);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 && errno == EACCES) {
		err_sys(e, "hide '%s'", s->dest);
		return err_hint(e, "you cannot reach it, nor can the command; "
				   "leave it out");
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "hide '%s'", s->dest);
	if (S_ISLNK(st.st_mode)) {
		autoclose int target = tree_open(&en->tree, s->dest);
		struct stat behind;

		if (target < 0 && errno != ENOENT && errno != ENOTDIR)
			return err_sys(e, "hide '%s'", s->dest);
		if (target >= 0 && (fstat(target, &behind) < 0 ||
				    cover(en, target, behind.st_mode, e) < 0))
			return err_wrap(e, "hide what '%s' points to", s->dest);
	}
	if (cover(en, fd, st.st_mode, e) < 0)
		return err_wrap(e, "hide '%s'", s->dest);
	/* A directory used before may be below the cover now. */
	tree_forget(&en->tree);
	return 0;
}

/* --- what only root may read -------------------------------------------- */

/* Deeper trees of configuration are not known; the walk must end. */
#define DEPTH_MAX 32

/* Without search permission nobody reaches what is in a directory. */
static bool is_private(mode_t mode)
{
	if (S_ISLNK(mode))
		return false;
	if (S_ISDIR(mode))
		return !(mode & S_IXOTH);
	return !(mode & S_IROTH);
}

struct place {
	struct engine *en;
	int dir; /* open for reading */
	unsigned int depth;
};

static int hide_below(const struct place *p, struct err *e);

static int cover_name(const struct place *p, const char *name, mode_t mode,
		      struct err *e)
{
	autoclose int fd =
		openat(p->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open '%s'", name);
	return cover(p->en, fd, mode, e);
}

/* A directory others may search: what is in it counts. */
static int hide_directory(const struct place *p, const char *name,
			  struct err *e)
{
	struct place below = { .en = p->en, .depth = p->depth + 1 };
	struct stat st;
	autoclose int fd = openat(
		p->dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* Not even root may list it: it cannot be looked through. */
	if (fd < 0 && errno == EACCES)
		return cover_name(p, name, S_IFDIR, e);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open '%s'", name);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at '%s'", name);
	if (is_private(st.st_mode))
		return cover(p->en, fd, st.st_mode, e);
	if (below.depth > DEPTH_MAX)
		return err_set(e, ERR_SYSTEM, "directories too deep");
	below.dir = fd;
	return hide_below(&below, e);
}

static int hide_file(const struct place *p, const char *name, struct err *e)
{
	struct stat st;

	if (fstatat(p->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at '%s'", name);
	if (S_ISDIR(st.st_mode))
		return hide_directory(p, name, e);
	if (!is_private(st.st_mode))
		return 0;
	return cover_name(p, name, st.st_mode, e);
}

static int hide_entry(const struct place *p, const struct dirent64 *d,
		      struct err *e)
{
	/* A link is as private as what it points to. */
	if (d->d_type == DT_LNK || !strcmp(d->d_name, ".") ||
	    !strcmp(d->d_name, ".."))
		return 0;
	if (d->d_type == DT_DIR)
		return hide_directory(p, d->d_name, e);
	return hide_file(p, d->d_name, e);
}

/* getdents64(2) itself: there are hundreds of directories, and no heap. */
static int hide_below(const struct place *p, struct err *e)
{
	char list[8192] __attribute__((aligned(16)));
	ssize_t n;

	while ((n = getdents64(p->dir, list, sizeof(list))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(list + at);

			if (hide_entry(p, d, e) < 0)
				return -1;
			at += d->d_reclen;
		}
	}
	if (n < 0)
		return err_sys(e, "list a directory");
	return 0;
}

/* What the supervisor prepared goes on top of what it was made from. */
static int attach_private(struct engine *en, const struct step *s,
			  struct err *e)
{
	int mount = private_tree(en->run, s);
	struct dest to = { 0 };
	struct stat st;

	if (fstat(mount, &st) < 0)
		return err_sys(e, "fstat '%s'", s->source);
	if (tree_mount_point(&en->tree, s->dest, S_ISDIR(st.st_mode), &to, e) <
		    0 ||
	    engine_attach(mount, &to, e) < 0)
		return err_wrap(e, "hide from root what is in '%s'", s->dest);
	tree_forget(&en->tree);
	return 0;
}

/*
 * As real root the command owns what root owns, and needs no capability to
 * read it: everything at or below the path that others may not read is
 * covered.
 */
int engine_hide_private(struct engine *en, const struct step *s, struct err *e)
{
	struct place p = { .en = en };
	autoclose int fd = -1;
	struct stat st;
	int result = 0;

	if (private_tree(en->run, s) >= 0)
		return attach_private(en, s, e);
	fd = tree_open(&en->tree, s->dest);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "hide from root what is in '%s'", s->dest);
	tree_forget(&en->tree);
	p.dir = fd;
	if (S_ISDIR(st.st_mode))
		result = hide_directory(&p, ".", e);
	else if (is_private(st.st_mode))
		result = cover(en, fd, st.st_mode, e);
	if (result < 0)
		return err_wrap(e, "hide from root what is in '%s'", s->dest);
	return 0;
}
