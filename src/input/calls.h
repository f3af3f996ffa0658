/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the syscalls directives.
 *
 *	LIST   names of system calls and @groups, @all for every call, separated
 *	       by blanks or commas; a name may be followed by conditions:
 *
 *	clone(flags & CLONE_NEWUSER|CLONE_NEWNS)   any of these bits is set
 *	clone(flags !& CLONE_NEWUSER)              none of them is
 *	ioctl(cmd == TIOCSTI|TIOCLINUX)            it is one of these
 *	ioctl(cmd != TIOCSTI|TIOCLINUX)            it is none of these
 *	mknod(mode & S_IFMT == S_IFCHR)            these bits of it are that
 *	socket(AF_UNIX|AF_INET, *, 0)              by position; * is anything
 *
 * Several conditions, separated by commas, must all hold. What is compared are
 * the bits that the kernel looks at: an int's upper half is not among them,
 * and a filter that compared it could be walked around (CVE-2019-10063). So
 * conditions are only taken on calls whose arguments are known.
 *
 *	ANSWER  allow, kill, log (allow and log), or an errno as EPERM, ENOSYS
 */
#ifndef INPUT_CALLS_H
#define INPUT_CALLS_H

#include "plan/plan.h"

/* Rules in one plan; nothing a person writes comes near. */
#define CALLS_MAX 60000

/* Adds what LIST says to `out->calls`, each with `answer`. */
int calls_parse(struct arena *a, const char *list, uint32_t answer,
		struct plan *out, struct err *e);

/* ANSWER as a SECCOMP_RET_ value with its data. */
int calls_answer(const char *word, uint32_t *out, struct err *e);

#endif
