/* SPDX-License-Identifier: Apache-2.0 */
#include "run/limits.h"

#include "base/cleanup.h"
#include "host/sys.h"
#include "run/cgroup.h"
#include "run/run.h"

#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000ull
#define SECOND 1000000000ull

/* The fastest that one processor could fill memory, or begin tasks. */
#define BYTES_PER_SECOND 8000000000ull
#define TASKS_PER_SECOND 50000ull

/* Between two looks: what holds a limit; what only tells. */
#define LOOK_MIN (5 * MS)
#define LOOK_MAX SECOND
#define FIGURE_MIN MS
#define FIGURE_FIRST (10 * MS)
#define FIGURE_MAX (100 * MS)
#define SAMPLE_FIRST (10 * MS)

static uint64_t clock_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t limits_now(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

static uint64_t clamp(uint64_t n, uint64_t least, uint64_t most)
{
	return n < least ? least : n > most ? most : n;
}

static uint64_t processors(const struct run *r)
{
	return r->program->cpu_count ? r->program->cpu_count : 1;
}

/* How long `left` lasts at least, when all processors go for it. */
static uint64_t lasts(const struct run *r, uint64_t left, uint64_t per_second)
{
	__extension__ unsigned __int128 ns =
		(unsigned __int128)left * SECOND / per_second / processors(r);

	return ns > LOOK_MAX ? LOOK_MAX : (uint64_t)ns;
}

/* --- the end ------------------------------------------------------------ */

/* PID 1 takes all others with it; where there is none, the cgroup does. */
static void kill_all(struct run *r)
{
	sys_pidfd_send_signal(r->pidfd, SIGKILL, NULL);
	cgroup_kill(r);
}

void limits_end(struct run *r, enum cause cause)
{
	struct limits *l = &r->limits;
	bool graceful = cause == CAUSE_TIME || cause == CAUSE_CPU_TIME;

	if (r->outcome->cause == CAUSE_NONE)
		r->outcome->cause = cause;
	l->time = l->cpu = 0;
	if (!graceful || !r->program->grace) {
		kill_all(r);
		return;
	}
	if (l->asked_to_end)
		return;
	l->asked_to_end = true;
	l->kill = limits_now() + r->program->grace;
	supervisor_signal(r, SIGTERM, false);
	/* One that is stopped cannot act on it. */
	supervisor_signal(r, SIGCONT, false);
}

void limits_fail(struct run *r, const struct err *why)
{
	if (r->outcome->failed)
		return;
	r->outcome->failed = true;
	r->outcome->err = *why;
	err_within(&r->outcome->err, "stage watch");
	kill_all(r);
}

/* --- processor time ----------------------------------------------------- */

static uint64_t clock_cpu(struct run *r)
{
	struct limits *l = &r->limits;
	uint64_t value, own;

	if (l->clock < 0 ||
	    read(l->clock, &value, sizeof(value)) != (ssize_t)sizeof(value))
		return UNKNOWN;
	own = clock_of(CLOCK_PROCESS_CPUTIME_ID) - l->own_clock;
	return value > own ? value - own : 0;
}

/* What can be known without looking at every process. */
static uint64_t exact_cpu(struct run *r)
{
	return r->cgroup.cpu >= 0 ? cgroup_cpu(r) : clock_cpu(r);
}

static void check_cpu(struct run *r, uint64_t now, uint64_t used)
{
	uint64_t limit = r->program->cpu_time;
	struct err e;

	if (used == UNKNOWN && !(r->program->looks & LOOK_CPU)) {
		err_sys(&e, "read the processor time");
		limits_fail(r, &e);
		return;
	}
	if (used != UNKNOWN && used >= limit) {
		limits_end(r, CAUSE_CPU_TIME);
		return;
	}
	used = used == UNKNOWN ? 0 : used;
	r->limits.cpu =
		now + clamp((limit - used) / processors(r), LOOK_MIN, LOOK_MAX);
}

/* --- looks -------------------------------------------------------------- */

static void keep_peaks(struct run *r, uint64_t memory, uint64_t tasks)
{
	struct usage *u = &r->outcome->usage;

	if (memory != UNKNOWN &&
	    (u->memory_peak == UNKNOWN || memory > u->memory_peak))
		u->memory_peak = memory;
	if (tasks != UNKNOWN &&
	    (u->tasks_peak == UNKNOWN || tasks > u->tasks_peak))
		u->tasks_peak = tasks;
}

static void judge_tasks(struct run *r, uint64_t tasks)
{
	const struct program *p = r->program;

	if (p->pids && tasks >= p->pids)
		r->outcome->pids_reached = true;
	if (p->kill_at_pids && tasks > p->pids)
		limits_end(r, CAUSE_PIDS);
}

/* Looks, judges, and says what was seen; how soon again follows from that. */
static bool look(struct run *r, struct look *seen)
{
	const struct program *p = r->program;
	uint64_t next = LOOK_MAX, began = limits_now();
	uint64_t left;

	if (!looks_take(r, p->memory, seen))
		return false;
	if (p->looks & LOOK_TASKS)
		judge_tasks(r, seen->tasks);
	if (p->memory && seen->memory >= p->memory)
		limits_end(r, CAUSE_MEMORY);
	if (p->memory) {
		left = seen->memory < p->memory ? p->memory - seen->memory : 0;
		next = lasts(r, left, BYTES_PER_SECOND);
	}
	if (p->kill_at_pids) {
		left = seen->tasks < p->pids ? p->pids - seen->tasks : 0;
		left = lasts(r, left, TASKS_PER_SECOND);
		next = left < next ? left : next;
	}
	/* It may take its time, but no more than a tenth of all. */
	began = limits_now() - began;
	if (p->memory || p->kill_at_pids)
		r->limits.look =
			limits_now() +
			clamp(next, clamp(10 * began, LOOK_MIN, 2 * LOOK_MIN),
			      LOOK_MAX);
	keep_peaks(r, seen->exact ? seen->memory : UNKNOWN,
		   p->looks & LOOK_TASKS ? seen->tasks : UNKNOWN);
	return true;
}

/* --- figures ------------------------------------------------------------ */

static void take_figures(struct run *r, struct sample *out)
{
	uint64_t tasks = cgroup_tasks(r);
	struct look seen;

	*out = (struct sample){
		.memory = cgroup_memory(r),
		.cpu = r->program->timeline ? exact_cpu(r) : UNKNOWN,
	};
	if (tasks != UNKNOWN)
		keep_peaks(r, out->memory, tasks - r->program->init);
	else
		keep_peaks(r, out->memory, UNKNOWN);
	if (!r->program->looks || !look(r, &seen))
		return;
	if (seen.exact)
		out->memory = seen.memory;
	if (out->cpu == UNKNOWN && r->program->looks & LOOK_TASKS)
		out->cpu = seen.cpu;
}

/* When there is no more room every other one goes, and half as many come. */
static void keep_sample(struct run *r, const struct sample *s)
{
	struct outcome *out = r->outcome;

	if (out->sample_count == SAMPLES_MAX) {
		for (size_t i = 0; i < SAMPLES_MAX / 2; i++)
			out->samples[i] = out->samples[2 * i];
		out->sample_count = SAMPLES_MAX / 2;
		r->limits.sample_every *= 2;
	}
	out->samples[out->sample_count] = *s;
	/* What was not looked at is as it was. */
	if (s->memory == UNKNOWN)
		out->samples[out->sample_count].memory =
			out->sample_count ?
				out->samples[out->sample_count - 1].memory :
				0;
	out->samples[out->sample_count++].at = limits_now() - r->limits.began;
}

/* To know costs less than a hundredth of the time. */
#define FIGURE_SHARE 150

static void figure(struct run *r)
{
	struct limits *l = &r->limits;
	uint64_t began = limits_now(), every = l->sample_every;
	struct sample s;

	take_figures(r, &s);
	if (r->program->timeline) {
		keep_sample(r, &s);
	} else {
		every = clamp(2 * l->figure_every, FIGURE_MIN, FIGURE_MAX);
		l->figure_every = every;
	}
	began = FIGURE_SHARE * (limits_now() - began);
	l->figure = limits_now() + (every > began ? every : began);
}

/* --- the schedule ------------------------------------------------------- */

/* Few tasks are begun soon: only who looks early sees it. */
static uint64_t first_figure(const struct program *p)
{
	if (!p->pids || p->kill_at_pids)
		return FIGURE_FIRST;
	return clamp(p->pids * SECOND / TASKS_PER_SECOND, FIGURE_MIN,
		     2 * FIGURE_FIRST);
}

void limits_begin(struct run *r)
{
	const struct program *p = r->program;
	struct limits *l = &r->limits;
	uint64_t now = limits_now();

	l->began = now;
	if (p->time_limit)
		l->time = now + p->time_limit;
	if (p->cpu_time && !(p->looks & LOOK_CPU))
		check_cpu(r, now, 0);
	if (p->memory)
		l->look = now + clamp(lasts(r, p->memory, BYTES_PER_SECOND),
				      LOOK_MIN, LOOK_MAX);
	if (p->kill_at_pids) {
		uint64_t first =
			now + clamp(lasts(r, p->pids, TASKS_PER_SECOND),
				    LOOK_MIN, LOOK_MAX);

		l->look = l->look && l->look < first ? l->look : first;
	}
	if (p->cpu_time && p->looks & LOOK_CPU)
		l->cpu = now + LOOK_MIN;
	l->figure_every = first_figure(p);
	l->sample_every = SAMPLE_FIRST;
	if (p->measure || p->looks & LOOK_TASKS)
		l->figure = now + l->figure_every;
}

/*
 * Among thousands of processes that want to run, who watches them has to run
 * first. Only root may say so; others are held by the kernel (RLIMIT_NPROC).
 * Where even root may not, it has to do without.
 */
void limits_run_first(const struct run *r)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (!r->program->kill_at_pids)
		return;
	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first) < 0)
		setpriority(PRIO_PROCESS, 0, -20);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return !b || (a && a < b) ? a : b;
}

