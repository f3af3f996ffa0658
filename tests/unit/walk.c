/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In a temporary tree; what a canned machine of the same shape answers has to
 * be the same, or the golden files show what no machine does.
 */
#include "unit.h"

#include "host/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *kind, *path, *target;
} tree[] = {
	{ "dir", "d", NULL },
	{ "dir", "d/sub", NULL },
	{ "file", "d/f", NULL },
	{ "file", "d/.dot", NULL },
	{ "other", "d/fifo", NULL },
	{ "link", "d/l", "sub" },
	{ "link", "rel", "d/sub" },
	{ "link", "up", "d/../d/./sub/" },
	{ "link", "chain", "rel" },
	{ "link", "loop", "loop2" },
	{ "link", "loop2", "loop" },
	{ "link", "gone", "none/x" },
	{ "link", "slashes", "d//sub" },
	{ "link", "gone2", "none//x//y" },
	{ "link", "tofile", "d/f" },
	{ "link", "d/back", ".." },
};

struct place {
	struct arena arena;
	char path[4096];
	struct walk walk;
	struct canned canned;
};

static const char *at(struct place *p, const char *name)
{
	return path_join(&p->arena, p->path, name);
}

static int set_up(void **state)
{
	char template[] = "/tmp/sandbox-unit-XXXXXX";
	struct place *p = calloc(1, sizeof(*p));
	struct str text;
	struct err e = { 0 };

	if (!p || !mkdtemp(template) || !realpath(template, p->path))
		return -1;
	*state = p;
	p->walk.arena = &p->arena;
	p->canned.arena = &p->arena;
	text = (struct str){ .arena = &p->arena };
	str_addf(&text, "uid %u\ngid %u\ndir %s %u 700\n", getuid(), getgid(),
		 p->path, getuid());
	for (size_t i = 0; i < COUNT_OF(tree); i++) {
		const char *path = at(p, tree[i].path);
		FILE *f = NULL;

		if (tree[i].kind[0] == 'd')
			mkdir(path, 0755);
		else if (tree[i].kind[0] == 'o')
			mkfifo(path, 0644);
		else if (tree[i].target)
			assert_int_equal(symlink(tree[i].target, path), 0);
		else
			f = fopen(path, "we");
		if (f)
			fclose(f);
		if (tree[i].target)
			str_addf(&text, "link %s %s\n", path, tree[i].target);
		else
			str_addf(&text, "%s %s %u\n", tree[i].kind, path,
				 getuid());
	}
	return canned_read(&p->canned, str_text(&text), &e);
}

static int tear_down(void **state)
{
	struct place *p = *state;

	for (size_t i = COUNT_OF(tree); i-- > 0;)
		remove(at(p, tree[i].path));
	rmdir(p->path);
	arena_release(&p->arena);
	free(p);
	return 0;
}

/* Asks both; they agree. Returns what the real one says. */
static struct path_fact *ask(struct place *p, const char *name)
{
	struct path_fact *real = arena_new(&p->arena, struct path_fact);
	const struct host_want want = { .path = at(p, name) };
	const struct host_wants wants = { .paths = &want, .count = 1 };
	const struct path_fact *canned;
	struct host h;
	struct err e = { 0 };

	walk_path(&p->walk, want.path, real);
	assert_int_equal(canned_look(&p->canned, &p->arena, &wants, &h, &e), 0);
	canned = host_path(&h, want.path);
	assert_non_null(canned);
	assert_int_equal(canned->type, real->type);
	assert_int_equal(canned->errnum, real->errnum);
	assert_string_equal(canned->resolved, real->resolved);
	assert_int_equal(canned->link_count, real->link_count);
	for (size_t i = 0; i < real->link_count; i++) {
		assert_string_equal(canned->links[i].at, real->links[i].at);
		assert_string_equal(canned->links[i].target,
				    real->links[i].target);
	}
	return real;
}

static void is(struct place *p, const char *name, enum path_type type,
	       const char *resolved, size_t links)
{
	const struct path_fact *f = ask(p, name);

	assert_int_equal(f->type, type);
	assert_string_equal(f->resolved, at(p, resolved));
	assert_int_equal(f->link_count, links);
}

