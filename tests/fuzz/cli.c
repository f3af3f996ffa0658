/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: the input's first byte chooses a machine, what follows are
 * the words, each ended by a newline or a zero byte.
 */
#include "fuzz.h"

#include "base/parse.h"
#include "input/cli.h"
#include "plan/plan.h"

static void check_request(const struct request *r)
{
	for (size_t i = 0; i < r->settings.list.count; i++) {
		const struct setting *s = &r->settings.list.items[i];

		CHECK(s->directive && s->directive->apply && s->origin);
		for (unsigned int k = 0; k < SETTING_ARGS_MAX; k++)
			CHECK((k < directive_arity(s->directive)) ==
			      (s->args[k] != NULL));
	}
	CHECK(!r->command || r->command[0]);
}

/* The single values that other parts trust. */
static void parse_words(int argc, const char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct err e = { 0 };
		uint64_t n = 0;
		uint32_t id = 0;
		mode_t mode = 0;

		if (parse_size(argv[i], &n, &e) == 0)
			CHECK(n > 0 && n <= INT64_MAX);
		else
			fuzz_check_err(&e);
		if (parse_mode(argv[i], &mode, &e) == 0)
			CHECK(mode <= 07777);
		if (parse_id(argv[i], &id, &e) == 0)
			CHECK(id != ID_NONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	const char *argv[FUZZ_WORDS + 1];
	struct request request;
	struct settings again;
	struct canned host;
	struct plan plan;
	struct err e = { 0 };
	struct profile_source source;
	int argc;

	if (size == 0)
		return 0;
	fuzz_host(&host, &a, data[0]);
	source = canned_source(&host);
	argc = fuzz_split(&a, "sandbox", (const char *)data + 1, size - 1,
			  argv);
	parse_words(argc, argv);
	if (cli_read(&a, argc, argv, &host.caller, host.caller.cwd, &source,
		     &request, &e) < 0) {
		fuzz_check_err(&e);
	} else if (request.action == ACTION_NONE ||
		   request.action == ACTION_DRY_RUN ||
		   request.action == ACTION_PRINT_PROFILE) {
		check_request(&request);
		fuzz_fixed_point(&host, &request.settings, &again);
		if (settings_apply(&request.settings, &a, "/cwd", &plan, &e) <
		    0)
			fuzz_check_err(&e);
	}
	arena_release(&a);
	return 0;
}
