/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox: runs a command in a rootless sandbox. One way through, top down. */
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/compile.h"
#include "host/check.h"
#include "input/cli.h"
#include "input/help.h"
#include "input/profile_files.h"
#include "plan/plan.h"
#include "report/report.h"
#include "run/run.h"
#include "run/scope.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "0.1.0"
#endif

static void out_of_memory(void)
{
	static const char text[] = "sandbox: out of memory\n";

	fd_write_all(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(125);
}

/*
 * What is closed among 0, 1 and 2 must not become something else: a placeholder
 * that the command's execve closes again takes the number. It leads nowhere, as
 * the command's own path is looked up (/proc/self/fd/0/...) while it is open.
 */
static int guard_standard_descriptors(struct err *e)
{
	int fd;

	do
		fd = epoll_create1(EPOLL_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd < 0)
		return err_sys(e, "guard the standard descriptors");
	close(fd);
	return 0;
}

/* The bytes of argv and environ, which the kernel lays out in one piece. */
static struct block argument_block(char **argv)
{
	struct block block = { argv[0], 0 };
	char *end = NULL;

	for (char **v = argv; *v; v++)
		end = *v + strlen(*v) + 1;
	for (char **v = environ; v && *v; v++)
		if (*v == end)
			end = *v + strlen(*v) + 1;
	if (block.start)
		block.size = (size_t)(end - block.start);
	return block;
}

static int print(const struct str *text, struct err *e)
{
	if (fd_write_all(STDOUT_FILENO, str_text(text), text->length) < 0)
		return err_sys(e, "write to standard output");
	return 0;
}

/* --help, --version, --list. */
static int answer(struct arena *a, const struct caller *caller,
		  const struct request *request, struct err *e)
{
	struct str out = { .arena = a };
	int r = 0;

	if (request->action == ACTION_VERSION)
		str_add(&out, "sandbox " VERSION "\n");
	else if (request->action == ACTION_HELP)
		r = help_print(a, caller, request->topic, &out, e);
	else
		r = help_list(a, caller, request->topic, &out, e);
	return r < 0 ? r : print(&out, e);
}

/* Returns if there is no cgroup that we would have to be in another scope for. */
static int enter_scope(struct arena *a, const struct plan *plan,
		       const struct caller *caller, const struct host *host,
		       char **argv, struct err *e)
{
	const char *self = NULL;

	if (!compile_wants_scope(plan, host))
		return 0;
	if (host_self(a, &self, e) < 0)
		return -1;
	if (!self)
		return err_set(e, ERR_SYSTEM,
			       "sandbox has to start itself again, and its "
			       "file has no name");
	return scope_enter(a, caller, self, argv, e);
}

static int run(struct arena *a, const struct plan *plan,
	       const struct caller *caller, const struct request *request,
	       struct block block, char **argv, struct err *e)
{
	struct arena facts = { .exhausted = out_of_memory };
	struct arena code = { .exhausted = out_of_memory };
	struct host_wants wants;
	struct host *host = arena_new(&facts, struct host);
	struct program *program = arena_new(&code, struct program);
	struct outcome outcome;
	int status;

	plan_wants(&facts, plan, caller, &wants);
	if (cgroup_look(&facts, caller, &wants.cgroup, &host->cgroup, e) < 0)
		return -1;
	if (request->action != ACTION_DRY_RUN &&
	    enter_scope(a, plan, caller, host, argv, e) < 0)
		return -1;
	if (host_look(&facts, caller, &wants, host, e) < 0 ||
	    arena_seal(&facts, e) < 0 ||
	    compile(&code, plan, host, program, e) < 0)
		return -1;
	if (request->action == ACTION_DRY_RUN) {
		struct str out = { .arena = a };

		program_print(program, &out);
		return print(&out, e);
	}
	if (arena_seal(&code, e) < 0)
		return -1;
	run_program(program, block, (struct held){ 0 }, &outcome);
	status = report_outcome(a, program, &outcome);
	report_exit(&outcome, status);
}

static int sandbox(int argc, char **argv, struct err *e)
{
	struct arena words = { .exhausted = out_of_memory };
	struct arena plans = { .exhausted = out_of_memory };
	struct block block = argument_block(argv);
	struct caller caller;
	struct profile_places places = { 0 };
	struct profile_source files;
	struct request request;
	struct plan *plan = arena_new(&plans, struct plan);

	caller_read(&words, &caller);
	files = profile_files(&caller, &places);
	if (cli_read(&words, argc, (const char *const *)argv, &caller,
		     caller.cwd, &files, &request, e) < 0)
		return -1;
	if (request.action == ACTION_HELP || request.action == ACTION_VERSION ||
	    request.action == ACTION_LIST)
		return answer(&words, &caller, &request, e);
	if (settings_apply(&request.settings, &plans,
			   caller.cwd ? caller.cwd : "/", plan, e) < 0)
		return -1;
	if (request.action == ACTION_PRINT_PROFILE) {
		struct str out = { .arena = &words };

		settings_print(&request.settings, &out);
		return print(&out, e);
	}
	plan->command = request.command;
	for (size_t i = 0; i < request.names.count; i++)
		*array_add(&plans, &plan->profiles) = request.names.items[i];
	profile_files_protect(&plans, &caller, &request, plan);
	if (profile_links_protect(&plans, &caller, plan, e) < 0 ||
	    plan_check(plan, e) < 0 || arena_seal(&plans, e) < 0)
		return -1;
	if (request.action == ACTION_PRINT_FILTER) {
		struct str out = { .arena = &words };

		if (filter_show(&words, plan, request.raw_format, &out, e) < 0)
			return -1;
		return print(&out, e);
	}
	if (plan_check_command(plan, e) < 0)
		return -1;
	return run(&words, plan, &caller, &request, block, argv, e);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };

	if (guard_standard_descriptors(&e) == 0 &&
	    host_refuse_privileges(&e) == 0 && sandbox(argc, argv, &e) == 0)
		return 0;
	report_error(&e);
	return err_exit_status(&e);
}
