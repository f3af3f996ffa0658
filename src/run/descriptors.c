/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "host/sys.h"

#include <limits.h>

/* The smallest descriptor from `from` on that stays open, or UINT_MAX. */
static unsigned int next_in(const int *fds, size_t count, unsigned int from,
			    unsigned int next)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int kept = (unsigned int)fds[i];

		if (fds[i] >= 0 && kept >= from && kept < next)
			next = kept;
	}
	return next;
}

static unsigned int next_kept(const struct program *p, unsigned int from,
			      struct held spare)
{
	unsigned int next =
		next_in(p->keep_fds, p->keep_fd_count, from, UINT_MAX);

	return next_in(spare.fds, spare.count, from, next);
}

int descriptors_close(const struct program *p, unsigned int first,
		      struct held spare, struct err *e)
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
