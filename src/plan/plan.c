/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/sched.h>
#include <linux/seccomp.h>

void plan_init(struct plan *p)
{
	*p = (struct plan){
		.uid = ID_NONE,
		.gid = ID_NONE,
		.calls_rest = ANSWER_NONE,
		.report.fd = -1,
	};
	for (int i = 0; i < PEER_COUNT; i++)
		p->peers[i] = -1;
}

static int needs(bool wrong, const char *option, const char *other,
		 struct err *e)
{
	if (!wrong)
		return 0;
	err_set(e, ERR_USAGE, "%s needs %s", option, other);
	return -1;
}

int plan_check_command(const struct plan *p, struct err *e)
{
	if (!p->command || !p->command[0]) {
		err_set(e, ERR_USAGE, "no command given");
		return err_hint(e, "usage: sandbox [OPTION...] [--] COMMAND "
				   "[ARG...]; see sandbox --help");
	}
	if (!p->command[0][0] && !p->bwrap)
		return err_set(e, ERR_USAGE, "the command's name is empty");
	return 0;
}

static bool is_allow_list(const struct plan *p)
{
	for (size_t i = 0; i < p->calls.count; i++)
		if (p->calls.items[i].answer == SECCOMP_RET_ALLOW)
			return p->calls_rest == ANSWER_NONE;
	return false;
}

static int check_calls(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;
	bool rules = p->calls.count || p->calls_rest != ANSWER_NONE;

	/* Meant as a list of all that is allowed, it would allow all. */
	if (is_allow_list(p)) {
		err_set(e, ERR_USAGE,
			"--syscalls-allow needs an answer for the other calls");
		return err_hint(e, "add --syscalls-default ENOSYS, or allow if "
				   "you mean that");
	}
	if (needs(p->explain && !rules, "--explain",
		  "a filter for system calls: another profile, or --syscalls-"
		  "default",
		  e) < 0 ||
	    needs(p->calls_x86 && !rules, "--syscalls-arch",
		  "a filter for system calls", e) < 0)
		return -1;
	/* PID 1 passes the filter's descriptor on. */
	return needs(p->explain && (p->as_pid_1 || !(unshare & CLONE_NEWPID)),
		     "--explain", "--unshare-pid without --as-pid-1", e);
}

/* What one has read, another does not find any more. */
static int taken_twice(const struct plan_mount *m, const char *other,
		       struct err *e)
{
	err_set(e, ERR_USAGE, "descriptor %d is used by %s already", m->fd,
		other);
	err_hint(e, "what was read from it is gone; pass one for each");
	return err_at(e, "%s", m->origin);
}

static int check_descriptors(const struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->mounts.count; i++) {
		const struct plan_mount *m = &p->mounts.items[i];

		for (size_t k = 0; m->fd >= 0 && k < i; k++)
			if (p->mounts.items[k].fd == m->fd)
				return taken_twice(m, p->mounts.items[k].origin,
						   e);
		for (size_t k = 0; k < p->seccomp_fds.count; k++)
			if (p->seccomp_fds.items[k] == m->fd)
				return taken_twice(m, "--seccomp", e);
	}
	return 0;
}

static int check_peers(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;
	bool init = p->bwrap || (unshare & CLONE_NEWPID && !p->as_pid_1);
	bool blocks = p->peers[PEER_USERNS_BLOCK] >= 0;

	if (needs(blocks && !(p->unshare & CLONE_NEWUSER), "--userns-block-fd",
		  "--unshare-user", e) < 0 ||
	    needs(blocks && p->peers[PEER_INFO] < 0, "--userns-block-fd",
		  "--info-fd", e) < 0 ||
	    needs(!init && p->lock_files.count, "--lock-file",
		  "--unshare-pid without --as-pid-1", e) < 0 ||
	    needs(!init && p->peers[PEER_SYNC] >= 0, "--sync-fd",
		  "--unshare-pid without --as-pid-1", e) < 0)
		return -1;
	if (blocks && !p->bwrap &&
	    (p->uid != ID_NONE || p->gid != ID_NONE || p->map_root))
		return err_set(e, ERR_USAGE,
			       "--userns-block-fd excludes --uid, --gid and "
			       "--map-root: another maps the ids");
	/* What is kept would need a namespace below one with unknown ids. */
	if (blocks && p->disable_userns)
		return err_set(e, ERR_USAGE,
			       "--userns-block-fd and --disable-userns exclude "
			       "each other");
	/* Signals would not get to who has other ids than the supervisor. */
	if (p->peers[PEER_USERNS] >= 0 && !p->bwrap &&
	    (p->uid != ID_NONE || p->gid != ID_NONE || p->map_root))
		return err_set(e, ERR_USAGE,
			       "--userns excludes --uid, --gid and --map-root: "
			       "the ids are that namespace's");
	if (p->peers[PEER_USERNS] >= 0 && unshare & CLONE_NEWUSER)
		return err_set(e, ERR_USAGE,
			       "--userns and --unshare-user exclude each "
			       "other");
	return 0;
}

