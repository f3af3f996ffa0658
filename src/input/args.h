/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a command line that are read from a descriptor, --args: each ends in
 * a zero byte, the last one also at the end.
 */
#ifndef INPUT_ARGS_H
#define INPUT_ARGS_H

#include <stddef.h>

struct arena;
struct err;

/* More bytes than this are an error; execve(2) takes 2 MiB by default. */
#define ARGS_BYTES_MAX ((size_t)16 << 20)

struct args {
	const char *const *words;
	int count;
};

/*
 * Reads it to its end, and closes it; one of 0 to 2 is closed by execve(2). The error says what is
 * wrong with the descriptor, in bubblewrap's words.
 */
int args_read(struct arena *a, int fd, struct args *out, struct err *e);

#endif
