/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no ioctl that types into a terminal
 * cve: CVE-2017-5226
 * cve tiocsti_high: CVE-2019-10063
 * cve tioclinux: CVE-2023-28100
 * cve tioclinux_high: CVE-2023-28100, CVE-2019-10063
 * off: --syscalls-allow ioctl
 * as: user root
 * cases: tiocsti tiocsti_high tioclinux tioclinux_high
 * setup: terminal
 * unproven tiocsti: EIO dev.tty.legacy_tiocsti is 0
 * unproven tiocsti_high: EIO dev.tty.legacy_tiocsti is 0
 * unproven tioclinux: ENOTTY no virtual console here
 * unproven tioclinux_high: ENOTTY no virtual console here
 *
 * Characters put into the controlling terminal are typed to the shell that
 * called the sandbox. The kernel looks at the lower 32 bits of the request; a
 * filter that compares all 64 takes one with more bits set for another.
 *
 * Of TIOCLINUX the kernel may keep the selection to those with CAP_SYS_ADMIN;
 * then that a harmless function of it is reached shows that the filter is not
 * in the way.
 */
#include "attack.h"
#include <sys/ioctl.h>

static long request(unsigned long number, void *argument)
{
	return syscall(SYS_ioctl, 0, number, argument);
}

int main(int argc, char **argv)
{
	unsigned long high;
	const char *text = "id\n";
	char get_shift_state[] = { 6 };

	if (argc < 2)
		broken("arguments");
	if (!isatty(0) || tcgetpgrp(0) < 0)
		broken("no controlling terminal");
	high = strstr(argv[1], "high") ? HIGH : 0;
	if (strstr(argv[1], "tiocsti")) {
		for (const char *p = text; *p; p++)
			if (request(high | TIOCSTI, (void *)(uintptr_t)p))
				refused("TIOCSTI");
		done("typed");
	}
	if (request(high | TIOCLINUX, get_shift_state) < 0)
		refused("TIOCLINUX");
	through("TIOCLINUX reaches the console");
}
