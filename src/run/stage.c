/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading this table is reading the sandbox. Within an actor the order is the
 * order of execution, and most of it is forced:
 *
 * - await comes before anything that lasts: a supervisor that is gone must not
 *   leave a child behind.
 * - held comes before identity: others map the ids meanwhile.
 * - identity comes before everything that needs a capability, and before the
 *   process becomes non-dumpable: its own uid_map would be closed to it then.
 * - PID 1 is complete before the command may run: what both lack is dropped
 *   before spawn, what only PID 1 lacks (confine) while the command's process
 *   waits at the gate.
 * - filter comes last but for the execve: it refuses what the others need.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <linux/sched.h>

/* Only real root can prepare it, and only root needs it. */
static bool wants_private(const struct program *p)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].kind == STEP_HIDE_PRIVATE)
			return true;
	return false;
}

static bool wants_output(const struct program *p)
{
	return p->output_limit;
}

static bool wants_layer(const struct program *p)
{
	return p->layer.dir;
}

static bool wants_cgroup(const struct program *p)
{
	return p->cgroup.source;
}

static bool wants_urgency(const struct program *p)
{
	return p->watched && p->init;
}

static bool wants_membership(const struct program *p)
{
	return p->cgroup.source && p->namespaces & CLONE_NEWCGROUP;
}

static bool wants_ids(const struct program *p)
{
	return p->map.newuidmap;
}

static bool wants_identity(const struct program *p)
{
	return p->maps_ids || p->peers[PEER_USERNS] >= 0;
}

static bool wants_loopback(const struct program *p)
{
	return p->loopback;
}

static bool wants_hostname(const struct program *p)
{
	return p->hostname;
}

static bool wants_limited_userns(const struct program *p)
{
	return p->disable_userns;
}

static bool wants_nest(const struct program *p)
{
	return p->nested;
}

static bool wants_numbers(const struct program *p)
{
	return p->pid_max;
}

static bool wants_assertion(const struct program *p)
{
	return p->assert_userns_disabled;
}

static bool wants_caps(const struct program *p)
{
	return p->caps && !p->caps_untouched;
}

static bool wants_keyring(const struct program *p)
{
	return p->join_keyring;
}

static bool wants_filter(const struct program *p)
{
	return p->filtered || p->raw_count;
}

static bool wants_init(const struct program *p)
{
	return p->init;
}

static bool wants_ready(const struct program *p)
{
	return !p->init && run_tells_ready(p);
}

/* The command itself, and what waits for it, in one way or the other. */
static bool wants_watch(const struct program *p)
{
	return !p->bwrap;
}

static bool wants_monitor(const struct program *p)
{
	return p->bwrap;
}

static bool wants_reap(const struct program *p)
{
	return p->init && !p->bwrap;
}

static bool wants_outlive(const struct program *p)
{
	return p->init && p->bwrap;
}

/* bubblewrap's sandbox goes on without its supervisor. */
static bool wants_await(const struct program *p)
{
	return !p->bwrap || p->die_with_parent;
}

/* Other ids, and rights of another namespace, have untied it. */
static bool wants_await_again(const struct program *p)
{
	return wants_await(p) &&
	       (p->peers[PEER_USERNS] >= 0 || p->peers[PEER_USERNS2] >= 0);
}

static bool wants_enter(const struct program *p)
{
	return p->peers[PEER_USERNS] >= 0 || p->peers[PEER_PIDNS] >= 0;
}

static bool wants_inform(const struct program *p)
{
	return p->peers[PEER_INFO] >= 0 || p->peers[PEER_STATUS] >= 0;
}

/* Until it is known of, or its ids are mapped. */
static bool wants_held(const struct program *p)
{
	return wants_inform(p) || wants_ids(p);
}

static bool wants_leave(const struct program *p)
{
	return p->peers[PEER_USERNS] >= 0;
}

static bool wants_join(const struct program *p)
{
	return p->peers[PEER_USERNS2] >= 0;
}

static bool wants_lock(const struct program *p)
{
	return p->lock_file_count;
}

static bool wants_block(const struct program *p)
{
	return p->peers[PEER_BLOCK] >= 0;
}

static bool wants_limits(const struct program *p)
{
	return p->rlimit_count > 0;
}

