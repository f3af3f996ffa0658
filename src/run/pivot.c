/* SPDX-License-Identifier: Apache-2.0 */
/* The new root becomes the root, and the old one goes. */
#include "run/run.h"

#include "host/sys.h"

#include <fcntl.h>
#include <sys/stat.h>

#define MNT_DETACH 2

static int mount_id(const char *path, uint64_t *out, struct err *e)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) < 0)
		return err_sys(e, "look at the new root");
	if (!(st.stx_mask & STATX_MNT_ID))
		return err_set(e, ERR_SYSTEM,
			       "the kernel does not tell mounts apart");
	*out = st.stx_mnt_id;
	return 0;
}

/*
 * Whether something is on top of the root: ".." leads there, to everybody, while
 * "/" and "." lead below it.
 */
static int is_covered(struct err *e)
{
	uint64_t here = 0, above = 0;

	if (mount_id(".", &here, e) < 0 || mount_id("/..", &above, e) < 0)
		return -1;
	return here != above;
}

/* What is in place is the root already, and has to be all of it still. */
static int stays_uncovered(struct err *e)
{
	int covered = is_covered(e);

	if (covered > 0)
		return err_set(e, ERR_SYSTEM, "the new root is covered");
	return covered;
}

/*
 * pivot_root(2), "pivot_root(".", ".")": the old root lands on top of the new
 * one and is taken off again, with nothing to clean up in either. On the old one
 * may be others, the base for one when something else has become the root: the
 * topmost is taken off until none is left. The whole host would be at "/..".
 */
int stage_pivot(struct run *r, struct err *e)
{
	int covered;

	if (r->in_place)
		return stays_uncovered(e);
	if (sys_pivot_root(".", ".") < 0)
		return err_sys(e, "pivot to the new root");
	do {
		if (sys_umount2(".", MNT_DETACH) < 0)
			return err_sys(e, "detach the old root");
		covered = is_covered(e);
		if (covered < 0)
			return -1;
	} while (covered);
	return 0;
}
