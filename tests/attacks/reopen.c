/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: none: /proc/self/fd opens what a descriptor stands for once more
 * cve: none
 * off: host
 * as: user root
 * cases: input output
 * setup: reopen
 *
 * The caller gave a file of the host to read from, or to append to. By way of
 * /proc it is opened anew: to write into the one, to empty the other.
 */
#include "attack.h"

int main(int argc, char **argv)
{
	int fd;

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "input"))
		fd = open("/proc/self/fd/0", O_WRONLY | O_TRUNC);
	else
		fd = open("/proc/self/fd/2", O_WRONLY | O_TRUNC);
	if (fd < 0)
		refused("open");
	done("opened for writing");
}
