/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no mounts; no capabilities
 * cve: CVE-2022-0492
 * off: host
 * behind: --allow-userns
 * as: root
 *
 * The release_agent of a control group hierarchy of version 1 is a program that
 * the kernel starts outside, as root. The hierarchy is a new one without
 * controllers, and goes when this process does.
 */
#include "attack.h"
#include <sys/mount.h>
#include <time.h>

static int mount_hierarchy(void)
{
	struct timespec now;
	char options[64];

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(options, sizeof(options), "none,name=attack%ld", now.tv_nsec);
	return mount("attack", "c", "cgroup", 0, options);
}

int main(void)
{
	mkdir("c", 0700);
	if (!unshare(CLONE_NEWNS))
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount_hierarchy()) {
		if (enter_userns(CLONE_NEWNS | CLONE_NEWCGROUP))
			refused("mount");
		if (mount_hierarchy())
			refused("mount in a user namespace");
	}
	if (!writes("c/release_agent", "/nonexistent")) {
		int error = errno;

		umount2("c", MNT_DETACH);
		errno = error;
		refused("write");
	}
	umount2("c", MNT_DETACH);
	through("release_agent is written");
}
