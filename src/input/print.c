/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "input/apply.h"
#include "input/directive.h"
#include "input/setting.h"

/* Whether a later setting of the same single-valued row exists. */
static const struct setting *last_of(const struct settings *s, size_t first)
{
	const struct setting *last = &s->list.items[first];

	for (size_t i = first + 1; i < s->list.count; i++)
		if (s->list.items[i].directive == last->directive)
			last = &s->list.items[i];
	return last;
}

static bool said_before(const struct settings *s, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (s->list.items[i].directive == s->list.items[at].directive)
			return true;
	return false;
}

/* --perms and --size go with what they are for, and that may not be printed. */
static bool is_left_out(const struct settings *s, size_t at)
{
	const struct directive *d = s->list.items[at].directive;

	while ((d->apply == apply_perms || d->apply == apply_size) &&
	       at + 1 < s->list.count)
		d = s->list.items[++at].directive;
	return d->flags & DIRECTIVE_ONLY_CLI;
}

void settings_print(const struct settings *s, struct str *out)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct setting *set = &s->list.items[i];
		unsigned int arity = directive_arity(set->directive);

		if (is_left_out(s, i))
			continue;
		if (set->directive->flags & DIRECTIVE_SINGLE) {
			if (said_before(s, i))
				continue;
			set = last_of(s, i);
		}
		str_add(out, set->directive->name);
		for (unsigned int k = 0; k < arity; k++) {
			str_add(out, " ");
			str_add_quoted(out, set->args[k]);
		}
		str_add(out, "\n");
	}
}
