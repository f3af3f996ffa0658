/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup v2 file system of this host, cgroups(7), as far as sandbox may use
 * it: facts only. compile chooses.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct caller;
struct err;
struct str;

/* Controllers, as bits. */
#define CONTROLLER_MEMORY 1u
#define CONTROLLER_PIDS 2u
#define CONTROLLER_CPU 4u
#define CONTROLLER_CPUSET 8u
#define CONTROLLER_IO 16u

/* "memory pids" for the bits, each with `prefix` before it. */
void controllers_print(unsigned int controllers, const char *prefix,
		       struct str *out);

/* A cgroup below which that of the run could be. */
struct cgroup_place {
	const char *path; /* absolute; NULL: there is none */
	bool usable; /* cgroups can be made in it, and processes put there */
	bool can_enable; /* controllers can be switched on for them */
	bool top;	 /* of the hierarchy: no rule about processes in it */
	bool empty;	 /* it has no process */
	bool alone;	 /* it has no process but this one */
	unsigned int available, enabled; /* controllers */
};

struct host_cgroup {
	const char *mount;	   /* of cgroup v2; NULL: not mounted */
	const char *const *mounts; /* all of them, if a place is usable */
	size_t mount_count;
	struct cgroup_place given;   /* what --cgroup-parent says */
	struct cgroup_place current; /* where this process is */
	struct cgroup_place parent;  /* above that */
	struct cgroup_place root;    /* the mount itself, as real root only */
	bool scope;  /* systemd's user manager could make a scope */
	bool scoped; /* it did: we run in one that was made for this run */
	bool perf;   /* sys_task_clock() would work */
};

/* What is asked about cgroups. */
struct cgroup_wants {
	bool places;	   /* at all */
	bool scope;	   /* ... and whether there is a user manager */
	bool perf;	   /* ... and whether time can be counted without one */
	const char *given; /* --cgroup-parent, or NULL */
};

/*
 * Looks. A place that cannot be used is a fact; a `given` one that is no cgroup
 * at all is an error.
 */
int cgroup_look(struct arena *a, const struct caller *caller,
		const struct cgroup_wants *wants, struct host_cgroup *out,
		struct err *e);

/* The controllers that a directory of cgroup v2 has. */
unsigned int cgroup_controllers(const char *path);

/* How users get what systemd does not delegate to them unless told to. */
#define CGROUP_DELEGATE_FIX                                                    \
	"the lines [Service] and Delegate=cpu cpuset io memory pids in "       \
	"/etc/systemd/system/user@.service.d/delegate.conf, systemctl "        \
	"daemon-reload, and systemctl restart user@UID"

/* Where the program systemd-run is, or NULL. */
const char *cgroup_systemd_run(void);

/*
 * The variable that tells a sandbox it was started again in a scope: its value
 * is its process id, so that it says nothing to anybody else, a colon, and the
 * caller's INVOCATION_ID, which systemd-run(1) replaces.
 */
#define SCOPE_VARIABLE "SANDBOX_SCOPE"

#endif
