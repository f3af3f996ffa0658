/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden [--update] DIRECTORY: compiles every DIRECTORY/NAME.case on its canned
 * host and compares the program, or the error, with NAME.golden. With --update
 * it writes those files instead.
 *
 * A case is: a line with the name of its host (debian: debian.host); lines that
 * change that machine (canned.h); a line "$ sandbox ARG...", and lines
 * "> ARG..." that continue it. Words are split as in a profile, ~ is HOME.
 */
#include "canned.h"

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/compile.h"
#include "input/bwrap.h"
#include "input/cli.h"
#include "input/profile_files.h"
#include "input/words.h"
#include "plan/plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_TOTAL 256

struct test {
	struct arena arena;
	const char *directory, *name;
	struct canned host;
	const char *argv[WORDS_TOTAL];
	int argc;
};

static const char *file_of(struct test *t, const char *name, const char *suffix)
{
	return arena_format(&t->arena, "%s/%s.%s", t->directory, name, suffix);
}

/* The whole file; NULL and a message if it cannot be read. */
static char *read_text(struct test *t, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t size = 0;

	if (fd < 0) {
		err_sys(e, "open '%s'", path);
		return NULL;
	}
	if (fd_read_file(&t->arena, fd, 1 << 20, &text, &size, e) < 0)
		text = NULL;
	close(fd);
	return text;
}

/* --- a case ------------------------------------------------------------- */

static int add_words(struct test *t, const char *line, struct err *e)
{
	struct words w = { 0 };

	if (words_split(&t->arena, line, strlen(line), &t->host.caller,
			t->host.caller.cwd, &w, e) < 0)
		return -1;
	for (size_t i = 0; i < w.count && t->argc < WORDS_TOTAL; i++)
		t->argv[t->argc++] = w.word[i];
	return 0;
}

/* The case's text after its first line. */
static int read_lines(struct test *t, const char *p, struct err *e)
{
	while (*p) {
		size_t n = strcspn(p, "\n");
		const char *line = arena_dup_n(&t->arena, p, n);
		int r;

		if (str_starts(line, "$ ") || str_starts(line, "> "))
			r = add_words(t, line + 2, e);
		else
			r = canned_read(&t->host, line, e);
		if (r < 0)
			return -1;
		p += n + (p[n] == '\n');
	}
	if (t->argc == 0)
		return err_set(e, ERR_USAGE, "a case without a $ line");
	return 0;
}

static int read_case(struct test *t, struct err *e)
{
	const char *text = read_text(t, file_of(t, t->name, "case"), e);
	const char *host;
	size_t n;

	if (!text)
		return -1;
	n = strcspn(text, "\n");
	host = read_text(t, file_of(t, arena_dup_n(&t->arena, text, n), "host"),
			 e);
	t->host.arena = &t->arena;
	if (!host || canned_read(&t->host, host, e) < 0)
		return -1;
	return read_lines(t, text + n + (text[n] == '\n'), e);
}

/* As sandbox.c, up to --dry-run. */
static int run_case(struct test *t, struct str *out, struct err *e)
{
	struct profile_source source = canned_source(&t->host);
	const char *cwd = t->host.caller.cwd;
	bool bwrap = bwrap_is_called(t->argv[0], NULL);
	struct host_wants wants;
	struct request request;
	struct program program;
	struct plan plan;
	struct host host;
	int r = bwrap ? bwrap_read(&t->arena, t->argc, t->argv, &request, e) :
			cli_read(&t->arena, t->argc, t->argv, &t->host.caller,
				 cwd, &source, &request, e);

	if (r < 0 || settings_apply(&request.settings, &t->arena,
				    cwd ? cwd : "/", &plan, e) < 0)
		return -1;
	if (request.action == ACTION_PRINT_PROFILE) {
		settings_print(&request.settings, out);
		return 0;
	}
	plan.command = request.command;
	for (size_t i = 0; i < request.warnings.count; i++)
		str_addf(out, "%s\n", request.warnings.items[i]);
	if (!bwrap)
		profile_files_protect(&t->arena, &t->host.caller, &request,
				      &plan);
	if (plan_check(&plan, e) < 0 || plan_check_command(&plan, e) < 0)
		return -1;
	plan_wants(&t->arena, &plan, &t->host.caller, &wants);
	if (canned_look(&t->host, &t->arena, &wants, &host, e) < 0 ||
	    compile(&t->arena, &plan, &host, &program, e) < 0)
		return -1;
	program_print(&program, out);
	if (program.closed_message)
		str_addf(out, "if it fails: %s\n", program.closed_message);
	for (size_t i = 0; i < program.hint_count; i++)
		str_addf(out, "if it fails: %s\n", program.hints[i]);
	return 0;
}

