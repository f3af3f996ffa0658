/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: /proc/sys and its like are read-only mounts
 * wall sys: of /sys only the processors are there, read-only
 * wall user_namespaces: no capabilities
 * cve: CVE-2019-16884, CVE-2025-31133
 * cve sys: CVE-2023-25809
 * cve user_namespaces: none
 * off: --profile none --bind / /
 * off user_namespaces: --cap-add CAP_SYS_RESOURCE --bind /proc /proc
 * as: root
 * as user_namespaces: user root
 * cases: core_pattern irq sysrq sys any user_namespaces
 * args core_pattern: /proc/sys/kernel/core_pattern
 * args irq: /proc/irq/default_smp_affinity
 * args sysrq: /proc/sysrq-trigger
 * args sys: /sys/kernel/mm/transparent_hugepage/defrag
 * args user_namespaces: /proc/sys/user/max_user_namespaces
 * args any: -
 * unproven sysrq: ENOENT no magic SysRq in this kernel
 *
 * uid 0 inside is the kernel's uid 0 when root runs the sandbox, and owns these
 * files; no capability is asked for. core_pattern names a program that the
 * kernel starts outside. any: all files below /proc and /sys that are of no
 * process, but for those in /proc/pressure, which everybody may write.
 */
#include "attack.h"
#include <ctype.h>
#include <ftw.h>

static int look(const char *path, const struct stat *st, int type,
		struct FTW *where)
{
	(void)st;
	if (where->level == 1 &&
	    (isdigit(path[6]) || is(path, "/proc/pressure")))
		return FTW_SKIP_SUBTREE;
	if (type == FTW_F && !access(path, W_OK) &&
	    open(path, O_WRONLY | O_NONBLOCK) >= 0)
		through("%s is open", path);
	return FTW_CONTINUE;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		broken("arguments");
	if (is(argv[1], "any")) {
		nftw("/proc", look, 32, FTW_PHYS | FTW_ACTIONRETVAL);
		nftw("/sys", look, 32, FTW_PHYS | FTW_ACTIONRETVAL);
		errno = EACCES;
		refused("no file of the kernel's is open");
	}
	if (is(argv[1], "sysrq")) {
		if (open(argv[2], O_WRONLY) < 0)
			refused("open");
		through("it is open");
	}
	if (!rewrites(argv[2]))
		refused("write");
	through("%s is written", argv[2]);
}
