/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/sched.h>

void plan_init(struct plan *p)
{
	*p = (struct plan){ .uid = ID_NONE, .gid = ID_NONE };
}

static int needs(bool wrong, const char *option, const char *other,
		 struct err *e)
{
	if (!wrong)
		return 0;
	err_set(e, ERR_USAGE, "%s needs %s", option, other);
	return -1;
}

int plan_check(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;

	if (!p->command || !p->command[0]) {
		err_set(e, ERR_USAGE, "no command given");
		return err_hint(e, "usage: sandbox [OPTION...] [--] COMMAND "
				   "[ARG...]; see sandbox --help");
	}
	if (!p->command[0][0])
		return err_set(e, ERR_USAGE, "the command's name is empty");
	if (p->map_root && p->uid != ID_NONE && p->uid != 0)
		return err_set(e, ERR_USAGE,
			       "--map-root and --uid %u exclude each other",
			       p->uid);
	if (needs(p->hostname && !(unshare & CLONE_NEWUTS), "--hostname",
		  "--unshare-uts", e) < 0 ||
	    needs(p->as_pid_1 && !(unshare & CLONE_NEWPID), "--as-pid-1",
		  "--unshare-pid", e) < 0)
		return -1;
	return 0;
}

const char *plan_caller_home(struct arena *a, const struct caller *caller)
{
	const char *home = caller_env(caller, "HOME");

	if (!home || home[0] != '/')
		return NULL;
	return path_clean(a, "/", home);
}

struct want_list {
	ARRAY(struct host_want) paths;
};

static void want(struct arena *a, struct want_list *list, const char *path,
		 bool entries)
{
	for (size_t i = 0; i < list->paths.count; i++) {
		struct host_want *w = &list->paths.items[i];

		if (str_equal(w->path, path)) {
			w->entries_if_cwd |= entries;
			return;
		}
	}
	*array_add(a, &list->paths) = (struct host_want){ path, entries };
}

static void want_for_mount(struct arena *a, const struct plan *p,
			   const struct plan_mount *m,
			   const struct caller *caller, struct want_list *list,
			   struct host_wants *out)
{
	const char *home;

	switch (m->kind) {
	case MOUNT_BIND:
	case MOUNT_SAME:
		want(a, list, m->source, false);
		break;
	case MOUNT_HIDE:
		want(a, list, m->dest, false);
		break;
	case MOUNT_DEV:
		out->console = true;
		break;
	case MOUNT_WORKDIR:
	case MOUNT_HOME:
		home = plan_caller_home(a, caller);
		if (home)
			want(a, list, home, p->workdir == WORKDIR_AUTO);
		if (p->home_dir)
			want(a, list, p->home_dir, false);
		break;
	default:
		break;
	}
}

void plan_wants(struct arena *a, const struct plan *p,
		const struct caller *caller, struct host_wants *out)
{
	struct want_list list = { 0 };

	*out = (struct host_wants){ 0 };
	out->userns = (p->unshare_try & CLONE_NEWUSER) && caller->uid == 0;
	for (size_t i = 0; i < p->mounts.count; i++)
		want_for_mount(a, p, &p->mounts.items[i], caller, &list, out);
	out->paths = list.paths.items;
	out->count = list.paths.count;
}
