/* SPDX-License-Identifier: Apache-2.0 */
/* The appliers for limits, and for what is told of them. */
#include "base/err.h"
#include "base/parse.h"
#include "base/str.h"
#include "input/apply.h"
#include "input/directive.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* --- rlimits ------------------------------------------------------------ */

const struct rlimit_name rlimit_names[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
	{ NULL, 0 },
};

const char *rlimit_name(int resource)
{
	const struct rlimit_name *r = rlimit_names;

	while (r->name && r->resource != resource)
		r++;
	return r->name ? r->name : "unknown";
}

static int rlimit_value(const char *text, uint64_t *out, struct err *e)
{
	if (str_equal(text, "unlimited")) {
		*out = UINT64_MAX;
		return 0;
	}
	if (str_equal(text, "0")) {
		*out = 0;
		return 0;
	}
	if (parse_size(text, out, e) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
		       "'%s' is not a limit (a number, with K, M, G or T if "
		       "wanted, or unlimited)",
		       text);
}

static int rlimit_resource(struct arena *a, const char *name, int *out,
			   struct err *e)
{
	struct str known = { .arena = a };

	for (const struct rlimit_name *r = rlimit_names; r->name; r++) {
		if (str_equal(name, r->name)) {
			*out = r->resource;
			return 0;
		}
		str_addf(&known, "%s%s", known.length ? " " : "", r->name);
	}
	err_set(e, ERR_USAGE, "'%s' is not a resource", name);
	return err_hint(e, "known are %s", str_text(&known));
}

static void drop_rlimit(struct plan *p, int resource)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->rlimits.count; i++)
		if (p->rlimits.items[i].resource != resource)
			p->rlimits.items[kept++] = p->rlimits.items[i];
	p->rlimits.count = kept;
}

/* Later ones win. Sorted: the order in which they were given says nothing. */
static void set_rlimit(struct apply *to, const struct plan_rlimit *limit)
{
	struct plan *p = to->plan;
	struct plan_rlimit *at;

	if (limit->resource == RLIMIT_FSIZE)
		p->limits.file_size_given = true;
	drop_rlimit(p, limit->resource);
	at = array_add(to->arena, &p->rlimits);
	for (; at > p->rlimits.items && at[-1].resource > limit->resource; at--)
		*at = at[-1];
	*at = *limit;
}

APPLIER(rlimit)
{
	char *name = arena_dup(to->arena, s->args[0]);
	char *soft = strchr(name, '='), *hard;
	struct plan_rlimit limit = { 0 };

	if (!soft)
		return err_set(e, ERR_USAGE, "'%s' is not NAME=SOFT[:HARD]",
			       s->args[0]);
	*soft++ = '\0';
	hard = strchr(soft, ':');
	if (hard)
		*hard++ = '\0';
	if (rlimit_resource(to->arena, name, &limit.resource, e) < 0 ||
	    rlimit_value(soft, &limit.soft, e) < 0)
		return -1;
	limit.hard = limit.soft;
	if (hard && rlimit_value(hard, &limit.hard, e) < 0)
		return -1;
	if (limit.soft > limit.hard)
		return err_set(e, ERR_USAGE,
			       "the soft limit in '%s' is above the hard one",
			       s->args[0]);
	set_rlimit(to, &limit);
	return 0;
}

/* Unlimited is what the caller has: nothing is raised. */
static void set_or_drop(struct apply *to, int resource, uint64_t value)
{
	struct plan_rlimit limit = { resource, value, value };

	set_rlimit(to, &limit);
	if (value == UINT64_MAX)
		drop_rlimit(to->plan, resource);
}

APPLIER(file_size)
{
	uint64_t value = 0;

	if (parse_size_or_unlimited(s->args[0], &value, e) < 0)
		return -1;
	set_or_drop(to, RLIMIT_FSIZE, value);
	return 0;
}

/* A count of 1 or more, or "unlimited". */
static int count(const char *text, uint64_t max, uint64_t *out, struct err *e)
{
	uint64_t n = 0;
	struct err ignored;

	if (str_equal(text, "unlimited")) {
		*out = UINT64_MAX;
		return 0;
	}
	if (parse_number(text, max, "", &n, &ignored) < 0 || n == 0)
		return err_set(e, ERR_USAGE,
			       "'%s' is not a number of 1 to %llu, nor "
			       "unlimited",
			       text, (unsigned long long)max);
	*out = n;
	return 0;
}

