/* SPDX-License-Identifier: Apache-2.0 */
#include "report/file.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening ------------------------------------------------------------ */

/* Whether the path leads through a link of /proc, which is no path at all. */
static bool is_magic(const char *path)
{
	autoclose int plain =
		sys_openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_MAGICLINKS);

	return plain < 0 && errno == ELOOP;
}

/* Below what is made of devices and of the kernel's answers. */
static bool is_special(const char *path)
{
	return path_within(path, "/proc") ||
	       (path_within(path, "/dev") && !path_within(path, "/dev/shm"));
}

/* Nothing may take the name of such a file. */
static bool is_in_place(const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	if (is_special(path) && !path_has_dotdot(path))
		return true;
	if (realpath(path, real) && is_special(real))
		return true;
	return stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || is_magic(path));
}

static int explain_open(const char *path, struct err *e)
{
	struct stat st;

	/* A FIFO without a reader, and any socket. */
	if (errno != ENXIO || stat(path, &st) < 0)
		return err_sys(e, "open '%s'", path);
	if (S_ISFIFO(st.st_mode))
		return err_set(e, ERR_SYSTEM,
			       "open '%s': it is a FIFO, and nobody reads it",
			       path);
	err_sys(e, "open '%s'", path);
	if (S_ISSOCK(st.st_mode))
		err_hint(e, "it can be given by --report-fd");
	return -1;
}

static int open_in_place(const char *path, struct report_file *out,
			 struct err *e)
{
	/* Without O_NONBLOCK a FIFO would wait for its reader. */
	autoclose int fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY |
					      O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return explain_open(path, e);
	if (fcntl(fd, F_SETFL, O_APPEND) < 0)
		return err_sys(e, "open '%s'", path);
	out->fd = TAKE_FD(fd);
	return 0;
}

/*
 * A try, since rights are not all of it: the disk may be full, and ids that a
 * user namespace does not know forbid more than access(2) tells.
 */
static int try_directory(int dir)
{
	autoclose int fd =
		openat(dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL &&
	    errno != ENOSYS)
		return -1;
	return faccessat(dir, ".", W_OK | X_OK, 0);
}

/* What is at the name now, if anything is: it has to be ours to replace. */
static int look_at_target(struct report_file *f, struct err *e)
{
	struct statx st;

	if (statx(f->fd, f->name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &st) <
	    0) {
		if (errno == ENOENT)
			return 0;
		return err_sys(e, "look at '%s'", f->path);
	}
	if (!S_ISREG(st.stx_mode))
		return err_set(e, ERR_SYSTEM, "open '%s': it has just changed",
			       f->path);
	if (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) {
		err_set(e, ERR_SYSTEM,
			"open '%s': a file mounted there cannot be replaced",
			f->path);
		return err_hint(e, "it can be given by --report-fd");
	}
	if (faccessat(f->fd, f->name, W_OK, 0) < 0)
		return err_sys(e, "write to '%s'", f->path);
	f->exists = true;
	f->uid = st.stx_uid;
	f->gid = st.stx_gid;
	f->mode = st.stx_mode & 0777;
	return 0;
}

/* The path without symlinks, as far as it exists. */
static const char *resolve(struct arena *a, const char *path, struct err *e)
{
	char real[PATH_MAX];
	struct stat st;

	if (realpath(path, real))
		return arena_dup(a, real);
	if (errno == ENOENT && lstat(path, &st) == 0) {
		err_set(e, ERR_SYSTEM,
			"open '%s': it is a symlink to what does not exist",
			path);
		return NULL;
	}
	if (errno != ENOENT || !realpath(path_parent(a, path), real)) {
		err_sys(e, "open '%s'", path);
		return NULL;
	}
	return path_join(a, real, path_name(path));
}

static int open_directory(struct arena *a, const char *path,
			  struct report_file *out, struct err *e)
{
	const char *real = resolve(a, path, e);
	const char *parent;
	autoclose int dir = -1;

	if (!real)
		return -1;
	parent = path_parent(a, real);
	dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "open '%s'", parent);
	out->fd = dir;
	out->parent = parent;
	out->name = path_name(real);
	if (look_at_target(out, e) < 0)
		return -1;
	if (try_directory(dir) < 0)
		return err_sys(e, "make a file in '%s'", parent);
	(void)TAKE_FD(dir);
	return 0;
}

int report_file_open(struct arena *a, const char *option, const char *path,
		     struct report_file *out, struct err *e)
{
	struct report_file f = { .option = option, .path = path };
	int r = is_in_place(path) ? open_in_place(path, &f, e) :
				    open_directory(a, path, &f, e);

	if (r < 0)
		return err_at(e, "%s", option);
	*out = f;
	return 0;
}

int report_file_take(const char *option, int fd, struct report_file *out,
		     struct err *e)
{
	int flags = fcntl(fd, F_GETFL);
	int own;

	/* One that is close-on-exec is ours: no caller's survives. */
	if (flags < 0 || fcntl(fd, F_GETFD) != 0)
		return err_set(e, ERR_USAGE, "%s %d: descriptor %d is not open",
			       option, fd, fd);
	if ((flags & O_ACCMODE) == O_RDONLY || flags & O_PATH)
		return err_set(e, ERR_USAGE,
			       "%s %d: descriptor %d is not open for writing",
			       option, fd, fd);
	/* The number itself may be closed with what is the command's. */
	own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return err_sys(e, "%s %d: duplicate the descriptor", option,
			       fd);
	*out = (struct report_file){ .option = option, .fd = own };
	return 0;
}

