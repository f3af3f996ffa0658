/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cgroup.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/host.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

static const struct {
	unsigned int bit;
	const char *name;
} controllers[] = {
	{ CONTROLLER_CPUSET, "cpuset" }, { CONTROLLER_CPU, "cpu" },
	{ CONTROLLER_IO, "io" },	 { CONTROLLER_MEMORY, "memory" },
	{ CONTROLLER_PIDS, "pids" },
};

void controllers_print(unsigned int bits, const char *prefix, struct str *out)
{
	for (size_t i = 0; i < COUNT_OF(controllers); i++)
		if (bits & controllers[i].bit)
			str_addf(out, "%s%s%s", out->length ? " " : "", prefix,
				 controllers[i].name);
}

/* A whole small file; false if it cannot be read or is not whole. */
static bool read_small(int dir, const char *name, char *text, size_t size)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return (size_t)n < size - 1;
}

/* --- where it is mounted ------------------------------------------------ */

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Field number `n` of a line of mountinfo, proc(5), from 0; NULL: too short. */
static char *field(char *line, unsigned int n)
{
	while (n-- && line) {
		line = strchr(line, ' ');
		if (line)
			line++;
	}
	return line;
}

static bool is_octal(const char *text)
{
	return text[0] == '\\' && strspn(text + 1, "01234567") >= 3;
}

/* "\040" and the like become what they stand for, proc(5). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (is_octal(from)) {
			*to = (char)((from[1] - '0') * 64 +
				     (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

struct mounts {
	ARRAY(const char *) list;
};

/* Returns false if there may be more of them. */
static bool list_mounts(struct arena *a, struct mounts *out)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	autofree char *line = NULL;
	size_t room = 0;
	bool all;

	while (f && getline(&line, &room, f) > 0) {
		char *type = strstr(line, " - cgroup2 ");
		char *path = field(line, 4);

		if (!type || !path || path > type)
			continue;
		path[strcspn(path, " ")] = '\0';
		unescape(path);
		*array_add(a, &out->list) = arena_dup(a, path);
	}
	all = f && !ferror(f);
	if (f)
		fclose(f);
	return all;
}

/* The places that are usual are tried first; who has another is looked for. */
static const char *search_mount(struct arena *a)
{
	struct mounts mounts = { 0 };

	list_mounts(a, &mounts);
	for (size_t i = 0; i < mounts.list.count; i++)
		if (is_cgroup2(mounts.list.items[i]))
			return mounts.list.items[i];
	return NULL;
}

/* What the command must not write to: all, wherever they are. */
static int look_mounts(struct arena *a, struct host_cgroup *h, struct err *e)
{
	struct mounts mounts = { 0 };

	if (!h->given.usable && !h->current.usable && !h->parent.usable &&
	    !h->root.usable)
		return 0;
	if (!list_mounts(a, &mounts))
		return err_sys(e, "list the mounts of cgroups");
	h->mounts = mounts.list.items;
	h->mount_count = mounts.list.count;
	return 0;
}

static const char *find_mount(struct arena *a)
{
	/* One hierarchy; or beside those of version 1, "hybrid". */
	static const char *const usual[] = { "/sys/fs/cgroup",
					     "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (is_cgroup2(usual[i]))
			return usual[i];
	return search_mount(a);
}

/* --- places ------------------------------------------------------------- */

static unsigned int read_controllers(int dir, const char *file)
{
	char text[512], *rest = text;
	const char *word;
	unsigned int bits = 0;

	if (!read_small(dir, file, text, sizeof(text)))
		return 0;
	while ((word = strsep(&rest, " \n")))
		for (size_t i = 0; i < COUNT_OF(controllers); i++)
			if (str_equal(word, controllers[i].name))
				bits |= controllers[i].bit;
	return bits;
}

unsigned int cgroup_controllers(const char *path)
{
	autoclose int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 ? 0 : read_controllers(dir, "cgroup.controllers");
}

/* Threads of a threaded one are spread: no memory or io can be limited. */
static bool is_domain(int dir, bool *top)
{
	char text[64];

	if (!read_small(dir, "cgroup.type", text, sizeof(text))) {
		*top = errno == ENOENT;
		return *top;
	}
	return str_equal(text, "domain\n");
}

static void look_processes(int dir, struct cgroup_place *out)
{
	char text[64];
	char *end;

	if (!read_small(dir, "cgroup.procs", text, sizeof(text)))
		return;
	out->empty = text[0] == '\0';
	out->alone = strtol(text, &end, 10) == getpid() && str_equal(end, "\n");
}

/*
 * Half a delegation (the directory ours, cgroup.procs root's, as in a step of
 * Slurm) is none: no process could be put there.
 */
static void look_place(struct arena *a, const char *path,
		       struct cgroup_place *out)
{
	autoclose int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	*out = (struct cgroup_place){ .path = arena_dup(a, path) };
	if (dir < 0 || faccessat(dir, "cgroup.procs", W_OK, 0) < 0 ||
	    faccessat(dir, ".", W_OK | X_OK, 0) < 0 ||
	    !is_domain(dir, &out->top))
		return;
	out->usable = true;
	out->can_enable =
		faccessat(dir, "cgroup.subtree_control", W_OK, 0) == 0;
	out->available = read_controllers(dir, "cgroup.controllers");
	out->enabled = read_controllers(dir, "cgroup.subtree_control");
	look_processes(dir, out);
}

/*
 * "0::/user.slice/..." of /proc/self/cgroup. One outside of what this cgroup
 * namespace shows begins with "/..", a removed one ends in " (deleted)".
 */
static const char *own_path(struct arena *a, const char *mount)
{
	char text[8192];
	char *line = text;

	if (!read_small(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)))
		return NULL;
	if (!str_starts(line, "0::/")) {
		line = strstr(text, "\n0::/");
		if (!line)
			return NULL;
		line++;
	}
	line += strlen("0::");
	line[strcspn(line, "\n")] = '\0';
	if (path_has_dotdot(line) || strstr(line, " (deleted)"))
		return NULL;
	return path_clean(a, "/", path_join(a, mount, line));
}

