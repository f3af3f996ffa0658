/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each process will do, in order: the answer to a plan on a host. A
 * program holds no decision that is still open, and nothing that could not be
 * printed; run carries it out without thinking. Sealed before it is run.
 */
#ifndef COMPILE_PROGRAM_H
#define COMPILE_PROGRAM_H

#include "base/arena.h"
#include "compile/filter.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct str;

enum step_kind {
	STEP_BIND,	   /* source, a host path, on dest */
	STEP_TMPFS,	   /* new tmpfs on dest: mode, size */
	STEP_PROC,	   /* new procfs on dest */
	STEP_DEVPTS,	   /* new devpts on dest */
	STEP_DIR,	   /* directory dest: mode */
	STEP_SYMLINK,	   /* dest -> source */
	STEP_PROTECT,	   /* dest bound on itself, if it is there */
	STEP_REMOUNT_RO,   /* the mount at dest */
	STEP_HIDE,	   /* whatever is at dest is covered, if it is there */
	STEP_FILE,	   /* file dest, with what is read from fd: mode */
	STEP_DATA,	   /* such a file, in the scratch, on dest */
	STEP_CHMOD,	   /* of what is at dest: mode */
	STEP_MQUEUE,	   /* the message queues on dest */
	STEP_OVERLAY,	   /* layers as one on dest */
	STEP_HIDE_PRIVATE, /* what others may not read, at dest and below */
};

/* A directory of the host, as it was when looked at. */
struct layer {
	const char *path;
	uint64_t dev, ino;
	bool marked; /* names with ".wh." in it are deletions, covers.h */
};

/* One change of the mount tree. Destinations are inside the new root. */
struct step {
	enum step_kind kind;
	const char *source;
	const char *dest;
	const char *origin;  /* what asked for it, for messages; or NULL */
	uint64_t attributes; /* MOUNT_ATTR_ of mount_setattr(2) to set */
	mode_t mode;
	mode_t parents;	   /* of directories made on the way; 0: 0755 */
	int fd;		   /* the caller's: what it says or is; or -1 */
	uint64_t size;	   /* of a tmpfs; 0: the kernel's default */
	uint64_t dev, ino; /* what source was when looked at; 0: not known */
	const struct layer *layers; /* of an overlay, the lowest first */
	size_t layer_count;
	const struct layer *upper, *work; /* what is written to; or NULL */
	bool in_memory;			  /* ... which is in the scratch */
	int place;	/* ... or of this number in program.layer; or -1 */
	bool helped;	/* the overlay is made by program.helper */
	bool directory; /* source is one: what to create at dest */
	bool optional;	/* a source that is gone is no error */
	bool create;	/* of STEP_PROTECT: made, empty, if it is missing */
};

/* What every step begins as: it uses no descriptor and no layer. */
#define STEP_NONE ((struct step){ .fd = -1, .place = -1 })

/* One line of a uid_map or gid_map, user_namespaces(7). */
struct id_map {
	uint32_t inside, outside, count;
};

struct id_maps {
	const struct id_map *lines;
	size_t count;
};

/* Maps that only newuidmap(1) and newgidmap(1) can write: --map-auto. */
struct auto_map {
	const char *newuidmap, *newgidmap; /* paths; NULL: none are wanted */
	struct id_maps uids, gids;	   /* the first line is the caller's */
};

/* What holds a limit. */
enum holder {
	HELD_BY_CGROUP, /* the kernel, for the whole tree */
	HELD_BY_RLIMIT, /* the kernel, see getrlimit(2) */
	HELD_BY_WATCH,	/* the supervisor, exactly */
	HELD_BY_LOOKS,	/* the supervisor's looks: approximately */
};

enum unit { UNIT_BYTES, UNIT_COUNT, UNIT_TIME /* ns */, UNIT_TEXT };

/* A limit in force, for --dry-run, --report and --stats. */
struct program_limit {
	const char *name; /* the option's: "memory" */
	enum unit unit;
	uint64_t value;
	const char *text; /* of UNIT_TEXT, as given */
	enum holder holder;
};

/* Where the cgroup of the run comes from. */
enum cgroup_source {
	CGROUP_NONE,
	CGROUP_GIVEN,	/* below --cgroup-parent */
	CGROUP_CURRENT, /* below the one sandbox is in */
	CGROUP_SIBLING, /* beside it */
	CGROUP_OWN,	/* below the top, as root */
	CGROUP_SCOPE,	/* of systemd: sandbox is run again, in a scope */
};

/* A line that is written to a file of the run's cgroup. */
struct cgroup_write {
	const char *file, *text;
	bool optional; /* a kernel without the file needs no such line */
};

struct program_cgroup {
	enum cgroup_source source;
	const char *parent; /* the directory where the run's is made */
	const char *enable; /* for its cgroup.subtree_control; NULL: nothing */
	bool move; /* sandbox leaves the parent for a child of its own first */
	const struct cgroup_write *writes;
	size_t write_count;
};

