/* SPDX-License-Identifier: Apache-2.0 */
/* --ask, on a terminal of its own, about a layer made by hand. */
#include "unit.h"

#include "report/ask.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define FAILED 99

struct world {
	struct arena a;
	char top[32];
	const char *dir, *real;
	bool told;
};

static void make(const char *dir, const char *name)
{
	struct arena a = { 0 };
	const char *path = path_join(&a, dir, name);

	assert_int_equal(mkdir(path, 0700), 0);
	arena_release(&a);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	struct arena a = { 0 };
	int fd = open(path_join(&a, dir, name),
		      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	arena_release(&a);
}

/* A layer with `files` new files. */
static void begin(struct world *w, unsigned int files)
{
	struct stat st;
	const char *upper;

	*w = (struct world){ .top = "/tmp/unit-ask-XXXXXX" };
	assert_non_null(mkdtemp(w->top));
	make(w->top, "real");
	make(w->top, "D");
	w->dir = path_join(&w->a, w->top, "D");
	w->real = path_join(&w->a, w->top, "real");
	make(w->dir, "0");
	make(w->dir, "0/upper");
	upper = path_join(&w->a, w->dir, "0/upper");
	assert_int_equal(stat(w->real, &st), 0);
	write_file(
		w->dir, "layer",
		arena_format(&w->a,
			     "sandbox layer 1\ncreated 1795679518.000000000\n"
			     "place 0 %llu %llu %s\n",
			     (unsigned long long)st.st_dev,
			     (unsigned long long)st.st_ino, w->real));
	for (unsigned int i = 0; i < files; i++)
		write_file(upper, arena_format(&w->a, "f%02u", i), "x");
}

static void end(struct world *w)
{
	const char *command = arena_format(&w->a, "exec rm -rf '%s'", w->top);

	assert_int_equal(system(command), 0);
	arena_release(&w->a);
}

static bool has_layer(const struct world *w)
{
	return access(w->dir, F_OK) == 0;
}

/* In a process of its own, with all signals blocked as after a run. */
_Noreturn static void run(const struct world *w, bool is_new)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct caller caller = { .uid = geteuid() };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	report_begin((struct report_voice){ "sandbox", false });
	if (report_ask(&a, &caller, w->dir, is_new, w->told, &e) < 0) {
		report_error(&e);
		_exit(FAILED);
	}
	_exit(0);
}

/* Adds what the terminal shows until it has `text`, or is at its end. */
static bool see(int tty, struct str *shown, const char *text)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };
	char buffer[1024];
	ssize_t n;

	while (!text || !strstr(str_text(shown), text)) {
		if (poll(&p, 1, 10000) != 1)
			return false;
		n = read(tty, buffer, sizeof(buffer));
		if (n <= 0)
			return !text;
		str_add_n(shown, buffer, (size_t)n);
	}
	return true;
}

/* What is shown in all; `answers` are typed, each at a question. */
static const char *on_terminal(struct world *w, bool is_new, bool raw,
			       const char *const *answers, int *status)
{
	static const char question[] = "[a/k/d] ";
	struct str shown = { .arena = &w->a }, part = shown;
	struct termios t;
	int tty;
	pid_t pid = forkpty(&tty, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		if (raw && tcgetattr(0, &t) == 0) {
			cfmakeraw(&t);
			tcsetattr(0, TCSANOW, &t);
		}
		run(w, is_new);
	}
	for (; *answers; answers++) {
		part = (struct str){ .arena = &w->a };
		assert_true(see(tty, &part, question));
		str_add(&shown, part.text);
		assert_int_equal(write(tty, *answers, strlen(*answers)),
				 strlen(*answers));
	}
	assert_true(see(tty, &shown, NULL));
	close(tty);
	assert_int_equal(waitpid(pid, status, 0), pid);
	assert_true(WIFEXITED(*status));
	*status = WEXITSTATUS(*status);
	return str_text(&shown);
}

static void test_discard(void **state)
{
	struct world w;
	const char *shown;
	int status;

	(void)state;
	begin(&w, 2);
	shown = on_terminal(&w, false, false,
			    (const char *const[]){ "d\n", NULL }, &status);
	assert_int_equal(status, 0);
	unit_has(shown, "/real/f00 (mode 600, size 1)");
	unit_has(shown, "2 added, 0 modified, 0 deleted");
	unit_has(shown, "sandbox: 2 changes discarded");
	assert_false(has_layer(&w));
	end(&w);
}

