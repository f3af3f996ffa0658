/* SPDX-License-Identifier: Apache-2.0 */
#include "input/help.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/syscalls.h"
#include "input/bwrap.h"
#include "input/directive.h"
#include "input/profile_files.h"

#include <string.h>

#define HELP_COLUMN 32

/* --- --help ------------------------------------------------------------- */

static void add_row(struct str *out, const struct directive *d)
{
	size_t start = out->length;

	if (d->flags & DIRECTIVE_ONLY_PROFILE)
		return;
	if (d->letter)
		str_addf(out, "  -%c, ", d->letter);
	else
		str_add(out, "      ");
	str_addf(out, "--%s", d->name);
	if (d->flags & DIRECTIVE_ARG_OPTIONAL)
		str_addf(out, "[=%s]", d->metavars);
	else if (d->metavars[0])
		str_addf(out, " %s", d->metavars);
	if (out->length - start >= HELP_COLUMN)
		str_addf(out, "\n%*s", HELP_COLUMN, "");
	else
		str_addf(out, "%*s", (int)(HELP_COLUMN - (out->length - start)),
			 "");
	str_addf(out, "%s\n", d->help);
}

static void add_section(struct str *out, enum section s)
{
	str_addf(out, "%s:\n", section_title(s));
	for (size_t i = 0; i < directive_count; i++)
		if (directives[i].section == s)
			add_row(out, &directives[i]);
}

static void add_overview(struct str *out)
{
	str_add(out,
		"usage: sandbox [OPTION...] [--] COMMAND [ARG...]\n"
		"\n"
		"Runs COMMAND in a sandbox: it sees a read-only system, its "
		"working directory,\nno network, and none of your other "
		"files.\n"
		"\n"
		"  sandbox ./program             run with the profile "
		"'default'\n"
		"  sandbox --profile gcc make    with one made for a task\n"
		"  sandbox --ro ~/data ./program show one more directory\n"
		"  sandbox --net host ./program  with the network\n"
		"  sandbox --dry-run ./program   show what would be done\n");
	for (int s = 0; s < SECTION_COUNT; s++) {
		str_add(out, "\n");
		add_section(out, (enum section)s);
	}
	str_add(out, "\n"
		     "A SIZE takes K, M, G or T. Exit status: that of COMMAND; "
		     "128+N if signal N ended\nit; 125 sandbox failed; 126 "
		     "COMMAND cannot be run; 127 it was not found.\n"
		     "More: sandbox --help=SECTION, =OPTION, =PROFILE or "
		     "=bwrap; "
		     "man sandbox\n");
}

static bool help_profile(struct arena *a, const struct caller *caller,
			 const char *topic, struct str *out, struct err *e)
{
	struct profile_places places = { 0 };
	struct profile_source source = profile_files(caller, &places);
	struct profile_text t = { 0 };

	if (source.find(&source, topic, NULL, a, &t, e) != 1)
		return false;
	str_addf(out, "%s (%s)\n\n", t.name,
		 t.directory ? t.directory : "shipped");
	str_add_n(out, t.text, t.size);
	return true;
}

static bool help_section(const char *topic, struct str *out)
{
	for (int s = 0; s < SECTION_COUNT; s++)
		if (str_equal(topic, section_topic((enum section)s))) {
			add_section(out, (enum section)s);
			return true;
		}
	return false;
}

/* --- the manual's text, for a terminal ----------------------------------- */

#define HELP_WIDTH 78

struct filler {
	struct str *out;
	size_t column; /* 0: nothing is on the line yet */
	int indent;
	bool tight; /* the next word follows without a blank */
};

static void end_line(struct filler *f)
{
	if (f->column)
		str_add(f->out, "\n");
	f->column = 0;
	f->tight = false;
}

/* Whether it belongs to the word before it, or the one after it. */
static bool is_punctuation(const char *word, size_t n)
{
	return n == 1 && strchr(".,:;()?!", *word);
}

/* `before` and `after` belong to the word, as the dashes of an option do. */
static void add_word(struct filler *f, const char *before, const char *word,
		     size_t n, const char *after)
{
	size_t all = strlen(before) + n + strlen(after);
	bool opens = n == 1 && *word == '(';
	bool closes = is_punctuation(word, n) && !opens;

	if (f->column && !f->tight && !closes) {
		if (f->column + 1 + all > HELP_WIDTH)
			end_line(f);
		else
			str_add(f->out, " ");
		f->column += f->column ? 1 : 0;
	}
	if (!f->column) {
		str_addf(f->out, "%*s", f->indent, "");
		f->column = (size_t)f->indent;
	}
	str_addf(f->out, "%s%.*s%s", before, (int)n, word, after);
	f->column += all;
	f->tight = opens;
}

