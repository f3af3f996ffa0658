/* SPDX-License-Identifier: Apache-2.0 */
/* Being started again in a scope of systemd's, which delegates a cgroup. */
#ifndef RUN_SCOPE_H
#define RUN_SCOPE_H

struct arena;
struct caller;
struct err;

/*
 * Replaces this process by systemd-run(1), which asks the user manager for a
 * scope, puts itself there, and runs the executable `self` with these
 * arguments: process id, descriptors, directory and terminal stay, and so does
 * the environment, but for SCOPE_VARIABLE. Returns only on failure.
 */
int scope_enter(struct arena *a, const struct caller *caller, const char *self,
		const char *const *args, struct err *e);

#endif