static void test_keep(void **state)
{
	struct world w;
	const char *shown;
	int status;

	(void)state;
	begin(&w, 1);
	/* What is no answer is asked again, and all of it is no answer. */
	shown = on_terminal(
		&w, true, false,
		(const char *const[]){ "\n", "dd\n", "x discard\n",
				       "discarded, and a long line of it\n",
				       "\033[1;1Rd\n", "keep\n", NULL },
		&status);
	assert_int_equal(status, 0);
	unit_has(shown, "1 change kept in '/tmp/unit-ask-");
	assert_true(has_layer(&w));
	end(&w);
}

static void test_end_of_input(void **state)
{
	static const char *const eof[] = { "\004", NULL };
	struct world w;
	int status;

	(void)state;
	begin(&w, 1);
	unit_has(on_terminal(&w, false, false, eof, &status), "1 change kept");
	assert_true(has_layer(&w));
	unit_has(on_terminal(&w, true, false, eof, &status), "1 change kept");
	assert_true(has_layer(&w));
	end(&w);
}

static void test_interrupt(void **state)
{
	struct world w;
	int status;

	(void)state;
	begin(&w, 1);
	unit_has(on_terminal(&w, true, false,
			     (const char *const[]){ "\003", NULL }, &status),
		 "1 change kept");
	assert_int_equal(status, 0);
	assert_true(has_layer(&w));
	end(&w);
}

static void test_apply(void **state)
{
	struct world w;
	const char *file;
	int status;

	(void)state;
	begin(&w, 1);
	unit_has(on_terminal(&w, true, false,
			     (const char *const[]){ "a\n", NULL }, &status),
		 "1 change applied");
	assert_int_equal(status, 0);
	file = path_join(&w.a, w.real, "f00");
	assert_int_equal(access(file, F_OK), 0);
	/* It is as one just made; nothing is left to ask. */
	assert_string_equal(on_terminal(&w, false, false,
					(const char *const[]){ NULL }, &status),
			    "");
	assert_true(has_layer(&w));
	end(&w);
}

/* As an editor leaves it that was killed. */
static void test_raw_terminal(void **state)
{
	struct world w;
	int status;

	(void)state;
	begin(&w, 1);
	unit_has(on_terminal(&w, false, true,
			     (const char *const[]){ "discard\r", NULL },
			     &status),
		 "1 change discarded");
	assert_false(has_layer(&w));
	end(&w);
}

static void test_many(void **state)
{
	struct world w;
	const char *shown;
	int status;

	(void)state;
	begin(&w, 25);
	shown = on_terminal(&w, false, false,
			    (const char *const[]){ "k\n", NULL }, &status);
	unit_has(shown, "/f19 ");
	unit_lacks(shown, "/f20 ");
	unit_has(shown, "and 5 more, which --diff /tmp/unit-ask-");
	unit_has(shown, "25 added");
	end(&w);
}

/* Without a terminal: in a session of its own. Returns the status. */
static int alone(struct world *w, bool is_new, const char **said)
{
	struct str text = { .arena = &w->a };
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		setsid();
		dup2(ends[1], STDERR_FILENO);
		run(w, is_new);
	}
	close(ends[1]);
	assert_true(see(ends[0], &text, NULL));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*said = str_text(&text);
	return WEXITSTATUS(status);
}

static void test_no_terminal(void **state)
{
	struct world w;
	const char *said;

	(void)state;
	begin(&w, 1);
	assert_int_equal(alone(&w, false, &said), 0);
	unit_has(said, "1 change kept");
	assert_true(has_layer(&w));
	assert_int_equal(alone(&w, true, &said), 0);
	unit_has(said, "1 change discarded");
	unit_has(said, "1 added");
	assert_false(has_layer(&w));
	end(&w);
}

/* Who is killed by timeout(1) does not begin to wait for a person. */
static void test_told_to_end(void **state)
{
	struct world w;
	int status;

	(void)state;
	begin(&w, 1);
	w.told = true;
	unit_has(on_terminal(&w, true, false, (const char *const[]){ NULL },
			     &status),
		 "1 change kept");
	assert_int_equal(status, 0);
	assert_true(has_layer(&w));
	end(&w);
}

static void test_nothing(void **state)
{
	struct world w;
	const char *said;

	(void)state;
	begin(&w, 0);
	assert_int_equal(chmod(path_join(&w.a, w.dir, "0/upper"), 0700), 0);
	assert_int_equal(alone(&w, false, &said), 0);
	assert_string_equal(said, "");
	assert_true(has_layer(&w));
	assert_int_equal(alone(&w, true, &said), 0);
	assert_string_equal(said, "");
	assert_false(has_layer(&w));
	assert_int_equal(alone(&w, true, &said), FAILED);
	end(&w);
}

int group_ask(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discard),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_end_of_input),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_raw_terminal),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_told_to_end),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
