/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: a namespace beside the sandbox's is nobody's inside; filter: no setns
 * cve: none
 * off: host
 * options: --keep-fd 8 --keep-fd 9
 * behind: --syscalls-allow setns
 * as: user root
 * args: {T}/place
 * setup: namespace
 *
 * Another sandbox of the same user's runs outside; descriptors of its user and
 * mount namespace have been left open. "hold PLACE" is that other one.
 */
#include "attack.h"
#include <sys/mount.h>

static void hold(const char *place)
{
	char path[4096];
	int fd;

	if (enter_userns(CLONE_NEWNS) ||
	    mount("tmpfs", place, "tmpfs", 0, NULL))
		broken("the other sandbox");
	snprintf(path, sizeof(path), "%s/outside", place);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, SECRET, sizeof(SECRET)) < 0)
		broken("the other sandbox's file");
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	char path[4096];

	if (argc < 3)
		broken("arguments");
	if (is(argv[1], "hold"))
		hold(argv[2]);
	if (setns(8, CLONE_NEWUSER))
		refused("setns to the user namespace");
	if (setns(9, CLONE_NEWNS))
		refused("setns to the mount namespace");
	snprintf(path, sizeof(path), "%s/outside", argv[2]);
	if (!reads_secret(AT_FDCWD, path))
		refused("open");
	through("a file of the other sandbox");
}
