/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files: work on many small files, or on a large one, for bench/layers.
 *
 *	files make DIR COUNT	COUNT files of 100 bytes, 100 in a directory
 *	files storm DIR COUNT TAG	creates COUNT more, whose names begin with TAG,
 *				asks for the status of those of "make" twice
 *				and reads them, renames the new ones
 *	files remove DIR COUNT TAG	removes those
 *	files write FILE MIB	writes a new file
 *	files read FILE		reads it
 *	files cost PROGRAM ARG...
 *				milliseconds, those of a processor, and the
 *				kilobytes that it had in memory at most
 *
 * Prints a line for each thing that it did, with tabs between: NAME,
 * milliseconds, those of a processor.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PER_DIRECTORY = 100, SMALL = 100, BLOCK = 1 << 20 };

static char block[BLOCK];

static void die(const char *what)
{
	fprintf(stderr, "files: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct begun {
	double wall, cpu;
};

static struct begun begin(void)
{
	return (struct begun){ now(CLOCK_MONOTONIC),
			       now(CLOCK_PROCESS_CPUTIME_ID) };
}

static void told(const char *name, struct begun since)
{
	printf("%s\t%.3f\t%.3f\n", name, now(CLOCK_MONOTONIC) - since.wall,
	       now(CLOCK_PROCESS_CPUTIME_ID) - since.cpu);
}

static void create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, block, SMALL) != SMALL || close(fd) < 0)
		die(path);
}

static void look(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		die(path);
}

static void read_small(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, block, SMALL) != SMALL || close(fd) < 0)
		die(path);
}

static void rename_it(const char *path)
{
	char to[PATH_MAX + 8];

	snprintf(to, sizeof(to), "%s.moved", path);
	if (rename(path, to) < 0)
		die(path);
}

static void remove_it(const char *path)
{
	char moved[PATH_MAX + 8];

	snprintf(moved, sizeof(moved), "%s.moved", path);
	if (unlink(moved) < 0)
		die(moved);
}

/* One thing with all files whose names begin with `kind`. */
static void each(const char *name, void (*what)(const char *path),
		 const char *dir, const char *kind, long count)
{
	char path[PATH_MAX];
	struct begun since = begin();

	for (long i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%ld/%s%ld", dir,
			 i / PER_DIRECTORY, kind, i % PER_DIRECTORY);
		what(path);
	}
	told(name, since);
}

static void make(const char *dir, long count)
{
	char path[PATH_MAX];

	if (mkdir(dir, 0755) < 0)
		die(dir);
	for (long i = 0; i < count; i += PER_DIRECTORY) {
		snprintf(path, sizeof(path), "%s/%ld", dir, i / PER_DIRECTORY);
		if (mkdir(path, 0755) < 0)
			die(path);
	}
	each("make", create, dir, "f", count);
}

static void storm(const char *dir, long count, const char *tag)
{
	each("create", create, dir, tag, count);
	each("stat", look, dir, "f", count);
	each("stat again", look, dir, "f", count);
	each("read", read_small, dir, "f", count);
	each("rename", rename_it, dir, tag, count);
}

static void stream(const char *name, const char *path, long blocks)
{
	int flags = blocks ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
	int fd = open(path, flags | O_CLOEXEC, 0644);
	struct begun since = begin();
	ssize_t n = BLOCK;

	if (fd < 0)
		die(path);
	for (long i = 0; n > 0 && (!blocks || i < blocks); i++)
		n = blocks ? write(fd, block, BLOCK) : read(fd, block, BLOCK);
	if (n < 0 || close(fd) < 0)
		die(path);
	told(name, since);
}

static double milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void cost(char **argv)
{
	double start = now(CLOCK_MONOTONIC);
	struct rusage usage;
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid)
		die(argv[0]);
	fprintf(stderr, "%.3f\t%.3f\t%ld\n", now(CLOCK_MONOTONIC) - start,
		milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
		usage.ru_maxrss);
	if (status)
		exit(1);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";
	long count = argc > 3 ? strtol(argv[3], NULL, 10) : 0;

	if (strcmp(verb, "make") == 0)
		make(argv[2], count);
	else if (strcmp(verb, "storm") == 0 && argc > 4)
		storm(argv[2], count, argv[4]);
	else if (strcmp(verb, "remove") == 0 && argc > 4)
		each("unlink", remove_it, argv[2], argv[4], count);
	else if (strcmp(verb, "write") == 0)
		stream("write", argv[2], count);
	else if (strcmp(verb, "read") == 0)
		stream("read", argv[2], 0);
	else if (strcmp(verb, "cost") == 0)
		cost(argv + 2);
	else
		return 2;
	return 0;
}
