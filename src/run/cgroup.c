/* SPDX-License-Identifier: Apache-2.0 */
#include "run/cgroup.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "run/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "sandbox-run-"
#define COMMAND "command"

/* --- files -------------------------------------------------------------- */

static int write_at(int dir, const char *file, const char *text)
{
	autoclose int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

/* The text of a file that is open; it is read from its start. */
static bool read_open(int fd, char *text, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

	if (n < 0)
		return false;
	text[n] = '\0';
	return true;
}

static bool read_at(int dir, const char *file, char *text, size_t size)
{
	autoclose int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);

	return read_open(fd, text, size);
}

/* The number after "KEY " at the start of a line, or UNKNOWN. */
static uint64_t value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == ' ')
			return strtoull(line + n + 1, NULL, 10);
	}
	return UNKNOWN;
}

static uint64_t number_in(int fd)
{
	char text[64];

	return read_open(fd, text, sizeof(text)) ? strtoull(text, NULL, 10) :
						   UNKNOWN;
}

/* --- making ------------------------------------------------------------- */

/*
 * A directory that is ours as long as we hold its lock. Between its making and
 * the lock a sweep may take it for one that was left; then there is another
 * try.
 */
static int make_locked(int parent, char name[48], struct err *e)
{
	for (int tries = 0; tries < 100; tries++) {
		struct timespec now;
		struct stat here, there;
		autoclose int fd = -1;

		clock_gettime(CLOCK_MONOTONIC, &now);
		snprintf(name, 48, PREFIX "%d-%016llx", (int)getpid(),
			 (unsigned long long)now.tv_sec * 1000000000 +
				 (unsigned long long)now.tv_nsec);
		if (mkdirat(parent, name, 0755) < 0) {
			if (errno == EEXIST)
				continue;
			return err_sys(e, "make a cgroup");
		}
		fd = openat(parent, name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    fstat(fd, &here) == 0 &&
		    fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0) {
			if (here.st_ino == there.st_ino)
				return TAKE_FD(fd);
			continue;
		}
		if (errno != ENOENT && errno != EWOULDBLOCK) {
			err_sys(e, "lock a cgroup");
			unlinkat(parent, name, AT_REMOVEDIR);
			return -1;
		}
	}
	return err_set(e, ERR_SYSTEM,
		       "make a cgroup: something takes each one "
		       "away");
}

/*
 * A cgroup that hands controllers on may hold no process. We are the only one
 * in it, so compile says, and leave it.
 */
static int step_aside(struct run *r, struct err *e)
{
	struct cgroup *c = &r->cgroup;

	c->own = make_locked(c->parent, c->own_name, e);
	if (c->own < 0)
		return -1;
	if (write_at(c->own, "cgroup.procs", "0") < 0)
		return err_sys(e, "move to a cgroup of its own");
	return 0;
}

/* Who can mount the cgroup file system inside makes no more of them. */
static int limit_descendants(struct cgroup *c, struct err *e)
{
	if (write_at(c->dir, "cgroup.max.descendants", "64") < 0 ||
	    write_at(c->dir, "cgroup.max.depth", "8") < 0)
		return err_sys(e, "limit the number of cgroups inside");
	return 0;
}

static int write_limits(struct run *r, struct err *e)
{
	const struct program_cgroup *p = &r->program->cgroup;

	for (size_t i = 0; i < p->write_count; i++) {
		const struct cgroup_write *w = &p->writes[i];

		if (write_at(r->cgroup.dir, w->file, w->text) == 0 ||
		    (w->optional && errno == ENOENT))
			continue;
		err_sys(e, "write '%s' to '%s' of the cgroup", w->text,
			w->file);
		if (strncmp(w->file, "cpuset", 6) == 0)
			err_hint(e, "there are those that /sys/devices/system/"
				    "cpu/online lists");
		if (e->errnum == ENODEV)
			err_hint(e, "the device is not there, or its driver "
				    "takes no limits");
		return -1;
	}
	return 0;
}