static bool has_layers(const struct plan *p)
{
	for (size_t i = 0; i < p->mounts.count; i++)
		if (p->mounts.items[i].kind == MOUNT_COW ||
		    p->mounts.items[i].kind == MOUNT_ROOT)
			return true;
	return false;
}

/* It has to end with the sandbox. */
static int check_layers(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;

	if (needs(p->changes && !has_layers(p), "--changes",
		  "--cow, --rootfs or --layer", e) < 0 ||
	    needs(p->ask && !p->changes, "--ask", "--changes", e) < 0 ||
	    needs(p->overlay_helper && !(unshare & CLONE_NEWPID),
		  "--overlay-helper", "--unshare-pid", e) < 0)
		return -1;
	return 0;
}

/*
 * Who takes another user's id is untied from its parent (commit_creds() in
 * kernel/cred.c), so it has to be a PID namespace that ends with us.
 */
static int check_map_auto(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;
	const char *other = NULL;

	if (!p->map_auto)
		return 0;
	if (p->uid != ID_NONE || p->gid != ID_NONE)
		other = "--uid or --gid";
	else if (p->peers[PEER_USERNS] >= 0 || p->peers[PEER_USERNS2] >= 0)
		other = "--userns or --userns2";
	else if (p->peers[PEER_USERNS_BLOCK] >= 0)
		other = "--userns-block-fd";
	if (other)
		return err_set(e, ERR_USAGE,
			       "--map-auto and %s exclude each other", other);
	return needs(!(unshare & CLONE_NEWPID), "--map-auto", "--unshare-pid",
		     e);
}

int plan_check(const struct plan *p, struct err *e)
{
	uint64_t unshare = p->unshare | p->unshare_try;

	if (p->map_root && p->uid != ID_NONE && p->uid != 0)
		return err_set(e, ERR_USAGE,
			       "--map-root and --uid %u exclude each other",
			       p->uid);
	if (check_calls(p, e) < 0 || check_descriptors(p, e) < 0 ||
	    check_map_auto(p, e) < 0 || check_peers(p, e) < 0 ||
	    check_layers(p, e) < 0)
		return -1;
	if (needs(p->limits.grace.asked && !p->limits.time.value &&
			  !p->limits.cpu_time.value,
		  "--grace", "--time-limit or --cpu-time", e) < 0)
		return -1;
	if (needs(p->disable_userns && !(p->unshare & CLONE_NEWUSER),
		  "--disable-userns", "--unshare-user", e) < 0 ||
	    needs(p->hostname && !(unshare & CLONE_NEWUTS), "--hostname",
		  "--unshare-uts", e) < 0 ||
	    needs(p->as_pid_1 && !(unshare & CLONE_NEWPID), "--as-pid-1",
		  "--unshare-pid", e) < 0)
		return -1;
	return 0;
}

unsigned int plan_controllers(const struct plan *p)
{
	const struct plan_limits *l = &p->limits;
	unsigned int bits = 0;

	if (l->memory.value || l->swap_given)
		bits |= CONTROLLER_MEMORY;
	if (l->pids.value)
		bits |= CONTROLLER_PIDS;
	if (l->cpus.value || l->cpu_weight.value)
		bits |= CONTROLLER_CPU;
	if (l->cpuset)
		bits |= CONTROLLER_CPUSET;
	if (l->io.count || l->io_weight.value)
		bits |= CONTROLLER_IO;
	return bits;
}

static bool reports(const struct plan_report *r)
{
	return r->file || r->timeline || r->fd >= 0 || r->stats;
}

bool plan_measures(const struct plan *p)
{
	return p->limits.cpu_time.value || reports(&p->report);
}

