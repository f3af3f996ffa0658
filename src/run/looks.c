/* SPDX-License-Identifier: Apache-2.0 */
#include "run/looks.h"

#include "base/cleanup.h"
#include "host/sys.h"
#include "run/init.h"
#include "run/run.h"
#include "run/sync.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

/* --- the hand-over ------------------------------------------------------ */

/* One procfs is enough; without one, nothing is looked at. */
void looks_keep(struct run *r, int mount, bool proc)
{
	struct looks *l = &r->looks;

	if (proc && r->program->looks && l->fds[0] < 0)
		l->fds[0] = mount;
	if (!proc && r->program->looks & LOOK_MEMORY &&
	    l->count < COUNT_OF(l->fds))
		l->fds[l->count++] = mount;
}

int looks_hand_over(struct run *r, struct err *e)
{
	struct looks *l = &r->looks;
	struct message m = { .kind = MESSAGE_MOUNTS };

	if (!r->program->looks || l->asked)
		return 0;
	l->asked = true;
	m.status = (int)l->count;
	return message_send_fds(r->socket, &m, l->fds, l->count, e);
}

/* A signal from outside the namespace that no queue can be too full for. */
void looks_ask(struct run *r)
{
	if (r->program->init && !r->looks.asked)
		sys_pidfd_send_signal(r->pidfd, INIT_CARRIER, NULL);
	r->looks.asked = true;
}

/* What cannot be looked at is not limited: better no command than that one. */
static void fail(struct run *r)
{
	struct err e;

	err_sys(&e, "look at the processes");
	limits_fail(r, &e);
}

