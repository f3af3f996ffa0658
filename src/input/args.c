/* SPDX-License-Identifier: Apache-2.0 */
#include "input/args.h"

#include "base/arena.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM ((size_t)16 << 10)

/* The bytes up to the end, and a zero byte after them. */
static int read_all(struct arena *a, int fd, char **text, size_t *size,
		    struct err *e)
{
	size_t room = FIRST_ROOM, used = 0;
	char *bytes = arena_alloc(a, room + 1);
	ssize_t n;

	while ((n = read(fd, bytes + used, room - used)) != 0) {
		char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "Can't read --args data");
		used += (size_t)n;
		if (used > ARGS_BYTES_MAX)
			return err_set(e, ERR_USAGE,
				       "Can't read --args data: more than %zu "
				       "bytes",
				       ARGS_BYTES_MAX);
		if (used < room)
			continue;
		room *= 2;
		more = arena_alloc(a, room + 1);
		memcpy(more, bytes, used);
		bytes = more;
	}
	*text = bytes;
	*size = used;
	return 0;
}

int args_read(struct arena *a, int fd, struct args *out, struct err *e)
{
	ARRAY(const char *) list = { 0 };
	char *text = NULL;
	size_t size = 0;

	if (read_all(a, fd, &text, &size, e) < 0)
		return -1;
	/* Where one of the command's three was nothing else may come. */
	if (fd > 2)
		close(fd);
	else if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return err_sys(e, "close descriptor %d", fd);
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		*array_add(a, &list) = text + at;
	out->words = list.items;
	out->count = (int)list.count;
	return 0;
}
