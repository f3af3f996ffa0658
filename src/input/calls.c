/* SPDX-License-Identifier: Apache-2.0 */
#include "input/calls.h"

#include "base/err.h"
#include "base/str.h"
#include "host/constants.h"
#include "host/syscalls.h"

#include <ctype.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

/* MAX_ERRNO of the kernel is 4095; names end long before. */
#define ERRNO_LAST 255

struct reader {
	struct arena *arena;
	const char *p;
	unsigned int call; /* whose conditions are read */
};

static void skip_blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t");
}

/* A word of letters, digits and _ at the reader, or NULL. */
static const char *take_word(struct reader *r)
{
	size_t n = 0;

	skip_blanks(r);
	while (isalnum((unsigned char)r->p[n]) || r->p[n] == '_')
		n++;
	if (n == 0)
		return NULL;
	r->p += n;
	return arena_dup_n(r->arena, r->p - n, n);
}

static bool take(struct reader *r, const char *symbol)
{
	skip_blanks(r);
	if (!str_starts(r->p, symbol))
		return false;
	r->p += strlen(symbol);
	return true;
}

/* --- conditions --------------------------------------------------------- */

static int value(struct reader *r, const char *word, uint64_t *out,
		 struct err *e)
{
	char *end;

	if (!word)
		return err_set(e, ERR_USAGE, "a value is missing at '%s'",
			       r->p);
	if (!isdigit((unsigned char)word[0])) {
		if (constant_find(word, out))
			return 0;
		err_set(e, ERR_USAGE, "constant '%s' is not known", word);
		if (islower((unsigned char)word[0]))
			return err_hint(e, "the arguments of %s are %s",
					syscall_name(r->call),
					syscall_texts +
						syscalls[r->call].signature);
		return err_hint(e,
				"write it as a number, 0x... in hexadecimal");
	}
	errno = 0;
	*out = strtoull(word, &end, 0);
	if (*end || errno)
		return err_set(e, ERR_USAGE, "'%s' is not a number", word);
	return 0;
}

struct values {
	ARRAY(uint64_t) list;
};

static int add_value(struct reader *r, struct values *out, const char *word,
		     struct err *e)
{
	uint64_t v = 0;

	if (value(r, word, &v, e) < 0)
		return -1;
	*array_add(r->arena, &out->list) = v;
	return 0;
}

/* A|B|...; `first` is the first word when it was taken already. */
static int read_values(struct reader *r, const char *first, struct values *out,
		       struct err *e)
{
	if (add_value(r, out, first ? first : take_word(r), e) < 0)
		return -1;
	while (take(r, "|"))
		if (add_value(r, out, take_word(r), e) < 0)
			return -1;
	return 0;
}

static int read_bits(struct reader *r, uint64_t *out, struct err *e)
{
	struct values bits = { 0 };

	if (read_values(r, NULL, &bits, e) < 0)
		return -1;
	*out = 0;
	for (size_t i = 0; i < bits.list.count; i++)
		*out |= bits.list.items[i];
	return 0;
}

static uint64_t width_mask(const struct syscall_arg *arg)
{
	return arg->bits >= 64 ? UINT64_MAX : ((uint64_t)1 << arg->bits) - 1;
}

/*
 * Whether the kernel can see that: -1 of a narrow argument is what it sees of
 * it, but other bits that it does not look at can never be equal.
 */
static bool fits(uint64_t v, uint64_t width)
{
	return !(v & ~width) || ((v | width) == UINT64_MAX && v >> 63);
}

static int too_wide(const struct reader *r, const struct syscall_arg *arg,
		    uint64_t v, struct err *e)
{
	return err_set(e, ERR_USAGE,
		       "0x%llx does not fit into the %u bits that the kernel "
		       "looks at in '%.*s' of %s",
		       (unsigned long long)v, arg->bits, (int)arg->name_length,
		       arg->name, syscall_name(r->call));
}

static int set_values(const struct reader *r, const struct syscall_arg *arg,
		      const struct values *values, struct call_test *t,
		      struct err *e)
{
	uint64_t width = width_mask(arg);

