/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this machine is, as far as a run depends on it. Two looks are taken, in
 * this order, and none later: caller_read() for what profiles may name
 * (${HOME}, ${UID} ...), and host_look() for the kernel and every path that
 * the plan names. compile decides from these values alone, so that it can be
 * tested with a machine that does not exist; run compares what it opens with
 * them (device and inode), so that a path swapped in between is noticed.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "host/cgroup.h"
#include "host/mountinfo.h"
#include "host/record.h"
#include "host/subids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct err;

/* Who called, from the kernel and the environment; never from NSS. */
struct caller {
	uid_t uid; /* effective ids */
	gid_t gid;
	const char *const *environ; /* NAME=VALUE, NULL-terminated */
	const char *cwd;	    /* resolved; NULL if it cannot be named */
	const char
		*called; /* the path of the executable in execve(2), or NULL */
	bool scoped;	 /* systemd made a scope for this run: SCOPE_VARIABLE */
};

/* The working directory's name lives in `a`. */
void caller_read(struct arena *a, struct caller *out);

/* The value of an environment variable of the caller's, or NULL. */
const char *caller_env(const struct caller *c, const char *name);

enum path_type {
	PATH_ABSENT,
	PATH_UNREACHABLE, /* errnum says why: EACCES, ELOOP, ESTALE ... */
	PATH_FILE,
	PATH_DIR,
	PATH_LINK,  /* entries of a directory only: links are followed */
	PATH_OTHER, /* device, socket, FIFO */
};

/* A symlink that was met on the way to a path. */
struct path_link {
	const char *at;	    /* where it is; its parent has no symlinks */
	const char *target; /* what it says */
};

/* A name that was looked up on the way: whoever changes it changes the path. */
struct path_part {
	const char *at; /* its parent has no symlinks */
	enum path_type type;
	uid_t uid;
	mode_t mode;
	uint64_t dev, ino;
};

struct path_entry {
	const char *name;
	const char *target; /* of a symlink, else NULL */
	enum path_type type;
	uid_t uid;
	mode_t mode; /* with the bits of its type, inode(7) */
	uint64_t dev, ino;
};

struct path_fact {
	const char *path;     /* as asked */
	const char *resolved; /* without symlinks; as far as it exists */
	enum path_type type;
	int errnum;
	uid_t uid;
	mode_t mode;
	uint64_t dev, ino;
	const struct path_link *links;
	size_t link_count;
	const struct path_part *parts; /* in the order of the walk */
	size_t part_count;
	const struct path_entry *entries; /* sorted by name */
	size_t entry_count;
};

/* A path the plan wants to know about; clean and absolute. */
struct host_want {
	const char *path;
	bool entries_if_cwd; /* list it if it is the working directory */
	bool mounts_below;   /* list what has mounts below it, host_listing() */
};

/* A descriptor that the caller passes; `name`: what it is open on matters. */
struct host_want_fd {
	int fd;
	bool name;
};

struct host_wants {
	const struct host_want *paths;
	size_t count;
	bool mounts;	     /* what is mounted */
	const char *changes; /* a kept layer, which may not exist yet */
	const char *helper;  /* a program, by its path or name */
	bool console;	     /* the terminal behind stdout */
	bool userns;	     /* whether user namespaces are allowed at all */
	bool self;	     /* the executable: host.self */
	const int *raw;	     /* descriptors of filters to read, --seccomp */
	size_t raw_count;
	struct cgroup_wants cgroup; /* for cgroup_look(), which comes first */
	bool machine;		    /* how much memory and processors it has */
	const char *const *devices; /* whose numbers are wanted, --io-max */
	size_t device_count;
	const struct host_want_fd *descriptors; /* for host_descriptor() */
	size_t descriptor_count;
	bool bwrap; /* its words of errors; and all of the caller's descriptors */
	bool caps;     /* and capabilities */
	bool subids;   /* the ids that others give the caller */
	int joined[2]; /* descriptors: are they the same namespace? Or -1 */
};

/* A block device, the whole and no partition. */
struct host_device {
	const char *asked;	   /* the device, or a file on it */
	unsigned int major, minor; /* 0 and 0: there is none */
};

/* A descriptor, and what it is open on. */
struct host_descriptor {
	int fd;
	bool open;	  /* and the caller's, not one of ours */
	const char *path; /* a name of it that is known to host_path(); NULL:
			     there is none, or something else has it now */
};

/* What was read from a descriptor. */
struct host_bytes {
	const void *bytes;
	size_t size;
};

struct host {
	const struct caller *caller;
	unsigned int kernel_major, kernel_minor;
	const char *cwd;    /* the caller's */
	const char *pwd;    /* $PWD when it is another name of cwd, or NULL */
	bool cwd_writable;  /* the caller owns it, or may write (not as root) */
	bool userns_exists; /* only with host_wants.userns */
	const char *console; /* path of the terminal behind stdout, or NULL */
	const char *self;    /* our own executable; NULL: it has no name */
	const struct path_fact *paths;
	size_t path_count;
	const struct host_bytes *raw; /* one for each of host_wants.raw */
	size_t raw_count;
	struct host_cgroup cgroup;
	uint64_t memory, swap;		   /* of the machine, bytes */
	unsigned int cpu_count;		   /* processors this process may use */
	const struct host_device *devices; /* one for each wanted */
	size_t device_count;
	const struct host_descriptor *descriptors; /* likewise */
	size_t descriptor_count;
	const int *inherited; /* with bwrap: from 3 on, as found */
	size_t inherited_count;
	uint64_t caps;	  /* effective ones, 1 << CAP_ of capability.h */
	bool same_joined; /* of host_wants.joined */
	struct host_mounts mounts;	  /* with host_wants.mounts */
	const struct path_fact *listings; /* host_listing() */
	size_t listing_count;
	const struct record *record; /* of host_wants.changes, if it has one */
	const struct path_fact *places; /* one for each place of it */
	uint64_t changes_type; /* of its file system, f_type of statfs(2) */
	struct subids subids;
	const char *helper; /* the path of host_wants.helper; NULL: none */
};

/* The version of the kernel. */
int host_kernel(unsigned int *major, unsigned int *minor, struct err *e);

/* The kernel's own name of our executable; NULL: it has none. */
int host_self(struct arena *a, const char **out, struct err *e);

/*
 * Fills `*out`. The working directory, $PWD, host.self and what `wants` lists
 * can then be asked for with host_path(). A path that does not exist is a fact,
 * not an error; errors are those of the look itself. `out->cgroup` is there
 * already, from cgroup_look(): what that finds may make the rest needless.
 */
int host_look(struct arena *a, const struct caller *caller,
	      const struct host_wants *wants, struct host *out, struct err *e);

/* The fact about `path`, NULL if nobody asked for it before the look. */
const struct path_fact *host_path(const struct host *h, const char *path);

/*
 * A directory with its entries, all of them; NULL if it was not listed. One that
 * may not be read has none, and an errnum.
 */
const struct path_fact *host_listing(const struct host *h, const char *dir);

/* The fact about a descriptor. */
const struct host_descriptor *host_descriptor(const struct host *h, int fd);

/* Kernel versions compare by this. */
#define HOST_KERNEL(h) ((h)->kernel_major * 1000 + (h)->kernel_minor)

#endif
