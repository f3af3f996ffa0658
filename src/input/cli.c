/* SPDX-License-Identifier: Apache-2.0 */
#include "input/cli.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/str.h"
#include "input/args.h"

#include <limits.h>
#include <string.h>

struct cli {
	struct arena *arena;
	const char *const *argv;
	int argc, at; /* `at` is the next word */
	int fd;	      /* that they came from, by --args; or -1 */
	struct request *request;
	ARRAY(struct setting) options;
	ARRAY(struct setting) profiles;
};

/* What the same is called in firejail, docker and timeout(1). */
static const struct {
	const char *name, *hint;
} elsewhere[] = {
	{ "--blacklist", "write --hide PATH" },
	{ "--caps.drop", "there are no capabilities without --cap-add" },
	{ "--env", "write --setenv NAME VALUE" },
	{ "--mount", "write --bind SRC DEST, or --ro-bind SRC DEST" },
	{ "--network", "write --net none, or --net host" },
	{ "--join", "a run cannot be joined" },
	{ "--nonewprivs", "it is always so: leave it out" },
	{ "--noprofile", "no profile shows all: write --ro PATH for what is "
			 "missing, --home ro for the home" },
	{ "--noroot", "it is so without --map-root: leave it out" },
	{ "--private", "the home is private already; see --home-dir DIR" },
	{ "--private-tmp", "/tmp is private already: leave it out" },
	{ "--read-only", "write --ro PATH" },
	{ "--seccomp.drop", "write --syscalls-deny LIST" },
	{ "--timeout", "write --time-limit DURATION" },
	{ "--volume", "write --bind SRC DEST, or --ro-bind SRC DEST" },
	{ "--whitelist", "write --ro PATH, or --rw PATH" },
};

static const char *as_elsewhere(const char *word)
{
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		if (strlen(elsewhere[i].name) == n &&
		    !strncmp(word, elsewhere[i].name, n))
			return elsewhere[i].hint;
	return NULL;
}

static int unknown_option(struct cli *c, const char *word, struct err *e)
{
	bool dashes = word[1] == '-';
	const char *name = word + 1 + dashes;
	const char *near = as_elsewhere(word);

	err_set(e, ERR_USAGE, "unknown option '%s'", word);
	if (near)
		return err_hint(e, "%s", near);
	/* With one dash it may be a long one; two letters are no word. */
	if (dashes || strlen(word) > 3)
		near = directive_suggest(c->arena,
					 arena_dup_n(c->arena, name,
						     strcspn(name, "=")),
					 "--", DIRECTIVE_ONLY_PROFILE);
	if (near)
		return err_hint(e, "did you mean %s?", near);
	return err_hint(e, "see sandbox --help");
}

/* The row for a word that begins with a dash; `*value` is what follows a =. */
static const struct directive *find(struct cli *c, const char *word,
				    const char **value)
{
	const struct directive *d;
	const char *equals;

	*value = NULL;
	if (word[1] != '-')
		return word[2] ? NULL : directive_find_letter(word[1]);
	equals = strchr(word, '=');
	if (!equals) {
		d = directive_find(word + 2);
	} else {
		d = directive_find(arena_dup_n(c->arena, word + 2,
					       (size_t)(equals - word - 2)));
		*value = equals + 1;
	}
	return d && !(d->flags & DIRECTIVE_ONLY_PROFILE) ? d : NULL;
}

static int wrong_value(const struct directive *d, unsigned int arity,
		       struct err *e)
{
	if (arity == 0)
		return err_set(e, ERR_USAGE, "--%s takes no argument", d->name);
	err_set(e, ERR_USAGE, "--%s takes %u arguments", d->name, arity);
	return err_hint(e, "write --%s %s", d->name, d->metavars);
}

static int take_args(struct cli *c, const struct directive *d,
		     const char *value, struct setting *s, struct err *e)
{
	unsigned int arity = directive_arity(d);

	if (d->flags & DIRECTIVE_ARG_OPTIONAL) {
		s->args[0] = value;
		return 0;
	}
	if (value && arity != 1)
		return wrong_value(d, arity, e);
	if (value) {
		s->args[0] = arena_dup(c->arena, value);
		return 0;
	}
	if ((unsigned int)(c->argc - c->at) < arity) {
		err_set(e, ERR_USAGE, "--%s: argument missing", d->name);
		return err_hint(e, "write --%s %s", d->name, d->metavars);
	}
	for (unsigned int i = 0; i < arity; i++)
		s->args[i] = arena_dup(c->arena, c->argv[c->at++]);
	return 0;
}

