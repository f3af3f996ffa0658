/* SPDX-License-Identifier: Apache-2.0 */
#include "host/mountinfo.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The fields before the optional ones: "36 35 98:0 / /mnt rw,noatime". */
enum { FIELD_PATH = 4, FIELDS_FIXED = 6 };

/* Space, tab, newline and backslash are written as octal numbers. */
static const char *unescape(struct arena *a, const char *word, size_t n)
{
	char *text = arena_dup_n(a, word, n), *to = text;

	for (const char *p = text; *p; p++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] &&
		    p[3]) {
			*to++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
				       (p[3] - '0'));
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	return text;
}

static int read_line(struct arena *a, const char *line, size_t n,
		     struct host_mounts *out)
{
	const char *end = line + n, *path = NULL;
	struct host_mount *m;
	size_t path_length = 0;
	int field = 0;

	for (; line < end; line++, field++) {
		size_t length = strcspn(line, " \n");

		if (field >= FIELDS_FIXED && length == 1 && line[0] == '-')
			break;
		if (field == FIELD_PATH) {
			path = line;
			path_length = length;
		}
		line += length;
	}
	if (!path || path[0] != '/' || line + 2 >= end)
		return -1;
	m = array_add(a, &out->list);
	m->path = unescape(a, path, path_length);
	m->type = arena_dup_n(a, line + 2, strcspn(line + 2, " \n"));
	return 0;
}

int mountinfo_parse(struct arena *a, const char *text, size_t size,
		    struct host_mounts *out, struct err *e)
{
	struct host_mounts mounts = { 0 };

	for (const char *end = text + size; text < end;) {
		size_t n = strcspn(text, "\n");

		if (read_line(a, text, n, &mounts) < 0)
			return err_set(e, ERR_SYSTEM,
				       "a line of mountinfo is not understood: "
				       "'%.*s'",
				       (int)n, text);
		text += n + 1;
	}
	*out = mounts;
	return 0;
}

/* Its size is not known before, and it may change between two reads. */
int mountinfo_read(struct arena *a, struct host_mounts *out, struct err *e)
{
	autoclose int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	struct str text = { .arena = a };
	char part[16384];
	ssize_t n = fd;

	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		str_add_n(&text, part, (size_t)n);
	if (n < 0) {
		err_sys(e, "read '/proc/self/mountinfo'");
		return err_hint(e, "is /proc mounted?");
	}
	return mountinfo_parse(a, str_text(&text), text.length, out, e);
}

static bool is_among(const char *type, const char *const *types)
{
	for (; *types; types++)
		if (str_equal(type, *types))
			return true;
	return false;
}

bool mountinfo_is_kernels(const char *type)
{
	static const char *const types[] = {
		"proc",	     "sysfs",	    "devtmpfs",	  "devpts",
		"mqueue",    "cgroup",	    "cgroup2",	  "debugfs",
		"tracefs",   "securityfs",  "pstore",	  "bpf",
		"configfs",  "fusectl",	    "hugetlbfs",  "efivarfs",
		"selinuxfs", "binfmt_misc", "rpc_pipefs", "nfsd",
		"resctrl",   "nsfs",	    NULL,
	};

	return is_among(type, types);
}

bool mountinfo_is_no_layer(const char *type)
{
	static const char *const types[] = {
		"autofs", "vfat",    "msdos", "exfat", "ntfs", "ntfs3",
		"hfs",	  "hfsplus", "cifs",  "smb3",  NULL,
	};

	return is_among(type, types) || mountinfo_is_kernels(type);
}

static bool is_in_kernels(const struct host_mounts *mounts, const char *path)
{
	for (size_t i = 0; i < mounts->list.count; i++)
		if (path_within(path, mounts->list.items[i].path) &&
		    mountinfo_is_kernels(mounts->list.items[i].type))
			return true;
	return false;
}

static void add_once(struct arena *a, struct host_paths *out, const char *path)
{
	for (size_t i = 0; i < out->list.count; i++)
		if (str_equal(out->list.items[i], path))
			return;
	*array_add(a, &out->list) = path;
}

/* From `top` down to what `below` is in. */
static void add_way(struct arena *a, const struct host_mounts *mounts,
		    const char *top, const char *below, struct host_paths *out)
{
	ARRAY(const char *) way = { 0 };

	while (!str_equal(below, top)) {
		below = path_parent(a, below);
		*array_add(a, &way) = below;
	}
	while (way.count) {
		const char *dir = way.items[--way.count];

		if (is_in_kernels(mounts, dir))
			return;
		add_once(a, out, dir);
	}
}

void mountinfo_above(struct arena *a, const struct host_mounts *mounts,
		     const char *path, const char *other,
		     struct host_paths *out)
{
	for (size_t i = 0; i < mounts->list.count; i++)
		if (path_within(mounts->list.items[i].path, path))
			add_way(a, mounts, path, mounts->list.items[i].path,
				out);
	if (other && path_within(other, path))
		add_way(a, mounts, path, other, out);
}