/* --- writing ------------------------------------------------------------ */

/* Also to what the caller made non-blocking. */
static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		struct pollfd room = { .fd = fd, .events = POLLOUT };
		ssize_t n = write(fd, text, size);

		if (n >= 0) {
			text += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&room, 1, -1);
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

/* The content, and what of owner and mode can be kept. */
static int fill(int fd, const struct report_file *f, const char *text,
		size_t size)
{
	mode_t mode = f->mode;
	struct stat st;

	if (write_all(fd, text, size) < 0)
		return -1;
	if (!f->exists)
		return 0;
	/* Who may not give it to the group gives that group no rights. */
	if (fchown(fd, f->uid, f->gid) < 0 && fchown(fd, (uid_t)-1, f->gid) < 0)
		mode &= ~(mode_t)S_IRWXG;
	/* Some file systems have but one mode, and no way to set it. */
	if (fstat(fd, &st) == 0 && (st.st_mode & 0777) == mode)
		return 0;
	return fchmod(fd, mode);
}

static mode_t first_mode(const struct report_file *f)
{
	return f->exists ? 0600 : 0666; /* the umask is still the caller's */
}

/* A file without a name gets one, if that is free. */
static int link_as(int fd, int dir, const char *name)
{
	char path[32];

	/* By AT_EMPTY_PATH it takes a capability. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW);
}

/* A rename puts it in the place of whatever is there, a symlink too. */
static int take_name(const struct report_file *f, const char *temporary)
{
	int error;

	if (renameat(f->fd, temporary, f->fd, f->name) == 0)
		return 0;
	error = errno;
	unlinkat(f->fd, temporary, 0);
	errno = error;
	return -1;
}

/* 1: the file system, or a machine without /proc, cannot do it this way. */
static int put_unnamed(const struct report_file *f, const char *temporary,
		       const char *text, size_t size)
{
	autoclose int fd = openat(f->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC,
				  first_mode(f));

	if (fd < 0)
		return 1;
	if (fill(fd, f, text, size) < 0)
		return -1;
	if (!f->exists && link_as(fd, f->fd, f->name) == 0)
		return 0;
	if (link_as(fd, f->fd, temporary) < 0)
		return 1;
	return take_name(f, temporary);
}

static int put_named(const struct report_file *f, const char *temporary,
		     const char *text, size_t size)
{
	autoclose int fd =
		openat(f->fd, temporary,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       first_mode(f));
	int error;

	if (fd < 0)
		return -1;
	/* Network file systems say only at the end what went wrong. */
	if (fill(fd, f, text, size) == 0 && close(TAKE_FD(fd)) == 0)
		return take_name(f, temporary);
	error = errno;
	unlinkat(f->fd, temporary, 0);
	errno = error;
	return -1;
}

static int put(const struct report_file *f, const char *text, size_t size)
{
	char temporary[40];
	uint64_t number = 0;
	int r;

	if (!f->name)
		return write_all(f->fd, text, size);
	/* No command that can write here knows it, to be there first. */
	if (getrandom(&number, sizeof(number), 0) < 0)
		return -1;
	snprintf(temporary, sizeof(temporary), ".sandbox-%016llx",
		 (unsigned long long)number);
	r = put_unnamed(f, temporary, text, size);
	return r > 0 ? put_named(f, temporary, text, size) : r;
}

/*
 * The command may have moved the directory away, and made another where it was:
 * who reads the report there reads what the command wrote.
 */
static int check_parent(const struct report_file *f, struct err *e)
{
	autoclose int now = sys_openat2(
		AT_FDCWD, f->parent, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
	struct stat held, there;

	if (now < 0 && errno == ENOSYS)
		now = open(f->parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (now >= 0 && fstat(now, &there) == 0 && fstat(f->fd, &held) == 0 &&
	    there.st_dev == held.st_dev && there.st_ino == held.st_ino)
		return 0;
	err_set(e, ERR_SYSTEM,
		"'%s' is not the directory that it was: trust no report there",
		f->parent);
	return err_hint(e, "keep it where the command cannot write");
}

int report_file_write(const struct report_file *f, const char *text,
		      size_t size, struct err *e)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, pipes, sizes;
	int r, error;

	sigaction(SIGPIPE, &ignore, &pipes);
	sigaction(SIGXFSZ, &ignore, &sizes);
	r = put(f, text, size);
	error = errno;
	sigaction(SIGPIPE, &pipes, NULL);
	sigaction(SIGXFSZ, &sizes, NULL);
	if (r == 0 && f->name && check_parent(f, e) < 0)
		return err_at(e, "%s", f->option);
	if (r == 0)
		return 0;
	errno = error;
	if (f->path)
		err_sys(e, "write '%s'", f->path);
	else
		err_sys(e, "write the report");
	return err_at(e, "%s", f->option);
}

void report_file_close(struct report_file *f)
{
	if (f->fd >= 0)
		close(TAKE_FD(f->fd));
}
