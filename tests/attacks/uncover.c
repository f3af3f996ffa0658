/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: covers are locked to what they cover; filter: no mounts
 * cve: CVE-2014-9717, CVE-2025-31133
 * off: --cap-add CAP_SYS_ADMIN --syscalls-allow @mounts
 * options: --hide {project}/private
 * behind: --allow-userns
 * as: user root
 * cases: umount bind
 * setup: private
 *
 * What lies under the cover of --hide: the cover is taken away, or the
 * directory above it is bound elsewhere without what is mounted below.
 */
#include "attack.h"
#include <sys/mount.h>

static int uncover(const char *which)
{
	if (is(which, "umount"))
		return umount2("private", MNT_DETACH);
	mkdir("copy", 0700);
	return mount(".", "copy", NULL, MS_BIND, NULL);
}

int main(int argc, char **argv)
{
	int error;

	if (argc < 2)
		broken("arguments");
	if (reads_secret(AT_FDCWD, "private/outside"))
		broken("it is not covered");
	if (uncover(argv[1])) {
		error = errno;
		if (enter_userns(CLONE_NEWNS)) {
			errno = error;
			refused("%s", argv[1]);
		}
		if (uncover(argv[1]))
			refused("%s in a user namespace", argv[1]);
	}
	if (reads_secret(AT_FDCWD, "private/outside") ||
	    reads_secret(AT_FDCWD, "copy/private/outside"))
		through("what was covered is read");
	refused("nothing is uncovered");
}
