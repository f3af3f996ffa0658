/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds each limit: the run's cgroup; if there is none, or it lacks the
 * controller, an rlimit or the supervisor, which looks; else it is an error. A
 * limit that nothing holds would be none.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/compile.h"

#include <linux/sched.h>
#include <sys/resource.h>

/* Since Linux 5.14 RLIMIT_NPROC counts in each user namespace on its own. */
#define KERNEL_NPROC 5014
/*
 * Since 6.14 each PID namespace has a kernel.pid_max; before, to write it would
 * change the host's. Numbers up to 300 (RESERVED_PIDS) are given out only once.
 */
#define KERNEL_PID_MAX 6014
#define RESERVED_PIDS 300
#define PID_MAX_LIMIT 4194304
/* cgroup.kill */
#define KERNEL_KILL 5014

struct lists {
	ARRAY(struct program_limit) limits;
	ARRAY(struct plan_rlimit) rlimits;
};

static struct program_limit *tell(struct compile *c, struct lists *l,
				  const char *name, enum unit unit,
				  uint64_t value, enum holder holder)
{
	struct program_limit *limit = array_add(c->arena, &l->limits);

	limit->name = name;
	limit->unit = unit;
	limit->value = value;
	limit->holder = holder;
	return limit;
}

static void lower_rlimit(struct compile *c, struct lists *l, int resource,
			 uint64_t value)
{
	struct plan_rlimit *limit;

	for (size_t i = 0; i < l->rlimits.count; i++) {
		limit = &l->rlimits.items[i];
		if (limit->resource != resource)
			continue;
		if (limit->soft > value)
			limit->soft = value;
		if (limit->hard > value)
			limit->hard = value;
		return;
	}
	limit = array_add(c->arena, &l->rlimits);
	*limit = (struct plan_rlimit){ resource, value, value };
}

/* The supervisor sees the processes of a PID namespace, and no others. */
static int need_looks(struct compile *c, const char *option, unsigned int look,
		      struct err *e)
{
	if (c->out->namespaces & CLONE_NEWPID) {
		c->out->looks |= look;
		return 0;
	}
	err_set(e, ERR_USAGE,
		"--%s needs a cgroup, which is not at hand, or a PID namespace",
		option);
	return err_hint(e,
			"add --unshare-pid, after any --share-pid, or lift the "
			"limit with --%s unlimited",
			option);
}

static int hold_swap(struct compile *c, struct lists *l, struct err *e)
{
	const struct plan_limits *limits = &c->plan->limits;

	if (!limits->swap_given)
		return 0;
	if (!(c->held & CONTROLLER_MEMORY))
		return compile_needs_cgroup(c, "swap", CONTROLLER_MEMORY, e);
	if (limits->swap.value == UINT64_MAX)
		tell(c, l, "swap", UNIT_TEXT, 0, HELD_BY_CGROUP)->text =
			"unlimited";
	else
		tell(c, l, "swap", UNIT_BYTES, limits->swap.value,
		     HELD_BY_CGROUP);
	return 0;
}

static int hold_memory(struct compile *c, struct lists *l, struct err *e)
{
	uint64_t value = c->out->memory;

	if (!value)
		return 0;
	if (c->held & CONTROLLER_MEMORY) {
		tell(c, l, "memory", UNIT_BYTES, value, HELD_BY_CGROUP);
		/* The kernel ends it; looks have nothing to hold. */
		c->out->memory = 0;
		return 0;
	}
	if (need_looks(c, "memory", LOOK_MEMORY, e) < 0)
		return -1;
	tell(c, l, "memory", UNIT_BYTES, value, HELD_BY_LOOKS);
	/* Looks see no memory in files that nobody maps: their size counts. */
	if (!c->plan->limits.file_size_given) {
		lower_rlimit(c, l, RLIMIT_FSIZE, value);
		c->out->file_size_along = true;
	}
	return 0;
}

/*
 * The kernel's user 0 is never held by RLIMIT_NPROC. In the user namespace it
 * counts PID 1 and helpers too; and each of several users on its own.
 */
