/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: only what the profile names is in the new root
 * wall dev_shm: a private /dev/shm
 * wall tmp: a private /tmp
 * wall home: a private home
 * wall shadow: hide-from-root
 * wall dot: of a home as working directory no dot files
 * cve: none
 * off home: --ro {home}
 * off dot: --home ro
 * off dev_shm: --bind /dev/shm /dev/shm
 * off tmp: --bind /tmp /tmp
 * off shadow: --ro-bind /etc /etc
 * as: user root
 * as shadow: root
 * cases: home dot tmp dev_shm shadow
 * args home: {home}/plain
 * args dot: .ssh/id
 * args tmp: {T}/outside
 * args dev_shm: {shm}
 * args shadow: /etc/shadow
 * setup: files
 *
 * Files of the host, by their names.
 */
#include "attack.h"

int main(int argc, char **argv)
{
	int fd;
	char byte;

	if (argc < 3)
		broken("arguments");
	fd = open(argv[2], O_RDONLY);
	if (fd < 0)
		refused("open");
	if (read(fd, &byte, 1) != 1)
		refused("read");
	through("%s is read", argv[2]);
}
