/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of bubblewrap, up to the program: the input's first byte
 * chooses a machine, the second what more is true there, what follows are the
 * words, each ended by a newline or a zero byte. What comes after a byte 0xff
 * are those that --args reads.
 */
#include "program.h"

#include "input/bwrap.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whatever number --args has, it is this; no other descriptor is touched. */
#define ARGS_FD 900

/* The second byte. */
#define HAS_CAPS 1
#define HAS_DESCRIPTORS 2
#define SAME_JOINED 4

#define INHERITED 16

static void provide_args(struct arena *a, const uint8_t *data, size_t size)
{
	char *text = arena_dup_n(a, (const char *)data, size);
	int fd = memfd_create("args", MFD_CLOEXEC);

	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = '\0';
	CHECK(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(dup2(fd, ARGS_FD) == ARGS_FD);
	close(fd);
}

static void redirect_args(int argc, const char **argv)
{
	for (int i = 1; i + 1 < argc; i++) {
		char *end;

		if (!str_equal(argv[i], "--args"))
			continue;
		strtol(argv[i + 1], &end, 10);
		if (end != argv[i + 1] && !*end)
			argv[i + 1] = "900";
	}
}

/* --- the machine -------------------------------------------------------- */

static bool is_used(const struct plan *p, int fd)
{
	bool used = false;

	for (int i = 0; i < PEER_COUNT; i++)
		used |= p->peers[i] == fd;
	for (size_t i = 0; i < p->mounts.count; i++)
		used |= p->mounts.items[i].fd == fd;
	return used;
}

static bool is_filter(const struct plan *p, int fd)
{
	for (size_t i = 0; i < p->seccomp_fds.count; i++)
		if (p->seccomp_fds.items[i] == fd)
			return true;
	return false;
}

/* Every one that is used is open, on a directory, a file, or a pipe. */
static void provide_descriptors(struct canned *c, const struct plan *p)
{
	static const char *const paths[] = { "/usr", "/etc/passwd", NULL,
					     "/home/ann/work" };

	for (int fd = 0; fd < INHERITED; fd++) {
		const char *path = paths[(size_t)fd % COUNT_OF(paths)];
		struct host_descriptor d = { fd, true, path };

		if (is_used(p, fd))
			*array_add(c->arena, &c->descriptors) = d;
	}
}

/* What a canned machine does not have. Filters are closed when they are read. */
static void complete_host(struct arena *a, const struct plan *p,
			  const struct host_wants *wants, unsigned int byte,
			  struct host *h)
{
	int *fds = arena_alloc(a, INHERITED * sizeof(*fds));

	h->inherited_count = 0;
	for (int fd = 3; fd < INHERITED && wants->bwrap; fd++)
		if (byte & HAS_DESCRIPTORS && !is_filter(p, fd))
			fds[h->inherited_count++] = fd;
	h->inherited = fds;
	if (wants->caps && !(byte & HAS_CAPS))
		h->caps = 0;
	h->same_joined = byte & SAME_JOINED && wants->joined[0] >= 0 &&
			 wants->joined[1] >= 0;
}

/* --- rules -------------------------------------------------------------- */

static bool given(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (str_equal(s->list.items[i].directive->name, name))
			return true;
	return false;
}

/* What no option has asked for is shared with the host. */
static void check_unshared(const struct made *m)
{
	static const struct {
		uint64_t flag;
		const char *option, *try;
	} all[] = {
		{ CLONE_NEWUSER, "unshare-user", "unshare-user-try" },
		{ CLONE_NEWPID, "unshare-pid", "unshare-all" },
		{ CLONE_NEWNET, "unshare-net", "unshare-all" },
		{ CLONE_NEWIPC, "unshare-ipc", "unshare-all" },
		{ CLONE_NEWUTS, "unshare-uts", "unshare-all" },
		{ CLONE_NEWCGROUP, "unshare-cgroup", "unshare-cgroup-try" },
	};
	bool root = m->host->caller->uid == 0;

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		bool asked = given(m->settings, all[i].option) ||
			     given(m->settings, all[i].try) ||
			     given(m->settings, "unshare-all");

		if (all[i].flag == CLONE_NEWUSER && !root)
			continue;
		CHECK(asked || !(m->program->namespaces & all[i].flag));
	}
	CHECK(!(m->program->namespaces & CLONE_NEWTIME));
}

