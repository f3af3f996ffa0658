/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that libc does not wrap, or wraps only since lately. Same names
 * and arguments as in their man pages, -1 and errno on failure; every
 * descriptor is close-on-exec whatever the flags say.
 */
#ifndef HOST_SYS_H
#define HOST_SYS_H

#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* open_tree(2): not in every libc's headers. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

int sys_open_tree(int dirfd, const char *path, unsigned int flags);
int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned int flags);
int sys_mount_setattr(int dirfd, const char *path, unsigned int flags,
		      const struct mount_attr *attr);
int sys_fsopen(const char *type);
int sys_fsconfig(int fd, unsigned int command, const char *key,
		 const char *value);
int sys_fsmount(int fd, unsigned int attributes);
int sys_pivot_root(const char *new_root, const char *put_old);
int sys_umount2(const char *path, int flags);
int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve);
int sys_close_range(unsigned int first, unsigned int last);
pid_t sys_clone3(struct clone_args *args);
int sys_pidfd_send_signal(int pidfd, int signal, const siginfo_t *info);
/*
 * Asks that this process runs soon when it has something to do, at the price of
 * short turns: sched_setattr(2), sched_runtime of an ordinary process (Linux
 * 6.12; before, it changes nothing). What it forks does not inherit it.
 */
int sys_run_soon(void);
/*
 * A counter of the processor time, in nanoseconds, that this process and all it
 * begins from now on use: perf_event_open(2), PERF_COUNT_SW_TASK_CLOCK.
 */
int sys_task_clock(void);
int sys_seccomp(unsigned int operation, unsigned int flags, void *args);
/* `timeout` in milliseconds, 0: none. */
int sys_futex(uint32_t *word, int operation, uint32_t value, long timeout);
long sys_keyctl(int operation, unsigned long argument);
int sys_capget(uint64_t *effective, uint64_t *permitted);
int sys_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);

#endif
