/* SPDX-License-Identifier: Apache-2.0 */
/* compile: where the home and the working directory go. */
#include "unit.h"

/* As the default profile orders them. */
#define SYSTEM "ro /usr\nro /etc\n"
#define PRIVATE "tmpfs /tmp\n"
#define PLACES "home private\nworkdir auto\nremount-ro /\n"

/* The student's machine with `more` on it. */
static const char *made(struct arena *a, const char *more, const char *profile)
{
	return unit_program(a, arena_format(a, "%s%s", unit_student, more),
			    profile);
}

static void has(const char *more, const char *profile, const char *part)
{
	struct arena a = { 0 };

	unit_has(made(&a, more, profile), part);
	arena_release(&a);
}

static void lacks(const char *more, const char *profile, const char *part)
{
	struct arena a = { 0 };

	unit_lacks(made(&a, more, profile), part);
	arena_release(&a);
}

static void private_home(void **state)
{
	(void)state;
	has("", "home private\n",
	    "  tmpfs /home/ann mode=0700 (nosuid,nodev)\n");
	has("", "size 1M\nhome private\n",
	    "  tmpfs /home/ann mode=0700 size=1048576 (nosuid,nodev)\n");
	lacks("", "home private\n", "HOME=/tmp/home");
	/* By its name and by its target. */
	has("link /h home\nenv HOME=/h/ann\n", "home private\n",
	    "  symlink home /h\n  tmpfs /home/ann mode=0700");
}

/* HOME unset, relative, / or a system directory. */
static void no_home(void **state)
{
	static const char *const homes[] = { "env HOME\n",
					     "env HOME=\n",
					     "env HOME=ann\n",
					     "env HOME=/\n",
					     "env HOME=/usr/src\n",
					     "env HOME=/usr\n",
					     "env HOME=/home/../etc\n",
					     "env HOME=/tmp\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(homes); i++) {
		has(homes[i], SYSTEM PRIVATE PLACES,
		    "  tmpfs /tmp/home mode=0700");
		has(homes[i], SYSTEM PRIVATE PLACES, "env HOME=/tmp/home\n");
	}
	/* ".." is followed, so that the home is known when it is the cwd. */
	has("env HOME=/etc/../home/ann\n", SYSTEM PRIVATE PLACES,
	    "  tmpfs /home/ann mode=0700");
	/* Above something of the system's. */
	has("env HOME=/a\ndir /a/b\n", "ro /a/b\nhome private\n",
	    "  tmpfs /tmp/home mode=0700");
}

static void shown_home(void **state)
{
	(void)state;
	has("", "home ro\n", "  bind /home/ann (ro,nosuid,nodev)\n");
	has("", "home rw\n", "  bind /home/ann (nosuid,nodev)\n");
	has("link /h home\nenv HOME=/h/ann\n", "home rw\n",
	    "  symlink home /h\n  bind /home/ann (nosuid,nodev)\n");
	has("env HOME\n", "home ro\n",
	    "t.profile:1: home ro: HOME is not set to a directory of its own; "
	    "set HOME, or use --home private\n");
	has("env HOME=/\n", "home rw\n", "t.profile:1: home rw: HOME is not");
	has("env HOME=/none\n", "home rw\n", "show '/none'");
}

static void kept_home(void **state)
{
	(void)state;
	has("", "home-dir /home/ann/kept\n",
	    "  bind /home/ann/kept /home/ann (nosuid,nodev)\n");
	has("env HOME\n", "home-dir /home/ann/kept\n",
	    "  bind /home/ann/kept /tmp/home (nosuid,nodev)\n");
	has("env HOME\n", "home-dir /home/ann/kept\n", "env HOME=/tmp/home\n");
	has("", "home-dir nope\n",
	    "t.profile:1: home directory '/home/ann/work/nope' does not "
	    "exist; make it first: mkdir -p /home/ann/work/nope\n");
	has("", "home-dir /home/ann/file\n",
	    "t.profile:1: '/home/ann/file' is not a directory\n");
	has("", "home-dir /stale\n", "show '/stale': Stale file handle");
}

