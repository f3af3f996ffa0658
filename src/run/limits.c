/* SPDX-License-Identifier: Apache-2.0 */
#include "run/limits.h"

#include "base/cleanup.h"
#include "host/sys.h"
#include "run/cgroup.h"
#include "run/run.h"

#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000ull
#define SECOND 1000000000ull

/* The fastest that one processor could fill memory, or begin tasks. */
#define BYTES_PER_SECOND 8000000000ull
#define TASKS_PER_SECOND 50000ull

/* What was killed is killed again, one by one, if it is there after so long. */
#define KILL_AGAIN (20 * MS)

/* Between two looks: what holds a limit; what only tells. */
#define LOOK_MIN (5 * MS)
#define LOOK_MAX SECOND
#define CPU_LOOK_MAX (20 * MS)
#define FIGURE_MIN MS
#define FIGURE_FIRST (10 * MS)
#define FIGURE_MAX (100 * MS)
#define TELL_MAX (5 * SECOND) /* when nobody asked */

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
	struct limits *l = &r->limits;

	sys_pidfd_send_signal(r->pidfd, SIGKILL, NULL);
	cgroup_kill(r);
	l->time = l->cpu = l->look = l->kill = 0;
	/* PID 1 may have to wait long for its turn. */
	if (l->ended && !looks_kill(r))
		return;
	l->ended = true;
	l->kill = limits_now() + KILL_AGAIN;
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
	supervisor_signal_all(r, SIGTERM);
	/* One that is stopped cannot act on it. */
	supervisor_signal_all(r, SIGCONT);
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

/* What can be known without looking at every process, set-up included. */
static struct cpu all_cpu(struct run *r)
{
	if (r->cgroup.cpu >= 0)
		return cgroup_cpu(r);
	return (struct cpu){ clock_cpu(r), UNKNOWN, UNKNOWN };
}

static uint64_t since(uint64_t now, uint64_t before)
{
	if (now == UNKNOWN || before == UNKNOWN)
		return UNKNOWN;
	return now > before ? now - before : 0;
}

/* Of the command, from its begin. */
static struct cpu exact_cpu(struct run *r)
{
	const struct cpu *before = &r->limits.before;
	struct cpu now = all_cpu(r);

	return (struct cpu){
		.all = since(now.all, before->all),
		.user = since(now.user, before->user),
		.system = since(now.system, before->system),
	};
}

static bool counts_exactly(const struct run *r)
{
	return r->cgroup.cpu >= 0 || r->limits.clock >= 0;
}

static void judge_cpu(struct run *r, uint64_t used)
{
	if (r->program->cpu_time && used >= r->program->cpu_time &&
	    !r->limits.asked_to_end)
		limits_end(r, CAUSE_CPU_TIME);
}

/* Reads it, and says when it could be used up at the earliest. */
static void check_cpu(struct run *r, uint64_t now)
{
	uint64_t limit = r->program->cpu_time, used = exact_cpu(r).all;
	struct err e;

	if (used == UNKNOWN) {
		err_sys(&e, "read the processor time");
		limits_fail(r, &e);
		return;
	}
	r->limits.cpu = 0;
	judge_cpu(r, used);
	if (used < limit)
		r->limits.cpu = now + clamp((limit - used) / processors(r),
					    LOOK_MIN, LOOK_MAX);
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

	/* Where the kernel refuses the next one, this many were let in. */
	if (p->pids && !p->kill_at_pids && tasks >= p->pids)
		r->outcome->pids_reached = true;
	if (p->kill_at_pids && tasks > p->pids)
		limits_end(r, CAUSE_PIDS);
}

void limits_left(struct run *r, unsigned int processes)
{
	if (processes)
		judge_tasks(r, processes);
}

/* When a look could find a limit broken at the earliest. */
static uint64_t next_for_limits(struct run *r, const struct look *seen)
{
	const struct program *p = r->program;
	uint64_t next = LOOK_MAX, left;

	if (p->memory) {
		left = seen->memory < p->memory ? p->memory - seen->memory : 0;
		next = lasts(r, left, BYTES_PER_SECOND);
	}
	if (p->kill_at_pids) {
		left = seen->tasks < p->pids ? p->pids - seen->tasks : 0;
		left = lasts(r, left, TASKS_PER_SECOND);
		next = left < next ? left : next;
	}
	if (p->looks & LOOK_CPU) {
		left = seen->cpu < p->cpu_time ? p->cpu_time - seen->cpu : 0;
		left /= processors(r);
		next = left < next ? left : next;
		/* What comes and goes between two looks is missed. */
		next = next < CPU_LOOK_MAX ? next : CPU_LOOK_MAX;
	}
	return next;
}

