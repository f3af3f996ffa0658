/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that every program obeys, whatever was asked and however. */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include "fuzz.h"

#include "compile/compile.h"
#include "compile/steps.h"
#include "host/syscalls.h"
#include "plan/plan.h"

#include <linux/sched.h>

struct made {
	const struct settings *settings;
	const struct plan *plan;
	const struct host *host;
	const struct program *program;
};

/* --- binds -------------------------------------------------------------- */

static bool from(const struct host *h, const char *asked, const char *resolved)
{
	const struct path_fact *f = asked ? host_path(h, asked) : NULL;

	return f && str_equal(f->resolved, resolved);
}

/* Whether one directive of the plan asks for this host path, like this. */
static bool asks(const struct made *m, const struct plan_mount *mount,
		 const char *source, bool writable)
{
	const struct plan *p = m->plan;
	const char *home = caller_env(m->host->caller, "HOME");

	switch (mount->kind) {
	case MOUNT_BIND:
	case MOUNT_SAME:
		return (mount->writable || !writable) &&
		       from(m->host, mount->source, source);
	case MOUNT_HOME:
		if (p->home == HOME_DIR)
			return from(m->host, p->home_dir, source);
		return (p->home == HOME_RW ||
			(p->home == HOME_RO && !writable)) &&
		       from(m->host, home, source);
	case MOUNT_WORKDIR:
		if (p->workdir == WORKDIR_AUTO && !writable &&
		    from(m->host, home, m->host->cwd) &&
		    path_within(source, m->host->cwd))
			return path_name(source)[0] != '.';
		return (!writable || p->workdir == WORKDIR_RW ||
			(p->workdir == WORKDIR_AUTO &&
			 m->host->cwd_writable)) &&
		       p->workdir != WORKDIR_NONE && m->host->cwd &&
		       str_equal(m->host->cwd, source);
	case MOUNT_BIND_FD:
		return (mount->writable || !writable) &&
		       str_equal(host_descriptor(m->host, mount->fd)->path,
				 source);
	case MOUNT_DEV:
		return path_within(source, "/dev") ||
		       str_equal(m->host->console ? m->host->console : "",
				 source);
	case MOUNT_PROC:
		return str_equal(source, "/proc");
	case MOUNT_COW:
		return !writable &&
		       path_within(source,
				   host_path(m->host, mount->source)->resolved);
	default:
		return false;
	}
}

/* No host path is shown, or writable, that nobody asked for. */
static void check_bind(const struct made *m, const struct step *s)
{
	bool writable = !(s->attributes & MOUNT_ATTR_RDONLY);
	bool devices = !(s->attributes & MOUNT_ATTR_NODEV);
	bool asked = false, asked_devices = false;

	CHECK(s->source && s->source[0] == '/');
	CHECK(!path_has_dotdot(s->source));
	for (size_t i = 0; i < m->plan->mounts.count; i++) {
		const struct plan_mount *mount = &m->plan->mounts.items[i];

		if (!asks(m, mount, s->source, writable))
			continue;
		asked = true;
		asked_devices |= mount->devices || mount->kind == MOUNT_DEV;
	}
	CHECK(asked);
	CHECK(!devices || asked_devices);
}

/* Whether one overlay of the plan is of these directories. */
static bool overlays(const struct made *m, const struct plan_mount *mount,
		     const struct step *s)
{
	if (mount->layer_count != s->layer_count ||
	    !str_equal(mount->dest, s->dest))
		return false;
	for (size_t i = 0; i < s->layer_count; i++)
		if (!from(m->host, mount->layers[i], s->layers[i].path))
			return false;
	if (mount->kind == MOUNT_ROOT)
		return s->in_memory || s->place >= 0;
	if (mount->kind != MOUNT_OVERLAY)
		return !s->upper && !s->work &&
		       s->in_memory == (mount->kind == MOUNT_TMP_OVERLAY);
	return s->upper && s->work &&
	       from(m->host, mount->source, s->upper->path) &&
	       from(m->host, mount->work, s->work->path);
}

