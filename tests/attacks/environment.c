/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: the environment is a list of what may stay
 * cve: none
 * off: --keepenv SECRET_TOKEN
 * as: user root
 *
 * What the caller has in its environment.
 */
#include "attack.h"

int main(void)
{
	if (getenv("SECRET_TOKEN"))
		through("a secret of the caller's");
	errno = ENOENT;
	refused("getenv");
}
