/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "host/sys.h"

#include <limits.h>

/* The smallest descriptor from `from` on that stays open, or UINT_MAX. */
static unsigned int next_kept(unsigned int from, const struct held *lists,
			      size_t n)
{
	unsigned int next = UINT_MAX;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i].count; k++) {
			unsigned int kept = (unsigned int)lists[i].fds[k];

			if (lists[i].fds[k] >= 0 && kept >= from && kept < next)
				next = kept;
		}
	return next;
}

int descriptors_close(unsigned int first, const struct held *lists, size_t n,
		      struct err *e)
{
	for (;;) {
		unsigned int kept = next_kept(first, lists, n);
		unsigned int last = kept == UINT_MAX ? kept : kept - 1;

		if (kept > first && sys_close_range(first, last) < 0)
			return err_sys(e, "close descriptors");
		if (kept == UINT_MAX)
			return 0;
		first = kept + 1;
	}
}
