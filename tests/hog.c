/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hog: programs of known cost, and hostile ones, for the tests of limits. One
 * static program, libc only, that runs inside the sandbox.
 *
 *	hog WHAT [ARG...]
 *
 * Sizes may end in K, M, G or T, powers of 1024; times are seconds or, where
 * the help says so, milliseconds. The status is 0 when all of it was done, 1
 * when the system refused something on the way, 2 for a usage error. Only
 * what counts something prints it.
 *
 * How long anything takes is measured in processor time wherever that can be:
 * a slow or busy machine changes nothing in what a program costs.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define SECOND 1000000000L
#define MILLISECOND 1000000L
#define LAST_SIGNAL 64
#define BLOCK ((size_t)1 << 16)
#define INTO_CGROUP 0x200000000ULL

/* ---- reading arguments ---- */

static int bad_argument(const char *text)
{
	fprintf(stderr, "hog: bad argument '%s'\n", text);
	exit(2);
}

/* What the system refused ends the program, in one line. */
static int fail(const char *what)
{
	fprintf(stderr, "hog: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long number(const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 0);
	if (errno || end == text || *end || value < 0)
		bad_argument(text);
	return value;
}

static size_t size_of(const char *text)
{
	static const char units[] = "KMGT";
	unsigned long long value;
	const char *unit;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text)
		bad_argument(text);
	if (!*end)
		return value;
	unit = strchr(units, *end);
	if (!unit || end[1])
		bad_argument(text);
	return value << (10 * (unit - units + 1));
}

/* Seconds, with a fraction, as nanoseconds. */
static int64_t duration(const char *text)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (end == text || *end || !(seconds >= 0 && seconds < 1e9))
		bad_argument(text);
	return (int64_t)(seconds * (double)SECOND);
}

/* Which of the words it is; the first is the default. */
static int choice(int argc, char **argv, int at, const char *const *words)
{
	if (at >= argc)
		return 0;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], argv[at]) == 0)
			return i;
	return bad_argument(argv[at]);
}

/* ---- time ---- */

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

/* Uses the processor until the clock of this process or thread is there. */
static void burn_until(clockid_t clock, int64_t end)
{
	volatile unsigned long work = 0;

	while (now(clock) < end)
		for (int i = 0; i < 2000; i++)
			work += (unsigned long)i;
}

/* Of a new process: what fork cost it is part of the time. */
static void burn(int64_t time)
{
	burn_until(CLOCK_PROCESS_CPUTIME_ID, time);
}

static void hold(int64_t time)
{
	struct timespec t = { time / SECOND, time % SECOND };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static void hold_ms(int argc, char **argv, int at)
{
	if (at < argc)
		hold(number(argv[at]) * MILLISECOND);
}

static _Noreturn void hold_for_ever(void)
{
	for (;;)
		pause();
}

static _Noreturn void busy_for_ever(void)
{
	burn_until(CLOCK_PROCESS_CPUTIME_ID, INT64_MAX);
	_exit(0);
}

/* ---- processes ---- */

static pid_t must_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	return pid;
}

/* Waits for all; 0 if each ended with status 0. */
static int wait_all(void)
{
	int status, bad = 0;

	for (;;) {
		if (wait(&status) < 0) {
			if (errno == EINTR)
				continue;
			return bad;
		}
		if (status != 0)
			bad = 1;
	}
}

/* The child of a child, in a session of its own; returns in it only. */
static void become_daemon(int keep_parent)
{
	pid_t pid = must_fork();

	if (pid > 0 && !keep_parent)
		_exit(0);
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	setsid();
	if (must_fork() > 0)
		_exit(0);
}

static void make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		fail("pipe");
}

/* ---- processor time ---- */

/* What is left of `time` for one of `n`, besides what we took ourselves. */
static int64_t share(int64_t time, long n)
{
	int64_t left = time - now(CLOCK_PROCESS_CPUTIME_ID);

	return left > 0 ? left / n : 0;
}

