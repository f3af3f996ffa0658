/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: hard limits: no capabilities
 * cve: none
 * off: --rlimit core=unlimited:unlimited
 * behind: --allow-userns
 * as: user root
 *
 * The limit of core files keeps the host's core handler from starting.
 */
#include "attack.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	if (setrlimit(RLIMIT_CORE, &limit)) {
		int error = errno;

		if (enter_userns(0) || setrlimit(RLIMIT_CORE, &limit)) {
			errno = error;
			refused("setrlimit");
		}
	}
	through("core files of 1 MB");
}
