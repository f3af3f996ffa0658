/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: devices are bound read-only
 * cve: none
 * off: --dev-bind /dev /dev
 * as: root
 * cases: chmod utime
 *
 * The nodes in /dev are the host's, and root owns them inside too: /dev/null
 * with mode 0 is the end of most of what runs outside. Here they are given the
 * mode that they have.
 */
#include "attack.h"
#include <sys/time.h>

int main(int argc, char **argv)
{
	static const char *const names[] = { "/dev/null",    "/dev/zero",
					     "/dev/full",    "/dev/random",
					     "/dev/urandom", "/dev/tty" };
	struct stat st;
	int n = sizeof(names) / sizeof(names[0]);

	if (argc < 2)
		broken("arguments");
	for (int i = 0; i < n; i++) {
		if (stat(names[i], &st))
			broken("stat");
		if (is(argv[1], "chmod") && !chmod(names[i], st.st_mode & 0777))
			through("%s has another mode", names[i]);
		if (is(argv[1], "utime") && !utimes(names[i], NULL))
			through("%s has another time", names[i]);
	}
	refused("%s", argv[1]);
}
