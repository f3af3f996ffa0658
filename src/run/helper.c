/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --overlay-helper: a program as fuse-overlayfs(1) answers for an overlay.
 *
 * We mount the file system ourselves. The program gets the descriptor of
 * /dev/fuse that answers for it, as its mount point "/dev/fd/N" (libfuse 3.3 and
 * later), and needs no right to mount.
 *
 * It could show the command what is hidden from it, so the command must not get
 * hold of it:
 *
 * - It has few capabilities, but one that the command lacks, by which the kernel
 *   lets the command neither trace it nor look at its memory, descriptors, root
 *   or namespaces: compile/helper.c. Who shares its user namespace can end it,
 *   and has no overlay then.
 * - It is in a mount namespace of its own, where it gets only the directories it
 *   is to show, each a mount of its own with no way up; those that are not to
 *   change, read-only. The host goes from there as soon as the program has begun
 *   to serve: it needs its libraries no more.
 * - It reads what the command asks of the kernel, so it may be deceived, with
 *   no more to gain than those directories, as they are to who called us.
 *
 * It goes on as a child of PID 1, and ends with the namespace of processes.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/sys.h"
#include "run/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct helped {
	struct run *run;
	int device;		       /* /dev/fuse */
	int mount;		       /* what is answered for by that */
	int lower[OVERLAY_LAYERS_MAX]; /* detached copies */
	size_t count;
	int both; /* likewise, or -1 */
};

/* --- what it sees ------------------------------------------------------- */

static int put(int mount, int dir, const char *name, struct err *e)
{
	struct dest to = { dir, name };

	if (mkdirat(dir, name, 0755) < 0)
		return err_sys(e, "make directory '%s'", name);
	return engine_attach(mount, &to, e);
}

/* libfuse opens it as standard input and output. */
static int put_null(int null, int dir, struct err *e)
{
	struct dest to = { dir, "null" };
	autoclose int fd =
		openat(dir, "null", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_sys(e, "make file 'null'");
	return engine_attach(null, &to, e);
}

/*
 * All that it is to see, in a tmpfs on /dev, which later becomes the root: then
 * "/dev" is a symlink to that.
 */
static int fill(const struct helped *h, int view, int null, struct err *e)
{
	char name[16];
	int proc = engine_new_file_system("proc", NULL, 0, e);

	if (proc < 0 || put(proc, view, "proc", e) < 0 ||
	    put_null(null, view, e) < 0)
		return -1;
	if (symlinkat(".", view, "dev") < 0)
		return err_sys(e, "make symlink 'dev'");
	for (size_t i = 0; i < h->count; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		if (put(h->lower[i], view, name, e) < 0)
			return -1;
	}
	if (h->both >= 0 && put(h->both, view, "changes", e) < 0)
		return -1;
	return engine_set_attributes(view, MOUNT_ATTR_RDONLY, false, e);
}

/* Goes there, with a way back to the host's root by "/". */
static int make_view(const struct helped *h, struct err *e)
{
	struct dest to = { AT_FDCWD, "/dev" };
	int null, view;

	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, "make a mount namespace");
	null = sys_open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE);
	if (null < 0)
		return err_sys(e, "open '/dev/null'");
	view = engine_new_tmpfs(0755, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
				e);
	if (view < 0 || engine_attach(view, &to, e) < 0 ||
	    fill(h, view, null, e) < 0)
		return -1;
	return fchdir(view) < 0 ? err_sys(e, "enter it") : 0;
}

/* --- its process -------------------------------------------------------- */

/*
 * "lowerdir=/dev/0:/dev/1,upperdir=..." What was written is to be in the layer
 * when the sandbox is killed: nothing is kept back.
 */
static void write_options(const struct helped *h, char *to, size_t size)
{
	size_t n = (size_t)snprintf(to, size, "writeback=0,lowerdir=");

	for (size_t i = 0; i < h->count; i++)
		n += (size_t)snprintf(to + n, size - n, "%s/dev/%zu",
				      i ? ":" : "", i);
	if (h->both >= 0)
		snprintf(to + n, size - n,
			 ",upperdir=/dev/changes/upper,workdir=/dev/changes/"
			 "work");
}

/*
 * What PID 1 sends to all, as when a time limit is near, is not for it: libfuse
 * ends at some of these, unless they are ignored.
 */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGTERM,
				       SIGUSR1, SIGUSR2, SIGALRM };

	for (size_t i = 0; i < COUNT_OF(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

static int become(const struct helped *h, int pipe, struct err *e)
{
	char options[16 * OVERLAY_LAYERS_MAX + 128], point[32];
	const char *path = h->run->program->helper;
	char *argv[] = { (char *)path, (char *)"-o", options, point, NULL };

	write_options(h, options, sizeof(options));
	snprintf(point, sizeof(point), "/dev/fd/%d", h->device);
	if (fcntl(h->device, F_SETFD, 0) < 0)
		return err_sys(e, "keep '/dev/fuse'");
	/* Nothing of ours or the caller's, who may have given us what he likes. */
	if (descriptors_close(
		    3, (struct held[]){ { &h->device, 1 }, { &pipe, 1 } }, 2,
		    e) < 0)
		return -1;
	ignore_signals();
	if (caps_keep_for_helper(e) < 0)
		return -1;
	program_main(path, argv, pipe);
}

static void tell(const struct err *e, int pipe)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s%s%s\n", e->message,
			 e->errnum ? ": " : "",
			 e->errnum ? strerror(e->errnum) : "");

	if (n > 0 && (size_t)n < sizeof(line))
		fd_write_all(pipe, line, (size_t)n);
}

