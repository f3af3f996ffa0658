/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bubblewrap's lifetime. The process outside passes no signals on, and ends
 * when the command does; a signal that ends it ends nothing inside. What the
 * command leaves behind lives on below PID 1, which ends with the last of it.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "run/sync.h"
#include "run/trim.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who is woken for nothing is in the way of who he waits for. */
static int await_end(struct run *r, struct err *e)
{
	struct pollfd on[] = {
		{ .fd = r->pidfd, .events = POLLIN },
		/* Without PID 1 what there is to hear is heard then, too. */
		{ .fd = r->program->init ? r->socket : -1, .events = POLLIN },
	};

	while (!r->exit_known && !on[0].revents) {
		if (poll(on, COUNT_OF(on), -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for events");
		if (on[1].revents)
			supervisor_hear(r);
		if (r->socket < 0)
			on[1].fd = -1;
	}
	return 0;
}

int stage_monitor(struct run *r, struct err *e)
{
	if (await_end(r, e) < 0)
		return -1;
	while (!r->exit_known && r->socket >= 0 && supervisor_hear(r))
		;
	/* Nobody asks for it, nobody was told: as bubblewrap takes it. */
	r->ready |= !run_tells_ready(r->program);
	/* What failed, or ended without a word, is over. */
	if (r->outcome->failed || !r->exit_known)
		return supervisor_collect(r, e);
	r->child = 0;
	return 0;
}

int stage_outlive(struct run *r, struct err *e)
{
	struct message m = { .kind = MESSAGE_EXIT };
	struct err ignored;

	for (;;) {
		pid_t pid = wait4(-1, &m.status, 0, &m.usage);

		if (pid < 0 && errno == ECHILD)
			_exit(0);
		if (pid < 0 && errno != EINTR)
			return err_sys(e, "wait for processes");
		if (pid != r->command || pid < 0)
			continue;
		r->command = 0;
		/* The supervisor may be gone, which changes nothing. */
		message_send(r->socket, &m, &ignored);
		close(TAKE_FD(r->socket));
		/* It may last for days now. */
		trim_program();
	}
}
