/* SPDX-License-Identifier: Apache-2.0 */
/* Deletions in layers of images: where they are, and what they hide. */
#include "unit.h"

#include "compile/covers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct markers read_list(struct arena *a, const char *text)
{
	struct markers m = { 0 };

	while (*text) {
		size_t n = strcspn(text, " ");

		*array_add(a, &m.list) = arena_dup_n(a, text, n);
		text += n + (text[n] == ' ');
	}
	return m;
}

static void test_cover(void **state)
{
	static const struct {
		const char *upper, *lower, *cover;
	} rows[] = {
		{ "", "", "" },
		{ ".wh.a", "", "[a]" },
		{ "", ".wh.a", "[.wh.a]" },
		{ "d/.wh.a d/.wh.b", "d/.wh.c", "[d/.wh.c][d/a][d/b]" },
		/* Opaque: the directory itself, whatever else is in it. */
		{ "d/.wh..wh..opq d/.wh.a d/e/.wh.b", "d/.wh.c d-/.wh.x",
		  "[d][d-/.wh.x]" },
		{ "d/.wh.e d/e/.wh.f d/e/.wh..wh..opq", "", "[d/e]" },
		/* Right in the layer: nothing below it counts. */
		{ ".wh..wh..opq x/.wh.y", "z/.wh.a", "[]" },
		/* A name that is deleted hides markers in what had it. */
		{ ".wh.d", "d/.wh.x d/e/.wh.y dd/.wh.z d!/.wh.z",
		  "[d][d!/.wh.z][dd/.wh.z]" },
		/* The same path twice. */
		{ ".wh.a x/.wh..wh..opq .wh.x", ".wh.b", "[.wh.b][a][x]" },
		/* These delete nothing, and are hidden in their own layer. */
		{ ".wh. d/.wh.. d/.wh... .wh..wh. .wh..wh.plnk "
		  ".wh..wh..opq2 .wh..wh.aufs",
		  "", "" },
		{ "", ".wh. d/.wh.. .wh... .wh..wh.plnk d/.wh..wh..opq",
		  "[.wh.][.wh...][.wh..wh.plnk][d/.wh..][d/.wh..wh..opq]" },
		/* Not ".", nor "..": names that begin so. */
		{ ".wh....  .wh..a .wh.\n .wh.\xff", "",
		  "[\n][...][.a][\xff]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena a = { 0 };
		struct str s = { .arena = &a };
		struct markers upper = read_list(&a, rows[i].upper);
		struct markers lower = read_list(&a, rows[i].lower);
		struct cover c = { 0 };

		cover_make(&a, &upper, &lower, &c);
		for (size_t k = 0; k < c.list.count; k++)
			str_addf(&s, "[%s]", c.list.items[k]);
		assert_string_equal(str_text(&s), rows[i].cover);
		arena_release(&a);
	}
}

/* --- in a real tree ----------------------------------------------------- */

struct tree {
	char path[64];
	int fd;
};

static int set_up(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	strcpy(t->path, "/tmp/sandbox-unit-XXXXXX");
	if (!mkdtemp(t->path))
		return -1;
	t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = t;
	return t->fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct tree *t = *state;
	char command[96];

	close(t->fd);
	snprintf(command, sizeof(command), "rm -rf %s", t->path);
	assert_int_equal(system(command), 0);
	free(t);
	return 0;
}

static void make_file(const struct tree *t, const char *path)
{
	int fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static const char *find(struct arena *a, int fd, struct err *e)
{
	struct markers m = { 0 };
	struct str s = { .arena = a };

	if (markers_find(a, fd, &m, e) < 0)
		return NULL;
	if (m.list.count)
		qsort(m.list.items, m.list.count, sizeof(*m.list.items),
		      by_text);
	for (size_t i = 0; i < m.list.count; i++)
		str_addf(&s, "[%s]", m.list.items[i]);
	return str_text(&s);
}

static void test_find(void **state)
{
	const struct tree *t = *state;
	struct arena a = { 0 };
	struct err e = { 0 };

	assert_string_equal(find(&a, t->fd, &e), "");
	assert_int_equal(mkdirat(t->fd, "d", 0700), 0);
	assert_int_equal(mkdirat(t->fd, "d/.wh.dir", 0700), 0);
	make_file(t, "d/.wh.dir/.wh.inside");
	make_file(t, ".wh.a");
	make_file(t, "wh.b");
	make_file(t, "d/.whc");
	make_file(t, "d/.wh.new\nline");
	assert_int_equal(mkfifoat(t->fd, "d/.wh.fifo", 0600), 0);
	assert_int_equal(mkfifoat(t->fd, "d/fifo", 0600), 0);
	/* Neither out of it by a symlink, nor twice. */
	assert_int_equal(symlinkat("/", t->fd, "up"), 0);
	assert_int_equal(symlinkat("d", t->fd, "again"), 0);
	assert_int_equal(symlinkat("nothing", t->fd, ".wh.link"), 0);
	assert_string_equal(
		find(&a, t->fd, &e),
		"[.wh.a][.wh.link][d/.wh.dir][d/.wh.fifo][d/.wh.new\nline]");
	arena_release(&a);
}

static void test_closed(void **state)
{
	const struct tree *t = *state;
	struct arena a = { 0 };
	struct err e = { 0 };

	if (geteuid() == 0)
		skip();
	assert_int_equal(mkdirat(t->fd, "d", 0700), 0);
	assert_int_equal(mkdirat(t->fd, "d/closed", 0100), 0);
	assert_null(find(&a, t->fd, &e));
	assert_int_equal(e.errnum, EACCES);
	assert_non_null(strstr(unit_line(&a, &e), "'d/closed'"));
	arena_release(&a);
}

/* A tree that no path leads to the end of: an error, and it ends. */
static void test_deep(void **state)
{
	const struct tree *t = *state;
	struct arena a = { 0 };
	struct err e = { 0 };
	int at = dup(t->fd);

	for (int i = 0; i < 3000; i++) {
		int next;

		assert_int_equal(mkdirat(at, "dd", 0700), 0);
		next = openat(at, "dd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	assert_null(find(&a, t->fd, &e));
	assert_int_equal(e.errnum, ENAMETOOLONG);
	arena_release(&a);
}

static void test_open(void **state)
{
	const struct tree *t = *state;
	int fd;

	assert_int_equal(mkdirat(t->fd, "d", 0700), 0);
	assert_int_equal(mkdirat(t->fd, "d/e", 0700), 0);
	assert_int_equal(symlinkat("d", t->fd, "link"), 0);
	make_file(t, "d/file");
	fd = markers_open(t->fd, "");
	assert_true(fd >= 0);
	close(fd);
	fd = markers_open(t->fd, "d/e");
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(markers_open(t->fd, "link/e"), -1);
	assert_int_equal(markers_open(t->fd, "link"), -1);
	assert_int_equal(markers_open(t->fd, ".."), -1);
	assert_int_equal(markers_open(t->fd, "/"), -1);
	assert_int_equal(markers_open(t->fd, "d/file"), -1);
	assert_int_equal(markers_open(t->fd, "none"), -1);
}

int group_covers(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cover),
		cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_deep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_open, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("covers", tests, NULL, NULL);
}
