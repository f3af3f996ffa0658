/* SPDX-License-Identifier: Apache-2.0 */
/* What people get: lines, figures and the drawing; and where reports go. */
#include "unit.h"

#include "report/report.h"
#include "report/stats.h"
#include "report/timeline.h"
#include "report/verdict.h"
#include "reports.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* --- lines -------------------------------------------------------------- */

/* What report_outcome() writes to standard error. */
static const char *lines(struct arena *a, struct made *m)
{
	char text[4096];
	ssize_t n;
	autoclose int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	autoclose int fd = memfd_create("stderr", MFD_CLOEXEC);

	assert_true(saved >= 0 && fd >= 0);
	dup2(fd, STDERR_FILENO);
	report_outcome(a, &m->program, &m->outcome);
	dup2(saved, STDERR_FILENO);
	n = pread(fd, text, sizeof(text), 0);
	assert_true(n >= 0);
	return arena_dup_n(a, text, (size_t)n);
}

static const struct {
	int status;
	enum cause cause;
	bool pids_reached;
	const char *line;
} said[] = {
	{ 0, CAUSE_NONE, true, "" },
	{ SIGKILL, CAUSE_TIME, false,
	  "sandbox: the time limit of 10.5s is over; raise it with "
	  "--time-limit\n" },
	{ SIGKILL, CAUSE_CPU_TIME, false,
	  "sandbox: the limit of 2s of processor time is used up; raise it "
	  "with --cpu-time\n" },
	{ SIGKILL, CAUSE_MEMORY, false,
	  "sandbox: it used more memory than 256M, and was ended; raise that "
	  "with --memory\n" },
	{ SIGSEGV, CAUSE_PIDS, true,
	  "sandbox: the limit of 64 processes was reached; raise it with "
	  "--pids\n" },
	{ SIGABRT, CAUSE_NONE, true,
	  "sandbox: the limit of 64 processes was reached; raise it with "
	  "--pids\n" },
	{ SIGPIPE, CAUSE_OUTPUT, false,
	  "sandbox: it wrote more than 1M; raise that with --output-limit\n" },
	{ SIGXFSZ, CAUSE_NONE, false,
	  "sandbox: it wrote a file larger than 10M; raise that with "
	  "--file-size\n" },
};

/* Nothing but the line, and what the site says. */
static void limits_are_explained(void **state)
{
	static const char *const hints[] = { "ask in room 12" };
	struct arena a = { 0 };
	struct made m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		made_init(&m);
		m.program.closed_message = "the home is elsewhere";
		m.outcome.status = said[i].status;
		m.outcome.cause = said[i].cause;
		m.outcome.pids_reached = said[i].pids_reached;
		assert_string_equal(lines(&a, &m), said[i].line);
		m.program.hints = hints;
		m.program.hint_count = 1;
		if (said[i].line[0])
			unit_has(lines(&a, &m), "\nsandbox: ask in room 12\n");
	}
	arena_release(&a);
}

/* With no table of limits at hand, the option is named all the same. */
static void limits_without_values(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.program.limit_count = 0;
	m.outcome.status = SIGKILL;
	m.outcome.cause = CAUSE_MEMORY;
	assert_string_equal(lines(&a, &m),
			    "sandbox: it used more memory than it may, and was "
			    "ended; raise that with --memory\n");
	m.outcome.cause = CAUSE_NONE;
	m.outcome.status = SIGXFSZ;
	assert_string_equal(lines(&a, &m),
			    "sandbox: it wrote a file larger than 10M; raise "
			    "that with --rlimit fsize\n");
	arena_release(&a);
}

static void other_ends_are_as_before(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.program.closed_message = "the home is elsewhere";
	m.outcome.status = SIGSEGV;
	assert_string_equal(lines(&a, &m),
			    "sandbox: './hello' was ended by a signal: "
			    "Segmentation fault\n"
			    "sandbox: the home is elsewhere\n");
	m.program.filtered = true;
	m.outcome.status = SIGSYS;
	unit_has(lines(&a, &m), "was ended by the filter for system calls; "
				"run it again with --explain");
	m.outcome.status = SIGTERM;
	m.outcome.told = SIGTERM;
	assert_string_equal(lines(&a, &m), "sandbox: the home is elsewhere\n");
	arena_release(&a);
}

/* --- figures ------------------------------------------------------------ */

static const char *stats(struct arena *a, const struct made *m)
{
	struct str out = { .arena = a };

	stats_print(a, &m->program, &m->outcome, &out);
	return out.text;
}

static void figures(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.outcome.status = SIGKILL;
	m.outcome.cause = CAUSE_MEMORY;
	m.outcome.usage.oom_kills = 1;
	assert_string_equal(
		stats(&a, &m),
		"verdict      memory-limit: it used more memory than 256M\n"
		"time         1.234 s wall, of 10.5s allowed; 0.800 s user, "
		"0.100 s system\n"
		"cpu          0.900 s, of 2s allowed  (cgroup)\n"
		"memory       200 MiB at most, of 256 MiB allowed  (cgroup)\n"
		"processes    12 at most, of 64 allowed  (rlimit)\n"
		"output       1.5 KiB, of 1 MiB allowed  (watch)\n"
		"disk         1 MiB read, 2 MiB written\n"
		"killed       1 for want of memory\n");
	arena_release(&a);
}

