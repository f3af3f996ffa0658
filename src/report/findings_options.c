/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds limits here, and where many ids come from. Who holds what is
 * compile's answer; a run has the last word.
 */
#include "report/findings.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <string.h>

/* --- cgroups ------------------------------------------------------------ */

static const char *runtime_dir(const struct check_facts *f)
{
	return caller_env(&f->caller, "XDG_RUNTIME_DIR");
}

/* It has what is wanted, but also processes: cgroups(7) allows one of the two. */
static const char *move_away(struct arena *a, const char *path)
{
	return arena_format(a,
			    "mkdir %s/own; for p in $(cat %s/cgroup.procs); do "
			    "echo $p >%s/own/cgroup.procs; done",
			    path, path, path);
}

static const char *manager_fix(struct arena *a, const struct check_facts *f)
{
	if (!f->systemd_run)
		return "install systemd-run(1)";
	if (f->manager)
		return arena_format(a, "export XDG_RUNTIME_DIR=/run/user/%u",
				    f->caller.uid);
	return arena_format(a,
			    "loginctl enable-linger %u, and export "
			    "XDG_RUNTIME_DIR=/run/user/%u, or log in by ssh",
			    f->caller.uid, f->caller.uid);
}

/* What is missing for a cgroup, or for one with controllers. */
static const char *cgroup_fix(struct arena *a, const struct check_facts *f,
			      unsigned int wanted)
{
	const struct cgroup_place *here = &f->cgroup.current;

	if (f->legacy && (!f->cgroup.mount || wanted & ~f->controllers))
		return "boot with systemd.unified_cgroup_hierarchy=1, so that "
		       "controllers belong to cgroup v2";
	if (!f->cgroup.mount)
		return "mount -t cgroup2 cgroup2 /sys/fs/cgroup";
	if (wanted & ~f->controllers)
		return CGROUP_DELEGATE_FIX;
	if (here->usable && here->can_enable && !(wanted & ~here->available))
		return move_away(a, here->path);
	if (f->contained)
		return "podman: --security-opt unmask=/sys/fs/cgroup, docker: "
		       "--privileged";
	if (f->caller.uid == 0)
		return "mount -o remount,rw /sys/fs/cgroup";
	if (f->cgroup.scope || here->usable)
		return CGROUP_DELEGATE_FIX;
	return manager_fix(a, f);
}

static void judge_hierarchy(struct arena *a, const struct site *site,
			    struct findings *out)
{
	const struct check_facts *f = &site->facts;
	const unsigned int most =
		CONTROLLER_MEMORY | CONTROLLER_PIDS | CONTROLLER_CPU;
	struct str text = { .arena = a };

	if (!f->cgroup.mount) {
		findings_add(a, out, "cgroups", FINDING_LIMITED,
			     "cgroup v2 is not mounted: limits are held "
			     "approximately, or refused",
			     cgroup_fix(a, f, 0));
		return;
	}
	controllers_print(f->controllers, "", &text);
	if ((f->controllers & most) == most)
		findings_add(a, out, "cgroups", FINDING_OK,
			     arena_format(a, "v2 at %s, with %s",
					  f->cgroup.mount, str_text(&text)),
			     NULL);
	else
		findings_add(
			a, out, "cgroups", FINDING_LIMITED,
			arena_format(a, "v2 at %s has %s%s%s", f->cgroup.mount,
				     text.length ? "only " : "no controllers",
				     str_text(&text),
				     f->legacy ? ": v1 has the others" : ""),
			cgroup_fix(a, f, most));
}

static void judge_manager(struct arena *a, const struct check_facts *f,
			  bool needed, struct findings *out)
{
	const char *dir = runtime_dir(f);
	const char *text = "none runs for you";

	if (f->cgroup.scope) {
		findings_add(a, out, "user-manager", FINDING_OK,
			     "systemd's answers, and makes scopes with cgroups",
			     NULL);
		return;
	}
	if (!dir)
		text = f->manager ? "systemd's runs for you, but "
				    "XDG_RUNTIME_DIR is not set" :
				    "none runs for you, and XDG_RUNTIME_DIR is "
				    "not set";
	else if (f->manager)
		text = arena_format(a,
				    "systemd's cannot be asked by way of "
				    "XDG_RUNTIME_DIR, which is '%s'",
				    dir);
	/* Nobody logs in to a container, and root needs none. */
	needed = needed && !f->contained && f->caller.uid != 0;
	findings_add(a, out, "user-manager",
		     needed ? FINDING_LIMITED : FINDING_INFO, text,
		     needed ? manager_fix(a, f) : NULL);
}

/* --- one option after the other ----------------------------------------- */

static const struct {
	const char *name, *option;
	unsigned int controller;
} limits[CHECKED_COUNT] = {
	[CHECKED_CGROUP] = { "cgroup-of-a-run", "--require-cgroup",
			     CONTROLLER_MEMORY | CONTROLLER_PIDS },
	[CHECKED_MEMORY] = { "limit-memory", "--memory", CONTROLLER_MEMORY },
	[CHECKED_PIDS] = { "limit-pids", "--pids", CONTROLLER_PIDS },
	[CHECKED_CPUS] = { "limit-cpus", "--cpus", CONTROLLER_CPU },
	[CHECKED_CPUSET] = { "limit-cpuset", "--cpuset-cpus",
			     CONTROLLER_CPUSET },
	[CHECKED_IO] = { "limit-io", "--io-max, --io-weight", CONTROLLER_IO },
	[CHECKED_MAP] = { "map-auto", "--map-auto", 0 },
};