static int open_figures(struct cgroup *c, struct err *e)
{
	c->cpu = openat(c->dir, "cpu.stat", O_RDONLY | O_CLOEXEC);
	if (c->cpu < 0)
		return err_sys(e, "open 'cpu.stat' of the cgroup");
	/* Only with their controllers. */
	c->memory = openat(c->dir, "memory.current", O_RDONLY | O_CLOEXEC);
	c->tasks = openat(c->dir, "pids.current", O_RDONLY | O_CLOEXEC);
	return 0;
}

int stage_cgroup(struct run *r, struct err *e)
{
	const struct program_cgroup *p = &r->program->cgroup;
	struct cgroup *c = &r->cgroup;

	c->parent = open(p->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->parent < 0)
		return err_sys(e, "open cgroup '%s'", p->parent);
	if (p->move && step_aside(r, e) < 0)
		return -1;
	if (p->enable &&
	    write_at(c->parent, "cgroup.subtree_control", p->enable) < 0)
		return err_sys(e, "write '%s' to '%s/cgroup.subtree_control'",
			       p->enable, p->parent);
	c->dir = make_locked(c->parent, c->name, e);
	if (c->dir < 0 || write_limits(r, e) < 0 || limit_descendants(c, e) < 0)
		return -1;
	if (mkdirat(c->dir, COMMAND, 0755) < 0)
		return err_sys(e, "make a cgroup for the command");
	c->command = openat(c->dir, COMMAND,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->command < 0)
		return err_sys(e, "open the cgroup for the command");
	return open_figures(c, e);
}

/* --- figures ------------------------------------------------------------ */

static uint64_t microseconds(const char *text, const char *key)
{
	uint64_t n = value_of(text, key);

	return n == UNKNOWN ? n : n * 1000;
}

struct cpu cgroup_cpu(struct run *r)
{
	char text[1024];

	if (!read_open(r->cgroup.cpu, text, sizeof(text)))
		return (struct cpu){ UNKNOWN, UNKNOWN, UNKNOWN };
	return (struct cpu){
		.all = microseconds(text, "usage_usec"),
		.user = microseconds(text, "user_usec"),
		.system = microseconds(text, "system_usec"),
	};
}

uint64_t cgroup_memory(struct run *r)
{
	return number_in(r->cgroup.memory);
}

uint64_t cgroup_tasks(struct run *r)
{
	return number_in(r->cgroup.tasks);
}

/* "8:0 rbytes=1 wbytes=2 ...", a line for each device. */
static void read_io(int dir, struct usage *out)
{
	char text[8192];

	if (!read_at(dir, "io.stat", text, sizeof(text)))
		return;
	out->read = out->written = 0;
	for (const char *p = text; (p = strstr(p, "rbytes=")); p++)
		out->read += strtoull(p + strlen("rbytes="), NULL, 10);
	for (const char *p = text; (p = strstr(p, "wbytes=")); p++)
		out->written += strtoull(p + strlen("wbytes="), NULL, 10);
}

/* The kernel's own record (5.19, 6.7) is better than what was seen. */
static void read_peak(int dir, const char *file, uint64_t less, uint64_t *out)
{
	autoclose int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	uint64_t n = fd < 0 ? UNKNOWN : number_in(fd);

	if (n != UNKNOWN && n >= less)
		*out = n - less;
}

static bool is_positive(uint64_t n)
{
	return n != UNKNOWN && n > 0;
}

/*
 * Linux before 6.9 counts there what a limit further up refused, too. That of
 * the run was not it if there never were nearly as many.
 */
static bool is_near(const struct run *r)
{
	uint64_t peak = r->outcome->usage.tasks_peak;

	return peak == UNKNOWN || r->program->pids <= 2 * peak + 64;
}

void cgroup_figures(struct run *r)
{
	struct usage *u = &r->outcome->usage;
	int dir = r->cgroup.dir;
	char text[1024];

	if (dir < 0)
		return;
	if (r->cgroup.memory >= 0)
		u->memory_source = SOURCE_CGROUP;
	read_peak(dir, "memory.peak", 0, &u->memory_peak);
	read_peak(dir, "pids.peak", r->program->init, &u->tasks_peak);
	if (read_at(dir, "memory.events", text, sizeof(text))) {
		u->oom_kills = value_of(text, "oom_kill");
		/* Without "oom" it was memory of all the machine. */
		r->out_of_memory = is_positive(u->oom_kills) &&
				   is_positive(value_of(text, "oom"));
	}
	if (read_at(dir, "pids.events", text, sizeof(text)))
		r->outcome->pids_reached =
			is_positive(value_of(text, "max")) && is_near(r);
	read_io(dir, u);
}