const struct stage stages[] = {
	{ "inherit", ACTOR_SUPERVISOR, NULL, stage_inherit },
	{ "private", ACTOR_SUPERVISOR, wants_private, stage_private },
	{ "output", ACTOR_SUPERVISOR, wants_output, stage_output },
	{ "layer", ACTOR_SUPERVISOR, wants_layer, stage_layer },
	{ "cgroup", ACTOR_SUPERVISOR, wants_cgroup, stage_cgroup },
	{ "enter", ACTOR_SUPERVISOR, wants_enter, stage_enter },
	{ "clone", ACTOR_SUPERVISOR, NULL, stage_clone },
	{ "ids", ACTOR_SUPERVISOR, wants_ids, stage_ids },
	{ "inform", ACTOR_SUPERVISOR, wants_held, stage_inform },
	{ "leave", ACTOR_SUPERVISOR, wants_leave, stage_leave },
	{ "watch", ACTOR_SUPERVISOR, wants_watch, stage_watch },
	{ "monitor", ACTOR_SUPERVISOR, wants_monitor, stage_monitor },

	{ "await", ACTOR_INIT, wants_await, stage_await },
	{ "held", ACTOR_INIT, wants_held, stage_held },
	{ "group", ACTOR_INIT, NULL, stage_group },
	{ "connect", ACTOR_INIT, wants_output, stage_connect },
	{ "membership", ACTOR_INIT, wants_membership, stage_membership },
	{ "identity", ACTOR_INIT, wants_identity, stage_identity },
	{ "userns", ACTOR_INIT, wants_limited_userns, stage_userns },
	{ "numbers", ACTOR_INIT, wants_numbers, stage_numbers },
	{ "loopback", ACTOR_INIT, wants_loopback, stage_loopback },
	{ "mounts", ACTOR_INIT, NULL, stage_mounts },
	{ "pivot", ACTOR_INIT, NULL, stage_pivot },
	{ "hostname", ACTOR_INIT, wants_hostname, stage_hostname },
	{ "nest", ACTOR_INIT, wants_nest, stage_nest },
	{ "join", ACTOR_INIT, wants_join, stage_join },
	{ "await", ACTOR_INIT, wants_await_again, stage_await },
	{ "scrub", ACTOR_INIT, wants_init, stage_scrub },
	{ "assert", ACTOR_INIT, wants_assertion, stage_assert },
	{ "drop", ACTOR_INIT, NULL, stage_drop },
	{ "lock", ACTOR_INIT, wants_lock, stage_lock },
	{ "block", ACTOR_INIT, wants_block, stage_block },
	{ "urgency", ACTOR_INIT, wants_urgency, stage_urgency },
	{ "spawn", ACTOR_INIT, wants_init, stage_spawn },
	{ "confine", ACTOR_INIT, wants_init, stage_confine },
	{ "release", ACTOR_INIT, wants_init, stage_release },
	{ "reap", ACTOR_INIT, wants_reap, stage_reap },
	{ "outlive", ACTOR_INIT, wants_outlive, stage_outlive },

	{ "session", ACTOR_COMMAND, NULL, stage_session },
	{ "directory", ACTOR_COMMAND, NULL, stage_directory },
	{ "keyring", ACTOR_COMMAND, wants_keyring, stage_keyring },
	{ "limits", ACTOR_COMMAND, wants_limits, stage_limits },
	{ "keep", ACTOR_COMMAND, wants_caps, stage_keep },
	{ "signals", ACTOR_COMMAND, NULL, stage_signals },
	{ "gate", ACTOR_COMMAND, wants_init, stage_gate },
	{ "ready", ACTOR_COMMAND, wants_ready, stage_ready },
	{ "filter", ACTOR_COMMAND, wants_filter, stage_filter },
	{ "exec", ACTOR_COMMAND, NULL, stage_exec },
};

const size_t stage_count = COUNT_OF(stages);

int stages_run(struct run *r, enum actor actor, struct err *e)
{
	for (size_t i = 0; i < stage_count; i++) {
		const struct stage *s = &stages[i];

		if (s->actor != actor || (s->wanted && !s->wanted(r->program)))
			continue;
		if (s->run(r, e) == 0)
			continue;
		/* What the command's file is to blame for names no stage. */
		if (e->kind == ERR_SYSTEM && !str_starts(e->where, "stage "))
			err_within(e, "stage %s", s->name);
		return -1;
	}
	return 0;
}
