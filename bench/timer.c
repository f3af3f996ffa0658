/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: run several command lines in turn, many times, and print how long
 * each took from before the spawn to after the wait.
 *
 *	timer [-r ROUNDS] [-w WARMUP] [-f FLOOR] [-b PEER] [-d MARKER]
 *	      [-i FD]...
 *	      MARKER NAME PROGRAM [ARG...] [MARKER NAME PROGRAM [ARG...]]...
 *
 * Rounds are interleaved and each has an order of its own, so that no
 * contestant always pays for what the kernel tidies up after the same other
 * one. Standard input and output of the contestants are /dev/null, their
 * standard error is a memory file. A contestant that fails when it is tried
 * first is left out, and the first line of what it said is printed.
 *
 * -i names a descriptor of a file, which is at its start again before each
 * run, whatever the run before it read: for contestants that are given data.
 *
 * Output, tab separated, to be aligned by the caller:
 *	NAME MEDIAN P10 P90 (ms) RATIO-TO-FLOOR RATIO-TO-PEER ROUNDS
 *	NAME skipped REASON
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONTESTANTS = 64, MAX_INPUTS = 8, REASON_SIZE = 160 };

struct contestant {
	const char *name;
	char **argv;
	double *ms;
	double median;
	int failed;
	char reason[REASON_SIZE];
};

struct options {
	int rounds, warmup;
	const char *floor, *peer, *marker;
	int inputs[MAX_INPUTS], n_inputs;
};

struct race {
	struct contestant list[MAX_CONTESTANTS];
	int n;
};

extern char **environ;

/* Where our own messages go, once standard error is the contestants'. */
static int messages_fd = STDERR_FILENO;

static void die(const char *what)
{
	dprintf(messages_fd, "timer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fprintf(stderr, "usage: timer [-r ROUNDS] [-w WARMUP] [-f FLOOR] "
			"[-b PEER] [-d MARKER] [-i FD]... "
			"MARKER NAME PROGRAM [ARG...] [MARKER ...]\n");
	exit(2);
}

static int count_of(const char *text, int least)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < least || n > 1000000)
		usage();
	return (int)n;
}

/* ---- one run ---- */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Returns the wait status, or -1 when the program could not be started. */
static int run_once(const struct contestant *c, double *ms)
{
	double begin = now_ms();
	struct rusage usage;
	int status, error;
	pid_t pid;

	error = posix_spawn(&pid, c->argv[0], NULL, NULL, c->argv, environ);
	if (error) {
		errno = error;
		return -1;
	}
	if (wait4(pid, &status, 0, &usage) < 0)
		die("wait4");
	*ms = now_ms() - begin;
	return status;
}

