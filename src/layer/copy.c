/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/copy.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/own.h"
#include "layer/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Read at once; what the kernel copies at once, so that progress is seen. */
#define CHUNK ((size_t)128 * 1024)
#define RANGE ((size_t)16 * 1024 * 1024)

/* For what is read; attributes are as large as the kernel has them. */
union copy_room {
	char chunk[CHUNK];
	struct {
		char list[XATTR_LIST_MAX], other[XATTR_LIST_MAX];
		char value[XATTR_SIZE_MAX], old[XATTR_SIZE_MAX];
	};
};

int copy_begin(struct copy *c, const struct progress *progress, struct err *e)
{
	*c = (struct copy){ .progress = progress,
			    .room = malloc(sizeof(*c->room)) };
	return c->room ? 0 : err_sys(e, "get memory to copy with");
}

void copy_end(struct copy *c)
{
	free(c->room);
	c->room = NULL;
}

static void tell(struct copy *c, uint64_t more)
{
	c->done += more;
	progress_tell(c->progress, c->done, c->total);
}

/* --- content ------------------------------------------------------------- */

/* The same blocks, where the file system has such; else not asked again. */
static bool clone_all(struct copy *c, int from, int to)
{
	if (c->no_clone)
		return false;
	if (ioctl(to, FICLONE, from) == 0)
		return true;
	c->no_clone = errno != EINVAL && errno != EPERM && errno != ETXTBSY;
	return false;
}

/* What the kernel copied; 0: it does not, or there is no more; -1. */
static ssize_t copy_range(struct copy *c, int from, int to, off_t at,
			  size_t size)
{
	off_t out = at;
	ssize_t n;

	if (c->no_range || size <= CHUNK)
		return 0;
	n = copy_file_range(from, &at, to, &out, size < RANGE ? size : RANGE,
			    0);
	if (n >= 0)
		return n;
	if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP &&
	    errno != ENOSYS && errno != EPERM)
		return -1;
	c->no_range = true;
	return 0;
}

