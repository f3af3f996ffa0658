/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: what a filter costs, for the one of the default profile and for what
 * libseccomp makes of the same rules.
 *
 *	filter [ROUNDS]
 *
 * Each round forks a process for every contestant, in turn; it loads its
 * program, and makes each of three system calls many times. Printed are the 10th
 * percentiles over the rounds, tab separated, to be aligned by the caller:
 *	program NAME INSTRUCTIONS BYTES LOAD-US
 *	call NAME GETPPID-NS IOCTL-NS PTRACE-NS
 */
#include "scmp.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "host/syscalls.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 3, TIMES = 100000, ROUNDS_MAX = 1000 };

struct contestant {
	const char *name;
	struct bpf bpf;
	double load[ROUNDS_MAX], call[CALLS][ROUNDS_MAX];
};

/* What a child has to say. */
struct taken {
	double load, call[CALLS];
	bool done;
};

static void die(const char *what)
{
	fprintf(stderr, "filter: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void load(const struct bpf *b)
{
	struct sock_fprog program = {
		.len = (unsigned short)b->count,
		.filter = (struct sock_filter *)b->code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		die("load the filter");
}

/*
 * Allowed whatever the arguments are, which the kernel remembers; allowed after
 * a look at an argument; refused. None does any work when it is let through.
 */
static void call(int which)
{
	switch (which) {
	case 0:
		syscall(SYS_getppid);
		break;
	case 1:
		syscall(SYS_ioctl, -1, 0x5413, 0);
		break;
	default:
		syscall(SYS_ptrace, -1, 0, 0, 0);
		break;
	}
}

static void run(const struct contestant *c, struct taken *out)
{
	double begin = now_ns();

	if (c->bpf.count) {
		load(&c->bpf);
		out->load = now_ns() - begin;
	}
	for (int which = 0; which < CALLS; which++) {
		begin = now_ns();
		for (int i = 0; i < TIMES; i++)
			call(which);
		out->call[which] = (now_ns() - begin) / TIMES;
	}
	out->done = true;
}

static void round_of(struct contestant *c, int n, struct taken *shared)
{
	pid_t pid;

	*shared = (struct taken){ 0 };
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		run(c, shared);
		_exit(0);
	}
	if (waitpid(pid, NULL, 0) != pid || !shared->done)
		die(c->name);
	c->load[n] = shared->load;
	for (int i = 0; i < CALLS; i++)
		c->call[i][n] = shared->call[i];
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The 10th percentile: a loop of the same calls has no spread of its own, what
 * takes longer was disturbed.
 */
static double undisturbed(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return values[n / 10];
}

static void report(struct contestant *list, size_t count, int rounds)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].bpf.count)
			printf("program\t%s\t%zu\t%zu\t%.1f\n", list[i].name,
			       list[i].bpf.count,
			       list[i].bpf.count * sizeof(struct sock_filter),
			       undisturbed(list[i].load, rounds) / 1e3);
	for (size_t i = 0; i < count; i++) {
		printf("call\t%s", list[i].name);
		for (int k = 0; k < CALLS; k++)
			printf("\t%.0f", undisturbed(list[i].call[k], rounds));
		printf("\n");
	}
}

/* --- the programs -------------------------------------------------------- */

static const struct filter *default_filter(void)
{
	for (size_t i = 0; i < shipped_filter_count; i++)
		if (strncmp(shipped_filters[i].profiles, "default", 7) == 0)
			return &shipped_filters[i].filter;
	die("the profile 'default' has no filter");
	return NULL;
}

/* libseccomp has to write out what a condition leaves over: not so here. */
static struct filter without_conditions(struct arena *a, const struct filter *f)
{
	struct filter_call *calls =
		arena_alloc(a, syscall_count * sizeof(*calls));
	struct filter out = { .rest = f->rest, .calls = calls };

	for (unsigned int i = 0; i < syscall_count; i++)
		calls[i].answer = f->calls[i].answer;
	return out;
}

static void compile(struct arena *a, const struct filter *f,
		    struct contestant *ours, struct contestant *theirs)
{
	struct err e = { 0 };

	if (bpf_compile(a, f, false, &ours->bpf, &e) < 0 ||
	    scmp_compile(a, f, 2, &theirs->bpf, &e) < 0) {
		fprintf(stderr, "filter: %s\n", e.message);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static struct contestant list[] = {
		{ .name = "no filter" },
		{ .name = "sandbox" },
		{ .name = "libseccomp" },
		{ .name = "sandbox, no conditions" },
		{ .name = "libseccomp, no conditions" },
	};
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 31;
	struct taken *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct arena a = { 0 };
	struct filter plain;

	if (shared == MAP_FAILED)
		die("memory");
	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: filter [ROUNDS]\n");
		return 2;
	}
	compile(&a, default_filter(), &list[1], &list[2]);
	plain = without_conditions(&a, default_filter());
	compile(&a, &plain, &list[3], &list[4]);
	for (int n = -1; n < rounds; n++) /* the first is for warming up */
		for (size_t i = 0; i < COUNT_OF(list); i++)
			round_of(&list[i], n < 0 ? 0 : n, shared);
	report(list, COUNT_OF(list), rounds);
	return 0;
}
