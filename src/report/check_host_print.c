/* SPDX-License-Identifier: Apache-2.0 */
#include "report/check_host.h"

#include "base/str.h"
#include "report/text.h"

#include <stdio.h>

/* Where the second and the third column begin. */
#define NAME_COLUMN 9
#define TEXT_COLUMN 28

/* Texts have paths and words of others in them: no byte drives the terminal. */
static void add_harmless(struct str *out, const char *text)
{
	uint32_t c;
	size_t n;

	for (; *text; text += n) {
		n = text_char(text, &c);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		    (n == 1 && c == TEXT_REPLACEMENT))
			str_addf(out, "\\x%02x", (unsigned char)*text);
		else
			str_add_n(out, text, n);
	}
}

static void add_state(struct str *out, enum finding_state state, bool colours)
{
	static const char *const colour[] = {
		[FINDING_OK] = "\033[32m",
		[FINDING_LIMITED] = "\033[33m",
		[FINDING_NO] = "\033[31m",
		[FINDING_INFO] = "",
	};
	bool coloured = colours && colour[state][0];

	str_addf(out, "%s%-*s%s", coloured ? colour[state] : "", NAME_COLUMN,
		 finding_states[state], coloured ? "\033[0m" : "");
}

void check_host_text(const struct findings *f, bool colours, struct str *out)
{
	for (size_t i = 0; i < f->list.count; i++) {
		const struct finding *x = &f->list.items[i];

		add_state(out, x->state, colours);
		str_addf(out, "%-*s", TEXT_COLUMN - NAME_COLUMN, x->name);
		add_harmless(out, x->text);
		str_add(out, "\n");
		if (!x->fix)
			continue;
		str_addf(out, "%*sfix: ", NAME_COLUMN, "");
		add_harmless(out, x->fix);
		str_add(out, "\n");
	}
	str_addf(out, "%s\n", f->summary);
}

void check_host_json(const struct site *site, const struct findings *f,
		     struct str *out)
{
	str_addf(out, "{\n  \"schema\": 1,\n  \"runs\": %s,\n  \"kernel\": ",
		 f->runs ? "true" : "false");
	text_add_json(out, site->facts.kernel.release);
	str_addf(out, ",\n  \"uid\": %u,\n  \"findings\": [",
		 site->facts.caller.uid);
	for (size_t i = 0; i < f->list.count; i++) {
		const struct finding *x = &f->list.items[i];

		str_addf(out, "%s\n    {\"name\": \"%s\", \"state\": \"%s\", ",
			 i ? "," : "", x->name, finding_states[x->state]);
		str_add(out, "\"text\": ");
		text_add_json(out, x->text);
		str_add(out, ", \"fix\": ");
		if (x->fix)
			text_add_json(out, x->fix);
		else
			str_add(out, "null");
		str_add(out, "}");
	}
	str_add(out, "\n  ]\n}\n");
}
