/* SPDX-License-Identifier: Apache-2.0 */
#include "report/patch.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "layer/changes.h"
#include "report/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers that diff has the two files at, and those that are above. */
#define BEFORE 3
#define AFTER 4
#define FREE 5

/* Of a file that is copied to memory for diff. */
#define COPY_MAX (64 << 20)

struct patcher {
	const char *diff;
	struct str before, after; /* what the files are called */
};

/* Of the system if there is one, for it reads what a hostile layer holds. */
static const char *find_diff(struct arena *a)
{
	const char *path = getenv("PATH");
	struct str all = { .arena = a };

	str_add(&all, "/usr/bin:/bin:");
	str_add(&all, path ? path : "");
	for (const char *p = all.text; *p;) {
		size_t n = strcspn(p, ":");
		const char *file = path_join(a, arena_dup_n(a, p, n), "diff");

		if (n && p[0] == '/' && access(file, X_OK) == 0)
			return file;
		p += n + (p[n] == ':');
	}
	return NULL;
}

static void name_it(struct str *label, const char *prefix, const char *path)
{
	label->length = 0;
	if (prefix)
		text_add_path(label, prefix, path, "");
	else
		str_add(label, "/dev/null");
}

/* What is read from `fd`, in memory: a new one, with the right to read it. */
static int copy_of(int fd)
{
	autoclose int copy = memfd_create("diff", MFD_CLOEXEC);
	ssize_t n;

	if (copy < 0)
		return -1;
	do
		n = sendfile(copy, fd, NULL, 1 << 30);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -1 : TAKE_FD(copy);
}

/*
 * A descriptor above those that diff gets. diff opens it anew, and has not our
 * right to read what its owner may not: entry_open().
 */
static int open_side(const struct entry *x, struct err *e)
{
	autoclose int fd = entry_open(x, O_RDONLY, e);
	autoclose int copy = -1;
	int above;

	if (fd < 0)
		return -1;
	if (!(x->st.st_mode & S_IRUSR)) {
		if (x->st.st_size > COPY_MAX) {
			err_set(e, ERR_SYSTEM,
				"it is too large for diff, and "
				"its owner may not read it");
			return err_hint(e, "use --format text");
		}
		copy = copy_of(fd);
		if (copy < 0)
			return err_sys(e, "copy it for diff");
	}
	above = fcntl(copy < 0 ? fd : copy, F_DUPFD_CLOEXEC, FREE);
	return above < 0 ? err_sys(e, "open it") : above;
}

/* It is given nothing but the two files and where to write. */
static int start(struct patcher *p, const int files[2], int out, pid_t *pid,
		 struct err *e)
{
	char none[] = "/dev/null";
	char *const argv[] = {
		(char[]){ "diff" },
		(char[]){ "-u" },
		(char[]){ "-L" },
		p->before.text,
		(char[]){ "-L" },
		p->after.text,
		(char[]){ "--" },
		files[0] < 0 ? none : (char[]){ "/proc/self/fd/3" },
		files[1] < 0 ? none : (char[]){ "/proc/self/fd/4" },
		NULL,
	};
	char *const env[] = { (char[]){ "LC_ALL=C" }, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe;
	int error;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (files[0] >= 0)
		posix_spawn_file_actions_adddup2(&actions, files[0], BEFORE);
	if (files[1] >= 0)
		posix_spawn_file_actions_adddup2(&actions, files[1], AFTER);
	error = posix_spawn(pid, p->diff, &actions, &attributes, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = error;
	return error ? err_sys(e, "start '%s'", p->diff) : 0;
}

/* Passes it on; `*begin` is what it began with. */
static int pass_on(int from, char *begin, size_t size, struct err *e)
{
	char buffer[16384];
	ssize_t n;
	size_t used = 0;

	while ((n = read(from, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read what diff says");
		for (ssize_t i = 0; i < n && used + 1 < size; i++)
			begin[used++] = buffer[i];
		if (fd_write_all(STDOUT_FILENO, buffer, (size_t)n) < 0)
			return err_sys(e, "write to standard output");
	}
	begin[used] = '\0';
	return 0;
}

/* 1 is that they differ, and so is 2 for what is no text. */
static bool is_fine(int status, const char *begin)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) < 2 ||
		(WEXITSTATUS(status) == 2 && str_starts(begin, "Binary ")));
}

static int run_diff(struct patcher *p, const int files[2], struct err *e)
{
	autoclose int from = -1, to = -1;
	char begin[16] = "";
	int ends[2], status = 0, r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	from = ends[0];
	to = fcntl(ends[1], F_DUPFD_CLOEXEC, FREE);
	close(ends[1]);
	if (to < 0)
		return err_sys(e, "make a pipe");
	if (start(p, files, to, &pid, e) < 0)
		return -1;
	close(TAKE_FD(to));
	r = pass_on(from, begin, sizeof(begin), e);
	/* Who still writes learns that nobody reads. */
	close(TAKE_FD(from));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && !is_fine(status, begin))
		return err_set(e, ERR_SYSTEM, "'%s' failed", p->diff);
	return r;
}

static bool has_content(const struct entry *x)
{
	return x->type == ENTRY_FILE;
}

static int tell(void *context, const struct change *c, struct err *e)
{
	const unsigned int contents = DIFFERS_TYPE | DIFFERS_SIZE |
				      DIFFERS_CONTENT | DIFFERS_UNREADABLE;
	struct patcher *p = context;
	autoclose int before = -1, after = -1;

	if (c->kind == CHANGE_MODIFIED && !(c->differs & contents))
		return 0;
	if (has_content(c->before)) {
		before = open_side(c->before, e);
		if (before < 0)
			return err_wrap(e, "'%s'", c->path);
	}
	if (has_content(c->after)) {
		after = open_side(c->after, e);
		if (after < 0)
			return err_wrap(e, "'%s'", c->path);
	}
	if (before < 0 && after < 0)
		return 0;
	name_it(&p->before, before < 0 ? NULL : "a", c->path);
	name_it(&p->after, after < 0 ? NULL : "b", c->path);
	if (run_diff(p, (const int[]){ before, after }, e) < 0)
		return err_wrap(e, "'%s'", c->path);
	return 0;
}

int report_patch(struct arena *a, const struct kept_layer *l, struct err *e)
{
	struct patcher p = {
		.diff = find_diff(a),
		.before = { .arena = a },
		.after = { .arena = a },
	};
	const struct changes_to to = {
		.tell = tell,
		.context = &p,
		.below_deleted = true,
	};

	if (!p.diff) {
		err_set(e, ERR_SYSTEM, "--format patch: there is no diff(1)");
		return err_hint(e, "install diffutils, or leave out --format");
	}
	return changes_walk(a, l, &to, e);
}