static int do_cpu(int argc, char **argv)
{
	(void)argc;
	burn(duration(argv[0]));
	return 0;
}

/* N children burn it, together or in turn. */
static int burn_in_children(int64_t time, long n, int in_turn)
{
	for (; n > 0; n--) {
		int64_t part = share(time, n);

		if (must_fork() == 0) {
			burn(part);
			_exit(0);
		}
		time -= part;
		if (in_turn)
			wait_all();
	}
	return wait_all();
}

static int do_cpu_tree(int argc, char **argv)
{
	(void)argc;
	return burn_in_children(duration(argv[0]), number(argv[1]), 0);
}

/* The kernel adds nothing to the parent's account: wait4(2) never tells. */
static int do_cpu_ignored(int argc, char **argv)
{
	signal(SIGCHLD, SIG_IGN);
	return burn_in_children(duration(argv[0]),
				argc > 1 ? number(argv[1]) : 1, 1);
}

/* It has ended, as is seen without waiting for it, and stays a zombie. */
static int do_cpu_unwaited(int argc, char **argv)
{
	int64_t time = share(duration(argv[0]), 1);
	siginfo_t info;
	pid_t pid;

	(void)argc;
	pid = must_fork();
	if (pid == 0) {
		burn(time);
		_exit(0);
	}
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0)
		fail("waitid");
	return 0;
}

/* The daemon is still there at the end: nobody ever waits for it. */
static int do_cpu_daemon(int argc, char **argv)
{
	int64_t time = duration(argv[0]);
	pid_t self = getpid();
	int fds[2];
	char byte;

	(void)argc;
	make_pipe(fds);
	become_daemon(1);
	if (getpid() == self) {
		close(fds[1]);
		return read(fds[0], &byte, 1) != 1;
	}
	burn(time);
	if (write(fds[1], "x", 1) < 0)
		_exit(1);
	hold_for_ever();
}

static void *burn_thread(void *time)
{
	burn_until(CLOCK_THREAD_CPUTIME_ID, *(int64_t *)time);
	return NULL;
}

static int do_threads_cpu(int argc, char **argv)
{
	long n = number(argv[1]);
	pthread_t thread[64];
	int64_t time;

	(void)argc;
	if (n < 1 || n > (long)LENGTH(thread))
		bad_argument(argv[1]);
	time = share(duration(argv[0]), n);
	for (long i = 0; i < n; i++) {
		errno = pthread_create(&thread[i], NULL, burn_thread, &time);
		if (errno)
			fail("pthread_create");
	}
	for (long i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

static int do_busy(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	busy_for_ever();
}

static int do_ignore_term(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	signal(SIGTERM, SIG_IGN);
	busy_for_ever();
}

/* How late it wakes up, once a hundredth of a second, until SIGTERM. */
static int late_us[1 << 18];
static volatile sig_atomic_t enough;

static void on_term(int sig)
{
	enough = sig;
}

static int compare_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int do_lateness(int argc, char **argv)
{
	struct sigaction end = { .sa_handler = on_term };
	size_t n = 0;

	(void)argc;
	(void)argv;
	sigaction(SIGTERM, &end, NULL);
	puts("ready");
	fflush(stdout);
	while (!enough && n < LENGTH(late_us)) {
		int64_t before = now(CLOCK_MONOTONIC);

		hold(10 * MILLISECOND);
		late_us[n++] =
			(int)((now(CLOCK_MONOTONIC) - before) / 1000) - 10000;
	}
	qsort(late_us, n, sizeof(*late_us), compare_int);
	printf("%zu %d %d %d\n", n, late_us[n / 2], late_us[n * 99 / 100],
	       late_us[n ? n - 1 : 0]);
	return 0;
}

/* ---- memory ---- */

static void touch(char *memory, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t at = 0; at < size; at += page)
		((volatile char *)memory)[at] = 1;
}

static char *map(size_t size, int flags, int fd)
{
	char *memory;

	memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
		      flags | MAP_NORESERVE, fd, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	return memory;
}

/* Blocks that are not all zeroes, until it is full. */
static int write_bytes(int fd, size_t size)
{
	static char block[BLOCK];

	memset(block, 'x', sizeof(block));
	while (size) {
		size_t part = size < sizeof(block) ? size : sizeof(block);
		ssize_t n = write(fd, block, part);

		if (n < 0)
			return -1;
		size -= (size_t)n;
	}
	return 0;
}

static int do_memory(int argc, char **argv)
{
	size_t size = size_of(argv[0]);

	touch(map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1), size);
	hold_ms(argc, argv, 1);
	return 0;
}

