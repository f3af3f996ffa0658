/* SPDX-License-Identifier: Apache-2.0 */
/* Filters for people. */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "compile/filter.h"
#include "host/constants.h"
#include "host/syscalls.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#define LINE_WIDTH 78

/* Which constants an argument's values are, by how their names begin. */
static const struct {
	const char *call, *arg, *prefix;
} families[] = {
	{ "clone", "flags", "CLONE_" },
	{ "unshare", "flags", "CLONE_" },
	{ "setns", "nstype", "CLONE_" },
	{ "socket", "domain", "AF_" },
	{ "socket", "type", "SOCK_" },
	{ "socketpair", "domain", "AF_" },
	{ "ioctl", "cmd", "TIOC" },
	{ "prctl", "option", "PR_" },
	{ "arch_prctl", "code", "ARCH_" },
	{ "ptrace", "request", "PTRACE_" },
	{ "keyctl", "operation", "KEYCTL_" },
	{ "fcntl", "cmd", "F_" },
	{ "kill", "sig", "SIG" },
	{ "mprotect", "prot", "PROT_" },
	{ "mmap", "prot", "PROT_" },
};

/* Older names of the same. */
static bool is_alias(const char *name)
{
	return str_equal(name, "AF_FILE") || str_equal(name, "AF_LOCAL") ||
	       str_equal(name, "AF_ROUTE");
}

static const char *constant_of(unsigned int call, const struct syscall_arg *arg,
			       uint64_t value)
{
	const char *prefix = NULL;

	for (size_t i = 0; i < COUNT_OF(families); i++)
		if (str_equal(syscall_name(call), families[i].call) &&
		    strlen(families[i].arg) == arg->name_length &&
		    str_starts(arg->name, families[i].arg))
			prefix = families[i].prefix;
	for (size_t i = 0; prefix && i < constant_count; i++)
		if (constants[i].value == value &&
		    str_starts(constants[i].name, prefix) &&
		    !is_alias(constants[i].name))
			return constants[i].name;
	return NULL;
}

static void add_value(unsigned int call, const struct syscall_arg *arg,
		      uint64_t value, struct str *out)
{
	const char *name = constant_of(call, arg, value);

	if (name)
		str_add(out, name);
	else
		str_addf(out, value < 10 ? "%llu" : "0x%llx",
			 (unsigned long long)value);
}

/* "CLONE_NEWUSER|CLONE_NEWNS", with what has no name as one number. */
static void add_bits(unsigned int call, const struct syscall_arg *arg,
		     uint64_t bits, struct str *out)
{
	const char *separator = "";

	for (unsigned int i = 0; i < 64; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if (!(bits & bit) || !constant_of(call, arg, bit))
			continue;
		str_add(out, separator);
		add_value(call, arg, bit, out);
		separator = "|";
		bits &= ~bit;
	}
	if (bits)
		str_addf(out, "%s0x%llx", separator, (unsigned long long)bits);
}

static uint64_t whole(const struct syscall_arg *arg)
{
	return arg->bits >= 64 ? UINT64_MAX : ((uint64_t)1 << arg->bits) - 1;
}

void filter_print_test(const struct filter *f, const struct filter_test *t,
		       unsigned int call, struct str *out)
{
	const uint64_t *values = f->values + t->first;
	struct syscall_arg arg;

	if (!syscall_arg(call, NULL, 0, t->arg, &arg))
		return;
	str_add_n(out, arg.name, arg.name_length);
	if (t->mask != whole(&arg)) {
		bool zero = t->count == 1 && values[0] == 0;

		str_add(out, zero && !t->negated ? " !& " : " & ");
		add_bits(call, &arg, t->mask, out);
		if (zero)
			return;
	}
	str_add(out, t->negated ? " != " : " == ");
	for (size_t i = 0; i < t->count; i++) {
		str_add(out, i ? "|" : "");
		add_value(call, &arg, values[i], out);
	}
}

void filter_print_answer(uint32_t answer, struct str *out)
{
	const char *name = NULL;

	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		str_add(out, "allow");
		break;
	case SECCOMP_RET_LOG:
		str_add(out, "log");
		break;
	case SECCOMP_RET_ERRNO:
		name = strerrorname_np((int)(answer & SECCOMP_RET_DATA));
		str_add(out, name ? name : "errno");
		break;
	default:
		str_add(out, "kill");
		break;
	}
}

/* The calls without exceptions that get `answer`, several a line. */
static void print_answered(const struct filter *f, uint32_t answer,
			   struct str *out)
{
	size_t start = out->length;

	filter_print_answer(answer, out);
	for (unsigned int i = 0; i < syscall_count; i++) {
		const char *name = syscall_name(i);

		if (f->calls[i].count || f->calls[i].answer != answer ||
		    (syscalls[i].native < 0 &&
		     !(f->x86 && syscalls[i].x86 >= 0)))
			continue;
		if (out->length - start + strlen(name) >= LINE_WIDTH) {
			str_add(out, "\n   ");
			start = out->length - 3;
		}
		str_addf(out, " %s", name);
	}
	str_add(out, "\n");
}

static void print_call(const struct filter *f, unsigned int call,
		       struct str *out)
{
	const struct filter_call *c = &f->calls[call];

	str_addf(out, "%s\n", syscall_name(call));
	for (size_t i = c->count; i > 0; i--) {
		const struct filter_rule *rule = &f->rules[c->first + i - 1];

		str_add(out, "    if ");
		for (size_t k = 0; k < rule->count; k++) {
			str_add(out, k ? " and " : "");
			filter_print_test(f, &f->tests[rule->first + k], call,
					  out);
		}
		str_add(out, ": ");
		filter_print_answer(rule->answer, out);
		str_add(out, "\n");
	}
	str_add(out, "    else: ");
	filter_print_answer(c->answer, out);
	str_add(out, "\n");
}

/* Whether no call before has the same answer: it is printed here. */
static bool is_first(const struct filter *f, unsigned int call)
{
	if (f->calls[call].count || f->calls[call].answer == f->rest)
		return false;
	for (unsigned int i = 0; i < call; i++)
		if (!f->calls[i].count &&
		    f->calls[i].answer == f->calls[call].answer)
			return false;
	return true;
}

void filter_print(const struct filter *f, struct str *out)
{
	str_addf(out, "other architecture%s: kill\n",
		 f->x86 ? " than native and x86" : "");
	str_addf(out, "number >= 0x%x (x32): ENOSYS\n", SYSCALL_NUMBER_END);
	for (unsigned int i = 0; i < syscall_count; i++)
		if (is_first(f, i))
			print_answered(f, f->calls[i].answer, out);
	for (unsigned int i = 0; i < syscall_count; i++)
		if (f->calls[i].count)
			print_call(f, i, out);
	str_add(out, "all others: ");
	filter_print_answer(f->rest, out);
	str_add(out, "\n");
}

int filter_show(struct arena *a, const struct plan *p, bool raw,
		struct str *out, struct err *e)
{
	struct filter filter;
	struct bpf bpf;

	if (!filter_wanted(p))
		return err_set(e, ERR_USAGE,
			       "these options load no filter for system calls");
	if (filter_make(a, p, &filter, e) < 0 ||
	    bpf_compile(a, &filter, false, &bpf, e) < 0)
		return -1;
	if (raw)
		str_add_n(out, (const char *)bpf.code,
			  bpf.count * sizeof(*bpf.code));
	else
		filter_print(&filter, out);
	return 0;
}
