/* SPDX-License-Identifier: Apache-2.0 */
#include "run/map.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/str.h"
#include "compile/compile.h"
#include "host/check.h"
#include "host/host.h"
#include "host/sys.h"
#include "run/program.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* "4294967294" */
#define DIGITS 11
#define WORDS_PER_LINE 3
#define PAGE 4096

/* --- a helper ----------------------------------------------------------- */

/* Waits for its end; 1: `r` was told to stop meanwhile. */
static int await_end(int pidfd, struct run *r, struct err *e)
{
	struct pollfd on[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = r ? r->signals : -1, .events = POLLIN },
	};

	while (!on[0].revents) {
		if (poll(on, COUNT_OF(on), -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for a map of ids");
		/* At its end it is its status that counts. */
		if (!on[0].revents && on[1].revents && supervisor_told(r))
			return 1;
	}
	return 0;
}

/* What is in `pipe` is what it had to say; nobody waits for more. */
static int judge(const char *path, int status, int pipe, struct err *e)
{
	const char *name = path_name(path);
	char room[256], *text = room;
	ssize_t n;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(e, ERR_SYSTEM, "'%s' was ended by signal %d",
			       path, WTERMSIG(status));
	n = read(pipe, room, sizeof(room) - 1);
	room[n > 0 ? n : 0] = '\0';
	/* "newuidmap: uid range [1-65537) -> ... not allowed" */
	if (str_starts(text, name) && text[strlen(name)] == ':')
		text += strlen(name) + 1 + (text[strlen(name) + 1] == ' ');
	err_set(e, ERR_SYSTEM, "map ids by '%s': %.*s", path,
		(int)strcspn(text, "\n"), text);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		err_hint(e, "it gets no privileges here, as sandbox was "
			    "started with no_new_privs");
	return -1;
}

static int run_helper(const char *path, char *const *argv, struct run *r,
		      struct err *e)
{
	autoclose int pidfd = -1, in = -1, out = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	int ends[2], status = 0, waited;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "make a pipe");
	in = ends[0];
	out = ends[1];
	pid = sys_clone3(&args);
	if (pid == 0)
		program_main(path, argv, out);
	if (pid < 0)
		return err_sys(e, "start '%s'", path);
	waited = await_end(pidfd, r, e);
	/* Setuid or not: its real user is still ours, kill(2). */
	if (waited != 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for '%s'", path);
	/* A key reaches it, too. */
	if (r && (waited > 0 || (status != 0 && supervisor_told(r))))
		return err_set(e, ERR_SYSTEM,
			       "ended by signal %d while it was set up",
			       r->outcome->told);
	return waited < 0 ? -1 : judge(path, status, in, e);
}

/* newuidmap PID INSIDE OUTSIDE COUNT... */
static int write_map(const char *path, pid_t pid, const struct id_maps *map,
		     struct run *r, struct err *e)
{
	size_t n = 0, words = map->count * WORDS_PER_LINE + 2;
	autofree char(*text)[DIGITS] = calloc(words, sizeof(*text));
	autofree char **argv = calloc(words + 1, sizeof(*argv));

	if (!text || !argv)
		return err_sys(e, "make a list of ids");
	argv[0] = (char *)path;
	snprintf(text[++n], DIGITS, "%d", (int)pid);
	for (size_t i = 0; i < map->count; i++) {
		const struct id_map *line = &map->lines[i];

		snprintf(text[++n], DIGITS, "%u", line->inside);
		snprintf(text[++n], DIGITS, "%u", line->outside);
		snprintf(text[++n], DIGITS, "%u", line->count);
	}
	for (size_t i = 1; i < words; i++)
		argv[i] = text[i];
	return run_helper(path, argv, r, e);
}

static int write_maps(const struct auto_map *map, pid_t pid, struct run *r,
		      struct err *e)
{
	if (write_map(map->newuidmap, pid, &map->uids, r, e) < 0 ||
	    write_map(map->newgidmap, pid, &map->gids, r, e) < 0)
		return -1;
	return 0;
}

/* The child waits, and goes on when stage inform says so. */
int stage_ids(struct run *r, struct err *e)
{
	return write_maps(&r->program->map, r->child, r, e);
}

/* --- from inside -------------------------------------------------------- */

/* Outside ids are told as our parent namespace sees them. */
static bool is_map(const char *text, const struct id_maps *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct id_map *line = &map->lines[i];
		const uint32_t wanted[] = { line->inside, line->outside,
					    line->count };

		for (size_t k = 0; k < COUNT_OF(wanted); k++) {
			char *end;

			if (strtoull(text, &end, 10) != wanted[k] ||
			    end == text)
				return false;
			text = end;
		}
	}
	return text[strspn(text, "\n")] == '\0';
}

static int check_map(const char *path, const struct id_maps *map, struct err *e)
{
	char text[2 * PAGE];
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "open '%s'", path);
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return err_sys(e, "read '%s'", path);
	text[n] = '\0';
	if (!is_map(text, map))
		return err_set(e, ERR_SYSTEM, "'%s' is not as was asked for",
			       path);
	return 0;
}

int map_check(const struct auto_map *map, struct err *e)
{
	if (check_map("/proc/self/uid_map", &map->uids, e) < 0 ||
	    check_map("/proc/self/gid_map", &map->gids, e) < 0)
		return -1;
	return 0;
}

/* --- this process itself ------------------------------------------------ */

/* Stays outside; its answer is an error, which is none if all went well. */
_Noreturn static void answer(const struct auto_map *map, pid_t parent, int go,
			     int to)
{
	struct err e = { 0 };
	char byte;

	/* Its end, and ours: there is nobody to map for. */
	if (read(go, &byte, 1) != 1)
		_exit(1);
	write_maps(map, parent, NULL, &e);
	fd_write_all(to, &e, sizeof(e));
	_exit(0);
}

static int ask(int go, int from, struct err *e)
{
	struct err answer = { 0 };
	ssize_t n;

	if (unshare(CLONE_NEWUSER) < 0) {
		err_sys(e, "make a user namespace");
		return host_explain_userns(e);
	}
	if (fd_write_all(go, "", 1) < 0)
		return err_sys(e, "ask for maps of ids");
	do
		n = read(from, &answer, sizeof(answer));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(answer))
		return err_set(e, ERR_SYSTEM, "nobody has mapped ids");
	if (answer.kind == ERR_NONE)
		return 0;
	*e = answer;
	return -1;
}

static int enter(const struct auto_map *map, struct err *e)
{
	pid_t self = getpid(), helper;
	autoclose int from = -1, go = -1;
	int there[2], back[2], done;

	if (pipe2(there, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	go = there[1];
	if (pipe2(back, O_CLOEXEC) < 0) {
		close(there[0]);
		return err_sys(e, "make a pipe");
	}
	from = back[0];
	helper = fork();
	if (helper == 0) {
		close(there[1]);
		answer(map, self, there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	if (helper < 0)
		return err_sys(e, "start a helper");
	done = ask(go, from, e);
	close(TAKE_FD(go));
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
	return done < 0 ? -1 : map_check(map, e);
}

int map_enter(struct arena *a, const struct caller *caller, struct err *e)
{
	struct subids subids = { 0 };
	struct auto_map map;

	if (subids_look(a, caller, &subids, e) < 0 ||
	    compile_map(a, caller, &subids, &map, e) < 0)
		return -1;
	return enter(&map, e);
}
