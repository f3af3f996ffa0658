/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls of Linux: names, groups, numbers, widths of arguments.
 *
 * The table is made when sandbox is built, by syscalls.gen.c, from
 * syscalls.txt and libseccomp's numbers, sorted by name. A call is its index in
 * it, in every filter too; a number is an affair of one architecture and comes
 * in when a filter is turned into BPF. The tables hold no pointers, so that
 * nothing has to be relocated at start-up.
 */
#ifndef HOST_SYSCALLS_H
#define HOST_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSCALL_NONE (-1)
#define SYSCALL_ARGS 6

struct syscall_row {
	uint16_t name;	    /* offset in syscall_texts */
	uint16_t signature; /* the same: "domain:32 type:32", or "" */
	int16_t native;	    /* its number here, SYSCALL_NONE: there is none */
	int16_t x86;	    /* ... for 32-bit programs on x86-64 */
	uint16_t group;	    /* index in syscall_groups */
};

struct syscall_group_row {
	uint16_t name; /* offset in syscall_texts; without the @ */
	uint16_t help;
};

extern const char syscall_texts[];
extern const struct syscall_row syscalls[];
extern const unsigned int syscall_count;
extern const struct syscall_group_row syscall_groups[];
extern const unsigned int syscall_group_count;

/* AUDIT_ARCH_ of seccomp_data, and of 32-bit programs (0: there are none). */
extern const uint32_t syscall_arch, syscall_arch_x86;

/*
 * Numbers from here on are another ABI of the same architecture (x32), or what
 * a debugger puts in place of a call (-1).
 */
#define SYSCALL_NUMBER_END 0x40000000u

const char *syscall_name(unsigned int call);
const char *syscall_group_name(unsigned int group);

/* Their index, or -1. */
int syscall_find(const char *name);
int syscall_group_find(const char *name);

/* The call with this number on `arch`, or -1. */
int syscall_by_number(uint32_t arch, uint32_t number);

/* An argument of a call: its place, and how many bits the kernel looks at. */
struct syscall_arg {
	unsigned int index, bits;
	const char *name; /* not terminated */
	size_t name_length;
};

/*
 * The argument called `name` (of `length` bytes), or with NULL number `index`;
 * false when there is none, or when nothing is known about the call's arguments.
 */
bool syscall_arg(unsigned int call, const char *name, size_t length,
		 unsigned int index, struct syscall_arg *out);

#endif
