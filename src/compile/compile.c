/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/compile.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/capability.h>
#include <linux/sched.h>
#include <string.h>

#define KERNEL_MIN_MAJOR 5
#define KERNEL_MIN_MINOR 12 /* mount_setattr(2) */

static int check_kernel(const struct host *h, struct err *e)
{
	if (HOST_KERNEL(h) >= KERNEL_MIN_MAJOR * 1000 + KERNEL_MIN_MINOR)
		return 0;
	err_set(e, ERR_SYSTEM,
		"this kernel is Linux %u.%u, sandbox needs %d.%d or newer",
		h->kernel_major, h->kernel_minor, KERNEL_MIN_MAJOR,
		KERNEL_MIN_MINOR);
	return err_hint(e, "ask the administrator for a newer kernel");
}

static void compile_namespaces(struct compile *c)
{
	const struct plan *p = c->plan;
	uint64_t wanted = p->unshare | p->unshare_try;

	bool root = c->host->caller->uid == 0;
	bool joins = p->peers[PEER_USERNS] >= 0;

	/* Only root can do without a user namespace. */
	if (!root)
		wanted |= CLONE_NEWUSER;
	if (joins ||
	    (root && !(p->unshare & CLONE_NEWUSER) && !c->host->userns_exists))
		wanted &= ~(uint64_t)CLONE_NEWUSER;
	c->out->namespaces = wanted | CLONE_NEWNS;
	c->out->loopback = wanted & CLONE_NEWNET;
	c->out->offline = wanted & CLONE_NEWNET && !p->bwrap;
	c->out->die_with_parent = p->die_with_parent;
	c->out->hostname = p->hostname;
	c->out->disable_userns = p->disable_userns;
	c->out->assert_userns_disabled = p->assert_userns_disabled;
	c->out->new_session = p->new_session;
}

static bool has_dev(const struct plan *p)
{
	for (size_t i = 0; i < p->mounts.count; i++)
		if (p->mounts.items[i].kind == MOUNT_DEV)
			return true;
	return false;
}

/*
 * What the command keeps counts in a namespace below that of the mounts and of
 * the limit: it could undo both otherwise. bubblewrap has that one for --dev,
 * too, unless user and group are 0. With --map-auto what could undo them is
 * refused: the rest has to count for the network, too.
 */
static bool wants_nested(const struct compile *c)
{
	const struct plan *p = c->plan;
	const struct program *out = c->out;
	bool zero = out->uid.inside == 0 && out->gid.inside == 0;

	if (!out->caps || !out->maps_ids || p->map_auto)
		return false;
	return p->disable_userns || (p->bwrap && has_dev(p) && !zero);
}

/*
 * bubblewrap: what uid 0 has it keeps. If nothing is added or dropped it is left
 * as it is, and what execve(2) makes of that is the kernel's affair: nothing,
 * for who is another than 0 inside.
 */
static int compile_caps(struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	struct program *out = c->out;
	bool userns =
		out->namespaces & CLONE_NEWUSER || p->peers[PEER_USERNS] >= 0;
	uint64_t from = p->bwrap ? c->host->caps : compile_map_caps(c);

	out->caps = (from & ~p->caps_dropped) | p->caps;
	out->caps_untouched = p->bwrap && c->host->caller->uid == 0 &&
			      !p->caps && !p->caps_dropped;
	/* More than is permitted cannot be kept where nothing new is given. */
	if (p->bwrap && !userns)
		out->caps &= from;
	if (p->map_auto && p->disable_userns &&
	    out->caps & (CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_SYS_RESOURCE)))
		return err_set(e, ERR_USAGE,
			       "--map-auto with --disable-userns cannot keep "
			       "CAP_SYS_ADMIN or CAP_SYS_RESOURCE");
	out->nested = wants_nested(c);
	out->caps_bounded = !p->bwrap || userns;
	out->caps_locked = !p->bwrap;
	return 0;
}

/* bubblewrap: to be who one is needs nothing. */
static bool wants_other_ids(const struct compile *c)
{
	const struct plan *p = c->plan;

	if (!p->bwrap)
		return p->uid != ID_NONE || p->gid != ID_NONE;
	return (p->uid != ID_NONE && p->uid != c->host->caller->uid) ||
	       (p->gid != ID_NONE && p->gid != c->host->caller->gid);
}

static int no_other_ids(const struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	bool uid = p->uid != ID_NONE && p->uid != c->host->caller->uid;

	if (p->bwrap)
		return err_set(e, ERR_USAGE,
			       "Specifying --%s requires --unshare-user or "
			       "--userns",
			       uid ? "uid" : "gid");
	err_set(e, ERR_USAGE, "--uid and --gid need a user namespace");
	return err_hint(e, "add --unshare-user");
}

int compile_ids(struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	const struct caller *caller = c->host->caller;
	bool userns = c->out->namespaces & CLONE_NEWUSER;

	if (!userns && p->peers[PEER_USERNS] < 0 && wants_other_ids(c))
		return no_other_ids(c, e);
	c->out->maps_ids = userns && p->peers[PEER_USERNS_BLOCK] < 0;
	c->out->uid = (struct id_map){ caller->uid, caller->uid, 1 };
	c->out->gid = (struct id_map){ caller->gid, caller->gid, 1 };
	if (p->map_auto && compile_map(c->arena, caller, &c->host->subids,
				       &c->out->map, e) < 0)
		return -1;
	if (p->map_root || p->map_auto) {
		c->out->uid.inside = 0;
		c->out->gid.inside = 0;
	}
	if (p->uid != ID_NONE)
		c->out->uid.inside = p->uid;
	if (p->gid != ID_NONE)
		c->out->gid.inside = p->gid;
	return 0;
}

/* More of them than can be looked at would be memory that nobody counts. */
static int check_looked_at(const struct program *p, struct err *e)
{
	size_t n = p->base_tmpfs + p->scratch;

	for (size_t i = 0; i < p->step_count; i++)
		n += p->steps[i].kind == STEP_TMPFS;
	if (!(p->looks & LOOK_MEMORY) || !p->memory || n <= LOOKED_MOUNTS_MAX)
		return 0;
	err_set(e, ERR_USAGE,
		"--memory without a cgroup: %zu directories in memory are more "
		"than the %d that can be watched",
		n, LOOKED_MOUNTS_MAX);
	return err_hint(e, "leave some out, or add --memory unlimited");
}

int compile(struct arena *a, const struct plan *plan, const struct host *host,
	    struct program *out, struct err *e)
{
	struct program program = { 0 };
	struct compile c = {
		.arena = a,
		.plan = plan,
		.host = host,
		.out = &program,
	};

	if (check_kernel(host, e) < 0)
		return -1;
	compile_namespaces(&c);
	program.profiles = plan->profiles.items;
	program.profile_count = plan->profiles.count;
	program.hints = plan->hints.items;
	program.hint_count = plan->hints.count;
	if (compile_descriptors(&c, e) < 0 || compile_cgroup(&c, e) < 0 ||
	    compile_ids(&c, e) < 0 || compile_caps(&c, e) < 0 ||
	    compile_mounts(&c, e) < 0 || compile_cgroup_writes(&c, e) < 0 ||
	    compile_limits(&c, e) < 0 || check_looked_at(&program, e) < 0 ||
	    compile_filter(&c, e) < 0 || compile_env(&c, e) < 0 ||
	    compile_command(&c, e) < 0)
		return -1;
	*out = program;
	return 0;
}