uint64_t limits_due(const struct run *r)
{
	const struct limits *l = &r->limits;
	uint64_t next = 0, now;

	next = earlier(l->time, next);
	next = earlier(l->kill, next);
	next = earlier(l->cpu, next);
	next = earlier(l->look, next);
	next = earlier(l->figure, next);
	if (!next)
		return UINT64_MAX;
	now = limits_now();
	return next > now ? next - now : 0;
}

static bool is_due(uint64_t when, uint64_t now)
{
	return when && when <= now;
}

void limits_tick(struct run *r)
{
	struct limits *l = &r->limits;
	uint64_t now = limits_now();
	struct look seen;

	if (is_due(l->time, now))
		limits_end(r, CAUSE_TIME);
	if (is_due(l->kill, now)) {
		l->kill = 0;
		kill_all(r);
	}
	if (is_due(l->cpu, now) && r->program->looks & LOOK_CPU)
		check_cpu(r, now, looks_take(r, 0, &seen) ? seen.cpu : UNKNOWN);
	else if (is_due(l->cpu, now))
		check_cpu(r, now, exact_cpu(r));
	if (is_due(l->look, now)) {
		l->look = now + LOOK_MIN;
		look(r, &seen);
	}
	if (is_due(l->figure, now))
		figure(r);
}

