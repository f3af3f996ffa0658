/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts, and the report for programs. */
#include "unit.h"

#include "host/syscalls.h"
#include "report/json.h"
#include "report/verdict.h"
#include "reports.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

/* --- verdicts ----------------------------------------------------------- */

static const struct {
	int status; /* of the command, as wait(2) tells it */
	enum cause cause;
	int told;
	bool pids_reached, filtered;
	const char *verdict;
	int exit;
} ends[] = {
	{ 0, CAUSE_NONE, 0, false, true, "ok", 0 },
	{ 0, CAUSE_NONE, 0, true, false, "ok", 0 },
	{ 0, CAUSE_NONE, SIGTERM, false, false, "ok", 0 },
	{ MADE_EXIT(3), CAUSE_NONE, 0, false, false, "nonzero", 3 },
	{ MADE_EXIT(1), CAUSE_NONE, SIGTERM, false, false, "nonzero", 1 },
	{ MADE_EXIT(130), CAUSE_NONE, SIGINT, false, false, "nonzero", 130 },
	{ MADE_EXIT(1), CAUSE_NONE, 0, true, false, "pids-limit", 1 },
	{ SIGSEGV, CAUSE_NONE, 0, false, false, "signal", 139 },
	{ SIGKILL, CAUSE_NONE, 0, false, false, "signal", 137 },
	{ SIGABRT | 0x80, CAUSE_NONE, 0, false, false, "signal", 134 },
	{ SIGABRT, CAUSE_NONE, 0, true, false, "pids-limit", 134 },
	{ SIGTERM, CAUSE_NONE, SIGTERM, false, false, "interrupted", 143 },
	{ SIGTERM, CAUSE_NONE, SIGTERM, true, false, "interrupted", 143 },
	{ SIGTERM, CAUSE_NONE, SIGINT, false, false, "signal", 143 },
	{ SIGSYS, CAUSE_NONE, 0, false, false, "signal", 159 },
	{ SIGSYS, CAUSE_NONE, 0, true, true, "syscall-killed", 159 },
	{ SIGXFSZ, CAUSE_NONE, 0, true, true, "file-size-limit", 153 },
	{ SIGKILL, CAUSE_TIME, 0, false, false, "time-limit", 124 },
	{ MADE_EXIT(0), CAUSE_TIME, 0, false, false, "time-limit", 124 },
	{ SIGTERM, CAUSE_TIME, SIGTERM, true, true, "time-limit", 124 },
	{ SIGKILL, CAUSE_CPU_TIME, 0, false, false, "cpu-time-limit", 124 },
	{ SIGKILL, CAUSE_MEMORY, 0, true, false, "memory-limit", 137 },
	{ MADE_EXIT(1), CAUSE_MEMORY, 0, false, false, "memory-limit", 137 },
	{ SIGKILL, CAUSE_PIDS, 0, true, false, "pids-limit", 137 },
	{ SIGPIPE, CAUSE_OUTPUT, 0, false, false, "output-limit", 137 },
	{ SIGSYS, CAUSE_OUTPUT, 0, false, true, "output-limit", 137 },
};

static void set_end(struct made *m, size_t i)
{
	made_init(m);
	m->program.filtered = ends[i].filtered;
	m->outcome.status = ends[i].status;
	m->outcome.cause = ends[i].cause;
	m->outcome.told = ends[i].told;
	m->outcome.pids_reached = ends[i].pids_reached;
}

static void first_reason_is_the_verdict(void **state)
{
	struct made m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		set_end(&m, i);
		if (!str_equal(verdict_name(verdict_of(&m.program, &m.outcome)),
			       ends[i].verdict) ||
		    verdict_status(&m.outcome) != ends[i].exit)
			fail_msg("end %zu: %s, %d", i,
				 verdict_name(
					 verdict_of(&m.program, &m.outcome)),
				 verdict_status(&m.outcome));
	}
}

/* Without a limit on files the signal came from somewhere else. */
static void file_size_needs_a_limit(void **state)
{
	struct made m;

	(void)state;
	made_init(&m);
	m.outcome.status = SIGXFSZ;
	assert_int_equal(verdict_of(&m.program, &m.outcome), VERDICT_FILE_SIZE);
	m.rlimits[0].soft = UINT64_MAX;
	assert_int_equal(verdict_of(&m.program, &m.outcome), VERDICT_SIGNAL);
	m.rlimits[0] = (struct plan_rlimit){ RLIMIT_CORE, 0, 0 };
	assert_int_equal(verdict_of(&m.program, &m.outcome), VERDICT_SIGNAL);
}

/* A given filter is one as well. */
static void raw_filters_count(void **state)
{
	struct made m;

	(void)state;
	made_init(&m);
	m.outcome.status = SIGSYS;
	m.program.raw_count = 1;
	assert_int_equal(verdict_of(&m.program, &m.outcome), VERDICT_SYSCALL);
}