static int write_at(int fd, const char *p, size_t size, off_t at)
{
	while (size) {
		ssize_t n = pwrite(fd, p, size, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static ssize_t copy_chunk(struct copy *c, int from, int to, off_t at,
			  size_t size)
{
	ssize_t n;

	do
		n = pread(from, c->room->chunk, size < CHUNK ? size : CHUNK,
			  at);
	while (n < 0 && errno == EINTR);
	if (n > 0 && write_at(to, c->room->chunk, (size_t)n, at) < 0)
		return -1;
	return n;
}

/* A file that became shorter meanwhile is copied as far as it goes. */
static int copy_data(struct copy *c, int from, int to, off_t at, off_t end)
{
	while (at < end) {
		size_t left = (size_t)(end - at);
		ssize_t n = copy_range(c, from, to, at, left);

		if (n == 0)
			n = copy_chunk(c, from, to, at, left);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		at += n;
		tell(c, (uint64_t)n);
	}
	return 0;
}

static int copy_sparse(struct copy *c, int from, int to, off_t size)
{
	off_t at = 0, end = 0;

	while (end < size && (at = lseek(from, end, SEEK_DATA)) >= 0) {
		if (at >= size)
			break;
		end = lseek(from, at, SEEK_HOLE);
		if (end < 0)
			return -1;
		if (copy_data(c, from, to, at, end < size ? end : size) < 0)
			return -1;
	}
	if (at < 0 && errno != ENXIO)
		return -1;
	return ftruncate(to, size);
}

static int copy_content(struct copy *c, int from, int to, const struct stat *st)
{
	if (!st->st_size)
		return 0;
	if (clone_all(c, from, to)) {
		tell(c, (uint64_t)st->st_size);
		return 0;
	}
	if (st->st_blocks * 512 < st->st_size)
		return copy_sparse(c, from, to, st->st_size);
	return copy_data(c, from, to, 0, st->st_size);
}

/* --- attributes ---------------------------------------------------------- */

/*
 * What is copied. Labels, security.selinux, are given by the host's policy, and
 * trusted.* is for those who keep a file system, as overlayfs is.
 */
static bool is_carried(const char *name)
{
	if (str_starts(name, "user."))
		return !entry_is_private(name);
	return str_starts(name, "system.posix_acl_") ||
	       (geteuid() == 0 && str_equal(name, "security.capability"));
}

static ssize_t list_attributes(const char *path, char *list)
{
	ssize_t n = listxattr(path, list, XATTR_LIST_MAX);

	return n < 0 && errno == EOPNOTSUPP ? 0 : n;
}

static bool is_listed(const char *list, ssize_t size, const char *name)
{
	for (const char *p = list; p < list + size; p += strlen(p) + 1)
		if (str_equal(p, name))
			return true;
	return false;
}

/* Attributes can only be set, by their owner too, on what may be written. */
static bool may_retry(void)
{
	return errno == EACCES && own_files() == 0;
}

static int set_attribute(struct copy *c, const char *from, const char *to,
			 const char *name, bool is_there, struct err *e)
{
	char *value = c->room->value, *old = c->room->old;
	ssize_t n = getxattr(from, name, value, XATTR_SIZE_MAX);

	if (n < 0)
		return err_sys(e, "read its attribute '%s'", name);
	if (is_there && getxattr(to, name, old, XATTR_SIZE_MAX) == n &&
	    memcmp(value, old, (size_t)n) == 0)
		return 0;
	if (setxattr(to, name, value, (size_t)n, 0) < 0 &&
	    (!may_retry() || setxattr(to, name, value, (size_t)n, 0) < 0))
		return err_sys(e, "set its attribute '%s'", name);
	return 0;
}

static int remove_attributes(struct copy *c, const char *to, ssize_t wanted,
			     ssize_t there, struct err *e)
{
	const char *list = c->room->other;

	for (const char *p = list; p < list + there; p += strlen(p) + 1)
		if (is_carried(p) && !is_listed(c->room->list, wanted, p) &&
		    removexattr(to, p) < 0 &&
		    (!may_retry() || removexattr(to, p) < 0))
			return err_sys(e, "remove its attribute '%s'", p);
	return 0;
}

/* `plain`: there are none yet. */
static int copy_attributes(struct copy *c, const char *from, const char *to,
			   bool plain, struct err *e)
{
	char *list = c->room->list, *other = c->room->other;
	ssize_t n = list_attributes(from, list);
	ssize_t there = n < 0 || plain ? 0 : list_attributes(to, other);

	if (n < 0 || there < 0)
		return err_sys(e, "list its attributes");
	if (remove_attributes(c, to, n, there, e) < 0)
		return -1;
	for (const char *p = list; p < list + n; p += strlen(p) + 1)
		if (is_carried(p) &&
		    set_attribute(c, from, to, p, is_listed(other, there, p),
				  e) < 0)
			return -1;
	return 0;
}

bool copy_inherits(const struct entry *dir)
{
	char path[ENTRY_PATH_SIZE];

	return getxattr(entry_path(dir, path), "system.posix_acl_default", NULL,
			0) > 0;
}

void copy_disinherit(const struct entry *made)
{
	char path[ENTRY_PATH_SIZE];

	entry_path(made, path);
	removexattr(path, "system.posix_acl_access");
	removexattr(path, "system.posix_acl_default");
}

/* --- the rest ------------------------------------------------------------ */

/*
 * The set-id bits of a file whose owner could not be given are worth something
 * else: then they are not given either.
 */
static int give_owner(const char *path, const struct stat *now,
		      const struct stat *st, mode_t *mode, struct err *e)
{
	if (now->st_uid != st->st_uid && chown(path, st->st_uid, (gid_t)-1) < 0)
		return err_sys(e, "give it to user %u", st->st_uid);
	if (now->st_gid != st->st_gid && chown(path, (uid_t)-1, st->st_gid) < 0)
		*mode &= ~(mode_t)S_ISGID;
	return 0;
}

/* chown(2) takes set-id bits off and capabilities: so it is the first. */
static int finish_file(struct copy *c, const struct entry *x, int to,
		       bool inherits, struct err *e)
{
	struct entry made = { .type = ENTRY_FILE, .fd = to };
	const struct timespec times[2] = { x->st.st_atim, x->st.st_mtim };
	mode_t mode = x->st.st_mode & 07777;
	char source[ENTRY_PATH_SIZE], path[ENTRY_PATH_SIZE];
	struct stat now;

	if (fstat(to, &now) < 0)
		return err_sys(e, "look at it");
	entry_path(&made, path);
	if (give_owner(path, &now, &x->st, &mode, e) < 0 ||
	    ((x->has_attributes || inherits) &&
	     copy_attributes(c, entry_path(x, source), path, !inherits, e) < 0))
		return -1;
	if ((mode != (now.st_mode & 07777) || inherits) && fchmod(to, mode) < 0)
		return err_sys(e, "set its mode");
	return futimens(to, times) < 0 ? err_sys(e, "set its times") : 0;
}

static int make_file(struct copy *c, const struct entry *x, int dirfd,
		     const char *name, bool inherits, struct err *e)
{
	autoclose int from = entry_open(x, O_RDONLY, e);
	autoclose int to = -1;

	if (from < 0)
		return -1;
	to = openat(dirfd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    (x->st.st_mode & 0777) | S_IWUSR);
	if (to < 0)
		return err_sys(e, "create it");
	if (copy_content(c, from, to, &x->st) < 0)
		return err_sys(e, "copy it");
	return finish_file(c, x, to, inherits, e);
}

/* Symlinks, FIFOs and sockets: by name, for they cannot be opened. */
static int make_other(const struct entry *x, int dirfd, const char *name,
		      bool inherits, struct err *e)
{
	const struct timespec times[2] = { x->st.st_atim, x->st.st_mtim };
	autoentry struct entry made = ENTRY_NONE;
	char target[PATH_MAX], path[ENTRY_PATH_SIZE];
	mode_t mode = x->st.st_mode & 07777;

	if (x->type == ENTRY_SYMLINK) {
		if (entry_target(x, target, e) < 0)
			return -1;
		if (symlinkat(target, dirfd, name) < 0)
			return err_sys(e, "create it");
	} else if (mknodat(dirfd, name, x->st.st_mode, 0) < 0) {
		return err_sys(e, "create it");
	}
	made.fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (made.fd < 0 || fstat(made.fd, &made.st) < 0)
		return err_sys(e, "look at it");
	entry_path(&made, path);
	if (give_owner(path, &made.st, &x->st, &mode, e) < 0)
		return -1;
	if (inherits)
		copy_disinherit(&made);
	if (x->type != ENTRY_SYMLINK &&
	    (inherits || (made.st.st_mode & 07777) != mode) &&
	    chmod(path, mode) < 0)
		return err_sys(e, "set its mode");
	return utimensat(AT_FDCWD, path, times, 0) < 0 ?
		       err_sys(e, "set its times") :
		       0;
}

int copy_make(struct copy *c, const struct entry *x, int dirfd,
	      const char *name, bool inherits, struct err *e)
{
	int r = x->type == ENTRY_FILE ?
			make_file(c, x, dirfd, name, inherits, e) :
			make_other(x, dirfd, name, inherits, e);

	if (r == 0)
		tell(c, PROGRESS_NAME);
	return r;
}

static bool is_same(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static int give_directory(struct copy *c, const struct entry *from,
			  const struct entry *to, bool top, struct err *e)
{
	const struct timespec times[2] = { from->st.st_atim, from->st.st_mtim };
	char source[ENTRY_PATH_SIZE], path[ENTRY_PATH_SIZE];
	mode_t mode = from->st.st_mode & 07777;
	struct stat now;

	/* As it is now, not as it was before there was written to it. */
	if (fstat(to->fd, &now) < 0)
		return err_sys(e, "look at it");
	entry_path(to, path);
	if ((!top && give_owner(path, &now, &from->st, &mode, e) < 0) ||
	    copy_attributes(c, entry_path(from, source), path, false, e) < 0)
		return -1;
	if (mode != (now.st_mode & 07777) && chmod(path, mode) < 0)
		return err_sys(e, "set its mode");
	if (!is_same(now.st_mtim, from->st.st_mtim) &&
	    utimensat(AT_FDCWD, path, times, 0) < 0)
		return err_sys(e, "set its times");
	return 0;
}

int copy_directory(struct copy *c, const struct entry *from,
		   const struct entry *to, bool top, struct err *e)
{
	if (top && layer_is_anothers(from, to))
		return 0;
	return give_directory(c, from, to, top, e);
}
