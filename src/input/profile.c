/* SPDX-License-Identifier: Apache-2.0 */
#include "input/profile.h"

#include "base/err.h"
#include "base/str.h"
#include "input/directive.h"
#include "input/words.h"

#include <string.h>

/* Where a line is, for messages and for the settings made from it. */
static const char *origin_of(struct profile_reader *r,
			     const struct profile_text *t, size_t line)
{
	size_t n = strlen(t->name), digits = 1;
	char *text;

	/* Once for every line of every profile: not worth a printf. */
	for (size_t rest = line; rest > 9; rest /= 10)
		digits++;
	text = arena_alloc(r->settings->arena, n + digits + 2);
	memcpy(text, t->name, n);
	text[n] = ':';
	for (size_t at = n + digits; at > n; at--, line /= 10)
		text[at] = (char)('0' + line % 10);
	return text;
}

static int unknown(struct profile_reader *r, const char *word, struct err *e)
{
	const struct directive *d;
	const char *near;

	if (str_starts(word, "--")) {
		err_set(e, ERR_USAGE, "unknown directive '%s'", word);
		return err_hint(e, "in a profile options have no dashes");
	}
	d = directive_find(word);
	if (d && (d->flags & DIRECTIVE_ONLY_CLI)) {
		err_set(e, ERR_USAGE, "'%s' is for the command line only",
			word);
		if (d->action == ACTION_PROFILE)
			err_hint(e, "write include NAME");
		return -1;
	}
	err_set(e, ERR_USAGE, "unknown directive '%s'", word);
	near = directive_suggest(r->settings->arena, word, "",
				 DIRECTIVE_ONLY_CLI);
	if (near)
		return err_hint(e, "did you mean %s?", near);
	return err_hint(e, "see sandbox --list directives");
}

static int check_arity(const struct directive *d, const struct words *w,
		       struct err *e)
{
	unsigned int arity = directive_arity(d);

	if (w->count - 1 == arity ||
	    (w->count - 1 > arity && (d->flags & DIRECTIVE_REST)))
		return 0;
	if (w->count - 1 > arity) {
		err_set(e, ERR_USAGE, "%s: surplus argument '%s'", d->name,
			w->word[arity + 1]);
		return err_hint(e, "write: %s%s%s", d->name, arity ? " " : "",
				d->metavars);
	}
	err_set(e, ERR_USAGE, "%s: argument missing", d->name);
	return err_hint(e, "write: %s %s", d->name, d->metavars);
}

/* A file that was read, or would have been: it decides about the next run. */
static void note_file(struct profile_reader *r, const struct profile_text *t)
{
	struct arena *a = r->settings->arena;

	if (t->path)
		*array_add(a, &r->files) =
			path_clean(a, r->cwd ? r->cwd : "/", t->path);
}

static int include(struct profile_reader *r, const struct profile_text *t,
		   const struct directive *d, const char *word, struct err *e)
{
	struct profile_text found = { 0 };
	int n = r->source->find(r->source, word, t->directory,
				r->settings->arena, &found, e);

	if (n == 0 && d->action == ACTION_INCLUDE_TRY) {
		note_file(r, &found);
		return 0;
	}
	if (n == 0)
		return r->source->missing(r->source, word, r->settings->arena,
					  e);
	if (n < 0)
		return -1;
	return profile_read_text(r, &found, e);
}

/* The words from `first` on as one text. */
static const char *rest_of(struct arena *a, const struct words *w, size_t first)
{
	struct str rest = { .arena = a };

	for (size_t i = first; i < w->count; i++) {
		str_add(&rest, i > first ? " " : "");
		str_add(&rest, w->word[i]);
	}
	return str_text(&rest);
}

static int one_line(struct profile_reader *r, const struct profile_text *t,
		    size_t number, const char *line, size_t length,
		    struct err *e)
{
	struct arena *a = r->settings->arena;
	const struct directive *d;
	struct words w;
	struct setting *s;

	if (length > PROFILE_LINE_MAX)
		return err_set(e, ERR_USAGE, "a line of more than %d bytes",
			       PROFILE_LINE_MAX);
	if (memchr(line, '\0', length))
		return err_set(e, ERR_USAGE, "a NUL byte");
	if (words_split(a, line, length, r->caller, r->cwd, &w, e) < 0)
		return -1;
	if (w.count == 0)
		return 0;
	d = directive_find(w.word[0]);
	if (!d || (d->flags & DIRECTIVE_ONLY_CLI))
		return unknown(r, w.word[0], e);
	if (check_arity(d, &w, e) < 0)
		return -1;
	if (w.unset && (d->flags & DIRECTIVE_TRY))
		return 0;
	if (w.unset) {
		err_set(e, ERR_USAGE, "%s: ${%s} is not set", d->name, w.unset);
		return err_hint(e, "set it to an absolute path, or use the "
				   "-try form of the directive");
	}
	if (!d->apply)
		return include(r, t, d, w.word[1], e);
	s = array_add(a, &r->settings->list);
	s->directive = d;
	for (size_t i = 0; i < directive_arity(d); i++)
		s->args[i] = w.word[i + 1];
	if (d->flags & DIRECTIVE_REST)
		s->args[directive_arity(d) - 1] =
			rest_of(a, &w, directive_arity(d));
	s->origin = origin_of(r, t, number);
	s->from_profile = true;
	return 0;
}

static int all_lines(struct profile_reader *r, const struct profile_text *t,
		     struct err *e)
{
	const char *p = t->text, *end = t->text + t->size;

	for (size_t number = 1; p < end; number++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		if (!stop)
			stop = end;
		if (one_line(r, t, number, p, (size_t)(stop - p), e) < 0)
			return err_at(e, "%s:%zu", t->name, number);
		p = stop + 1;
	}
	return 0;
}

int profile_read_text(struct profile_reader *r, const struct profile_text *t,
		      struct err *e)
{
	struct arena *a = r->settings->arena;
	int result;

	for (size_t i = 0; i < r->open.count; i++)
		if (str_equal(r->open.items[i], t->id))
			return err_set(e, ERR_USAGE,
				       "'%s' includes itself, by way of '%s'",
				       t->name,
				       r->open.items[r->open.count - 1]);
	for (size_t i = 0; i < r->done.count; i++)
		if (str_equal(r->done.items[i], t->id))
			return 0;
	*array_add(a, &r->done) = t->id;
	note_file(r, t);
	*array_add(a, &r->open) = t->id;
	result = all_lines(r, t, e);
	r->open.count--;
	return result;
}

int profile_read(struct profile_reader *r, const char *word, struct err *e)
{
	struct arena *a = r->settings->arena;
	struct profile_text found = { 0 };
	int n = r->source->find(r->source, word, NULL, a, &found, e);

	if (n == 0)
		return r->source->missing(r->source, word, a, e);
	if (n < 0)
		return -1;
	return profile_read_text(r, &found, e);
}
