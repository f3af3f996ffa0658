/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: all sets of capabilities are empty
 * cve: none
 * wall init: PID 1 has none either, from the command's first instruction on
 * cve inheritable: CVE-2022-29162, CVE-2022-24769
 * off: --cap-add CAP_SYS_CHROOT --syscalls-allow chroot
 * off ambient: bwrap --unshare-user --cap-add ALL --dev-bind / /
 * off inheritable: host
 * off init: unshare -Urpf --mount-proc sh -c '"$@"; exit $?' sh
 * behind capset: --syscalls-allow chroot
 * as: user root
 * as inheritable: root
 * cases: capset ambient inheritable init
 * setup: capabilities
 *
 * Takes CAP_SYS_CHROOT into the sets that it may be in; init: looks for
 * PID 1's, at once, in many runs.
 */
#include "attack.h"
#include <linux/capability.h>
#include <sys/prctl.h>

#define BIT (1U << CAP_SYS_CHROOT)

static struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						  0 };
static struct __user_cap_data_struct data[2];

static void raise_inheritable(void)
{
	syscall(SYS_capget, &header, data);
	data[0].inheritable |= BIT;
	syscall(SYS_capset, &header, data);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_CHROOT, 0, 0))
		refused("PR_CAP_AMBIENT_RAISE");
	through("an ambient capability");
}

static void look_at_init(void)
{
	static const char *const names[] = { "CapInh:", "CapPrm:", "CapEff:",
					     "CapAmb:" };
	static char text[8192];
	int fd = open("/proc/1/status", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		broken("/proc/1/status");
	for (int i = 0; i < 4; i++) {
		char *at = strstr(text, names[i]);

		if (!at)
			broken("no %s", names[i]);
		if (strtoull(at + strlen(names[i]), NULL, 16))
			through("PID 1 has capabilities");
	}
	errno = 0;
	refused("PID 1 has no capabilities");
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "ambient"))
		raise_inheritable();
	if (syscall(SYS_capget, &header, data))
		broken("capget");
	if (is(argv[1], "inheritable")) {
		errno = 0;
		if (data[0].inheritable | data[1].inheritable)
			through("inheritable capabilities");
		refused("no inheritable capabilities");
	}
	if (is(argv[1], "init"))
		look_at_init();
	data[0].effective |= BIT;
	data[0].permitted |= BIT;
	if (syscall(SYS_capset, &header, data))
		refused("capset");
	if (chroot("/"))
		refused("chroot");
	through("a capability is effective");
}
