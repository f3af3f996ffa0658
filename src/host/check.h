/* SPDX-License-Identifier: Apache-2.0 */
/* Why this host said no, for messages. Looks only after something failed. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

struct err;

/*
 * Refuses to run setuid, setgid or with file capabilities: rights that the
 * caller does not have would be in every step, and whose files may be shown
 * would be a question without an answer.
 */
int host_refuse_privileges(struct err *e);

/*
 * Adds to `e`, an error of making or using a user namespace, who forbids it and
 * what an administrator can do, where that can be told. Returns -1.
 */
int host_explain_userns(struct err *e);

#endif