static bool is_possible(const struct option_facts *o)
{
	return o->err.kind == ERR_NONE &&
	       (o->run.status == 0 || o->run.status == NOT_TRIED);
}

static const char *reason(struct arena *a, const struct option_facts *o)
{
	return o->err.kind != ERR_NONE ? o->err.message :
					 findings_message(a, o->run.line);
}

/* Most reasons name the option. */
static const char *refusal(struct arena *a, enum checked_option n,
			   const struct option_facts *o)
{
	const char *why = reason(a, o);

	if (str_starts(why, "--"))
		return why;
	return arena_format(a, "%s is refused: %s", limits[n].option, why);
}

static const char *holders(enum holder holder)
{
	static const char *const texts[] = {
		[HELD_BY_CGROUP] = "the kernel, over all processes (cgroup)",
		[HELD_BY_RLIMIT] = "the kernel (RLIMIT_NPROC)",
		[HELD_BY_WATCH] = "the supervisor, exactly",
		[HELD_BY_LOOKS] = "the supervisor, which looks: approximately",
	};

	return texts[holder];
}

static void judge_limit(struct arena *a, const struct site *site,
			enum checked_option n, struct findings *out)
{
	const struct option_facts *o = &site->options[n];
	struct str text = { .arena = a };
	bool loose = o->holder == HELD_BY_LOOKS;
	unsigned int controller = limits[n].controller;
	const char *fix = NULL;

	if (!is_possible(o)) {
		findings_add(a, out, limits[n].name, FINDING_NO,
			     refusal(a, n, o),
			     cgroup_fix(a, &site->facts, controller));
		return;
	}
	str_addf(&text, "%s is held by %s", limits[n].option,
		 holders(o->holder));
	if (o->in_profile != o->holder)
		str_addf(&text, "; that of a profile by %s",
			 holders(o->in_profile));
	if (loose)
		fix = cgroup_fix(a, &site->facts, controller);
	findings_add(a, out, limits[n].name,
		     loose ? FINDING_LIMITED : FINDING_OK, str_text(&text),
		     fix);
}

static void judge_cgroup(struct arena *a, const struct site *site,
			 struct findings *out)
{
	static const char *const sources[] = {
		[CGROUP_NONE] = "there is none",
		[CGROUP_GIVEN] = "is made where it was told to",
		[CGROUP_CURRENT] = "is made below the one you are in",
		[CGROUP_SIBLING] = "is made beside the one you are in",
		[CGROUP_OWN] = "is made below the top, as root may",
		[CGROUP_SCOPE] = "is made in a scope of systemd's (0.1 s)",
	};
	const struct option_facts *o = &site->options[CHECKED_CGROUP];
	const char *name = limits[CHECKED_CGROUP].name;

	if (is_possible(o))
		findings_add(a, out, name, FINDING_OK, sources[o->source],
			     NULL);
	else
		findings_add(a, out, name, FINDING_LIMITED, reason(a, o),
			     cgroup_fix(a, &site->facts,
					limits[CHECKED_CGROUP].controller));
}

/* Without a cgroup time is counted by a clock, or only by looking. */
static void judge_clock(struct arena *a, const struct site *site,
			struct findings *out)
{
	const struct check_facts *f = &site->facts;
	bool cgroup = is_possible(&site->options[CHECKED_CGROUP]);
	const char *fix = NULL;

	if (f->cgroup.perf) {
		findings_add(a, out, "cpu-clock", FINDING_OK,
			     "processor time is exact also without a cgroup",
			     NULL);
		return;
	}
	/* Of Debian's making: 3 is for root only, whatever the filter says. */
	if (!cgroup && f->perf_paranoid > 2)
		fix = "sysctl -w kernel.perf_event_paranoid=2";
	else if (!cgroup && f->userns.filtered)
		fix = "docker and podman: --security-opt seccomp=unconfined";
	findings_add(a, out, "cpu-clock",
		     cgroup ? FINDING_INFO : FINDING_LIMITED,
		     "processor time is exact only in a cgroup: "
		     "perf_event_open(2) is refused",
		     fix);
}

/* After "an administrator can add one: ". */
static const char *bare(const char *hint)
{
	const char *colon = str_starts(hint, "an administrator ") ?
				    strstr(hint, ": ") :
				    NULL;

	return colon ? colon + 2 : hint;
}

static void judge_map(struct arena *a, const struct site *site,
		      struct findings *out)
{
	const struct option_facts *o = &site->options[CHECKED_MAP];
	const char *hint = NULL;

	if (is_possible(o)) {
		findings_add(a, out, limits[CHECKED_MAP].name, FINDING_OK,
			     "--map-auto has ids to map", NULL);
		return;
	}
	if (o->err.kind == ERR_NONE && site->facts.weak)
		hint = arena_format(a, "chmod u+s %s", site->facts.weak);
	else if (o->err.kind == ERR_NONE)
		hint = findings_hint(o->run.line);
	else if (o->err.hint[0])
		hint = o->err.hint;
	findings_add(a, out, limits[CHECKED_MAP].name, FINDING_NO,
		     refusal(a, CHECKED_MAP, o), hint ? bare(hint) : NULL);
}

void findings_options(struct arena *a, const struct site *site,
		      struct findings *out)
{
	judge_hierarchy(a, site, out);
	judge_manager(a, &site->facts,
		      !is_possible(&site->options[CHECKED_CGROUP]), out);
	judge_cgroup(a, site, out);
	for (int i = CHECKED_MEMORY; i <= CHECKED_IO; i++)
		judge_limit(a, site, (enum checked_option)i, out);
	judge_clock(a, site, out);
	judge_map(a, site, out);
}