/* One of the host's directories that --cow covers, where it is. */
static bool is_cow(const struct made *m, const struct plan_mount *mount,
		   const struct step *s)
{
	return mount->kind == MOUNT_COW && s->layer_count == 1 && s->source &&
	       str_equal(s->source, s->dest) &&
	       str_equal(s->source, s->layers[0].path) &&
	       path_within(s->source,
			   host_path(m->host, mount->source)->resolved);
}

/* Each place has one upper directory, which nobody else writes to. */
static void check_place(const struct made *m, const struct step *s)
{
	const struct program *p = m->program;

	CHECK(s->in_memory == !p->layer.dir);
	if (s->in_memory)
		return;
	CHECK(s->place >= 0 && m->plan->changes);
	CHECK(!path_within(p->layer.dir, s->layers[0].path) &&
	      !path_within(s->layers[0].path, p->layer.dir));
	for (size_t i = 0; i < p->step_count; i++)
		CHECK(&p->steps[i] == s || p->steps[i].place != s->place);
	for (size_t i = 0; i < p->layer.record.places.count; i++) {
		const struct record_place *r = &p->layer.record.places.items[i];

		if (r->number == (unsigned int)s->place && !r->under)
			CHECK(str_equal(r->path,
					s->layers[s->layer_count - 1].path));
	}
}

static void check_overlay(const struct made *m, const struct step *s)
{
	bool kept = s->source || s->place >= 0, asked = false;

	CHECK((s->attributes & ATTR_BIND) == ATTR_BIND);
	CHECK(s->layer_count && s->layer_count <= OVERLAY_LAYERS_MAX);
	CHECK(s->upper || s->in_memory || kept || s->layer_count > 1);
	CHECK((s->upper || s->in_memory || s->place >= 0) ==
	      !(s->attributes & MOUNT_ATTR_RDONLY));
	CHECK(!s->in_memory || m->program->scratch);
	for (size_t i = 0; i < m->plan->mounts.count; i++)
		asked |= overlays(m, &m->plan->mounts.items[i], s) ||
			 is_cow(m, &m->plan->mounts.items[i], s);
	CHECK(asked);
	if (kept)
		check_place(m, s);
}

/*
 * What --cow covers cannot be changed by way of a directive before it. (What
 * --workdir and --home show has the place of the first of them.)
 */
static void check_cow(const struct made *m, size_t at)
{
	const struct plan *plan = m->plan;
	const struct program *p = m->program;
	const char *top =
		host_path(m->host, plan->mounts.items[at].source)->resolved;

	/* What another root shows of the host is said by its own rules. */
	for (size_t i = 0; i < plan->mounts.count; i++)
		if (plan->mounts.items[i].kind == MOUNT_ROOT && !top[1])
			return;
	for (size_t i = 0; i < p->step_count; i++) {
		const struct step *s = &p->steps[i];
		bool asked = false;

		if (s->kind != STEP_BIND || !str_equal(s->source, s->dest) ||
		    s->attributes & MOUNT_ATTR_RDONLY ||
		    !path_within(s->source, top))
			continue;
		for (size_t k = 0; k < plan->mounts.count; k++)
			if (k > at || plan->mounts.items[k].kind == MOUNT_DEV)
				asked |= asks(m, &plan->mounts.items[k],
					      s->source, true);
		CHECK(asked);
	}
}

/* --- the other steps ---------------------------------------------------- */