/* The first line of standard error, or else the status. */
static void note_reason(struct contestant *c, int status)
{
	ssize_t n;

	c->failed = 1;
	if (status == -1) {
		snprintf(c->reason, sizeof(c->reason), "%s", strerror(errno));
		return;
	}
	n = pread(STDERR_FILENO, c->reason, sizeof(c->reason) - 1, 0);
	c->reason[n > 0 ? n : 0] = '\0';
	c->reason[strcspn(c->reason, "\n")] = '\0';
	for (char *p = c->reason; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	if (!c->reason[0])
		snprintf(c->reason, sizeof(c->reason),
			 "wait status 0x%04x, no message", status);
}

/* What a run may have written or read is as it was before it. */
static void make_ready(const struct options *o)
{
	if (ftruncate(STDERR_FILENO, 0) < 0 ||
	    lseek(STDERR_FILENO, 0, SEEK_SET) < 0)
		die("standard error");
	for (int i = 0; i < o->n_inputs; i++)
		if (lseek(o->inputs[i], 0, SEEK_SET) < 0)
			die("descriptor of -i");
}

static void try_out(struct contestant *c, const struct options *o, int times)
{
	double ms;

	for (int i = 0; i < times && !c->failed; i++) {
		int status;

		make_ready(o);
		status = run_once(c, &ms);
		if (status != 0)
			note_reason(c, status);
	}
}

/* ---- all the rounds ---- */

/* xorshift: the orders are the same in every run, and no two look alike. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void shuffle(int *order, int n, uint32_t *state)
{
	for (int i = n - 1; i > 0; i--) {
		int j = (int)(next_random(state) % (uint32_t)(i + 1));
		int other = order[j];

		order[j] = order[i];
		order[i] = other;
	}
}

static void run_all(struct race *r, const struct options *o)
{
	uint32_t state = 2463534242u;
	int order[MAX_CONTESTANTS], n = 0;

	for (int i = 0; i < r->n; i++)
		if (!r->list[i].failed)
			order[n++] = i;
	for (int round = 0; round < o->rounds; round++) {
		shuffle(order, n, &state);
		for (int i = 0; i < n; i++) {
			struct contestant *c = &r->list[order[i]];
			int status;

			if (c->failed)
				continue;
			make_ready(o);
			status = run_once(c, &c->ms[round]);
			if (status != 0)
				note_reason(c, status);
		}
	}
}

/* ---- the figures ---- */

static int compare_ms(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted values, the nearest rank. */
static double percentile(const double *ms, int n, int percent)
{
	int rank = (n * percent + 99) / 100;

	return ms[rank > 0 ? rank - 1 : 0];
}

static double median_of(const double *ms, int n)
{
	return n % 2 ? ms[n / 2] : (ms[n / 2 - 1] + ms[n / 2]) / 2;
}

static double base_median(const struct race *r, const char *name)
{
	for (int i = 0; name && i < r->n; i++)
		if (!r->list[i].failed && strcmp(r->list[i].name, name) == 0)
			return r->list[i].median;
	return 0;
}

static void put_ratio(FILE *out, double value, double base)
{
	if (base > 0)
		fprintf(out, "\t%.2f", value / base);
	else
		fprintf(out, "\t-");
}

static void report(struct race *r, const struct options *o, FILE *out)
{
	double floor, peer;

	for (int i = 0; i < r->n; i++) {
		struct contestant *c = &r->list[i];

		if (c->failed)
			continue;
		qsort(c->ms, (size_t)o->rounds, sizeof(*c->ms), compare_ms);
		c->median = median_of(c->ms, o->rounds);
	}
	floor = base_median(r, o->floor);
	peer = base_median(r, o->peer);
	for (int i = 0; i < r->n; i++) {
		const struct contestant *c = &r->list[i];

		if (c->failed) {
			fprintf(out, "%s\tskipped\t%s\n", c->name, c->reason);
			continue;
		}
		fprintf(out, "%s\t%.3f\t%.3f\t%.3f", c->name, c->median,
			percentile(c->ms, o->rounds, 10),
			percentile(c->ms, o->rounds, 90));
		put_ratio(out, c->median, floor);
		put_ratio(out, c->median, peer);
		fprintf(out, "\t%d\n", o->rounds);
	}
}

/* ---- arguments ---- */

static struct options read_options(int argc, char **argv)
{
	struct options o = { .rounds = 300, .warmup = 10, .marker = ":::" };
	int letter;

	/* '+': the contestants' own options are not ours. */
	while ((letter = getopt(argc, argv, "+r:w:f:b:d:i:")) != -1) {
		switch (letter) {
		case 'r':
			o.rounds = count_of(optarg, 1);
			break;
		case 'w':
			o.warmup = count_of(optarg, 0);
			break;
		case 'f':
			o.floor = optarg;
			break;
		case 'b':
			o.peer = optarg;
			break;
		case 'd':
			o.marker = optarg;
			break;
		case 'i':
			if (o.n_inputs == MAX_INPUTS)
				usage();
			o.inputs[o.n_inputs++] = count_of(optarg, 3);
			break;
		default:
			usage();
		}
	}
	return o;
}

/* Each marker becomes the NULL that ends the argv before it. */
static void read_contestants(struct race *r, const struct options *o,
			     char **argv)
{
	if (!*argv || strcmp(*argv, o->marker) != 0)
		usage();
	while (*argv) {
		struct contestant *c = &r->list[r->n];

		*argv++ = NULL;
		if (!argv[0] || !argv[1] || r->n == MAX_CONTESTANTS)
			usage();
		c->name = *argv++;
		c->argv = argv;
		c->ms = calloc((size_t)o->rounds, sizeof(*c->ms));
		if (!c->ms)
			die("memory");
		r->n++;
		while (*argv && strcmp(*argv, o->marker) != 0)
			argv++;
	}
}

/* Our own output moves to a descriptor that no contestant inherits. */
static FILE *set_streams(void)
{
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	int said = memfd_create("said", MFD_CLOEXEC);

	if (out < 0 || null < 0 || own < 0 || said < 0)
		die("descriptors");
	messages_fd = own;
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(said, 2) < 0)
		die("descriptors");
	return fdopen(out, "w");
}

int main(int argc, char **argv)
{
	static struct race r;
	struct options o = read_options(argc, argv);
	FILE *out;

	read_contestants(&r, &o, argv + optind);
	out = set_streams();
	if (!out)
		return 1;
	/* Once even without a warm-up: whoever does not work is left out. */
	for (int i = 0; i < r.n; i++)
		try_out(&r.list[i], &o, o.warmup ? o.warmup : 1);
	run_all(&r, &o);
	report(&r, &o, out);
	return fclose(out) ? 1 : 0;
}
