/* SPDX-License-Identifier: Apache-2.0 */
#include "report/ask.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "layer/changes.h"
#include "layer/layer.h"
#include "report/changes.h"
#include "report/progress.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#define SHOWN 20

enum answer { ANSWER_NONE, ANSWER_APPLY, ANSWER_KEEP, ANSWER_DISCARD };

struct summary {
	struct str text;
	size_t counts[3]; /* by enum change_kind */
	size_t all;
};

static int tell(void *context, const struct change *c, struct err *e)
{
	struct summary *s = context;

	(void)e;
	if (s->all++ < SHOWN)
		report_change_text(&s->text, c);
	s->counts[c->kind]++;
	return 0;
}

/* --- the question ------------------------------------------------------- */

static void interrupted(int signal)
{
	(void)signal;
}

/* These end the question; they are let through only where it waits. */
static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

/*
 * To stop and to go on is as for any program that reads. What came before the
 * question, as the interrupt that ended the command, was not about it.
 */
static void begin_to_wait(sigset_t *before)
{
	const struct sigaction action = { .sa_handler = interrupted };
	sigset_t set;

	for (size_t i = 0; i < COUNT_OF(ending); i++) {
		signal(ending[i], SIG_IGN);
		sigaction(ending[i], &action, NULL);
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGTTIN);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_UNBLOCK, &set, before);
}

/* Until there is something to read; false and errno: interrupted. */
static bool wait_for_input(int tty)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	for (size_t i = 0; i < COUNT_OF(ending); i++)
		sigdelset(&set, ending[i]);
	return ppoll(&p, 1, NULL, &set) > 0;
}

/* The command may have left it in any state. */
static void make_readable(int tty)
{
	struct termios t;

	if (tcgetattr(tty, &t) == 0) {
		t.c_iflag |= ICRNL;
		t.c_lflag |= ICANON | ECHO | ISIG;
		tcsetattr(tty, TCSANOW, &t);
	}
	/* What was typed before, or made the terminal answer, answers nothing. */
	tcflush(tty, TCIFLUSH);
}

/* A line without its end; what is longer is no answer. -1 and errno: none. */
static int read_line(int tty, char *line, size_t size)
{
	size_t used = 0;
	char c;

	for (;;) {
		ssize_t n = wait_for_input(tty) ? read(tty, &c, 1) : -1;

		if (n <= 0) {
			errno = n < 0 ? errno : 0;
			return -1;
		}
		if (c == '\n')
			break;
		if (used + 1 < size)
			line[used] = c;
		used += used + 1 < size;
	}
	line[used] = '\0';
	return 0;
}

static enum answer understand(const char *line)
{
	static const struct {
		const char *letter, *word;
		enum answer answer;
	} words[] = {
		{ "a", "apply", ANSWER_APPLY },
		{ "k", "keep", ANSWER_KEEP },
		{ "d", "discard", ANSWER_DISCARD },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_equal(line, words[i].letter) ||
		    str_equal(line, words[i].word))
			return words[i].answer;
	return ANSWER_NONE;
}

/* `otherwise` if the terminal has come to its end. */
static enum answer ask(int tty, enum answer otherwise)
{
	static const char question[] = "apply, keep or discard? [a/k/d] ";
	enum answer answer = ANSWER_NONE;
	sigset_t before;
	char line[16];

	begin_to_wait(&before);
	make_readable(tty);
	while (answer == ANSWER_NONE) {
		if (fd_write_all(tty, question, sizeof(question) - 1) < 0)
			answer = ANSWER_KEEP;
		else if (read_line(tty, line, sizeof(line)) == 0)
			answer = understand(line);
		else
			answer = errno ? ANSWER_KEEP : otherwise;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return answer;
}

/* --- around it ---------------------------------------------------------- */

static void show(struct summary *s, const char *dir, int fd)
{
	struct str *t = &s->text;

	if (s->all > SHOWN) {
		str_addf(t, "and %zu more, which --diff ", s->all - SHOWN);
		str_add_quoted(t, dir);
		str_add(t, " lists\n");
	}
	str_addf(t, "%zu added, %zu modified, %zu deleted\n",
		 s->counts[CHANGE_ADDED], s->counts[CHANGE_MODIFIED],
		 s->counts[CHANGE_DELETED]);
	fd_write_all(fd, t->text, t->length);
}

static void say(struct arena *a, const struct summary *s, const char *what,
		const char *where)
{
	struct str t = { .arena = a };

	str_addf(&t, "%zu %s %s", s->all, s->all == 1 ? "change" : "changes",
		 what);
	if (where)
		str_addf(&t, " in '%s'", where);
	report_say(t.text);
}

static int carry_out(struct arena *a, struct kept_layer *l, enum answer answer,
		     const struct summary *s, struct err *e)
{
	if (answer == ANSWER_KEEP) {
		say(a, s, "kept", l->dir);
		return 0;
	}
	if ((answer == ANSWER_APPLY ? report_apply(a, l, false, e) :
				      report_discard(a, l, e)) < 0)
		return -1;
	say(a, s, answer == ANSWER_APPLY ? "applied" : "discarded", NULL);
	return 0;
}

static int about(struct arena *a, struct kept_layer *l, bool is_new, bool told,
		 struct err *e)
{
	struct summary s = { .text = { .arena = a } };
	const struct changes_to to = { .tell = tell, .context = &s };
	enum answer answer = is_new ? ANSWER_DISCARD : ANSWER_KEEP;
	autoclose int tty = -1;

	if (changes_walk(a, l, &to, e) < 0)
		return -1;
	if (!s.all)
		return is_new ? report_discard(a, l, e) : 0;
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	show(&s, l->dir, tty < 0 ? STDERR_FILENO : tty);
	if (told)
		answer = ANSWER_KEEP;
	else if (tty >= 0)
		/* A terminal that is gone has not said that it can go too. */
		answer = ask(tty, ANSWER_KEEP);
	return carry_out(a, l, answer, &s, e);
}

int report_ask(struct arena *a, const struct caller *caller, const char *dir,
	       bool is_new, bool told, struct err *e)
{
	struct kept_layer l;
	int r;

	if (layer_open(a, caller, dir, &l, e) < 0)
		return -1;
	r = about(a, &l, is_new, told, e);
	layer_close(&l);
	return r;
}
