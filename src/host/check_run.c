/* SPDX-License-Identifier: Apache-2.0 */
/* The proof: sandbox is run, as a user would. */
#include "host/check_facts.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 16
#define LONGEST 30 /* seconds */
#define LINE_ROOM 2048

_Noreturn static void become(const char *self, const char *const *words,
			     int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* The caller's directory is not what this is about. */
	if (chdir("/") < 0)
		_exit(125);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	for (int fd = 1; fd <= 2; fd++)
		dup2(out, fd);
	execv(self, (char *const *)words);
	_exit(125);
}

static int left(const struct timespec *end)
{
	struct timespec now;
	long ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (end->tv_sec - now.tv_sec) * 1000 +
	     (end->tv_nsec - now.tv_nsec) / 1000000;
	return ms > 0 ? (int)ms : 0;
}

/* What it writes, as far as there is room; false when it takes too long. */
static bool read_words(int fd, char *text, size_t room)
{
	struct pollfd source = { .fd = fd, .events = POLLIN };
	struct timespec end;
	char chunk[512];
	size_t length = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += LONGEST;
	for (;;) {
		int ready = poll(&source, 1, left(&end));
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return true;
		if ((size_t)n > room - 1 - length)
			n = (ssize_t)(room - 1 - length);
		memcpy(text + length, chunk, (size_t)n);
		length += (size_t)n;
		text[length] = '\0';
	}
}

/* The first line, without who says it. */
static const char *first_line(struct arena *a, const char *text)
{
	static const char name[] = "sandbox: ";
	size_t length = strcspn(text, "\n");

	if (str_starts(text, name)) {
		text += sizeof(name) - 1;
		length -= sizeof(name) - 1;
	}
	return arena_dup_n(a, text, length);
}

int check_run(struct arena *a, const char *self, const char *const *options,
	      struct own_run *out, struct err *e)
{
	const char *words[WORDS_MAX + 3] = { "sandbox" };
	autoclose int from = -1, to = -1;
	char text[LINE_ROOM] = "";
	size_t n = 1;
	int ends[2], status = 0;
	bool in_time;
	pid_t pid;

	for (; *options && n < WORDS_MAX; options++)
		words[n++] = *options;
	words[n] = "true";
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	from = ends[0];
	to = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, "start a process");
	if (pid == 0)
		become(self, words, to);
	close(TAKE_FD(to));
	in_time = read_words(from, text, sizeof(text));
	if (!in_time)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for a process");
	out->status = WIFEXITED(status) ? WEXITSTATUS(status) :
					  128 + WTERMSIG(status);
	out->line = in_time ? first_line(a, text) : "it takes too long";
	return 0;
}
