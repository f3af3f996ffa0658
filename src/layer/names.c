/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/names.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "layer/entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct growing {
	struct names names;
	size_t size, text_room, at_room;
};

static bool make_room(void **items, size_t *room, size_t wanted, size_t size)
{
	size_t more = *room ? *room : 256;
	void *moved;

	if (wanted <= *room)
		return true;
	while (more < wanted)
		more *= 2;
	moved = reallocarray(*items, more, size);
	if (!moved)
		return false;
	*items = moved;
	*room = more;
	return true;
}

static bool add(struct growing *g, const char *name)
{
	struct names *n = &g->names;
	size_t length = strlen(name) + 1;

	if (!make_room((void **)&n->text, &g->text_room, g->size + length, 1) ||
	    !make_room((void **)&n->at, &g->at_room, n->count + 1,
		       sizeof(*n->at)))
		return false;
	memcpy(n->text + g->size, name, length);
	n->at[n->count++] = g->size;
	g->size += length;
	return true;
}

static int compare(const void *a, const void *b, void *text)
{
	return strcmp((const char *)text + *(const size_t *)a,
		      (const char *)text + *(const size_t *)b);
}

static bool read_all(DIR *dir, struct growing *g)
{
	struct dirent *d;

	for (errno = 0; (d = readdir(dir)); errno = 0)
		if (!str_equal(d->d_name, ".") && !str_equal(d->d_name, "..") &&
		    !add(g, d->d_name))
			return false;
	return !errno;
}

int names_read(int fd, struct names *out, struct err *e)
{
	struct growing g = { 0 };
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	bool done;
	int error;

	if (!dir) {
		err_sys(e, "read a directory");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	/* The copy shares its position with `fd`. */
	rewinddir(dir);
	done = read_all(dir, &g);
	error = errno;
	closedir(dir);
	if (!done) {
		names_free(&g.names);
		errno = error;
		return err_sys(e, "read a directory");
	}
	if (g.names.count)
		qsort_r(g.names.at, g.names.count, sizeof(*g.names.at), compare,
			g.names.text);
	*out = g.names;
	return 0;
}

/* ".wh..wh..opq", and what hides it. */
static bool is_opaque_mark(const char *name)
{
	return str_equal(name, ".wh..wh..opq") || str_equal(name, ".wh..opq");
}

static int leave_marks_out(struct names *n, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->count; i++) {
		const char *name = names_get(n, i);

		if (!str_starts(name, ".wh."))
			n->at[kept++] = n->at[i];
		else if (!is_opaque_mark(name))
			return err_set(
				e, ERR_SYSTEM,
				"the overlay helper says by a file '%s' "
				"that '%s' is deleted, which is not read",
				name, name + 4);
	}
	n->count = kept;
	return 0;
}

int names_of(const struct entry *dir, struct names *out, struct err *e)
{
	autoclose int fd = entry_open(dir, O_RDONLY | O_DIRECTORY, e);
	struct names names = { 0 };

	if (fd < 0 || names_read(fd, &names, e) < 0)
		return -1;
	if (dir->helper && leave_marks_out(&names, e) < 0) {
		names_free(&names);
		return -1;
	}
	*out = names;
	return 0;
}

void names_free(struct names *n)
{
	free(n->text);
	free(n->at);
	*n = (struct names){ 0 };
}
