/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked for, resolved to one value: defaults are in, later settings
 * have won over earlier ones, every word is a checked value. Nothing here has
 * looked at the machine; that is host_look(), for the paths plan_wants() names.
 *
 * A plan is built through struct plan by the appliers of src/input and is
 * sealed (read-only pages) before anything reads it.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/arena.h"
#include "host/host.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

enum mount_kind {
	MOUNT_BIND,	    /* source on dest, bubblewrap's --bind family */
	MOUNT_SAME,	    /* source at its own path, symlinks recreated */
	MOUNT_TMPFS,	    /* a new tmpfs */
	MOUNT_PROC,	    /* procfs of the sandbox's PID namespace */
	MOUNT_DEV,	    /* a minimal /dev */
	MOUNT_DIR,	    /* a directory, if there is none */
	MOUNT_SYMLINK,	    /* dest -> source */
	MOUNT_REMOUNT_RO,   /* the mount at dest becomes read-only */
	MOUNT_HIDE,	    /* what is at dest is covered, mode 0 */
	MOUNT_HIDE_PRIVATE, /* what only root may read there; as root only */
	MOUNT_BIND_FD,	    /* what the descriptor is open on, on dest */
	MOUNT_FILE,	    /* a file with what is read from the descriptor */
	MOUNT_DATA,	    /* such a file in memory, bound on dest */
	MOUNT_CHMOD,	    /* what is at dest gets the mode */
	MOUNT_MQUEUE,	    /* message queues of the IPC namespace */
	MOUNT_OVERLAY,	    /* layers as one; changes go to source */
	MOUNT_TMP_OVERLAY,  /* ... into memory */
	MOUNT_RO_OVERLAY,   /* ... nowhere: read-only */
	MOUNT_COW,	    /* source at its own path, changes go to a layer */
	MOUNT_ROOT,	    /* layers as the root, likewise */
	MOUNT_HOME,	    /* where the home directory goes: plan.home */
	MOUNT_WORKDIR,	    /* where the working directory goes: plan.workdir */
};

#define MODE_DEFAULT ((mode_t)-1)

/* 50 numbers of descriptors fit into an option of 255 bytes, fsconfig(2). */
#define OVERLAY_LAYERS_MAX 50

/* One mount directive. They take effect strictly in their order. */
struct plan_mount {
	enum mount_kind kind;
	const char *source;	   /* clean host path, or a symlink's target */
	const char *dest;	   /* clean path inside */
	const char *origin;	   /* "argument 3", "gcc.profile:12" */
	bool by_profile;	   /* a profile says it, not the command line */
	int fd;			   /* the caller's, consumed; or -1 */
	const char *const *layers; /* directories of the host, lowest first */
	size_t layer_count;
	const char *work; /* a directory that overlayfs uses for itself */
	bool whole;	  /* the lowest is a tree of its own: --rootfs */
	bool writable;
	bool devices;	 /* device files work: --dev-bind */
	bool optional;	 /* a missing source is no error: -try */
	mode_t mode;	 /* MODE_DEFAULT: the kind's own */
	uint64_t size;	 /* bytes of a tmpfs, 0: the kernel's default */
	bool size_asked; /* on the command line: --tmp-size does not count */
};

/* What to do about something protected that is missing and could be made. */
enum missing {
	MISSING_IGNORE, /* it was there, and is gone: nothing goes by it */
	MISSING_MAKE,	/* made, empty, which says nothing */
	MISSING_REFUSE, /* empty it would say something: an error */
};

/*
 * What decides how the next run is confined: its profiles, and sandbox itself;
 * and what the user protects. Wherever the sandbox shows it, it is read-only.
 */
struct plan_protected {
	const char *path; /* absolute */
	bool directory;	  /* made as one where it is missing, else as a file */
	enum missing missing;
	bool asked; /* by the user: it decides about something else */
};

enum home_mode { HOME_NONE, HOME_PRIVATE, HOME_RO, HOME_RW, HOME_DIR };
enum workdir_mode { WORKDIR_NONE, WORKDIR_AUTO, WORKDIR_RO, WORKDIR_RW };

enum env_kind { ENV_SET, ENV_UNSET, ENV_CLEAR, ENV_KEEP };

/* One environment directive; in order, starting from the caller's. */
struct plan_env {
	enum env_kind kind;
	const char *name; /* a glob(7) pattern for ENV_KEEP */
	const char *value;
};

/* RLIM_INFINITY is UINT64_MAX here. */
struct plan_rlimit {
	int resource; /* RLIMIT_ of getrlimit(2) */
	uint64_t soft, hard;
};

/* A limit that was given; the value is 0 where there is none. */
struct plan_limit {
	uint64_t value;
	bool asked; /* on the command line, not only by a profile */
};

/* Bytes and operations in a second of a block device; 0: no limit. */
struct plan_io {
	const char *device; /* MAJOR:MINOR, or a path */
	uint64_t rbps, wbps, riops, wiops;
	const char *origin;
};

/* Times are nanoseconds, sizes bytes. */
struct plan_limits {
	struct plan_limit memory, swap, pids, cpu_weight, io_weight;
	struct plan_limit cpus; /* microseconds in each 100 ms */
	struct plan_limit time, cpu_time, grace, output, tmp_size;
	const char *cpuset; /* the list as in cpuset(7), or NULL */
	ARRAY(struct plan_io) io;
	bool memory_percent;  /* of the machine's memory */
	bool swap_given;      /* swap.value may be 0 */
	bool file_size_given; /* after memory, which sets it along */
	bool cpuset_asked, io_asked;
	bool require_cgroup;
	const char *cgroup_parent; /* a clean path, or NULL */
};

