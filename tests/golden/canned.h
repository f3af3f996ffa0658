/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine that does not exist, for tests: read from a text, it answers what
 * host_look() would answer on it. No file of the real machine is looked at.
 *
 *	uid 1000		ids of the caller
 *	gid 1000
 *	kernel 6.1
 *	userns no		default: yes
 *	cwd /home/ann/project	"-": it has no name
 *	console /dev/pts/3	the terminal behind stdout; default: none
 *	self /usr/bin/sandbox	the executable; default: it has no name
 *	machine MEMORY SWAP CPUS	bytes; default: 16 GiB, none, 4
 *	cgroups mount PATH	cgroup v2 is mounted there; default: nowhere
 *	cgroups scope		systemd's user manager would make a scope
 *	cgroups scoped		... it did
 *	cgroups perf		the clock of perf_event_open(2) works
 *	cgroup current PATH WORD...	a place; or given, parent, root. The
 *				words are usable, can-enable, top, empty,
 *				alone, and controllers: memory if it is
 *				available, +memory if it is enabled
 *	descriptor 3 PATH	is open on that; PATH missing: on a pipe
 *	name ann		the caller's, for --map-auto; default: none
 *	subuid LINE		a line of /etc/subuid: ann:100000:65536
 *	subgid LINE		... of /etc/subgid
 *	helper newuidmap PATH	where it is; or newgidmap; default: nowhere
 *	env HOME=/home/ann	replaces an earlier one of that name
 *	env HOME		takes it away
 *	dir PATH [OWNER [MODE]]	parents that are missing belong to root
 *	file PATH [OWNER [MODE]]
 *	other PATH [OWNER [MODE]]
 *	link PATH TARGET
 *	broken PATH ERRNO	lstat(2) fails with that number
 *	socket PATH [OWNER [MODE]]
 *	mount PATH TYPE		a file system is mounted there
 *	record "LINE"		the record of --changes has that line; {PATH} in
 *				it is the inode of PATH
 *	changes NUMBER		f_type of its file system; default: ext4
 *	profile NAME		the lines after it that begin with a tab
 *
 * Words are split as in a profile; # begins a comment. PATH is absolute and
 * clean. The group of a file is the number of its owner.
 */
#ifndef GOLDEN_CANNED_H
#define GOLDEN_CANNED_H

#include "base/arena.h"
#include "base/str.h"
#include "host/host.h"
#include "input/profile.h"

#include <stdbool.h>
#include <sys/types.h>

struct canned_node {
	const char *path;
	const char *target; /* of a symlink */
	enum path_type type;
	int errnum;
	uid_t owner;
	mode_t mode;
	bool socket;
};

struct canned {
	struct arena *arena;
	struct caller caller;
	unsigned int kernel_major, kernel_minor;
	bool no_userns;
	const char *console;
	const char *self;
	uint64_t memory, swap;
	unsigned int cpu_count;
	struct host_cgroup cgroup;
	const char *helper_name, *helper; /* --overlay-helper: its path */
	struct subids subids;
	struct str subuid, subgid; /* the files */
	ARRAY(struct canned_node) nodes;
	struct host_mounts mounts;
	ARRAY(const char *) record;
	uint64_t changes_type;
	ARRAY(struct host_descriptor) descriptors;
	ARRAY(const char *) env;
	ARRAY(struct profile_text) profiles;
};

/*
 * Adds what the text says to a machine that starts all zero but for its arena,
 * where everything is copied to. Later lines win, so that a second text can
 * change what a first one said.
 */
int canned_read(struct canned *c, const char *text, struct err *e);

/* What host_look() does, on this machine. */
int canned_look(const struct canned *c, struct arena *a,
		const struct host_wants *wants, struct host *out,
		struct err *e);

/* Its profiles, then the shipped ones; never a file. */
struct profile_source canned_source(struct canned *c);

#endif