	for (size_t i = 0; i < values->list.count; i++) {
		uint64_t *v = &values->list.items[i];

		if (!fits(*v, width))
			return too_wide(r, arg, *v, e);
		*v &= width;
		if (*v & ~t->mask)
			return err_set(e, ERR_USAGE,
				       "0x%llx has bits that the mask 0x%llx "
				       "takes away",
				       (unsigned long long)*v,
				       (unsigned long long)t->mask);
	}
	t->values = values->list.items;
	t->value_count = values->list.count;
	return 0;
}

/* What follows an argument's name. */
static int read_test(struct reader *r, const struct syscall_arg *arg,
		     struct call_test *t, struct err *e)
{
	static uint64_t zero[] = { 0 };
	struct values values = { 0 };
	bool none = take(r, "!&");

	t->mask = width_mask(arg);
	if (none || take(r, "&")) {
		if (read_bits(r, &t->mask, e) < 0)
			return -1;
		if (!fits(t->mask, width_mask(arg)))
			return too_wide(r, arg, t->mask, e);
		t->mask &= width_mask(arg);
		if (!t->mask)
			return err_set(e, ERR_USAGE, "these bits are none");
		if (none || (!str_starts(r->p + strspn(r->p, " \t"), "==") &&
			     !str_starts(r->p + strspn(r->p, " \t"), "!="))) {
			t->negated = !none;
			t->values = zero;
			t->value_count = 1;
			return 0;
		}
	}
	if (take(r, "!="))
		t->negated = true;
	else if (!take(r, "=="))
		return err_set(e, ERR_USAGE,
			       "'==', '!=', '&' or '!&' is wanted at '%s'",
			       r->p);
	if (read_values(r, NULL, &values, e) < 0)
		return -1;
	if (t->mask != width_mask(arg) && values.list.count > 1) {
		/* After bits, people mean these bits together; elsewhere not. */
		err_set(e, ERR_USAGE,
			"after '&' and bits only one value can be compared");
		return err_hint(e, "write several bits as one number, and "
				   "several values as several rules");
	}
	return set_values(r, arg, &values, t, e);
}

static int no_such_argument(const struct reader *r, unsigned int index,
			    struct err *e)
{
	struct syscall_arg any;

	if (!syscall_arg(r->call, NULL, 0, 0, &any)) {
		err_set(e, ERR_USAGE,
			"conditions on %s cannot be given: the widths of its "
			"arguments are not in the table",
			syscall_name(r->call));
		return err_hint(e, "see sandbox --list syscalls");
	}
	return err_set(e, ERR_USAGE,
		       "%s has no argument number %u that rules "
		       "can look at",
		       syscall_name(r->call), index + 1);
}

/* One condition; `*t` with a mask of 0 is no condition at all. */
static int read_condition(struct reader *r, unsigned int index,
			  struct call_test *t, struct err *e)
{
	struct values values = { 0 };
	struct syscall_arg arg;
	const char *word;

	*t = (struct call_test){ 0 };
	if (take(r, "*"))
		return 0;
	word = take_word(r);
	if (word && syscall_arg(r->call, word, strlen(word), 0, &arg)) {
		t->arg = (uint8_t)arg.index;
		return read_test(r, &arg, t, e);
	}
	if (!syscall_arg(r->call, NULL, 0, index, &arg))
		return no_such_argument(r, index, e);
	t->arg = (uint8_t)arg.index;
	t->mask = width_mask(&arg);
	if (read_values(r, word, &values, e) < 0)
		return -1;
	return set_values(r, &arg, &values, t, e);
}

static int read_conditions(struct reader *r, struct plan_calls *out,
			   struct err *e)
{
	ARRAY(struct call_test) tests = { 0 };
	unsigned int index = 0;

	do {
		struct call_test t;

		if (read_condition(r, index++, &t, e) < 0)
			return -1;
		if (t.mask)
			*array_add(r->arena, &tests) = t;
	} while (take(r, ","));
	if (!take(r, ")"))
		return err_set(e, ERR_USAGE, "',' or ')' is wanted at '%s'",
			       r->p);
	out->tests = tests.items;
	out->test_count = tests.count;
	return 0;
}

