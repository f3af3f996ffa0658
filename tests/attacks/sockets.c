/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: socket families
 * wall packet: filter: socket families; no capabilities
 * cve: none
 * cve packet: CVE-2017-7308, CVE-2020-14386
 * cve alg: CVE-2019-8912
 * cve vsock: CVE-2021-26708
 * off: --syscalls-allow socket
 * off packet: --syscalls-allow socket --allow-userns
 * behind packet: --syscalls-allow socket
 * as: user root
 * cases: vsock vsock_high packet alg netlink others
 *
 * Families that a program rarely needs and whose code in the kernel is rarely
 * looked at; others: any but UNIX, INET, INET6 and NETLINK. A vsock reaches the
 * machine that this one is a guest of, from any network namespace. Of packets
 * all can be seen that the namespace has. Where a kernel was built without a
 * family, that it answers so is what the filter must prevent.
 */
#include "attack.h"
#include <linux/netlink.h>
#include <sys/socket.h>

static int open_others(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW,
				     SOCK_SEQPACKET };

	for (int family = 0; family < AF_MAX; family++) {
		if (family == AF_UNIX || family == AF_INET ||
		    family == AF_INET6 || family == AF_NETLINK)
			continue;
		for (int i = 0; i < 4; i++)
			if (socket(family, types[i], 0) >= 0)
				through("a socket of family %d", family);
	}
	for (int protocol = 1; protocol < 32; protocol++)
		if (socket(AF_NETLINK, SOCK_RAW, protocol) >= 0)
			through("a netlink socket of protocol %d", protocol);
	return -1;
}

static int open_socket(const char *which)
{
	if (is(which, "vsock"))
		return socket(AF_VSOCK, SOCK_STREAM, 0);
	if (is(which, "vsock_high"))
		return (int)syscall(SYS_socket, HIGH | AF_VSOCK, SOCK_STREAM,
				    0);
	if (is(which, "others"))
		return open_others();
	if (is(which, "alg"))
		return socket(AF_ALG, SOCK_SEQPACKET, 0);
	if (is(which, "netlink"))
		return socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
	if (socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 0;
	if (errno == EPERM && enter_userns(CLONE_NEWNET)) {
		errno = EPERM;
		return -1;
	}
	return socket(AF_PACKET, SOCK_RAW, 0);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
	if (open_socket(argv[1]) >= 0)
		through("a socket");
	if (errno != EAFNOSUPPORT)
		refused("socket");
	through("socket reaches the kernel, which says EAFNOSUPPORT");
}
