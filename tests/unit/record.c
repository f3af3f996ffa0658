/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "host/record.h"
#include "layer/discard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGIN "sandbox layer 1\ncreated 1795679518.123456789\n"

static const char full[] =
	BEGIN "applying 1795679600.000000000\nids auto\nformat helper\n"
	      "place 0 65024 1234 /home/ann/a\\040b\n"
	      "under 0 65024 1235 /srv/base\n"
	      "under 0 1 18446744073709551615 /srv/\\134\\377\\012\n"
	      "place 1 65024 2 /\n";

static int parse(struct arena *a, const char *text, struct record *out,
		 struct err *e)
{
	*e = (struct err){ 0 };
	return record_parse(a, text, strlen(text), out, e);
}

static void test_full(void **state)
{
	struct arena a = { 0 };
	struct str again = { .arena = &a };
	struct record r;
	struct err e;

	(void)state;
	assert_int_equal(parse(&a, full, &r, &e), 0);
	assert_int_equal(r.created.tv_sec, 1795679518);
	assert_int_equal(r.created.tv_nsec, 123456789);
	assert_int_equal(r.applying.tv_sec, 1795679600);
	assert_true(r.auto_ids);
	assert_true(r.helper);
	assert_int_equal(r.places.count, 4);
	assert_string_equal(r.places.items[0].path, "/home/ann/a b");
	assert_false(r.places.items[0].under);
	assert_true(r.places.items[1].under);
	assert_int_equal(r.places.items[1].number, 0);
	assert_true(r.places.items[2].ino == UINT64_MAX);
	assert_string_equal(r.places.items[2].path, "/srv/\\\377\n");
	assert_int_equal(r.places.items[3].number, 1);
	assert_string_equal(r.places.items[3].path, "/");
	record_print(&r, &again);
	assert_string_equal(again.text, full);
	arena_release(&a);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"sandbox layer 1",
		"sandbox layer 2\ncreated 1.000000000\n",
		"sandbox layer 1\n",
		BEGIN "\n",
		BEGIN "created 1.000000000\n",
		BEGIN "ids auto\nids auto\n",
		BEGIN "format helper\nformat helper\n",
		BEGIN "format other\n",
		BEGIN "ids all\n",
		BEGIN "color red\n",
		BEGIN "place 0 1 1 /a",
		BEGIN "place 0 1 1 a\n",
		BEGIN "place 0 1 1 /..\n",
		BEGIN "place 0 1 1 /a/../b\n",
		BEGIN "place 0 1 1 /a/\\056\\056/b\n",
		BEGIN "place 0 1 1 /a/./b\n",
		BEGIN "place 0 1 1 //a\n",
		BEGIN "place 0 1 1 /a/\n",
		BEGIN "place 0 1 1\n",
		BEGIN "place 0 1 1 \n",
		BEGIN "place 0 1 /a\n",
		BEGIN "place 0 -1 1 /a\n",
		BEGIN "place 0 1 18446744073709551616 /a\n",
		BEGIN "place 1 1 1 /a\n",
		BEGIN "under 0 1 1 /a\n",
		BEGIN "place 0 1 1 /a\nplace 0 1 1 /b\n",
		BEGIN "place 0 1 1 /a\nplace 2 1 1 /b\n",
		BEGIN "place 0 1 1 /a\nunder 1 1 1 /b\n",
		BEGIN "place 0 1 1 /a\nplace 1 1 1 /a\n",
		BEGIN "place 0 1 1 /a\\400\n",
		BEGIN "place 0 1 1 /a\\000\n",
		BEGIN "place 0 1 1 /a\\04\n",
		BEGIN "place 0 1 1 /a\\\n",
		"sandbox layer 1\ncreated 1.5\n",
		"sandbox layer 1\ncreated 1.0000000000\n",
		"sandbox layer 1\ncreated 0.000000000\n",
		"sandbox layer 1\ncreated 1.000000000 \n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct arena a = { 0 };
		struct record r;
		struct err e;

		if (parse(&a, texts[i], &r, &e) == 0)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(e.kind, ERR_SYSTEM);
		assert_true(e.message[0] != '\0');
		arena_release(&a);
	}
}

