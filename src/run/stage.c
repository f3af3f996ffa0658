/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading this table is reading the sandbox. Within an actor the order is the
 * order of execution, and most of it is forced:
 *
 * - await comes before anything that lasts: a supervisor that is gone must not
 *   leave a child behind.
 * - identity comes before everything that needs a capability, and before the
 *   process becomes non-dumpable: its own uid_map would be closed to it then.
 * - drop is the last thing before spawn: the command may run from the moment
 *   of its execve on, and PID 1 must have nothing left to give up then.
 */
#include "run/run.h"

#include "base/cleanup.h"

#include <linux/sched.h>

/* Only real root can prepare it, and only root needs it. */
static bool wants_private(const struct program *p)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].kind == STEP_HIDE_PRIVATE)
			return true;
	return false;
}

static bool wants_userns(const struct program *p)
{
	return p->namespaces & CLONE_NEWUSER;
}

static bool wants_loopback(const struct program *p)
{
	return p->loopback;
}

static bool wants_hostname(const struct program *p)
{
	return p->hostname;
}

static bool wants_init(const struct program *p)
{
	return p->init;
}

static bool wants_session(const struct program *p)
{
	return p->new_session;
}

static bool wants_limits(const struct program *p)
{
	return p->rlimit_count > 0;
}

const struct stage stages[] = {
	{ "inherit", ACTOR_SUPERVISOR, NULL, stage_inherit },
	{ "private", ACTOR_SUPERVISOR, wants_private, stage_private },
	{ "clone", ACTOR_SUPERVISOR, NULL, stage_clone },
	{ "watch", ACTOR_SUPERVISOR, NULL, stage_watch },

	{ "await", ACTOR_INIT, NULL, stage_await },
	{ "identity", ACTOR_INIT, wants_userns, stage_identity },
	{ "loopback", ACTOR_INIT, wants_loopback, stage_loopback },
	{ "mounts", ACTOR_INIT, NULL, stage_mounts },
	{ "pivot", ACTOR_INIT, NULL, stage_pivot },
	{ "hostname", ACTOR_INIT, wants_hostname, stage_hostname },
	{ "scrub", ACTOR_INIT, wants_init, stage_scrub },
	{ "drop", ACTOR_INIT, NULL, stage_drop },
	{ "spawn", ACTOR_INIT, wants_init, stage_spawn },
	{ "reap", ACTOR_INIT, wants_init, stage_reap },

	{ "session", ACTOR_COMMAND, wants_session, stage_session },
	{ "directory", ACTOR_COMMAND, NULL, stage_directory },
	{ "limits", ACTOR_COMMAND, wants_limits, stage_limits },
	{ "signals", ACTOR_COMMAND, NULL, stage_signals },
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
		if (e->kind == ERR_SYSTEM)
			err_at(e, "stage %s", s->name);
		return -1;
	}
	return 0;
}
