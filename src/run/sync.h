/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PID 1 tells the supervisor. One message is one packet. Its end without
 * MESSAGE_EXIT or MESSAGE_ERR means that it was killed: before MESSAGE_READY in
 * set-up, after it together with the command.
 */
#ifndef RUN_SYNC_H
#define RUN_SYNC_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/resource.h>

enum message_kind {
	MESSAGE_ERR,	  /* err: set-up or the command's execve failed */
	MESSAGE_READY,	  /* set-up is complete, the command comes next */
	MESSAGE_MOUNTS,	  /* with what looks need, run/looks.h */
	MESSAGE_LISTENER, /* with the descriptor of seccomp's listener */
	MESSAGE_STOPPED,  /* status: the command was stopped by a signal */
	MESSAGE_EXIT,	  /* status, usage, no_network */
};

struct message {
	enum message_kind kind;
	int status;
	bool no_network;
	unsigned int left; /* processes when a command failed, itself too */
	struct rusage usage;
	struct err err; /* last: only sent with MESSAGE_ERR */
};

/* Sends it; fails when the supervisor is gone. */
int message_send(int fd, const struct message *m, struct err *e);

/* The descriptors that came with a message; SCM_MAX_FD is 253. */
#define PASSED_MAX 200

struct passed {
	int fds[PASSED_MAX];
	unsigned int count;
};

/* The same, with descriptors, PASSED_MAX at most. */
int message_send_fds(int fd, const struct message *m, const int *fds,
		     unsigned int count, struct err *e);

/* 1: received; 0: nothing there now; -1: end of file. Never blocks. */
int message_receive(int fd, struct message *m, struct passed *passed);

#endif