void looks_receive(struct run *r, int sent, const struct passed *passed)
{
	struct looks *l = &r->looks;

	for (l->count = 0;
	     l->count < passed->count && l->count < COUNT_OF(l->fds);
	     l->count++)
		l->fds[l->count] = passed->fds[l->count];
	/* Of an O_PATH descriptor nothing can be listed. */
	if (l->count)
		l->list = openat(l->fds[0], ".",
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	errno = l->list < 0 ? errno : EMFILE;
	if (l->list < 0 || (int)l->count != sent)
		fail(r);
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
	fd = openat(r->looks.fds[0], path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	/* smaps_rollup may be hidden: EACCES, EPERM. */
	if (n < 0 && errno != ENOENT && errno != ESRCH && errno != EACCES &&
	    errno != EPERM)
		fail(r);
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

static uint64_t kilobytes(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

/* All that is in memory, or was and is swapped out now. */
static uint64_t look_at_memory(struct run *r, const char *pid)
{
	char text[4096];
	char *end;

	if (r->program->swap) {
		read_of(r, pid, "status", text, sizeof(text));
		return kilobytes(text, "\nVmRSS:") +
		       kilobytes(text, "\nVmSwap:");
	}
	/* A third of the time: size, resident, ... in pages. */
	read_of(r, pid, "statm", text, sizeof(text));
	strtoull(text, &end, 10);
	return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/*
 * Its share of what it holds together with others, without what the kernel can
 * drop, files. Of a process that hides it, all that is in memory.
 */
static uint64_t look_at_rollup(struct run *r, const char *pid)
{
	char text[2048];

	if (!read_of(r, pid, "smaps_rollup", text, sizeof(text)))
		return look_at_memory(r, pid);
	return kilobytes(text, "\nPss_Anon:") + kilobytes(text, "\nPss_Shmem:");
}

/* A file that is in one of them and mapped too counts twice. */
static uint64_t look_at_mounts(struct run *r)
{
	uint64_t sum = 0;
	struct statfs fs;

	for (unsigned int i = 1; i < r->looks.count; i++) {
		if (fstatfs(r->looks.fds[i], &fs) < 0)
			fail(r);
		else
			sum += (fs.f_blocks - fs.f_bfree) *
			       (uint64_t)fs.f_bsize;
	}
	return sum;
}

static bool is_process(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}

/* Our PID 1 is none of the command's. */
static bool is_counted(const struct run *r, const char *pid)
{
	return !r->program->init || strcmp(pid, "1") != 0;
}

static void count(struct run *r, const char *pid, struct look *out)
{
	out->processes += is_counted(r, pid);
}

static void look_at(struct run *r, const char *pid, struct look *out)
{
	unsigned int looks = r->program->looks;
	bool counted = is_counted(r, pid);

	out->processes += counted;
	if (looks & (LOOK_TASKS | LOOK_CPU))
		look_at_stat(r, pid, counted, out);
	if (looks & LOOK_MEMORY && counted)
		out->memory += look_at_memory(r, pid);
}

static void look_closely(struct run *r, const char *pid, struct look *out)
{
	if (is_counted(r, pid))
		out->memory += look_at_rollup(r, pid);
}

/* So many bytes of names, some forty, are one step. */
#define STEP_BYTES 1024

/* Some more of them; true when that were all. */
static bool step(struct run *r,
		 void (*at)(struct run *r, const char *pid, struct look *out),
		 struct look *out)
{
	char room[STEP_BYTES] __attribute__((aligned(8)));
	ssize_t n = getdents64(r->looks.list, room, sizeof(room));

	if (n < 0)
		fail(r);
	for (ssize_t i = 0; i < n;) {
		struct dirent64 *entry = (struct dirent64 *)(room + i);

		i += entry->d_reclen;
		if (is_process(entry->d_name))
			at(r, entry->d_name, out);
	}
	return n <= 0;
}

static void begin(struct run *r, enum look_phase phase)
{
	r->looks.phase = phase;
	lseek(r->looks.list, 0, SEEK_SET);
}

/*
 * To look closely at one costs 50 microseconds and more. At many it is done for
 * a limit that is near, and once a second for the report.
 */
#define FEW_PROCESSES 16
#define SECOND UINT64_C(1000000000)

static bool is_worth_it(struct run *r, const struct look *quick, uint64_t limit)
{
	struct looks *l = &r->looks;
	uint64_t now;

	if (!(r->program->looks & LOOK_MEMORY))
		return false;
	if (limit && quick->memory >= limit)
		return true;
	if (!r->program->measure)
		return false;
	now = limits_now();
	if (quick->processes > FEW_PROCESSES && now < l->closely)
		return false;
	l->closely = now + SECOND;
	return true;
}

/*
 * A bomb is known by the number of its processes; to read each of them would
 * take long, and all the time it grows.
 */
static bool is_bomb(const struct run *r)
{
	const struct program *p = r->program;

	return p->kill_at_pids && r->looks.so_far.processes > p->pids;
}

/* A phase is complete: true if the look is. */
static bool next_phase(struct run *r, uint64_t limit)
{
	struct looks *l = &r->looks;
	bool memory = r->program->looks & LOOK_MEMORY;

	switch (l->phase) {
	case LOOK_COUNTS:
		l->so_far.tasks = l->so_far.processes;
		if (is_bomb(r))
			return true;
		l->so_far = (struct look){ 0 };
		begin(r, LOOK_READS);
		return false;
	case LOOK_READS:
		if (memory)
			l->so_far.memory += look_at_mounts(r);
		if (!is_worth_it(r, &l->so_far, limit))
			return true;
		l->close = (struct look){ 0 };
		begin(r, LOOK_READS_CLOSELY);
		return false;
	default:
		l->so_far.memory = l->close.memory + look_at_mounts(r);
		l->so_far.exact = true;
		return true;
	}
}

bool looks_step(struct run *r, uint64_t limit, struct look *out)
{
	struct looks *l = &r->looks;
	bool all;

	if (l->list < 0) {
		looks_ask(r);
		return false;
	}
	if (l->phase == LOOK_OVER) {
		l->so_far = (struct look){ 0 };
		begin(r, r->program->kill_at_pids ? LOOK_COUNTS : LOOK_READS);
	}
	if (l->phase == LOOK_COUNTS)
		all = step(r, count, &l->so_far);
	else if (l->phase == LOOK_READS)
		all = step(r, look_at, &l->so_far);
	else
		all = step(r, look_closely, &l->close);
	if (!all || !next_phase(r, limit))
		return false;
	l->phase = LOOK_OVER;
	*out = l->so_far;
	return true;
}
