/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads filters, the last thing of all: what is needed to confine a process is
 * refused to it from then on.
 */
#include "run/run.h"

#include "host/sys.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* Returns what seccomp(2) does: with NEW_LISTENER a descriptor. */
static int load(const struct bpf *bpf, unsigned int flags)
{
	struct sock_fprog program = {
		.len = (unsigned short)bpf->count,
		.filter = (struct sock_filter *)bpf->code,
	};

	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);
}

int seccomp_load_bpf(const struct bpf *bpf, struct err *e)
{
	if (load(bpf, 0) < 0)
		return err_sys(e, "load the filter for system calls");
	return 0;
}

/*
 * The listener's descriptor is in the table that PID 1 shares (CLONE_FILES);
 * our execve closes our copy. Nobody answers before PID 1 has passed it on.
 */
static int load_explained(struct run *r, struct err *e)
{
	int fd = load(&r->program->bpf, SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (fd < 0) {
		err_sys(e, "load the filter for system calls");
		if (e->errnum == EBUSY)
			err_hint(e, "another filter that reports is in force "
				    "here, and there can be only one; leave "
				    "out --explain");
		return -1;
	}
	r->listener = fd;
	return 0;
}

int stage_filter(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	if (p->explain && load_explained(r, e) < 0)
		return -1;
	if (p->filtered && !p->explain && seccomp_load_bpf(&p->bpf, e) < 0)
		return -1;
	for (size_t i = 0; i < p->raw_count; i++)
		if (seccomp_load_bpf(&p->raw[i], e) < 0)
			return err_wrap(e, "program number %zu", i + 1);
	return 0;
}
