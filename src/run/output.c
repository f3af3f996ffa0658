/* SPDX-License-Identifier: Apache-2.0 */
#include "run/output.h"

#include "base/cleanup.h"
#include "run/limits.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20)

/* --- making ------------------------------------------------------------- */

/* 1 if it is open, 0 if not. Close-on-exec is what stands in for a closed one. */
static int is_open(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0)
		return err_sys(e, "look at standard %s",
			       fd == 1 ? "output" : "error");
	return flags == 0;
}

static int check_descriptor(int fd, struct err *e)
{
	int open = is_open(fd, e);

	if (open <= 0 || !isatty(fd))
		return open < 0 ? -1 : 0;
	err_set(e, ERR_USAGE, "--output-limit: standard %s is a terminal",
		fd == 1 ? "output" : "error");
	return err_hint(e, "send it to a file or a pipe, as with %s",
			fd == 1 ? "| cat" : "2>&1 | cat");
}

/*
 * 2>&1 is one open file: in one pipe the order of what is written stays. Where
 * kcmp(2) cannot say it, two files that are the same count as one.
 */
static bool is_same_file(void)
{
	long r = syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, 1, 2);
	struct stat out, err;

	if (r >= 0)
		return r == 0;
	return fstat(1, &out) == 0 && fstat(2, &err) == 0 &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

static int open_stream(struct stream *s, int to, struct err *e)
{
	int flags, pair[2], open = is_open(to, e);
	struct stat st;

	if (open <= 0)
		return open;
	flags = fcntl(to, F_GETFL);
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	/* A read that finds nothing has to come back. */
	if (fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "prepare a pipe");
	s->from = pair[0];
	s->command = pair[1];
	s->to = to;
	/*
	 * splice(2): EINVAL for a file that is appended to; and only a pipe
	 * does not make it wait.
	 */
	if (flags < 0 || fstat(to, &st) < 0)
		return err_sys(e, "look at standard %s",
			       to == 1 ? "output" : "error");
	s->copy = flags & O_APPEND ||
		  !(S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
	return 0;
}

int stage_output(struct run *r, struct err *e)
{
	struct output *o = &r->output;

	if (check_descriptor(1, e) < 0 || check_descriptor(2, e) < 0)
		return -1;
	o->joined = is_same_file();
	if (open_stream(&o->streams[0], 1, e) < 0 ||
	    (!o->joined && open_stream(&o->streams[1], 2, e) < 0))
		return -1;
	return 0;
}

int output_take(struct run *r, struct err *e)
{
	struct output *o = &r->output;

	for (int i = 0; i < STREAMS; i++) {
		const struct stream *s = &o->streams[o->joined ? 0 : i];

		if (s->command >= 0 && dup2(s->command, i + 1) < 0)
			return err_sys(e, "connect the command's output");
	}
	return 0;
}

void output_started(struct run *r)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (int i = 0; i < STREAMS; i++)
		if (r->output.streams[i].command >= 0)
			close(TAKE_FD(r->output.streams[i].command));
	/* A reader that is gone is an error of splice(2), no signal to us. */
	sigaction(SIGPIPE, &ignore, NULL);
}

/* --- passing on --------------------------------------------------------- */

/*
 * One end is gone, and the other end hears of it: the command by SIGPIPE, the
 * reader by the end of the file, unless it also gets our messages.
 */
static void close_stream(struct stream *s)
{
	close(TAKE_FD(s->from));
	if (s->to == 1)
		close(1);
}

/* What it wrote is lost, and it was not told: nor may the caller think so. */
static void cannot_write(struct run *r, const struct stream *s)
{
	struct err e;

	err_sys(&e, "write to standard %s", s->to == 1 ? "output" : "error");
	limits_fail(r, &e);
}

static ssize_t send_on(int to, const char *data, size_t size)
{
	ssize_t n = send(to, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n < 0 && errno == ENOTSOCK ? write(to, data, size) : n;
}

/* By way of memory, where what does not go at once waits. */
static ssize_t copy(struct stream *s, size_t most)
{
	struct pollfd room = { .fd = s->to, .events = POLLOUT };
	size_t room_for = most < sizeof(s->data) ? most : sizeof(s->data);
	ssize_t n;

	if (!s->held) {
		n = read(s->from, s->data, room_for);
		if (n <= 0)
			return n;
		s->held = (size_t)n;
	}
	if (poll(&room, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	/* The other stream may have used up what was left for this one. */
	n = send_on(s->to, s->data, s->held < most ? s->held : most);
	if (n > 0) {
		s->held -= (size_t)n;
		memmove(s->data, s->data + n, s->held);
	}
	return n;
}

static ssize_t pass(struct stream *s, size_t most)
{
	ssize_t n;

	if (s->copy)
		return copy(s, most);
	n = splice(s->from, NULL, s->to, NULL, most,
		   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n < 0 && errno == EINVAL) {
		s->copy = true;
		return copy(s, most);
	}
	return n;
}

/* Whether there is more than the limit lets through. */
static bool has_more(int fd)
{
	struct pollfd source = { .fd = fd, .events = POLLIN };

	return poll(&source, 1, 0) > 0 && source.revents & POLLIN;
}

/* False when there is nothing more to do now. */
static bool pass_on(struct run *r, struct stream *s)
{
	struct output *o = &r->output;
	uint64_t left = r->program->output_limit - o->passed;
	ssize_t n;

	if (left == 0) {
		if (s->held || has_more(s->from))
			limits_end(r, CAUSE_OUTPUT);
		close_stream(s);
		return false;
	}
	n = pass(s, left < PIECE ? (size_t)left : PIECE);
	if (n < 0 && errno == EAGAIN) {
		s->full = s->held || has_more(s->from);
		return false;
	}
	s->full = false;
	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		if (n < 0 && errno != EPIPE)
			cannot_write(r, s);
		close_stream(s);
		return false;
	}
	o->passed += (uint64_t)n;
	return true;
}

void output_poll(const struct run *r, struct pollfd *sources)
{
	for (int i = 0; i < STREAMS; i++) {
		const struct stream *s = &r->output.streams[i];

		sources[i] = (struct pollfd){
			.fd = s->from >= 0 && s->full ? s->to : s->from,
			.events = s->full ? POLLOUT : POLLIN,
		};
	}
}

void output_ready(struct run *r, const struct pollfd *sources)
{
	for (int i = 0; i < STREAMS; i++) {
		struct stream *s = &r->output.streams[i];

		/* One piece each, so that other events have their turn. */
		if (s->from >= 0 && sources[i].revents) {
			s->full = false;
			pass_on(r, s);
		}
	}
}

/*
 * What the command wrote belongs to whoever reads it, however slowly; unless a
 * limit ended it, or somebody wants us to stop.
 */
static bool wait_for_room(struct run *r, const struct stream *s)
{
	struct pollfd sources[] = {
		{ .fd = s->to, .events = POLLOUT },
		{ .fd = r->signals, .events = POLLIN },
	};

	while (r->outcome->cause == CAUSE_NONE && !supervisor_told(r)) {
		int n = poll(sources, 2, -1);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && sources[0].revents)
			return true;
	}
	return false;
}

void output_drain(struct run *r)
{
	for (int i = 0; i < STREAMS; i++) {
		struct stream *s = &r->output.streams[i];

		while (s->from >= 0 &&
		       (pass_on(r, s) || (s->full && wait_for_room(r, s))))
			;
		if (s->from >= 0)
			close_stream(s);
	}
}