static void plain(void **state)
{
	struct place *p = *state;
	struct path_fact *f;

	is(p, "d", PATH_DIR, "d", 0);
	is(p, "d/sub", PATH_DIR, "d/sub", 0);
	is(p, "d/f", PATH_FILE, "d/f", 0);
	is(p, "d/fifo", PATH_OTHER, "d/fifo", 0);
	f = ask(p, "d/f");
	assert_int_equal(f->uid, getuid());
	assert_true(f->dev && f->ino);
	assert_int_equal(f->mode & ~0777, 0);
	assert_null(f->entries);
}

static void links(void **state)
{
	struct place *p = *state;
	struct path_fact *f;

	is(p, "rel", PATH_DIR, "d/sub", 1);
	is(p, "up", PATH_DIR, "d/sub", 1);
	is(p, "chain", PATH_DIR, "d/sub", 2);
	is(p, "d/l", PATH_DIR, "d/sub", 1);
	is(p, "slashes", PATH_DIR, "d/sub", 1);
	is(p, "tofile", PATH_FILE, "d/f", 1);
	is(p, "d/back/rel", PATH_DIR, "d/sub", 2);
	f = ask(p, "chain");
	assert_string_equal(f->links[0].at, at(p, "chain"));
	assert_string_equal(f->links[0].target, "rel");
	assert_string_equal(f->links[1].at, at(p, "rel"));
}

static void absence(void **state)
{
	struct place *p = *state;

	is(p, "none", PATH_ABSENT, "none", 0);
	assert_int_equal(ask(p, "none")->errnum, ENOENT);
	is(p, "none/x/y", PATH_ABSENT, "none/x/y", 0);
	is(p, "d/f/x", PATH_ABSENT, "d/f/x", 0);
	assert_int_equal(ask(p, "d/f/x")->errnum, ENOTDIR);
	is(p, "gone", PATH_ABSENT, "none/x", 1);
	is(p, "gone/z", PATH_ABSENT, "none/x/z", 1);
}

/* More than one slash in a target is one. */
static void absence_behind_slashes(void **state)
{
	is(*state, "gone2", PATH_ABSENT, "none/x/y", 1);
}

static void loops(void **state)
{
	struct path_fact f;
	struct place *p = *state;

	walk_path(&p->walk, at(p, "loop"), &f);
	assert_int_equal(f.type, PATH_UNREACHABLE);
	assert_int_equal(f.errnum, ELOOP);
}

static void forbidden(void **state)
{
	struct place *p = *state;
	struct path_fact f;

	if (getuid() == 0)
		skip();
	assert_int_equal(chmod(at(p, "d"), 0), 0);
	walk_path(&p->walk, at(p, "d/sub"), &f);
	assert_int_equal(chmod(at(p, "d"), 0755), 0);
	assert_int_equal(f.type, PATH_UNREACHABLE);
	assert_int_equal(f.errnum, EACCES);
}

static void entries(void **state)
{
	static const char *const names[] = { "back", "f", "fifo", "l", "sub" };
	static const enum path_type types[] = { PATH_LINK, PATH_FILE,
						PATH_OTHER, PATH_LINK,
						PATH_DIR };
	struct place *p = *state;
	struct path_fact *f = ask(p, "d");
	struct err e = { 0 };

	assert_int_equal(walk_entries(&p->walk, f, false, &e), 0);
	assert_int_equal(f->entry_count, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_string_equal(f->entries[i].name, names[i]);
		assert_int_equal(f->entries[i].type, types[i]);
	}
	assert_string_equal(f->entries[3].target, "sub");
	assert_null(f->entries[1].target);
	f = ask(p, "d/sub");
	assert_int_equal(walk_entries(&p->walk, f, false, &e), 0);
	assert_int_equal(f->entry_count, 0);
	f = ask(p, "d/f");
	assert_int_equal(walk_entries(&p->walk, f, false, &e), -1);
	assert_int_equal(e.errnum, ENOTDIR);
}

static void the_root(void **state)
{
	struct place *p = *state;
	struct path_fact f;

	walk_path(&p->walk, "/", &f);
	assert_int_equal(f.type, PATH_DIR);
	assert_string_equal(f.resolved, "/");
	walk_path(&p->walk, "/../..", &f);
	assert_string_equal(f.resolved, "/");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

GROUP(walk)
{
	const struct CMUnitTest tests[] = {
		TEST(plain),   TEST(links),
		TEST(absence), TEST(absence_behind_slashes),
		TEST(loops),   TEST(forbidden),
		TEST(entries), TEST(the_root),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