/* bubblewrap covers places there too. */
static bool is_in_proc(const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->mounts.count; i++)
		if (p->mounts.items[i].kind == MOUNT_PROC &&
		    path_within(path, p->mounts.items[i].dest))
			return true;
	return false;
}

/* ... and nothing of what sandbox adds by itself is there. */
static void check_bare(const struct made *m)
{
	const struct program *p = m->program;

	CHECK(p->bwrap && !p->filtered && !p->explain && !p->join_keyring);
	CHECK(!p->cgroup.source && !p->looks && !p->watched && !p->perf);
	CHECK(!p->rlimit_count && !p->limit_count && !p->offline);
	CHECK(!m->plan->protected.count && !p->profile_count);
	for (size_t i = 0; i < p->step_count; i++) {
		const struct step *s = &p->steps[i];

		CHECK(s->kind != STEP_HIDE && s->kind != STEP_HIDE_PRIVATE);
		CHECK(s->kind != STEP_PROTECT || is_in_proc(m->plan, s->dest));
	}
}

/* All that is inherited, but what an option uses. */
static void check_kept(const struct made *m)
{
	const struct program *p = m->program;
	size_t n = 0;

	for (size_t i = 0; i < m->host->inherited_count; i++) {
		int fd = m->host->inherited[i];

		if (!is_used(m->plan, fd))
			CHECK(n < p->keep_fd_count && p->keep_fds[n++] == fd);
	}
	CHECK(n == p->keep_fd_count);
}

static void check_caps(const struct made *m)
{
	const struct program *p = m->program;
	bool changed =
		given(m->settings, "cap-add") || given(m->settings, "cap-drop");

	if (m->host->caller->uid != 0 && !given(m->settings, "cap-add"))
		CHECK(!p->caps);
	CHECK(p->caps_untouched == (m->host->caller->uid == 0 &&
				    !m->plan->caps && !m->plan->caps_dropped));
	CHECK(changed || p->caps == m->host->caps);
	CHECK(!p->caps_locked);
	CHECK(!p->nested || (p->caps && p->maps_ids));
	CHECK(!p->disable_userns || !p->caps || p->nested);
}

/* --- the way there ------------------------------------------------------ */

static int make(struct arena *a, struct canned *canned, unsigned int byte,
		const struct request *request, struct err *e)
{
	struct host_wants wants;
	struct program program;
	struct host host;
	struct plan plan;
	struct made made = { &request->settings, &plan, &host, &program };

	if (settings_apply(&request->settings, a, "/cwd", &plan, e) < 0)
		return -1;
	plan.command = request->command;
	if (plan_check(&plan, e) < 0)
		return -1;
	if (byte & HAS_DESCRIPTORS)
		provide_descriptors(canned, &plan);
	plan_wants(a, &plan, &canned->caller, &wants);
	if (canned_look(canned, a, &wants, &host, e) < 0)
		return -1;
	complete_host(a, &plan, &wants, byte, &host);
	if (compile(a, &plan, &host, &program, e) < 0)
		return -1;
	check_program(a, &made);
	check_unshared(&made);
	check_bare(&made);
	check_kept(&made);
	check_caps(&made);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	const char *argv[FUZZ_WORDS + 1];
	const uint8_t *args;
	struct request request;
	struct canned canned;
	struct err e = { 0 };
	int argc, r;

	if (size < 2)
		return 0;
	fuzz_host(&canned, &a, data[0]);
	args = memchr(data + 2, 0xff, size - 2);
	if (args)
		provide_args(&a, args + 1, (size_t)(data + size - args - 1));
	argc = fuzz_split(&a, "bwrap", (const char *)data + 2,
			  args ? (size_t)(args - data) - 2 : size - 2, argv);
	redirect_args(argc, argv);
	r = bwrap_read(&a, argc, argv, &request, &e);
	for (size_t i = 0; i < request.warnings.count; i++)
		CHECK(request.warnings.items[i][0]);
	if (r == 0 && request.action == ACTION_NONE && request.command) {
		CHECK(request.bwrap && request.command[0]);
		r = make(&a, &canned, data[1], &request, &e);
	}
	if (r < 0)
		fuzz_check_err(&e);
	else
		CHECK(e.kind == ERR_NONE);
	if (args)
		close(ARGS_FD);
	arena_release(&a);
	return 0;
}