/* The project is shown beside the kept home. */
static void kept_home_and_workdir(void **state)
{
	struct arena a = { 0 };
	const char *text =
		made(&a, "", SYSTEM "home-dir /home/ann/kept\nworkdir auto\n");

	(void)state;
	unit_order(text, "  bind /home/ann/kept /home/ann (nosuid,nodev)\n",
		   "  bind /home/ann/work (nosuid,nodev)\n");
	arena_release(&a);
}

static void own_directory(void **state)
{
	(void)state;
	has("", SYSTEM PRIVATE PLACES,
	    "  bind /home/ann/work (nosuid,nodev)\n");
	has("cwd /srv/data\n", SYSTEM PRIVATE PLACES,
	    "  bind /srv/data (ro,nosuid,nodev)\n");
	has("cwd /srv/data\nenv PWD=/data\n", SYSTEM PRIVATE PLACES,
	    "  symlink srv/data /data\n  bind /srv/data (ro,nosuid,nodev)\n");
	has("cwd /srv/data\nenv PWD=/data\n", SYSTEM PRIVATE PLACES,
	    "  directory /data\n");
	/* Group or others may write it: so may the command. */
	has("cwd /o\ndir /o 7 777\n", PLACES, "  bind /o (nosuid,nodev)\n");
	has("cwd /o\ndir /o 7 755\n", PLACES, "  bind /o (ro,nosuid,nodev)\n");
}

static void visible_anyway(void **state)
{
	(void)state;
	lacks("cwd /usr/src\n", SYSTEM PLACES, "bind /usr/src");
	lacks("cwd /usr/own\ndir /usr/own 1000\n", SYSTEM PLACES,
	      "bind /usr/own");
	has("cwd /usr/src\n", SYSTEM PLACES, "  directory /usr/src\n");
	lacks("", "home rw\nworkdir auto\n", "bind /home/ann/work");
	lacks("", "bind / /\nworkdir auto\n", "bind /home/ann/work");
}

static void private_places(void **state)
{
	(void)state;
	has("cwd /tmp/x\ndir /tmp/x 1000\n", SYSTEM PRIVATE PLACES,
	    "  bind /tmp/x (nosuid,nodev)\n");
	lacks("cwd /tmp\n", SYSTEM PRIVATE PLACES, "bind /tmp ");
	has("cwd /tmp\n", SYSTEM PRIVATE PLACES, "  directory /tmp\n");
	lacks("cwd /\n", SYSTEM PRIVATE PLACES, "bind / ");
}

/* What is read-only of ours stays so. */
static void read_only_places(void **state)
{
	static const char more[] = "cwd /tmp/x\ndir /tmp/x 1000\n";

	(void)state;
	lacks(more, "tmpfs /tmp\nworkdir auto\nremount-ro /tmp\n",
	      "bind /tmp/x");
	has(more, "tmpfs /tmp\nworkdir auto\nremount-ro /\n", "bind /tmp/x");
	lacks(more, "tmpfs /tmp\nworkdir auto\nremount-ro /tmp/x\n",
	      "remount /tmp (ro)");
}

/* In /proc /sys /dev /run the private one wins. */
static void kernel_places(void **state)
{
	static const char profile[] = SYSTEM
		"unshare-pid\nproc /proc\ndev /dev\nperms 1777\n"
		"tmpfs /dev/shm\ndir /run\ndir /sys\nro-try /sys/x\n" PLACES;

	(void)state;
	lacks("cwd /proc/x\ndir /proc/x\n", profile, "bind /proc/x");
	lacks("cwd /dev/snd\ndir /dev/snd\n", profile, "bind /dev/snd");
	lacks("cwd /dev/pts\ndir /dev/pts\n", profile, "bind /dev/pts");
	lacks("cwd /run/user/1000\ndir /run/user/1000 1000\n", profile,
	      "bind /run/user");
	lacks("cwd /sys/y\ndir /sys/y\n", profile, "bind /sys/y");
	has("cwd /dev/shm/x\ndir /dev/shm/x 1000\n", profile,
	    "  bind /dev/shm/x (nosuid,nodev)\n");
}

