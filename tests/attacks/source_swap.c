/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: what is bound is what was looked at
 * cve: CVE-2024-42472, CVE-2021-30465
 * off: bwrap --ro-bind / / --tmpfs {home} --ro-bind {home}/entry
 *	{home}/entry --ro-bind {project} {project} --chdir {home}
 * as: user root
 * setup: swap
 * refusal: 125
 *
 * The home is the working directory; of it what has a dot is not shown. An
 * entry without is exchanged, again and again, for a symlink to one that has;
 * "swap A B" does that.
 */
#include "attack.h"
#include <linux/fs.h>

int main(int argc, char **argv)
{
	if (argc == 4 && is(argv[1], "swap"))
		for (;;)
			if (renameat2(AT_FDCWD, argv[2], AT_FDCWD, argv[3],
				      RENAME_EXCHANGE))
				broken("renameat2");
	for (int i = 0; i < 20; i++)
		if (reads_secret(AT_FDCWD, "entry/id"))
			through("what was not to be shown");
	refused("open");
}
