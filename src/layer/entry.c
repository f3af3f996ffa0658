/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/entry.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PRIVATE "user.overlay."
#define PRIVATE_HELPER "user.fuseoverlayfs."

/* In a directory that is opaque, where it could not be said otherwise. */
#define OPAQUE_MARK ".wh..wh..opq"

static enum entry_type type_of(const struct entry *x)
{
	mode_t mode = x->st.st_mode;

	if (S_ISREG(mode))
		return ENTRY_FILE;
	if (S_ISDIR(mode))
		return ENTRY_DIRECTORY;
	if (S_ISLNK(mode))
		return ENTRY_SYMLINK;
	if (S_ISFIFO(mode))
		return ENTRY_FIFO;
	if (S_ISSOCK(mode))
		return ENTRY_SOCKET;
	if (x->upper && S_ISCHR(mode) && x->st.st_rdev == makedev(0, 0))
		return ENTRY_WHITEOUT;
	return ENTRY_DEVICE;
}

const char *entry_path(const struct entry *x, char path[ENTRY_PATH_SIZE])
{
	snprintf(path, ENTRY_PATH_SIZE, "/proc/self/fd/%d", x->fd);
	return path;
}

bool entry_is_private(const char *attribute)
{
	return str_starts(attribute, PRIVATE) ||
	       str_starts(attribute, PRIVATE_HELPER);
}

static struct timespec time_of(struct statx_timestamp t)
{
	return (struct timespec){ .tv_sec = t.tv_sec, .tv_nsec = t.tv_nsec };
}

/* What the descriptor tells, with its mount, which fstat(2) does not. */
static int identify(struct entry *x, struct err *e)
{
	struct statx s;

	if (statx(x->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID,
		  &s) < 0)
		return err_sys(e, "look at it");
	x->st = (struct stat){
		.st_dev = makedev(s.stx_dev_major, s.stx_dev_minor),
		.st_ino = s.stx_ino,
		.st_mode = s.stx_mode,
		.st_nlink = s.stx_nlink,
		.st_uid = s.stx_uid,
		.st_gid = s.stx_gid,
		.st_rdev = makedev(s.stx_rdev_major, s.stx_rdev_minor),
		.st_size = (off_t)s.stx_size,
		.st_blocks = (blkcnt_t)s.stx_blocks,
		.st_atim = time_of(s.stx_atime),
		.st_mtim = time_of(s.stx_mtime),
		.st_ctim = time_of(s.stx_ctime),
	};
	x->mount = s.stx_mnt_id;
	x->type = type_of(x);
	return 0;
}

static bool may_search(const char *path)
{
	return faccessat(AT_FDCWD, path, R_OK | X_OK, AT_EACCESS) == 0;
}

/*
 * Who owns a directory of mode 000 cannot read it, but may change that. No
 * other thing is lent: a file can have a second name, outside of the layer.
 */
static void lend(struct entry *x)
{
	char path[ENTRY_PATH_SIZE];

	entry_path(x, path);
	if (x->st.st_uid != geteuid() || may_search(path) ||
	    (own_files() == 0 && may_search(path)))
		return;
	x->lent = chmod(path, x->st.st_mode | S_IRUSR | S_IXUSR) == 0;
}

/* Only "y" and "x" mean something: ovl_get_opaquedir_val() in the kernel. */
static int read_opaque(struct entry *x, const char *attribute, struct err *e)
{
	char path[ENTRY_PATH_SIZE], value[2];
	ssize_t n =
		getxattr(entry_path(x, path), attribute, value, sizeof(value));

	if (n < 0 && errno != ERANGE)
		return err_sys(e, "read its attribute %s", attribute);
	x->opaque |= n == 1 && value[0] == 'y';
	x->xwhiteouts |= n == 1 && value[0] == 'x' && !x->helper;
	return 0;
}

static int read_attribute(struct entry *x, const char *attribute,
			  bool xwhiteouts, struct err *e)
{
	const char *name = strrchr(attribute, '.') + 1;

	if (str_equal(name, "metacopy") || str_equal(name, "redirect"))
		return err_set(e, ERR_SYSTEM,
			       "its attribute %s says that %s is elsewhere, "
			       "which no layer of ours has",
			       attribute,
			       name[0] == 'm' ? "its content" : "it");
	if (str_equal(name, "origin"))
		x->has_origin = true;
	else if (str_equal(name, "opaque") && x->type == ENTRY_DIRECTORY)
		return read_opaque(x, attribute, e);
	else if (str_equal(name, "whiteout") && xwhiteouts &&
		 x->type == ENTRY_FILE && x->st.st_size == 0)
		x->type = ENTRY_WHITEOUT;
	return 0;
}

/* Their names can be listed whatever the mode, listxattr(2). */
static int read_attributes(struct entry *x, bool xwhiteouts, struct err *e)
{
	char path[ENTRY_PATH_SIZE], list[XATTR_LIST_MAX];
	ssize_t n = listxattr(entry_path(x, path), list, sizeof(list));

	if (n < 0 && errno != EOPNOTSUPP)
		return err_sys(e, "list its attributes");
	/* A helper goes by the kernel's attributes, too. */
	for (const char *p = list; n > 0 && p < list + n; p += strlen(p) + 1) {
		if (!entry_is_private(p))
			x->has_attributes = true;
		else if ((x->helper || str_starts(p, PRIVATE)) &&
			 read_attribute(x, p, xwhiteouts, e) < 0)
			return -1;
	}
	return 0;
}

