/* SPDX-License-Identifier: Apache-2.0 */
/* compile: where the cgroup comes from, and what holds each limit. */
#include "unit.h"

#include "input/cli.h"

#include <string.h>

#define WORDS 32

#define ANN                                                                    \
	"uid 1000\ngid 1000\nkernel 6.1\ncwd /w\ndir /w 1000\n"                \
	"env HOME=/w\nmachine 8G 0 4\nprofile p.profile\n"                     \
	"\tmemory 50%\n\tfile-size unlimited\n\tpids "                         \
	"64\n\tunshare-user\n\tunshare-pid\n"                                  \
	"\tunshare-cgroup\n\tproc /proc\n"
#define ROOT ANN "uid 0\ngid 0\n"
#define MOUNT "cgroups mount /c\n"
/* systemd-run --user --scope -p Delegate=yes: nobody else is in it. */
#define ALONE                                                                  \
	MOUNT "cgroup current /c/u/a usable can-enable alone memory pids "     \
	      "cpu\n"
/* The same, started from a shell. */
#define SHARED MOUNT "cgroup current /c/u/a usable can-enable memory pids cpu\n"
/* ... whose parent hands controllers on to both. */
#define BESIDE                                                                 \
	MOUNT "cgroup current /c/u/a usable can-enable memory pids\n"          \
	      "cgroup parent /c/u usable can-enable +memory +pids cpu\n"
/* A login session: nothing is ours. */
#define LOGIN                                                                  \
	MOUNT "cgroup current /c/s/1 memory pids\n"                            \
	      "cgroup parent /c/s +memory +pids\n"
#define TOP                                                                    \
	MOUNT "cgroup root /c usable can-enable top +memory +pids +cpu "       \
	      "+cpuset +io\n"
#define BARE                                                                   \
	"cgroups mount /c/unified\n"                                           \
	"cgroup current /c/unified usable can-enable top alone\n"

static int program_of(struct arena *a, const char *host, const char *line,
		      struct program *out, bool *scope, struct err *e)
{
	struct canned *c = unit_host(a, host);
	struct profile_source source = canned_source(c);
	struct host *h = arena_new(a, struct host);
	struct plan *p = arena_new(a, struct plan);
	const char *argv[WORDS] = { "sandbox", "-p", "p" };
	char *text = arena_dup(a, line);
	struct host_wants wants;
	struct request r;
	int argc = 3;

	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc++] = "true";
	if (cli_read(a, argc, argv, &c->caller, "/w", &source, &r, e) < 0 ||
	    settings_apply(&r.settings, a, "/w", p, e) < 0 ||
	    plan_check(p, e) < 0)
		fail_msg("%s: %s", line, unit_line(a, e));
	p->command = r.command;
	plan_wants(a, p, &c->caller, &wants);
	if (canned_look(c, a, &wants, h, e) < 0)
		fail_msg("%s", unit_line(a, e));
	*scope = compile_wants_scope(p, h);
	return compile(a, p, h, out, e);
}

/* What --dry-run says of cgroups and limits, or the error. */
static const char *held(struct arena *a, const char *host, const char *line)
{
	struct str out = { .arena = a };
	struct program program;
	struct err e = { 0 };
	const char *text;
	bool scope;

	if (program_of(a, host, line, &program, &scope, &e) < 0)
		return unit_line(a, &e);
	if (scope != (program.cgroup.source == CGROUP_SCOPE))
		fail_msg("%s: a scope or not?", line);
	program_print(&program, &out);
	text = strstr(str_text(&out), "2\n") + 2;
	return arena_dup_n(a, text,
			   (size_t)(strstr(text, "(PID 1)") - text) -
				   strlen("init "));
}

struct row {
	const char *host, *line, *held;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena a = { 0 };
		const char *got = held(&a, rows[i].host, rows[i].line);

		if (!str_equal(got, rows[i].held))
			fail_msg("%s: %s\ngives\n%s\nnot\n%s", rows[i].host,
				 rows[i].line, got, rows[i].held);
		arena_release(&a);
	}
}

#define CHECK(...)                                                             \
	do {                                                                   \
		static const struct row rows[] = { __VA_ARGS__ };              \
                                                                               \
		check(rows, COUNT_OF(rows));                                   \
	} while (0)

/* 50 % of 8 GiB, in whole pages. */
#define WRITES                                                                 \
	"    memory.max 4294963200\n    memory.oom.group 1\n"                  \
	"    memory.swap.max 0\n    pids.max 65\n"