/* A kept layer: the directory of --changes, see host/record.h. */
struct program_layer {
	const char *dir; /* NULL: there is none */
	bool make;	 /* the directory does not exist yet */
	uint64_t dev, ino;
	const struct record *found; /* what it says; NULL: it has no record */
	struct record record;	    /* what it will say */
	const char *text; /* ... but for its time; NULL: nothing new */
};

/* What the supervisor looks at from time to time, by the sandbox's /proc. */
#define LOOKED_MOUNTS_MAX 128 /* private file systems whose size counts */
#define LOOK_MEMORY 1
#define LOOK_TASKS 2
#define LOOK_CPU 4

struct program {
	/* supervisor */
	uint64_t namespaces; /* CLONE_NEW* for clone3(2) */
	bool die_with_parent;
	struct program_cgroup cgroup;
	unsigned int looks;   /* LOOK_ */
	bool looks_soon;      /* what they need is handed over at the start */
	bool watched;	      /* the supervisor holds a limit */
	bool perf;	      /* count processor time by an inherited clock */
	bool measure;	      /* figures are wanted: --report, --stats */
	bool timeline;	      /* ... and samples */
	uint64_t memory;      /* that looks hold; 0: none */
	uint64_t pids;	      /* whose reaching looks are to see; 0: none */
	bool file_size_along; /* with memory, which nothing else holds */
	bool kill_at_pids;    /* only looks hold it */
	uint64_t time_limit, cpu_time, grace; /* ns; 0: none */
	uint64_t output_limit;		      /* bytes; 0: none */
	unsigned int cpu_count;		      /* that can be used at once */

	struct program_layer layer;

	bool bwrap; /* lifetime, signals and words are bubblewrap's */
	int peers[PEER_COUNT]; /* the caller's descriptors, or -1 */

	/* PID 1, or the only child when there is none */
	bool init;     /* a PID 1 of ours stands between, or another process */
	bool in_reach; /* ... which those outside may look at */
	bool maps_ids; /* uid, gid are for a map; else to be changed to */
	struct id_map uid, gid;
	struct auto_map map;	       /* if there is one, others write it */
	const char *const *lock_files; /* paths inside */
	size_t lock_file_count;
	bool loopback;
	bool base_tmpfs; /* the root starts as an empty tmpfs */
	bool in_place;	 /* or as what the namespace was made with, if it may */
	bool scratch;	 /* a tmpfs that nobody sees, for what steps keep */
	uint64_t scratch_size; /* 0: the kernel's default */
	const int *taken_fds;  /* the caller's, that steps use up */
	size_t taken_fd_count;
	const struct step *steps;
	size_t step_count;
	const char *helper; /* path of the program that makes overlays */
	size_t helpers;	    /* so many of it run; 0: none */
	bool cow; /* what others own cannot be changed even in layers */
	const char *const *notes; /* what is not covered by --cow, for people */
	size_t note_count;
	const char *hostname;
	bool disable_userns; /* user.max_user_namespaces = 0 */
	bool nested; /* ... and the command in one more, out of its reach */
	uint64_t pid_max; /* kernel.pid_max of its PID namespace; 0: as is */

	/* the command */
	uint64_t caps;	     /* what it keeps, 1 << CAP_ */
	bool caps_untouched; /* they are as they were; PID 1 keeps none */
	bool caps_bounded;   /* nor does execve(2) give others */
	bool caps_locked;    /* and uid 0 has none by itself */
	bool assert_userns_disabled; /* making a user namespace has to fail */
	bool join_keyring;	     /* a session keyring of its own */
	bool filtered;
	struct filter filter;
	struct bpf bpf;	       /* what `filter` says */
	bool explain;	       /* ... but refusals go to the supervisor */
	const struct bpf *raw; /* loaded after it, in order */
	size_t raw_count;
	bool new_session;
	const char *const *chdirs;  /* tried in order, NULL-terminated */
	const char *const *pwds;    /* "PWD=..." for each of them */
	bool chdir_must;	    /* the first one has to work */
	const char *const *environ; /* without PWD; one free slot at the end */
	size_t environ_count;
	const char *const *argv;
	const char *called;	  /* the command, as it was named */
	const char *const *paths; /* execve(2) is tried with each, in order */
	const struct plan_rlimit *rlimits;
	size_t rlimit_count;
	const int *keep_fds; /* ascending, without duplicates */
	size_t keep_fd_count;

	/* for messages after the run */
	const struct program_limit *limits; /* in the order of the table */
	size_t limit_count;
	const char *const *profiles; /* as named */
	size_t profile_count;
	const char *const *hints; /* shown when the command failed */
	size_t hint_count;
	const char *path_variable; /* PATH inside */
	const char
		*closed_message; /* a directory of the caller's is read-only */
	bool offline;		 /* without network */
};

/* The option of a descriptor that others hold: "--sync-fd". */
const char *peer_name(enum peer peer);

/*
 * The host path that is seen at `path` inside, or NULL if nothing of the host
 * is. By text: symlinks inside bound trees are not followed.
 */
const char *program_source(struct arena *a, const struct program *p,
			   const char *path);

/* The program for people: --dry-run, and the golden files. */
void program_print(const struct program *p, struct str *out);

#endif
