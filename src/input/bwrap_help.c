/* SPDX-License-Identifier: Apache-2.0 */
/* bubblewrap's options, and how ours differ from them. */
#include "input/bwrap.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <string.h>

#define CLOSED "FD has to be open"

/*
 * In the order of its help; "": no difference. Arrays, not pointers: those have
 * to be relocated at every start.
 */
static const struct {
	char name[24];
	char as_bwrap[88];   /* called by its name */
	char as_sandbox[72]; /* by our own */
} vocabulary[] = {
	{ "help", "", "takes a topic" },
	{ "version", "", "tells of sandbox" },
	{ "args", "",
	  "a word that is no option is an error, not the end of the options" },
	{ "argv0", "", "the last one counts" },
	{ "level-prefix", "", "" },
	{ "unshare-all", "", "" },
	{ "share-net", "", "" },
	{ "unshare-user", "", "" },
	{ "unshare-user-try", "", "" },
	{ "unshare-ipc", "", "" },
	{ "unshare-pid", "", "PID 1 passes signals on to the command" },
	{ "unshare-net", "", "" },
	{ "unshare-uts", "", "" },
	{ "unshare-cgroup", "", "" },
	{ "unshare-cgroup-try", "", "" },
	{ "userns", CLOSED, "without --uid and --gid; " CLOSED },
	{ "userns2", "may be the same as userns: a sandbox of ours has but one",
	  "may be the same as userns" },
	{ "disable-userns",
	  "no second namespace, unless the command keeps a capability",
	  "the same" },
	{ "assert-userns-disabled", "", "" },
	{ "pidns", CLOSED, CLOSED },
	{ "uid", "", "" },
	{ "gid", "", "" },
	{ "hostname", "an empty NAME is an error", "the same" },
	{ "chdir", "a relative DIR is below the root in PWD, too",
	  "has to be an absolute path" },
	{ "clearenv", "nor does /proc/1/environ tell what was there",
	  "the profile's environment; /proc/1/environ is empty" },
	{ "setenv", "", "" },
	{ "unsetenv", "", "" },
	{ "lock-file", "the lock is the open file's, not the process's",
	  "needs unshare-pid" },
	{ "sync-fd", CLOSED, "needs unshare-pid; " CLOSED },
	{ "bind", "one call sets the flags of the whole tree, or fails",
	  "the same; what decides about the next run is read-only in it" },
	{ "bind-try", "", "skipped also when SRC is out of reach" },
	{ "dev-bind", "", "" },
	{ "dev-bind-try", "", "skipped also when SRC is out of reach" },
	{ "ro-bind", "", "" },
	{ "ro-bind-try", "", "skipped also when SRC is out of reach" },
	{ "bind-fd", "goes by the path of FD, which has to lead there still",
	  "the same" },
	{ "ro-bind-fd", "as bind-fd", "as bind-fd" },
	{ "remount-ro", "", "a directory in memory becomes it last" },
	{ "overlay-src", "50 at most", "50 at most" },
	{ "overlay", "", "not where the next run's profiles are" },
	{ "tmp-overlay", "", "the size is --tmp-size" },
	{ "ro-overlay", "", "" },
	{ "exec-label", "always an error: no SELinux", "the same" },
	{ "file-label", "always an error: no SELinux", "the same" },
	{ "proc", "", "" },
	{ "dev",
	  "no second user namespace, unless the command keeps a capability",
	  "the same; for root its nodes are read-only mounts" },
	{ "tmpfs", "", "the size is --tmp-size" },
	{ "mqueue", "an error without unshare-ipc, unless root", "the same" },
	{ "dir", "", "" },
	{ "file", "the same FD twice is an error", "the same" },
	{ "bind-data", "the same FD twice is an error", "the same" },
	{ "ro-bind-data", "the same FD twice is an error", "the same" },
	{ "symlink", "", "" },
	{ "seccomp", "PID 1 has a filter of its own, which is stricter",
	  "loaded after the profile's filter" },
	{ "add-seccomp-fd", "as seccomp", "as seccomp" },
	{ "block-fd", CLOSED, "a signal to sandbox ends the wait; " CLOSED },
	{ "userns-block-fd", CLOSED, "a signal to sandbox ends the wait" },
	{ "info-fd", CLOSED, CLOSED },
	{ "json-status-fd", CLOSED,
	  "the exit code is sandbox's own: 124 on a limit; " CLOSED },
	{ "new-session", "", "the command leads it" },
	{ "die-with-parent", "",
	  "what is inside ends with sandbox in any case" },
	{ "as-pid-1", "", "" },
	{ "cap-add", "CAP_ may be left out, numbers are not known",
	  "the same; root, too, keeps no other" },
	{ "cap-drop", "", "takes back cap-add only" },
	{ "perms", "", "for dev, too" },
	{ "size", "", "takes K, M, G, T; for dev and home, too" },
	{ "chmod", "", "" },
	{ "not-a-security-boundary", "changes nothing", "changes nothing" },
};