#define BY_CGROUP                                                              \
	"  limit memory 4294963200, held by the cgroup\n"                      \
	"  limit pids 64, held by the cgroup\n"
#define BY_LOOKS                                                               \
	"  limit memory 4294963200, held by the supervisor, which looks\n"     \
	"  limit pids 64, held by an rlimit\n"

#define NEITHER                                                                \
	" needs a cgroup: none was delegated to you, and systemd's user "      \
	"manager cannot be asked; an administrator delegates it with the "     \
	"lines [Service] and Delegate=cpu cpuset io memory pids in "           \
	"/etc/systemd/system/user@.service.d/delegate.conf, systemctl "        \
	"daemon-reload, and systemctl restart user@UID\n"
#define LACKS(name)                                                            \
	" needs the cgroup controller '" name "', which is not delegated "     \
	"here; an administrator delegates it with the lines [Service] and "    \
	"Delegate=cpu cpuset io memory pids in "                               \
	"/etc/systemd/system/user@.service.d/delegate.conf, systemctl "        \
	"daemon-reload, and systemctl restart user@UID\n"

/* --- where it comes from ------------------------------------------------ */

static void below_the_current_one(void **state)
{
	(void)state;
	CHECK({ ANN ALONE, "",
		"  a cgroup below /c/u/a (where sandbox is)\n"
		"    sandbox itself steps aside first\n"
		"    hands on +memory +pids\n" WRITES BY_CGROUP },
	      /* What is handed on already needs no step. */
	      { ANN MOUNT "cgroup current /c/u/a usable +memory +pids\n", "",
		"  a cgroup below /c/u/a (where sandbox is)\n" WRITES
			BY_CGROUP },
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable alone "
			  "+memory pids\n",
		"",
		"  a cgroup below /c/u/a (where sandbox is)\n"
		"    sandbox itself steps aside first\n"
		"    hands on +pids\n" WRITES BY_CGROUP },
	      /* Only what is needed is handed on. */
	      { ANN ALONE, "--memory unlimited",
		"  a cgroup below /c/u/a (where sandbox is)\n"
		"    sandbox itself steps aside first\n"
		"    hands on +pids\n    pids.max 65\n"
		"  limit pids 64, held by the cgroup\n" },
	      { ANN ALONE, "--memory unlimited --pids unlimited", "" },
	      /* The top one may have processes and hand on. */
	      { ROOT MOUNT "cgroup current /c usable can-enable top memory "
			   "pids\n",
		"",
		"  a cgroup below /c (where sandbox is)\n"
		"    hands on +memory +pids\n" WRITES BY_CGROUP });
}

static void beside_it(void **state)
{
	(void)state;
	CHECK({ ANN BESIDE, "",
		"  a cgroup below /c/u (beside sandbox's own)\n" WRITES
			BY_CGROUP },
	      /* The parent cannot hand on more while it has processes. */
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable memory\n"
			  "cgroup parent /c/u usable can-enable +pids memory\n",
		"",
		"  a cgroup below /c/u (beside sandbox's own)\n"
		"    pids.max 65\n"
		"  limit memory 4294963200, held by the supervisor, which "
		"looks\n"
		"  limit pids 64, held by the cgroup\n" },
	      /* Figures would do with any place; limits come first. */
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable memory\n"
			  "cgroup parent /c/u usable can-enable +pids memory\n",
		"--stats",
		"  a cgroup below /c/u (beside sandbox's own)\n"
		"    pids.max 65\n"
		"  limit memory 4294963200, held by the supervisor, which "
		"looks\n"
		"  limit pids 64, held by the cgroup\n" },
	      /* Without any it can. */
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable memory\n"
			  "cgroup parent /c/u usable can-enable empty +pids "
			  "memory\n",
		"",
		"  a cgroup below /c/u (beside sandbox's own)\n"
		"    hands on +memory\n" WRITES BY_CGROUP },
	      /* Where it is alone it goes below, where it shares, beside. */
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable alone "
			  "memory pids\n"
			  "cgroup parent /c/u usable +memory +pids\n",
		"",
		"  a cgroup below /c/u/a (where sandbox is)\n"
		"    sandbox itself steps aside first\n"
		"    hands on +memory +pids\n" WRITES BY_CGROUP });
}

