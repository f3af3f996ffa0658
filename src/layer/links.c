/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/links.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "layer/discard.h"
#include "layer/trees.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define KEY_SIZE 24

void links_begin(struct links *l, struct arena *scratch, const char *name)
{
	*l = (struct links){
		.scratch = scratch,
		.name = name,
		.dir = -1,
		.parent = -1,
	};
}

int links_base(struct links *l, const struct trees_level *level, struct err *e)
{
	int fd;

	if (l->dir >= 0)
		return 0;
	fd = fcntl(level->to.fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(e, "note the directory");
	if (l->parent >= 0)
		close(l->parent);
	l->parent = fd;
	l->times[0] = level->from.st.st_atim;
	l->times[1] = level->from.st.st_mtim;
	return 0;
}

static const char *key_of(const struct entry *x, char key[KEY_SIZE])
{
	snprintf(key, KEY_SIZE, "%llx", (unsigned long long)x->st.st_ino);
	return key;
}

static int make(struct links *l, struct err *e)
{
	if (discard_tree(l->scratch, l->parent, l->name, NULL, e) < 0)
		return -1;
	if (mkdirat(l->parent, l->name, S_IRWXU) < 0)
		return err_sys(e, "create '%s'", l->name);
	l->dir = openat(l->parent, l->name,
			O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return l->dir < 0 ? err_sys(e, "open '%s'", l->name) : 0;
}

int links_use(struct links *l, const struct entry *x, int dirfd,
	      const char *name, struct err *e)
{
	char key[KEY_SIZE];

	if (l->dir < 0)
		return 0;
	if (linkat(l->dir, key_of(x, key), dirfd, name, 0) == 0)
		return 1;
	/*
	 * As many names as one file can have here, or in another subvolume: then
	 * it is two.
	 */
	if (errno == EMLINK && unlinkat(l->dir, key, 0) == 0)
		return 0;
	if (errno == EXDEV)
		return 0;
	return errno == ENOENT ? 0 : err_sys(e, "give it another name");
}

int links_note(struct links *l, const struct entry *x, int dirfd,
	       const char *name, struct err *e)
{
	char key[KEY_SIZE];

	if (l->dir < 0 && make(l, e) < 0)
		return -1;
	if (linkat(dirfd, name, l->dir, key_of(x, key), 0) < 0)
		return err_sys(e, "give it another name");
	return 0;
}

int links_end(struct links *l, struct err *e)
{
	struct entry parent = { .type = ENTRY_DIRECTORY, .fd = l->parent };
	char path[ENTRY_PATH_SIZE];
	int r = 0;

	if (l->dir >= 0) {
		close(l->dir);
		r = discard_tree(l->scratch, l->parent, l->name, NULL, e);
		/* The topmost directory may be somebody else's. */
		if (r == 0 &&
		    utimensat(AT_FDCWD, entry_path(&parent, path), l->times,
			      0) < 0 &&
		    errno != EPERM)
			r = err_sys(e, "set the times of a directory");
	}
	if (l->parent >= 0)
		close(l->parent);
	links_begin(l, l->scratch, l->name);
	return r;
}
