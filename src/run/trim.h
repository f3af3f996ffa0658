/* SPDX-License-Identifier: Apache-2.0 */
/* Memory while waiting: thousands of sandboxes may sleep on one machine. */
#ifndef RUN_TRIM_H
#define RUN_TRIM_H

/*
 * A command that runs this long (milliseconds) is waited for; before, giving
 * memory back would cost more than it is worth.
 */
#define TRIM_AFTER 100

/*
 * Gives back the pages of our own code and constants: set-up touched nearly
 * all, waiting needs a few, which come back by themselves. Only what is mapped
 * from the file and never written, so that nothing can be lost; a failure
 * costs memory, no more.
 */
void trim_program(void);

#endif