static void check_step(const struct made *m, const struct step *s)
{
	CHECK(s->dest && s->dest[0] == '/');
	switch (s->kind) {
	case STEP_BIND:
		check_bind(m, s);
		break;
	case STEP_TMPFS:
		CHECK((s->attributes & ATTR_BIND) == ATTR_BIND);
		CHECK(s->mode <= 07777);
		break;
	case STEP_PROC:
		CHECK(m->program->namespaces & CLONE_NEWPID ||
		      m->plan->peers[PEER_PIDNS] >= 0);
		CHECK((s->attributes & ATTR_BIND) == ATTR_BIND);
		break;
	case STEP_SYMLINK:
		CHECK(s->source && s->source[0]);
		break;
	case STEP_OVERLAY:
		check_overlay(m, s);
		break;
	case STEP_FILE:
	case STEP_DATA:
		CHECK(s->fd >= 0 && s->mode <= 07777 && s->dest[1]);
		CHECK(s->kind == STEP_FILE ||
		      (m->program->scratch &&
		       (s->attributes & ATTR_BIND) == ATTR_BIND));
		break;
	case STEP_HIDE:
	case STEP_HIDE_PRIVATE:
		CHECK(m->program->base_tmpfs && s->dest[1]);
		CHECK(s->attributes & MOUNT_ATTR_RDONLY);
		break;
	case STEP_PROTECT:
	case STEP_REMOUNT_RO:
		CHECK(s->attributes & MOUNT_ATTR_RDONLY);
		break;
	default:
		break;
	}
}

/* What a step uses is open up to then, and nowhere else. */
static void check_descriptors(const struct program *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].fd >= 0) {
			CHECK(n < p->taken_fd_count);
			CHECK(p->taken_fds[n++] == p->steps[i].fd);
		}
	CHECK(n == p->taken_fd_count);
}

/*
 * A tmpfs of ours becomes read-only when nothing else is left to do; one of
 * bubblewrap's at once.
 */
static void check_order(const struct made *m)
{
	const struct program *p = m->program;

	for (size_t i = 0; i < p->step_count; i++) {
		const struct step *on = NULL;

		if (p->steps[i].kind != STEP_REMOUNT_RO || p->bwrap)
			continue;
		for (size_t k = 0; k < i; k++)
			if ((p->steps[k].kind == STEP_BIND ||
			     p->steps[k].kind == STEP_TMPFS ||
			     p->steps[k].kind == STEP_PROC ||
			     p->steps[k].kind == STEP_DEVPTS) &&
			    path_within(p->steps[i].dest, p->steps[k].dest))
				on = &p->steps[k];
		if (on ? on->kind != STEP_TMPFS ||
				    !str_equal(on->dest, p->steps[i].dest) :
			 p->steps[i].dest[1] != '\0')
			continue;
		for (size_t k = i; k < p->step_count; k++)
			CHECK(p->steps[k].kind == STEP_REMOUNT_RO);
	}
	CHECK(p->base_tmpfs || (p->step_count && p->steps[0].dest[1] == '\0'));
}

/* Every place in a new /proc that root could write is protected after it. */
static void check_proc(const struct made *m)
{
	const struct program *p = m->program;

	/* Root outside owns it all, root inside what its network has there. */
	if (m->host->caller->uid != 0 && p->uid.inside != 0)
		return;
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].kind == STEP_PROC) {
			CHECK(i + 4 < p->step_count);
			for (size_t k = 1; k <= 4; k++)
				CHECK(p->steps[i + k].kind == STEP_PROTECT);
		}
}

/* --- the rest ----------------------------------------------------------- */

/* As bubblewrap: somebody has to hold what is to last. */
static bool wants_parent(const struct plan *p)
{
	return p->bwrap && (p->lock_files.count || p->peers[PEER_SYNC] >= 0);
}

