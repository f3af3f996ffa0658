/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: no capabilities
 * wall read_only: read-only mounts
 * cve: none
 * off immutable: host
 * off read_only: --rw {T}/tree
 * options read_only: --ro {T}/tree
 * as: user root
 * as immutable: root
 * cases: immutable read_only
 * args: {T}/tree/outside
 * setup: tree
 *
 * FS_IOC_SETFLAGS: a file in the working directory that not even root can
 * remove, and an owner's flag on a file that is shown read-only.
 */
#include "attack.h"
#include <linux/fs.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	int flags, more = FS_NODUMP_FL;
	int fd;

	if (argc < 3)
		broken("arguments");
	if (is(argv[1], "immutable")) {
		fd = open("immutable", O_CREAT | O_RDONLY, 0600);
		more = FS_IMMUTABLE_FL;
	} else {
		fd = open(argv[2], O_RDONLY);
	}
	if (fd < 0)
		broken("open");
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		refused("FS_IOC_GETFLAGS");
	flags |= more;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags))
		refused("FS_IOC_SETFLAGS");
	flags &= ~more;
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags))
		broken("cannot take the flag back");
	through("the flag is set");
}
