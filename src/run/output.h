/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --output-limit: pipes between the command and its standard output and error.
 * What arrives is passed on up to the limit, without being copied where the
 * kernel can splice(2).
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include "base/err.h"

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run;

struct stream {
	int from;    /* our end of the pipe, or -1 */
	int command; /* its end, up to the start of the child, or -1 */
	int to;	     /* 1 or 2 */
	bool copy;   /* where it goes nothing can be spliced */
	bool full;   /* ... and nothing more goes for now */
	size_t held; /* bytes of `data` that did not go */
	char data[PIPE_BUF];
};

#define STREAMS 2

struct output {
	struct stream streams[STREAMS];
	bool joined; /* standard error is the same open file: one pipe */
	uint64_t passed;
};

#define OUTPUT_CLOSED                                                          \
	{                                                                      \
		.streams = {                                                   \
			{ .from = -1, .command = -1 },                         \
			{ .from = -1, .command = -1 }                          \
		}                                                              \
	}

/* In the child: its descriptors 1 and 2 are the pipes from here on. */
int output_take(struct run *r, struct err *e);

/* The supervisor's copies of the command's ends go. */
void output_started(struct run *r);

/* What to wait for, STREAMS of them; and what to do when it came. */
void output_poll(const struct run *r, struct pollfd *sources);
void output_ready(struct run *r, const struct pollfd *sources);

/* Passes on what is still in the pipes, when the command is gone. */
void output_drain(struct run *r);

#endif
