/* SPDX-License-Identifier: Apache-2.0 */
/* A program that helps with set-up, in the process that becomes it. */
#ifndef RUN_PROGRAM_H
#define RUN_PROGRAM_H

/*
 * Executes it without an environment, as it may have more rights than ours.
 * Standard error is `pipe`, which is also told when there is no such program;
 * the other two are /dev/null. Of what else is open it gets what execve(2) does
 * not close.
 */
_Noreturn void program_main(const char *path, char *const *argv, int pipe);

#endif
