/* SPDX-License-Identifier: Apache-2.0 */
#include "host/own.h"

#include "base/cleanup.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)n) == n ? 0 : -1;
}

static int map(const char *path, unsigned int id)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %u 1\n", id, id);
	return write_file(path, line);
}

int own_files(void)
{
	const uint64_t wanted = (uint64_t)1 << CAP_DAC_OVERRIDE;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	uint64_t effective, permitted;

	if (sys_capget(&effective, &permitted) < 0)
		return -1;
	if (effective & wanted) {
		errno = EACCES;
		return -1;
	}
	if (unshare(CLONE_NEWUSER) < 0 ||
	    write_file("/proc/self/setgroups", "deny") < 0 ||
	    map("/proc/self/uid_map", uid) < 0)
		return -1;
	return map("/proc/self/gid_map", gid);
}
