/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: no_new_privs, nosuid
 * cve: CVE-2017-9780
 * off: host
 * as: user
 * as caps: user root
 * off caps root: setpriv --bounding-set +all --inh-caps -all --reuid 64123
 *	--clear-groups
 * cases: uid caps
 * setup: setuid
 *
 * Programs that root made setuid, or gave capabilities, in the working
 * directory: ./privileged is this program once more.
 */
#include "attack.h"
#include <linux/capability.h>

static int capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2] = { 0 };

	return !syscall(SYS_capget, &header, data) && data[0].permitted;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "uid") && argc == 3) {
		errno = 0;
		if (geteuid() == 0 && getuid() != 0)
			through("effective user 0");
		refused("effective user %d", (int)geteuid());
	}
	if (argc == 3) {
		errno = 0;
		if (capabilities())
			through("capabilities from the file");
		refused("no capabilities from the file");
	}
	execl("./privileged", "privileged", argv[1], "inside", (char *)NULL);
	refused("execve");
}