static void *touch_and_hold(void *argument)
{
	char **argv = argument;
	size_t size = size_of(argv[0]);

	usleep(20000);
	touch(map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1), size);
	hold_ms(argv[1] ? 2 : 1, argv, 1);
	exit(0);
}

/* The first thread is gone, and its status tells nothing of the memory. */
static int do_memory_thread(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	if (pthread_create(&thread, NULL, touch_and_hold, argv) != 0)
		fail("pthread_create");
	syscall(SYS_exit, 0);
	return 1;
}

/*
 * FILE tells how much all of them have touched, whatever ends them: 8 bytes, in
 * the machine's order.
 */
static int do_memory_told(int argc, char **argv)
{
	size_t size = size_of(argv[1]);
	long n = argc > 2 ? number(argv[2]) : 1;
	int fd = open(argv[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	_Atomic size_t *told;
	char *memory;

	if (fd < 0 || ftruncate(fd, sizeof(*told)) < 0)
		fail(argv[0]);
	told = (_Atomic size_t *)map(sizeof(*told), MAP_SHARED, fd);
	while (--n > 0)
		if (must_fork() == 0)
			break;
	memory = map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
		touch(memory + at, BLOCK);
		*told += BLOCK;
	}
	return wait_all();
}

/*
 * N children that are there at the same time: each says that it is ready, and
 * waits for the end of a pipe that only the parent can write to.
 */
static int crowd(size_t size, long n, char *shared, int64_t time)
{
	int ready[2], go[2];
	char byte;

	make_pipe(ready);
	make_pipe(go);
	for (long i = 0; i < n; i++) {
		if (must_fork() != 0)
			continue;
		close(go[1]);
		if (!shared)
			touch(map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1), size);
		_exit(write(ready[1], "x", 1) != 1 ||
		      read(go[0], &byte, 1) != 0);
	}
	close(ready[1]);
	for (long i = 0; i < n; i++)
		if (read(ready[0], &byte, 1) != 1)
			break;
	hold(time);
	close(go[1]);
	return wait_all();
}

static int64_t crowd_time(int argc, char **argv)
{
	return argc > 2 ? number(argv[2]) * MILLISECOND : 0;
}

static int do_memory_tree(int argc, char **argv)
{
	return crowd(size_of(argv[0]), number(argv[1]), NULL,
		     crowd_time(argc, argv));
}

