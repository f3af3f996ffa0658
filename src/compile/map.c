/* SPDX-License-Identifier: Apache-2.0 */
/* --map-auto: user 0 is the caller, those from 1 on are his ranges. */
#include "compile/compile.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/capability.h>

/* A map is written at once, in less than a page, user_namespaces(7). */
#define MAP_LINES_MAX 100
/* As many as useradd(8) gives, login.defs(5). */
#define COUNT_USUAL 65536u

static bool is_taken(const struct id_map *line, const struct id_range *range)
{
	uint64_t from = line->outside, end = from + line->count;

	return range->first < end &&
	       (uint64_t)range->first + range->count > from;
}

static bool is_any_taken(const struct id_map *lines, size_t n,
			 const struct id_range *range)
{
	for (size_t i = 0; i < n; i++)
		if (is_taken(&lines[i], range))
			return true;
	return false;
}

/* One that others have too would give them the same files. */
static int no_range(const char *file, const struct subids *subids,
		    struct err *e)
{
	uint32_t first = subids->unused, last = first + (COUNT_USUAL - 1);
	const char *name = subids->name;

	err_set(e, ERR_SYSTEM, "'%s' has no range for '%s'", file, name);
	if (first > ID_NONE - COUNT_USUAL)
		return -1;
	return err_hint(e,
			"an administrator can add one: usermod --add-subuids "
			"%u-%u --add-subgids %u-%u %s",
			first, last, first, last, name);
}

/* Of ranges that overlap, which the kernel refuses, the first one counts. */
static int map_ranges(struct arena *a, uint32_t own,
		      const struct id_ranges *ranges, const char *file,
		      const struct subids *subids, struct id_maps *out,
		      struct err *e)
{
	struct id_map *lines =
		arena_alloc(a, (ranges->count + 1) * sizeof(*lines));
	uint32_t inside = 1;
	size_t n = 1;

	lines[0] = (struct id_map){ 0, own, 1 };
	for (size_t i = 0; i < ranges->count; i++) {
		const struct id_range *r = &ranges->items[i];

		if (is_any_taken(lines, n, r))
			continue;
		lines[n++] = (struct id_map){ inside, r->first, r->count };
		inside += r->count;
	}
	if (n == 1)
		return no_range(file, subids, e);
	if (n > MAP_LINES_MAX)
		return err_set(e, ERR_SYSTEM,
			       "'%s' has more than %d ranges for '%s'", file,
			       MAP_LINES_MAX - 1, subids->name);
	*out = (struct id_maps){ lines, n };
	return 0;
}

static int no_program(const char *name, struct err *e)
{
	err_set(e, ERR_SYSTEM, "--map-auto needs %s", name);
	return err_hint(e, "install the package uidmap");
}

int compile_map(struct arena *a, const struct caller *caller,
		const struct subids *subids, struct auto_map *out,
		struct err *e)
{
	const char *name = subids->name;
	struct auto_map map = {
		.newuidmap = subids->newuidmap,
		.newgidmap = subids->newgidmap,
	};

	if (!map.newuidmap)
		return no_program("newuidmap", e);
	if (!map.newgidmap)
		return no_program("newgidmap", e);
	if (!name)
		return err_set(e, ERR_SYSTEM,
			       "--map-auto needs a name of user %u in "
			       "'/etc/passwd'",
			       caller->uid);
	if (map_ranges(a, caller->uid, &subids->uids, "/etc/subuid", subids,
		       &map.uids, e) < 0 ||
	    map_ranges(a, caller->gid, &subids->gids, "/etc/subgid", subids,
		       &map.gids, e) < 0)
		return -1;
	*out = map;
	return 0;
}

/*
 * What docker keeps. As real root all but CAP_SETFCAP: what it marks a file with
 * counts for all namespaces of who is user 0 here, and that is the host's.
 */
uint64_t compile_map_caps(const struct compile *c)
{
	uint64_t caps = CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) |
			CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_FOWNER) |
			CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_NET_RAW) |
			CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETUID) |
			CAP_BIT(CAP_SETFCAP) | CAP_BIT(CAP_SETPCAP) |
			CAP_BIT(CAP_NET_BIND_SERVICE) |
			CAP_BIT(CAP_SYS_CHROOT) | CAP_BIT(CAP_KILL) |
			CAP_BIT(CAP_AUDIT_WRITE);

	if (!c->plan->map_auto)
		return 0;
	if (c->host->caller->uid == 0)
		caps &= ~CAP_BIT(CAP_SETFCAP);
	return caps;
}
