/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about system calls -> the filters that are loaded. */
#include "compile/compile.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/syscalls.h"

#include <linux/capability.h>
#include <linux/sched.h>

static bool allows(const struct filter *f, const char *name)
{
	int call = syscall_find(name);

	return call >= 0 && filter_allows(f, (unsigned int)call);
}

/*
 * A key outlives the sandbox, and a keyring for each run would use up what one
 * user may have (kernel.keys.maxkeys), so there is one only where it can be of
 * use; elsewhere the host's cannot be reached.
 */
static bool wants_keyring(const struct filter *f)
{
	static const char *const calls[] = { "add_key", "keyctl",
					     "request_key" };

	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		int call = syscall_find(calls[i]);
		const struct filter_call *c = call < 0 ? NULL : &f->calls[call];

		if (c && (c->count || filter_allows(f, (unsigned int)call)))
			return true;
	}
	return false;
}

/* Those of the shipped profiles were compiled when sandbox was. */
static const struct bpf *find_shipped(const struct filter *f)
{
	for (size_t i = 0; i < shipped_filter_count; i++)
		if (filter_equal(f, &shipped_filters[i].filter))
			return &shipped_filters[i].bpf;
	return NULL;
}

/* Raw programs the caller gave by descriptor, --seccomp. */
static void add_raw(struct compile *c)
{
	const struct host *h = c->host;
	struct bpf *raw =
		arena_alloc(c->arena, (h->raw_count + 1) * sizeof(*raw));

	for (size_t i = 0; i < h->raw_count; i++) {
		raw[i].code = (const struct sock_filter *)h->raw[i].bytes;
		raw[i].count = h->raw[i].size / sizeof(*raw[i].code);
	}
	c->out->raw = raw;
	c->out->raw_count = h->raw_count;
}

static int refuses_start(const char *what, const char *call, struct err *e)
{
	err_set(e, ERR_USAGE, "the filter for system calls refuses '%s', %s",
		call, what);
	return err_hint(e, "add --syscalls-allow %s", call);
}

int compile_filter(struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	struct program *out = c->out;
	const struct bpf *shipped;

	add_raw(c);
	if (!filter_wanted(p))
		return 0;
	if (filter_make(c->arena, p, &out->filter, e) < 0)
		return -1;
	if (!allows(&out->filter, "execve"))
		return refuses_start("without which no command starts",
				     "execve", e);
	if (out->raw_count && !allows(&out->filter, "seccomp"))
		return refuses_start("which --seccomp needs", "seccomp", e);
	if (p->explain && !(out->namespaces & CLONE_NEWUSER) &&
	    p->caps & (CAP_BIT(CAP_SYS_PTRACE) | CAP_BIT(CAP_SYS_ADMIN)))
		return err_set(e, ERR_USAGE,
			       "--explain with CAP_SYS_PTRACE or CAP_SYS_ADMIN "
			       "needs --unshare-user: PID 1, which passes the "
			       "reports on, would be in reach");
	out->filtered = true;
	out->explain = p->explain;
	out->join_keyring = wants_keyring(&out->filter);
	shipped = p->explain ? NULL : find_shipped(&out->filter);
	if (shipped) {
		out->bpf = *shipped;
		return 0;
	}
	return bpf_compile(c->arena, &out->filter, p->explain, &out->bpf, e);
}
