/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox: runs a command in a rootless sandbox. One way through, top down. */
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/compile.h"
#include "host/check.h"
#include "input/bwrap.h"
#include "input/cli.h"
#include "input/help.h"
#include "input/profile_files.h"
#include "layer/discard.h"
#include "layer/layer.h"
#include "plan/plan.h"
#include "report/ask.h"
#include "report/changes.h"
#include "report/check_host.h"
#include "report/progress.h"
#include "report/report.h"
#include "run/run.h"
#include "run/scope.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
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

static void bwrap_out_of_memory(void)
{
	static const char text[] = "bwrap: out of memory\n";

	fd_write_all(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(BWRAP_FAILED);
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

/* --diff, --apply, --discard. */
static int about_layer(struct arena *a, const struct caller *caller,
		       const struct request *request, struct err *e)
{
	const char *cwd = caller->cwd ? caller->cwd : "/";
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction pipes;
	struct kept_layer layer;
	int r;

	if (!*request->topic)
		return err_set(e, ERR_USAGE, "the name of the layer is empty");
	/* What is half done is put in order, also when nobody listens. */
	sigaction(SIGPIPE, &ignore, &pipes);
	if (layer_open(a, caller, path_clean(a, cwd, request->topic), &layer,
		       e) < 0)
		return -1;
	if (request->action == ACTION_DIFF)
		r = report_changes(a, &layer, request->format, e);
	else if (request->action == ACTION_DISCARD)
		r = report_discard(a, &layer, e);
	else
		r = report_apply(a, &layer, request->force, e);
	layer_close(&layer);
	/* Then it ends as any program does whose reader has enough. */
	sigaction(SIGPIPE, &pipes, NULL);
	if (r < 0 && e->errnum == EPIPE)
		raise(SIGPIPE);
	return r;
}

static int check_host(struct arena *a, const struct caller *caller,
		      const struct request *request, struct err *e)
{
	bool runs = false;

	if (report_check_host(a, caller, request->format, &runs, e) < 0)
		return -1;
	if (!runs)
		_exit(CHECK_FAILED);
	return 0;
}

/* Returns if there is no cgroup that we would have to be in another scope for. */
static int enter_scope(struct arena *a, const struct plan *plan,
		       const struct caller *caller, const struct host *host,
		       const char *const *args, struct err *e)
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
	return scope_enter(a, caller, self, args, e);
}

/* What was asked for, and what comes of it, step by step. */
struct job {
	struct arena *words; /* for texts */
	struct arena facts, code;
	const struct plan *plan;
	const struct caller *caller;
	struct host *host;
	struct program *program;
};

static int prepare(struct job *j, const struct host_wants *wants, struct err *e)
{
	if (host_look(&j->facts, j->caller, wants, j->host, e) < 0 ||
	    arena_seal(&j->facts, e) < 0 ||
	    compile(&j->code, j->plan, j->host, j->program, e) < 0)
		return -1;
	return 0;
}

static int dry_run(struct job *j, const struct host_wants *wants, struct err *e)
{
	struct str out = { .arena = j->words };

	if (prepare(j, wants, e) < 0)
		return -1;
	program_print(j->program, &out);
	return print(&out, e);
}

/* A failure before there is anything to run is told in the report too. */
static int fail(struct job *j, struct report_files *files, struct err *e)
{
	struct outcome outcome = { .failed = true, .err = *e };
	struct err other;

	if (report_write(j->words, files, NULL, &outcome, err_exit_status(e),
			 &other) < 0)
		report_error(&other);
	return -1;
}

_Noreturn static void end_as_bwrap(const struct outcome *outcome)
{
	int status = report_bwrap_outcome(outcome);
	struct err ignored;

	/* That nobody reads it any more is no failure of the command's. */
	report_status_line(outcome, status, &ignored);
	_exit(status);
}

static int run(struct job *j, const struct host_wants *wants,
	       struct block block, bool looked, struct err *e)
{
	struct report_files files;
	struct outcome outcome;
	struct err failure;
	int status;

	if (!looked) {
		if (report_open(j->words, j->plan, &files, &failure) < 0)
			return -1;
		return fail(j, &files, e);
	}
	if (report_open(j->words, j->plan, &files, e) < 0)
		return -1;
	if (prepare(j, wants, e) < 0 || arena_seal(&j->code, e) < 0)
		return fail(j, &files, e);
	run_program(j->program, block, (struct held){ files.fds, files.count },
		    &outcome);
	if (j->plan->bwrap)
		end_as_bwrap(&outcome);
	status = report_outcome(j->words, j->program, &outcome);
	if (j->plan->ask && !outcome.failed &&
	    report_ask(j->words, j->caller, j->program->layer.dir,
		       !j->program->layer.found, outcome.told, &failure) < 0) {
		report_error(&failure);
		status = err_exit_status(&failure);
	}
	if (report_status_line(&outcome, status, &failure) < 0) {
		report_error(&failure);
		status = err_exit_status(&failure);
	}
	if (j->plan->report.stats)
		report_stats(j->words, j->program, &outcome);
	if (report_write(j->words, &files, j->program, &outcome, status,
			 &failure) < 0) {
		report_error(&failure);
		status = err_exit_status(&failure);
	}
	report_exit(&outcome, status);
}

static int carry_out(struct arena *words, const struct plan *plan,
		     const struct caller *caller, bool dry, struct block block,
		     const char *const *args, struct err *e)
{
	struct job j = {
		.words = words,
		.facts = { .exhausted = words->exhausted },
		.code = { .exhausted = words->exhausted },
		.plan = plan,
		.caller = caller,
	};
	struct host_wants wants;
	bool looked;

	j.host = arena_new(&j.facts, struct host);
	j.program = arena_new(&j.code, struct program);
	plan_wants(&j.facts, plan, caller, &wants);
	looked = cgroup_look(&j.facts, caller, &wants.cgroup, &j.host->cgroup,
			     e) == 0;
	if (dry)
		return looked ? dry_run(&j, &wants, e) : -1;
	looked = looked &&
		 enter_scope(words, plan, caller, j.host, args, e) == 0;
	return run(&j, &wants, block, looked, e);
}

/* The role of bubblewrap: its command line, and a plan without profiles. */
static int bwrap(int argc, char **argv, struct err *e)
{
	struct arena words = { .exhausted = bwrap_out_of_memory };
	struct arena plans = { .exhausted = bwrap_out_of_memory };
	struct block block = argument_block(argv);
	struct str text = { .arena = &words };
	struct plan *plan = arena_new(&plans, struct plan);
	struct request request;
	struct caller caller;
	int r;

	caller_read(&words, &caller);
	r = bwrap_read(&words, argc, (const char *const *)argv, &request, e);
	report_begin((struct report_voice){ "bwrap", request.level_prefix });
	for (size_t i = 0; i < request.warnings.count; i++)
		report_say(request.warnings.items[i]);
	if (r < 0)
		return -1;
	if (request.action == ACTION_VERSION) {
		str_add(&text, "bubblewrap " BWRAP_VERSION "\n");
		return print(&text, e);
	}
	if (!request.command) {
		bwrap_usage(&text, argv[0]);
		if (request.action == ACTION_HELP)
			return print(&text, e);
		fd_write_all(STDERR_FILENO, text.text, text.length);
		_exit(BWRAP_FAILED);
	}
	if (settings_apply(&request.settings, &plans,
			   caller.cwd ? caller.cwd : "/", plan, e) < 0)
		return -1;
	plan->command = request.command;
	if (plan_check(plan, e) < 0 || arena_seal(&plans, e) < 0)
		return -1;
	return carry_out(&words, plan, &caller, false, block, NULL, e);
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
	int r;

	caller_read(&words, &caller);
	files = profile_files(&caller, &places);
	r = cli_read(&words, argc, (const char *const *)argv, &caller,
		     caller.cwd, &files, &request, e);
	report_begin((struct report_voice){ "sandbox", request.level_prefix });
	if (r < 0)
		return -1;
	if (request.action == ACTION_HELP || request.action == ACTION_VERSION ||
	    request.action == ACTION_LIST)
		return answer(&words, &caller, &request, e);
	if (request.action == ACTION_DIFF || request.action == ACTION_APPLY ||
	    request.action == ACTION_DISCARD)
		return about_layer(&words, &caller, &request, e);
	if (request.action == ACTION_CHECK_HOST)
		return check_host(&words, &caller, &request, e);
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

		if (filter_show(&words, plan, request.format == FORMAT_BPF,
				&out, e) < 0)
			return -1;
		return print(&out, e);
	}
	if (plan_check_command(plan, e) < 0)
		return -1;
	return carry_out(&words, plan, &caller,
			 request.action == ACTION_DRY_RUN, block,
			 request.line.items, e);
}

/* Who starts himself again by way of /proc is who he was, bwrap or not. */
static bool is_called_bwrap(const char *argv0)
{
	const ssize_t deleted = sizeof(" (deleted)") - 1;
	char self[PATH_MAX];
	ssize_t n = 0;

	if (argv0 && str_starts(argv0, "/proc/"))
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	/* What was replaced meanwhile is called so, proc_pid_exe(5). */
	if (n > deleted && str_equal(self + n - deleted, " (deleted)"))
		self[n - deleted] = '\0';
	return bwrap_is_called(argv0, self);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	bool as_bwrap = is_called_bwrap(argv[0]);

	if (as_bwrap)
		report_begin((struct report_voice){ "bwrap", false });
	if (guard_standard_descriptors(&e) == 0 &&
	    host_refuse_privileges(&e) == 0 &&
	    (as_bwrap ? bwrap : sandbox)(argc, argv, &e) == 0)
		return 0;
	if (as_bwrap)
		return report_bwrap_error(&e);
	report_error(&e);
	return err_exit_status(&e);
}
