/* SPDX-License-Identifier: Apache-2.0 */
/* --overlay-helper: a program makes the overlays in place of the kernel. */
#include "compile/steps.h"

#include "base/err.h"
#include "base/str.h"

#include <linux/capability.h>

static int not_found(const char *program, struct err *e)
{
	if (program[0] == '/')
		return err_set(e, ERR_USAGE,
			       "--overlay-helper: '%s' cannot be executed",
			       program);
	err_set(e, ERR_USAGE, "--overlay-helper: '%s' was not found", program);
	return err_hint(e, "install it (the package fuse-overlayfs has the one "
			   "of that name), or give its path");
}

/*
 * What the helper has is more than what the command may see. Who is to look into
 * it needs all the capabilities that it has (cap_ptrace_access_check() in the
 * kernel's security/commoncap.c), among them this one, which alone would do.
 */
int helper_begin(struct steps *s, struct err *e)
{
	const char *program = s->c->plan->overlay_helper;

	if (!program)
		return 0;
	if (!s->c->host->helper)
		return not_found(program, e);
	if (s->c->out->caps & CAP_BIT(CAP_SYS_PTRACE))
		return err_set(e, ERR_USAGE,
			       "--overlay-helper cannot be used by who keeps "
			       "CAP_SYS_PTRACE");
	s->c->out->helper = s->c->host->helper;
	return 0;
}

/*
 * Two directories of the caller's for what is written are on one mount, and that
 * mount shows more than those: a helper is given no such thing.
 */
void helper_finish(struct steps *s)
{
	for (size_t i = 0; s->c->out->helper && i < s->list.count; i++) {
		struct step *step = &s->list.items[i];

		step->helped = step->kind == STEP_OVERLAY && !step->upper;
		s->c->out->helpers += step->helped;
	}
}

bool helper_takes(const struct steps *s, const char *type)
{
	return s->c->out->helper ? !mountinfo_is_kernels(type) :
				   !mountinfo_is_no_layer(type);
}
