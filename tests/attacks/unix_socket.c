/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: XDG_RUNTIME_DIR is not in the new root
 * cve: CVE-2021-21261
 * off: --ro {T}/runtime
 * as: user root
 * args: {T}/runtime/bus
 * setup: unix_socket
 *
 * The session bus starts programs outside for whoever reaches its socket.
 */
#include "attack.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char text[sizeof(SECRET)] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (argc < 3)
		broken("arguments");
	strncpy(address.sun_path, argv[2], sizeof(address.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		refused("connect");
	if (read(fd, text, sizeof(text) - 1) < 0 || !is(text, SECRET))
		broken("the helper does not answer");
	through("the helper outside answers");
}
