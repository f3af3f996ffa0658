/* SPDX-License-Identifier: Apache-2.0 */
#include "input/words.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/host.h"

#include <string.h>

struct splitter {
	struct arena *arena;
	const char *p, *end;
	const struct caller *caller;
	const char *cwd;
	const char **unset; /* the first variable that is not set */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The text for ${name}; "" and a note in `unset` when there is none. */
static int expand(struct splitter *s, const char *name, struct str *word,
		  struct err *e)
{
	static const char *const plain[] = { "HOME", "USER", "XDG_RUNTIME_DIR",
					     NULL };
	const char *value = NULL;
	bool known = false;

	if (str_equal(name, "UID")) {
		str_addf(word, "%u", s->caller->uid);
		return 0;
	}
	if (str_equal(name, "PWD")) {
		known = true;
		value = s->cwd;
	}
	for (size_t i = 0; plain[i]; i++)
		if (str_equal(name, plain[i])) {
			known = true;
			value = caller_env(s->caller, name);
		}
	if (!known) {
		err_set(e, ERR_USAGE, "'${%s}' is not known here", name);
		return err_hint(e, "known are ${HOME} ${PWD} ${USER} ${UID} "
				   "${XDG_RUNTIME_DIR}");
	}
	/* A HOME that is no path must not turn into one below. */
	if (value && !str_equal(name, "USER") && value[0] != '/')
		value = NULL;
	if (!value && !*s->unset)
		*s->unset = arena_dup(s->arena, name);
	str_add(word, value ? value : "");
	return 0;
}

static int variable(struct splitter *s, struct str *word, struct err *e)
{
	const char *close;

	if (s->p == s->end || *s->p != '{') {
		err_set(e, ERR_USAGE, "a '$' that begins no ${NAME}");
		return err_hint(e, "write ${NAME}, or \\$ for a dollar sign");
	}
	close = memchr(s->p, '}', (size_t)(s->end - s->p));
	if (!close)
		return err_set(e, ERR_USAGE, "'${' without '}'");
	s->p++;
	if (expand(s, arena_dup_n(s->arena, s->p, (size_t)(close - s->p)), word,
		   e) < 0)
		return -1;
	s->p = close + 1;
	return 0;
}

static int unclosed(const char *what, struct err *e)
{
	return err_set(e, ERR_USAGE, "%s is not closed on this line", what);
}

static int single_quotes(struct splitter *s, struct str *word, struct err *e)
{
	const char *close = memchr(s->p, '\'', (size_t)(s->end - s->p));

	if (!close)
		return unclosed("a single quote", e);
	str_add_n(word, s->p, (size_t)(close - s->p));
	s->p = close + 1;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int escape(struct splitter *s, struct str *word, struct err *e)
{
	char c = '\0';

	if (s->p < s->end)
		c = *s->p++;
	if (c == 'n')
		c = '\n';
	else if (c == 't')
		c = '\t';
	else if (c == 'x' && s->end - s->p >= 2 && hex_digit(s->p[0]) >= 0 &&
		 hex_digit(s->p[1]) >= 0) {
		c = (char)(hex_digit(s->p[0]) * 16 + hex_digit(s->p[1]));
		s->p += 2;
	} else if (c != '"' && c != '\\' && c != '$')
		c = '\0';
	if (!c)
		return err_set(e, ERR_USAGE,
			       "unknown escape in double quotes; known are "
			       "\\\" \\\\ \\$ \\n \\t \\xNN");
	str_add_n(word, &c, 1);
	return 0;
}

static int double_quotes(struct splitter *s, struct str *word, struct err *e)
{
	while (s->p < s->end) {
		char c = *s->p++;

		if (c == '"')
			return 0;
		if (c == '\\') {
			if (escape(s, word, e) < 0)
				return -1;
		} else if (c == '$') {
			if (variable(s, word, e) < 0)
				return -1;
		} else {
			str_add_n(word, &c, 1);
		}
	}
	return unclosed("a double quote", e);
}

/* As much as means nothing special, from the byte before `p` on. */
static void plain_run(struct splitter *s, struct str *word)
{
	const char *start = s->p - 1;

	while (s->p < s->end && !is_blank(*s->p) && *s->p != '\'' &&
	       *s->p != '"' && *s->p != '$' && *s->p != '\\')
		s->p++;
	str_add_n(word, start, (size_t)(s->p - start));
}

static int one_word(struct splitter *s, struct str *word, struct err *e)
{
	int r = 0;

	if (*s->p == '~' &&
	    (s->p + 1 == s->end || s->p[1] == '/' || is_blank(s->p[1]))) {
		s->p++;
		r = expand(s, "HOME", word, e);
	}
	while (r == 0 && s->p < s->end && !is_blank(*s->p)) {
		char c = *s->p++;

		if (c == '\'') {
			r = single_quotes(s, word, e);
		} else if (c == '"') {
			r = double_quotes(s, word, e);
		} else if (c == '$') {
			r = variable(s, word, e);
		} else if (c == '\\' && s->p == s->end) {
			r = unclosed("a backslash", e);
		} else if (c == '\\') {
			str_add_n(word, s->p++, 1);
		} else {
			plain_run(s, word);
		}
	}
	return r;
}

int words_split(struct arena *a, const char *line, size_t length,
		const struct caller *caller, const char *cwd, struct words *out,
		struct err *e)
{
	const char *unset = NULL;
	size_t count = 0;
	struct splitter s = {
		.arena = a,
		.p = line,
		.end = line + length,
		.caller = caller,
		.cwd = cwd,
		.unset = &unset,
	};

	for (;;) {
		struct str word = { .arena = a };

		while (s.p < s.end && is_blank(*s.p))
			s.p++;
		if (s.p == s.end || *s.p == '#')
			break;
		if (one_word(&s, &word, e) < 0)
			return -1;
		if (count == WORDS_MAX)
			return err_set(e, ERR_USAGE, "more than %d words",
				       WORDS_MAX);
		out->word[count++] = str_text(&word);
	}
	/* Not by way of a struct: most of its room is never used. */
	out->count = count;
	out->unset = unset;
	return 0;
}