static int hold_pids(struct compile *c, struct lists *l, struct err *e)
{
	uint64_t value = c->plan->limits.pids.value;
	bool has_rlimit = c->host->caller->uid != 0 &&
			  HOST_KERNEL(c->host) >= KERNEL_NPROC;

	if (!value)
		return 0;
	c->out->pids = value + c->out->helpers;
	if (c->held & CONTROLLER_PIDS) {
		tell(c, l, "pids", UNIT_COUNT, value, HELD_BY_CGROUP);
		return 0;
	}
	if (has_rlimit)
		lower_rlimit(c, l, RLIMIT_NPROC, c->out->pids + c->out->init);
	if (has_rlimit && !c->plan->map_auto) {
		tell(c, l, "pids", UNIT_COUNT, value, HELD_BY_RLIMIT);
		/* Whether it was reached, only looks can tell. */
		if (c->out->namespaces & CLONE_NEWPID)
			c->out->looks |= LOOK_TASKS;
		return 0;
	}
	c->out->kill_at_pids = true;
	/* Looks may come too late for a bomb: there the numbers end. */
	c->out->pid_max = c->out->pids + c->out->init + RESERVED_PIDS + 1;
	if (HOST_KERNEL(c->host) < KERNEL_PID_MAX ||
	    c->out->pid_max > PID_MAX_LIMIT)
		c->out->pid_max = 0;
	tell(c, l, "pids", UNIT_COUNT, value, HELD_BY_LOOKS);
	return need_looks(c, "pids", LOOK_TASKS, e);
}

/* By exact figures of a cgroup or a clock; else by looking at processes. */
static int hold_cpu_time(struct compile *c, struct lists *l, struct err *e)
{
	uint64_t value = c->plan->limits.cpu_time.value;

	c->out->cpu_time = value;
	c->out->perf = plan_measures(c->plan) && !c->out->cgroup.source &&
		       c->host->cgroup.perf;
	if (!value)
		return 0;
	if (c->out->cgroup.source || c->out->perf) {
		tell(c, l, "cpu-time", UNIT_TIME, value,
		     c->out->perf ? HELD_BY_WATCH : HELD_BY_CGROUP);
		/*
		 * The clock stops at the execve of a file that cannot be read
		 * (perf_event_exec()); so there are looks too.
		 */
		if (c->out->perf && c->out->namespaces & CLONE_NEWPID)
			c->out->looks |= LOOK_CPU;
		return 0;
	}
	tell(c, l, "cpu-time", UNIT_TIME, value, HELD_BY_LOOKS);
	return need_looks(c, "cpu-time", LOOK_CPU, e);
}

/* "8:0 rbps=1048576, 8:16 wiops=100" */
static const char *all_rates(struct compile *c)
{
	const struct program_cgroup *g = &c->out->cgroup;
	struct str out = { .arena = c->arena };

	for (size_t i = 0; i < g->write_count; i++)
		if (str_equal(g->writes[i].file, "io.max"))
			str_addf(&out, "%s%s", out.length ? ", " : "",
				 g->writes[i].text);
	return str_text(&out);
}

/* What only a cgroup can hold. */
static int hold_rest(struct compile *c, struct lists *l, struct err *e)
{
	const struct plan_limits *limits = &c->plan->limits;
	const struct {
		const char *name;
		uint64_t value;
		unsigned int controller;
		const char *text;
	} rest[] = {
		{ "cpus", limits->cpus.value, CONTROLLER_CPU,
		  arena_format(c->arena, "%llu.%02llu",
			       (unsigned long long)limits->cpus.value / 100000,
			       (unsigned long long)limits->cpus.value / 1000 %
				       100) },
		{ "cpu-weight", limits->cpu_weight.value, CONTROLLER_CPU,
		  NULL },
		{ "cpuset-cpus", limits->cpuset != NULL, CONTROLLER_CPUSET,
		  limits->cpuset },
		{ "io-weight", limits->io_weight.value, CONTROLLER_IO, NULL },
	};

	for (size_t i = 0; i < COUNT_OF(rest); i++) {
		struct program_limit *limit;

		if (!rest[i].value)
			continue;
		if (!(c->held & rest[i].controller))
			return compile_needs_cgroup(c, rest[i].name,
						    rest[i].controller, e);
		limit = tell(c, l, rest[i].name,
			     rest[i].text ? UNIT_TEXT : UNIT_COUNT,
			     rest[i].value, HELD_BY_CGROUP);
		limit->text = rest[i].text;
	}
	if (limits->io.count && !(c->held & CONTROLLER_IO))
		return compile_needs_cgroup(c, "io-max", CONTROLLER_IO, e);
	if (limits->io.count)
		tell(c, l, "io-max", UNIT_TEXT, 0, HELD_BY_CGROUP)->text =
			all_rates(c);
	return 0;
}

