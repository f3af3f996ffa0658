/* SPDX-License-Identifier: Apache-2.0 */
/* Whole reads and writes. All descriptors made here are close-on-exec. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stddef.h>

struct arena;
struct err;

/* Writes all of it, going on after interrupts and short writes. */
int fd_write_all(int fd, const void *data, size_t size);

/*
 * Reads the regular file behind `fd` into `a`, terminated by a zero byte that
 * `*size` does not count. Anything else than a regular file, or more than `max`
 * bytes, is an error: a FIFO would block and a device might never end.
 */
int fd_read_file(struct arena *a, int fd, size_t max, char **text, size_t *size,
		 struct err *e);

#endif