static bool holds(const struct program *p)
{
	return p->memory || p->kill_at_pids || p->looks & LOOK_CPU;
}

/*
 * Figures alone cost less than a hundredth of the time, but at the start: much
 * happens then, and short programs have nothing else.
 */
#define FIGURE_SHARE 150
#define FIGURE_SHARE_FIRST 20
#define FIRST (100 * MS)

static uint64_t next_figure(struct run *r, uint64_t took)
{
	struct limits *l = &r->limits;
	uint64_t age = limits_now() - l->began, least;
	bool asked = r->program->measure || r->program->looks_soon;

	if (!r->program->timeline)
		l->every = clamp(age / 8, FIGURE_MIN,
				 asked ? FIGURE_MAX : TELL_MAX);
	if (!asked && l->every < FIGURE_FIRST)
		l->every = FIGURE_FIRST;
	least = took * (age < FIRST && !r->program->timeline ?
				FIGURE_SHARE_FIRST :
				FIGURE_SHARE);
	return l->every > least ? l->every : least;
}

/* `took`: nanoseconds for this one. */
static void schedule_look(struct run *r, const struct look *seen, uint64_t took)
{
	const struct program *p = r->program;
	struct limits *l = &r->limits;
	uint64_t next = LOOK_MAX,
		 least = clamp(10 * took, LOOK_MIN, 2 * LOOK_MIN);

	if (holds(p))
		next = clamp(next_for_limits(r, seen), least, LOOK_MAX);
	if (p->measure || p->looks & LOOK_TASKS) {
		least = next_figure(r, took);
		next = next < least ? next : least;
	}
	l->look = limits_now() + next;
}

/* --- figures ------------------------------------------------------------ */

/* When there is no more room every other one goes, and half as many come. */
static struct sample *new_sample(struct run *r)
{
	struct outcome *out = r->outcome;

	if (out->sample_count == SAMPLES_MAX) {
		for (size_t i = 0; i < SAMPLES_MAX / 2; i++)
			out->samples[i] = out->samples[2 * i];
		out->sample_count = SAMPLES_MAX / 2;
		r->limits.every *= 2;
	}
	return &out->samples[out->sample_count++];
}

static void keep_sample(struct run *r, uint64_t memory, uint64_t cpu)
{
	struct sample *s = new_sample(r);

	/* What was not looked at is as it was. */
	if (memory == UNKNOWN)
		memory = s > r->outcome->samples ? s[-1].memory : 0;
	*s = (struct sample){
		.at = limits_now() - r->limits.began,
		.memory = memory,
		.cpu = cpu,
	};
}

/* What the cgroup says, and what was seen where it says nothing. */
static void take_figures(struct run *r, const struct look *seen)
{
	uint64_t memory = cgroup_memory(r), tasks = cgroup_tasks(r), cpu;

	if (tasks != UNKNOWN)
		tasks = since(tasks, r->program->init);
	else if (r->program->looks & LOOK_TASKS)
		tasks = seen->tasks;
	if (seen->cpu > r->limits.seen_cpu)
		r->limits.seen_cpu = seen->cpu;
	if (memory == UNKNOWN &&
	    (seen->exact || r->outcome->cause == CAUSE_MEMORY))
		memory = seen->memory;
	keep_peaks(r, memory, tasks);
	if (!r->program->timeline)
		return;
	cpu = exact_cpu(r).all;
	keep_sample(r, memory, cpu == UNKNOWN ? seen->cpu : cpu);
}