/* --- the end ------------------------------------------------------------ */

void cgroup_kill(struct run *r)
{
	if (r->cgroup.dir >= 0)
		write_at(r->cgroup.dir, "cgroup.kill", "1");
}

/* The first directory in it; false: there is none. */
static bool first_child(int dir, char name[NAME_MAX + 1])
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry = NULL;

	while (list && (entry = readdir(list)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			break;
	if (entry)
		snprintf(name, NAME_MAX + 1, "%s", entry->d_name);
	if (list)
		closedir(list);
	else if (fd >= 0)
		close(fd);
	return entry;
}

/* One that has no others in it, somewhere in `dir`/`name`, or that itself. */
static int remove_deepest(int dir, const char *name)
{
	char child[NAME_MAX + 1], next[NAME_MAX + 1];
	autoclose int above = openat(dir, ".", O_PATH | O_CLOEXEC);
	int here = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	snprintf(child, sizeof(child), "%s", name);
	while (here >= 0 && first_child(here, next)) {
		close(above);
		above = here;
		here = openat(above, next, O_PATH | O_DIRECTORY | O_CLOEXEC);
		memcpy(child, next, sizeof(child));
	}
	if (here >= 0)
		close(here);
	return unlinkat(above, child, AT_REMOVEDIR);
}

/* What was killed may take a moment to go. */
#define REMOVE_TRIES 500
/* A command that could mount the cgroup file system may have made others. */
#define REMOVE_MOST 200

static void remove_directory(int parent, const char *name, int tries)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < REMOVE_MOST && tries > 0; i++) {
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		if (remove_deepest(parent, name) == 0)
			continue;
		if (--tries > 0)
			nanosleep(&moment, NULL);
	}
}

/* Back to where we were, as we found it. */
static void step_back(struct run *r)
{
	struct cgroup *c = &r->cgroup;
	char disable[64];
	char *p = disable;

	/* "+memory +pids" */
	snprintf(disable, sizeof(disable), "%s", r->program->cgroup.enable);
	while ((p = strchr(p, '+')))
		*p = '-';
	write_at(c->parent, "cgroup.subtree_control", disable);
	write_at(c->parent, "cgroup.procs", "0");
	remove_directory(c->parent, c->own_name, REMOVE_TRIES);
	close(TAKE_FD(c->own));
}

void cgroup_remove(struct run *r)
{
	struct cgroup *c = &r->cgroup;

	if (c->dir >= 0) {
		cgroup_kill(r);
		remove_directory(c->dir, COMMAND, REMOVE_TRIES);
		remove_directory(c->parent, c->name, REMOVE_TRIES);
		close(TAKE_FD(c->dir));
	}
	if (c->own >= 0)
		step_back(r);
}

/* --- what others left --------------------------------------------------- */

/* Exactly such a name as make_locked() gives. */
static bool is_ours(const char *name)
{
	const char *p = name + strlen(PREFIX);
	size_t pid;

	if (!str_starts(name, PREFIX))
		return false;
	pid = strspn(p, "0123456789");
	return pid && p[pid] == '-' &&
	       strspn(p + pid + 1, "0123456789abcdef") == 16 &&
	       p[pid + 17] == '\0';
}

static void remove_left(int parent, const char *name)
{
	autoclose int fd = openat(
		parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	/* With the lock held nobody else takes it for his. */
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	write_at(fd, "cgroup.kill", "1");
	/* There are limits to watch: what is not gone yet, the next run sees. */
	remove_directory(fd, COMMAND, 1);
	remove_directory(parent, name, 1);
}

void cgroup_sweep(struct run *r)
{
	int fd = r->cgroup.parent < 0 ?
			 -1 :
			 openat(r->cgroup.parent, ".",
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_ours(entry->d_name))
			remove_left(r->cgroup.parent, entry->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}