/* --- the account -------------------------------------------------------- */

static uint64_t from_timeval(struct timeval t)
{
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_usec * 1000;
}

/* What wait4(2) told of those that were waited for. */
static void add_waited(struct run *r)
{
	const struct rusage *w = &r->rusage;
	struct usage *u = &r->outcome->usage;
	uint64_t largest = (uint64_t)w->ru_maxrss * 1024;

	if (u->user == UNKNOWN) {
		u->user = from_timeval(w->ru_utime);
		u->system = from_timeval(w->ru_stime);
	}
	if (u->cpu == UNKNOWN) {
		u->cpu = u->user + u->system;
		u->cpu_source = SOURCE_WAIT;
	}
	if (u->read == UNKNOWN) {
		u->read = (uint64_t)w->ru_inblock * 512;
		u->written = (uint64_t)w->ru_oublock * 512;
	}
	if (u->memory_source == SOURCE_CGROUP)
		return;
	if (r->program->looks & LOOK_MEMORY)
		u->memory_source = SOURCE_WATCH;
	/* One process may come and go between two looks. */
	if (u->memory_peak == UNKNOWN || u->memory_peak < largest) {
		u->memory_peak = largest;
		if (u->memory_source == SOURCE_NONE)
			u->memory_source = SOURCE_WAIT;
	}
}

void limits_figures(struct run *r)
{
	struct usage *u = &r->outcome->usage;
	uint64_t counted;

	if (r->program->output_limit)
		u->output = r->output.passed;
	u->wall = r->limits.began ? limits_now() - r->limits.began : 0;
	cgroup_figures(r);
	counted = u->cpu == UNKNOWN ? clock_cpu(r) : UNKNOWN;
	if (counted != UNKNOWN) {
		u->cpu = counted;
		u->cpu_source = SOURCE_PERF;
	}
	add_waited(r);
	if (r->out_of_memory && r->outcome->cause == CAUSE_NONE &&
	    WIFSIGNALED(r->outcome->status) &&
	    WTERMSIG(r->outcome->status) == SIGKILL)
		r->outcome->cause = CAUSE_MEMORY;
}