APPLIER(open_files)
{
	uint64_t value = 0;

	/* fs.nr_open cannot be larger. */
	if (count(s->args[0], INT_MAX, &value, e) < 0)
		return -1;
	set_or_drop(to, RLIMIT_NOFILE, value);
	return 0;
}

/* --- the whole tree ----------------------------------------------------- */

/* "unlimited" takes back what a profile said. */
static void set_limit(struct plan_limit *out, const struct setting *s,
		      uint64_t value)
{
	out->value = value == UINT64_MAX ? 0 : value;
	out->asked = !s->from_profile && out->value;
}

APPLIER(memory)
{
	struct plan_limits *l = &to->plan->limits;
	size_t n = strlen(s->args[0]);
	bool percent = n > 1 && s->args[0][n - 1] == '%';
	uint64_t value = 0;

	if (percent) {
		const char *number = arena_dup_n(to->arena, s->args[0], n - 1);
		struct err ignored;

		if (parse_number(number, 100, "", &value, &ignored) < 0 ||
		    value == 0)
			return err_set(e, ERR_USAGE,
				       "'%s' is not a share (1%% to 100%%)",
				       s->args[0]);
	} else if (parse_size_or_unlimited(s->args[0], &value, e) < 0) {
		return err_hint(e, "a share of the machine's memory is "
				   "written 50%%");
	}
	set_limit(&l->memory, s, value);
	l->memory_percent = percent;
	l->file_size_given = false;
	return 0;
}

APPLIER(swap)
{
	struct plan_limits *l = &to->plan->limits;

	l->swap.asked = !s->from_profile;
	l->swap_given = true;
	if (str_equal(s->args[0], "0")) {
		l->swap.value = 0;
		return 0;
	}
	if (parse_size_or_unlimited(s->args[0], &l->swap.value, e) == 0)
		return 0;
	return err_hint(e, "0 is no swap");
}

/* In microseconds of each 100 ms, as in cpu.max of cgroups(7). */
#define CPU_PERIOD 100000

APPLIER(cpus)
{
	uint64_t value = 0;

	if (parse_decimal(
		    s->args[0], CPU_PERIOD, UINT32_MAX,
		    "a number of processors (more than 0, as in 0.5 or 2)",
		    &value, e) < 0)
		return -1;
	if (value < CPU_PERIOD / 100)
		return err_set(e, ERR_USAGE,
			       "'%s' is too little: 0.01 processors at least",
			       s->args[0]);
	set_limit(&to->plan->limits.cpus, s, value);
	return 0;
}

static int weight(const struct setting *s, struct plan_limit *out,
		  struct err *e)
{
	uint64_t value = 0;
	struct err ignored;

	if (parse_number(s->args[0], 10000, "", &value, &ignored) < 0 ||
	    value == 0)
		return err_set(e, ERR_USAGE,
			       "'%s' is not a weight (1 to 10000; others have "
			       "100)",
			       s->args[0]);
	set_limit(out, s, value);
	return 0;
}

APPLIER(cpu_weight)
{
	return weight(s, &to->plan->limits.cpu_weight, e);
}

APPLIER(io_weight)
{
	return weight(s, &to->plan->limits.io_weight, e);
}

/* Numbers and ranges of them, as in "0-3,8". */
static bool is_cpu_list(const char *text)
{
	for (;;) {
		char *end;
		unsigned long first, last;

		if (*text < '0' || *text > '9')
			return false;
		first = last = strtoul(text, &end, 10);
		if (*end == '-' && end[1] >= '0' && end[1] <= '9')
			last = strtoul(end + 1, &end, 10);
		if (last < first || last > USHRT_MAX)
			return false;
		if (*end == '\0')
			return true;
		if (*end != ',')
			return false;
		text = end + 1;
	}
}

APPLIER(cpuset)
{
	struct plan_limits *l = &to->plan->limits;

	if (!is_cpu_list(s->args[0]))
		return err_set(e, ERR_USAGE,
			       "'%s' is not a list of processors, as in 0-3,8",
			       s->args[0]);
	l->cpuset = arena_dup(to->arena, s->args[0]);
	l->cpuset_asked = !s->from_profile;
	return 0;
}

