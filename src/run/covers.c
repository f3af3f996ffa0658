/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of ours between the given ones, compile/covers.h: directories with
 * whiteouts, in the scratch. Anybody may make a whiteout (Linux 5.8).
 *
 * Where the layer above has no such directory, it is ours that the overlay
 * takes owner, mode and times of. So they get those of the layer below.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "compile/covers.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * What is mounted below a layer is no part of it, nor is anything of it changed
 * by looking. The copy has neither.
 */
static int copy_tree(int layer, struct err *e)
{
	autoclose int fd =
		sys_open_tree(layer, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	if (fd < 0) {
		err_sys(e, "look for deletions in it");
		if (e->errnum == EINVAL)
			err_hint(e, "other file systems are mounted below it; "
				    "unmount them first");
		return -1;
	}
	if (engine_set_attributes(fd, MOUNT_ATTR_RDONLY, false, e) < 0)
		return -1;
	return TAKE_FD(fd);
}

int engine_markers(struct arena *a, int layer, struct markers *out,
		   struct err *e)
{
	autoclose int tree = copy_tree(layer, e);

	return tree < 0 ? -1 : markers_find(a, tree, out, e);
}

/* --- the directories on the way ----------------------------------------- */

struct way {
	struct arena *arena;
	ARRAY(const char *) dirs; /* each once, before what is in it */
};

/* Neighbours in a sorted list share what they share from the front. */
static void add_dirs(struct way *w, const char *path, const char *before)
{
	size_t same = 0;

	while (path[same] && path[same] == before[same])
		same++;
	for (size_t i = 0; path[i]; i++)
		if (path[i] == '/' && (i >= same || before[i] != '/'))
			*array_add(w->arena, &w->dirs) =
				arena_dup_n(w->arena, path, i);
}

/* Returns 0 if it is theirs, 1 if there is no such user or group here. */
static int give(int cover, const char *dir, uid_t uid, gid_t gid, struct err *e)
{
	if (fchownat(cover, dir, uid, gid, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return errno == EINVAL ? 1 : err_sys(e, "give '%s' away", dir);
}

/*
 * What cannot be given to its owner would be the caller's, who may not write
 * there.
 */
static int take_looks(int cover, const char *dir, const struct stat *st,
		      struct err *e)
{
	struct timespec times[] = { st->st_atim, st->st_mtim };
	mode_t mode = st->st_mode & 07777;
	int uid = give(cover, dir, st->st_uid, -1U, e);
	int gid = uid < 0 ? -1 : give(cover, dir, -1U, st->st_gid, e);

	if (gid < 0)
		return -1;
	if (uid)
		mode &= 07555;
	if (gid)
		mode &= ~(mode_t)S_ISGID;
	if (fchmodat(cover, dir, mode, 0) < 0 ||
	    utimensat(cover, dir, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "set mode and times of '%s'", dir);
	return 0;
}

/* One that only the layer above has is seen as that one is. */
static int copy_looks(int cover, int layer, const char *dir, struct err *e)
{
	autoclose int fd = markers_open(layer, dir);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "look at '%s'", dir);
	return take_looks(cover, dir, &st, e);
}

/* --- a cover ------------------------------------------------------------ */

static int fill(struct arena *a, int cover, int layer, const struct cover *c,
		struct err *e)
{
	struct way w = { .arena = a };
	const char *before = "";

	for (size_t i = 0; i < c->list.count; before = c->list.items[i++])
		add_dirs(&w, c->list.items[i], before);
	for (size_t i = 0; i < w.dirs.count; i++)
		if (mkdirat(cover, w.dirs.items[i], 0755) < 0)
			return err_sys(e, "make '%s'", w.dirs.items[i]);
	for (size_t i = 0; i < c->list.count; i++)
		if (mknodat(cover, c->list.items[i], S_IFCHR, 0) < 0)
			return err_sys(e, "make a whiteout '%s'",
				       c->list.items[i]);
	/* Times last, when nothing is made in it any more; from the inside. */
	for (size_t i = w.dirs.count; i-- > 0;)
		if (copy_looks(cover, layer, w.dirs.items[i], e) < 0)
			return -1;
	return 0;
}

int engine_cover(struct arena *a, int cover, int layer, const struct cover *c,
		 struct err *e)
{
	autoclose int tree = copy_tree(layer, e);

	return tree < 0 ? -1 : fill(a, cover, tree, c, e);
}
