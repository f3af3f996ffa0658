/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan + host -> program. Pure: no system call, no global, the same answer for
 * the same input. What cannot be done as asked is an error here, before
 * anything was touched.
 */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include "compile/program.h"

struct err;

/* Everything in `*out` lives in `a`, in the plan or in the host. */
int compile(struct arena *a, const struct plan *plan, const struct host *host,
	    struct program *out, struct err *e);

/*
 * Whether no cgroup is at hand and it is worth to be started again in a scope of
 * systemd's. Of the host only `cgroup` need be known.
 */
bool compile_wants_scope(const struct plan *plan, const struct host *host);

/* The parts; each fills its fields of `*out`. */
struct compile {
	struct arena *arena;
	const struct plan *plan;
	const struct host *host;
	struct program *out;
	const char *home; /* HOME inside; NULL: the caller's stays as it is */
	const char *home_private; /* the home, where it is an empty tmpfs */
	bool home_shown;     /* ... with the entries of the real one in it */
	const char *workdir; /* where the command starts; NULL: not decided */
	bool cow;	     /* there is --cow */
	bool rooted;	     /* there is another root, from here on */
	ARRAY(const char *) notes; /* what could not be covered by it */
	unsigned int held;	   /* controllers that the run's cgroup has */
};

/* After the mounts, in this order: what runs for them is not counted. */
int compile_cgroup_writes(struct compile *c, struct err *e);
int compile_limits(struct compile *c, struct err *e);

int compile_cgroup(struct compile *c, struct err *e);
/* The error of a limit that only a cgroup with the controller could hold. */
int compile_needs_cgroup(const struct compile *c, const char *option,
			 unsigned int controller, struct err *e);

/* After the namespaces; decides also whether there is a PID 1 of ours. */
int compile_descriptors(struct compile *c, struct err *e);

int compile_ids(struct compile *c, struct err *e);

/*
 * Where the caller is user 0, and his subordinate ids those from 1 on. Also for
 * who goes on with what was made so.
 */
int compile_map(struct arena *a, const struct caller *caller,
		const struct subids *subids, struct auto_map *out,
		struct err *e);

/* What the command then has, 1 << CAP_, before anything is added or dropped. */
uint64_t compile_map_caps(const struct compile *c);

int compile_mounts(struct compile *c, struct err *e);
int compile_filter(struct compile *c, struct err *e);
int compile_env(struct compile *c, struct err *e);
int compile_command(struct compile *c, struct err *e);

#endif
