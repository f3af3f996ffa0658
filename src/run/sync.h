/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PID 1 tells the supervisor. One message is one packet; the end of file
 * without MESSAGE_EXIT means it was killed.
 */
#ifndef RUN_SYNC_H
#define RUN_SYNC_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/resource.h>

enum message_kind {
	MESSAGE_ERR,	 /* err: set-up or the command's execve failed */
	MESSAGE_EXECED,	 /* the command runs (without PID 1: is about to) */
	MESSAGE_STOPPED, /* status: the command was stopped by a signal */
	MESSAGE_EXIT,	 /* status, usage, no_network */
};

struct message {
	enum message_kind kind;
	int status;
	bool no_network;
	struct rusage usage;
	struct err err; /* last: only sent with MESSAGE_ERR */
};

/* Sends it; a supervisor that is gone is no error worth reporting. */
void message_send(int fd, const struct message *m);

/* 1: received; 0: nothing there now; -1: end of file. Never blocks. */
int message_receive(int fd, struct message *m);

#endif
