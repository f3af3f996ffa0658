/* SPDX-License-Identifier: Apache-2.0 */
#include "report/stats.h"

#include "base/arena.h"
#include "base/str.h"
#include "compile/program.h"
#include "report/text.h"
#include "report/verdict.h"
#include "run/outcome.h"

#include <sys/wait.h>

static void add_label(struct str *out, const char *label)
{
	str_addf(out, "%-13s", label);
}

static void add_time(struct str *out, uint64_t ns, const char *what)
{
	text_add_seconds(out, ns, 3);
	str_addf(out, " s%s", what);
}

/* ", of 64 allowed"; nothing if there is no such limit. */
static void add_allowed(struct arena *a, const struct program *p,
			const char *name, struct str *out)
{
	const struct program_limit *l = text_find_limit(p, name);

	if (l)
		str_addf(out, ", of %s allowed",
			 l->unit == UNIT_BYTES ? text_amount(a, l->value) :
						 text_limit(a, l));
}

static void add_source(struct str *out, enum source s)
{
	static const char *const names[] = {
		[SOURCE_NONE] = "?",
		[SOURCE_CGROUP] = "cgroup",
		[SOURCE_PERF] = "perf",
		[SOURCE_WATCH] = "watch, approximate",
		[SOURCE_WAIT] = "only what was waited for",
	};

	str_addf(out, "  (%s)\n", names[s]);
}

/* Where nothing says who counted: who holds the limit. */
static void add_holder(const struct program *p, const char *name,
		       struct str *out)
{
	const struct program_limit *l = text_find_limit(p, name);

	if (l)
		str_addf(out, "  (%s)", text_holder(l));
	str_add(out, "\n");
}

static void add_verdict(struct arena *a, const struct program *p,
			const struct outcome *o, struct str *out)
{
	enum verdict v = verdict_of(p, o);
	const char *reason = verdict_reason(a, p, o);

	add_label(out, "verdict");
	str_add(out, verdict_name(v));
	if (reason)
		str_addf(out, ": %s", reason);
	else if (!o->failed && WIFSIGNALED(o->status))
		str_addf(out, ": by %s",
			 verdict_signal_name(a, WTERMSIG(o->status)));
	else if (v == VERDICT_NONZERO)
		str_addf(out, ": the status is %d", WEXITSTATUS(o->status));
	str_add(out, "\n");
}

static void add_times(struct arena *a, const struct program *p,
		      const struct usage *u, struct str *out)
{
	if (u->wall == UNKNOWN)
		return;
	add_label(out, "time");
	add_time(out, u->wall, " wall");
	add_allowed(a, p, "time-limit", out);
	if (u->user != UNKNOWN && u->system != UNKNOWN) {
		str_add(out, text_find_limit(p, "time-limit") ? "; " : ", ");
		add_time(out, u->user, " user, ");
		add_time(out, u->system, " system");
	}
	str_add(out, "\n");
}

static void add_costs(struct arena *a, const struct program *p,
		      const struct usage *u, struct str *out)
{
	if (u->cpu_source != SOURCE_NONE && u->cpu != UNKNOWN) {
		add_label(out, "cpu");
		add_time(out, u->cpu, "");
		add_allowed(a, p, "cpu-time", out);
		add_source(out, u->cpu_source);
	}
	if (u->memory_source != SOURCE_NONE && u->memory_peak != UNKNOWN) {
		add_label(out, "memory");
		str_addf(out, "%s at most", text_amount(a, u->memory_peak));
		add_allowed(a, p, "memory", out);
		add_source(out, u->memory_source);
	}
}

static void add_counts(struct arena *a, const struct program *p,
		       const struct usage *u, struct str *out)
{
	if (u->tasks_peak != UNKNOWN) {
		add_label(out, "processes");
		str_addf(out, "%llu at most",
			 (unsigned long long)u->tasks_peak);
		add_allowed(a, p, "pids", out);
		add_holder(p, "pids", out);
	}
	if (u->output != UNKNOWN) {
		add_label(out, "output");
		str_add(out, text_amount(a, u->output));
		add_allowed(a, p, "output-limit", out);
		add_holder(p, "output-limit", out);
	}
	if (u->read != UNKNOWN && u->written != UNKNOWN) {
		add_label(out, "disk");
		str_addf(out, "%s read, %s written\n", text_amount(a, u->read),
			 text_amount(a, u->written));
	}
}

void stats_print(struct arena *a, const struct program *p,
		 const struct outcome *o, struct str *out)
{
	add_verdict(a, p, o, out);
	if (o->failed)
		return;
	add_times(a, p, &o->usage, out);
	add_costs(a, p, &o->usage, out);
	add_counts(a, p, &o->usage, out);
	if (o->usage.oom_kills != UNKNOWN && o->usage.oom_kills) {
		add_label(out, "killed");
		str_addf(out, "%llu for want of memory\n",
			 (unsigned long long)o->usage.oom_kills);
	}
}
