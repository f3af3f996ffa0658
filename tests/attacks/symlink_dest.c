/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: destinations are resolved below the new root
 * cve: CVE-2026-87766, CVE-2021-30465,
 *	CVE-2024-45310, CVE-2019-19921
 * off: bwrap --ro-bind / / --tmpfs {base} --bind {project} /mnt
 * otherwise: {project}/attack naive {project} {T}/root
 * as: user root
 * cases: bind file dir symlink tmpfs
 * setup: trap
 * refusal: 125
 *
 * What an earlier run left in the working directory: symlinks that lead where
 * the sandbox does its work, or to the host, from where it makes its mount
 * points. The next run binds the directory and makes something below it.
 *
 * "naive DIR ROOT OPTION... PATH COMMAND..." sets up by path, where there is no
 * bubblewrap that does so.
 */
#include "attack.h"
#include <sys/mount.h>

static void naive(const char *dir, const char *root, char **option)
{
	char at[4096], path[4096];

	snprintf(at, sizeof(at), "%s/mnt", root);
	mkdir(root, 0755);
	mkdir(at, 0755);
	if (enter_userns(CLONE_NEWNS) || mount(dir, at, NULL, MS_BIND, NULL))
		broken("bind");
	while (strncmp(*option, "/mnt/", 5))
		option++;
	snprintf(path, sizeof(path), "%s%s", root, *option);
	if (mkdir(path, 0755))
		refused("mkdir");
	done("the sandbox was set up");
}

int main(int argc, char **argv)
{
	if (argc > 5 && is(argv[1], "naive"))
		naive(argv[2], argv[3], argv + 4);
	done("the sandbox was set up");
}
