/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include "base/arena.h"
#include "base/err.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int fd_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

static const char *kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	if (S_ISSOCK(mode))
		return "a socket";
	return "a device";
}

int fd_read_file(struct arena *a, int fd, size_t max, char **text, size_t *size,
		 struct err *e)
{
	struct stat st;
	size_t used = 0;
	char *buffer;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "fstat");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "is %s, not a file",
			       kind_of(st.st_mode));
	if ((size_t)st.st_size > max)
		return err_set(e, ERR_USAGE, "is larger than %zu bytes", max);
	/* A file that grows meanwhile is read up to the size it had. */
	buffer = arena_alloc(a, (size_t)st.st_size + 1);
	while (used < (size_t)st.st_size) {
		ssize_t n = read(fd, buffer + used, (size_t)st.st_size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read");
		if (n == 0)
			break;
		used += (size_t)n;
	}
	buffer[used] = '\0';
	*text = buffer;
	*size = used;
	return 0;
}
