/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files with what a descriptor says, and modes. What is there already is
 * changed by way of a descriptor of it, which was found inside the new root.
 */
#include "run/engine.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

/* The supervisor ends us on a signal: a pipe may never end. */
static int copy(int from, int to, struct err *e)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (fd_write_all(to, bytes, (size_t)n) < 0)
			return err_sys(e, "write");
	if (n < 0)
		return err_sys(e, "read from descriptor %d", from);
	return 0;
}

/* A name of what `fd` is open on that leads past all paths. */
static const char *name_of(int fd, char name[32])
{
	snprintf(name, 32, "/proc/self/fd/%d", fd);
	return name;
}

/*
 * Opening what is not a regular file could block, or set off who knows what. It
 * is looked at first, and what was looked at is opened.
 */
static int open_existing(struct engine *en, const struct step *s, struct err *e)
{
	autoclose int there = tree_open(&en->tree, s->dest);
	bool missing = there < 0 && errno == ENOENT;
	struct dest made;
	char name[32];
	struct stat st;
	int fd;

	/* By way of a symlink to nothing. */
	if (missing) {
		if (tree_mount_point(&en->tree, s->dest, false, &made, e) < 0)
			return -1;
		there = tree_open(&en->tree, s->dest);
	}
	if (there < 0 || fstat(there, &st) < 0)
		return err_sys(e, "open what is there");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_SYSTEM,
			       S_ISDIR(st.st_mode) ?
				       "a directory is there" :
				       "no regular file is there");
	fd = open(name_of(there, name), O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open what is there");
	if (missing && fchmod(fd, s->mode) < 0) {
		close(fd);
		return err_sys(e, "chmod");
	}
	return fd;
}

static int make_file(struct engine *en, const struct step *s, struct err *e)
{
	const char *name = strrchr(s->dest, '/') + 1;
	int dir = -1, fd;

	if (tree_parent(&en->tree, s->dest, &dir, e) < 0)
		return -1;
	fd = openat(dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    s->mode);
	if (fd >= 0)
		return fd;
	if (errno != EEXIST && errno != EISDIR)
		return err_sys(e, "create");
	return open_existing(en, s, e);
}

int engine_file(struct engine *en, const struct step *s, struct err *e)
{
	autoclose int fd = make_file(en, s, e);

	if (fd < 0 || copy(s->fd, fd, e) < 0)
		return err_wrap(e, "file '%s'", s->dest);
	return 0;
}

void engine_scratch_name(const struct engine *en, const struct step *s,
			 char name[SCRATCH_NAME])
{
	snprintf(name, SCRATCH_NAME, "%zu", (size_t)(s - en->program->steps));
}

/*
 * The file keeps its name in the scratch: nothing can be mounted on what has
 * none, and a later step may want to cover it.
 */
static int make_data(struct engine *en, const struct step *s, struct err *e)
{
	int scratch = en->tree.scratch, tree;
	autoclose int fd = -1;
	char name[SCRATCH_NAME];

	engine_scratch_name(en, s, name);
	fd = openat(scratch, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    s->mode);
	if (fd < 0)
		return err_sys(e, "create");
	if (copy(s->fd, fd, e) < 0)
		return -1;
	tree = sys_open_tree(scratch, name,
			     OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	if (tree < 0)
		return err_sys(e, "open");
	if (engine_set_attributes(tree, s->attributes, false, e) < 0)
		return -1;
	return engine_place(en, tree, s, false, e);
}

int engine_data(struct engine *en, const struct step *s, struct err *e)
{
	if (make_data(en, s, e) < 0)
		return err_wrap(e, "data on '%s'", s->dest);
	return 0;
}

int engine_chmod(struct engine *en, const struct step *s, struct err *e)
{
	bool root = s->dest[1] == '\0';
	autoclose int there = root ? -1 : tree_open(&en->tree, s->dest);
	char name[32];

	if ((!root && there < 0) ||
	    chmod(name_of(root ? en->tree.root : there, name), s->mode) < 0)
		return err_sys(e, "chmod '%s'", s->dest);
	return 0;
}

/* Nothing else may take the number of one among 0 to 2. */
int engine_close_taken(const struct program *p, struct err *e)
{
	for (size_t i = 0; i < p->taken_fd_count; i++) {
		autoclose int nothing = -1;

		if (p->taken_fds[i] > 2)
			continue;
		nothing = epoll_create1(EPOLL_CLOEXEC);
		if (nothing < 0 ||
		    dup3(nothing, p->taken_fds[i], O_CLOEXEC) < 0)
			return err_sys(e, "close descriptor %d",
				       p->taken_fds[i]);
	}
	return 0;
}