APPLIER(pids)
{
	uint64_t value = 0;

	/* PID_MAX_LIMIT of the kernel's threads.h */
	if (count(s->args[0], 4194304, &value, e) < 0)
		return -1;
	set_limit(&to->plan->limits.pids, s, value);
	return 0;
}

/* "rbps=1M": one of the four keys of io.max, cgroups(7). */
static int io_key(const char *word, struct plan_io *out, struct err *e)
{
	const struct {
		const char *key;
		uint64_t *value;
	} keys[] = {
		{ "rbps=", &out->rbps },
		{ "wbps=", &out->wbps },
		{ "riops=", &out->riops },
		{ "wiops=", &out->wiops },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (str_starts(word, keys[i].key))
			return parse_size(word + strlen(keys[i].key),
					  keys[i].value, e);
	err_set(e, ERR_USAGE, "'%s' is not a limit of a device", word);
	return err_hint(e, "known are rbps, wbps (bytes a second), riops and "
			   "wiops (operations a second), as in rbps=10M");
}

/* Of "8:0:rbps=1M" the device ends at the last colon before the first key. */
APPLIER(io_max)
{
	struct plan_limits *l = &to->plan->limits;
	char *text = arena_dup(to->arena, s->args[0]);
	char *equals = strchr(text, '='), *colon = NULL;
	const char *word;
	struct plan_io io = { .device = text, .origin = s->origin };

	if (equals) {
		*equals = '\0';
		colon = strrchr(text, ':');
		*equals = '=';
	}
	if (!colon || colon == text)
		return err_set(e, ERR_USAGE,
			       "'%s' is not DEVICE:LIMITS, as in "
			       "/dev/sda:rbps=10M,wiops=100",
			       s->args[0]);
	*colon++ = '\0';
	while ((word = strsep(&colon, ",")))
		if (io_key(word, &io, e) < 0)
			return -1;
	if (strspn(text, "0123456789:") != strlen(text))
		io.device = apply_source_path(to, text);
	l->io_asked |= !s->from_profile;
	*array_add(to->arena, &l->io) = io;
	return 0;
}

/* --- time and output ---------------------------------------------------- */

static int duration(const struct setting *s, struct plan_limit *out,
		    struct err *e)
{
	uint64_t value = UINT64_MAX;

	if (!str_equal(s->args[0], "unlimited") &&
	    parse_duration(s->args[0], &value, e) < 0)
		return -1;
	set_limit(out, s, value);
	return 0;
}

APPLIER(time_limit)
{
	return duration(s, &to->plan->limits.time, e);
}

APPLIER(cpu_time)
{
	return duration(s, &to->plan->limits.cpu_time, e);
}

APPLIER(grace)
{
	return duration(s, &to->plan->limits.grace, e);
}

static int size(const struct setting *s, struct plan_limit *out, struct err *e)
{
	uint64_t value = 0;

	if (parse_size_or_unlimited(s->args[0], &value, e) < 0)
		return -1;
	set_limit(out, s, value);
	return 0;
}

APPLIER(output_limit)
{
	return size(s, &to->plan->limits.output, e);
}

APPLIER(tmp_size)
{
	return size(s, &to->plan->limits.tmp_size, e);
}

/* --- cgroups ------------------------------------------------------------ */

APPLIER(cgroup_parent)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	to->plan->limits.cgroup_parent = apply_source_path(to, s->args[0]);
	return 0;
}

APPLIER(require_cgroup)
{
	(void)s;
	(void)e;
	to->plan->limits.require_cgroup = true;
	return 0;
}

/* --- the report --------------------------------------------------------- */

/* `hint`: what to write where "-" was. */
static int file(struct apply *to, const struct setting *s, const char *hint,
		const char **out, struct err *e)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	if (str_equal(s->args[0], "-")) {
		err_set(e, ERR_USAGE, "'-' would be a file of that name");
		return err_hint(e, "%s", hint);
	}
	*out = apply_source_path(to, s->args[0]);
	return 0;
}

APPLIER(report)
{
	return file(to, s,
		    "for standard output write --report-fd 1, for the file ./-",
		    &to->plan->report.file, e);
}

APPLIER(timeline)
{
	return file(to, s, "for the file write ./-", &to->plan->report.timeline,
		    e);
}

APPLIER(report_fd)
{
	return apply_descriptor(s->args[0], &to->plan->report.fd, e);
}

APPLIER(stats)
{
	(void)s;
	(void)e;
	to->plan->report.stats = true;
	return 0;
}