static void tell_rlimits(struct compile *c, struct lists *l)
{
	for (size_t i = 0; i < l->rlimits.count; i++) {
		const struct plan_rlimit *limit = &l->rlimits.items[i];

		if (limit->soft == UINT64_MAX)
			continue;
		if (limit->resource == RLIMIT_FSIZE)
			tell(c, l, "file-size", UNIT_BYTES, limit->soft,
			     HELD_BY_RLIMIT);
		if (limit->resource == RLIMIT_NOFILE)
			tell(c, l, "open-files", UNIT_COUNT, limit->soft,
			     HELD_BY_RLIMIT);
	}
}

/* Without a PID namespace or a cgroup only the command itself would end. */
static int need_an_end(struct compile *c, const char *option, struct err *e)
{
	if (c->out->cgroup.source && HOST_KERNEL(c->host) >= KERNEL_KILL)
		return 0;
	return need_looks(c, option, 0, e);
}

static int hold_time_and_output(struct compile *c, struct lists *l,
				struct err *e)
{
	const struct plan_limits *limits = &c->plan->limits;

	c->out->time_limit = limits->time.value;
	c->out->grace = limits->grace.value;
	c->out->output_limit = limits->output.value;
	if (limits->time.value) {
		tell(c, l, "time-limit", UNIT_TIME, limits->time.value,
		     HELD_BY_WATCH);
		if (need_an_end(c, "time-limit", e) < 0)
			return -1;
	}
	if (limits->output.value) {
		tell(c, l, "output-limit", UNIT_BYTES, limits->output.value,
		     HELD_BY_WATCH);
		if (need_an_end(c, "output-limit", e) < 0)
			return -1;
	}
	if (limits->cpu_time.value && need_an_end(c, "cpu-time", e) < 0)
		return -1;
	return 0;
}

/* Figures that no cgroup counts are looked at too, as far as can be seen. */
static void measure(struct compile *c)
{
	const struct plan_report *r = &c->plan->report;

	c->out->cpu_count = c->host->cpu_count;
	c->out->looks_soon = c->plan->limits.memory.asked ||
			     c->plan->limits.pids.asked ||
			     c->plan->limits.cpu_time.asked;
	c->out->watched = c->out->looks || c->out->time_limit ||
			  c->out->cpu_time || c->out->output_limit;
	c->out->measure = plan_measures(c->plan);
	c->out->timeline = r->timeline;
	if (!c->out->measure || !(c->out->namespaces & CLONE_NEWPID))
		return;
	if (!(c->held & CONTROLLER_MEMORY))
		c->out->looks |= LOOK_MEMORY;
	if (!(c->held & CONTROLLER_PIDS))
		c->out->looks |= LOOK_TASKS;
}

int compile_limits(struct compile *c, struct err *e)
{
	struct lists l = { 0 };

	for (size_t i = 0; i < c->plan->rlimits.count; i++)
		*array_add(c->arena, &l.rlimits) = c->plan->rlimits.items[i];
	if (hold_memory(c, &l, e) < 0 || hold_swap(c, &l, e) < 0 ||
	    hold_pids(c, &l, e) < 0 || hold_cpu_time(c, &l, e) < 0 ||
	    hold_rest(c, &l, e) < 0 || hold_time_and_output(c, &l, e) < 0)
		return -1;
	tell_rlimits(c, &l);
	measure(c);
	c->out->rlimits = l.rlimits.items;
	c->out->rlimit_count = l.rlimits.count;
	c->out->limits = l.limits.items;
	c->out->limit_count = l.limits.count;
	return 0;
}
