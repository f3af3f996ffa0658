/* SPDX-License-Identifier: Apache-2.0 */
#include "run/looks.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "host/sys.h"
#include "run/init.h"
#include "run/run.h"
#include "run/sync.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

#define ANSWER_WITHIN UINT64_C(10000000000)

/* What cannot be looked at is not limited: better no command than that one. */
static void fail(struct run *r)
{
	struct err e;

	err_sys(&e, "look at the processes");
	limits_fail(r, &e);
}

/* A signal from outside the namespace that no queue can be too full for. */
void looks_ask(struct run *r)
{
	uint64_t now = limits_now();

	if (!r->looks.asked && r->program->init)
		sys_pidfd_send_signal(r->pidfd, INIT_CARRIER, NULL);
	if (!r->looks.asked)
		r->looks.asked_at = now;
	r->looks.asked = true;
	/* It has nothing else to do, and nothing inside may hinder it. */
	if (now - r->looks.asked_at > ANSWER_WITHIN) {
		errno = ETIMEDOUT;
		fail(r);
	}
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

static bool is_process(const char *name)
{
	return name[0] >= '1' && name[0] <= '9';
}

/* The end of a file, of which the start does not matter: half of it stays. */
static ssize_t read_end(int fd, char *text, size_t size)
{
	size_t used = 0, half = size / 2;
	ssize_t n;

	while ((n = read(fd, text + used, size - used)) > 0) {
		used += (size_t)n;
		if (used < size)
			break;
		memcpy(text, text + half, size - half);
		used = size - half;
	}
	return n < 0 ? n : (ssize_t)used;
}

/*
 * A small file of a process, or the end of it: before what counts in status is
 * the list of groups, which may be long. "" when the process is gone meanwhile.
 */
static size_t read_of(struct run *r, const char *pid, const char *name,
		      char *text, size_t size)
{
	char path[64];
	autoclose int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", pid, name);
	fd = openat(r->looks.fds[0], path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read_end(fd, text, size - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (n < 0 && errno != ENOENT && errno != ESRCH &&
	    !(str_equal(name, "smaps_rollup") &&
	      (errno == EACCES || errno == EPERM)))
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

/* Long enough for what follows the groups on the largest machines. */
#define STATUS_SIZE 16384

static uint64_t number_after(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) : 0;
}

static uint64_t kilobytes(const char *text, const char *key)
{
	return number_after(text, key) * 1024;
}

/* That of the first thread that still has memory. */
static void read_thread(struct run *r, const char *pid, char *text)
{
	char path[64];
	int fd;
	DIR *dir;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(r->looks.fds[0], path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir && errno != ENOENT && errno != ESRCH)
		fail(r);
	while (dir && (entry = readdir(dir)) && !strstr(text, "\nVmRSS:")) {
		if (!is_process(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "task/%.20s/status",
			 entry->d_name);
		read_of(r, pid, path, text, STATUS_SIZE);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

/*
 * Of a process whose first thread has ended the others hold the memory, and its
 * own status tells nothing of it.
 */
static void read_status(struct run *r, const char *pid, char *text)
{
	read_of(r, pid, "status", text, STATUS_SIZE);
	if (!strstr(text, "\nVmRSS:") && number_after(text, "\nThreads:") > 1)
		read_thread(r, pid, text);
}

/*
 * What cannot be dropped of what it has in memory, what was swapped out, and the
 * page tables. What it shares with others is counted for each of them.
 */
static uint64_t look_at_memory(struct run *r, const char *pid, uint64_t *tables)
{
	char text[STATUS_SIZE];

	read_status(r, pid, text);
	*tables += kilobytes(text, "\nVmPTE:");
	return kilobytes(text, "\nRssAnon:") + kilobytes(text, "\nRssShmem:") +
	       kilobytes(text, "\nVmSwap:") + kilobytes(text, "\nVmPTE:");
}

/*
 * The same, but of what it shares only its share. Of a process that hides that,
 * all of it.
 */
static uint64_t look_at_rollup(struct run *r, const char *pid, struct look *out)
{
	char text[2048];

	if (!read_of(r, pid, "smaps_rollup", text, sizeof(text)))
		return look_at_memory(r, pid, &out->tables);
	out->shared += kilobytes(text, "\nPss_Shmem:");
	return kilobytes(text, "\nPss_Anon:") + kilobytes(text, "\nSwapPss:");
}

/* What an empty file in memory costs, about: its inode and its name. */
#define INODE_BYTES 1024

static uint64_t look_at_mounts(struct run *r)
{
	uint64_t sum = 0;
	struct statfs fs;

	for (unsigned int i = 1; i < r->looks.count; i++) {
		if (fstatfs(r->looks.fds[i], &fs) < 0)
			fail(r);
		else
			sum += (fs.f_blocks - fs.f_bfree) *
				       (uint64_t)fs.f_bsize +
			       (fs.f_files - fs.f_ffree) * INODE_BYTES;
	}
	return sum;
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
		out->memory += look_at_memory(r, pid, &out->tables);
}

static void look_closely(struct run *r, const char *pid, struct look *out)
{
	if (is_counted(r, pid))
		out->memory += look_at_rollup(r, pid, out);
}

/*
 * PID 1 takes all others with it, when it gets to it. It need not be waited for:
 * a directory of /proc stands for its process, pidfd_send_signal(2).
 */
static void kill_one(struct run *r, const char *pid, struct look *out)
{
	autoclose int fd = openat(r->looks.fds[0], pid,
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)out;
	if (fd >= 0)
		sys_pidfd_send_signal(fd, SIGKILL, NULL);
}

/* So many bytes of names are one step: some forty, or five. */
#define STEP_BYTES 1024
#define STEP_BYTES_CLOSELY 128

typedef void looker(struct run *r, const char *pid, struct look *out);

/* The next of them in the directory `list`: getdents64(2)'s answer. */
static ssize_t some(struct run *r, int list, size_t bytes, looker *at,
		    struct look *out)
{
	char room[STEP_BYTES] __attribute__((aligned(8)));
	ssize_t n = getdents64(list, room, bytes);

	for (ssize_t i = 0; i < n;) {
		struct dirent64 *entry = (struct dirent64 *)(room + i);

		i += entry->d_reclen;
		if (is_process(entry->d_name))
			at(r, entry->d_name, out);
	}
	return n;
}

/* Some more of them; true when that were all. */
static bool step(struct run *r, size_t bytes, looker *at, struct look *out)
{
	ssize_t n = some(r, r->looks.list, bytes, at, out);

	if (n < 0)
		fail(r);
	return n <= 0;
}

unsigned int looks_count(struct run *r)
{
	struct look seen = { 0 };
	int list = r->looks.fds[0];

	if (list >= 0)
		list = openat(list, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return 0;
	while (some(r, list, STEP_BYTES, count, &seen) > 0)
		;
	close(list);
	return seen.processes;
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
	/*
	 * What is used up for page tables alone is certain; and where there are
	 * so many, to go through them would take seconds.
	 */
	if (limit && quick->tables >= limit)
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
	uint64_t files;

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
		/*
		 * What is shared is in private file systems and mapped, for
		 * most programs, and to be counted once; near the limit, where
		 * that is not known, it is one of the two, the larger.
		 */
		files = look_at_mounts(r);
		l->so_far.memory =
			l->close.memory +
			(files > l->close.shared ? files : l->close.shared);
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
		all = step(r, STEP_BYTES, count, &l->so_far);
	else if (l->phase == LOOK_READS)
		all = step(r, STEP_BYTES, look_at, &l->so_far);
	else
		all = step(r, STEP_BYTES_CLOSELY, look_closely, &l->close);
	if (!all || !next_phase(r, limit))
		return false;
	l->phase = LOOK_OVER;
	*out = l->so_far;
	return true;
}

bool looks_kill(struct run *r)
{
	struct look ignored = { 0 };

	if (r->looks.list < 0)
		return false;
	lseek(r->looks.list, 0, SEEK_SET);
	while (!step(r, STEP_BYTES, kill_one, &ignored))
		;
	return true;
}
