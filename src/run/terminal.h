/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Job control. Supervisor, PID 1 and command are one process group, so that
 * what the terminal sends reaches the command without us. Our part is to stop
 * when the command stops, so that the shell notices, and to leave the terminal
 * as we found it.
 */
#ifndef RUN_TERMINAL_H
#define RUN_TERMINAL_H

struct run;

/* Opens the controlling terminal, if there is one; notes the foreground. */
void terminal_open(struct run *r);

/* Stops this process as its command did; returns when it is continued. */
void terminal_stop(struct run *r);

/*
 * If a group of the sandbox that is gone now (that of an interactive shell) is
 * still the terminal's foreground, the caller's becomes it again.
 */
void terminal_restore(struct run *r);

#endif
