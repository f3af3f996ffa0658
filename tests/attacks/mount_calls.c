/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no mounts; no capabilities
 * cve: CVE-2021-41133
 * off: --allow-userns
 * as: user root
 * cases: mount umount2 pivot_root fsopen open_tree move_mount mount_setattr
 *
 * Each of the calls that change what is seen where, directly and from a user
 * namespace of its own. The newer ones are what a filter of the older ones
 * forgot (CVE-2021-41133).
 */
#include "attack.h"
#include <linux/mount.h>
#include <sys/mount.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static const char *which;

static int mount_tmpfs(void)
{
	mkdir("m", 0700);
	return mount("tmpfs", "m", "tmpfs", 0, NULL);
}

static int change_tree(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOEXEC };

	/* Where no mount can be made the call is tried on another one. */
	if (mount_tmpfs())
		return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr,
				    sizeof(attr));
	return (int)syscall(SYS_mount_setattr, AT_FDCWD, "m", 0, &attr,
			    sizeof(attr));
}

static int move_tree(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", 0);
	int tree;

	if (fs < 0)
		return (int)syscall(SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD,
				    "/mnt", 0);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	tree = (int)syscall(SYS_fsmount, fs, 0, 0);
	mkdir("m", 0700);
	return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, "m",
			    MOVE_MOUNT_F_EMPTY_PATH);
}

static int change_root(void)
{
	if (mount_tmpfs())
		return (int)syscall(SYS_pivot_root, ".", ".");
	if (chdir("m"))
		broken("chdir");
	return (int)syscall(SYS_pivot_root, ".", ".");
}

static int attack(void)
{
	if (is(which, "mount"))
		return mount_tmpfs();
	if (is(which, "umount2"))
		return umount2(mount_tmpfs() ? "/tmp" : "m", MNT_DETACH);
	if (is(which, "pivot_root"))
		return change_root();
	if (is(which, "fsopen"))
		return (int)syscall(SYS_fsopen, "tmpfs", 0);
	if (is(which, "open_tree"))
		return (int)syscall(SYS_open_tree, AT_FDCWD, ".", 1);
	if (is(which, "move_mount"))
		return move_tree();
	return change_tree();
}

int main(int argc, char **argv)
{
	int error;

	if (argc < 2)
		broken("arguments");
	which = argv[1];
	/* For the control, as root on the host. */
	if (!unshare(CLONE_NEWNS))
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (attack() >= 0)
		through("%s works", which);
	error = errno;
	if (enter_userns(CLONE_NEWNS)) {
		errno = error;
		refused("%s", which);
	}
	if (attack() >= 0)
		through("%s works in a user namespace", which);
	refused("%s in a user namespace", which);
}