static void failures(void **state)
{
	static const struct {
		enum err_kind kind;
		const char *verdict;
		int exit;
	} table[] = {
		{ ERR_NOT_FOUND, "not-found", 127 },
		{ ERR_NOT_EXECUTABLE, "not-executable", 126 },
		{ ERR_SYSTEM, "setup-failed", 125 },
		{ ERR_USAGE, "setup-failed", 125 },
	};
	struct made m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		made_init(&m);
		m.outcome.failed = true;
		m.outcome.cause = CAUSE_TIME; /* cannot be, and is not said */
		err_set(&m.outcome.err, table[i].kind, "x");
		assert_string_equal(
			verdict_name(verdict_of(&m.program, &m.outcome)),
			table[i].verdict);
		assert_int_equal(verdict_status(&m.outcome), table[i].exit);
	}
}

static void signals_have_names(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(verdict_signal_name(&a, SIGKILL), "SIGKILL");
	assert_string_equal(verdict_signal_name(&a, SIGSYS), "SIGSYS");
	assert_string_equal(verdict_signal_name(&a, SIGRTMIN + 3),
			    "SIGRTMIN+3");
	assert_string_equal(verdict_signal_name(&a, 32), "SIG32");
	for (int i = 1; i < 65; i++)
		assert_true(str_starts(verdict_signal_name(&a, i), "SIG"));
	arena_release(&a);
}

/* --- JSON --------------------------------------------------------------- */

static const char *json(struct arena *a, const struct made *m)
{
	struct str out = { .arena = a };

	report_json(a, &m->program, &m->outcome, verdict_status(&m->outcome),
		    &out);
	return out.text;
}

static void whole_report(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.outcome.status = SIGKILL;
	m.outcome.cause = CAUSE_MEMORY;
	m.outcome.usage.oom_kills = 1;
	assert_string_equal(
		json(&a, &m),
		"{\n"
		"  \"schema\": 1,\n"
		"  \"command\": [\"./hello\", \"a b\"],\n"
		"  \"profiles\": [\"default\"],\n"
		"  \"verdict\": \"memory-limit\",\n"
		"  \"status\": 137,\n"
		"  \"exit_code\": null,\n"
		"  \"signal\": 9,\n"
		"  \"signal_name\": \"SIGKILL\",\n"
		"  \"error\": null,\n"
		"  \"wall_seconds\": 1.234567,\n"
		"  \"user_seconds\": 0.800000,\n"
		"  \"system_seconds\": 0.100000,\n"
		"  \"cpu_seconds\": 0.900000,\n"
		"  \"cpu_source\": \"cgroup\",\n"
		"  \"memory_peak_bytes\": 209715200,\n"
		"  \"memory_source\": \"cgroup\",\n"
		"  \"oom_kills\": 1,\n"
		"  \"processes_peak\": 12,\n"
		"  \"output_bytes\": 1536,\n"
		"  \"io_read_bytes\": 1048576,\n"
		"  \"io_write_bytes\": 2097152,\n"
		"  \"cgroup\": \"sibling\",\n"
		"  \"limits\": {\n"
		"    \"memory\": {\"value\": 268435456, \"unit\": \"bytes\", "
		"\"held_by\": \"cgroup\"},\n"
		"    \"cpus\": {\"value\": \"1.5\", \"unit\": \"text\", "
		"\"held_by\": \"cgroup\"},\n"
		"    \"pids\": {\"value\": 64, \"unit\": \"count\", "
		"\"held_by\": \"rlimit\"},\n"
		"    \"time-limit\": {\"value\": 10.500000, \"unit\": "
		"\"seconds\", \"held_by\": \"watch\"},\n"
		"    \"cpu-time\": {\"value\": 2.000000, \"unit\": "
		"\"seconds\", \"held_by\": \"watch (approximate)\"},\n"
		"    \"file-size\": {\"value\": 10485760, \"unit\": \"bytes\", "
		"\"held_by\": \"rlimit\"},\n"
		"    \"output-limit\": {\"value\": 1048576, \"unit\": "
		"\"bytes\", \"held_by\": \"watch\"}\n"
		"  },\n"
		"  \"refused\": null\n"
		"}\n");
	arena_release(&a);
}

static void failure_has_no_figures(void **state)
{
	struct arena a = { 0 };
	struct made m;
	const char *text;

	(void)state;
	made_init(&m);
	m.outcome.failed = true;
	err_set(&m.outcome.err, ERR_SYSTEM, "mount '%s'", "/x\x1b");
	err_at(&m.outcome.err, "stage mounts");
	err_hint(&m.outcome.err, "say \"please\"");
	text = json(&a, &m);
	unit_has(text, "\"error\": \"stage mounts: mount '/x\\\\x1b'; "
		       "say \\\"please\\\"\",\n");
	unit_has(text, "\"verdict\": \"setup-failed\",\n  \"status\": 125,\n"
		       "  \"exit_code\": null,\n  \"signal\": null,\n");
	unit_has(text, "\"wall_seconds\": null");
	unit_has(text, "\"memory_peak_bytes\": null,\n"
		       "  \"memory_source\": null");
	unit_has(text, "\"io_write_bytes\": null");
	arena_release(&a);
}

