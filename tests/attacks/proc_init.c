/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID 1 is not dumpable
 * wall environ: PID 1 has no environment and is not dumpable
 * cve: CVE-2016-9962, CVE-2019-5736
 * off: {bwrap} --unshare-all --dev-bind / / --proc /proc
 * as: user root
 * cases: fd environ mem cwd root exe
 * setup: bwrap
 *
 * What /proc/1 has to give of the one process that began outside.
 */
#include "attack.h"
#include <dirent.h>

static void list_descriptors(void)
{
	DIR *dir = opendir("/proc/1/fd");

	if (!dir)
		refused("opendir of /proc/1/fd");
	while (readdir(dir))
		;
	for (int fd = 0; fd < 64; fd++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
		if (open(path, O_RDONLY | O_NONBLOCK) >= 0)
			through("descriptor %d of PID 1", fd);
	}
	refused("open below /proc/1/fd");
}

static void read_environment(void)
{
	int fd = open("/proc/1/environ", O_RDONLY);
	static char text[65536];
	ssize_t n;

	if (fd < 0)
		refused("open of /proc/1/environ");
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		refused("read of /proc/1/environ");
	if (memmem(text, (size_t)n, "SECRET_TOKEN", 12))
		through("the caller's environment");
	errno = 0;
	refused("the environment of PID 1 has nothing");
}

int main(int argc, char **argv)
{
	char path[64], target[4096];
	int flags = O_RDONLY;

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "fd"))
		list_descriptors();
	if (is(argv[1], "environ"))
		read_environment();
	snprintf(path, sizeof(path), "/proc/1/%s", argv[1]);
	if (is(argv[1], "mem"))
		flags = O_RDWR;
	else if (readlink(path, target, sizeof(target)) < 0)
		refused("readlink of %s", path);
	if (open(path, flags) < 0)
		refused("open of %s", path);
	through("%s is open", path);
}