static void nowhere(void **state)
{
	(void)state;
	CHECK({ ANN, "", BY_LOOKS }, { ANN MOUNT, "", BY_LOOKS },
	      { ANN LOGIN, "", BY_LOOKS },
	      /* A shell is in it too, and it is not moved. */
	      { ANN SHARED, "", BY_LOOKS },
	      { ANN MOUNT
		"cgroup current /c/u/a can-enable alone memory pids\n",
		"", BY_LOOKS },
	      /* Controllers that nobody may switch on. */
	      { ANN MOUNT "cgroup current /c/u/a usable alone memory pids\n",
		"", BY_LOOKS },
	      /* "empty" is not "alone" where it is us who should be in it. */
	      { ANN MOUNT "cgroup current /c/u/a usable can-enable cpu\n", "",
		BY_LOOKS },
	      { ANN BARE, "", BY_LOOKS });
}

static void as_root(void **state)
{
	(void)state;
	CHECK({ ROOT TOP, "",
		"  a cgroup below /c (at the top, as root)\n" WRITES
			BY_CGROUP },
	      { ROOT MOUNT "cgroup root /c usable can-enable top memory pids\n",
		"",
		"  a cgroup below /c (at the top, as root)\n"
		"    hands on +memory +pids\n" WRITES BY_CGROUP },
	      /* Its own place first. */
	      { ROOT TOP "cgroup current /c/x usable can-enable alone memory "
			 "pids\n",
		"",
		"  a cgroup below /c/x (where sandbox is)\n"
		"    sandbox itself steps aside first\n"
		"    hands on +memory +pids\n" WRITES BY_CGROUP },
	      { ROOT TOP "cgroup current /c/x usable can-enable alone memory\n",
		"",
		"  a cgroup below /c (at the top, as root)\n" WRITES
			BY_CGROUP },
	      /* RLIMIT_NPROC does not hold the kernel's user 0. */
	      { ROOT, "",
		"  limit memory 4294963200, held by the supervisor, which "
		"looks\n"
		"  limit pids 64, held by the supervisor, which looks\n" },
	      { ROOT BARE, "",
		"  limit memory 4294963200, held by the supervisor, which "
		"looks\n"
		"  limit pids 64, held by the supervisor, which looks\n" });
}

static void as_was_said(void **state)
{
	(void)state;
	CHECK({ ANN ALONE "cgroup given /c/g usable can-enable empty +memory "
			  "pids\n",
		"--cgroup-parent /c/g",
		"  a cgroup below /c/g (as was said)\n"
		"    hands on +pids\n" WRITES BY_CGROUP },
	      /* No other place is used for what it lacks. */
	      { ANN ALONE "cgroup given /c/g usable +pids\n",
		"--cgroup-parent /c/g", "--cgroup-parent" LACKS("memory") },
	      { ANN ALONE "cgroup given /c/g usable\n",
		"--cgroup-parent /c/g --memory unlimited --pids unlimited",
		"  a cgroup below /c/g (as was said)\n" },
	      /* With processes in it, it cannot hand on. */
	      { ANN "cgroup given /c/g usable can-enable memory pids\n" MOUNT,
		"--cgroup-parent /c/g --require-cgroup",
		"--require-cgroup: '/c/g' has processes in it, so that it "
		"cannot hand its controllers on; give one that is empty, "
		"cgroups(7)\n" });
}

/* --- a scope ------------------------------------------------------------ */

#define SCOPE "cgroups scope\n"
#define AGAIN "  start again in a scope of systemd's\n"

static void a_scope(void **state)
{
	(void)state;
	CHECK(/* A profile's limits are not worth it. */
	      { ANN LOGIN SCOPE, "", BY_LOOKS },
	      { ANN LOGIN SCOPE, "--memory 50%", AGAIN WRITES BY_CGROUP },
	      { ANN LOGIN SCOPE, "--pids 64", AGAIN WRITES BY_CGROUP },
	      { ANN SHARED SCOPE, "--pids 64", AGAIN WRITES BY_CGROUP },
	      /* Nor where there is a place with all of it. */
	      { ANN BESIDE SCOPE, "--pids 64",
		"  a cgroup below /c/u (beside sandbox's own)\n" WRITES
			BY_CGROUP },
	      { ANN BESIDE SCOPE, "--cpu-weight 5",
		AGAIN WRITES "    cpu.weight 5\n" BY_CGROUP
			     "  limit cpu-weight 5, held by the cgroup\n" },
	      /* The second time round there is no third. */
	      { ANN LOGIN "cgroups scoped\n", "--pids 64", BY_LOOKS },
	      { ANN LOGIN "cgroups scoped\n", "--cpus 1",
		"--cpus needs a cgroup: the scope that systemd made cannot be "
		"used\n" },
	      { ANN LOGIN SCOPE,
		"--pids unlimited --memory unlimited --require-cgroup", AGAIN },
	      { ANN LOGIN SCOPE, "--time-limit 1 --output-limit 1 --stats",
		BY_LOOKS "  limit time-limit 1000 ms, held by the supervisor\n"
			 "  limit output-limit 1, held by the supervisor\n" },
	      /* Root asks nobody. */
	      { ROOT LOGIN SCOPE, "--pids 64",
		"  limit memory 4294963200, held by the supervisor, which "
		"looks\n"
		"  limit pids 64, held by the supervisor, which looks\n" });
}

