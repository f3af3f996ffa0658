/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --check-host: from facts to what is told. Pure: no look at the machine, so
 * that each of its answers can be tested with a host that does not exist.
 */
#ifndef REPORT_FINDINGS_H
#define REPORT_FINDINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "compile/program.h"
#include "host/check_facts.h"

/* Options that a host may refuse: what compile made of each, and a run. */
enum checked_option {
	CHECKED_CGROUP, /* --require-cgroup: is there any? */
	CHECKED_MEMORY,
	CHECKED_PIDS,
	CHECKED_CPUS,
	CHECKED_CPUSET,
	CHECKED_IO,
	CHECKED_MAP,
	CHECKED_COUNT
};

struct option_facts {
	struct err err; /* compile's; of kind ERR_NONE: it is possible */
	enum cgroup_source source;
	const char *parent;	/* of the run's cgroup */
	enum holder holder;	/* of the limit */
	enum holder in_profile; /* ... where a profile says it */
	struct own_run run;
};

struct site {
	struct check_facts facts;
	struct option_facts options[CHECKED_COUNT];
	struct own_run proof; /* of the default profile */
};

enum finding_state { FINDING_OK, FINDING_LIMITED, FINDING_NO, FINDING_INFO };

/* The word for it: "ok", "limited", "no", "info". */
extern const char *const finding_states[];

struct finding {
	const char *name; /* stable, for programs too */
	enum finding_state state;
	const char *text; /* one line: what it means */
	const char *fix;  /* what an administrator does, or NULL */
};

struct findings {
	ARRAY(struct finding) list;
	bool runs; /* the default profile, with all its walls */
	const char *summary;
};

/* What matters most comes first. Texts live in `a` or in the site. */
void findings_judge(struct arena *a, const struct site *site,
		    struct findings *out);

/* Adds one, with a fix that is a sysctl made one that stays. */
void findings_add(struct arena *a, struct findings *out, const char *name,
		  enum finding_state state, const char *text, const char *fix);

/* A line of sandbox's has two parts: what is wrong, and, or NULL, what to do. */
const char *findings_message(struct arena *a, const char *line);
const char *findings_hint(const char *line);

/* What limits are held by, ids for --map-auto: findings_options.c. */
void findings_options(struct arena *a, const struct site *site,
		      struct findings *out);

#endif
