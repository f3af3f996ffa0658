/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loopback up. Setting IFF_UP is enough: the kernel gives `lo` 127.0.0.1/8 and
 * ::1 itself (net/ipv4/devinet.c, net/ipv6/addrconf.c).
 */
#include "host/check.h"
#include "run/run.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int stage_loopback(struct run *r, struct err *e)
{
	struct ifreq request = {
		.ifr_name = "lo",
		.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING,
	};
	/* Closed with all others at the end of the mounts. */
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)r;
	if (fd < 0)
		return err_sys(e, "make a socket");
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0) {
		err_sys(e, "set interface 'lo' up");
		return host_explain_userns(e);
	}
	return 0;
}
