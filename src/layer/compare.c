/* SPDX-License-Identifier: Apache-2.0 */
/* How a file in the layer differs from the real one. */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "layer/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CHUNK ((size_t)64 * 1024)

/* As much as there is, up to a chunk; -1 and errno. */
static ssize_t read_chunk(int fd, char *buffer)
{
	size_t used = 0;

	while (used < CHUNK) {
		ssize_t n = read(fd, buffer + used, CHUNK - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

static int compare_bytes(int one, int other, unsigned int *differs,
			 struct err *e)
{
	autofree char *buffer = malloc(2 * CHUNK);
	ssize_t n, m;

	if (!buffer)
		return err_sys(e, "compare it");
	do {
		n = read_chunk(one, buffer);
		m = n < 0 ? -1 : read_chunk(other, buffer + CHUNK);
		if (m < 0)
			return err_sys(e, "read it");
		if (n != m || memcmp(buffer, buffer + CHUNK, (size_t)n) != 0) {
			*differs |= DIFFERS_CONTENT;
			return 0;
		}
	} while (n);
	return 0;
}

static int compare_content(const struct entry *before,
			   const struct entry *after, unsigned int *differs,
			   struct err *e)
{
	autoclose int one = -1, other = -1;

	if (before->st.st_size != after->st.st_size) {
		*differs |= DIFFERS_SIZE;
		return 0;
	}
	if (!before->st.st_size)
		return 0;
	one = entry_open(before, O_RDONLY, e);
	if (one >= 0)
		other = entry_open(after, O_RDONLY, e);
	if (other >= 0)
		return compare_bytes(one, other, differs, e);
	if (e->errnum != EACCES)
		return -1;
	*differs |= DIFFERS_UNREADABLE;
	return 0;
}

static int compare_targets(const struct entry *before,
			   const struct entry *after, unsigned int *differs,
			   struct err *e)
{
	char one[PATH_MAX], other[PATH_MAX];

	if (entry_target(before, one, e) < 0 ||
	    entry_target(after, other, e) < 0)
		return -1;
	if (!str_equal(one, other))
		*differs |= DIFFERS_TARGET;
	return 0;
}

/* --- attributes --------------------------------------------------------- */

/*
 * Those that users set. Of security.*, labels are given by the host's policy,
 * and differ by where a file is.
 */
static bool is_compared(const char *name)
{
	return (str_starts(name, "user.") && !entry_is_private(name)) ||
	       str_starts(name, "system.posix_acl_") ||
	       str_equal(name, "security.capability");
}

/* Room for one value of each side, and for the names. */
struct attributes {
	char names[XATTR_LIST_MAX];
	char one[XATTR_SIZE_MAX], other[XATTR_SIZE_MAX];
};

static bool has_same_value(const char *one, const char *other, const char *name,
			   struct attributes *room)
{
	ssize_t n = getxattr(one, name, room->one, sizeof(room->one));
	int error = n < 0 ? errno : 0;
	ssize_t m = getxattr(other, name, room->other, sizeof(room->other));

	/* What cannot be read on both sides is not known to differ. */
	if (n < 0 || m < 0)
		return n < 0 && m < 0 && error == errno;
	return n == m && memcmp(room->one, room->other, (size_t)n) == 0;
}

/* Whether the first has an attribute that is not the same in the other. */
static int has_more(const char *one, const char *other, size_t *count,
		    struct attributes *room, struct err *e)
{
	ssize_t n = listxattr(one, room->names, sizeof(room->names));

	if (n < 0 && errno != EOPNOTSUPP)
		return err_sys(e, "list its attributes");
	*count = 0;
	for (char *p = room->names; n > 0 && p < room->names + n;
	     p += strlen(p) + 1) {
		if (!is_compared(p))
			continue;
		++*count;
		if (other && !has_same_value(one, other, p, room))
			return 1;
	}
	return 0;
}

static int compare_attributes(const struct entry *before,
			      const struct entry *after, unsigned int *differs,
			      struct err *e)
{
	autofree struct attributes *room = malloc(sizeof(*room));
	char one[ENTRY_PATH_SIZE], other[ENTRY_PATH_SIZE];
	size_t count = 0, others = 0;
	int more;

	if (!room)
		return err_sys(e, "compare its attributes");
	entry_path(before, one);
	entry_path(after, other);
	more = has_more(one, other, &count, room, e);
	if (more < 0 || has_more(other, NULL, &others, room, e) < 0)
		return -1;
	if (more || count != others)
		*differs |= DIFFERS_ATTRIBUTES;
	return 0;
}

/* --- all of it ---------------------------------------------------------- */

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

int changes_compare(const struct entry *before, const struct entry *after,
		    unsigned int *differs, struct err *e)
{
	const struct stat *b = &before->st, *a = &after->st;
	bool is_file = after->type == ENTRY_FILE;
	unsigned int found = 0;

	if (before->type != after->type) {
		*differs = DIFFERS_TYPE;
		return 0;
	}
	if (b->st_uid != a->st_uid || b->st_gid != a->st_gid)
		found |= DIFFERS_OWNER;
	if (after->type == ENTRY_SYMLINK) {
		if (compare_targets(before, after, &found, e) < 0)
			return -1;
	} else if ((b->st_mode ^ a->st_mode) & 07777) {
		found |= DIFFERS_MODE;
	}
	if (is_file && compare_content(before, after, &found, e) < 0)
		return -1;
	if ((is_file || after->type == ENTRY_DIRECTORY) &&
	    compare_attributes(before, after, &found, e) < 0)
		return -1;
	if (!found && is_file && !is_same_time(b->st_mtim, a->st_mtim))
		found = DIFFERS_TIME;
	*differs = found;
	return 0;
}
