/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor and PID 1 agree on. */
#ifndef RUN_INIT_H
#define RUN_INIT_H

#include "run/run.h"

/*
 * How a signal that is meant for the command gets to PID 1: as the value of a
 * real-time signal, because those queue. An ordinary one would merge with the
 * same signal that the terminal sent to the process group, PID 1 included, and
 * its mark would be lost.
 *
 * INIT_GROUP: the supervisor got it with its whole process group; the command
 * has it already, unless it has left that group. INIT_ALL: it is for everything
 * inside. A process inside can send all
 * this too, which gets it no further than its own kill(2) would.
 */
#define INIT_CARRIER SIGRTMIN
#define INIT_MARK 0x5a4d0000
#define INIT_GROUP 0x00000100
#define INIT_ALL 0x00000200
#define INIT_SIGNAL(value) ((value)&0xff)

#endif
