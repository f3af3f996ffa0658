/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/program.h"
#include "host/syscalls.h"
#include "report/text.h"
#include "report/verdict.h"
#include "run/outcome.h"

#include <string.h>
#include <sys/wait.h>

/* --- values ------------------------------------------------------------- */

static void add_words(struct str *out, const char *const *words)
{
	str_add(out, "[");
	for (size_t i = 0; words && words[i]; i++) {
		if (i)
			str_add(out, ", ");
		text_add_json(out, words[i]);
	}
	str_add(out, "]");
}

/* --- members ------------------------------------------------------------ */

static void add_key(struct str *out, const char *key)
{
	str_addf(out,
		 "%s\n  \"%s\": ", out->text[out->length - 1] == '{' ? "" : ",",
		 key);
}

static void add_text(struct str *out, const char *key, const char *text)
{
	add_key(out, key);
	if (text)
		text_add_json(out, text);
	else
		str_add(out, "null");
}

static void add_number(struct str *out, const char *key, uint64_t value)
{
	add_key(out, key);
	if (value == UNKNOWN)
		str_add(out, "null");
	else
		str_addf(out, "%llu", (unsigned long long)value);
}

static void add_time(struct str *out, const char *key, uint64_t ns)
{
	add_key(out, key);
	if (ns == UNKNOWN)
		str_add(out, "null");
	else
		text_add_seconds(out, ns, 6);
}

/* --- the parts ---------------------------------------------------------- */

static void add_end(struct arena *a, const struct program *p,
		    const struct outcome *o, int status, struct str *out)
{
	bool exited = !o->failed && WIFEXITED(o->status);
	bool killed = !o->failed && WIFSIGNALED(o->status);
	char line[4 * sizeof(o->err)] = "";

	if (o->failed)
		line[err_format(&o->err, "", line, sizeof(line)) - 1] = '\0';
	add_text(out, "verdict", verdict_name(verdict_of(p, o)));
	add_number(out, "status", (uint64_t)status);
	add_number(out, "exit_code",
		   exited ? (uint64_t)WEXITSTATUS(o->status) : UNKNOWN);
	add_number(out, "signal",
		   killed ? (uint64_t)WTERMSIG(o->status) : UNKNOWN);
	add_text(out, "signal_name",
		 killed ? verdict_signal_name(a, WTERMSIG(o->status)) : NULL);
	add_text(out, "error", o->failed ? line : NULL);
}

static void add_usage(const struct usage *u, struct str *out)
{
	static const char *const cpu_sources[] = {
		[SOURCE_CGROUP] = "cgroup",
		[SOURCE_PERF] = "perf",
		[SOURCE_WATCH] = "watch",
		[SOURCE_WAIT] = "wait",
	};
	static const char *const memory_sources[] = {
		[SOURCE_CGROUP] = "cgroup",
		[SOURCE_WATCH] = "watch (approximate)",
		[SOURCE_WAIT] = "wait",
	};
	bool cpu = u->cpu_source != SOURCE_NONE && u->cpu != UNKNOWN;
	bool memory =
		u->memory_source != SOURCE_NONE && u->memory_peak != UNKNOWN;

	add_time(out, "wall_seconds", u->wall);
	add_time(out, "user_seconds", u->user);
	add_time(out, "system_seconds", u->system);
	add_time(out, "cpu_seconds", cpu ? u->cpu : UNKNOWN);
	add_text(out, "cpu_source", cpu ? cpu_sources[u->cpu_source] : NULL);
	add_number(out, "memory_peak_bytes", memory ? u->memory_peak : UNKNOWN);
	add_text(out, "memory_source",
		 memory ? memory_sources[u->memory_source] : NULL);
	add_number(out, "oom_kills", u->oom_kills);
	add_number(out, "processes_peak", u->tasks_peak);
	add_number(out, "output_bytes", u->output);
	add_number(out, "io_read_bytes", u->read);
	add_number(out, "io_write_bytes", u->written);
}

static void add_limit(const struct program_limit *l, struct str *out)
{
	static const char *const units[] = {
		[UNIT_BYTES] = "bytes",
		[UNIT_COUNT] = "count",
		[UNIT_TIME] = "seconds",
		[UNIT_TEXT] = "text",
	};

	text_add_json(out, l->name);
	str_add(out, ": {\"value\": ");
	if (l->unit == UNIT_TEXT)
		text_add_json(out, l->text);
	else if (l->unit == UNIT_TIME)
		text_add_seconds(out, l->value, 6);
	else
		str_addf(out, "%llu", (unsigned long long)l->value);
	str_addf(out, ", \"unit\": \"%s\", \"held_by\": \"%s\"}",
		 units[l->unit], text_holder(l));
}

static void add_limits(const struct program *p, struct str *out)
{
	add_key(out, "limits");
	str_add(out, "{");
	for (size_t i = 0; i < p->limit_count; i++) {
		str_add(out, i ? ",\n    " : "\n    ");
		add_limit(&p->limits[i], out);
	}
	str_add(out, p->limit_count ? "\n  }" : "}");
}

static void add_refusal(struct arena *a, const struct refusal *r,
			struct str *out)
{
	/* comm in proc(5) may fill the field; nothing says it is terminated. */
	const char *name =
		arena_dup_n(a, r->name, strnlen(r->name, sizeof(r->name)));

	str_add(out, "{\"call\": ");
	if (r->call >= 0)
		text_add_json(out, syscall_name((unsigned int)r->call));
	else
		str_addf(out, "\"#%u\"", r->number);
	str_add(out, ", \"program\": ");
	text_add_json(out, name);
	str_addf(out, ", \"count\": %u}", r->count);
}

static void add_refused(struct arena *a, const struct program *p,
			const struct outcome *o, struct str *out)
{
	add_key(out, "refused");
	if (!p->explain) {
		str_add(out, "null");
		return;
	}
	str_add(out, "[");
	for (size_t i = 0; i < o->refusal_count; i++) {
		str_add(out, i ? ",\n    " : "\n    ");
		add_refusal(a, &o->refusals[i], out);
	}
	str_add(out, o->refusal_count ? "\n  ]" : "]");
}

static const char *cgroup_word(const struct program *p)
{
	/* A scope is entered by running sandbox again: current or sibling. */
	static const char *const words[] = {
		[CGROUP_GIVEN] = "given",     [CGROUP_CURRENT] = "current",
		[CGROUP_SIBLING] = "sibling", [CGROUP_OWN] = "own",
		[CGROUP_SCOPE] = NULL,
	};

	return words[p->cgroup.source];
}

void report_json(struct arena *a, const struct program *p,
		 const struct outcome *o, int status, struct str *out)
{
	static const struct usage nothing = {
		.wall = UNKNOWN,
		.cpu = UNKNOWN,
		.user = UNKNOWN,
		.system = UNKNOWN,
		.memory_peak = UNKNOWN,
		.oom_kills = UNKNOWN,
		.tasks_peak = UNKNOWN,
		.output = UNKNOWN,
		.read = UNKNOWN,
		.written = UNKNOWN,
	};

	str_add(out, "{");
	add_number(out, "schema", 1);
	add_key(out, "command");
	add_words(out, p->argv);
	add_key(out, "profiles");
	add_words(out, p->profiles);
	add_end(a, p, o, status, out);
	add_usage(o->failed ? &nothing : &o->usage, out);
	add_text(out, "cgroup", cgroup_word(p));
	add_limits(p, out);
	add_refused(a, p, o, out);
	str_add(out, "\n}\n");
}