static void check_namespaces(const struct made *m)
{
	const struct program *p = m->program;
	const struct plan *plan = m->plan;
	uint64_t asked = plan->unshare | plan->unshare_try;
	bool joins = plan->peers[PEER_USERNS] >= 0;

	/* Who has a cgroup of its own sees no other. */
	if (p->cgroup.source && p->cgroup.source != CGROUP_SCOPE) {
		CHECK(p->namespaces & CLONE_NEWCGROUP);
		asked |= CLONE_NEWCGROUP;
	}
	CHECK(p->namespaces & CLONE_NEWNS);
	CHECK((p->namespaces & plan->unshare) == plan->unshare);
	CHECK(!(p->namespaces & ~(asked | CLONE_NEWNS | CLONE_NEWUSER)));
	if (m->host->caller->uid != 0)
		CHECK(!(p->namespaces & CLONE_NEWUSER) == joins);
	CHECK(p->init ==
	      ((p->namespaces & CLONE_NEWPID || wants_parent(plan)) &&
	       !plan->as_pid_1));
	CHECK(p->loopback == !!(p->namespaces & CLONE_NEWNET));
	CHECK(p->uid.outside == m->host->caller->uid);
	CHECK(p->gid.outside == m->host->caller->gid);
	CHECK(p->uid.inside != ID_NONE && p->gid.inside != ID_NONE);
	if (!(p->namespaces & CLONE_NEWUSER) && !joins)
		CHECK(p->uid.inside == p->uid.outside &&
		      p->gid.inside == p->gid.outside);
}

static bool callers_own(const struct made *m, const char *variable)
{
	for (const char *const *v = m->host->caller->environ; v && *v; v++)
		if (str_equal(*v, variable))
			return true;
	return false;
}

static void check_environment(const struct program *p, const struct made *m)
{
	for (size_t i = 0; i < p->environ_count; i++) {
		const char *v = p->environ[i];
		size_t n = strcspn(v, "=");

		CHECK(v[n] || callers_own(m, v));
		CHECK(!str_starts(v, "PWD="));
		for (size_t k = 0; v[n] && k < i; k++)
			CHECK(strncmp(p->environ[k], v, n + 1) != 0);
	}
}

static void check_command(const struct program *p)
{
	CHECK(p->argv && p->argv[0]);
	/* With bubblewrap a name that is empty is found nowhere. */
	CHECK(p->paths && p->path_variable &&
	      (p->paths[0] || (p->bwrap && !p->called[0])));
	CHECK(p->chdirs && p->chdirs[0]);
	for (size_t i = 0; p->chdirs[i]; i++) {
		CHECK(p->chdirs[i][0] == '/');
		CHECK(str_starts(p->pwds[i], "PWD="));
		CHECK(str_equal(p->pwds[i] + 4, p->chdirs[i]));
	}
	for (size_t i = 0; i < p->keep_fd_count; i++) {
		CHECK(p->keep_fds[i] > 2);
		CHECK(i == 0 || p->keep_fds[i - 1] < p->keep_fds[i]);
	}
	for (size_t i = 0; i < p->rlimit_count; i++) {
		CHECK(p->rlimits[i].soft <= p->rlimits[i].hard);
		for (size_t k = 0; k < i; k++)
			CHECK(p->rlimits[k].resource != p->rlimits[i].resource);
	}
}

/* Whether all that is said about system calls is what default says. */
static bool default_rules(const struct made *m)
{
	bool any = false;

	for (size_t i = 0; i < m->settings->list.count; i++) {
		const struct setting *s = &m->settings->list.items[i];

		if (s->directive->section != SECTION_SYSCALLS &&
		    !str_equal(s->directive->name, "allow-userns"))
			continue;
		if (!str_starts(s->origin, "default.profile"))
			return false;
		any = true;
	}
	return any;
}

static void check_filter(const struct made *m)
{
	static const char *const refused[] = { "ptrace", "mount", "unshare" };
	const struct program *p = m->program;
	bool rules = m->plan->calls.count || m->plan->calls_rest != ANSWER_NONE;

	CHECK(p->filtered == rules);
	CHECK((p->bpf.count > 0 && p->bpf.code) == rules);
	CHECK(!p->explain || (p->filtered && p->init));
	for (size_t i = 0; default_rules(m) && i < COUNT_OF(refused); i++) {
		const uint64_t args[SYSCALL_ARGS] = { 0 };
		int call = syscall_find(refused[i]);

		CHECK(call >= 0 &&
		      !filter_allows(&p->filter, (unsigned int)call));
		CHECK(filter_reports(filter_answer(
			&p->filter, syscall_arch,
			(uint32_t)syscalls[call].native, args, &call)));
	}
}

