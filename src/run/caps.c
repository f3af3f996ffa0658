/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is kept: bounding set, ambient, permitted, effective and inheritable
 * are emptied, the securebits locked, no_new_privs set. The command inherits
 * all of it, so it is done once, before it is spawned.
 */
#include "run/run.h"

#include "host/sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

/*
 * Up to the last one this kernel knows; PR_CAPBSET_DROP says EINVAL after. All
 * kernels that sandbox runs on know CAP_CHECKPOINT_RESTORE (Linux 5.9).
 */
#define CAP_NUMBERS 64

#define SECUREBITS                                                             \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |       \
	 SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |             \
	 SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static int drop_bounding_set(struct err *e)
{
	for (int cap = 0; cap < CAP_NUMBERS; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL && cap > CAP_CHECKPOINT_RESTORE)
			return 0;
		return err_sys(e, "drop capability %d", cap);
	}
	return 0;
}

int stage_drop(struct run *r, struct err *e)
{
	/*
	 * PID 1 is out of reach for what runs beside it: no ptrace, no
	 * /proc/1/fd, environ, exe, mem. The command's own execve makes that
	 * process dumpable again.
	 */
	if (r->program->init && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "set non-dumpable");
	if (drop_bounding_set(e) < 0)
		return -1;
	if (prctl(PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0) < 0)
		return err_sys(e, "lock securebits");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	/* The ambient set is cut to what is permitted and inheritable. */
	if (sys_capset(0, 0, 0) < 0)
		return err_sys(e, "drop capabilities");
	return 0;
}