/* --- comparison --------------------------------------------------------- */

struct lines {
	ARRAY(const char *) list;
};

static struct lines split(struct arena *a, const char *text)
{
	struct lines l = { 0 };

	while (*text) {
		size_t n = strcspn(text, "\n");

		*array_add(a, &l.list) = arena_dup_n(a, text, n);
		text += n + (text[n] == '\n');
	}
	return l;
}

/* How long a common part the rests of both texts have, for every two lines. */
static size_t *common(struct arena *a, const struct lines *x,
		      const struct lines *y)
{
	size_t n = x->list.count, m = y->list.count;
	size_t *t = arena_alloc(a, (n + 1) * (m + 1) * sizeof(*t));

	for (size_t i = n; i-- > 0;)
		for (size_t k = m; k-- > 0;) {
			size_t skip = t[(i + 1) * (m + 1) + k];
			size_t *at = &t[i * (m + 1) + k];

			if (str_equal(x->list.items[i], y->list.items[k]))
				*at = t[(i + 1) * (m + 1) + k + 1] + 1;
			else
				*at = skip > at[1] ? skip : at[1];
		}
	return t;
}

/* As diff(1): what is missing with a minus, what is too much with a plus. */
static void print_difference(struct arena *a, const char *want, const char *got)
{
	struct lines x = split(a, want), y = split(a, got);
	size_t *t = common(a, &x, &y), m = y.list.count + 1;
	size_t i = 0, k = 0;

	while (i < x.list.count || k < y.list.count) {
		if (i < x.list.count && k < y.list.count &&
		    str_equal(x.list.items[i], y.list.items[k])) {
			i++;
			k++;
		} else if (k == y.list.count ||
			   (i < x.list.count &&
			    t[(i + 1) * m + k] >= t[i * m + k + 1])) {
			printf("#   -%s\n", x.list.items[i++]);
		} else {
			printf("#   +%s\n", y.list.items[k++]);
		}
	}
}

static int write_text(const char *path, const struct str *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r = -1;

	if (fd >= 0) {
		r = fd_write_all(fd, str_text(text), text->length);
		close(fd);
	}
	if (r < 0)
		perror(path);
	return r;
}

/* 0 if the case is as its golden file says. */
static int test_case(struct test *t, int update)
{
	struct str out = { .arena = &t->arena };
	const char *golden = file_of(t, t->name, "golden"), *want;
	struct err e = { 0 };

	if (read_case(t, &e) < 0) {
		printf("not ok - %s: %s %s\n", t->name, e.where, e.message);
		return -1;
	}
	if (run_case(t, &out, &e) < 0) {
		char line[2048];

		err_format(&e, "sandbox", line, sizeof(line));
		out.length = 0;
		str_addf(&out, "%sstatus %d\n", line, err_exit_status(&e));
	}
	if (update)
		return write_text(golden, &out);
	want = read_text(t, golden, &e);
	if (want && str_equal(want, str_text(&out))) {
		printf("ok - %s\n", t->name);
		return 0;
	}
	printf("not ok - %s\n", t->name);
	print_difference(&t->arena, want ? want : "", str_text(&out));
	return -1;
}

static int is_case(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".case") == 0;
}

int main(int argc, char **argv)
{
	int update = argc > 2 && strcmp(argv[1], "--update") == 0;
	const char *directory = argv[argc > 1 ? argc - 1 : 0];
	struct dirent **list = NULL;
	int n = argc > 1 ? scandir(directory, &list, is_case, alphasort) : -1;
	int passed = 0;

	if (n < 0) {
		fprintf(stderr, "usage: golden [--update] DIRECTORY\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		struct test t = { .directory = directory };

		t.name = arena_dup_n(&t.arena, list[i]->d_name,
				     strlen(list[i]->d_name) - 5);
		passed += test_case(&t, update) == 0;
		arena_release(&t.arena);
		free(list[i]);
	}
	free(list);
	printf("%d passed, %d failed\n", passed, n - passed);
	return passed == n && n > 0 ? 0 : 1;
}