static int await(pid_t pid, struct err *e)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for the helper");
	if (WIFSIGNALED(status))
		return err_set(e, ERR_SYSTEM, "it was ended by signal %d",
			       WTERMSIG(status));
	return WEXITSTATUS(status);
}

/*
 * Who waits for an answer that does not come cannot be killed: not even PID 1,
 * which is to end the helper then, so that it must not be PID 1 that waits. It
 * is an error if nobody has the device open any more.
 */
static int check_alive(const struct helped *h, struct err *e)
{
	struct stat st;

	if (fstatat(h->mount, "", &st, AT_EMPTY_PATH) < 0)
		return err_sys(e, "it does not serve '/dev/fd/N'");
	return 0;
}

/*
 * Starts it, and takes the host away when it serves, which it says by the end of
 * the process that was started. The kernel changes the roots of all who have
 * the old one, pivot_root(2).
 */
static int serve(struct helped *h, int pipe, struct err *e)
{
	pid_t pid;
	int status;

	if (make_view(h, e) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		become(h, pipe, e);
		tell(e, pipe);
		_exit(127);
	}
	if (pid < 0)
		return err_sys(e, "start it");
	close(TAKE_FD(h->device));
	status = await(pid, e);
	if (status)
		return status;
	return stage_pivot(h->run, e) < 0 ? -1 : check_alive(h, e);
}

_Noreturn static void serve_main(struct helped *h, int pipe)
{
	struct err e = { 0 };
	int result = serve(h, pipe, &e);

	if (result < 0)
		tell(&e, pipe);
	_exit(result ? 1 : 0);
}

/* --- from PID 1 --------------------------------------------------------- */

/* What it said last. */
static const char *last_line(char *text)
{
	char *end = text + strlen(text), *line;

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

/* "fuse-overlayfs: cannot open ..." */
static int said(const char *path, int pipe, struct err *e)
{
	const char *name = path_name(path), *line;
	size_t length = strlen(name);
	char text[4096];
	ssize_t n = read(pipe, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	line = last_line(text);
	if (str_starts(line, name) && str_starts(line + length, ": "))
		line += length + 2;
	return err_set(e, ERR_SYSTEM, "%s: %s", path,
		       line[0] ? line : "it failed and does not say why");
}

static int start(struct helped *h, struct err *e)
{
	const char *path = h->run->program->helper;
	autoclose int in = -1, out = -1;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "make a pipe");
	in = ends[0];
	out = ends[1];
	pid = fork();
	if (pid == 0)
		serve_main(h, out);
	if (pid < 0)
		return err_sys(e, "start '%s'", path);
	/* When nobody else has it, it is known that nobody serves. */
	close(TAKE_FD(h->device));
	status = await(pid, e);
	if (status > 0)
		return said(path, in, e);
	return status < 0 ? err_wrap(e, "%s", path) : 0;
}

static int open_device(struct err *e)
{
	autoclose int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	/* Where it is out of the way: the caller may have closed 0 to 2. */
	if (fd >= 0) {
		int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

		return copy < 0 ? err_sys(e, "copy a descriptor") : copy;
	}
	err_sys(e, "open '/dev/fuse'");
	if (e->errnum == ENOENT || e->errnum == ENODEV || e->errnum == ENXIO)
		err_hint(e, "load the kernel's module: modprobe fuse");
	return -1;
}

/* As libfuse would; the kernel compares owners and modes by itself. */
static int new_mount(int device, const struct step *s, struct err *e)
{
	char fd[16], uid[16], gid[16];
	const char *options[] = { "fd",
				  fd,
				  "rootmode",
				  "40000",
				  "user_id",
				  uid,
				  "group_id",
				  gid,
				  "default_permissions",
				  NULL,
				  "allow_other",
				  NULL,
				  NULL };

	snprintf(fd, sizeof(fd), "%d", device);
	snprintf(uid, sizeof(uid), "%u", geteuid());
	snprintf(gid, sizeof(gid), "%u", getegid());
	return engine_new_file_system("fuse", options, s->attributes, e);
}

static int copy(int dir, uint64_t attributes, struct err *e)
{
	int fd = sys_open_tree(dir, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	if (fd < 0) {
		err_sys(e, "copy the mount of a layer");
		if (e->errnum == EINVAL)
			err_hint(e, "other file systems are mounted below it; "
				    "show the directories in it one by one");
		return -1;
	}
	attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	return engine_set_attributes(fd, attributes, false, e) < 0 ? -1 : fd;
}

static int copy_all(struct helped *h, const int *lower, size_t count, int both,
		    struct err *e)
{
	for (; h->count < count; h->count++) {
		h->lower[h->count] =
			copy(lower[h->count], MOUNT_ATTR_RDONLY, e);
		if (h->lower[h->count] < 0)
			return -1;
	}
	if (both >= 0)
		h->both = copy(both, 0, e);
	return both >= 0 && h->both < 0 ? -1 : 0;
}

int engine_helped(struct engine *en, const int *lower, size_t count, int both,
		  const struct step *s, struct err *e)
{
	struct helped h = {
		.run = en->run, .device = -1, .mount = -1, .both = -1
	};
	int done;

	h.device = open_device(e);
	if (h.device < 0)
		return -1;
	h.mount = new_mount(h.device, s, e);
	done = h.mount < 0 || copy_all(&h, lower, count, both, e) < 0 ?
		       -1 :
		       start(&h, e);
	if (h.device >= 0)
		close(h.device);
	for (size_t i = 0; i < h.count; i++)
		close(h.lower[i]);
	if (h.both >= 0)
		close(h.both);
	return done < 0 ? -1 : h.mount;
}
