/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile language: the input is a profile. What its settings print reads
 * back to the same text and to the same program.
 */
#include "fuzz.h"

#include "compile/compile.h"
#include "plan/plan.h"

/*
 * The printed program, or the error of compile without its place; NULL when the
 * settings make no plan: what is printed for people is that of a good one.
 */
static const char *program_of(struct canned *c, const struct settings *s)
{
	static const char *const command[] = { "true", NULL };
	struct str out = { .arena = c->arena };
	struct host_wants wants;
	struct program program;
	struct host host;
	struct plan plan;
	struct err e = { 0 };

	if (settings_apply(s, c->arena, "/cwd", &plan, &e) < 0) {
		fuzz_check_err(&e);
		return NULL;
	}
	plan.command = command;
	plan_wants(c->arena, &plan, &c->caller, &wants);
	if (plan_check(&plan, &e) < 0 || plan_check_command(&plan, &e) < 0 ||
	    canned_look(c, c->arena, &wants, &host, &e) < 0 ||
	    compile(c->arena, &plan, &host, &program, &e) < 0) {
		fuzz_check_err(&e);
		return arena_dup(c->arena, e.message);
	}
	program_print(&program, &out);
	return str_text(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct settings settings = { .arena = &a }, again;
	struct err e = { 0 };
	struct canned host;
	const char *text, *program;

	fuzz_host(&host, &a, 0);
	text = arena_dup_n(&a, (const char *)data, size);
	if (fuzz_read(&host, &settings, text, size, &e) < 0) {
		fuzz_check_err(&e);
		CHECK(e.where[0] && e.kind == ERR_USAGE);
	} else {
		fuzz_fixed_point(&host, &settings, &again);
		program = program_of(&host, &settings);
		if (program) {
			const char *other = program_of(&host, &again);

			CHECK(other && str_equal(program, other));
		}
	}
	arena_release(&a);
	return 0;
}
