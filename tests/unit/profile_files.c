/* SPDX-License-Identifier: Apache-2.0 */
/* In a temporary directory; what /etc/sandbox has is never asked for. */
#include "unit.h"

#include "input/profile_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	struct arena arena;
	char path[64];
	const char *environ[3];
	struct caller caller;
	struct profile_places places;
	struct profile_source source;
};

static void write_file(struct place *p, const char *name, const char *text)
{
	FILE *f = fopen(path_join(&p->arena, p->path, name), "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *dir;

	if (!p)
		return -1;
	*state = p;
	strcpy(p->path, "/tmp/sandbox-unit-XXXXXX");
	if (!mkdtemp(p->path))
		return -1;
	p->environ[0] = arena_format(&p->arena, "XDG_CONFIG_HOME=%s", p->path);
	p->environ[1] = "HOME=/nonexistent";
	p->caller.environ = p->environ;
	dir = path_join(&p->arena, p->path, "sandbox");
	mkdir(dir, 0755);
	mkdir(path_join(&p->arena, dir, "profiles"), 0755);
	write_file(p, "sandbox/profiles/unit-mine.profile",
		   "#\n#  a description\nro /usr\n");
	write_file(p, "sandbox/profiles/unit-part.inc", "ro /etc\n");
	write_file(p, "sandbox/profiles/gcc.profile", "ro /mine\n");
	write_file(p, "sandbox/profiles/.hidden.profile", "");
	mkdir(path_join(&p->arena, dir, "profiles/unit-dir.profile"), 0755);
	mkfifo(path_join(&p->arena, dir, "profiles/unit-fifo.profile"), 0644);
	p->source = profile_files(&p->caller, &p->places);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		"sandbox/profiles/unit-mine.profile",
		"sandbox/profiles/unit-part.inc",
		"sandbox/profiles/gcc.profile",
		"sandbox/profiles/.hidden.profile",
		"sandbox/profiles/unit-fifo.profile",
		"sandbox/profiles/unit-dir.profile",
		"sandbox/profiles",
		"sandbox",
		"huge",
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		remove(path_join(&p->arena, p->path, names[i]));
	rmdir(p->path);
	for (size_t i = 0; i < p->places.count; i++)
		close(p->places.fd[i]);
	arena_release(&p->arena);
	free(p);
	return 0;
}

static int find(struct place *p, const char *word, const char *directory,
		struct profile_text *t, struct err *e)
{
	*t = (struct profile_text){ 0 };
	*e = (struct err){ 0 };
	return p->source.find(&p->source, word, directory, &p->arena, t, e);
}

static void finds_names(void **state)
{
	struct place *p = *state;
	struct profile_text t;
	struct err e;

	assert_int_equal(find(p, "unit-mine", NULL, &t, &e), 1);
	assert_string_equal(t.name, "unit-mine.profile");
	assert_string_equal(t.text, "#\n#  a description\nro /usr\n");
	assert_int_equal(t.size, strlen(t.text));
	assert_string_equal(t.directory,
			    path_join(&p->arena, p->path, "sandbox/profiles"));
	assert_int_equal(find(p, "unit-part.inc", NULL, &t, &e), 1);
	assert_string_equal(t.text, "ro /etc\n");
	/* The user's hides the shipped one. */
	assert_int_equal(find(p, "gcc", NULL, &t, &e), 1);
	assert_string_equal(t.text, "ro /mine\n");
	assert_int_equal(find(p, "unit-nowhere", NULL, &t, &e), 0);
	assert_int_equal(find(p, "", NULL, &t, &e), -1);
	assert_string_equal(e.message, "the profile's name is empty");
}

static void a_slash_is_a_path(void **state)
{
	struct place *p = *state;
	struct profile_text by_path, by_name, t;
	struct err e;
	const char *path = path_join(&p->arena, p->path,
				     "sandbox/profiles/unit-mine.profile");

	assert_int_equal(find(p, path, NULL, &by_path, &e), 1);
	assert_string_equal(by_path.name, path);
	assert_int_equal(find(p, "unit-mine", NULL, &by_name, &e), 1);
	assert_string_equal(by_path.id, by_name.id);
	/* Relative to the profile that includes it. */
	assert_int_equal(find(p, "./unit-part.inc", by_path.directory, &t, &e),
			 1);
	assert_string_equal(t.text, "ro /etc\n");
	assert_int_equal(find(p, "./unit-mine", by_path.directory, &t, &e), 0);
	assert_int_equal(find(p, "/nonexistent/x", NULL, &t, &e), 0);
}

static void what_is_no_file(void **state)
{
	struct place *p = *state;
	struct profile_text t;
	struct err e;
	int fd;

	assert_int_equal(find(p, "unit-dir", NULL, &t, &e), -1);
	unit_has(e.message, "is a directory, not a file");
	unit_has(e.message, "unit-dir.profile");
	assert_int_equal(find(p, "unit-fifo", NULL, &t, &e), -1);
	unit_has(e.message, "is a FIFO, not a file");
	assert_int_equal(find(p, "/dev/null", NULL, &t, &e), -1);
	unit_has(e.message, "is a device, not a file");
	fd = open(path_join(&p->arena, p->path, "huge"),
		  O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(ftruncate(fd, PROFILE_SIZE_MAX + 1), 0);
	close(fd);
	assert_int_equal(find(p, path_join(&p->arena, p->path, "huge"), NULL,
			      &t, &e),
			 -1);
	unit_has(e.message, "is larger than");
}

static void says_what_is_missing(void **state)
{
	struct place *p = *state;
	struct err e = { 0 };
	const char *line;

	assert_int_equal(
		p->source.missing(&p->source, "unit-mien", &p->arena, &e), -1);
	line = unit_line(&p->arena, &e);
	unit_has(line, "no profile 'unit-mien'");
	unit_has(line, p->path);
	unit_has(line, "/etc/sandbox/profiles");
	unit_has(line, "did you mean 'unit-mine'?");
	assert_int_equal(p->source.missing(&p->source, "./x", &p->arena, &e),
			 -1);
	unit_has(e.message, "no profile file './x'");
	assert_int_equal(
		p->source.missing(&p->source, "qqqqqqqqqq", &p->arena, &e), -1);
	unit_has(e.hint, "a file needs a slash, as in ./qqqqqqqqqq");
}

static void lists(void **state)
{
	struct place *p = *state;
	struct str out = { .arena = &p->arena };
	const char *text;

	profile_files_list(&p->caller, &p->arena, &out);
	text = str_text(&out);
	unit_has(text, "unit-mine\t");
	unit_has(text, "\ta description\n");
	unit_has(text, "default\t");
	unit_has(text, "none\tbuilt in\t");
	unit_lacks(text, "unit-part");
	unit_lacks(text, "hidden");
	unit_lacks(text, "gcc\tshipped");
	unit_lacks(text, "unit-dir");
}

/* XDG Base Directory: a relative XDG_CONFIG_HOME is to be ignored. */
static void places_of_the_environment(void **state)
{
	struct place *p = *state;
	struct profile_places places = { 0 };
	struct profile_source source = profile_files(&p->caller, &places);
	struct err e = { 0 };

	p->environ[0] = "XDG_CONFIG_HOME=tmp";
	source.missing(&source, "unit-x", &p->arena, &e);
	unit_has(e.message, "/nonexistent/.config/sandbox/profiles, ");
	p->environ[1] = "HOME=relative";
	source.missing(&source, "unit-x", &p->arena, &e);
	unit_lacks(e.message, "relative");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

GROUP(profile_files)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_names),     TEST(a_slash_is_a_path),
		TEST(what_is_no_file), TEST(says_what_is_missing),
		TEST(lists),	       TEST(places_of_the_environment),
	};

	return cmocka_run_group_tests_name("profile_files", tests, NULL, NULL);
}
