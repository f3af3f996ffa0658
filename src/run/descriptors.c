/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "host/sys.h"

#include <limits.h>

/* The smallest descriptor from `from` on that stays open, or UINT_MAX. */
static unsigned int next_kept(const struct program *p, unsigned int from,
			      int spare)
{
	unsigned int next = UINT_MAX;

	if (spare >= 0 && (unsigned int)spare >= from)
		next = (unsigned int)spare;
	for (size_t i = 0; i < p->keep_fd_count; i++) {
		unsigned int kept = (unsigned int)p->keep_fds[i];

		if (kept >= from && kept < next)
			next = kept;
	}
	return next;
}

int descriptors_close(const struct program *p, unsigned int first, int spare,
		      struct err *e)
{
	for (;;) {
		unsigned int kept = next_kept(p, first, spare);
		unsigned int last = kept == UINT_MAX ? kept : kept - 1;

		if (kept > first && sys_close_range(first, last) < 0)
			return err_sys(e, "close descriptors");
		if (kept == UINT_MAX)
			return 0;
		first = kept + 1;
	}
}