static bool ends_reading(enum action action)
{
	return action == ACTION_HELP || action == ACTION_VERSION ||
	       action == ACTION_LIST;
}

static int set_format(struct cli *c, const char *word, struct err *e)
{
	static const char *const words[] = { "text", "json", "patch", "bpf",
					     NULL };

	for (int i = 0; words[i]; i++)
		if (str_equal(word, words[i])) {
			c->request->format = (enum format)i;
			return 0;
		}
	err_set(e, ERR_USAGE, "--format: '%s' is not known", word);
	return err_hint(e, "it is one of text, json, patch, bpf");
}

static int all_options(struct cli *c, struct err *e);

/* The words of a descriptor stand where --args stands; the command does not. */
static int read_args(struct cli *c, const char *number, struct err *e)
{
	struct cli file = *c;
	struct args args = { 0 };
	uint64_t fd = 0;

	if (c->fd >= 0)
		return err_set(e, ERR_USAGE,
			       "--args: not supported in its own words");
	if (parse_number(number, INT_MAX, "a descriptor", &fd, e) < 0)
		return err_wrap(e, "--args");
	if (args_read(c->arena, (int)fd, &args, e) < 0)
		return -1;
	file.argv = args.words;
	file.argc = args.count;
	file.at = 0;
	file.fd = (int)fd;
	if (all_options(&file, e) < 0)
		return -1;
	if (file.at < file.argc && !ends_reading(c->request->action))
		return err_set(e, ERR_USAGE,
			       "--args: '%s' is no option, and the command "
			       "stands on the command line",
			       file.argv[file.at]);
	c->options = file.options;
	c->profiles = file.profiles;
	return 0;
}

/* Keeps what one option says. --help and the like end the reading. */
static int keep(struct cli *c, const struct setting *s, struct err *e)
{
	struct request *r = c->request;

	switch (s->directive->action) {
	case ACTION_NONE:
		*array_add(c->arena, &c->options) = *s;
		break;
	case ACTION_PROFILE:
		*array_add(c->arena, &c->profiles) = *s;
		break;
	case ACTION_ARGS:
		return read_args(c, s->args[0], e);
	case ACTION_LEVEL_PREFIX:
		r->level_prefix = true;
		break;
	case ACTION_FORCE:
		r->force = true;
		break;
	case ACTION_FORMAT:
		return set_format(c, s->args[0] ? s->args[0] : "", e);
	default:
		r->action = s->directive->action;
		r->topic = s->args[0];
		break;
	}
	return 0;
}

static int one_option(struct cli *c, struct err *e)
{
	int position = c->at;
	const char *word = c->argv[c->at++];
	const char *value = NULL;
	struct setting s = { .directive = find(c, word, &value) };

	s.origin = c->fd < 0 ? arena_format(c->arena, "argument %d", position) :
			       arena_format(c->arena, "descriptor %d, word %d",
					    c->fd, position + 1);
	if (!s.directive) {
		unknown_option(c, word, e);
		return err_at(e, "%s", s.origin);
	}
	if (take_args(c, s.directive, value, &s, e) < 0)
		return err_at(e, "%s", s.origin);
	/* Who starts himself again has nothing to read any more. */
	for (int i = position; s.directive->action != ACTION_ARGS && i < c->at;
	     i++)
		*array_add(c->arena, &c->request->line) = c->argv[i];
	if (keep(c, &s, e) < 0)
		return err_at(e, "%s", s.origin);
	return 0;
}

static int all_options(struct cli *c, struct err *e)
{
	while (c->at < c->argc) {
		const char *word = c->argv[c->at];

		if (word[0] != '-' || !word[1])
			break;
		if (str_equal(word, "--")) {
			c->at++;
			break;
		}
		if (one_option(c, e) < 0)
			return -1;
		if (ends_reading(c->request->action))
			break;
	}
	return 0;
}

