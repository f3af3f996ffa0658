/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sys.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int sys_open_tree(int dirfd, const char *path, unsigned int flags)
{
	return (int)syscall(SYS_open_tree, dirfd, path, flags | O_CLOEXEC);
}

int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned int flags)
{
	return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

int sys_mount_setattr(int dirfd, const char *path, unsigned int flags,
		      const struct mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, dirfd, path, flags, attr,
			    sizeof(*attr));
}

int sys_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
}

int sys_fsconfig(int fd, unsigned int command, const char *key,
		 const char *value)
{
	return (int)syscall(SYS_fsconfig, fd, command, key, value, 0);
}

int sys_fsmount(int fd, unsigned int attributes)
{
	return (int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attributes);
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int sys_umount2(const char *path, int flags)
{
	return (int)syscall(SYS_umount2, path, flags);
}

int sys_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
				.resolve = resolve };

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

int sys_close_range(unsigned int first, unsigned int last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}

pid_t sys_clone3(struct clone_args *args)
{
	return (pid_t)syscall(SYS_clone3, args, sizeof(*args));
}

int sys_pidfd_send_signal(int pidfd, int signal, const siginfo_t *info)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, info, 0);
}

/* struct sched_attr as of Linux 3.14; <linux/sched/types.h> meets <sched.h>. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

int sys_run_soon(void)
{
	struct scheduling s = {
		.size = sizeof(s),
		.flags = SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_KEEP_POLICY,
		.nice = getpriority(PRIO_PROCESS, 0),
		.runtime = 100000, /* the shortest turn there is, ns */
	};

	return (int)syscall(SYS_sched_setattr, 0, &s, 0);
}

int sys_task_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.inherit = 1,
		.exclude_kernel = 1, /* what perf_event_paranoid 2 asks for */
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

int sys_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return (int)syscall(SYS_seccomp, operation, flags, args);
}

int sys_futex(uint32_t *word, int operation, uint32_t value, long timeout)
{
	struct timespec time = { .tv_nsec = timeout * 1000000 };

	return (int)syscall(SYS_futex, word, operation, value,
			    timeout ? &time : NULL);
}

long sys_keyctl(int operation, unsigned long argument)
{
	return syscall(SYS_keyctl, operation, argument);
}

int sys_capget(uint64_t *effective, uint64_t *permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	*effective = data[0].effective | (uint64_t)data[1].effective << 32;
	*permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

int sys_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(effective >> 32 * i);
		data[i].permitted = (uint32_t)(permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(inheritable >> 32 * i);
	}
	return (int)syscall(SYS_capset, &header, data);
}