/* What mdoc(7) makes of a request's words: --name, name(1), name(). */
static void add_words(struct filler *f, const char *macro, const char *at,
		      const char *end)
{
	const char *dash = str_starts(macro, "Fl") ? "-" : "";
	const char *call = str_starts(macro, "Fn") ? "()" : "";
	bool page = str_starts(macro, "Xr");

	while (at < end) {
		size_t n = strcspn(at, " \n");
		const char *name, *section = page ? at + n + 1 : NULL;

		if (n == 2 && macro[0] && at[0] >= 'A' && at[0] <= 'Z' &&
		    at[1] >= 'a' && at[1] <= 'z') {
			/* Another macro for what follows. */
			dash = str_starts(at, "Fl") ? "-" : "";
			f->tight |= str_starts(at, "Ns");
		} else if (section && section < end) {
			name = arena_format(f->out->arena, "%.*s(%c)", (int)n,
					    at, *section);
			add_word(f, "", name, strlen(name), "");
			page = false;
			n += 2;
		} else if (n && is_punctuation(at, n)) {
			add_word(f, "", at, n, "");
		} else if (n) {
			add_word(f, dash, at, n, call);
		}
		at += n + (at[n] == ' ');
		if (*at == '\n' || !*at)
			break;
	}
}

static void add_item(struct filler *f, const char *at, const char *end)
{
	end_line(f);
	f->indent = 2;
	add_words(f, "It", at, end);
	end_line(f);
	f->indent = 6;
}

/* The manual's mdoc text without its requests, filled. */
static void add_plain_man(struct str *out, const char *man)
{
	struct filler f = { .out = out, .indent = 2 };
	bool literal = false;

	while (*man) {
		size_t n = strcspn(man, "\n");
		const char *end = man + n, *words = memchr(man, ' ', n);

		words = words ? words + 1 : end;
		if (man[0] != '.' && literal) {
			str_addf(out, "      %.*s\n", (int)n, man);
		} else if (man[0] != '.') {
			add_words(&f, "", man, end);
		} else if (str_starts(man, ".It")) {
			add_item(&f, words, end);
		} else if (str_starts(man, ".Bd") || str_starts(man, ".Ed")) {
			end_line(&f);
			literal = man[1] == 'B';
		} else if (str_starts(man, ".Bl") || str_starts(man, ".El") ||
			   str_starts(man, ".Pp")) {
			end_line(&f);
			f.indent = 2;
		} else {
			add_words(&f, man + 1, words, end);
		}
		man = end + (*end == '\n');
	}
	end_line(&f);
}

int help_print(struct arena *a, const struct caller *caller, const char *topic,
	       struct str *out, struct err *e)
{
	const struct directive *d;
	const char *near;

	if (!topic) {
		add_overview(out);
		return 0;
	}
	if (help_section(topic, out))
		return 0;
	if (str_equal(topic, "bwrap")) {
		bwrap_help(out);
		return 0;
	}
	d = directive_find(topic + strspn(topic, "-"));
	if (d && !(d->flags & DIRECTIVE_ONLY_PROFILE)) {
		add_row(out, d);
		if (d->man) {
			str_add(out, "\n");
			add_plain_man(out, d->man);
		}
		return 0;
	}
	if (help_profile(a, caller, topic, out, e))
		return 0;
	err_set(e, ERR_USAGE, "no help about '%s'", topic);
	near = directive_suggest(a, topic, "", DIRECTIVE_ONLY_PROFILE);
	if (near)
		return err_hint(e, "did you mean %s?", near);
	return err_hint(e, "topics are sections, options and profiles; see "
			   "sandbox --help");
}

/* --- --list ------------------------------------------------------------- */

static const char *const value_names[] = {
	[VALUE_TEXT] = "text",	     [VALUE_PATH] = "path",
	[VALUE_PROFILE] = "profile", [VALUE_SIZE] = "size",
	[VALUE_NUMBER] = "number",   [VALUE_CHOICE] = "choice",
	[VALUE_RLIMIT] = "rlimit",   [VALUE_NAME] = "name",
	[VALUE_TOPIC] = "topic",     [VALUE_CAPABILITY] = "capability",
	[VALUE_LIST] = "list",	     [VALUE_SYSCALLS] = "syscalls",
	[VALUE_ANSWER] = "answer",
};

/* NAME, metavars, kind of each argument, help: one row a line. */
static void list_rows(struct str *out, unsigned int without, const char *dashes)
{
	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];

		if (d->flags & without)
			continue;
		str_addf(out, "%s%s\t%s\t", dashes, d->name, d->metavars);
		for (unsigned int k = 0; k < directive_arity(d); k++)
			str_addf(out, "%s%s", k ? " " : "",
				 value_names[d->values[k]]);
		str_addf(out, "\t%s\n", d->help);
	}
}

static void list_rlimits(struct str *out)
{
	for (const struct rlimit_name *r = rlimit_names; r->name; r++)
		str_addf(out, "%s\n", r->name);
}

