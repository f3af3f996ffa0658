/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities. By default nothing is kept: bounding set, ambient, permitted,
 * effective and inheritable are emptied, the securebits locked, no_new_privs
 * set. The command inherits all of it, so it is done once, before it is
 * spawned. What --cap-add keeps is kept by the command alone: PID 1 gives it up
 * beside it, before the command may go on.
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

/*
 * No uid 0 gives capabilities, and none can be raised again. Without any there
 * is nothing for setuid(2) to fix up, so that is locked too. Who is to become
 * another user may first ask to keep some for what comes up to his execve, as
 * setpriv(1) and servers do.
 */
#define SECUREBITS_MANY_USERS                                                  \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |  \
	 SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)
#define SECUREBITS (SECUREBITS_MANY_USERS | SECBIT_KEEP_CAPS_LOCKED)
#define SECUREBITS_NONE_KEPT                                                   \
	(SECUREBITS | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED)

/* From the bounding set goes what is not in `keep`, and is in `from`. */
static int drop_bounding_set(uint64_t from, uint64_t keep, struct err *e)
{
	for (int cap = 0; cap < CAP_NUMBERS; cap++) {
		if (!(from & CAP_BIT(cap)) || keep & CAP_BIT(cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL && cap > CAP_CHECKPOINT_RESTORE)
			return 0;
		return err_sys(e, "drop capability %d", cap);
	}
	return 0;
}

static int empty_all(const struct program *p, uint64_t but, struct err *e)
{
	if (p->caps_locked &&
	    prctl(PR_SET_SECUREBITS, SECUREBITS_NONE_KEPT, 0, 0, 0) < 0)
		return err_sys(e, "lock securebits");
	/* The ambient set is cut to what is permitted and inheritable. */
	if (sys_capset(but, but, 0) < 0)
		return err_sys(e, "drop capabilities");
	return 0;
}

/* Where the command can become another user signals still have to reach it. */
static uint64_t init_caps(const struct program *p)
{
	bool others = p->map.newuidmap && p->caps & CAP_BIT(CAP_SETUID);

	return others ? CAP_BIT(CAP_KILL) : 0;
}

/*
 * What makes, owns and opens files as the layers have them; and one that the
 * command never has beside a helper: helper_begin() in compile/helper.c.
 */
#define HELPER_CAPS                                                            \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) |                      \
	 CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_MKNOD) |      \
	 CAP_BIT(CAP_SETFCAP) | CAP_BIT(CAP_SYS_PTRACE))

/* Both ways: user 0 gets what is in the bounding set, others what is ambient. */
int caps_keep_for_helper(struct err *e)
{
	uint64_t effective = 0, permitted = 0, keep;

	if (drop_bounding_set(UINT64_MAX, HELPER_CAPS, e) < 0)
		return -1;
	if (sys_capget(&effective, &permitted) < 0)
		return err_sys(e, "ask for capabilities");
	keep = permitted & HELPER_CAPS;
	if (sys_capset(keep, keep, keep) < 0)
		return err_sys(e, "keep capabilities");
	for (int cap = 0; cap < CAP_NUMBERS; cap++)
		if (keep & CAP_BIT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return err_sys(e, "keep capability %d", cap);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	return 0;
}

int stage_drop(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	/*
	 * PID 1 is out of reach for what runs beside it: no ptrace, no
	 * /proc/1/fd, environ, exe, mem. The command's own execve makes that
	 * process dumpable again.
	 */
	if (p->init && !p->in_reach && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "set non-dumpable");
	if (p->caps_bounded && drop_bounding_set(UINT64_MAX, p->caps, e) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	return p->caps || p->caps_untouched ? 0 : empty_all(p, 0, e);
}

/* PID 1, when the command has its own copy of what it keeps. */
int stage_confine(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	if (p->caps && p->caps_bounded && drop_bounding_set(p->caps, 0, e) < 0)
		return -1;
	if ((p->caps || p->caps_untouched) && empty_all(p, init_caps(p), e) < 0)
		return -1;
	return seccomp_load_bpf(&shipped_init_filter.bpf, e);
}

/* The command keeps capabilities across its execve as ambient ones. */
int stage_keep(struct run *r, struct err *e)
{
	bool lock = r->program->caps_locked;
	int bits =
		r->program->map.newuidmap ? SECUREBITS_MANY_USERS : SECUREBITS;
	uint64_t keep = r->program->caps;
	uint64_t now = keep | (lock ? CAP_BIT(CAP_SETPCAP) : 0);

	if (sys_capset(now, now, keep) < 0) {
		err_sys(e, "keep capabilities");
		return err_hint(e, "you can keep only what you have");
	}
	for (int cap = 0; cap < CAP_NUMBERS; cap++)
		if (keep & CAP_BIT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return err_sys(e, "keep capability %d", cap);
	if (lock && prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0)
		return err_sys(e, "lock securebits");
	if (sys_capset(keep, keep, keep) < 0)
		return err_sys(e, "drop capabilities");
	return 0;
}
