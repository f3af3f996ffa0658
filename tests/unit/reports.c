/* SPDX-License-Identifier: Apache-2.0 */
#include "reports.h"

#include "unit.h"

#include "base/fd.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

static const struct program_limit all_limits[] = {
	{ "memory", UNIT_BYTES, 256 * MADE_MIB, NULL, HELD_BY_CGROUP },
	{ "cpus", UNIT_TEXT, 0, "1.5", HELD_BY_CGROUP },
	{ "pids", UNIT_COUNT, 64, NULL, HELD_BY_RLIMIT },
	{ "time-limit", UNIT_TIME, 10500 * MADE_MS, NULL, HELD_BY_WATCH },
	{ "cpu-time", UNIT_TIME, 2000 * MADE_MS, NULL, HELD_BY_LOOKS },
	{ "file-size", UNIT_BYTES, 10 * MADE_MIB, NULL, HELD_BY_RLIMIT },
	{ "output-limit", UNIT_BYTES, MADE_MIB, NULL, HELD_BY_WATCH },
};

void made_init(struct made *m)
{
	*m = (struct made){
		.argv = { "./hello", "a b" },
		.profiles = { "default" },
		.rlimits = { { RLIMIT_FSIZE, 10 * MADE_MIB, 10 * MADE_MIB } },
	};
	memcpy(m->limits, all_limits, sizeof(all_limits));
	m->program = (struct program){
		.argv = m->argv,
		.profiles = m->profiles,
		.rlimits = m->rlimits,
		.rlimit_count = 1,
		.limits = m->limits,
		.limit_count = COUNT_OF(all_limits),
		.cgroup.source = CGROUP_SIBLING,
	};
	m->outcome.usage = (struct usage){
		.wall = 1234567890,
		.cpu = 900 * MADE_MS,
		.user = 800 * MADE_MS,
		.system = 100 * MADE_MS,
		.cpu_source = SOURCE_CGROUP,
		.memory_peak = 200 * MADE_MIB,
		.memory_source = SOURCE_CGROUP,
		.oom_kills = 0,
		.tasks_peak = 12,
		.output = 1536,
		.read = MADE_MIB,
		.written = 2 * MADE_MIB,
	};
}

void made_samples(struct made *m, size_t count)
{
	struct outcome *o = &m->outcome;

	for (size_t i = 0; i < count; i++)
		o->samples[i] = (struct sample){
			.at = o->usage.wall * (i + 1) / (count + 1),
			.memory = o->usage.memory_peak * (i % 50 + 1) / 50,
			.cpu = o->usage.cpu * (i + i % 3) / (count + 1),
		};
	o->sample_count = count;
}

void made_check(const char *what, const struct str *texts)
{
	char command[128], answer[1024] = "";
	int fd = memfd_create("reports", 0);
	FILE *checker;

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, texts->text, texts->length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	snprintf(command, sizeof(command),
		 "python3 tests/unit/reports.py %s <&%d 2>&1", what, fd);
	checker = popen(command, "r");
	assert_non_null(checker);
	answer[fread(answer, 1, sizeof(answer) - 1, checker)] = '\0';
	close(fd);
	if (pclose(checker) != 0)
		fail_msg("%s", answer);
}