static void list_capabilities(struct str *out)
{
	for (unsigned int i = 0; i < capability_count; i++)
		str_addf(out, "%s\n", capability_names[i]);
}

/* NAME, its number here, its group, its arguments as rules know them. */
static void list_call(unsigned int call, struct str *out)
{
	const struct syscall_row *row = &syscalls[call];

	str_addf(out, "%s\t", syscall_name(call));
	if (row->native >= 0)
		str_addf(out, "%d", row->native);
	else
		str_add(out, row->x86 >= 0 ? "only x86" : "not here");
	str_addf(out, "\t@%s\t%s\n", syscall_group_name(row->group),
		 syscall_texts + row->signature);
}

static void list_groups(struct str *out)
{
	for (unsigned int i = 0; i < syscall_group_count; i++)
		str_addf(out, "@%s\t%s\n", syscall_group_name(i),
			 syscall_texts + syscall_groups[i].help);
}

/* The calls of a group; of all with a NULL. */
static int list_calls(const char *name, struct str *out, struct err *e)
{
	int group = name ? syscall_group_find(name) : -1;

	if (name && group < 0 && !str_equal(name, "all")) {
		err_set(e, ERR_USAGE, "no group of system calls '@%s'", name);
		return err_hint(e, "see sandbox --list syscall-groups");
	}
	for (unsigned int i = 0; i < syscall_count; i++)
		if (group < 0 || syscalls[i].group == (unsigned int)group)
			list_call(i, out);
	return 0;
}

/* The option rows of sandbox(1) and sandbox-profile(5), in mdoc(7). */
static bool has_rows(enum section s, unsigned int without)
{
	for (size_t i = 0; i < directive_count; i++)
		if (directives[i].section == s &&
		    !(directives[i].flags & without))
			return true;
	return false;
}

static void list_man(struct str *out, unsigned int without, const char *macro)
{
	for (int s = 0; s < SECTION_COUNT; s++) {
		if (!has_rows((enum section)s, without))
			continue;
		str_addf(out, ".Ss %s\n.Bl -tag -width Ds\n",
			 section_title((enum section)s));
		for (size_t i = 0; i < directive_count; i++) {
			const struct directive *d = &directives[i];
			const char *dash = macro[0] == 'F' ? "-" : "";

			if (d->section != (enum section)s ||
			    (d->flags & without))
				continue;
			str_addf(out, ".It %s ", macro);
			if (d->letter && dash[0])
				str_addf(out, "%c , Fl ", d->letter);
			str_addf(out, "%s%s", dash, d->name);
			if (d->flags & DIRECTIVE_ARG_OPTIONAL)
				str_addf(out, " Ns Oo = Ns Ar %s Oc",
					 d->metavars);
			else if (d->metavars[0])
				str_addf(out, " Ar %s", d->metavars);
			str_addf(out, "\n%c%s.\n", d->help[0] & ~0x20,
				 d->help + 1);
			if (d->man)
				str_addf(out, "%s\n", d->man);
		}
		str_add(out, ".El\n");
	}
}

/* For messages, and for completion: what can be listed. */
static const char lists[] = "profiles options directives rlimits capabilities "
			    "syscalls syscall-groups";

static void list_lists(struct str *out)
{
	for (const char *p = lists; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		str_addf(out, "%.*s\n", (int)n, p);
		p += n;
	}
	for (unsigned int i = 0; i < syscall_group_count; i++)
		str_addf(out, "@%s\n", syscall_group_name(i));
}

int help_list(struct arena *a, const struct caller *caller, const char *what,
	      struct str *out, struct err *e)
{
	if (str_equal(what, "profiles")) {
		profile_files_list(caller, a, out);
	} else if (str_equal(what, "options")) {
		list_rows(out, DIRECTIVE_ONLY_PROFILE, "--");
	} else if (str_equal(what, "directives")) {
		list_rows(out, DIRECTIVE_ONLY_CLI, "");
	} else if (str_equal(what, "rlimits")) {
		list_rlimits(out);
	} else if (str_equal(what, "capabilities")) {
		list_capabilities(out);
	} else if (str_equal(what, "syscalls")) {
		return list_calls(NULL, out, e);
	} else if (str_equal(what, "syscall-groups")) {
		list_groups(out);
	} else if (str_equal(what, "lists")) {
		list_lists(out);
	} else if (what[0] == '@') {
		return list_calls(what + 1, out, e);
	} else if (str_equal(what, "man-options")) {
		list_man(out, DIRECTIVE_ONLY_PROFILE, "Fl");
	} else if (str_equal(what, "man-directives")) {
		list_man(out, DIRECTIVE_ONLY_CLI, "Ic");
	} else if (str_equal(what, "man-bwrap")) {
		bwrap_man(out);
	} else {
		err_set(e, ERR_USAGE, "--list: '%s' is not known", what);
		return err_hint(e, "it is one of %s @GROUP", lists);
	}
	return 0;
}