/* Another clock does as well as a cgroup, and costs nothing. */
static void a_scope_for_time(void **state)
{
	(void)state;
	CHECK({ ANN LOGIN SCOPE "cgroups perf\n",
		"--memory unlimited --pids unlimited --cpu-time 1",
		"  limit cpu-time 1000 ms, held by the supervisor\n" },
	      { ANN LOGIN SCOPE,
		"--memory unlimited --pids unlimited --cpu-time 1",
		AGAIN "  limit cpu-time 1000 ms, held by the cgroup\n" },
	      /* Limits of the profile come along then. */
	      { ANN LOGIN SCOPE "cgroups perf\n", "--cpu-time 1",
		AGAIN WRITES BY_CGROUP
		"  limit cpu-time 1000 ms, held by the cgroup\n" },
	      { ANN SHARED SCOPE,
		"--memory unlimited --pids unlimited --cpu-time 1",
		"  a cgroup below /c/u/a (where sandbox is)\n"
		"  limit cpu-time 1000 ms, held by the cgroup\n" });
}

/* --- what holds them ---------------------------------------------------- */

static void processor_time(void **state)
{
	(void)state;
	CHECK({ ANN "cgroups perf\n",
		"--cpu-time 1.5 --memory unlimited --pids unlimited",
		"  limit cpu-time 1500 ms, held by the supervisor\n" },
	      { ANN, "--cpu-time 1.5 --memory unlimited --pids unlimited",
		"  limit cpu-time 1500 ms, held by the supervisor, which "
		"looks\n" },
	      /* cpu.stat is there without any controller. */
	      { ANN BARE "cgroups perf\n",
		"--cpu-time 1.5 --memory unlimited --pids unlimited",
		"  a cgroup below /c/unified (where sandbox is)\n"
		"  limit cpu-time 1500 ms, held by the cgroup\n" });
}

static void by_an_old_kernel(void **state)
{

	(void)state;
	CHECK({ ANN "kernel 5.13\n", "--memory unlimited",
		"  limit pids 64, held by the supervisor, which looks\n" },
	      { ANN "kernel 5.14\n", "--memory unlimited",
		"  limit pids 64, held by an rlimit\n" },
	      { ANN "kernel 5.13\n" BESIDE, "",
		"  a cgroup below /c/u (beside sandbox's own)\n" WRITES
			BY_CGROUP });
}

static void what_only_a_cgroup_holds(void **state)
{
	(void)state;
	CHECK({ ROOT TOP,
		"--memory 1G --swap 5M --pids 10 --cpus 1.25 --cpu-weight 7 "
		"--cpuset-cpus 0,2-3 --io-max /dev/sda:rbps=1M,wiops=9 "
		"--io-max 8:16:riops=5 --io-weight 50 --cpu-time 2m",
		"  a cgroup below /c (at the top, as root)\n"
		"    memory.max 1073741824\n    memory.oom.group 1\n"
		"    memory.swap.max 5242880\n    pids.max 11\n"
		"    cpu.max 125000 100000\n    cpu.weight 7\n"
		"    cpuset.cpus 0,2-3\n"
		"    io.max 8:0 rbps=1048576 wiops=9\n"
		"    io.max 8:16 riops=5\n    io.weight 50\n"
		"  limit memory 1073741824, held by the cgroup\n"
		"  limit swap 5242880, held by the cgroup\n"
		"  limit pids 10, held by the cgroup\n"
		"  limit cpu-time 120000 ms, held by the cgroup\n"
		"  limit cpus 1.25, held by the cgroup\n"
		"  limit cpu-weight 7, held by the cgroup\n"
		"  limit cpuset-cpus 0,2-3, held by the cgroup\n"
		"  limit io-weight 50, held by the cgroup\n"
		"  limit io-max 8:0 rbps=1048576 wiops=9, 8:16 riops=5, "
		"held by the cgroup\n" },
	      { ROOT TOP,
		"--swap unlimited --memory unlimited --pids unlimited",
		"  a cgroup below /c (at the top, as root)\n"
		"    memory.swap.max max\n"
		"  limit swap unlimited, held by the cgroup\n" },
	      { ROOT TOP, "--io-max /etc:rbps=1",
		"argument 3: --io-max: '/etc' is not a block device, nor on "
		"one\n" });
}

