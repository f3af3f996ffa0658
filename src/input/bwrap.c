/* SPDX-License-Identifier: Apache-2.0 */
#include "input/bwrap.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/str.h"
#include "input/args.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_IN_ALL 9000

/* --perms is for these, --size for the first alone. */
static const char *const creators[] = { "tmpfs", "dir", "file", "bind-data",
					"ro-bind-data" };

static const char *const overlays[] = { "overlay-src", "overlay", "tmp-overlay",
					"ro-overlay" };

/* One of `other` (NULL: none) is there where `option` is; else the message. */
static const struct {
	const char *option, *other;
	bool excludes;
	const char *message;
} rules[] = {
	{ "userns-block-fd", "unshare-user", false,
	  "--userns-block-fd requires --unshare-user" },
	{ "userns-block-fd", "info-fd", false,
	  "--userns-block-fd requires --info-fd" },
	{ "userns", "unshare-user", true,
	  "--userns not compatible --unshare-user" },
	{ "userns", "unshare-user-try", true,
	  "--userns not compatible --unshare-user-try" },
	{ "userns", "unshare-all", true,
	  "--userns not compatible --unshare-user-try" },
	{ "disable-userns", "unshare-user", false,
	  "--disable-userns requires --unshare-user" },
	{ "disable-userns", "userns-block-fd", true,
	  "--disable-userns is not compatible with --userns-block-fd" },
	{ "as-pid-1", "lock-file", true,
	  "Specifying --as-pid-1 and --lock-file is not permitted" },
};

struct reader {
	struct arena *arena;
	struct request *request;
	const char *const *words;
	int count, at;
	bool from_file; /* of --args */
	int taken;	/* words in all */
	/* What the next option is asked to heed. */
	const char *perms, *size;
	bool layers; /* an overlay has to follow */
};

/* --- helpers ------------------------------------------------------------ */

bool bwrap_is_called(const char *argv0, const char *self)
{
	if (argv0 && str_starts(argv0, "/proc/"))
		argv0 = self;
	return argv0 && str_equal(path_name(argv0), "bwrap");
}

static bool is_in(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal(list[i], name))
			return true;
	return false;
}

#define IS_IN(list, name) is_in(list, COUNT_OF(list), name)

static bool was_given(const struct reader *r, const char *name)
{
	const struct settings *all = &r->request->settings;

	for (size_t i = 0; i < all->list.count; i++)
		if (str_equal(all->list.items[i].directive->name, name))
			return true;
	return false;
}

static const char *number(struct arena *a, uint64_t n)
{
	return arena_format(a, "%llu", (unsigned long long)n);
}

/* --- values ------------------------------------------------------------- */

/* strtol(3) in base 10, so that " 3" and "+3" are numbers too. */
static int take_number(struct arena *a, const char *what, const char **word,
		       struct err *e)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(*word, &end, 10);
	if (end == *word || *end || errno || n < 0 || n > INT_MAX)
		return err_set(e, ERR_USAGE, "Invalid %s: %s", what, *word);
	*word = number(a, (uint64_t)n);
	return 0;
}

static int take_mode(struct arena *a, const char *option, const char **word,
		     struct err *e)
{
	char *end;
	unsigned long n = strtoul(*word, &end, 8);

	if (end == *word || *end || n > 07777)
		return err_set(e, ERR_USAGE,
			       "--%s takes an octal argument <= 07777", option);
	*word = arena_format(a, "%lo", n);
	return 0;
}

static int take_size(struct arena *a, const char **word, struct err *e)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(*word, &end, 0);
	if (end == *word || *end || errno || n == 0 || n > SIZE_MAX / 2 ||
	    strchr(*word, '-'))
		return err_set(e, ERR_USAGE,
			       "--size takes a non-zero number of bytes");
	*word = number(a, n);
	return 0;
}

static int take_capability(const char *word, struct err *e)
{
	if (strcasecmp(word, "ALL") == 0)
		return 0;
	for (unsigned int i = 0; i < capability_count; i++)
		if (strcasecmp(word, capability_names[i]) == 0 ||
		    strcasecmp(word, capability_names[i] + 4) == 0)
			return 0;
	return err_set(e, ERR_USAGE, "unknown cap: %s", word);
}

/* A relative place is below the root. */
static const char *place(struct arena *a, const char *word)
{
	return word[0] == '/' ? word : arena_format(a, "/%s", word);
}