/* A step of a look, and what follows from it when it is complete. */
static void look(struct run *r)
{
	const struct program *p = r->program;
	struct limits *l = &r->limits;
	struct look seen = { 0 };

	if (!l->looked)
		l->looked = limits_now();
	if (p->looks && !looks_step(r, p->memory, &seen)) {
		l->look = limits_now();
		/* Until PID 1 has answered no look is being taken. */
		if (r->looks.list < 0) {
			l->look += LOOK_MIN;
			l->looked = 0;
		}
		return;
	}
	if (p->looks & LOOK_TASKS)
		judge_tasks(r, seen.tasks);
	if (p->memory && seen.memory >= p->memory)
		limits_end(r, CAUSE_MEMORY);
	take_figures(r, &seen);
	judge_cpu(r, seen.cpu);
	if (!l->ended)
		schedule_look(r, &seen, limits_now() - l->looked);
	l->looked = 0;
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

static uint64_t first_look(struct run *r)
{
	const struct program *p = r->program;
	const struct look nothing = { 0 };
	uint64_t first = LOOK_MAX;

	if (holds(p))
		first = clamp(next_for_limits(r, &nothing), LOOK_MIN, LOOK_MAX);
	if ((p->measure || p->looks & LOOK_TASKS) && r->limits.every < first)
		first = r->limits.every;
	return first;
}

void limits_begin(struct run *r)
{
	const struct program *p = r->program;
	struct limits *l = &r->limits;
	uint64_t now = limits_now();

	l->began = now;
	l->every = p->timeline ? FIGURE_FIRST : first_figure(p);
	if (p->time_limit)
		l->time = now + p->time_limit;
	if (p->measure)
		l->before = all_cpu(r);
	if (p->cpu_time && counts_exactly(r))
		check_cpu(r, now);
	if (p->looks || p->measure)
		l->look = now + first_look(r);
}

/*
 * Among thousands of processes that want to run, who watches them has to run
 * first. Root may say so; where it may not, and for others, there is a wish that
 * helps who mostly sleeps.
 */
void limits_run_first(const struct run *r)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (!r->program->watched)
		return;
	if (r->program->kill_at_pids &&
	    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first) == 0)
		return;
	if (!r->program->looks)
		sys_run_soon();
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

	if (is_due(l->time, now))
		limits_end(r, CAUSE_TIME);
	if (is_due(l->kill, now))
		kill_all(r);
	if (is_due(l->cpu, now))
		check_cpu(r, now);
	if (is_due(l->look, now))
		look(r);
}

/* --- the account -------------------------------------------------------- */

static uint64_t from_timeval(struct timeval t)
{
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_usec * 1000;
}

/*
 * Of a PID 1 that was killed nobody hears what those cost whom it took along:
 * what wait4(2) says is of itself.
 */
static bool knows_waited(const struct run *r)
{
	return r->exit_known || !r->program->init;
}

/* What wait4(2) told of those that were waited for. */
static void add_waited(struct run *r)
{
	const struct rusage *w = &r->rusage;
	struct usage *u = &r->outcome->usage;

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
}

/* Looks have seen those that nobody waited for, as far as they had begun. */
static void add_seen(struct run *r)
{
	struct usage *u = &r->outcome->usage;
	uint64_t seen = r->limits.seen_cpu;

	if (!seen || (u->cpu != UNKNOWN &&
		      (u->cpu_source != SOURCE_WAIT || u->cpu >= seen)))
		return;
	u->cpu = seen;
	u->cpu_source = SOURCE_WATCH;
}

static void add_memory(struct run *r)
{
	struct usage *u = &r->outcome->usage;
	uint64_t largest = (uint64_t)r->rusage.ru_maxrss * 1024;

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
	struct cpu counted = exact_cpu(r);

	if (r->program->output_limit)
		u->output = r->output.passed;
	u->wall = since(r->limits.over, r->limits.began);
	cgroup_figures(r);
	u->cpu = counted.all;
	u->user = counted.user;
	u->system = counted.system;
	if (u->cpu != UNKNOWN)
		u->cpu_source =
			r->cgroup.cpu >= 0 ? SOURCE_CGROUP : SOURCE_PERF;
	if (knows_waited(r))
		add_waited(r);
	add_seen(r);
	add_memory(r);
	/* There was one at least, however short. */
	if (u->tasks_peak == 0)
		u->tasks_peak = 1;
	if (r->out_of_memory && r->outcome->cause == CAUSE_NONE &&
	    WIFSIGNALED(r->outcome->status) &&
	    WTERMSIG(r->outcome->status) == SIGKILL)
		r->outcome->cause = CAUSE_MEMORY;
}
