/* SPDX-License-Identifier: Apache-2.0 */
/* The appliers for system calls, capabilities and user namespaces. */
#include "base/err.h"
#include "base/str.h"
#include "host/syscalls.h"
#include "input/apply.h"
#include "input/calls.h"
#include "input/directive.h"

#include <linux/seccomp.h>
#include <strings.h>

/* --- capabilities and user namespaces ----------------------------------- */

static int capability(struct arena *a, const char *word, uint64_t *out,
		      struct err *e)
{
	bool prefixed = strncasecmp(word, "CAP_", 4) == 0;
	struct str near = { .arena = a };

	if (strcasecmp(word, "ALL") == 0) {
		*out = CAP_BIT(capability_count) - 1;
		return 0;
	}
	for (unsigned int i = 0; i < capability_count; i++) {
		const char *name = capability_names[i] + (prefixed ? 0 : 4);

		if (strcasecmp(word, name) == 0) {
			*out = CAP_BIT(i);
			return 0;
		}
		if (str_distance(word, name, 3) < 3)
			str_addf(&near, "%s'%s'", near.length ? " or " : "",
				 capability_names[i]);
	}
	err_set(e, ERR_USAGE, "no capability '%s'", word);
	if (near.length)
		return err_hint(e, "did you mean %s?", near.text);
	return err_hint(e, "see sandbox --list capabilities");
}

APPLIER(cap)
{
	uint64_t caps = 0;

	if (capability(to->arena, s->args[0], &caps, e) < 0)
		return -1;
	if (s->directive->param) {
		to->plan->caps |= caps;
		to->plan->caps_dropped &= ~caps;
	} else {
		to->plan->caps &= ~caps;
		to->plan->caps_dropped |= caps;
	}
	return 0;
}

APPLIER(allow_userns)
{
	(void)s;
	return calls_parse(to->arena,
			   "clone clone3 @namespaces @mounts sethostname",
			   SECCOMP_RET_ALLOW, to->plan, e);
}

APPLIER(disable_userns)
{
	(void)s;
	(void)e;
	to->plan->disable_userns = true;
	return 0;
}

APPLIER(assert_userns)
{
	(void)s;
	(void)e;
	to->plan->assert_userns_disabled = true;
	return 0;
}

/* --- system calls ------------------------------------------------------- */

APPLIER(syscalls)
{
	return calls_parse(to->arena, s->args[0], (uint32_t)s->directive->param,
			   to->plan, e);
}

APPLIER(syscalls_answer)
{
	uint32_t answer = 0;

	if (calls_answer(s->args[0], &answer, e) < 0)
		return -1;
	return calls_parse(to->arena, s->args[1], answer, to->plan, e);
}

APPLIER(syscalls_default)
{
	return calls_answer(s->args[0], &to->plan->calls_rest, e);
}

APPLIER(syscalls_arch)
{
	static const char *const words[] = { "native", "x86", NULL };
	int arch = 0;

	if (apply_choice(s->args[0], words, &arch, e) < 0)
		return err_hint(e, "it is one of native, x86");
	if (arch && !syscall_arch_x86)
		return err_set(e, ERR_USAGE,
			       "this machine runs no 32-bit x86 programs");
	to->plan->calls_x86 = arch;
	return 0;
}

/* bubblewrap: the last --seccomp counts, and not beside --add-seccomp-fd. */
static int add_raw(struct apply *to, const struct setting *s, bool only,
		   struct err *e)
{
	struct plan *p = to->plan;
	int fd = -1;

	if (apply_descriptor(s->args[0], &fd, e) < 0)
		return -1;
	if (p->seccomp_fds.count && p->seccomp_only != only)
		return err_set(e, ERR_USAGE,
			       "--seccomp cannot be combined with "
			       "--add-seccomp-fd");
	if (only)
		p->seccomp_fds.count = 0;
	p->seccomp_only = only;
	*array_add(to->arena, &p->seccomp_fds) = fd;
	return 0;
}

APPLIER(seccomp)
{
	return add_raw(to, s, true, e);
}

APPLIER(add_seccomp)
{
	return add_raw(to, s, false, e);
}

APPLIER(explain)
{
	(void)s;
	(void)e;
	to->plan->explain = true;
	return 0;
}

APPLIER(no_create)
{
	(void)s;
	(void)e;
	to->plan->no_create = true;
	return 0;
}