/* Shown as used by each of them, and there only once. */
static int do_memory_cow(int argc, char **argv)
{
	size_t size = size_of(argv[0]);
	char *memory = map(size, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	touch(memory, size);
	return crowd(size, number(argv[1]), memory, crowd_time(argc, argv));
}

static int do_memory_slow(int argc, char **argv)
{
	size_t step = size_of(argv[0]) / 50;

	(void)argc;
	for (;;) {
		touch(map(step, MAP_PRIVATE | MAP_ANONYMOUS, -1), step);
		hold(20 * MILLISECOND);
	}
	return 0;
}

static int do_shared(int argc, char **argv)
{
	size_t size = size_of(argv[0]);

	touch(map(size, MAP_SHARED | MAP_ANONYMOUS, -1), size);
	hold_ms(argc, argv, 1);
	return 0;
}

/* What is only written is in no process's address space. */
static int do_memfd(int argc, char **argv)
{
	static const char *const how[] = { "mapped", "written", NULL };
	size_t size = size_of(argv[0]);
	int fd = memfd_create("hog", MFD_CLOEXEC);

	if (fd < 0)
		fail("memfd_create");
	if (choice(argc, argv, 1, how) == 1) {
		if (write_bytes(fd, size) < 0)
			fail("write");
	} else {
		if (ftruncate(fd, (off_t)size) < 0)
			fail("ftruncate");
		touch(map(size, MAP_SHARED, fd), size);
	}
	hold_ms(argc, argv, 2);
	return 0;
}

/* Detached it stays, until somebody removes it or its namespace ends. */
static int do_sysv(int argc, char **argv)
{
	static const char *const how[] = { "attached", "detached", NULL };
	size_t size = size_of(argv[0]);
	char *memory;
	int id;

	id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	if (id < 0)
		fail("shmget");
	memory = shmat(id, NULL, 0);
	if (memory == (void *)-1)
		fail("shmat");
	touch(memory, size);
	if (choice(argc, argv, 1, how) == 1)
		shmdt(memory);
	hold_ms(argc, argv, 2);
	return 0;
}

/* Kernel memory: full pipes, as many as descriptors allow. */
static int do_pipes(int argc, char **argv)
{
	size_t size = size_of(argv[0]), done = 0;
	int fds[2], room;

	while (done < size) {
		make_pipe(fds);
		fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
		room = fcntl(fds[1], F_GETPIPE_SZ);
		if (room <= 0 || write_bytes(fds[1], (size_t)room) < 0)
			fail("write");
		done += (size_t)room;
	}
	hold_ms(argc, argv, 1);
	return 0;
}

/* ---- files ---- */

static int create(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		fail(path);
	return fd;
}

/* Files of 1 MiB: it is their sum that matters. */
static int do_tmpfs(int argc, char **argv)
{
	size_t left = size_of(argv[1]), part;
	char path[PATH_MAX];
	int fd;

	for (int i = 0; left; i++) {
		part = left < 1 << 20 ? left : 1 << 20;
		snprintf(path, sizeof(path), "%s/hog.%d", argv[0], i);
		fd = create(path);
		if (write_bytes(fd, part) < 0)
			fail(path);
		close(fd);
		left -= part;
	}
	hold_ms(argc, argv, 2);
	return 0;
}

/* The file goes again; pages of it that are in memory are no use of memory. */
static int do_page_cache(int argc, char **argv)
{
	static char block[BLOCK];
	size_t size = size_of(argv[1]);
	int fd = create(argv[0]);
	ssize_t n;

	(void)argc;
	if (write_bytes(fd, size) < 0 || fsync(fd) < 0)
		fail(argv[0]);
	for (int i = 0; i < 2; i++) {
		lseek(fd, 0, SEEK_SET);
		do
			n = read(fd, block, sizeof(block));
		while (n > 0);
	}
	return unlink(argv[0]) < 0;
}

/* The same, in the address space: it counts as resident. */
static int do_map_file(int argc, char **argv)
{
	size_t size = size_of(argv[1]), page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = create(argv[0]);
	volatile char sum = 0;
	char *memory;

	if (write_bytes(fd, size) < 0 || fsync(fd) < 0)
		fail(argv[0]);
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	for (size_t at = 0; at < size; at += page)
		sum = (char)(sum + memory[at]);
	hold_ms(argc, argv, 2);
	return unlink(argv[0]) < 0;
}

static int do_big_file(int argc, char **argv)
{
	(void)argc;
	if (write_bytes(create(argv[0]), size_of(argv[1])) < 0)
		fail(argv[0]);
	return 0;
}

static int do_fill(int argc, char **argv)
{
	(void)argc;
	if (write_bytes(create(argv[0]), SIZE_MAX) < 0)
		fail(argv[0]);
	return 0;
}

/* ---- many processes ---- */

/* How many there are, this one too, once there can be no more. */
static int full(long n, int argc, char **argv)
{
	printf("%ld\n", n + 1);
	fflush(stdout);
	hold_ms(argc, argv, 1);
	if (strcmp(argv[0], "exit") == 0)
		return 1;
	hold_for_ever();
}

static const char *const hold_or_exit[] = { "hold", "exit", NULL };

static int do_forks(int argc, char **argv)
{
	pid_t pid;

	choice(argc, argv, 0, hold_or_exit);
	for (long n = 0;; n++) {
		pid = fork();
		if (pid == 0)
			hold_for_ever();
		if (pid < 0)
			return full(n, argc, argv);
	}
}

/* Every process forks, and tries again for ever when it cannot. */
static int do_fork_bomb(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (;;)
		if (fork() < 0)
			sched_yield();
	return 0;
}

/* A few chains in which each is gone before it can be looked at. */
static int do_fork_storm(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 3; i++) {
		if (must_fork() != 0)
			continue;
		for (;;)
			if (fork() > 0)
				_exit(0);
	}
	hold_for_ever();
}