/* One value, by the name it has in the table. */
static int take_value(struct reader *r, const struct directive *d,
		      const char *name, size_t length, const char **word,
		      struct err *e)
{
	static const char *const places[] = { "DEST", "PATH", "DIR" };
	const char *meta = arena_dup_n(r->arena, name, length);

	if (str_equal(meta, "FD"))
		return take_number(r->arena, "fd", word, e);
	if (str_equal(meta, "ID"))
		return take_number(r->arena, d->name, word, e);
	if (str_equal(meta, "OCTAL"))
		return take_mode(r->arena, d->name, word, e);
	if (str_equal(meta, "SIZE"))
		return take_size(r->arena, word, e);
	if (str_equal(meta, "CAP"))
		return take_capability(*word, e);
	if (str_equal(meta, "LABEL"))
		return err_set(e, ERR_USAGE,
			       "labeling not supported on this system");
	if (IS_IN(places, meta))
		*word = place(r->arena, *word);
	return 0;
}

static int take_values(struct reader *r, struct setting *s, struct err *e)
{
	const char *name = s->directive->metavars;

	for (int i = 0; *name; i++) {
		size_t n = strcspn(name, " ");

		if (take_value(r, s->directive, name, n, &s->args[i], e) < 0)
			return -1;
		name += n + (name[n] == ' ');
	}
	return 0;
}

/* --- options ------------------------------------------------------------ */

static int read_words(struct reader *r, struct err *e);

static int read_args(struct reader *r, const struct setting *s, struct err *e)
{
	struct reader file = *r;
	struct args args = { 0 };
	uint64_t fd = 0;

	if (parse_number(s->args[0], INT_MAX, "a descriptor", &fd, e) < 0 ||
	    args_read(r->arena, (int)fd, &args, e) < 0)
		return -1;
	file.words = args.words;
	file.count = args.count;
	file.at = 0;
	file.from_file = true;
	if (read_words(&file, e) < 0)
		return -1;
	r->taken = file.taken;
	r->perms = file.perms;
	r->size = file.size;
	r->layers = file.layers;
	return 0;
}

/* --perms, --size and --overlay-src speak of what comes next. */
static int check_next(const struct reader *r, const char *name, struct err *e)
{
	bool modifier = str_equal(name, "perms") || str_equal(name, "size");

	if (r->perms && str_equal(name, "perms"))
		return err_set(e, ERR_USAGE,
			       "--perms given twice for the same action");
	if (r->size && str_equal(name, "size"))
		return err_set(e, ERR_USAGE,
			       "--size given twice for the same action");
	if (r->perms && !modifier && !IS_IN(creators, name))
		return err_set(e, ERR_USAGE,
			       "--perms must be followed by an option that "
			       "creates a file");
	if (r->size && !modifier && !str_equal(name, "tmpfs"))
		return err_set(e, ERR_USAGE,
			       "--size must be followed by --tmpfs");
	if (r->layers && !IS_IN(overlays, name))
		return err_set(e, ERR_USAGE,
			       "--overlay-src must be followed by another "
			       "--overlay-src or one of --overlay, "
			       "--tmp-overlay, or --ro-overlay");
	return 0;
}

static void heed_next(struct reader *r, const struct setting *s)
{
	const char *name = s->directive->name;

	if (str_equal(name, "perms"))
		r->perms = s->args[0];
	else if (str_equal(name, "size"))
		r->size = s->args[0];
	else
		r->perms = r->size = NULL;
	r->layers = str_equal(name, "overlay-src");
}

static void warn_again(struct reader *r, const struct setting *s)
{
	if (s->directive->flags & DIRECTIVE_SINGLE &&
	    was_given(r, s->directive->name))
		*array_add(r->arena, &r->request->warnings) =
			arena_format(r->arena,
				     "Only the last --%s option will take "
				     "effect",
				     s->directive->name);
}

/* What may stand beside what was given before it. */
static int check_beside(const struct reader *r, const char *name, struct err *e)
{
	if (str_equal(name, "argv0") && was_given(r, name))
		return err_set(e, ERR_USAGE, "--argv0 used multiple times");
	if (str_equal(name, "seccomp") && was_given(r, "add-seccomp-fd"))
		return err_set(e, ERR_USAGE,
			       "--seccomp cannot be combined with "
			       "--add-seccomp-fd");
	if (str_equal(name, "add-seccomp-fd") && was_given(r, "seccomp"))
		return err_set(e, ERR_USAGE,
			       "--add-seccomp-fd cannot be combined with "
			       "--seccomp");
	return 0;
}

