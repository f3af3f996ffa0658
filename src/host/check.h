/* SPDX-License-Identifier: Apache-2.0 */
/* Why this host said no, for messages. Looks only after something failed. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>

struct err;

/* Whether this process has any capability, permitted or effective. */
bool host_has_capabilities(void);

/*
 * Adds to `e`, an error of making or using a user namespace, who forbids it and
 * what an administrator can do, where that can be told. Returns -1.
 */
int host_explain_userns(struct err *e);

#endif
