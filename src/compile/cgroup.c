/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the cgroup of the run comes from, and what is written to it.
 *
 * First of all a place that has all controllers that the limits need; if there
 * is none, and the user asked, a scope from systemd; else a place that has some
 * of them, or none if only figures are wanted. What a place does not have is
 * held in other ways, or not at all: limits.c.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/compile.h"

#include <linux/sched.h>

/* One place with the way it would be used. */
struct candidate {
	enum cgroup_source source;
	const struct cgroup_place *place;
};

#define CANDIDATES 4

/* In the order of preference. */
static void list_candidates(const struct host_cgroup *h,
			    struct candidate out[CANDIDATES])
{
	out[0] = (struct candidate){ CGROUP_GIVEN, &h->given };
	out[1] = (struct candidate){ CGROUP_CURRENT, &h->current };
	out[2] = (struct candidate){ CGROUP_SIBLING, &h->parent };
	out[3] = (struct candidate){ CGROUP_OWN, &h->root };
}

/*
 * A cgroup that has processes cannot hand controllers on, but for the top one
 * (cgroups(7), "no internal processes"). If we are the only one in it we can
 * step aside. Processes of others are not moved.
 */
static unsigned int offered(const struct candidate *c)
{
	const struct cgroup_place *p = c->place;
	bool free =
		p->top || p->empty || (c->source == CGROUP_CURRENT && p->alone);

	if (!p->usable)
		return 0;
	return p->enabled | (p->can_enable && free ? p->available : 0);
}

/* The first place with all of them; or the first with any, or just a place. */
static bool choose(const struct host_cgroup *h, unsigned int needed, bool all,
		   bool any_place, struct candidate *out)
{
	struct candidate list[CANDIDATES];

	list_candidates(h, list);
	for (size_t i = 0; i < CANDIDATES; i++) {
		unsigned int has = offered(&list[i]) & needed;

		if (!list[i].place->usable ||
		    !(all ? has == needed : has || any_place))
			continue;
		*out = list[i];
		return true;
	}
	return false;
}

bool compile_wants_scope(const struct plan *plan, const struct host *host)
{
	const struct host_cgroup *h = &host->cgroup;
	unsigned int needed = plan_controllers(plan);
	struct candidate ignored;

	if (!h->scope || !plan_asks_for_cgroup(plan) ||
	    choose(h, needed, true, false, &ignored))
		return false;
	/* For processor time alone another clock will do as well. */
	return needed || plan->limits.require_cgroup || !h->perf;
}

static const char *why_none(const struct compile *c)
{
	const struct host_cgroup *h = &c->host->cgroup;

	if (!h->mount)
		return "cgroup v2 is not mounted here";
	if (h->scoped)
		return "the scope that systemd made cannot be used";
	if (c->host->caller->uid == 0)
		return "cgroups cannot be made here";
	return "none was delegated to you, and systemd's user manager cannot "
	       "be asked";
}

/* A place that was named, and has processes in it. */
static int not_free(const char *option, const char *path, struct err *e)
{
	err_set(e, ERR_USAGE,
		"--%s: '%s' has processes in it, so that it cannot hand its "
		"controllers on",
		option, path);
	return err_hint(e, "give one that is empty, cgroups(7)");
}

static int ask_to_delegate(struct err *e)
{
	return err_hint(
		e, "an administrator delegates it with " CGROUP_DELEGATE_FIX);
}

int compile_needs_cgroup(const struct compile *c, const char *option,
			 unsigned int controller, struct err *e)
{
	const struct cgroup_place *given = &c->host->cgroup.given;
	struct str name = { .arena = c->arena };

	controllers_print(controller, "", &name);
	if (given->usable && controller & given->available)
		return not_free(option, given->path, e);
	if (!c->out->cgroup.source) {
		err_set(e, ERR_USAGE, "--%s needs a cgroup: %s", option,
			why_none(c));
		if (c->host->cgroup.mount &&
		    controller & (CONTROLLER_CPUSET | CONTROLLER_IO))
			return ask_to_delegate(e);
		if (!c->host->cgroup.mount || c->host->cgroup.scoped ||
		    c->host->caller->uid == 0)
			return -1;
		return err_hint(e, "log in as yourself (ssh, not su), so that "
				   "systemd runs your user manager, or give "
				   "--cgroup-parent");
	}
	err_set(e, ERR_USAGE,
		"--%s needs the cgroup controller '%s', which is not delegated "
		"here",
		option, str_text(&name));
	return ask_to_delegate(e);
}

/* --- what is written ---------------------------------------------------- */

struct writes {
	struct arena *arena;
	ARRAY(struct cgroup_write) list;
};

static struct cgroup_write *add(struct writes *w, const char *file,
				const char *text)
{
	struct cgroup_write *line = array_add(w->arena, &w->list);

	line->file = file;
	line->text = text;
	return line;
}

static const char *number(struct writes *w, uint64_t value)
{
	if (value == UINT64_MAX)
		return "max";
	return arena_format(w->arena, "%llu", (unsigned long long)value);
}