static int keep(struct reader *r, const struct setting *s, struct err *e)
{
	switch (s->directive->action) {
	case ACTION_ARGS:
		if (r->from_file)
			return err_set(e, ERR_USAGE,
				       "--args not supported in arguments "
				       "file");
		return read_args(r, s, e);
	case ACTION_LEVEL_PREFIX:
		r->request->level_prefix = true;
		return 0;
	case ACTION_NONE:
		break;
	default:
		r->request->action = s->directive->action;
		return 0;
	}
	if (check_next(r, s->directive->name, e) < 0 ||
	    check_beside(r, s->directive->name, e) < 0)
		return -1;
	heed_next(r, s);
	warn_again(r, s);
	*array_add(r->arena, &r->request->settings.list) = *s;
	return 0;
}

static const struct directive *find(const char *word)
{
	if (word[1] != '-' || !bwrap_has(word + 2))
		return NULL;
	return directive_find(word + 2);
}

static int missing(const char *word, unsigned int arity, struct err *e)
{
	const char *counts[] = { "no argument", "an argument", "two arguments",
				 "three arguments" };

	if (str_equal(word, "--chdir") || str_equal(word, "--remount-ro"))
		counts[1] = "one argument";
	return err_set(e, ERR_USAGE, "%s takes %s", word, counts[arity]);
}

static int one_option(struct reader *r, struct err *e)
{
	const char *word = r->words[r->at++];
	struct setting s = { .directive = find(word), .origin = word };
	unsigned int arity;

	if (!s.directive)
		return err_set(e, ERR_USAGE, "Unknown option %s", word);
	arity = s.directive->action == ACTION_HELP ?
			0 :
			directive_arity(s.directive);
	if ((unsigned int)(r->count - r->at) < arity)
		return missing(word, arity, e);
	r->taken += (int)arity + 1;
	if (r->taken > WORDS_IN_ALL)
		return err_set(e, ERR_USAGE,
			       "Exceeded maximum number of arguments %u",
			       (unsigned int)WORDS_IN_ALL);
	for (unsigned int i = 0; i < arity; i++)
		s.args[i] = arena_dup(r->arena, r->words[r->at++]);
	if (arity && take_values(r, &s, e) < 0)
		return -1;
	return keep(r, &s, e);
}

static int read_words(struct reader *r, struct err *e)
{
	while (r->at < r->count && r->request->action == ACTION_NONE) {
		const char *word = r->words[r->at];

		if (word[0] != '-')
			break;
		if (str_equal(word, "--")) {
			r->at++;
			break;
		}
		if (one_option(r, e) < 0)
			return -1;
	}
	return 0;
}

static int check_rules(const struct reader *r, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (was_given(r, rules[i].option) &&
		    was_given(r, rules[i].other) == rules[i].excludes)
			return err_set(e, ERR_USAGE, "%s", rules[i].message);
	if ((was_given(r, "as-pid-1") || was_given(r, "hostname")) &&
	    was_given(r, "unshare-all"))
		return 0;
	if (was_given(r, "as-pid-1") && !was_given(r, "unshare-pid"))
		return err_set(e, ERR_USAGE,
			       "Specifying --as-pid-1 requires --unshare-pid");
	if (was_given(r, "hostname") && !was_given(r, "unshare-uts"))
		return err_set(e, ERR_USAGE,
			       "Specifying --hostname requires --unshare-uts");
	return 0;
}

int bwrap_read(struct arena *a, int argc, const char *const *argv,
	       struct request *out, struct err *e)
{
	struct reader r = {
		.arena = a,
		.request = out,
		.words = argv,
		.count = argc,
		.at = 1,
	};
	const char **command;

	*out = (struct request){
		.bwrap = true,
		.settings = { .arena = a, .bwrap = true },
	};
	if (read_words(&r, e) < 0)
		return -1;
	if (out->action != ACTION_NONE || r.at >= argc)
		return 0;
	/* What a last --perms or --size was for does not come: nothing. */
	r.perms = r.size = NULL;
	if (check_next(&r, "", e) < 0 || check_rules(&r, e) < 0)
		return -1;
	command = arena_alloc(a, (size_t)(argc - r.at + 1) * sizeof(*command));
	for (int i = 0; r.at < argc; i++)
		command[i] = arena_dup(a, argv[r.at++]);
	out->command = command;
	return 0;
}
