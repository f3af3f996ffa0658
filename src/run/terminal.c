/* SPDX-License-Identifier: Apache-2.0 */
#include "run/terminal.h"

#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void terminal_open(struct run *r)
{
	r->tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	r->foreground = r->tty >= 0 && tcgetpgrp(r->tty) == getpgrp();
}

void terminal_stop(struct run *r)
{
	if (r->tty >= 0)
		kill(getpid(), SIGSTOP);
}

void terminal_restore(struct run *r)
{
	pid_t now;

	if (!r->foreground)
		return;
	now = tcgetpgrp(r->tty);
	if (now <= 0 || now == getpgrp() || kill(-now, 0) == 0 ||
	    errno != ESRCH)
		return;
	/* SIGTTOU is blocked, as all signals are: this may not stop us. */
	tcsetpgrp(r->tty, getpgrp());
}
