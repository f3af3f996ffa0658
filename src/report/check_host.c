/* SPDX-License-Identifier: Apache-2.0 */
#include "report/check_host.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/compile.h"
#include "input/directive.h"
#include "report/progress.h"

#include <unistd.h>

/* The options that are tried, with values that `true` does with. */
static const struct {
	const char *name, *value; /* NULL: it takes none; "": a processor */
} tried[CHECKED_COUNT] = {
	[CHECKED_CGROUP] = { "require-cgroup", NULL },
	[CHECKED_MEMORY] = { "memory", "256M" },
	[CHECKED_PIDS] = { "pids", "64" },
	[CHECKED_CPUS] = { "cpus", "1" },
	[CHECKED_CPUSET] = { "cpuset-cpus", "" },
	[CHECKED_IO] = { "io-weight", "100" },
	[CHECKED_MAP] = { "map-auto", NULL },
};

static const char *value_of(struct arena *a, const struct check_facts *f,
			    enum checked_option n)
{
	if (tried[n].value && !tried[n].value[0])
		return arena_format(a, "%u", f->first_cpu);
	return tried[n].value;
}

static void say(struct settings *s, const char *name, const char *value,
		bool from_profile)
{
	*array_add(s->arena, &s->list) = (struct setting){
		.directive = directive_find(name),
		.args = { value },
		.origin = "--check-host",
		.from_profile = from_profile,
	};
}

/*
 * What decides in a run about who holds a limit decides here: compile, of what
 * matters for that in the default profile, which a site may have broken.
 */
static int compile_option(struct arena *a, const struct site *site,
			  enum checked_option n, bool from_profile,
			  struct program *out, struct err *e)
{
	const struct caller *caller = &site->facts.caller;
	static const char *const command[] = { "true", NULL };
	struct settings settings = { .arena = a };
	struct plan *plan = arena_new(a, struct plan);
	struct host *host = arena_new(a, struct host);
	struct host_wants wants;

	say(&settings, "unshare-all", NULL, true);
	say(&settings, "unshare-user", NULL, true);
	say(&settings, "ro", "/", true);
	say(&settings, "proc", "/proc", true);
	say(&settings, "memory", "50%", true);
	say(&settings, "pids", "1024", true);
	say(&settings, tried[n].name, value_of(a, &site->facts, n),
	    from_profile);
	if (settings_apply(&settings, a, "/", plan, e) < 0 ||
	    plan_check(plan, e) < 0)
		return -1;
	plan->command = command;
	plan_wants(a, plan, caller, &wants);
	if (cgroup_look(a, caller, &wants.cgroup, &host->cgroup, e) < 0 ||
	    host_look(a, caller, &wants, host, e) < 0)
		return -1;
	/* At least we are beside the next run, as a shell would be. */
	host->cgroup.current.alone = false;
	return compile(a, plan, host, out, e);
}

static enum holder holder_of(const struct program *p, const char *limit)
{
	for (size_t i = 0; i < p->limit_count; i++)
		if (str_equal(p->limits[i].name, limit))
			return p->limits[i].holder;
	return HELD_BY_CGROUP;
}

static int check_option(struct arena *a, struct site *site,
			enum checked_option n, struct err *e)
{
	struct option_facts *o = &site->options[n];
	const char *words[3] = {
		arena_format(a, "--%s", tried[n].name),
		value_of(a, &site->facts, n),
	};
	struct program *program = arena_new(a, struct program);
	struct err ignored;

	o->run.status = NOT_TRIED;
	if (compile_option(a, site, n, false, program, &o->err) < 0)
		return 0;
	o->source = program->cgroup.source;
	o->parent = program->cgroup.parent;
	o->holder = o->in_profile = holder_of(program, tried[n].name);
	if (n == CHECKED_MEMORY || n == CHECKED_PIDS) {
		if (compile_option(a, site, n, true, program, &ignored) == 0)
			o->in_profile = holder_of(program, tried[n].name);
	}
	if (site->proof.status != 0)
		return 0;
	return check_run(a, site->facts.self, words, &o->run, e);
}

static int look(struct arena *a, const struct caller *caller, struct site *out,
		struct report_progress *shown, struct err *e)
{
	static const char *const none[] = { NULL };
	const int steps = CHECKED_COUNT + 1;

	if (check_look(a, caller, &out->facts, e) < 0)
		return -1;
	if (!out->facts.self)
		return err_set(e, ERR_SYSTEM,
			       "sandbox has to start itself, and its file has "
			       "no name");
	if (check_run(a, out->facts.self, none, &out->proof, e) < 0)
		return -1;
	for (int i = 0; i < CHECKED_COUNT; i++) {
		report_progress_tell(shown, i + 1, steps);
		if (check_option(a, out, (enum checked_option)i, e) < 0)
			return -1;
	}
	return 0;
}

static bool wants_colours(const struct caller *caller)
{
	const char *without = caller_env(caller, "NO_COLOR");

	return (!without || !without[0]) && isatty(STDOUT_FILENO);
}

int report_check_host(struct arena *a, const struct caller *caller,
		      enum format format, bool *runs, struct err *e)
{
	struct str out = { .arena = a };
	struct site *site = arena_new(a, struct site);
	struct report_progress shown;
	struct findings findings;
	int r;

	report_progress_begin(&shown, "checking", "");
	r = look(a, caller, site, &shown, e);
	report_progress_end(&shown);
	if (r < 0)
		return -1;
	findings_judge(a, site, &findings);
	if (format == FORMAT_JSON)
		check_host_json(site, &findings, &out);
	else
		check_host_text(&findings, wants_colours(caller), &out);
	if (fd_write_all(STDOUT_FILENO, str_text(&out), out.length) < 0)
		return err_sys(e, "write to standard output");
	*runs = findings.runs;
	return 0;
}
