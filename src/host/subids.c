/* SPDX-License-Identifier: Apache-2.0 */
#include "host/subids.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/parse.h"
#include "base/str.h"
#include "host/host.h"
#include "host/program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20)
#define FIELDS 3

/* The first fields of the line at `*text`; goes on to the next line. */
static size_t next_line(struct arena *a, const char **text,
			const char *field[FIELDS])
{
	const char *line = *text;
	size_t length = strcspn(line, "\n"), count = 0;

	*text += length + (line[length] == '\n');
	for (size_t at = 0; at <= length; count++) {
		size_t n = strcspn(line + at, ":\n");

		if (count < FIELDS)
			field[count] = arena_dup_n(a, line + at, n);
		at += n + 1;
	}
	return count;
}

static bool is_id(const char *field, uint32_t id)
{
	uint32_t value = 0;
	struct err ignored;

	return parse_id(field, &value, &ignored) == 0 && value == id;
}

const char *subids_name(struct arena *a, const char *text, uid_t uid)
{
	const char *field[FIELDS];

	while (*text)
		if (next_line(a, &text, field) >= FIELDS && field[0][0] &&
		    is_id(field[2], uid))
			return field[0];
	return NULL;
}

static bool is_range(const char *field[FIELDS], struct id_range *out)
{
	struct err ignored;
	uint64_t count = 0;

	if (parse_id(field[1], &out->first, &ignored) < 0 ||
	    parse_number(field[2], UINT32_MAX - out->first, "a number", &count,
			 &ignored) < 0)
		return false;
	out->count = (uint32_t)count;
	return count > 0;
}

void subids_parse(struct arena *a, const char *text, const char *name, uid_t id,
		  struct id_ranges *out)
{
	ARRAY(struct id_range) ranges = { 0 };
	const char *field[FIELDS];

	while (*text) {
		struct id_range range;

		if (next_line(a, &text, field) != FIELDS ||
		    !is_range(field, &range))
			continue;
		if ((name && str_equal(field[0], name)) || is_id(field[0], id))
			*array_add(a, &ranges) = range;
	}
	*out = (struct id_ranges){ ranges.items, ranges.count };
}

uint32_t subids_unused(struct arena *a, const char *text, uint32_t from)
{
	const char *field[FIELDS];

	while (*text) {
		struct id_range range;

		if (next_line(a, &text, field) == FIELDS &&
		    is_range(field, &range) && range.first + range.count > from)
			from = range.first + range.count;
	}
	return from;
}

/* "" where there is no such file; NULL: it failed. */
static const char *read_text(struct arena *a, const char *path, struct err *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	size_t size = 0;

	if (fd < 0 && errno == ENOENT)
		return "";
	if (fd < 0)
		err_sys(e, "open '%s'", path);
	else if (fd_read_file(a, fd, FILE_MAX, &text, &size, e) < 0)
		err_wrap(e, "read '%s'", path);
	return text;
}

int subids_look(struct arena *a, const struct caller *caller,
		struct subids *out, struct err *e)
{
	const char *passwd = read_text(a, "/etc/passwd", e);
	const char *uids = passwd ? read_text(a, "/etc/subuid", e) : NULL;
	const char *gids = uids ? read_text(a, "/etc/subgid", e) : NULL;

	if (!passwd || !uids || !gids)
		return -1;
	out->name = subids_name(a, passwd, caller->uid);
	if (!out->name)
		out->name = caller_env(caller, "USER");
	if (!out->name)
		out->name = caller_env(caller, "LOGNAME");
	/* subgid(5): also there it is the user's name or number. */
	subids_parse(a, uids, out->name, caller->uid, &out->uids);
	subids_parse(a, gids, out->name, caller->uid, &out->gids);
	out->unused =
		subids_unused(a, gids, subids_unused(a, uids, SUBIDS_FIRST));
	out->newuidmap = program_find(a, caller, "newuidmap");
	out->newgidmap = program_find(a, caller, "newgidmap");
	return 0;
}