/* Root owns all of /sys: writable is what it must never be. */
static void sys_as_root(void **state)
{
	struct arena a = { 0 };
	const char *text =
		unit_program(&a,
			     arena_format(&a, "%scwd /sys/kernel\n", unit_root),
			     "include default\n");

	(void)state;
	unit_lacks(text, "bind /sys/kernel (nosuid,nodev)");
	arena_release(&a);
}

static void home_as_workdir(void **state)
{
	static const char more[] = "cwd /home/ann\n";
	struct arena a = { 0 };
	const char *text = made(&a, more, SYSTEM PRIVATE PLACES);

	(void)state;
	unit_has(text, "  bind /home/ann/file (ro,nosuid,nodev) if");
	unit_has(text, "  bind /home/ann/work (ro,nosuid,nodev) if");
	unit_has(text, "  symlink work /home/ann/link\n");
	unit_lacks(text, ".bashrc");
	unit_lacks(text, "socket");
	unit_order(text, "bind /home/ann/work", "  remount /home/ann (ro)\n");
	unit_has(text, "message: your home is read-only here; work in a "
		       "subdirectory, or add --rw ~\n");
	/* Also where no private home was asked for. */
	text = made(&a, more, SYSTEM "workdir auto\n");
	unit_order(text, "  tmpfs /home/ann mode=0700",
		   "  bind /home/ann/file");
	/* Later directives still find a place. */
	text = made(&a, more, SYSTEM PLACES "rw /home/ann/.bashrc\n");
	unit_order(text, "bind /home/ann/.bashrc", "  remount /home/ann (ro)");
	arena_release(&a);
	lacks(more, "home rw\nworkdir auto\n", "message:");
	lacks(more, "home rw\nworkdir auto\n", "remount");
	lacks(more, SYSTEM PLACES "rw /home/ann\n", "message:");
	lacks(more, SYSTEM PLACES "rw /home/ann\n", "remount /home/ann ");
	lacks("", SYSTEM PLACES, "message:");
}

/* A HOME that is no home of its own is no home as working directory either. */
static void system_home_as_workdir(void **state)
{
	static const char more[] = "env HOME=/tmp\ncwd /tmp\n"
				   "dir /tmp/other 7\n";

	(void)state;
	lacks(more, SYSTEM PRIVATE PLACES, "/tmp/other");
	lacks(more, SYSTEM PRIVATE PLACES, "remount /tmp ");
	lacks(more, SYSTEM PRIVATE PLACES, "message:");
	lacks("env HOME=/srv\ncwd /srv\n", "ro /srv/data\nworkdir auto\n",
	      "tmpfs /srv");
	lacks("env HOME=/usr\ncwd /usr\n", SYSTEM PRIVATE PLACES, "message:");
	lacks("env HOME=/usr\ncwd /usr\n", SYSTEM PRIVATE PLACES, "tmpfs /usr");
}

static void above_the_home(void **state)
{
	(void)state;
	lacks("cwd /home\n", SYSTEM PRIVATE PLACES, "bind /home");
	has("cwd /home\n", SYSTEM PRIVATE PLACES, "  directory /home\n");
	lacks("cwd /home\n", SYSTEM PRIVATE PLACES, "/home/bob");
}

static void explicit_modes(void **state)
{
	(void)state;
	has("", "workdir ro\n", "  bind /home/ann/work (ro,nosuid,nodev)\n");
	has("cwd /srv/data\n", "workdir rw\n",
	    "  bind /srv/data (nosuid,nodev)\n");
	has("cwd /usr/src\n", SYSTEM "workdir rw\n",
	    "  bind /usr/src (nosuid,nodev)\n");
	lacks("", "workdir none\n", "bind");
	has("cwd /\n", "workdir rw\n",
	    "t.profile:1: the working directory is '/'; say --rw / to show all "
	    "of the host\n");
	has("cwd /\n", "workdir ro\n", "say --ro /");
}

