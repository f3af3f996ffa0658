/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter
 * wall bpf: filter; no capabilities
 * wall syslog: filter; no capabilities
 * wall kexec_load: filter; no capabilities
 * wall init_module: filter; no capabilities
 * wall finit_module: filter; no capabilities
 * cve: none
 * cve io_uring_setup: CVE-2022-29582, CVE-2023-2598
 * cve bpf: CVE-2020-8835, CVE-2021-3490
 * cve perf_event_open: CVE-2013-2094
 * off: --syscalls-allow {case}
 * off bpf: host
 * off syslog: host
 * off kexec_load: host
 * off init_module: host
 * off finit_module: host
 * behind bpf: --syscalls-allow bpf
 * behind syslog: --syscalls-allow syslog
 * as: user root
 * as bpf: root
 * as syslog: root
 * as kexec_load: root
 * as init_module: root
 * as finit_module: root
 * cases: io_uring_setup userfaultfd perf_event_open bpf syslog kexec_load
 *	init_module finit_module
 *
 * Calls with much code behind them that most exploits of the kernel come by,
 * and those that replace the kernel or parts of it. The latter get arguments
 * that the kernel refuses after it has granted the right. Where a kernel was
 * built without one, that it answers so is what the filter must prevent.
 */
#include "attack.h"
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static long call(const char *which)
{
	static struct io_uring_params params;
	static union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY,
				      .key_size = 4,
				      .value_size = 4,
				      .max_entries = 1 };
	static struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	static char buffer[4096];

	if (is(which, "io_uring_setup"))
		return syscall(SYS_io_uring_setup, 4, &params);
	if (is(which, "userfaultfd"))
		return syscall(SYS_userfaultfd,
			       O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (is(which, "perf_event_open"))
		return syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
	if (is(which, "bpf"))
		return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
	if (is(which, "syslog"))
		return syscall(SYS_syslog, 3, buffer, sizeof(buffer));
	if (is(which, "kexec_load"))
		return syscall(SYS_kexec_load, 0, 999UL, NULL, 0);
	if (is(which, "init_module"))
		return syscall(SYS_init_module, buffer, 0UL, "");
	return syscall(SYS_finit_module, -1, "", 0);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		broken("arguments");
	if (call(argv[1]) >= 0)
		through("%s works", argv[1]);
	if (errno == EPERM || errno == EACCES)
		refused("%s", argv[1]);
	through("%s reaches the kernel, which says %s", argv[1],
		error_name(errno));
}