/* A name of a file can be anything. */
static void strings_are_escaped(void **state)
{
	struct arena a = { 0 };
	struct made m;

	(void)state;
	made_init(&m);
	m.argv[0] = "\"\\/\n\t\x1b\x7f";
	m.argv[1] = "\xc3\xb6\xc2\x9b\xff\xe2\x82";
	m.argv[2] = "";
	unit_has(json(&a, &m),
		 "\"command\": [\"\\\"\\\\/\\u000a\\u0009\\u001b\\u007f\", "
		 "\"\xc3\xb6\\u009b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\", "
		 "\"\"],\n");
	arena_release(&a);
}

static void refusals(void **state)
{
	struct arena a = { 0 };
	struct made m;
	struct refusal *r = m.outcome.refusals;

	(void)state;
	made_init(&m);
	m.program.explain = true;
	unit_has(json(&a, &m), "\"refused\": []\n}\n");
	r[0] = (struct refusal){ .call = syscall_find("ptrace"),
				 .name = "gdb",
				 .count = 2 };
	r[1] = (struct refusal){ .call = -1, .number = 999, .count = 1 };
	/* Not terminated, and cut off within a character. */
	memcpy(r[1].name, "0123456789abcde\xc3", 16);
	m.outcome.refusal_count = 2;
	unit_has(json(&a, &m),
		 "\"refused\": [\n"
		 "    {\"call\": \"ptrace\", \"program\": \"gdb\", "
		 "\"count\": 2},\n"
		 "    {\"call\": \"#999\", \"program\": "
		 "\"0123456789abcde\xef\xbf\xbd\", \"count\": 1}\n"
		 "  ]\n}\n");
	arena_release(&a);
}

/* --- the schema --------------------------------------------------------- */

static void add_report(struct str *all, const struct made *m)
{
	if (all->length)
		str_add(all, MADE_RECORD);
	report_json(all->arena, &m->program, &m->outcome,
		    verdict_status(&m->outcome), all);
}

static void add_failures(struct str *all)
{
	static const enum err_kind kinds[] = { ERR_NONE, ERR_USAGE, ERR_SYSTEM,
					       ERR_NOT_EXECUTABLE,
					       ERR_NOT_FOUND };
	struct made m;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		made_init(&m);
		m.outcome.failed = true;
		err_set(&m.outcome.err, kinds[i], "say '%s'", "\xff\n");
		add_report(all, &m);
	}
}

/* Every source, and nothing known at all. */
static void add_sources(struct str *all)
{
	struct made m;

	for (enum source s = SOURCE_NONE; s <= SOURCE_WAIT; s++) {
		made_init(&m);
		m.outcome.usage.cpu_source = s;
		m.outcome.usage.memory_source =
			s == SOURCE_PERF ? SOURCE_NONE : s;
		m.program.cgroup.source = (enum cgroup_source)s;
		add_report(all, &m);
	}
	memset(&m.outcome.usage, 0xff, sizeof(m.outcome.usage));
	m.outcome.usage.cpu_source = SOURCE_WAIT;
	m.outcome.usage.memory_source = SOURCE_WAIT;
	m.program.limit_count = 0;
	m.program.profiles = NULL;
	m.program.explain = true;
	add_report(all, &m);
}

/* Every byte there is, by itself and after the start of a character. */
static void add_bytes(struct str *all)
{
	char texts[3][256] = { "", "", "" };
	struct made m;

	for (int i = 1; i < 256; i++) {
		texts[0][i - 1] = (char)i;
		texts[1][i - 1] = (char)(256 - i);
		texts[2][i - 1] = (char)(i % 2 ? 0xe2 : i);
	}
	made_init(&m);
	for (int i = 0; i < 3; i++)
		m.argv[i] = texts[i];
	m.limits[1].text = texts[0];
	add_report(all, &m);
}

static void reports_obey_the_schema(void **state)
{
	struct arena a = { 0 };
	struct str all = { .arena = &a };
	struct made m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		set_end(&m, i);
		add_report(&all, &m);
	}
	for (int i = 1; i < 65; i++) {
		made_init(&m);
		m.outcome.status = i;
		add_report(&all, &m);
	}
	add_failures(&all);
	add_sources(&all);
	add_bytes(&all);
	made_check("json", &all);
	arena_release(&a);
}

GROUP(report)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_reason_is_the_verdict),
		cmocka_unit_test(file_size_needs_a_limit),
		cmocka_unit_test(raw_filters_count),
		cmocka_unit_test(failures),
		cmocka_unit_test(signals_have_names),
		cmocka_unit_test(whole_report),
		cmocka_unit_test(failure_has_no_figures),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(refusals),
		cmocka_unit_test(reports_obey_the_schema),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