static void test_zero_byte(void **state)
{
	static const char text[] = BEGIN "\0ids auto\n";
	struct arena a = { 0 };
	struct err e = { 0 };
	struct record r;

	(void)state;
	assert_int_equal(record_parse(&a, text, sizeof(text) - 1, &r, &e), -1);
	unit_has(e.message, "zero byte");
	arena_release(&a);
}

static void test_too_many(void **state)
{
	struct arena a = { 0 };
	struct str text = { .arena = &a };
	struct record r;
	struct err e;

	(void)state;
	str_add(&text, BEGIN);
	for (unsigned int i = 0; i < RECORD_PLACES_MAX; i++)
		str_addf(&text, "place %u 1 1 /p%u\n", i, i);
	assert_int_equal(parse(&a, text.text, &r, &e), 0);
	assert_int_equal(r.places.count, RECORD_PLACES_MAX);
	str_add(&text, "under 999 1 1 /u\n");
	assert_int_equal(parse(&a, text.text, &r, &e), -1);
	unit_has(e.message, "too many places");
	arena_release(&a);
}

/* A directory of the test's own, which it removes. */
struct place {
	char path[32];
	int fd;
};

static void make_place(struct place *p)
{
	strcpy(p->path, "/tmp/unit-record-XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(p->fd >= 0);
}

static void remove_place(struct place *p)
{
	unlinkat(p->fd, "layer", 0);
	unlinkat(p->fd, "layer.new", 0);
	close(p->fd);
	assert_int_equal(rmdir(p->path), 0);
}

static void test_store(void **state)
{
	struct arena a = { 0 };
	struct str text = { .arena = &a };
	struct record r, back;
	struct place p;
	struct stat st;
	struct err e;

	(void)state;
	make_place(&p);
	assert_int_equal(parse(&a, full, &r, &e), 0);
	/* What stands in the way is neither followed nor written to. */
	assert_int_equal(symlinkat("there", p.fd, "layer.new"), 0);
	assert_int_equal(symlinkat("there", p.fd, "layer"), 0);
	assert_int_equal(record_store(&a, p.fd, &r, &e), 0);
	assert_int_equal(faccessat(p.fd, "there", F_OK, 0), -1);
	assert_int_equal(fstatat(p.fd, "layer", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(faccessat(p.fd, "layer.new", F_OK, 0), -1);
	assert_int_equal(record_load(&a, p.fd, &back, &e), 0);
	record_print(&back, &text);
	assert_string_equal(text.text, full);
	remove_place(&p);
	arena_release(&a);
}

static void check_load(struct place *p, int errnum, const char *message)
{
	struct arena a = { 0 };
	struct record r;
	struct err e = { 0 };

	assert_int_equal(record_load(&a, p->fd, &r, &e), -1);
	assert_int_equal(e.errnum, errnum);
	unit_has(e.message, message);
	unlinkat(p->fd, "layer", 0);
	arena_release(&a);
}

static void test_load(void **state)
{
	struct place p;
	int fd;

	(void)state;
	make_place(&p);
	check_load(&p, ENOENT, "open the record");
	assert_int_equal(symlinkat("/etc/passwd", p.fd, "layer"), 0);
	check_load(&p, ELOOP, "open the record");
	assert_int_equal(mkfifoat(p.fd, "layer", 0600), 0);
	check_load(&p, 0, "is a FIFO");
	fd = openat(p.fd, "layer", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, (off_t)RECORD_MAX + 1), 0);
	check_load(&p, 0, "is larger than 1048576 bytes");
	close(fd);
	fd = openat(p.fd, "layer", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "garbage\n", 8), 8);
	close(fd);
	check_load(&p, 0, "this is no record");
	remove_place(&p);
}

/* What is not there does not count as removed. */
static void test_discard(void **state)
{
	struct arena a = { 0 };
	struct discarded count = { 0 };
	struct place p;
	struct err e;

	(void)state;
	make_place(&p);
	assert_int_equal(discard_tree(&a, p.fd, "tree", &count, &e), 0);
	assert_int_equal(count.names, 0);
	assert_int_equal(mkdirat(p.fd, "tree", 0700), 0);
	assert_int_equal(mkdirat(p.fd, "tree/empty", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", p.fd, "tree/link"), 0);
	assert_int_equal(discard_tree(&a, p.fd, "tree", &count, &e), 0);
	assert_int_equal(count.names, 3);
	remove_place(&p);
	arena_release(&a);
}

int group_record(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_zero_byte),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_discard),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