static void *hold_thread(void *nothing)
{
	(void)nothing;
	hold_for_ever();
}

static int do_threads(int argc, char **argv)
{
	pthread_attr_t attributes;
	pthread_t thread;

	choice(argc, argv, 0, hold_or_exit);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1 << 16);
	for (long n = 0;; n++)
		if (pthread_create(&thread, &attributes, hold_thread, NULL))
			return full(n, argc, argv);
}

static int do_zombies(int argc, char **argv)
{
	long n = number(argv[0]);

	pid_t pid = 0;

	for (long i = 0; i < n && pid >= 0; i++) {
		pid = fork();
		if (pid == 0)
			_exit(0);
	}
	hold_ms(argc, argv, 1);
	return pid < 0;
}

/* Children that no signal but KILL ends, of a parent that is killed. */
static int do_spawn_die(int argc, char **argv)
{
	long n = argc > 0 ? number(argv[0]) : 3;

	for (int sig = 1; sig <= LAST_SIGNAL; sig++)
		signal(sig, SIG_IGN);
	for (long i = 0; i < n; i++)
		if (must_fork() == 0) {
			setsid();
			hold_for_ever();
		}
	kill(getpid(), SIGKILL);
	return 1;
}

/* As far away from its beginnings as a process can get. */
static int do_close_all_daemon(int argc, char **argv)
{
	int64_t time = duration(argv[0]);

	(void)argc;
	become_daemon(0);
	for (int sig = 1; sig <= LAST_SIGNAL; sig++)
		signal(sig, SIG_IGN);
	close_range(0, ~0U, 0);
	if (chdir("/") < 0)
		_exit(1);
	hold(time);
	_exit(0);
}

/* ---- output, ends ---- */

static int do_flood(int argc, char **argv)
{
	static const char *const where[] = { "stdout", "stderr", "both", NULL };
	int which = choice(argc, argv, 0, where);
	size_t left = argc > 1 ? size_of(argv[1]) : SIZE_MAX, part;

	for (int i = 0; left; i++) {
		part = left < BLOCK ? left : BLOCK;
		if (write_bytes(which == 1 || (which == 2 && i % 2) ? 2 : 1,
				part) < 0)
			return 1;
		left -= part;
	}
	return 0;
}

static int do_sleep(int argc, char **argv)
{
	(void)argc;
	hold(duration(argv[0]));
	return 0;
}

static int do_stop_self(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	raise(SIGSTOP);
	return 0;
}

static int do_exit(int argc, char **argv)
{
	(void)argc;
	exit((int)number(argv[0]));
}

static int do_segv(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	signal(SIGSEGV, SIG_DFL);
	kill(getpid(), SIGSEGV);
	return 1;
}

/* ---- control groups ---- */

static char started_in[8192]; /* /proc/self/cgroup at the beginning */
static int ways;	      /* out of it that were found */

