/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: personality
 * cve: none
 * off: --syscalls-allow personality
 * as: user root
 * cases: plain high
 *
 * READ_IMPLIES_EXEC makes everything that is mapped executable, and is
 * inherited by what is started next.
 */
#include "attack.h"
#include <sys/personality.h>

int main(int argc, char **argv)
{
	unsigned long high = argc > 1 && is(argv[1], "high") ? HIGH : 0;

	if (syscall(SYS_personality, high | READ_IMPLIES_EXEC) < 0)
		refused("personality");
	if (!(personality(0xffffffff) & READ_IMPLIES_EXEC))
		refused("it has no effect");
	through("READ_IMPLIES_EXEC is set");
}