static void figures_without_limits(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.program.limit_count = 0;
	m.outcome.status = MADE_EXIT(3);
	m.outcome.usage.cpu_source = SOURCE_WAIT;
	m.outcome.usage.memory_source = SOURCE_WATCH;
	m.outcome.usage.output = UNKNOWN;
	m.outcome.usage.read = UNKNOWN;
	assert_string_equal(
		stats(&a, &m),
		"verdict      nonzero: the status is 3\n"
		"time         1.234 s wall, 0.800 s user, 0.100 s system\n"
		"cpu          0.900 s  (only what was waited for)\n"
		"memory       200 MiB at most  (watch, approximate)\n"
		"processes    12 at most\n");
	arena_release(&a);
}

static void figures_that_are_not_known(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	memset(&m.outcome.usage, 0xff, sizeof(m.outcome.usage));
	m.outcome.usage.cpu_source = SOURCE_NONE;
	m.outcome.usage.memory_source = SOURCE_NONE;
	m.outcome.status = SIGTERM;
	assert_string_equal(stats(&a, &m), "verdict      signal: by SIGTERM\n");
	made_init(&m);
	m.outcome.failed = true;
	assert_string_equal(stats(&a, &m), "verdict      setup-failed\n");
	arena_release(&a);
}

/* --- the drawing -------------------------------------------------------- */

static void add_drawing(struct str *all, const struct made *m)
{
	if (all->length)
		str_add(all, MADE_RECORD);
	report_timeline(all->arena, &m->program, &m->outcome, all);
}

static void add_drawings(struct str *all)
{
	static const uint64_t walls[] = { 0,
					  1,
					  700,
					  MADE_MS,
					  200 * MADE_MS,
					  90000 * MADE_MS,
					  3000000 * MADE_MS,
					  90000000 * MADE_MS,
					  UINT64_MAX / 2 };
	static const size_t counts[] = { 0, 1, 2, 100, SAMPLES_MAX };
	struct made m;

	for (size_t i = 0; i < COUNT_OF(walls) * COUNT_OF(counts); i++) {
		made_init(&m);
		m.outcome.usage.wall = walls[i / COUNT_OF(counts)];
		m.outcome.cause = (enum cause)(i % 6);
		m.outcome.status = i % 6 ? SIGKILL : 0;
		if (m.outcome.usage.wall > UINT64_MAX / 1000) {
			m.outcome.sample_count = 2;
			m.outcome.samples[1] =
				(struct sample){ UINT64_MAX - 1, UINT64_MAX - 1,
						 UINT64_MAX - 1 };
		} else {
			made_samples(&m, counts[i % COUNT_OF(counts)]);
		}
		add_drawing(all, &m);
	}
}

static void drawings_are_sound(void **state)
{
	struct arena a = { 0 };
	struct str all = { .arena = &a };
	char bytes[256] = "", amps[400];
	struct made m;

	(void)state;
	add_drawings(&all);
	for (int i = 1; i < 256; i++)
		bytes[i - 1] = (char)i;
	memset(amps, '&', sizeof(amps) - 1);
	amps[sizeof(amps) - 1] = '\0';
	made_init(&m);
	made_samples(&m, 3);
	m.argv[1] = bytes;
	add_drawing(&all, &m);
	m.argv[0] = "]]>\xff</title><script>&\xef\xbf\xbe\xed\xa0\x80";
	m.argv[1] = NULL;
	add_drawing(&all, &m);
	m.argv[0] = amps;
	m.limits[1].text = bytes;
	add_drawing(&all, &m);
	m.outcome.failed = true;
	m.outcome.sample_count = 0;
	add_drawing(&all, &m);
	made_check("svg", &all);
	arena_release(&a);
}

static void drawings_tell(void **state)
{
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	struct made m;

	(void)state;
	made_init(&m);
	made_samples(&m, 100);
	m.outcome.status = SIGKILL;
	m.outcome.cause = CAUSE_MEMORY;
	report_timeline(&a, &m.program, &m.outcome, &out);
	unit_has(out.text, ">--memory 256M<");
	unit_has(out.text, ">memory-limit<");
	unit_has(out.text, ">--cpus 1.5<");
	/* Far away: 10.5 s, and the command took 1.2. */
	unit_lacks(out.text, "--time-limit");
	unit_has(out.text, "memory-limit: it used more memory than 256M, "
			   "after 1.234 s<");
	unit_has(out.text, "<title>./hello 'a b'</title>");
	arena_release(&a);
}

