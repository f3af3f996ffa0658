/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: network namespace
 * cve: none
 * off: --net host
 * as: user root
 * args: {port}
 * setup: network
 *
 * A server of the host's that trusts whoever comes from the same machine.
 */
#include "attack.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char text[sizeof(SECRET)] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (argc < 3 || fd < 0)
		broken("arguments");
	address.sin_port = htons((uint16_t)strtol(argv[2], NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		refused("connect");
	if (read(fd, text, sizeof(text) - 1) < 0 || !is(text, SECRET))
		broken("the server does not answer");
	through("a server on the host's loopback");
}