#define NONE                                                                   \
	" needs a cgroup: none was delegated to you, and systemd's user "      \
	"manager cannot be asked; log in as yourself (ssh, not su), so that "  \
	"systemd runs your user manager, or give --cgroup-parent\n"
/* A limit that nothing would hold is an error. */
static void what_nothing_holds(void **state)
{
	(void)state;
	CHECK({ ANN LOGIN, "--swap 0", "--swap" NONE },
	      { ANN LOGIN, "--cpus 1", "--cpus" NONE },
	      { ANN LOGIN, "--cpu-weight 1", "--cpu-weight" NONE },
	      { ANN LOGIN, "--cpuset-cpus 0", "--cpuset-cpus" NEITHER },
	      { ANN LOGIN, "--io-weight 1", "--io-weight" NEITHER },
	      { ANN LOGIN, "--io-max 8:0:rbps=1", "--io-max" NEITHER },
	      { ANN LOGIN, "--require-cgroup", "--require-cgroup" NONE },
	      { ANN BESIDE, "--cpus 1", "--cpus" LACKS("cpu") },
	      { ANN BESIDE, "--cpu-weight 1", "--cpu-weight" LACKS("cpu") },
	      { ANN BESIDE, "--cpuset-cpus 0",
		"--cpuset-cpus" LACKS("cpuset") },
	      { ANN BESIDE, "--io-weight 1", "--io-weight" LACKS("io") },
	      { ANN BESIDE, "--io-max 8:0:rbps=1", "--io-max" LACKS("io") },
	      { ANN BESIDE, "--require-cgroup --cpus 1 --io-weight 1",
		"--require-cgroup" LACKS("cpu io") },
	      { ANN BARE, "--swap 0 --stats", "--swap" LACKS("memory") },
	      { ANN, "--cpus 1",
		"--cpus needs a cgroup: cgroup v2 is not mounted here\n" },
	      { ROOT LOGIN, "--cpus 1",
		"--cpus needs a cgroup: cgroups cannot be made here\n" });
}

static void without_a_pid_namespace(void **state)
{
	(void)state;
	CHECK({ ANN LOGIN, "--share-pid",
		"--memory needs a cgroup, which is not at hand, or a PID "
		"namespace; add --unshare-pid, after any --share-pid, or "
		"lift the limit with "
		"--memory unlimited\n" },
	      { ROOT LOGIN, "--share-pid --memory unlimited",
		"--pids needs a cgroup, which is not at hand, or a PID "
		"namespace; add --unshare-pid, after any --share-pid, or "
		"lift the limit with "
		"--pids unlimited\n" },
	      { ANN LOGIN,
		"--share-pid --memory unlimited --pids unlimited --cpu-time 1",
		"--cpu-time needs a cgroup, which is not at hand, or a PID "
		"namespace; add --unshare-pid, after any --share-pid, or "
		"lift the limit with "
		"--cpu-time unlimited\n" },
	      { ANN LOGIN,
		"--share-pid --memory unlimited --pids 5 --time-limit 1",
		"--time-limit needs a cgroup, which is not at hand, or a PID "
		"namespace; add --unshare-pid, after any --share-pid, or "
		"lift the limit with "
		"--time-limit unlimited\n" },
	      { ANN LOGIN,
		"--share-pid --memory unlimited --pids 5 --output-limit 1",
		"--output-limit needs a cgroup, which is not at hand, or a PID "
		"namespace; add --unshare-pid, after any --share-pid, or "
		"lift the limit with "
		"--output-limit unlimited\n" });
}

/* --- what else follows -------------------------------------------------- */

