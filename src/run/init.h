/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor and PID 1 agree on. */
#ifndef RUN_INIT_H
#define RUN_INIT_H

#include "run/run.h"

/*
 * The value sent along with a signal that is meant for the command. A process
 * inside can send it too, which gets it no further than its own kill(2) would.
 */
#define INIT_FORWARD 0x5a4d

#endif