/* Without swap there is no file for it in some kernels. */
static void write_memory(struct compile *c, struct writes *w)
{
	const struct plan_limits *l = &c->plan->limits;

	if (c->out->memory) {
		add(w, "memory.max", number(w, c->out->memory));
		add(w, "memory.oom.group", "1");
	}
	if (c->out->memory || l->swap_given)
		add(w, "memory.swap.max", number(w, l->swap.value))->optional =
			!l->swap_given && !c->host->swap;
}

static void add_rate(struct str *line, const char *key, uint64_t value)
{
	if (value)
		str_addf(line, " %s=%llu", key, (unsigned long long)value);
}

static int write_io(struct compile *c, struct writes *w, struct err *e)
{
	const struct plan_limits *l = &c->plan->limits;

	for (size_t i = 0; i < l->io.count; i++) {
		const struct plan_io *io = &l->io.items[i];
		const struct host_device *d = &c->host->devices[i];
		struct str line = { .arena = c->arena };

		if (!d->major) {
			err_set(e, ERR_USAGE,
				"--io-max: '%s' is not a block device, nor on "
				"one",
				io->device);
			return err_at(e, "%s", io->origin);
		}
		str_addf(&line, "%u:%u", d->major, d->minor);
		add_rate(&line, "rbps", io->rbps);
		add_rate(&line, "wbps", io->wbps);
		add_rate(&line, "riops", io->riops);
		add_rate(&line, "wiops", io->wiops);
		add(w, "io.max", str_text(&line));
	}
	if (l->io_weight.value)
		add(w, "io.weight", number(w, l->io_weight.value));
	return 0;
}

int compile_cgroup_writes(struct compile *c, struct err *e)
{
	const struct plan_limits *l = &c->plan->limits;
	struct writes w = { .arena = c->arena };

	if (c->held & CONTROLLER_MEMORY)
		write_memory(c, &w);
	/* Our PID 1 and helpers are in there too, and not counted. */
	if (c->held & CONTROLLER_PIDS)
		add(&w, "pids.max",
		    number(&w, l->pids.value + c->out->init + c->out->helpers));
	if (c->held & CONTROLLER_CPU && l->cpus.value)
		add(&w, "cpu.max",
		    arena_format(c->arena, "%llu 100000",
				 (unsigned long long)l->cpus.value));
	if (c->held & CONTROLLER_CPU && l->cpu_weight.value)
		add(&w, "cpu.weight", number(&w, l->cpu_weight.value));
	if (c->held & CONTROLLER_CPUSET)
		add(&w, "cpuset.cpus", l->cpuset);
	if (c->held & CONTROLLER_IO && write_io(c, &w, e) < 0)
		return -1;
	c->out->cgroup.writes = w.list.items;
	c->out->cgroup.write_count = w.list.count;
	return 0;
}

/* --- all of it ---------------------------------------------------------- */

#define PAGE UINT64_C(4096)

/* A share of the machine's memory, in whole pages, or the number itself. */
static uint64_t memory_limit(const struct compile *c)
{
	const struct plan_limits *l = &c->plan->limits;

	uint64_t share = c->host->memory / 100 * l->memory.value;

	if (!l->memory_percent)
		return l->memory.value;
	/* 0 would be no limit. */
	return share < PAGE ? PAGE : share / PAGE * PAGE;
}

static void use(struct compile *c, const struct candidate *found)
{
	const struct cgroup_place *place = found->place;
	unsigned int needed = plan_controllers(c->plan);
	struct program_cgroup *out = &c->out->cgroup;
	unsigned int missing;

	/* Who sees no other cgroup cannot go there: by clone3(2), for one. */
	c->out->namespaces |= CLONE_NEWCGROUP;
	c->held = offered(found) & needed;
	missing = c->held & ~place->enabled;
	out->source = found->source;
	out->parent = place->path;
	if (missing) {
		struct str text = { .arena = c->arena };

		controllers_print(missing, "+", &text);
		out->enable = str_text(&text);
		out->move = found->source == CGROUP_CURRENT && !place->top;
	}
}

int compile_cgroup(struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	const struct host_cgroup *h = &c->host->cgroup;
	unsigned int needed = plan_controllers(p);
	bool any_place = plan_measures(p) || p->limits.require_cgroup ||
			 p->limits.cgroup_parent;
	struct candidate found;

	c->out->memory = memory_limit(c);
	if (!needed && !any_place)
		return 0;
	/* Only --dry-run gets here: otherwise we would be in it. */
	if (compile_wants_scope(p, c->host)) {
		c->out->cgroup.source = CGROUP_SCOPE;
		c->held = needed;
		return 0;
	}
	if (choose(h, needed, true, false, &found) ||
	    choose(h, needed, false, false, &found) ||
	    (any_place && choose(h, needed, false, true, &found)))
		use(c, &found);
	if (p->limits.require_cgroup && !c->out->cgroup.source)
		return compile_needs_cgroup(c, "require-cgroup", 0, e);
	if (p->limits.require_cgroup && needed & ~c->held)
		return compile_needs_cgroup(c, "require-cgroup",
					    needed & ~c->held, e);
	if (p->limits.cgroup_parent && needed & ~c->held)
		return compile_needs_cgroup(c, "cgroup-parent",
					    needed & ~c->held, e);
	return 0;
}
