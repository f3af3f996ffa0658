/* SPDX-License-Identifier: Apache-2.0 */
/* How far work on a layer is, for who wants to know. */
#ifndef LAYER_PROGRESS_H
#define LAYER_PROGRESS_H

#include <stdint.h>

/*
 * `tell` is called often, with what is done of what there is to do: bytes, and
 * PROGRESS_NAME for each name. As long as the whole is not known `total` is 0.
 */
#define PROGRESS_NAME 4096

struct progress {
	void (*tell)(void *data, uint64_t done, uint64_t total);
	void *data;
};

static inline void progress_tell(const struct progress *p, uint64_t done,
				 uint64_t total)
{
	if (p && p->tell)
		p->tell(p->data, done, total);
}

#endif
