/* SPDX-License-Identifier: Apache-2.0 */
#include "run/looks.h"

#include "base/cleanup.h"
#include "run/run.h"
#include "run/sync.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

/* --- the hand-over ------------------------------------------------------ */

/*
 * The first of a message is the procfs if `status` says so: the supervisor needs
 * one, and has no use for more.
 */
void looks_add(struct run *r, int mount, bool proc)
{
	struct looks *l = &r->looks;

	if (proc && r->program->looks && l->proc == -1)
		l->proc = mount;
	else if (!proc && r->program->looks & LOOK_MEMORY &&
		 l->count < LOOKED_MOUNTS_MAX)
		l->mounts[l->count++] = mount;
}

int looks_send(struct run *r, struct err *e)
{
	struct looks *l = &r->looks;
	struct message m = { .kind = MESSAGE_MOUNTS, .status = l->proc >= 0 };
	int fds[LOOKED_MOUNTS_MAX + 1];
	unsigned int n = 0;

	if (l->proc >= 0)
		fds[n++] = l->proc;
	memcpy(fds + n, l->mounts, l->count * sizeof(*fds));
	n += l->count;
	if (!n)
		return 0;
	l->proc = -2; /* one is enough */
	l->count = 0;
	return message_send_fds(r->socket, &m, fds, n, e);
}

/* --- looking ------------------------------------------------------------ */

/* A whole small file of a process; "" when that is gone meanwhile. */
static size_t read_of(struct run *r, const char *pid, const char *name,
		      char *text, size_t size)
{
	char path[64];
	autoclose int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", pid, name);
	fd = openat(r->looks.proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? 0 : (size_t)n;
}

/* Field number `n` of stat, proc(5): those after the name, which may be odd. */
static uint64_t stat_field(const char *text, unsigned int n)
{
	const char *p = strrchr(text, ')');

	/* The name is number 2. */
	for (unsigned int i = 2; p && i < n; i++) {
		p = strchr(p + 1, ' ');
	}
	return p ? strtoull(p + 1, NULL, 10) : 0;
}

#define STAT_UTIME 14
#define STAT_STIME 15
#define STAT_CUTIME 16
#define STAT_CSTIME 17
#define STAT_THREADS 20

static void look_at_stat(struct run *r, const char *pid, bool counted,
			 struct look *out)
{
	char text[1024];
	uint64_t ticks;

	if (!read_of(r, pid, "stat", text, sizeof(text)))
		return;
	if (counted)
		out->tasks += stat_field(text, STAT_THREADS);
	ticks = stat_field(text, STAT_UTIME) + stat_field(text, STAT_STIME) +
		stat_field(text, STAT_CUTIME) + stat_field(text, STAT_CSTIME);
	out->cpu += ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* Number `n`, from 0, of statm, in pages. */
static uint64_t statm_field(const char *text, unsigned int n)
{
	char *end = (char *)text;
	uint64_t value = 0;

	for (unsigned int i = 0; i <= n; i++)
		value = strtoull(end, &end, 10);
	return value;
}

static uint64_t look_at_statm(struct run *r, const char *pid)
{
	char text[256];

	if (!read_of(r, pid, "statm", text, sizeof(text)))
		return 0;
	return statm_field(text, 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t kilobytes(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

/*
 * Its share of what it holds together with others, without what the kernel can
 * drop, files. Of a process that hides it, all that is in memory.
 */
static uint64_t look_at_rollup(struct run *r, const char *pid)
{
	char text[2048];

	if (!read_of(r, pid, "smaps_rollup", text, sizeof(text)))
		return look_at_statm(r, pid);
	return kilobytes(text, "\nPss_Anon:") + kilobytes(text, "\nPss_Shmem:");
}

/* A file that is in one of them and mapped too counts twice. */
static uint64_t look_at_mounts(struct run *r)
{
	uint64_t sum = 0;
	struct statfs fs;

	for (unsigned int i = 0; i < r->looks.count; i++)
		if (fstatfs(r->looks.mounts[i], &fs) == 0)
			sum += (fs.f_blocks - fs.f_bfree) *
			       (uint64_t)fs.f_bsize;
	return sum;
}

static bool is_process(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}

static void look_at(struct run *r, const char *pid, bool closely,
		    struct look *out)
{
	unsigned int looks = r->program->looks;
	bool counted = !r->program->init || strcmp(pid, "1") != 0;

	out->processes += counted;
	if (looks & (LOOK_TASKS | LOOK_CPU) && !closely)
		look_at_stat(r, pid, counted, out);
	if (looks & LOOK_MEMORY && counted)
		out->memory += closely ? look_at_rollup(r, pid) :
					 look_at_statm(r, pid);
}

static void look_at_all(struct run *r, bool closely, struct look *out)
{
	char room[8192] __attribute__((aligned(8)));
	ssize_t n;

	lseek(r->looks.list, 0, SEEK_SET);
	while ((n = getdents64(r->looks.list, room, sizeof(room))) > 0)
		for (ssize_t at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(room + at);

			at += entry->d_reclen;
			if (is_process(entry->d_name))
				look_at(r, entry->d_name, closely, out);
		}
	if (r->program->looks & LOOK_MEMORY)
		out->memory += look_at_mounts(r);
}

/* To look closely at so many costs a millisecond, about. */
#define FEW_PROCESSES 16

bool looks_take(struct run *r, uint64_t limit, struct look *out)
{
	struct looks *l = &r->looks;
	struct look quick = { 0 }, close = { .exact = true };

	if (l->proc < 0)
		return false;
	if (l->list < 0)
		l->list = openat(l->proc, ".",
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->list < 0)
		return false;
	look_at_all(r, false, &quick);
	if (r->program->looks & LOOK_MEMORY &&
	    ((limit && quick.memory >= limit) ||
	     (r->program->measure && quick.processes <= FEW_PROCESSES))) {
		look_at_all(r, true, &close);
		quick.memory = close.memory;
		quick.exact = true;
	}
	*out = quick;
	return true;
}