static void look_own(struct arena *a, const struct caller *caller,
		     struct host_cgroup *h)
{
	const char *own = own_path(a, h->mount);

	bool top = own && str_equal(own, h->mount);

	if (own)
		look_place(a, own, &h->current);
	if (own && !top)
		look_place(a, path_parent(a, own), &h->parent);
	if (caller->uid == 0 && !top)
		look_place(a, h->mount, &h->root);
}

static int look_given(struct arena *a, const char *path, struct host_cgroup *h,
		      struct err *e)
{
	autofree char *real = realpath(path, NULL);

	if (!real)
		return err_sys(e, "--cgroup-parent '%s'", path);
	if (!is_cgroup2(real))
		return err_set(e, ERR_USAGE,
			       "--cgroup-parent: '%s' is not in a cgroup v2 "
			       "file system",
			       path);
	look_place(a, real, &h->given);
	if (h->given.usable)
		return 0;
	err_set(e, ERR_USAGE,
		"--cgroup-parent: in '%s' you may not make cgroups and put "
		"processes there",
		path);
	return err_hint(e, "it has to be one that was delegated to you, as by "
			   "systemd-run --user --scope -p Delegate=yes");
}

/* --- systemd's user manager --------------------------------------------- */

const char *cgroup_systemd_run(void)
{
	static const char *const places[] = { "/usr/bin/systemd-run",
					      "/bin/systemd-run" };

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/*
 * The first words of D-Bus: whoever serves the socket says OK. One that is left
 * over refuses, and one that hangs is not waited for.
 */
static bool answers(int fd)
{
	const struct timeval within = { .tv_sec = 2 };
	char hello[64], answer[64];
	char uid[16];
	int n = 0;

	snprintf(uid, sizeof(uid), "%u", (unsigned int)geteuid());
	hello[n++] = '\0';
	n += snprintf(hello + n, sizeof(hello) - (size_t)n, "AUTH EXTERNAL ");
	for (const char *p = uid; *p; p++)
		n += snprintf(hello + n, sizeof(hello) - (size_t)n, "%02x", *p);
	n += snprintf(hello + n, sizeof(hello) - (size_t)n, "\r\n");
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &within,
			  sizeof(within)) == 0 &&
	       send(fd, hello, (size_t)n, MSG_NOSIGNAL) == n &&
	       recv(fd, answer, sizeof(answer), 0) > 2 &&
	       memcmp(answer, "OK", 2) == 0;
}

static bool has_user_manager(const struct caller *caller)
{
	const char *runtime = caller_env(caller, "XDG_RUNTIME_DIR");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int n;

	if (!runtime || runtime[0] != '/' || fd < 0 || !cgroup_systemd_run())
		return false;
	n = snprintf(to.sun_path, sizeof(to.sun_path), "%s/systemd/private",
		     runtime);
	return n > 0 && (size_t)n < sizeof(to.sun_path) &&
	       connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	       answers(fd);
}

int cgroup_look(struct arena *a, const struct caller *caller,
		const struct cgroup_wants *wants, struct host_cgroup *out,
		struct err *e)
{
	struct host_cgroup h = { 0 };

	if (wants->places) {
		h.scoped = caller->scoped;
		h.mount = find_mount(a);
	}
	if (wants->given && look_given(a, wants->given, &h, e) < 0)
		return -1;
	if (h.mount && !wants->given)
		look_own(a, caller, &h);
	if (h.mount && wants->scope && !h.scoped)
		h.scope = has_user_manager(caller);
	if (look_mounts(a, &h, e) < 0)
		return -1;
	if (wants->perf) {
		autoclose int fd = sys_task_clock();

		h.perf = fd >= 0;
	}
	*out = h;
	return 0;
}
