/* SPDX-License-Identifier: Apache-2.0 */
#include "run/program.h"

#include "base/fd.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Standard error is the pipe; what else is open is closed by execve. */
static bool set_descriptors(int pipe)
{
	if (dup2(pipe, 2) < 0 || sys_close_range(0, 1) < 0)
		return false;
	for (int fd = 0; fd <= 1; fd++)
		if (open("/dev/null", O_RDWR | O_CLOEXEC) != fd ||
		    fcntl(fd, F_SETFD, 0) < 0)
			return false;
	return true;
}

_Noreturn void program_main(const char *path, char *const *argv, int pipe)
{
	static char *const none[] = { NULL };
	/* 0 and 1 are closed in a supervisor, so the pipe may have these. */
	int to = fcntl(pipe, F_DUPFD_CLOEXEC, 3);
	const char *why;
	sigset_t set;

	sigemptyset(&set);
	if (to >= 0 && set_descriptors(to) &&
	    sigprocmask(SIG_SETMASK, &set, NULL) == 0)
		execve(path, argv, none);
	why = strerror(errno);
	fd_write_all(to, why, strlen(why));
	_exit(127);
}
