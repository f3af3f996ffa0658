/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain: calls that the filter refuses wait here for an answer, which is
 * the refusal. The answer follows from numbers and registers that the kernel
 * copied, never from memory of the command, so nothing can change in between;
 * and it is never "go on" (seccomp_unotify(2): that is no security decision).
 * Without a supervisor such calls fail with ENOSYS.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/sys.h"
#include "host/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The kernel's structures may grow, and it fills the whole. */
union notice {
	struct seccomp_notif is;
	char room[512];
};

union reply {
	struct seccomp_notif_resp is;
	char room[512];
};

static bool still_waits(const struct run *r, uint64_t id)
{
	return ioctl(r->notices, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* The process, held: its number could become another's. */
static int open_process(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void read_name(int process, char name[16])
{
	autoclose int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, name, 15);

	name[n < 0 ? 0 : n] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

/* The same call by the same program counts up. */
static void note(struct outcome *out, const struct refusal *new)
{
	for (size_t i = 0; i < out->refusal_count; i++) {
		struct refusal *old = &out->refusals[i];

		if (old->call != new->call || old->number != new->number ||
		    old->foreign != new->foreign ||
		    memcmp(old->args, new->args, sizeof(old->args)) != 0 ||
		    strcmp(old->name, new->name) != 0)
			continue;
		old->count++;
		return;
	}
	if (out->refusal_count == REFUSALS_MAX)
		out->more_refusals = true;
	else
		out->refusals[out->refusal_count++] = *new;
}

/* What tells refusals apart: the bits of arguments that rules look at. */
static void keep_args(const struct filter *f, const struct seccomp_data *data,
		      struct refusal *out)
{
	const struct filter_call *c =
		out->call < 0 ? NULL : &f->calls[out->call];

	for (size_t i = 0; c && i < c->count; i++) {
		const struct filter_rule *rule = &f->rules[c->first + i];

		for (size_t k = 0; k < rule->count; k++) {
			const struct filter_test *t =
				&f->tests[rule->first + k];

			out->args[t->arg] |= data->args[t->arg] & t->mask;
		}
	}
}

void notify_take(struct run *r)
{
	const struct filter *f = &r->program->filter;
	union notice notice = { 0 };
	union reply reply = { 0 };
	const struct seccomp_data *data = &notice.is.data;
	struct refusal refusal = { .count = 1 };
	autoclose int process = -1;
	uint64_t args[6];
	uint32_t answer;

	if (ioctl(r->notices, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
		return;
	for (size_t i = 0; i < COUNT_OF(args); i++)
		args[i] = data->args[i];
	answer = filter_answer(f, data->arch, (uint32_t)data->nr, args,
			       &refusal.call);
	refusal.number = (uint32_t)data->nr;
	refusal.foreign = data->arch != syscall_arch;
	if (refusal.call < 0)
		refusal.call = syscall_by_number(data->arch, refusal.number);
	keep_args(f, data, &refusal);
	process = open_process((pid_t)notice.is.pid);
	read_name(process, refusal.name);
	if (!still_waits(r, notice.is.id))
		return;
	note(r->outcome, &refusal);
	reply.is.id = notice.is.id;
	reply.is.error = -EPERM;
	if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		reply.is.error = -(int)(answer & SECCOMP_RET_DATA);
	/* pidfd_send_signal(2) takes a directory of /proc too. */
	if (answer == SECCOMP_RET_KILL_PROCESS &&
	    sys_pidfd_send_signal(process, SIGKILL, NULL) == 0)
		r->filter_killed = true;
	ioctl(r->notices, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}