static void way(const char *what, const char *path)
{
	printf("%s %s\n", what, path);
	ways++;
}

static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/*
 * Whether a line of /proc/self/cgroup is another than at the beginning and not
 * below it. A path outside the own cgroup namespace begins with "/..".
 */
static int has_left(void)
{
	char text[8192], *old = started_in, *new = text, *a, *b;

	read_text("/proc/self/cgroup", text, sizeof(text));
	for (;;) {
		size_t n;

		a = strsep(&old, "\n");
		b = strsep(&new, "\n");
		if (!a || !b)
			break;
		n = strlen(a);
		if (n && a[n - 1] == '/')
			n--;
		if (old)
			old[-1] = '\n';
		if (strncmp(a, b, n) != 0 || (b[n] && b[n] != '/') ||
		    strncmp(b + n, "/..", 3) == 0)
			return 1;
	}
	return 0;
}

static int write_text(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (*text)
		n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Moves a child there, not itself: one way out must not hide the others. */
static void try_to_move(int dir, const char *file, const char *path)
{
	int status = 0;
	pid_t pid;

	if (write_text(dir, file, "") < 0)
		return;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(write_text(dir, file, "0") == 0 && has_left());
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status != 0)
		way("moved into", path);
}

static void try_to_be_born(int dir, const char *path)
{
	uint64_t args[11] = { INTO_CGROUP, [4] = SIGCHLD };
	int status = 0;
	long pid;

	args[10] = (uint64_t)dir;
	fflush(stdout);
	pid = syscall(SYS_clone3, args, sizeof(args));
	if (pid == 0)
		_exit(has_left());
	if (pid > 0 && waitpid((pid_t)pid, &status, 0) == pid && status != 0)
		way("was born in", path);
}

/* Writes back what is there: that it can be done is enough to know. */
static void try_files(int dir, const char *path)
{
	static const char *const names[] = {
		"memory.max",
		"memory.high",
		"memory.swap.max",
		"memory.min",
		"pids.max",
		"cpu.max",
		"cpu.weight",
		"cpuset.cpus",
		"io.weight",
		"cgroup.freeze",
		"cgroup.max.depth",
		/* of version 1 */
		"release_agent",
		"notify_on_release",
		"cpu.cfs_quota_us",
		"cpu.shares",
		"memory.limit_in_bytes",
		"freezer.state",
	};
	char file[PATH_MAX], text[4096];

	for (size_t i = 0; i < LENGTH(names); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]);
		read_text(file, text, sizeof(text));
		text[strcspn(text, "\n")] = '\0';
		if (*text && write_text(dir, names[i], text) == 0)
			way("wrote to", file);
	}
}

static int is_cgroup(int dir)
{
	struct statfs fs;

	return fstatfs(dir, &fs) == 0 && (fs.f_type == CGROUP2_SUPER_MAGIC ||
					  fs.f_type == CGROUP_SUPER_MAGIC);
}

static int try_directory(const char *path, const struct stat *st, int type,
			 struct FTW *where)
{
	int dir;

	(void)st;
	if (type != FTW_D || where->level > 8)
		return 0;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return 0;
	if (is_cgroup(dir)) {
		try_to_move(dir, "cgroup.procs", path);
		try_to_move(dir, "cgroup.threads", path);
		try_to_move(dir, "tasks", path);
		try_to_be_born(dir, path);
		try_files(dir, path);
	}
	close(dir);
	return 0;
}

static int show_directory(const char *path, const struct stat *st, int type,
			  struct FTW *where)
{
	int dir;

	(void)st;
	(void)where;
	if (type != FTW_D && type != FTW_DNR)
		return 0;
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && is_cgroup(dir))
		puts(path);
	if (dir >= 0)
		close(dir);
	return 0;
}

