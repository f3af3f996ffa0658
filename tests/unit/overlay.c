/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays: from a profile to the program. */
#include "unit.h"

static const char host_text[] =
	"uid 1000\ngid 1000\nkernel 6.1\ncwd /home/ann\nenv HOME=/home/ann\n"
	"dir /srv/a\ndir /srv/b\ndir /srv/my,dir:x\nlink /srv/link a\n"
	"file /srv/file\ndir /home/ann 1000\ndir /home/ann/up 1000\n"
	"dir /home/ann/work 1000\ndir /home/bob/x 1001 700\n"
	"dir /home/ann/.config/sandbox 1000\nlink /home/ann/.link .config\n";

/* With one thing protected. */
static void has(const char *profile, const char *path, const char *part)
{
	struct arena a = { 0 };
	struct canned *c = unit_host(&a, host_text);
	struct str out = { .arena = &a };
	struct program program;
	struct plan plan;
	struct err e = { 0 };

	if (unit_plan(c, profile, &plan, &e) < 0) {
		unit_has(unit_line(&a, &e), part);
		arena_release(&a);
		return;
	}
	*array_add(&a, &plan.protected) =
		(struct plan_protected){ path, true, MISSING_MAKE, false };
	if (unit_compile(c, &plan, &program, &e) < 0) {
		unit_has(unit_line(&a, &e), part);
	} else {
		program_print(&program, &out);
		unit_has(str_text(&out), part);
	}
	arena_release(&a);
}

static void shows(const char *profile, const char *part)
{
	has(profile, "/etc/sandbox", part);
}

static void kinds(void **state)
{
	(void)state;
	shows("overlay-src /srv/a\noverlay up work /o\n",
	      "  overlay /o (nosuid,nodev) of /srv/a, changes go to "
	      "/home/ann/up by way of /home/ann/work\n");
	shows("overlay-src /srv/a\ntmp-overlay /o\n",
	      "  a tmpfs beside it, out of sight\n"
	      "  overlay /o (nosuid,nodev) of /srv/a, changes stay in "
	      "memory\n");
	shows("overlay-src /srv/link\noverlay-src /srv/b\nro-overlay /o/p\n",
	      "  overlay /o/p (ro,nosuid,nodev) of /srv/a /srv/b\n");
	shows("overlay-src '/srv/my,dir:x'\ntmp-overlay /o\n",
	      "of /srv/my,dir:x, changes");
	/* Each has its own. */
	shows("overlay-src /srv/a\ntmp-overlay /o\n"
	      "overlay-src /srv/b\ntmp-overlay /p\n",
	      "  overlay /p (nosuid,nodev) of /srv/b,");
	shows("tmp-size 1M\noverlay-src /srv/a\ntmp-overlay /o\n",
	      "out of sight size=1048576\n");
}

static void order(void **state)
{
	(void)state;
	shows("tmp-overlay /o\n", "t.profile:1: tmp-overlay: needs an "
				  "--overlay-src before it\n");
	shows("overlay up work /o\n", "needs an --overlay-src before it\n");
	shows("overlay-src /srv/a\nro-overlay /o\n",
	      "t.profile:2: ro-overlay: needs two --overlay-src before it\n");
	shows("overlay-src /srv/a\n",
	      "t.profile:1: overlay-src: must be followed by another, or by "
	      "what it is for (overlay, tmp-overlay or ro-overlay)\n");
	shows("overlay-src /srv/a\ntmpfs /x\ntmp-overlay /o\n",
	      "t.profile:1: overlay-src: must be followed by");
	shows("overlay-src /srv/a\nperms 700\ntmp-overlay /o\n",
	      "t.profile:1: overlay-src: must be followed by");
	shows("overlay-src ''\n", "overlay-src: the value is empty\n");
	shows("overlay-src /srv/a\noverlay '' x /o\n", "the value is empty\n");
	shows("overlay-src /srv/a\noverlay x '' /o\n", "the value is empty\n");
	shows("overlay-src /srv/a\ntmp-overlay o\n",
	      "'o' is not an absolute path");
}

static void too_many(void **state)
{
	struct arena a = { 0 };
	struct str text = { .arena = &a };

	(void)state;
	for (unsigned int i = 0; i < OVERLAY_LAYERS_MAX; i++)
		str_add(&text, "overlay-src /srv/a\n");
	shows(arena_format(&a, "%sro-overlay /o\n", text.text), "  overlay /o");
	shows(arena_format(&a, "%soverlay-src /srv/a\nro-overlay /o\n",
			   text.text),
	      "t.profile:51: overlay-src: more than 50 layers\n");
	arena_release(&a);
}

static void sources(void **state)
{
	(void)state;
	shows("overlay-src /srv/none\ntmp-overlay /o\n",
	      "t.profile:2: no directory '/srv/none'");
	shows("overlay-src /srv/file\ntmp-overlay /o\n",
	      "t.profile:2: '/srv/file' is not a directory\n");
	shows("overlay-src /home/bob/x/y\ntmp-overlay /o\n",
	      "show '/home/bob/x/y': Permission denied");
	shows("overlay-src /srv/a\noverlay none work /o\n",
	      "no directory '/home/ann/none'");
	shows("overlay-src /srv/a\noverlay up none /o\n",
	      "no directory '/home/ann/none'");
}

/* Whose changes would be seen by the next run. */
static void refuses(void **state)
{
	static const char config[] = "/home/ann/.config/sandbox";
	static const char *const owners[] = { "/home/ann/.config", "/home/ann",
					      config };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(owners); i++) {
		struct arena a = { 0 };

		has(arena_format(&a, "overlay-src /srv/a\noverlay %s work /o\n",
				 owners[i]),
		    config,
		    arena_format(&a,
				 "t.profile:2: with changes going to '%s' the "
				 "command could change '%s'; what is in it",
				 owners[i], config));
		has(arena_format(&a, "overlay-src /srv/a\noverlay up %s /o\n",
				 owners[i]),
		    config, "the command could change");
		/* Reading is all right, and so is what stays in memory. */
		has(arena_format(&a, "overlay-src %s\ntmp-overlay /o\n",
				 owners[i]),
		    config, "  overlay /o");
		arena_release(&a);
	}
	has("overlay-src /srv/a\noverlay up work /o\n", config, "  overlay /o");
	/* It, or a name on the way to it, may be yet to be made. */
	has("overlay-src /srv/a\noverlay up work /o\n", "/home/ann/up/x/y",
	    "the command could change '/home/ann/up/x/y'");
	has("overlay-src /srv/a\noverlay up work /o\n", "/home/ann/.link/new",
	    "  overlay /o");
	has("overlay-src /srv/a\noverlay .config work /o\n",
	    "/home/ann/.link/new", "the command could change");
}

GROUP(overlay)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),    cmocka_unit_test(order),
		cmocka_unit_test(too_many), cmocka_unit_test(sources),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
