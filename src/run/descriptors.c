/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "host/sys.h"

#include <limits.h>

int descriptors_close(const struct program *p, unsigned int first,
		      struct err *e)
{
	for (size_t i = 0; i < p->keep_fd_count; i++) {
		unsigned int kept = (unsigned int)p->keep_fds[i];

		if (kept < first)
			continue;
		if (kept > first && sys_close_range(first, kept - 1) < 0)
			return err_sys(e, "close descriptors");
		first = kept + 1;
	}
	if (sys_close_range(first, UINT_MAX) < 0)
		return err_sys(e, "close descriptors");
	return 0;
}