/* Calls visit() for each directory of what is mounted as cgroups. */
static void each_cgroup(int (*visit)(const char *, const struct stat *, int,
				     struct FTW *))
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char *line = NULL, point[PATH_MAX], type[64];
	size_t size = 0;

	if (!f)
		return;
	while (getline(&line, &size, f) > 0)
		if (sscanf(line, "%*s %4095s %63s", point, type) == 2 &&
		    strncmp(type, "cgroup", 6) == 0)
			nftw(point, visit, 16, FTW_PHYS | FTW_MOUNT);
	free(line);
	fclose(f);
}

/* A directory of cgroups, or a file of one, that was left open for us. */
static void try_descriptors(void)
{
	char path[64];

	for (int fd = 0; fd < 1024; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (is_cgroup(fd))
			way("holds", path);
	}
}

static void map_user(const char *file, unsigned int id)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %u 1\n", id, id);
	write_text(AT_FDCWD, file, text);
}

/* In a child: a mount of cgroups of our own, in namespaces of our own. */
static int mount_and_try(int flags, const char *dir)
{
	unsigned int uid = geteuid(), gid = getegid();

	if (flags && unshare(flags) < 0)
		return 0;
	if (flags & CLONE_NEWUSER) {
		write_text(AT_FDCWD, "/proc/self/setgroups", "deny");
		map_user("/proc/self/uid_map", uid);
		map_user("/proc/self/gid_map", gid);
	}
	if (flags & CLONE_NEWNS)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("cgroup2", dir, "cgroup2", 0, NULL) < 0)
		return 0;
	nftw(dir, try_directory, 16, FTW_PHYS | FTW_MOUNT);
	umount2(dir, MNT_DETACH);
	return ways > 0;
}

static void try_mounts(const char *dir)
{
	static const int flags[] = {
		0,
		CLONE_NEWNS,
		CLONE_NEWUSER | CLONE_NEWNS,
		CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP,
	};
	int status = 0;
	pid_t pid;

	for (size_t i = 0; i < LENGTH(flags); i++) {
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			ways = 0;
			status = mount_and_try(flags[i], dir);
			fflush(stdout);
			_exit(status);
		}
		if (pid > 0 && waitpid(pid, &status, 0) == pid && status != 0)
			way("mounted cgroups at", dir);
	}
}

/* 0: a way out was found, as the tests of attacks have it; 1: none. */
static int do_escape_cgroup(int argc, char **argv)
{
	const char *dir = argc > 0 ? argv[0] : "/tmp";

	read_text("/proc/self/cgroup", started_in, sizeof(started_in));
	if (!*started_in)
		puts("/proc/self/cgroup is empty");
	try_descriptors();
	each_cgroup(try_directory);
	try_mounts(dir);
	printf("%d ways out\n", ways);
	return ways == 0;
}

static int do_see_cgroups(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	read_text("/proc/self/cgroup", started_in, sizeof(started_in));
	fputs(started_in, stdout);
	each_cgroup(show_directory);
	return 0;
}

/* ---- the table ---- */

struct verb {
	const char *name;
	/* argv begins after the verb. */
	int (*run)(int argc, char **argv);
	/* Number of arguments. */
	int min, max;
	const char *help;
};