bool plan_asks_for_cgroup(const struct plan *p)
{
	const struct plan_limits *l = &p->limits;

	return l->require_cgroup || l->memory.asked || l->swap.asked ||
	       l->pids.asked || l->cpus.asked || l->cpu_weight.asked ||
	       l->cpuset_asked || l->io_asked || l->io_weight.asked ||
	       l->cpu_time.asked;
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

static struct host_want *want(struct arena *a, struct want_list *list,
			      const char *path, bool entries)
{
	struct host_want *new;

	for (size_t i = 0; i < list->paths.count; i++) {
		struct host_want *w = &list->paths.items[i];

		if (str_equal(w->path, path)) {
			w->entries_if_cwd |= entries;
			return w;
		}
	}
	new = array_add(a, &list->paths);
	*new = (struct host_want){ .path = path, .entries_if_cwd = entries };
	return new;
}

static void want_for_mount(struct arena *a, const struct plan *p,
			   const struct plan_mount *m,
			   const struct caller *caller, struct want_list *list,
			   struct host_wants *out)
{
	bool entries = p->workdir == WORKDIR_AUTO || p->workdir == WORKDIR_RO;
	const char *home = plan_caller_home(a, caller);

	for (size_t i = 0; i < m->layer_count; i++)
		want(a, list, m->layers[i], false);
	switch (m->kind) {
	case MOUNT_BIND:
	case MOUNT_SAME:
		want(a, list, m->source, false);
		break;
	case MOUNT_HIDE:
		want(a, list, m->dest, false);
		break;
	case MOUNT_OVERLAY:
		want(a, list, m->source, false);
		want(a, list, m->work, false);
		break;
	case MOUNT_COW:
		want(a, list, m->source, false)->mounts_below = true;
		if (home)
			want(a, list, home, false);
		out->mounts = true;
		break;
	case MOUNT_DEV:
		out->console = true;
		break;
	case MOUNT_WORKDIR:
	case MOUNT_HOME:
		if (home)
			want(a, list, home, entries);
		if (p->home_dir)
			want(a, list, p->home_dir, false);
		break;
	default:
		break;
	}
}

static void want_descriptors(struct arena *a, const struct plan *p,
			     struct host_wants *out)
{
	struct host_want_fd *fds = arena_alloc(
		a, (p->mounts.count + PEER_COUNT + 1) * sizeof(*fds));

	for (size_t i = 0; i < p->mounts.count; i++) {
		const struct plan_mount *m = &p->mounts.items[i];

		if (m->fd >= 0)
			fds[out->descriptor_count++] = (struct host_want_fd){
				m->fd, m->kind == MOUNT_BIND_FD
			};
	}
	for (int i = 0; i < PEER_COUNT; i++)
		if (p->peers[i] >= 0)
			fds[out->descriptor_count++] =
				(struct host_want_fd){ p->peers[i], false };
	out->descriptors = fds;
}

static void want_devices(struct arena *a, const struct plan *p,
			 struct host_wants *out)
{
	const char **devices =
		arena_alloc(a, (p->limits.io.count + 1) * sizeof(*devices));

	for (size_t i = 0; i < p->limits.io.count; i++)
		devices[i] = p->limits.io.items[i].device;
	out->devices = devices;
	out->device_count = p->limits.io.count;
}

void plan_wants(struct arena *a, const struct plan *p,
		const struct caller *caller, struct host_wants *out)
{
	struct want_list list = { 0 };

	*out = (struct host_wants){ 0 };
	out->userns = (p->unshare_try & CLONE_NEWUSER) && caller->uid == 0;
	for (size_t i = 0; i < p->mounts.count; i++)
		want_for_mount(a, p, &p->mounts.items[i], caller, &list, out);
	out->self = p->protected.count > 0;
	for (size_t i = 0; i < p->protected.count; i++)
		want(a, &list, p->protected.items[i].path, false);
	out->changes = p->changes;
	out->helper = p->overlay_helper;
	if (p->changes)
		want(a, &list, p->changes, false);
	out->machine = p->limits.memory.value || p->limits.pids.value ||
		       plan_measures(p);
	out->cgroup = (struct cgroup_wants){
		.places = plan_controllers(p) || plan_measures(p) ||
			  p->limits.require_cgroup || p->limits.cgroup_parent,
		.scope = plan_asks_for_cgroup(p) && caller->uid != 0,
		.perf = plan_measures(p),
		.given = p->limits.cgroup_parent,
	};
	out->bwrap = p->bwrap;
	out->caps = p->bwrap && caller->uid == 0;
	out->subids = p->map_auto;
	out->joined[0] = p->peers[PEER_USERNS];
	out->joined[1] = p->peers[PEER_USERNS2];
	want_devices(a, p, out);
	want_descriptors(a, p, out);
	out->raw = p->seccomp_fds.items;
	out->raw_count = p->seccomp_fds.count;
	out->paths = list.paths.items;
	out->count = list.paths.count;
}
