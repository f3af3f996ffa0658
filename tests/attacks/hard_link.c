/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: what is read-only is another mount
 * cve: none
 * off: host
 * options: --ro {T}/tree
 * as: user root
 * cases: link rename
 * args: {T}/tree/outside
 * setup: tree
 *
 * A hard link in the working directory to a file in a read-only tree would be
 * writable there.
 */
#include "attack.h"

int main(int argc, char **argv)
{
	if (argc < 3)
		broken("arguments");
	if (is(argv[1], "rename")) {
		if (rename(argv[2], "mine"))
			refused("rename");
	} else if (link(argv[2], "mine")) {
		refused("link");
	}
	if (!writes("mine", "secret 2"))
		refused("write");
	through("the file is written by its other name");
}
