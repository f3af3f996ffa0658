/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --check-host finds out about this kernel, user and site: facts only,
 * that report/findings.h judges. Nothing of it changes the host.
 */
#ifndef HOST_CHECK_FACTS_H
#define HOST_CHECK_FACTS_H

#include "host/check.h"
#include "host/host.h"

#include <sys/utsname.h>

/* What is tried, each in a process of its own. */
enum attempt {
	/* a user namespace, and the caller's own ids in it */
	TRY_USER,
	TRY_IDS,
	/* in one: the other kinds */
	TRY_MOUNT,
	TRY_PID,
	TRY_NET,
	TRY_IPC,
	TRY_UTS,
	TRY_CGROUP,
	/* ... and file systems, made but for the overlay nowhere mounted */
	TRY_PROC,
	TRY_TMPFS,
	TRY_DEVPTS,
	TRY_OVERLAY, /* as that of --cow, on a tmpfs */
	TRY_LOOPBACK,
	/* without any */
	TRY_FILTER,
	TRY_NOTICES, /* a filter that asks us, as with --explain */
	TRY_COUNT
};

#define NOT_TRIED (-1)

/* Fills in what each one failed with: errno, 0 for nothing, or NOT_TRIED. */
void check_try(const struct caller *caller, int errnums[TRY_COUNT]);

/* How sandbox itself ended, and the first line that it wrote. */
struct own_run {
	int status; /* the exit status, 128+N; NOT_TRIED */
	const char *line;
};

/*
 * Runs the executable `self` with `options` (words up to a NULL) and the command
 * true. Not longer than 30 seconds.
 */
int check_run(struct arena *a, const char *self, const char *const *options,
	      struct own_run *out, struct err *e);

struct check_facts {
	struct utsname kernel;
	unsigned int kernel_major, kernel_minor;
	struct caller caller;
	struct userns_facts userns;
	int errnums[TRY_COUNT];
	long limits[TRY_COUNT]; /* of namespaces; -1: there is none */
	struct host_cgroup cgroup;
	bool legacy;		  /* cgroup v1 has controllers */
	unsigned int controllers; /* of the whole cgroup v2 hierarchy */
	long perf_paranoid; /* kernel.perf_event_paranoid, -1: not there */
	bool systemd_run;   /* the program is there */
	bool manager;	/* a user manager where XDG_RUNTIME_DIR should point */
	bool contained; /* this is a container, as far as it says so */
	const char *confined;	    /* by this AppArmor profile, or NULL */
	int landlock;		    /* its version; 0: there is none */
	bool fuse;		    /* the device can be opened */
	const char *fuse_overlayfs; /* its path, or NULL */
	const char *self;	    /* our executable; NULL: it has no name */
	const char *privileged;	    /* how it is installed, or NULL */
	const char *weak; /* newuidmap or newgidmap without rights, or NULL */
	unsigned int first_cpu; /* that we may use */
};

int check_look(struct arena *a, const struct caller *caller,
	       struct check_facts *out, struct err *e);

#endif
