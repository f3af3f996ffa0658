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

static int cover(struct engine *en, int fd, mode_t mode, struct err *e)
{
	return S_ISDIR(mode) ? cover_directory(fd, e) : cover_file(en, fd, e);
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

static int hide_below(struct engine *en, int dir, unsigned int depth,
		      struct err *e);

static int hide_entry(struct engine *en, int dir, const char *name,
		      unsigned int depth, struct err *e)
{
	struct stat st;
	autoclose int fd = -1;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at '%s'", name);
	if (!is_private(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open '%s'", name);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at '%s'", name);
	if (is_private(st.st_mode))
		return cover(en, fd, st.st_mode, e);
	return hide_below(en, fd, depth + 1, e);
}

static int hide_below(struct engine *en, int dir, unsigned int depth,
		      struct err *e)
{
	struct dirent *d;
	DIR *list;
	int fd, result = 0;

	if (depth > DEPTH_MAX)
		return err_set(e, ERR_SYSTEM, "directories too deep");
	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "list a directory");
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return err_sys(e, "list a directory");
	}
	while (result == 0 && (errno = 0, d = readdir(list))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		/* Only what can be private or lead to it is looked at. */
		if (d->d_type != DT_LNK)
			result = hide_entry(en, dir, d->d_name, depth, e);
	}
	if (result == 0 && errno)
		result = err_sys(e, "list a directory");
	closedir(list);
	return result;
}

/*
 * As real root the command owns what root owns, and needs no capability to
 * read it: everything at or below the path that others may not read is
 * covered.
 */
int engine_hide_private(struct engine *en, const struct step *s, struct err *e)
{
	autoclose int fd = open_itself(&en->tree, s->dest);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "hide '%s'", s->dest);
	tree_forget(&en->tree);
	if (is_private(st.st_mode) ? cover(en, fd, st.st_mode, e) < 0 :
	    S_ISDIR(st.st_mode) && hide_below(en, fd, 0, e) < 0)
		return err_wrap(e, "hide what only root may read in '%s'",
				s->dest);
	return 0;
}
