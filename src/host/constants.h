/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The symbolic constants that conditions in filter rules may name: AF_UNIX,
 * CLONE_NEWUSER, TIOCSTI and the like, with their values on this architecture.
 * Requests of ioctl are the unsigned 32 bits that the kernel compares.
 */
#ifndef HOST_CONSTANTS_H
#define HOST_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct constant {
	char name[40]; /* in place: a pointer would be relocated at start-up */
	uint64_t value;
};

/* Sorted by name. */
extern const struct constant constants[];
extern const size_t constant_count;

/* Looks a name up; false, with the value untouched, when it is unknown. */
bool constant_find(const char *name, uint64_t *value);

#endif