/* --- limits ------------------------------------------------------------- */

static const struct program_limit *told(const struct program *p,
					const char *name)
{
	for (size_t i = 0; i < p->limit_count; i++)
		if (str_equal(p->limits[i].name, name))
			return &p->limits[i];
	return NULL;
}

/* Who is said to hold it has what that takes. */
static void check_holder(const struct made *m, const struct program_limit *l)
{
	const struct program *p = m->program;

	switch (l->holder) {
	case HELD_BY_CGROUP:
		CHECK(p->cgroup.source);
		CHECK(p->cgroup.write_count || str_equal(l->name, "cpu-time"));
		break;
	case HELD_BY_RLIMIT:
		CHECK(p->rlimit_count);
		CHECK(!str_equal(l->name, "pids") || m->host->caller->uid);
		break;
	case HELD_BY_LOOKS:
		CHECK(p->looks && p->namespaces & CLONE_NEWPID);
		break;
	case HELD_BY_WATCH:
		CHECK(p->time_limit || p->output_limit || p->cpu_time);
		break;
	}
}

/* The place is one where a cgroup can be made. */
static void check_cgroup(const struct made *m)
{
	const struct program_cgroup *c = &m->program->cgroup;
	const struct host_cgroup *h = &m->host->cgroup;

	if (c->source == CGROUP_NONE)
		CHECK(!c->parent && !c->write_count && !c->move);
	if (c->source == CGROUP_CURRENT)
		CHECK(h->current.usable && (!c->move || h->current.alone));
	if (c->source == CGROUP_SIBLING)
		CHECK(h->parent.usable && !c->move);
	if (c->source == CGROUP_OWN)
		CHECK(h->root.usable && m->host->caller->uid == 0);
	if (c->source == CGROUP_SCOPE)
		CHECK(h->scope && m->host->caller->uid && !c->parent);
}

/* No limit gets lost on the way. */
static void check_limits(const struct made *m)
{
	const struct plan_limits *l = &m->plan->limits;
	const struct program *p = m->program;
	const struct {
		const char *name;
		bool given;
	} all[] = {
		{ "memory", l->memory.value },
		{ "swap", l->swap_given },
		{ "pids", l->pids.value },
		{ "cpus", l->cpus.value },
		{ "cpu-weight", l->cpu_weight.value },
		{ "cpuset-cpus", l->cpuset },
		{ "io-weight", l->io_weight.value },
		{ "io-max", l->io.count },
		{ "time-limit", l->time.value },
		{ "cpu-time", l->cpu_time.value },
		{ "output-limit", l->output.value },
	};

	for (size_t i = 0; i < COUNT_OF(all); i++)
		CHECK(all[i].given == (told(p, all[i].name) != NULL));
	for (size_t i = 0; i < p->limit_count; i++)
		check_holder(m, &p->limits[i]);
	check_cgroup(m);
	CHECK(!p->kill_at_pids || p->looks & LOOK_TASKS);
	CHECK(!p->memory || p->looks & LOOK_MEMORY);
}

static void check_program(struct arena *a, const struct made *m)
{
	static const char *const places[] = { "/", "/usr/bin/x", "/home/ann/l",
					      "/bin/../loop", "relative" };
	const struct program *p = m->program;
	struct str out = { .arena = a };

	for (size_t i = 0; i < p->step_count; i++)
		check_step(m, &p->steps[i]);
	for (size_t i = 0; i < m->plan->mounts.count; i++)
		if (m->plan->mounts.items[i].kind == MOUNT_COW)
			check_cow(m, i);
	check_descriptors(p);
	check_order(m);
	check_proc(m);
	check_namespaces(m);
	check_environment(p, m);
	check_command(p);
	check_filter(m);
	check_limits(m);
	program_print(p, &out);
	CHECK(out.length);
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		const char *source = program_source(a, p, places[i]);

		CHECK(!source || source[0] == '/');
	}
}

#endif
