/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: the working directory is looked up inside
 * cve: CVE-2024-21626
 * off: --keep-fd 9
 * options: --chdir /proc/self/fd/9
 * as: user root
 * setup: cwd
 * refusal: 125
 *
 * A working directory that leads through a descriptor that somebody forgot to
 * close in time is outside, and so is all that is relative to it.
 */
#include "attack.h"

int main(void)
{
	char name[64];

	for (int up = 0; up < 8; up++) {
		snprintf(name, sizeof(name), "%.*soutside", 3 * up,
			 "../../../../../../../../");
		if (reads_secret(AT_FDCWD, name))
			through("%s is the host's", name);
	}
	errno = ENOENT;
	refused("nothing above the working directory");
}