/* A drawing to look at: UNIT_TIMELINE=FILE. */
static void drawing_to_look_at(void **state)
{
	const char *path = getenv("UNIT_TIMELINE");
	struct arena a = { 0 };
	struct str out = { .arena = &a };
	struct made m;
	FILE *f = path ? fopen(path, "w") : NULL;

	(void)state;
	if (!f)
		return;
	made_init(&m);
	m.outcome.usage.wall = 10503 * MADE_MS;
	m.outcome.usage.cpu = 9000 * MADE_MS;
	made_samples(&m, 120);
	m.outcome.status = SIGKILL;
	m.outcome.cause = CAUSE_TIME;
	report_timeline(&a, &m.program, &m.outcome, &out);
	fwrite(out.text, 1, out.length, f);
	fclose(f);
	arena_release(&a);
}

/* --- where they go ------------------------------------------------------ */

static const char *content(struct arena *a, int fd)
{
	char text[8192];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	assert_true(n >= 0);
	return arena_dup_n(a, text, (size_t)n);
}

static void reports_go_everywhere(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct made m;
	struct plan plan;
	struct report_files files;
	char path[2][64];
	int fds[3];

	(void)state;
	made_init(&m);
	plan_init(&plan);
	for (int i = 0; i < 3; i++)
		fds[i] = memfd_create("report", 0);
	for (int i = 0; i < 2; i++)
		snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fds[i]);
	plan.report = (struct plan_report){ .file = path[0],
					    .timeline = path[1],
					    .fd = fds[2] };
	assert_int_equal(report_open(&a, &plan, &files, &e), 0);
	assert_int_equal(files.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(files.fds[i] > 2);
		assert_int_equal(fcntl(files.fds[i], F_GETFD), FD_CLOEXEC);
	}
	assert_int_equal(
		report_write(&a, &files, &m.program, &m.outcome, 0, &e), 0);
	assert_int_equal(fcntl(files.fds[0], F_GETFD), -1);
	unit_has(content(&a, fds[0]), "\"verdict\": \"ok\"");
	unit_has(content(&a, fds[1]), "<svg");
	assert_string_equal(content(&a, fds[0]), content(&a, fds[2]));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	arena_release(&a);
}

/* A failure before there was a program: the plan has the words. */
static void reports_without_a_program(void **state)
{
	static const char *const command[] = { "./x", "y", NULL };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct plan plan;
	struct report_files files;
	struct outcome o = { .failed = true };
	autoclose int fd = memfd_create("report", 0);

	(void)state;
	plan_init(&plan);
	plan.command = command;
	*array_add(&a, &plan.profiles) = "gcc";
	plan.report = (struct plan_report){ .fd = fd };
	err_set(&o.err, ERR_USAGE, "look at '%s'", "/y");
	assert_int_equal(report_open(&a, &plan, &files, &e), 0);
	assert_int_equal(report_write(&a, &files, NULL, &o, 125, &e), 0);
	unit_has(content(&a, fd), "\"command\": [\"./x\", \"y\"],\n"
				  "  \"profiles\": [\"gcc\"],\n"
				  "  \"verdict\": \"setup-failed\",\n"
				  "  \"status\": 125,\n");
	unit_has(content(&a, fd), "\"error\": \"look at '/y'\"");
	arena_release(&a);
}

/* One that cannot be written does not keep the others from it. */
static void first_error_is_told(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct made m;
	struct plan plan;
	struct report_files files;
	autoclose int fd = memfd_create("report", 0);

	(void)state;
	made_init(&m);
	plan_init(&plan);
	plan.report = (struct plan_report){ .file = "/dev/full", .fd = fd };
	assert_int_equal(report_open(&a, &plan, &files, &e), 0);
	assert_int_equal(
		report_write(&a, &files, &m.program, &m.outcome, 0, &e), -1);
	assert_string_equal(unit_line(&a, &e),
			    "--report: write '/dev/full': No space left on "
			    "device\n");
	unit_has(content(&a, fd), "\"verdict\": \"ok\"");
	arena_release(&a);
}

static void nothing_asked_nothing_opened(void **state)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct plan plan;
	struct report_files files;

	(void)state;
	plan_init(&plan);
	plan.report = (struct plan_report){ .fd = -1 };
	assert_int_equal(report_open(&a, &plan, &files, &e), 0);
	assert_int_equal(files.count, 0);
	plan.report =
		(struct plan_report){ "/dev/null", "/dev/null", -1, false };
	assert_int_equal(report_open(&a, &plan, &files, &e), -1);
	unit_has(e.message, "name the same file");
	arena_release(&a);
}

GROUP(report_views)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_explained),
		cmocka_unit_test(limits_without_values),
		cmocka_unit_test(other_ends_are_as_before),
		cmocka_unit_test(figures),
		cmocka_unit_test(figures_without_limits),
		cmocka_unit_test(figures_that_are_not_known),
		cmocka_unit_test(drawings_are_sound),
		cmocka_unit_test(drawings_tell),
		cmocka_unit_test(drawing_to_look_at),
		cmocka_unit_test(reports_go_everywhere),
		cmocka_unit_test(reports_without_a_program),
		cmocka_unit_test(first_error_is_told),
		cmocka_unit_test(nothing_asked_nothing_opened),
	};

	return cmocka_run_group_tests_name("report_views", tests, NULL, NULL);
}