/* --- the list ----------------------------------------------------------- */

/* The names nearest to a misspelt one, at most three. */
static int suggest(struct arena *a, const char *word, struct err *e)
{
	unsigned int limit = strlen(word) < 6 ? 2 : 3, n = 0;
	struct str near = { .arena = a };

	for (unsigned int d = 1; d < limit && n == 0; d++)
		for (unsigned int i = 0; i < syscall_count && n < 3; i++)
			if (str_distance(word, syscall_name(i), limit) == d)
				str_addf(&near, "%s'%s'", n++ ? " or " : "",
					 syscall_name(i));
	if (n)
		return err_hint(e, "did you mean %s?", str_text(&near));
	return err_hint(e, "see sandbox --list syscalls");
}

static int read_group(struct reader *r, struct plan_calls *out, struct err *e)
{
	size_t n = strcspn(r->p, " \t,");
	const char *name = arena_dup_n(r->arena, r->p, n);
	int group = syscall_group_find(name);

	r->p += n;
	out->what = CALLS_GROUP;
	if (str_equal(name, "all")) {
		out->what = CALLS_ALL;
		return 0;
	}
	if (group < 0) {
		err_set(e, ERR_USAGE, "no group of system calls '@%s'", name);
		for (unsigned int i = 0; i < syscall_group_count; i++)
			if (strlen(name) > 3 &&
			    str_distance(name, syscall_group_name(i), 3) < 3)
				return err_hint(e, "did you mean '@%s'?",
						syscall_group_name(i));
		return err_hint(e, "see sandbox --list syscall-groups");
	}
	out->index = (unsigned int)group;
	return 0;
}

static int read_item(struct reader *r, struct plan_calls *out, struct err *e)
{
	const char *word;
	int call;

	if (take(r, "@"))
		return read_group(r, out, e);
	word = take_word(r);
	if (!word)
		return err_set(e, ERR_USAGE, "a system call is wanted at '%s'",
			       r->p);
	call = syscall_find(word);
	if (call < 0) {
		err_set(e, ERR_USAGE, "no system call '%s'", word);
		return suggest(r->arena, word, e);
	}
	out->what = CALLS_ONE;
	out->index = (unsigned int)call;
	r->call = (unsigned int)call;
	if (*r->p != '(')
		return 0;
	r->p++;
	return read_conditions(r, out, e);
}

int calls_parse(struct arena *a, const char *list, uint32_t answer,
		struct plan *out, struct err *e)
{
	struct reader r = { .arena = a, .p = list };

	skip_blanks(&r);
	if (!*r.p)
		return err_set(e, ERR_USAGE, "the list is empty");
	while (*r.p) {
		struct plan_calls item = { .answer = answer };

		if (read_item(&r, &item, e) < 0)
			return -1;
		if (out->calls.count == CALLS_MAX)
			return err_set(e, ERR_USAGE,
				       "more than %d rules about system calls",
				       CALLS_MAX);
		*array_add(a, &out->calls) = item;
		if (*r.p && !strchr(" \t,", *r.p))
			return err_set(e, ERR_USAGE,
				       "a blank or comma is wanted at '%s'",
				       r.p);
		take(&r, ",");
		skip_blanks(&r);
	}
	return 0;
}

int calls_answer(const char *word, uint32_t *out, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t answer;
	} words[] = {
		{ "allow", SECCOMP_RET_ALLOW },
		{ "kill", SECCOMP_RET_KILL_PROCESS },
		{ "log", SECCOMP_RET_LOG },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_equal(word, words[i].name)) {
			*out = words[i].answer;
			return 0;
		}
	for (int i = 1; i <= ERRNO_LAST; i++) {
		const char *name = strerrorname_np(i);

		if (name && str_equal(word, name)) {
			*out = SECCOMP_RET_ERRNO | (uint32_t)i;
			return 0;
		}
	}
	err_set(e, ERR_USAGE, "'%s' is no answer to a system call", word);
	return err_hint(e, "it is one of allow, kill, log, or an errno as "
			   "EPERM or ENOSYS");
}
