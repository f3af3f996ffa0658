/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack.h: what all attacks share. An attack says in one line on standard
 * output what became of it and ends with one of four statuses:
 *
 *	through()	0: it got what the wall is there to keep from it
 *	refused()	1: it did not, and errno says why
 *	broken()	2: the attack itself does not work; proves nothing
 *	done()		3: all was tried; the runner looks whether it had effect
 *
 * main() is called with the case as argv[1] ("-" if there is one case only)
 * and what the header's `args` says after it.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define MAYBE_UNUSED __attribute__((unused))

#ifdef __GLIBC__
#define error_name(error) strerrorname_np(error)
#else
#define error_name(error) strerror(error)
#endif

/* Bits that the kernel does not look at where it takes an int. */
#define HIGH 0x5a5a5a5a00000000UL

/* What every file that must stay out of reach begins with. */
#define SECRET "secret"

#define ATTACK_SAYS(status, error)                                             \
	do {                                                                   \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, format);                                          \
		vprintf(format, ap);                                           \
		va_end(ap);                                                    \
		if (error)                                                     \
			printf(": %s", error_name(error));                     \
		putchar('\n');                                                 \
		fflush(stdout);                                                \
		_exit(status);                                                 \
	} while (0)

__attribute__((format(printf, 1, 2), noreturn)) MAYBE_UNUSED static void
through(const char *format, ...)
{
	ATTACK_SAYS(0, 0);
}

__attribute__((format(printf, 1, 2), noreturn)) MAYBE_UNUSED static void
refused(const char *format, ...)
{
	int error = errno;

	ATTACK_SAYS(1, error);
}

__attribute__((format(printf, 1, 2), noreturn)) MAYBE_UNUSED static void
broken(const char *format, ...)
{
	int error = errno;

	ATTACK_SAYS(2, error);
}

__attribute__((format(printf, 1, 2), noreturn)) MAYBE_UNUSED static void
done(const char *format, ...)
{
	ATTACK_SAYS(3, 0);
}

MAYBE_UNUSED static int is(const char *word, const char *other)
{
	return !strcmp(word, other);
}

/* Whether the open file begins as one does that must stay out of reach. */
MAYBE_UNUSED static int is_secret(int fd)
{
	char text[sizeof(SECRET)] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	return n == sizeof(SECRET) - 1 && is(text, SECRET);
}

/* Whether `path` below `dir` is such a file; errno says why not. */
MAYBE_UNUSED static int reads_secret(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int found;

	if (fd < 0)
		return 0;
	found = is_secret(fd);
	close(fd);
	errno = ENOENT;
	return found;
}

/* Writes `text` into an existing file; errno says why not. */
MAYBE_UNUSED static int writes(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text);
}

/*
 * Writes into a file of the kernel what it says already: shows that it could
 * be changed, and changes nothing on the machine that runs the test.
 */
MAYBE_UNUSED static int rewrites(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n <= 0)
		return 0;
	/* Of several words the one in brackets is the one that holds. */
	for (char *p = text; p < text + n; p++) {
		char *end = *p == '[' ? memchr(p, ']', text + n - p) : NULL;

		if (end) {
			n = end - p - 1;
			memmove(text, p + 1, n);
			break;
		}
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (write(fd, text, (size_t)n) != n)
		n = -1;
	close(fd);
	return n > 0;
}

/*
 * Into a user namespace of its own, and into others (CLONE_NEW*): all
 * capabilities there. The maps are a convenience; where root has no right to
 * map itself the capabilities are there all the same.
 */
MAYBE_UNUSED static int enter_userns(int more)
{
	char map[64];
	unsigned int uid = geteuid();
	unsigned int gid = getegid();

	if (unshare(CLONE_NEWUSER | more))
		return -1;
	writes("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	writes("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	writes("/proc/self/gid_map", map);
	return 0;
}

#endif
