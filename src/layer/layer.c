/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/layer.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "run/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int no_layer(const char *dir, const char *why, struct err *e)
{
	err_set(e, ERR_USAGE, "'%s' is no layer: %s", dir, why);
	return err_hint(e, "a layer is a directory that --changes made");
}

/* A descriptor of a directory of ours, with the lock. */
static int open_own(const char *dir, struct err *e)
{
	autoclose int fd =
		open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return no_layer(dir, "it is no directory", e);
	if (fd < 0 && errno == ENOENT)
		return no_layer(dir, "it does not exist", e);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open the layer '%s'", dir);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_USAGE,
			       "the layer '%s' belongs to another user", dir);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_sys(e, "lock the layer '%s'", dir);
		return err_set(e, ERR_SYSTEM,
			       "'%s' is in use by another sandbox", dir);
	}
	return TAKE_FD(fd);
}

int layer_open(struct arena *a, const struct caller *caller, const char *dir,
	       struct kept_layer *out, struct err *e)
{
	struct kept_layer l = { .dir = dir, .top = ENTRY_NONE };
	autoclose int fd = open_own(dir, e);
	int top;

	if (fd < 0)
		return -1;
	if (record_load(a, fd, &l.record, e) < 0) {
		if (e->errnum == ENOENT)
			return no_layer(dir, "it has no record 'layer'", e);
		return err_within(e, "%s", dir);
	}
	/* Root has all rights over them already. */
	if (l.record.auto_ids && geteuid() != 0 && map_enter(a, caller, e) < 0)
		return err_wrap(e, "the layer '%s' has files of many owners",
				dir);
	top = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (top < 0)
		return err_sys(e, "open the layer '%s'", dir);
	if (entry_top(top, true, &l.top, e) < 0)
		return err_wrap(e, "'%s'", dir);
	l.top.helper = l.record.helper;
	l.fd = TAKE_FD(fd);
	*out = l;
	return 0;
}

void layer_close(struct kept_layer *l)
{
	entry_close(&l->top);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

int layer_upper(const struct kept_layer *l, const struct record_place *place,
		struct entry *out, struct err *e)
{
	autoentry struct entry number = ENTRY_NONE;
	autoentry struct entry upper = ENTRY_NONE;
	char name[16];

	snprintf(name, sizeof(name), "%u", place->number);
	if (entry_look(&l->top, name, &number, e) < 0 ||
	    (number.type == ENTRY_DIRECTORY &&
	     entry_look(&number, "upper", &upper, e) < 0))
		return err_wrap(e, "'%s'", l->dir);
	if (upper.type != ENTRY_DIRECTORY)
		return err_set(e, ERR_SYSTEM,
			       "the layer '%s' is damaged: '%s/upper' is no "
			       "directory",
			       l->dir, name);
	*out = upper;
	out->opaque = false;
	upper = ENTRY_NONE;
	return 0;
}

/*
 * File systems without a device of their own (btrfs, overlay, NFS) get their
 * numbers, of the major 0, as they are mounted. Of these the roots, also of
 * subvolumes (256), have the same inode everywhere.
 */
static bool is_place(const struct stat *st, const struct record_place *place)
{
	return st->st_ino == place->ino &&
	       (st->st_dev == place->dev ||
		(st->st_ino > 256 && major(st->st_dev) == 0 &&
		 major(place->dev) == 0));
}

int layer_real(const struct record_place *place, bool any, struct entry *out,
	       struct err *e)
{
	int fd = open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "open '%s', which the layer was made over",
			       place->path);
	if (entry_top(fd, false, out, e) < 0)
		return err_wrap(e, "'%s'", place->path);
	if (any || is_place(&out->st, place))
		return 0;
	entry_close(out);
	err_set(e, ERR_SYSTEM,
		"'%s' is another directory than the layer was made over",
		place->path);
	return err_hint(e, "--apply --force takes it all the same");
}

bool layer_is_anothers(const struct entry *upper, const struct entry *real)
{
	return upper->st.st_uid != real->st.st_uid;
}
