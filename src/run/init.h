/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor and PID 1 agree on. */
#ifndef RUN_INIT_H
#define RUN_INIT_H

#include "run/run.h"

/*
 * The value sent along with a signal that is meant for the command: in any
 * case, or (the terminal sent it to the supervisor's process group) unless the
 * command is in that group and has it already. A process inside can send these
 * values too, which gets it no further than its own kill(2) would.
 */
#define INIT_FORWARD 0x5a4d
#define INIT_FORWARD_GROUP 0x5a4e

#endif
