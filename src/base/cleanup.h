/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound ownership: `autofree` and `autoclose` release at the end of the
 * scope, on every path, so that no function needs goto; TAKE_FD hands a
 * descriptor on to a new owner.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Frees the pointer it marks when the scope ends; NULL is fine. */
#define autofree __attribute__((cleanup(cleanup_free)))

/* Closes the descriptor it marks when the scope ends; negative is none. */
#define autoclose __attribute__((cleanup(cleanup_close)))

/* The descriptor in `fd`, whose ownership moves to the caller. */
#define TAKE_FD(fd)                                                            \
	({                                                                     \
		int take_fd_ = (fd);                                           \
		(fd) = -1;                                                     \
		take_fd_;                                                      \
	})

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

#endif
