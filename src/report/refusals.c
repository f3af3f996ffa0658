/* SPDX-License-Identifier: Apache-2.0 */
#include "report/refusals.h"

#include "base/arena.h"
#include "base/str.h"
#include "compile/program.h"
#include "host/syscalls.h"
#include "input/shipped.h"
#include "report/report.h"
#include "run/outcome.h"

/* Whether the test asks for bits that are set, not for a value. */
static bool is_about_bits(const struct filter *f, const struct filter_test *t,
			  unsigned int call)
{
	struct syscall_arg arg;

	return syscall_arg(call, NULL, 0, t->arg, &arg) && arg.bits <= 32 &&
	       t->mask != ((uint64_t)1 << arg.bits) - 1 && t->count == 1 &&
	       f->values[t->first] == 0;
}

/* What the rules looked at, as a condition that these arguments fulfil. */
static void add_condition(const struct filter *f, const struct refusal *r,
			  struct str *out)
{
	const struct filter_call *c = &f->calls[r->call];
	const char *separator = "(";
	unsigned int done = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct filter_rule *rule = &f->rules[c->first + i];

		for (size_t k = 0; k < rule->count; k++) {
			const struct filter_test *t =
				&f->tests[rule->first + k];
			uint64_t value = r->args[t->arg] & t->mask;
			bool bits = is_about_bits(f, t, (unsigned int)r->call);
			struct filter one = { .values = &value };
			struct filter_test is = { .mask = t->mask,
						  .count = 1,
						  .arg = t->arg };

			/* Bits that are not set are not what was refused. */
			if (done & 1u << t->arg || (bits && !value))
				continue;
			if (bits) {
				is.mask = value;
				is.negated = true;
				value = 0;
			}
			done |= 1u << t->arg;
			str_add(out, separator);
			filter_print_test(&one, &is, (unsigned int)r->call,
					  out);
			separator = ", ";
		}
	}
	if (done)
		str_add(out, ")");
}

/* Where rules of the caller's own are in force no profile need help. */
static bool is_shipped(const struct filter *f)
{
	for (size_t i = 0; i < shipped_filter_count; i++)
		if (filter_equal(f, &shipped_filters[i].filter))
			return true;
	return false;
}

static bool has_rules(const char *profile)
{
	for (size_t i = 0; i < shipped_profile_count; i++)
		if (str_equal(shipped_profiles[i].file, profile))
			return strstr(shipped_profiles[i].text, "\nsyscalls-");
	return false;
}

/* Of profiles that have one filter the one that says so, not who includes it. */
static const char *first_with_rules(struct arena *a, const char *names)
{
	for (const char *p = names; *p; p += strcspn(p, " "), p += *p == ' ') {
		const char *name = arena_dup_n(a, p, strcspn(p, " "));

		if (has_rules(arena_format(a, "%s.profile", name)))
			return name;
	}
	return arena_dup_n(a, names, strcspn(names, " "));
}

/* The first shipped profile whose filter lets it through. */
static const char *allowing_profile(struct arena *a, const struct filter *f,
				    const struct refusal *r)
{
	if (!is_shipped(f))
		return NULL;
	for (size_t i = 0; i < shipped_filter_count; i++) {
		const struct shipped_filter *s = &shipped_filters[i];
		int call;
		uint32_t answer = filter_answer(&s->filter,
						r->foreign ? syscall_arch_x86 :
							     syscall_arch,
						r->number, r->args, &call);

		if (call >= 0 && !filter_reports(answer))
			return first_with_rules(a, s->profiles);
	}
	return NULL;
}

static void report_one(struct arena *a, const struct program *p,
		       const struct refusal *r)
{
	struct str call = { .arena = a }, line = { .arena = a };
	const char *profile = allowing_profile(a, &p->filter, r);
	const char *word;

	if (r->call >= 0) {
		str_add(&call, syscall_name((unsigned int)r->call));
		add_condition(&p->filter, r, &call);
	} else {
		str_addf(&call, "system call number %u", r->number);
	}
	word = str_text(&call);
	str_addf(&line, "refused %s (%s, %u time%s)", word, r->name, r->count,
		 r->count == 1 ? "" : "s");
	if (r->foreign && !p->filter.x86)
		str_add(&line, ": it is a 32-bit program; allow those with "
			       "--syscalls-arch x86");
	else if (r->call >= 0)
		str_addf(&line, ": allow it with --syscalls-allow %s%s%s",
			 strchr(word, '(') ? "'" : "", word,
			 strchr(word, '(') ? "'" : "");
	else
		str_add(&line, ": this sandbox does not know it; allow it with "
			       "--syscalls-default allow");
	if (profile)
		str_addf(&line, ", or --profile %s", profile);
	report_say(str_text(&line));
}

void report_refusals(struct arena *a, const struct program *p,
		     const struct outcome *o)
{
	for (size_t i = 0; i < o->refusal_count; i++)
		report_one(a, p, &o->refusals[i]);
	if (o->more_refusals)
		report_say("refused more system calls than are listed here");
}