static const struct verb verbs[] = {
	{ "big-file", do_big_file, 2, 2, "FILE SIZE: write that much" },
	{ "busy", do_busy, 0, 0, "use the processor for ever" },
	{ "close-all-daemon", do_close_all_daemon, 1, 1,
	  "SECONDS: leave a daemon that is hard to reach" },
	{ "cpu", do_cpu, 1, 1, "SECONDS: of processor time" },
	{ "cpu-daemon", do_cpu_daemon, 1, 1,
	  "SECONDS: by a daemon that is there at the end" },
	{ "cpu-ignored", do_cpu_ignored, 1, 2,
	  "SECONDS [N]: by N in turn, SIGCHLD ignored" },
	{ "cpu-tree", do_cpu_tree, 2, 2,
	  "SECONDS N: by N children together, waited for" },
	{ "cpu-unwaited", do_cpu_unwaited, 1, 1,
	  "SECONDS: by a child nobody waits for" },
	{ "escape-cgroup", do_escape_cgroup, 0, 1,
	  "[DIR]: try to leave it; cgroup2 is mounted on DIR" },
	{ "exit", do_exit, 1, 1, "N: exit with that status" },
	{ "fill", do_fill, 1, 1, "FILE: write until it is full" },
	{ "flood", do_flood, 0, 2,
	  "[stdout|stderr|both [BYTES]]: write, for ever" },
	{ "fork-bomb", do_fork_bomb, 0, 0, "everyone forks, for ever" },
	{ "fork-storm", do_fork_storm, 0, 0, "fork and exit, for ever" },
	{ "forks", do_forks, 1, 2,
	  "hold|exit [MS]: until refused, print how many there are" },
	{ "ignore-term", do_ignore_term, 0, 0, "busy, and ignores SIGTERM" },
	{ "lateness", do_lateness, 0, 0,
	  "till SIGTERM: how late sleeps end: count, 50 %, 99 %, max us" },
	{ "map-file", do_map_file, 2, 3,
	  "FILE SIZE [HOLD_MS]: write it, map it, read it" },
	{ "memfd", do_memfd, 1, 3,
	  "SIZE [mapped|written [HOLD_MS]]: memory in a file" },
	{ "memory", do_memory, 1, 2, "SIZE [HOLD_MS]: touch that much" },
	{ "memory-cow", do_memory_cow, 2, 3,
	  "SIZE N [HOLD_MS]: N children share it" },
	{ "memory-slow", do_memory_slow, 1, 1, "SIZE: in a second, for ever" },
	{ "memory-thread", do_memory_thread, 1, 2,
	  "SIZE [HOLD_MS]: by a thread that survives the first" },
	{ "memory-told", do_memory_told, 2, 3,
	  "FILE SIZE [N]: by N; how far they came is in FILE" },
	{ "memory-tree", do_memory_tree, 2, 3,
	  "SIZE N [HOLD_MS]: N children have that much each" },
	{ "page-cache", do_page_cache, 2, 2,
	  "FILE SIZE: write it, read it twice" },
	{ "pipes", do_pipes, 1, 2, "SIZE [HOLD_MS]: memory of the kernel" },
	{ "see-cgroups", do_see_cgroups, 0, 0, "its own, and those it sees" },
	{ "segv", do_segv, 0, 0, "die of SIGSEGV" },
	{ "shared", do_shared, 1, 2, "SIZE [HOLD_MS]: a shared mapping" },
	{ "sleep", do_sleep, 1, 1, "SECONDS" },
	{ "spawn-die", do_spawn_die, 0, 1,
	  "[N]: leave children that ignore signals, die of SIGKILL" },
	{ "stop-self", do_stop_self, 0, 0, "SIGSTOP; 0 when it goes on" },
	{ "sysv", do_sysv, 1, 3,
	  "SIZE [attached|detached [HOLD_MS]]: a SysV segment" },
	{ "threads", do_threads, 1, 2,
	  "hold|exit [MS]: as forks, with threads" },
	{ "threads-cpu", do_threads_cpu, 2, 2,
	  "SECONDS N: by N threads together" },
	{ "tmpfs", do_tmpfs, 2, 3, "DIR SIZE [HOLD_MS]: fill files there" },
	{ "zombies", do_zombies, 1, 2, "N [HOLD_MS]: leave that many" },
};

static int usage(void)
{
	fprintf(stderr, "usage: hog WHAT [ARG...]\n");
	for (size_t i = 0; i < LENGTH(verbs); i++)
		fprintf(stderr, "  %-16s %s\n", verbs[i].name, verbs[i].help);
	return 2;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < LENGTH(verbs); i++) {
		const struct verb *v = &verbs[i];

		if (strcmp(v->name, argv[1]) == 0 && argc - 2 >= v->min &&
		    argc - 2 <= v->max)
			return v->run(argc - 2, argv + 2);
	}
	return usage();
}