static const char *const *copy_command(struct cli *c)
{
	int n = c->argc - c->at;
	const char **copy;

	if (n <= 0)
		return NULL;
	copy = arena_alloc(c->arena, (size_t)(n + 1) * sizeof(*copy));
	for (int i = 0; i < n; i++)
		copy[i] = arena_dup(c->arena, c->argv[c->at + i]);
	return copy;
}

static int read_profiles(struct cli *c, struct profile_reader *r, struct err *e)
{
	struct request *out = c->request;

	if (c->profiles.count == 0) {
		*array_add(c->arena, &out->names) = "default";
		return profile_read(r, "default", e);
	}
	for (size_t i = 0; i < c->profiles.count; i++) {
		const struct setting *s = &c->profiles.items[i];

		*array_add(c->arena, &out->names) = s->args[0];
		if (str_equal(s->args[0], "none"))
			continue;
		if (profile_read(r, s->args[0], e) < 0)
			return err_at(e, "%s", s->origin);
	}
	return 0;
}

static bool stands_alone(enum action action)
{
	return action == ACTION_DIFF || action == ACTION_APPLY ||
	       action == ACTION_DISCARD || action == ACTION_CHECK_HOST;
}

static int check_format(const struct request *r, struct err *e)
{
	bool diff = r->action == ACTION_DIFF;

	if (r->format == FORMAT_BPF && r->action != ACTION_PRINT_FILTER)
		return err_set(e, ERR_USAGE,
			       "--format bpf needs --print-filter");
	if (r->format == FORMAT_PATCH && !diff)
		return err_set(e, ERR_USAGE, "--format patch needs --diff");
	if (r->format == FORMAT_JSON && !diff && r->action != ACTION_CHECK_HOST)
		return err_set(e, ERR_USAGE,
			       "--format json needs --diff or --check-host");
	if (r->force && r->action != ACTION_APPLY)
		return err_set(e, ERR_USAGE, "--force needs --apply");
	return 0;
}

/*
 * What is done with a layer takes no command, and no other options; nor does the
 * check, which is about the default profile.
 */
static int check_alone(struct cli *c, struct err *e)
{
	const char *topic = c->request->topic;
	const struct setting *s = NULL;

	if (c->options.count)
		s = &c->options.items[0];
	else if (c->profiles.count && c->request->action == ACTION_CHECK_HOST)
		s = &c->profiles.items[0];

	if (c->request->command) {
		err_set(e, ERR_USAGE, "'%s': no command is run here",
			c->request->command[0]);
		if (topic && topic[0] == '-')
			err_hint(e, "'%s' was taken for the name of the layer",
				 topic);
		return -1;
	}
	if (s) {
		err_set(e, ERR_USAGE, "--%s: nothing is run here",
			s->directive->name);
		return err_at(e, "%s", s->origin);
	}
	return 0;
}

int cli_read(struct arena *a, int argc, const char *const *argv,
	     const struct caller *caller, const char *cwd,
	     struct profile_source *source, struct request *out, struct err *e)
{
	struct cli c = {
		.arena = a,
		.argv = argv,
		.argc = argc,
		.at = 1,
		.fd = -1,
		.request = out,
	};
	struct profile_reader reader = {
		.settings = &out->settings,
		.caller = caller,
		.cwd = cwd,
		.source = source,
	};

	*out = (struct request){ .settings = { .arena = a } };
	if (all_options(&c, e) < 0)
		return -1;
	if (ends_reading(out->action))
		return 0;
	if (check_format(out, e) < 0)
		return -1;
	out->command = copy_command(&c);
	if (stands_alone(out->action))
		return check_alone(&c, e);
	*array_add(a, &out->line) = "--";
	for (size_t i = 0; out->command && out->command[i]; i++)
		*array_add(a, &out->line) = out->command[i];
	*array_add(a, &out->line) = NULL;
	if (read_profiles(&c, &reader, e) < 0)
		return -1;
	out->profiles = reader.files.items;
	out->profile_count = reader.files.count;
	for (size_t i = 0; i < c.options.count; i++)
		*array_add(a, &out->settings.list) = c.options.items[i];
	return 0;
}
