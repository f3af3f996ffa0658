/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: nodev
 * wall mknod: a user namespace makes no devices
 * wall disk: a /dev of its own
 * cve: none
 * off: --dev-bind {project} {project}
 * off mknod: host
 * off disk: --dev-bind /dev /dev
 * as: user root
 * as mknod: root
 * as disk: root
 * cases: mknod planted disk
 * args disk: {disk}
 * setup: device
 *
 * A device made inside, one that lies in the working directory (./device) and
 * the host's disk, or
 * another device that only root may open.
 */
#include "attack.h"
#include <sys/sysmacros.h>

int main(int argc, char **argv)
{
	const char *path = "device";
	char byte = 1;
	int fd;

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "disk"))
		path = argv[2];
	if (is(argv[1], "mknod") &&
	    mknod("device", S_IFCHR | 0600, makedev(1, 5)))
		refused("mknod");
	fd = open(path, O_RDONLY);
	if (fd < 0)
		refused("open of the device");
	if (is(argv[1], "disk"))
		through("%s is open", path);
	if (read(fd, &byte, 1) != 1)
		refused("read of the device");
	through("a device is read");
}
