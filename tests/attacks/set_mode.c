/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no setuid bits
 * cve: CVE-2017-9780
 * off: host
 * as: user root
 * cases: chmod fchmod fchmodat fchmodat2 open openat2 tmpfile mknod
 * setup: set_mode
 *
 * A setuid program in the working directory is the caller's outside: another
 * user who runs it there has the caller's rights. When root called, root's.
 */
#include "attack.h"
#include <linux/openat2.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static int set_mode(const char *how)
{
	struct open_how with = { .flags = O_CREAT | O_EXCL | O_WRONLY,
				 .mode = 04755 };
	char path[32];
	int fd;

	if (is(how, "openat2"))
		return (int)syscall(SYS_openat2, AT_FDCWD, "made", &with,
				    sizeof(with));
	if (is(how, "open"))
		return open("made", O_CREAT | O_EXCL | O_WRONLY, 04755);
	if (is(how, "tmpfile")) {
		fd = open(".", O_TMPFILE | O_WRONLY, 04755);
		if (fd < 0)
			return -1;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		return linkat(AT_FDCWD, path, AT_FDCWD, "made",
			      AT_SYMLINK_FOLLOW);
	}
	if (is(how, "mknod"))
		return mknod("made", S_IFREG | 04755, 0);
	fd = open("made", O_CREAT | O_EXCL | O_WRONLY, 0755);
	if (fd < 0)
		broken("open");
	if (is(how, "chmod"))
		return chmod("made", 04755);
	if (is(how, "fchmod"))
		return fchmod(fd, 04755);
	if (is(how, "fchmodat"))
		return (int)syscall(SYS_fchmodat, AT_FDCWD, "made", 04755);
	return (int)syscall(SYS_fchmodat2, AT_FDCWD, "made", 04755, 0);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
	umask(0);
	if (set_mode(argv[1]) < 0)
		refused("%s", argv[1]);
	done("%s", argv[1]);
}