static const char as_bwrap[] =
	"Called by the name bwrap it takes bubblewrap's options and no others, "
	"applies no profile, hides nothing, passes on all descriptors, ends "
	"with the command while others inside may stay, and has exit status 1 "
	"for its own errors. A mount point is made inside the new root by "
	"whatever symlink it is named, and PID 1 keeps no environment.";

static const char as_sandbox[] =
	"Called by its own name it begins with the profile default; --profile "
	"none is where bubblewrap begins. The command gets the descriptors 0 "
	"to 2 and those of --keep-fd: others are the caller's, by accident "
	"mostly. The exit status is 125 for errors of sandbox, 126 and 127 for "
	"a command that cannot be run or is not there, so that a caller can "
	"tell them from the command's own. Signals are passed on, and all "
	"inside ends with the command.";

bool bwrap_has(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++)
		if (str_equal(vocabulary[i].name, name))
			return true;
	return false;
}

/* "--bind SRC DEST" */
static const char *spelling(struct arena *a, const struct directive *d)
{
	bool plain = d->flags & DIRECTIVE_ARG_OPTIONAL || !d->metavars[0];

	return arena_format(a, "--%s%s%s", d->name, plain ? "" : " ",
			    plain ? "" : d->metavars);
}

void bwrap_usage(struct str *out, const char *argv0)
{
	str_addf(out, "usage: %s [OPTIONS...] [--] COMMAND [ARGS...]\n\n",
		 argv0 ? argv0 : "bwrap");
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++) {
		const struct directive *d = directive_find(vocabulary[i].name);

		str_addf(out, "    %-28s %s\n", spelling(out->arena, d),
			 d->help);
	}
	str_add(out, "\nThis is sandbox, in the place of bubblewrap; what "
		     "differs: sandbox --help=bwrap\n");
}

/* Lines of 78 columns, each after `indent` blanks. */
static void add_wrapped(struct str *out, const char *text, size_t indent)
{
	while (*text) {
		size_t n = strlen(text), room = 78 - indent;

		if (n > room)
			for (n = room; n && text[n] != ' ';)
				n--;
		str_addf(out, "%*s%.*s\n", (int)indent, "", (int)n, text);
		text += n + (text[n] == ' ');
	}
}

static bool differs(size_t i)
{
	return vocabulary[i].as_bwrap[0] || vocabulary[i].as_sandbox[0];
}

static void add_difference(struct str *out, const char *name, const char *text)
{
	if (text[0])
		add_wrapped(out, arena_format(out->arena, "%s: %s", name, text),
			    8);
}

void bwrap_help(struct str *out)
{
	add_wrapped(out, as_bwrap, 0);
	str_add(out, "\n");
	add_wrapped(out, as_sandbox, 0);
	str_add(out, "\nWhat differs from bubblewrap " BWRAP_VERSION
		     ", called by either name:\n\n");
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++) {
		if (!differs(i))
			continue;
		str_addf(out, "  %s\n",
			 spelling(out->arena,
				  directive_find(vocabulary[i].name)));
		add_difference(out, "bwrap", vocabulary[i].as_bwrap);
		add_difference(out, "sandbox", vocabulary[i].as_sandbox);
	}
	str_add(out, "\nWhat does not:\n\n");
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++)
		if (!differs(i))
			str_addf(out, "  %s\n",
				 spelling(out->arena,
					  directive_find(vocabulary[i].name)));
}

/* Each on a line of its own, as mdoc(7) wants it. */
static void add_sentences(struct str *out, const char *text)
{
	char before = '\0';

	for (; *text; before = *text++)
		str_add_n(out, before == '.' && *text == ' ' ? "\n" : text, 1);
	str_add(out, "\n");
}

void bwrap_man(struct str *out)
{
	add_sentences(out, as_bwrap);
	str_add(out, ".Pp\n");
	add_sentences(out, as_sandbox);
	str_add(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < COUNT_OF(vocabulary); i++) {
		const char *first = vocabulary[i].as_bwrap;
		const char *second = vocabulary[i].as_sandbox;

		if (!differs(i))
			continue;
		str_addf(out, ".It Fl -%s\n", vocabulary[i].name);
		if (*first)
			str_addf(out, "As bwrap: %s.\n", first);
		if (*second)
			str_addf(out, "As sandbox: %s.\n", second);
	}
	str_add(out, ".El\n");
}
