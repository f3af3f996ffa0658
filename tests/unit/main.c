/* SPDX-License-Identifier: Apache-2.0 */
/* Runs all groups, or those that are named as arguments, or all but -NAME. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(void);
} groups[] = {
	{ "err", group_err },
	{ "arena", group_arena },
	{ "str", group_str },
	{ "parse", group_parse },
	{ "fd", group_fd },
	{ "plan", group_plan },
	{ "words", group_words },
	{ "profile", group_profile },
	{ "profile_files", group_profile_files },
	{ "cli", group_cli },
	{ "bwrap", group_bwrap },
	{ "apply", group_apply },
	{ "print", group_print },
	{ "directive", group_directive },
	{ "help", group_help },
	{ "walk", group_walk },
	{ "mountinfo", group_mountinfo },
	{ "record", group_record },
	{ "host", group_host },
	{ "constants", group_constants },
	{ "env", group_env },
	{ "ids", group_ids },
	{ "steps", group_steps },
	{ "places", group_places },
	{ "mounts", group_mounts },
	{ "data", group_data },
	{ "overlay", group_overlay },
	{ "covers", group_covers },
	{ "calls", group_calls },
	{ "limits", group_limits },
	{ "cgroup", group_cgroup },
	{ "filter", group_filter },
	{ "filter_random", group_filter_random },
	{ "libseccomp", group_libseccomp },
	{ "report_text", group_report_text },
	{ "report", group_report },
	{ "report_file", group_report_file },
	{ "report_views", group_report_views },
	{ "ask", group_ask },
	{ "findings", group_findings },
};

static int chosen(const char *name, int argc, char **argv)
{
	int all = 1;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && strcmp(argv[i] + 1, name) == 0)
			return 0;
		if (argv[i][0] != '-')
			all = 0;
		if (strcmp(argv[i], name) == 0)
			return 1;
	}
	return all;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (size_t i = 0; i < COUNT_OF(groups); i++)
		if (chosen(groups[i].name, argc, argv))
			failed += groups[i].run();
	if (failed)
		printf("%d unit tests failed\n", failed);
	return failed ? 1 : 0;
}