/* A helper's directories are opaque, if they are new, or else copied up. */
static void read_marks(struct entry *x)
{
	if (faccessat(x->fd, OPAQUE_MARK, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		x->opaque = true;
	x->has_origin = true;
}

/* What overlayfs keeps for itself is on files and directories only. */
static int read_upper(struct entry *x, const struct entry *dir, struct err *e)
{
	if (x->type == ENTRY_DEVICE)
		return err_set(e, ERR_SYSTEM,
			       "it is a device, which no layer of ours has");
	if (dir && x->mount != dir->mount)
		return err_set(e, ERR_SYSTEM,
			       "something is mounted there, in the layer");
	if (x->type == ENTRY_DIRECTORY)
		lend(x);
	else if (x->type != ENTRY_FILE)
		return 0;
	if (x->helper && x->type == ENTRY_DIRECTORY)
		read_marks(x);
	return read_attributes(x, dir && dir->xwhiteouts, e);
}

int entry_top(int fd, bool upper, struct entry *out, struct err *e)
{
	struct entry x = { .upper = upper, .fd = fd };

	if (identify(&x, e) < 0 || (upper && read_upper(&x, NULL, e) < 0)) {
		entry_close(&x);
		return -1;
	}
	x.opaque = false;
	*out = x;
	return 0;
}

int entry_look(const struct entry *dir, const char *name, struct entry *out,
	       struct err *e)
{
	struct entry x = { .upper = dir->upper, .helper = dir->helper };

	x.fd = openat(dir->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	/* A directory outside that keeps its owner out. */
	if (x.fd < 0 && errno == EACCES && dir->st.st_uid == geteuid() &&
	    own_files() == 0)
		x.fd = openat(dir->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (x.fd < 0 && errno != ENOENT)
		return err_sys(e, "open '%s'", name);
	if (x.fd >= 0 &&
	    (identify(&x, e) < 0 || (x.upper && read_upper(&x, dir, e) < 0))) {
		entry_close(&x);
		return err_wrap(e, "look at '%s'", name);
	}
	/* What is outside does not show through there either, unmarked. */
	if (dir->opaque && x.type == ENTRY_DIRECTORY)
		x.opaque = true;
	x.mounted = x.fd >= 0 && x.mount != dir->mount;
	*out = x;
	return 0;
}

void entry_close(struct entry *x)
{
	char path[ENTRY_PATH_SIZE];

	if (x->lent)
		chmod(entry_path(x, path), x->st.st_mode & 07777);
	if (x->fd >= 0)
		close(x->fd);
	*x = ENTRY_NONE;
}

/* The directory above `below`, or -1 if that is not `dir`, or out of reach. */
static int open_above(const struct entry *dir, const struct entry *below)
{
	autoclose int fd =
		openat(below->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != dir->st.st_dev ||
	    st.st_ino != dir->st.st_ino)
		return -1;
	return TAKE_FD(fd);
}

void entry_let_go(struct entry *dir, const struct entry *below)
{
	int fd;

	/* What is lent has to be given back, also after an error. */
	if (dir->fd < 0 || below->fd < 0 || dir->lent)
		return;
	fd = open_above(dir, below);
	if (fd < 0)
		return;
	close(fd);
	close(dir->fd);
	dir->fd = -1;
}

int entry_regain(struct entry *dir, const struct entry *below, struct err *e)
{
	if (dir->type != ENTRY_DIRECTORY || dir->fd >= 0)
		return 0;
	dir->fd = open_above(dir, below);
	if (dir->fd < 0)
		return err_set(e, ERR_SYSTEM, "it was moved meanwhile");
	return 0;
}

int entry_open(const struct entry *x, int flags, struct err *e)
{
	char path[ENTRY_PATH_SIZE];
	int fd;

	if (x->type != ENTRY_FILE && x->type != ENTRY_DIRECTORY)
		return err_set(e, ERR_SYSTEM,
			       "open what is no file and no directory");
	flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	fd = open(entry_path(x, path), flags);
	if (fd < 0 && errno == EACCES && x->st.st_uid == geteuid() &&
	    own_files() == 0)
		fd = open(entry_path(x, path), flags);
	return fd < 0 ? err_sys(e, "open it") : fd;
}

ssize_t entry_origin(const struct entry *x, void *handle, size_t size)
{
	char path[ENTRY_PATH_SIZE];

	return getxattr(entry_path(x, path), PRIVATE "origin", handle, size);
}

int entry_target(const struct entry *x, char *target, struct err *e)
{
	ssize_t n = readlinkat(x->fd, "", target, PATH_MAX - 1);

	if (n < 0)
		return err_sys(e, "read the symlink");
	target[n] = '\0';
	return 0;
}