/* What a profile means by the working directory is never all of the home. */
static void profiles_in_the_home(void **state)
{
	static const char home[] = "cwd /home/ann\n", above[] = "cwd /home\n";
	static const char refused[] = "the working directory is your home, or "
				      "above it; work in a subdirectory";

	(void)state;
	has(home, SYSTEM "home private\nworkdir ro\n",
	    "  bind /home/ann/work (ro,nosuid,nodev)");
	lacks(home, SYSTEM "home private\nworkdir ro\n", "bind /home/ann (");
	lacks(home, SYSTEM "home private\nworkdir ro\n", ".ssh");
	lacks(above, SYSTEM "home private\nworkdir ro\n", "bind /home");
	has(home, SYSTEM "workdir rw\n", refused);
	has(above, SYSTEM "workdir rw\n", refused);
	has(home, SYSTEM "cow ${PWD}\n", refused);
	has(above, SYSTEM "cow ${PWD}\n", refused);
	lacks("cwd /home/ann/work\n", SYSTEM "cow ${PWD}\n", refused);
}

/* A symlink in it may be of an archive that was unpacked there. */
static void profiles_stay_in_it(void **state)
{
	static const char away[] = "dir /home/ann/.ssh 1000 700\n"
				   "link /home/ann/work/out ../.ssh\n";
	static const char within[] = "dir /home/ann/work/sub 1000\n"
				     "link /home/ann/work/out sub\n";
	static const char *const lines[] = { "ro", "rw", "rw-try", "ro-try",
					     "cow" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct arena a = { 0 };

		has(away, arena_format(&a, "%s ${PWD}/out\n", lines[i]),
		    "'/home/ann/work/out' leads out of the working directory, "
		    "to '/home/ann/.ssh'; remove that symlink");
		lacks(within, arena_format(&a, "%s ${PWD}/out\n", lines[i]),
		      "leads out");
		arena_release(&a);
	}
	has(away, "bind ${PWD}/out /x\n", "leads out");
	has(away, "home-dir ${PWD}/out\n", "leads out");
	has(away, "overlay-src /etc\noverlay-src ${PWD}/out\nro-overlay /x\n",
	    "leads out");
	has(away, "overlay-src /etc\noverlay ${PWD}/out ${PWD}/w /x\n",
	    "leads out");
	has(away, "overlay-src /etc\noverlay ${PWD}/w ${PWD}/out /x\n",
	    "leads out");
	has(away, "rootfs ${PWD}/out\n", "leads out");
	has(away, "ro-bind-try ${PWD}/out /x\n", "leads out");
	lacks(away, "rw ${PWD}/../.ssh\n", "leads out");
}

static void without_a_name(void **state)
{
	static const char *const modes[] = { "auto", "ro", "rw" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		struct arena a = { 0 };

		has("cwd -\n", arena_format(&a, "workdir %s\n", modes[i]),
		    "the working directory has no name any more; change to "
		    "another directory, or add --workdir none\n");
		arena_release(&a);
	}
	has("cwd -\n", "home private\nworkdir none\n",
	    "  directory, the first there is of /home/ann /\n");
}

static void out_of_reach(void **state)
{
	(void)state;
	has("cwd /home/bob/x\n", SYSTEM PLACES,
	    "'/home/bob/x': Permission denied");
}

/* The last word counts, in the place of the first: the error names it. */
static void errors_name_who_said_it(void **state)
{
	(void)state;
	has("env HOME\n", "home private\n\nhome ro\n", "t.profile:3: home ro:");
	has("", "home private\nhome-dir /none\n", "t.profile:2: ");
	has("cwd /\n", "workdir auto\nworkdir ro\n", "t.profile:2: ");
}

GROUP(places)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_home),
		cmocka_unit_test(no_home),
		cmocka_unit_test(shown_home),
		cmocka_unit_test(kept_home),
		cmocka_unit_test(kept_home_and_workdir),
		cmocka_unit_test(own_directory),
		cmocka_unit_test(visible_anyway),
		cmocka_unit_test(private_places),
		cmocka_unit_test(read_only_places),
		cmocka_unit_test(kernel_places),
		cmocka_unit_test(sys_as_root),
		cmocka_unit_test(home_as_workdir),
		cmocka_unit_test(system_home_as_workdir),
		cmocka_unit_test(above_the_home),
		cmocka_unit_test(explicit_modes),
		cmocka_unit_test(profiles_in_the_home),
		cmocka_unit_test(profiles_stay_in_it),
		cmocka_unit_test(without_a_name),
		cmocka_unit_test(out_of_reach),
		cmocka_unit_test(errors_name_who_said_it),
	};

	return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
