/* SPDX-License-Identifier: Apache-2.0 */
/* input and plan: what is said about limits. */
#include "unit.h"

#include "input/cli.h"

#include <string.h>
#include <sys/resource.h>

/* The plan of a profile's text. */
static struct plan *plan_of(struct arena *a, const char *text)
{
	struct plan *p = arena_new(a, struct plan);
	struct err e = { 0 };

	if (unit_plan(unit_host(a, unit_student), text, p, &e) < 0)
		fail_msg("%s: %s", text, unit_line(a, &e));
	return p;
}

#define WORDS 32

/* That of a command line, which says nothing of the command. */
static struct plan *asked_of(struct arena *a, const char *line)
{
	struct canned *c = unit_host(a, "profile p.profile\n\tmemory 1G\n"
					"\tpids 9\n\tcpu-time 1h\n");
	struct profile_source source = canned_source(c);
	const char *argv[WORDS] = { "sandbox" };
	struct plan *p = arena_new(a, struct plan);
	char *text = arena_dup(a, line);
	struct request r;
	struct err e = { 0 };
	int argc = 1;

	for (char *w = strtok(text, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc++] = "true";
	if (cli_read(a, argc, argv, &c->caller, "/cwd", &source, &r, &e) < 0 ||
	    settings_apply(&r.settings, a, "/cwd", p, &e) < 0)
		fail_msg("%s: %s", line, unit_line(a, &e));
	return p;
}

/* Each of these values is an error, of which `why` is said. */
static void refuses(const char *option, const char *const *values, size_t n,
		    const char *why)
{
	struct arena a = { 0 };
	struct canned *host = unit_host(&a, unit_student);

	for (size_t i = 0; i < n; i++) {
		struct plan p;
		struct err e = { 0 };

		if (unit_plan(host,
			      arena_format(&a, "%s '%s'\n", option, values[i]),
			      &p, &e) == 0)
			fail_msg("accepted: %s '%s'", option, values[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_string_equal(unit_line(&a, &e),
				    arena_format(&a,
						 "t.profile:1: %s: '%s' %s\n",
						 option, values[i], why));
	}
	arena_release(&a);
}

#define REFUSES(option, why, ...)                                              \
	do {                                                                   \
		static const char *const values[] = { __VA_ARGS__ };           \
                                                                               \
		refuses(option, values, COUNT_OF(values), why);                \
	} while (0)

static void fails(const char *text, const char *line)
{
	struct arena a = { 0 };
	struct canned *host = unit_host(&a, unit_student);
	struct plan p;
	struct err e = { 0 };

	assert_int_equal(unit_plan(host, text, &p, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(unit_line(&a, &e), line);
	arena_release(&a);
}

#define NO_SIZE_HERE "is not a size (1 byte or more, as in 4096, 64K, 256M, 2G)"
#define NO_SIZE NO_SIZE_HERE ", nor unlimited"
#define NO_SHARE NO_SIZE "; a share of the machine's memory is written 50%"
#define NO_DURATION                                                            \
	"is not a duration (more than 0, as in 500ms, 10, 1.5s, 2m, 1h)"

/* --- sizes, durations, counts ------------------------------------------- */

/* Where the value of an option goes. */
struct place {
	const char *option;
	size_t offset;
};

#define PLACE(option, field)                                                   \
	{                                                                      \
		option, offsetof(struct plan, limits.field)                    \
	}

static struct plan_limit *limit_at(struct plan *p, const struct place *at)
{
	return (struct plan_limit *)((char *)p + at->offset);
}

/* Set, given last, taken back, asked for. */
static void scalar(const struct place *at, const char *value, uint64_t n)
{
	struct arena a = { 0 };
	const char *o = at->option;
	struct plan *p = plan_of(&a, arena_format(&a, "%s %s\n", o, value));

	assert_int_equal(limit_at(p, at)->value, n);
	assert_false(limit_at(p, at)->asked);
	p = plan_of(&a, arena_format(&a, "%s 1\n%s %s\n", o, o, value));
	assert_int_equal(limit_at(p, at)->value, n);
	p = asked_of(&a, arena_format(&a, "--profile none --%s %s", o, value));
	assert_int_equal(limit_at(p, at)->value, n);
	assert_true(limit_at(p, at)->asked);
	p = asked_of(&a, arena_format(&a, "--profile none --%s=%s", o, value));
	assert_int_equal(limit_at(p, at)->value, n);
	arena_release(&a);
}

/* What a profile or an earlier option said is gone, and nothing is asked. */
static void takes_back(const struct place *at)
{
	struct arena a = { 0 };
	const char *o = at->option;
	struct plan *p =
		plan_of(&a, arena_format(&a, "%s 5\n%s unlimited\n", o, o));

	assert_int_equal(limit_at(p, at)->value, 0);
	p = asked_of(&a,
		     arena_format(&a, "--profile none --%s 5 --%s unlimited", o,
				  o));
	assert_int_equal(limit_at(p, at)->value, 0);
	assert_false(limit_at(p, at)->asked);
	arena_release(&a);
}

static void sizes(void **state)
{
	static const struct place at[] = {
		PLACE("memory", memory),
		PLACE("output-limit", output),
		PLACE("tmp-size", tmp_size),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		scalar(&at[i], "1", 1);
		scalar(&at[i], "64M", UINT64_C(64) << 20);
		scalar(&at[i], "9223372036854775807", INT64_MAX);
		takes_back(&at[i]);
		REFUSES(at[i].option, i ? NO_SIZE : NO_SHARE, "", "0", "0M",
			"-1", "1 ", "1.5G", "1KB", "x", "Unlimited", "max",
			"9223372036854775808", "8388608T",
			"99999999999999999999999");
	}
	REFUSES("file-size", NO_SIZE, "", "0", "-1", "x", "8388608T");
}

static void durations(void **state)
{
	static const struct place at[] = {
		PLACE("time-limit", time),
		PLACE("cpu-time", cpu_time),
	};
	static const struct place grace = PLACE("grace", grace);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		scalar(&at[i], "10", UINT64_C(10000000000));
		scalar(&at[i], "500ms", 500000000);
		scalar(&at[i], "1.5h", UINT64_C(5400000000000));
		scalar(&at[i], "2d", UINT64_C(172800000000000));
		takes_back(&at[i]);
		REFUSES(at[i].option, NO_DURATION, "", "0", "0ms", "-1", "1w",
			"1,5", "x", "1m30s", "9223372037", "2562048h");
	}
	scalar(&grace, "2s", UINT64_C(2000000000));
	takes_back(&grace);
	REFUSES("grace", NO_DURATION, "", "0", "-1", "x");
}

static void counts(void **state)
{
	static const struct place pids = PLACE("pids", pids);
	static const struct place cpus = PLACE("cpus", cpus);
	static const struct place weights[] = {
		PLACE("cpu-weight", cpu_weight),
		PLACE("io-weight", io_weight),
	};

	(void)state;
	scalar(&pids, "1", 1);
	scalar(&pids, "4194304", 4194304);
	takes_back(&pids);
	REFUSES("pids", "is not a number of 1 to 4194304, nor unlimited", "",
		"0", "-1", "1.5", "1K", "x", "max", "4194305",
		"18446744073709551617");
	REFUSES("open-files",
		"is not a number of 1 to 2147483647, nor unlimited", "", "0",
		"-1", "1K", "x", "2147483648");
	scalar(&cpus, "2", 200000);
	scalar(&cpus, "0.5", 50000);
	scalar(&cpus, "0.01", 1000);
	scalar(&cpus, "1.000009", 100000);
	REFUSES("cpus",
		"is not a number of processors (more than 0, as in 0.5 or 2)",
		"", "0", "0.000001", "-1", "1.", ".5", "x", "1K", "unlimited",
		"42950", "18446744073709551616");
	REFUSES("cpus", "is too little: 0.01 processors at least", "0.009",
		"0.00999", "0.00001");
	for (size_t i = 0; i < COUNT_OF(weights); i++) {
		scalar(&weights[i], "1", 1);
		scalar(&weights[i], "10000", 10000);
		REFUSES(weights[i].option,
			"is not a weight (1 to 10000; others have 100)", "",
			"0", "10001", "-1", "1.5", "x", "unlimited");
	}
}

static void shares_of_memory(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "memory 50%\n");

	(void)state;
	assert_true(p->limits.memory_percent);
	assert_int_equal(p->limits.memory.value, 50);
	assert_int_equal(plan_of(&a, "memory 100%\n")->limits.memory.value,
			 100);
	p = plan_of(&a, "memory 50%\nmemory 1M\n");
	assert_false(p->limits.memory_percent);
	assert_int_equal(p->limits.memory.value, 1 << 20);
	p = plan_of(&a, "memory 1M\nmemory 50%\n");
	assert_true(p->limits.memory_percent);
	p = plan_of(&a, "memory 50%\nmemory unlimited\n");
	assert_false(p->limits.memory_percent);
	assert_int_equal(p->limits.memory.value, 0);
	assert_true(asked_of(&a, "-p none --memory 7%")->limits.memory.asked);
	arena_release(&a);
	REFUSES("memory", "is not a share (1% to 100%)", "0%", "101%", "-1%",
		"1.5%", "x%", "1G%", "18446744073709551617%", "50%%");
	REFUSES("memory", NO_SHARE, "%", "50 %x", "50%x");
}

static void swap(void **state)
{
	struct arena a = { 0 };
	struct plan_limits *l = &plan_of(&a, "memory 1M\n")->limits;

	(void)state;
	assert_false(l->swap_given);
	l = &plan_of(&a, "swap 0\n")->limits;
	assert_true(l->swap_given && !l->swap.asked && l->swap.value == 0);
	l = &plan_of(&a, "swap 5\nswap 0\n")->limits;
	assert_int_equal(l->swap.value, 0);
	l = &plan_of(&a, "swap 2G\n")->limits;
	assert_int_equal(l->swap.value, UINT64_C(2) << 30);
	l = &plan_of(&a, "swap unlimited\n")->limits;
	assert_true(l->swap_given && l->swap.value == UINT64_MAX);
	assert_true(asked_of(&a, "-p none --swap 0")->limits.swap.asked);
	arena_release(&a);
	REFUSES("swap", NO_SIZE "; 0 is no swap", "", "00", "-1", "x", "10%");
}

/* --- rlimits ------------------------------------------------------------ */

/* The hard and soft limit of a resource, or 7 if there is none. */
static uint64_t rlimit(const struct plan *p, int resource)
{
	uint64_t found = 7;

	for (size_t i = 0; i < p->rlimits.count; i++) {
		if (p->rlimits.items[i].resource != resource)
			continue;
		assert_int_equal(found, 7);
		found = p->rlimits.items[i].soft;
		assert_int_equal(p->rlimits.items[i].hard, found);
	}
	return found;
}

static void per_process(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "file-size 1M\nopen-files 64\n");

	(void)state;
	assert_int_equal(rlimit(p, RLIMIT_FSIZE), 1 << 20);
	assert_int_equal(rlimit(p, RLIMIT_NOFILE), 64);
	p = plan_of(&a, "rlimit fsize=1:2\nfile-size 3\nrlimit nofile=5\n"
			"open-files 6\n");
	assert_int_equal(rlimit(p, RLIMIT_FSIZE), 3);
	assert_int_equal(rlimit(p, RLIMIT_NOFILE), 6);
	p = plan_of(&a, "file-size 3\nrlimit fsize=9\nopen-files 6\n"
			"rlimit nofile=10\n");
	assert_int_equal(rlimit(p, RLIMIT_FSIZE), 9);
	assert_int_equal(rlimit(p, RLIMIT_NOFILE), 10);
	p = plan_of(&a, "rlimit cpu=5\nfile-size 3\nopen-files 6\n"
			"rlimit core=1\nfile-size unlimited\n"
			"open-files unlimited\n");
	assert_int_equal(p->rlimits.count, 2);
	assert_int_equal(rlimit(p, RLIMIT_CPU), 5);
	assert_int_equal(rlimit(p, RLIMIT_CORE), 1);
	assert_int_equal(rlimit(p, RLIMIT_FSIZE), 7);
	arena_release(&a);
}

/* Memory sets the size of files along, unless that is given after it. */
static void file_size_and_memory(void **state)
{
	static const struct {
		const char *text;
		bool given;
	} rows[] = {
		{ "memory 1G\n", false },
		{ "file-size 1M\n", true },
		{ "file-size unlimited\n", true },
		{ "rlimit fsize=1M\n", true },
		{ "rlimit nofile=5\n", false },
		{ "memory 1G\nfile-size 1M\n", true },
		{ "memory 1G\nfile-size unlimited\n", true },
		{ "memory 1G\nrlimit fsize=unlimited\n", true },
		{ "file-size 1M\nmemory 1G\n", false },
		{ "file-size unlimited\nmemory 1G\n", false },
		{ "rlimit fsize=1M\nmemory 50%\n", false },
		{ "file-size 1M\nmemory unlimited\n", false },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (plan_of(&a, rows[i].text)->limits.file_size_given !=
		    rows[i].given)
			fail_msg("%s", rows[i].text);
	arena_release(&a);
}

/* --- lists -------------------------------------------------------------- */

static void cpusets(void **state)
{
	static const char *const good[] = { "0",       "0-3",	  "0-3,8",
					    "1,2,3",   "5-5",	  "65535",
					    "0,2-4,6", "10-20,3", "007" };
	struct arena a = { 0 };
	struct plan *p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		p = plan_of(&a, arena_format(&a, "cpuset-cpus %s\n", good[i]));
		assert_string_equal(p->limits.cpuset, good[i]);
		assert_false(p->limits.cpuset_asked);
	}
	p = asked_of(&a, "-p none --cpuset-cpus 0 --cpuset-cpus 1");
	assert_string_equal(p->limits.cpuset, "1");
	assert_true(p->limits.cpuset_asked);
	arena_release(&a);
	REFUSES("cpuset-cpus", "is not a list of processors, as in 0-3,8", "",
		",", "0,", ",0", "0,,1", "-", "0-", "-3", "3-1", "0-1-2", "x",
		"0x1", "0 1", " 0", "0;1", "all", "65536", "0-65536",
		"18446744073709551616", "0-3:1/2");
}

static const struct plan_io *io_of(struct arena *a, const char *value)
{
	struct plan *p = plan_of(a, arena_format(a, "io-max '%s'\n", value));

	assert_int_equal(p->limits.io.count, 1);
	assert_false(p->limits.io_asked);
	assert_string_equal(p->limits.io.items[0].origin, "t.profile:1");
	return &p->limits.io.items[0];
}

static void devices(void **state)
{
	static const struct {
		const char *value, *device;
		uint64_t rbps, wbps, riops, wiops;
	} rows[] = {
		{ "/dev/sda:rbps=1M", "/dev/sda", 1 << 20, 0, 0, 0 },
		{ "/dev/sda:rbps=1,wbps=2,riops=3,wiops=4", "/dev/sda", 1, 2, 3,
		  4 },
		{ "/dev/sda:wiops=4,rbps=1", "/dev/sda", 1, 0, 0, 4 },
		{ "/dev/sda:rbps=1,rbps=2", "/dev/sda", 2, 0, 0, 0 },
		{ "8:0:wbps=2K", "8:0", 0, 2048, 0, 0 },
		{ "259:16:riops=100", "259:16", 0, 0, 100, 0 },
		{ "data:rbps=1", "/home/ann/work/data", 1, 0, 0, 0 },
		{ "./a:b:rbps=1", "/home/ann/work/a:b", 1, 0, 0, 0 },
		{ "/dev/disk/by-path/pci-0000:00:1f.2:rbps=1",
		  "/dev/disk/by-path/pci-0000:00:1f.2", 1, 0, 0, 0 },
	};
	struct arena a = { 0 };
	struct plan *p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct plan_io *io = io_of(&a, rows[i].value);

		assert_string_equal(io->device, rows[i].device);
		assert_int_equal(io->rbps, rows[i].rbps);
		assert_int_equal(io->wbps, rows[i].wbps);
		assert_int_equal(io->riops, rows[i].riops);
		assert_int_equal(io->wiops, rows[i].wiops);
	}
	p = asked_of(&a, "-p none --io-max 8:0:rbps=1 --io-max 8:16:wbps=2");
	assert_int_equal(p->limits.io.count, 2);
	assert_true(p->limits.io_asked);
	assert_string_equal(p->limits.io.items[1].origin, "argument 5");
	arena_release(&a);
}

static void no_devices(void **state)
{
	(void)state;
	REFUSES("io-max",
		"is not DEVICE:LIMITS, as in /dev/sda:rbps=10M,wiops=100", "",
		"/dev/sda", "/dev/sda:", "/dev/sda:rbps", "rbps=1", ":rbps=1",
		"/dev/sda=1");
	fails("io-max /dev/sda:bps=1\n",
	      "t.profile:1: io-max: 'bps=1' is not a limit of a device; known "
	      "are rbps, wbps (bytes a second), riops and wiops (operations a "
	      "second), as in rbps=10M\n");
	fails("io-max /dev/sda:rbps=1,\n",
	      "t.profile:1: io-max: '' is not a limit of a device; known are "
	      "rbps, wbps (bytes a second), riops and wiops (operations a "
	      "second), as in rbps=10M\n");
	fails("io-max /dev/sda:rbps=0\n",
	      "t.profile:1: io-max: '0' " NO_SIZE_HERE "\n");
	fails("io-max /dev/sda:rbps=\n",
	      "t.profile:1: io-max: '' " NO_SIZE_HERE "\n");
	fails("io-max /dev/sda:rbps=1,wiops=-1\n",
	      "t.profile:1: io-max: '-1' " NO_SIZE_HERE "\n");
	fails("io-max /dev/sda:rbps=max\n",
	      "t.profile:1: io-max: 'max' " NO_SIZE_HERE "\n");
}

/* --- cgroups and reports ------------------------------------------------ */

static void places(void **state)
{
	struct arena a = { 0 };
	struct plan *p = plan_of(&a, "cgroup-parent x/../y//z\n"
				     "require-cgroup\n");

	(void)state;
	assert_string_equal(p->limits.cgroup_parent, "/home/ann/work/x/../y/z");
	assert_true(p->limits.require_cgroup);
	p = asked_of(&a, "-p none --cgroup-parent /sys/fs/cgroup/a/ --report r"
			 " --timeline /t.svg --report-fd 9 --stats");
	assert_string_equal(p->limits.cgroup_parent, "/sys/fs/cgroup/a");
	assert_false(p->limits.require_cgroup);
	assert_string_equal(p->report.file, "/cwd/r");
	assert_string_equal(p->report.timeline, "/t.svg");
	assert_int_equal(p->report.fd, 9);
	assert_true(p->report.stats);
	p = asked_of(&a, "-p none");
	assert_null(p->report.file);
	assert_int_equal(p->report.fd, -1);
	arena_release(&a);
	fails("cgroup-parent ''\n",
	      "t.profile:1: cgroup-parent: the value is empty\n");
}

/* Where a report goes is the caller's affair, not a profile's. */
static void not_in_profiles(void **state)
{
	static const char *const lines[] = { "report r\n", "report-fd 5\n",
					     "stats\n", "timeline t\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct arena a = { 0 };
		struct plan p;
		struct err e = { 0 };

		assert_int_equal(unit_plan(unit_host(&a, unit_student),
					   lines[i], &p, &e),
				 -1);
		unit_has(unit_line(&a, &e), "command line");
		arena_release(&a);
	}
}

static void grace_needs_a_limit(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(plan_check(asked_of(&a, "-p none --grace 1s"), &e),
			 -1);
	assert_string_equal(e.message,
			    "--grace needs --time-limit or --cpu-time");
	assert_int_equal(plan_check(asked_of(&a, "-p none --grace 1s "
						 "--cpu-time 1"),
				    &e),
			 0);
	assert_int_equal(plan_check(asked_of(&a, "-p none --time-limit 1 "
						 "--grace 1s"),
				    &e),
			 0);
	/* A profile may prepare it; and nothing is asked for. */
	assert_int_equal(plan_check(plan_of(&a, "grace 1s\n"), &e), 0);
	assert_int_equal(
		plan_check(asked_of(&a, "-p none --grace unlimited"), &e), 0);
	arena_release(&a);
}

/* --- what follows for the plan ------------------------------------------ */

static void needs_controllers(void **state)
{
	static const struct {
		const char *text;
		unsigned int bits;
		bool measures;
	} rows[] = {
		{ "", 0, false },
		{ "memory 1M\n", CONTROLLER_MEMORY, false },
		{ "memory 1%\n", CONTROLLER_MEMORY, false },
		{ "swap 0\n", CONTROLLER_MEMORY, false },
		{ "pids 5\n", CONTROLLER_PIDS, false },
		{ "cpus 1\n", CONTROLLER_CPU, false },
		{ "cpu-weight 1\n", CONTROLLER_CPU, false },
		{ "cpuset-cpus 0\n", CONTROLLER_CPUSET, false },
		{ "io-max 8:0:rbps=1\n", CONTROLLER_IO, false },
		{ "io-weight 1\n", CONTROLLER_IO, false },
		{ "cpu-time 1\n", 0, true },
		{ "cpu-time 1\ncpu-time unlimited\n", 0, false },
		{ "time-limit 1\noutput-limit 1\ntmp-size 1\ngrace 1\n", 0,
		  false },
		{ "file-size 1\nopen-files 9\nrlimit nproc=5\n", 0, false },
		{ "require-cgroup\ncgroup-parent /x\n", 0, false },
		{ "memory 1\npids 1\nmemory unlimited\npids unlimited\n", 0,
		  false },
		{ "memory 1\npids 1\ncpus 1\ncpuset-cpus 0\nio-weight 1\n",
		  CONTROLLER_MEMORY | CONTROLLER_PIDS | CONTROLLER_CPU |
			  CONTROLLER_CPUSET | CONTROLLER_IO,
		  false },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct plan *p = plan_of(&a, rows[i].text);

		if (plan_controllers(p) != rows[i].bits ||
		    plan_measures(p) != rows[i].measures)
			fail_msg("%s", rows[i].text);
		/* A profile never asks, but for what has to be. */
		assert_int_equal(plan_asks_for_cgroup(p),
				 p->limits.require_cgroup);
	}
	arena_release(&a);
}

static void asks(void **state)
{
	static const struct {
		const char *line;
		bool measures, asks;
	} rows[] = {
		{ "-p none", false, false },
		{ "-p p", true, false },
		{ "-p none --memory 1", false, true },
		{ "-p none --swap 0", false, true },
		{ "-p none --pids 5", false, true },
		{ "-p none --cpus 1", false, true },
		{ "-p none --cpu-weight 1", false, true },
		{ "-p none --cpuset-cpus 0", false, true },
		{ "-p none --io-max 8:0:rbps=1", false, true },
		{ "-p none --io-weight 1", false, true },
		{ "-p none --cpu-time 1", true, true },
		{ "-p none --require-cgroup", false, true },
		{ "-p none --cgroup-parent /x", false, false },
		{ "-p none --time-limit 1 --output-limit 1", false, false },
		{ "-p none --file-size 1 --open-files 1", false, false },
		{ "-p none --rlimit nproc=1 --tmp-size 1", false, false },
		{ "-p p --memory 1 --memory unlimited", true, false },
		{ "-p p --cpu-time unlimited", false, false },
		{ "-p p --pids unlimited", true, false },
		{ "-p none --report r", true, false },
		{ "-p none --report-fd 1", true, false },
		{ "-p none --stats", true, false },
		{ "-p none --timeline t", true, false },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct plan *p = asked_of(&a, rows[i].line);

		if (plan_measures(p) != rows[i].measures ||
		    plan_asks_for_cgroup(p) != rows[i].asks)
			fail_msg("%s", rows[i].line);
	}
	arena_release(&a);
}

/* What is asked of the host costs time: no more than is needed. */
static void looks_no_further(void **state)
{
	static const struct {
		const char *line;
		bool places, scope, perf, machine;
		size_t devices;
	} rows[] = {
		{ "-p none", false, false, false, false, 0 },
		{ "-p none --time-limit 1 --output-limit 1", false, false,
		  false, false, 0 },
		{ "-p none --memory 1", true, true, false, true, 0 },
		{ "-p none --pids 1", true, true, false, true, 0 },
		{ "-p none --cpus 1", true, true, false, false, 0 },
		{ "-p none --cpu-time 1", true, true, true, true, 0 },
		{ "-p none --stats", true, false, true, true, 0 },
		{ "-p none --cgroup-parent /x", true, false, false, false, 0 },
		{ "-p none --require-cgroup", true, true, false, false, 0 },
		{ "-p none --io-max 8:0:rbps=1 --io-max /dev/x:rbps=1", true,
		  true, false, false, 2 },
		{ "-p p", true, false, true, true, 0 },
	};
	struct arena a = { 0 };
	struct canned *ann = unit_host(&a, unit_student);
	struct canned *root = unit_host(&a, unit_root);
	struct host_wants w;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct plan *p = asked_of(&a, rows[i].line);

		plan_wants(&a, p, &ann->caller, &w);
		if (w.cgroup.places != rows[i].places ||
		    w.cgroup.scope != rows[i].scope ||
		    w.cgroup.perf != rows[i].perf ||
		    w.machine != rows[i].machine ||
		    w.device_count != rows[i].devices)
			fail_msg("%s", rows[i].line);
		/* Root has no user manager to ask. */
		plan_wants(&a, p, &root->caller, &w);
		assert_false(w.cgroup.scope);
		assert_int_equal(w.cgroup.places, rows[i].places);
	}
	plan_wants(&a, asked_of(&a, "-p none --cgroup-parent x"), &ann->caller,
		   &w);
	assert_string_equal(w.cgroup.given, "/cwd/x");
	arena_release(&a);
}

GROUP(limits)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(durations),
		cmocka_unit_test(counts),
		cmocka_unit_test(shares_of_memory),
		cmocka_unit_test(swap),
		cmocka_unit_test(per_process),
		cmocka_unit_test(file_size_and_memory),
		cmocka_unit_test(cpusets),
		cmocka_unit_test(devices),
		cmocka_unit_test(no_devices),
		cmocka_unit_test(places),
		cmocka_unit_test(not_in_profiles),
		cmocka_unit_test(grace_needs_a_limit),
		cmocka_unit_test(needs_controllers),
		cmocka_unit_test(asks),
		cmocka_unit_test(looks_no_further),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