static void tells_the_rest(void **state)
{
	(void)state;
	CHECK({ ANN,
		"--memory unlimited --pids unlimited --time-limit 1.5 "
		"--grace 200ms --output-limit 1K --file-size 5 --open-files 9 "
		"--rlimit cpu=5",
		"  limit time-limit 1500 ms, held by the supervisor\n"
		"  limit output-limit 1024, held by the supervisor\n"
		"  limit file-size 5, held by an rlimit\n"
		"  limit open-files 9, held by an rlimit\n"
		"  SIGTERM first, SIGKILL 200 ms later\n" },
	      { ANN, "--memory 3M --pids unlimited",
		"  limit memory 3145728, held by the supervisor, which looks\n"
		"  limit file-size 3145728, held by an rlimit\n" },
	      { ANN, "--memory 3M --pids unlimited --file-size unlimited",
		"  limit memory 3145728, held by the supervisor, which "
		"looks\n" },
	      { ANN, "--pids unlimited --file-size 9M --memory 3M",
		"  limit memory 3145728, held by the supervisor, which looks\n"
		"  limit file-size 3145728, held by an rlimit\n" },
	      { ANN, "--pids unlimited --file-size 1M --memory 3M",
		"  limit memory 3145728, held by the supervisor, which looks\n"
		"  limit file-size 1048576, held by an rlimit\n" },
	      { ANN BESIDE, "--memory 3M --pids unlimited",
		"  a cgroup below /c/u (beside sandbox's own)\n"
		"    memory.max 3145728\n    memory.oom.group 1\n"
		"    memory.swap.max 0\n"
		"  limit memory 3145728, held by the cgroup\n" });
}

static void fills_the_program(void **state)
{
	struct arena a = { 0 };
	struct program p;
	struct err e = { 0 };
	bool scope;

	(void)state;
	assert_int_equal(program_of(&a, ANN BESIDE, "", &p, &scope, &e), 0);
	assert_int_equal(p.looks, 0);
	assert_int_equal(p.memory, 0);
	assert_int_equal(p.pids, 64);
	assert_int_equal(p.rlimit_count, 0);
	assert_false(p.measure || p.perf || p.kill_at_pids);
	assert_true(p.cgroup.writes[2].optional);
	assert_int_equal(program_of(&a, ANN BESIDE, "--swap 0", &p, &scope, &e),
			 0);
	assert_false(p.cgroup.writes[2].optional);
	assert_int_equal(program_of(&a, ANN BESIDE "machine 8G 4096 4\n", "",
				    &p, &scope, &e),
			 0);
	assert_false(p.cgroup.writes[2].optional);
	assert_int_equal(program_of(&a, ANN, "", &p, &scope, &e), 0);
	assert_int_equal(p.looks, LOOK_MEMORY | LOOK_TASKS);
	assert_int_equal(p.memory, 4294963200);
	assert_int_equal(p.pids, 64);
	assert_false(p.kill_at_pids || p.measure);
	assert_int_equal(program_of(&a, ROOT, "", &p, &scope, &e), 0);
	assert_true(p.kill_at_pids);
	/* Figures that a cgroup does not have are looked for. */
	assert_int_equal(program_of(&a, ANN BARE "cgroups perf\n",
				    "--pids unlimited --memory unlimited "
				    "--stats --timeline t",
				    &p, &scope, &e),
			 0);
	assert_int_equal(p.looks, LOOK_MEMORY | LOOK_TASKS);
	assert_true(p.measure && p.timeline && !p.perf);
	assert_int_equal(program_of(&a, ANN "cgroups perf\n",
				    "--pids unlimited --memory unlimited "
				    "--stats",
				    &p, &scope, &e),
			 0);
	assert_true(p.measure && !p.timeline && p.perf);
	arena_release(&a);
}

GROUP(cgroup)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(below_the_current_one),
		cmocka_unit_test(beside_it),
		cmocka_unit_test(nowhere),
		cmocka_unit_test(as_root),
		cmocka_unit_test(as_was_said),
		cmocka_unit_test(a_scope),
		cmocka_unit_test(a_scope_for_time),
		cmocka_unit_test(processor_time),
		cmocka_unit_test(by_an_old_kernel),
		cmocka_unit_test(what_only_a_cgroup_holds),
		cmocka_unit_test(what_nothing_holds),
		cmocka_unit_test(without_a_pid_namespace),
		cmocka_unit_test(tells_the_rest),
		cmocka_unit_test(fills_the_program),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
