/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int file_of(const char *text, size_t size)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, size), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void reads_whole_files(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t size = 7;
	autoclose int fd = file_of("ab\0c", 4);
	autoclose int empty = file_of("", 0);

	(void)state;
	assert_int_equal(fd_read_file(&a, fd, 4, &text, &size, &e), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(text, "ab\0c", 5);
	assert_int_equal(fd_read_file(&a, empty, 4, &text, &size, &e), 0);
	assert_int_equal(size, 0);
	assert_string_equal(text, "");
	arena_release(&a);
}

static void refuses_long_files(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t size = 7;
	autoclose int fd = file_of("abcde", 5);

	(void)state;
	assert_int_equal(fd_read_file(&a, fd, 4, &text, &size, &e), -1);
	assert_string_equal(e.message, "is larger than 4 bytes");
	assert_null(text);
	assert_int_equal(size, 7);
	arena_release(&a);
}

static void refuses(int fd, const char *what)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t size = 7;

	assert_true(fd >= 0);
	assert_int_equal(fd_read_file(&a, fd, 4, &text, &size, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.message, what);
	assert_null(text);
	arena_release(&a);
}

static void refuses_what_is_no_file(void **state)
{
	int ends[2], sockets[2];
	autoclose int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	refuses(dir, "is a directory, not a file");
	refuses(null, "is a device, not a file");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	refuses(ends[0], "is a FIFO, not a file");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	refuses(sockets[0], "is a socket, not a file");
	for (int i = 0; i < 2; i++) {
		close(ends[i]);
		close(sockets[i]);
	}
}

static void tells_system_errors(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t size;
	char path[64];
	autoclose int fd = file_of("abc", 3);
	autoclose int writer = -1;

	(void)state;
	assert_int_equal(fd_read_file(&a, -1, 4, &text, &size, &e), -1);
	assert_int_equal(e.errnum, EBADF);
	/* There is something to read, but not by this descriptor. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(fd_read_file(&a, writer, 4, &text, &size, &e), -1);
	assert_int_equal(e.errnum, EBADF);
	arena_release(&a);
}

static void writes_all(void **state)
{
	int ends[2];
	char text[3] = "";

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(fd_write_all(ends[1], "ab", 2), 0);
	assert_int_equal(fd_write_all(ends[1], "", 0), 0);
	assert_int_equal(read(ends[0], text, 3), 2);
	assert_string_equal(text, "ab");
	assert_int_equal(fd_write_all(ends[0], "ab", 2), -1);
	assert_int_equal(errno, EBADF);
	close(ends[0]);
	close(ends[1]);
}

GROUP(fd)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_files),
		cmocka_unit_test(refuses_long_files),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(tells_system_errors),
		cmocka_unit_test(writes_all),
	};

	return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