/* What is written when it is over. */
struct plan_report {
	const char *file;     /* --report, a clean path, or NULL */
	const char *timeline; /* --timeline, likewise */
	int fd;		      /* --report-fd, or -1 */
	bool stats;
};

/*
 * A condition: the bits `mask` of argument number `arg` are (or, negated, are
 * not) one of `values`.
 */
struct call_test {
	uint8_t arg;
	bool negated;
	uint64_t mask;
	const uint64_t *values;
	size_t value_count;
};

enum calls_what { CALLS_ONE, CALLS_GROUP, CALLS_ALL };

/* What system calls are answered, if all tests hold. Later ones win. */
struct plan_calls {
	enum calls_what what;
	unsigned int index; /* of the call, or of the group, host/syscalls.h */
	uint32_t answer;    /* SECCOMP_RET_ with its data, seccomp(2) */
	const struct call_test *tests;
	size_t test_count;
};

#define CAP_BIT(cap) ((uint64_t)1 << (cap))

#define ANSWER_NONE 0xffffffffu

#define ID_NONE UINT32_MAX

/* Descriptors of the caller by which others and the sandbox meet. */
enum peer {
	PEER_SYNC,	   /* is open as long as the sandbox runs */
	PEER_BLOCK,	   /* the command waits until it can be read */
	PEER_USERNS_BLOCK, /* so do the ids, which another maps */
	PEER_INFO,	   /* is told process and namespaces */
	PEER_STATUS,	   /* ... and the exit code */
	PEER_USERNS,	   /* a user namespace to be in, from the start */
	PEER_USERNS2,	   /* ... at the end */
	PEER_PIDNS,	   /* a PID namespace to be in */
	PEER_COUNT,
};

struct plan {
	ARRAY(struct plan_mount) mounts;
	ARRAY(struct plan_env) env;
	ARRAY(struct plan_rlimit) rlimits;
	ARRAY(int) keep_fds;
	ARRAY(const char *) hints;
	ARRAY(struct plan_calls) calls;
	ARRAY(int) seccomp_fds; /* of raw filters, in their order */
	ARRAY(struct plan_protected) protected;
	ARRAY(const char *) profiles; /* as named on the command line */
	struct plan_limits limits;
	struct plan_report report;
	ARRAY(const char *) lock_files; /* clean paths inside */
	int peers[PEER_COUNT];		/* descriptors, or -1 */
	bool bwrap; /* as bubblewrap: whatever was not asked for stays */

	enum home_mode home;
	const char *home_dir; /* with HOME_DIR */
	enum workdir_mode workdir;

	uint64_t unshare;     /* CLONE_NEW* that must be made */
	uint64_t unshare_try; /* CLONE_NEW* made where the kernel can */
	uint32_t uid, gid;    /* inside; ID_NONE: as outside */
	bool map_root;
	bool map_auto;	     /* and the caller's ranges of subordinate ids */
	bool disable_userns; /* nobody inside may make one */
	bool assert_userns_disabled; /* ... and that is tried */
	uint64_t caps;		     /* that the command keeps: 1 << CAP_ */
	uint64_t caps_dropped;	     /* that it was asked to lose, last */
	uint32_t calls_rest; /* answer to calls no rule is about; ANSWER_NONE */
	bool calls_x86;	     /* 32-bit programs may run */
	bool seccomp_only;   /* seccomp_fds is one, and stays alone */
	bool explain;	     /* refused calls are reported */
	bool no_create;	     /* nothing is made on the host to protect it */
	const char *hostname; /* NULL: inherited */
	bool new_session, die_with_parent, as_pid_1;

	const char *changes; /* where layers are kept, a clean path, or NULL */
	bool ask;	     /* what becomes of them in the end */
	const char
		*overlay_helper; /* fuse-overlayfs: a name without a slash, or
				       a clean path; or NULL */

	const char *chdir;	    /* NULL: the working directory */
	const char *argv0;	    /* NULL: the command's name */
	const char *const *command; /* NULL-terminated, never empty */
};

/* The defaults of a sandbox with no directive at all. */
void plan_init(struct plan *p);

/*
 * Completes and checks what single settings could not: directives that exclude
 * or need each other.
 */
int plan_check(const struct plan *p, struct err *e);

/* Whether there is something to run. */
int plan_check_command(const struct plan *p, struct err *e);

/* Controllers of cgroups that its limits would need, if they can be had. */
unsigned int plan_controllers(const struct plan *p);

/* Whether figures are wanted: for a report, or for a limit on them. */
bool plan_measures(const struct plan *p);

/*
 * Whether it is worth starting again in a scope of systemd's: for limits that
 * were asked for on the command line and for a cgroup that has to be there, not
 * for what profiles say.
 */
bool plan_asks_for_cgroup(const struct plan *p);

/* The paths and descriptors that compile will ask about. */
void plan_wants(struct arena *a, const struct plan *p,
		const struct caller *caller, struct host_wants *out);

/* The caller's home as a clean path; NULL if HOME is unset or not absolute. */
const char *plan_caller_home(struct arena *a, const struct caller *caller);

#endif
