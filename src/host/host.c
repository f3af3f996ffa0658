/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/program.h"
#include "host/sys.h"
#include "host/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

/* struct sock_filter, and the most of them that Linux takes (BPF_MAXINSNS). */
#define RAW_UNIT ((size_t)8)
#define RAW_MAX (4096 * RAW_UNIT)

const char *caller_env(const struct caller *c, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *v = c->environ; v && *v; v++)
		if (strncmp(*v, name, n) == 0 && (*v)[n] == '=')
			return *v + n + 1;
	return NULL;
}

/*
 * A sandbox that was started again in a scope finds its own number there, and
 * what INVOCATION_ID was before systemd-run(1) set it. The command sees neither.
 */
static void take_scope(struct arena *a, struct caller *c)
{
	const char *pid = caller_env(c, SCOPE_VARIABLE);
	char *before;
	size_t n = 0;
	const char **kept;

	if (!pid || strtol(pid, &before, 10) != getpid() || *before != ':')
		return;
	c->scoped = true;
	for (const char *const *v = c->environ; *v; v++)
		n++;
	kept = arena_alloc(a, (n + 1) * sizeof(*kept));
	n = 0;
	for (const char *const *v = c->environ; *v; v++)
		if (!str_starts(*v, SCOPE_VARIABLE "=") &&
		    !str_starts(*v, "INVOCATION_ID="))
			kept[n++] = *v;
	if (before[1])
		kept[n++] = arena_format(a, "INVOCATION_ID=%s", before + 1);
	c->environ = kept;
}

/*
 * getcwd(2) answers "(unreachable)/..." for a directory outside the root and
 * fails for a removed one; either way it has no name that could be mounted.
 */
void caller_read(struct arena *a, struct caller *out)
{
	char cwd[PATH_MAX];

	*out = (struct caller){
		.uid = (uid_t)getauxval(AT_EUID),
		.gid = (gid_t)getauxval(AT_EGID),
		.environ = (const char *const *)environ,
		.called = (const char *)getauxval(AT_EXECFN),
	};
	if (getcwd(cwd, sizeof(cwd)) && cwd[0] == '/')
		out->cwd = arena_dup(a, cwd);
	take_scope(a, out);
}

const struct path_fact *host_path(const struct host *h, const char *path)
{
	for (size_t i = 0; i < h->path_count; i++)
		if (str_equal(h->paths[i].path, path))
			return &h->paths[i];
	return NULL;
}

const struct path_fact *host_listing(const struct host *h, const char *dir)
{
	for (size_t i = 0; i < h->listing_count; i++)
		if (str_equal(h->listings[i].path, dir))
			return &h->listings[i];
	return NULL;
}

const struct host_descriptor *host_descriptor(const struct host *h, int fd)
{
	for (size_t i = 0; i < h->descriptor_count; i++)
		if (h->descriptors[i].fd == fd)
			return &h->descriptors[i];
	return NULL;
}

int host_kernel(unsigned int *major, unsigned int *minor, struct err *e)
{
	struct utsname u;
	char *dot, *end;

	if (uname(&u) < 0)
		return err_sys(e, "uname");
	*major = (unsigned int)strtoul(u.release, &dot, 10);
	*minor = *dot == '.' ? (unsigned int)strtoul(dot + 1, &end, 10) : 0;
	if (dot == u.release || *dot != '.' || end == dot + 1)
		return err_set(e, ERR_SYSTEM, "kernel release '%s' is unknown",
			       u.release);
	return 0;
}

/* $PWD is the shell's name of the directory; believed only if it is the same. */
static void look_pwd(struct arena *a, struct host *out)
{
	const char *pwd = caller_env(out->caller, "PWD");
	struct stat here, there;

	if (!out->cwd || !pwd || pwd[0] != '/' || str_equal(pwd, out->cwd) ||
	    path_has_dotdot(pwd))
		return;
	if (stat(pwd, &there) < 0 || stat(".", &here) < 0)
		return;
	if (there.st_dev == here.st_dev && there.st_ino == here.st_ino)
		out->pwd = path_clean(a, "/", pwd);
}

/* The name of the terminal behind stdout, as bubblewrap's /dev/console. */
static void look_console(struct arena *a, struct host *out)
{
	struct stat here, there;
	char name[64];
	ssize_t n;

	if (!isatty(1))
		return;
	n = readlink("/proc/self/fd/1", name, sizeof(name));
	if (n <= 0 || (size_t)n >= sizeof(name) || name[0] != '/')
		return;
	name[n] = '\0';
	/* Of another devpts the name says something else here. */
	if (fstat(1, &here) == 0 && stat(name, &there) == 0 &&
	    here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		out->console = arena_dup(a, name);
}

int host_self(struct arena *a, const char **out, struct err *e)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	if (n < 0 || (size_t)n >= sizeof(path)) {
		err_sys(e, "read the symlink '/proc/self/exe'");
		return err_hint(e, "is /proc mounted?");
	}
	if (path[0] == '/')
		*out = arena_dup_n(a, path, (size_t)n);
	return 0;
}

static bool look_userns(void)
{
	char text[16] = "";
	autoclose int fd = open("/proc/sys/user/max_user_namespaces",
				O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno != ENOENT;
	return read(fd, text, sizeof(text) - 1) <= 0 || text[0] != '0';
}

static int unread(const struct host_wants *wants, int fd, struct err *e)
{
	if (wants->bwrap)
		return err_sys(e, "Can't read seccomp data");
	return err_sys(e, "read the filter from descriptor %d", fd);
}

static int no_filter(const struct host_wants *wants, int fd, size_t n,
		     struct err *e)
{
	if (wants->bwrap && n % RAW_UNIT)
		return err_set(e, ERR_USAGE,
			       "Invalid seccomp data, must be multiple of 8");
	return err_set(e, ERR_USAGE,
		       "the filter from descriptor %d is no BPF program: %zu "
		       "bytes, not a multiple of %zu up to %zu",
		       fd, n, RAW_UNIT, RAW_MAX);
}

/*
 * Reads the filters from their descriptors and closes those: the command does
 * not get them, as with bubblewrap. A pipe is read to its end.
 */
static int look_raw(struct arena *a, const struct host_wants *wants,
		    struct host *out, struct err *e)
{
	struct host_bytes *raw =
		arena_alloc(a, (wants->raw_count + 1) * sizeof(*raw));

	for (size_t i = 0; i < wants->raw_count; i++) {
		int fd = wants->raw[i];
		size_t room = RAW_MAX + 1, n = 0;
		char *bytes = arena_alloc(a, room);
		ssize_t got;

		while ((got = read(fd, bytes + n, room - n)) > 0)
			n += (size_t)got;
		if (got < 0)
			return unread(wants, fd, e);
		if (n == 0 || n % RAW_UNIT || n > RAW_MAX)
			return no_filter(wants, fd, n, e);
		/* A hole among 0, 1 and 2 would fill with something else. */
		if (fd > 2)
			close(fd);
		raw[i] = (struct host_bytes){ bytes, n };
	}
	out->raw = raw;
	out->raw_count = wants->raw_count;
	return 0;
}

static int look_machine(struct host *out, struct err *e)
{
	struct sysinfo info;
	cpu_set_t cpus;

	if (sysinfo(&info) < 0)
		return err_sys(e, "ask how large memory is");
	out->memory = (uint64_t)info.totalram * info.mem_unit;
	out->swap = (uint64_t)info.totalswap * info.mem_unit;
	/* More than the set has room for: EINVAL. */
	out->cpu_count = CPU_SETSIZE;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		out->cpu_count = (unsigned int)CPU_COUNT(&cpus);
	return 0;
}

/* "8:0"; without a colon it is none. */
static void read_numbers(const char *text, struct host_device *d)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end != ':' || n > UINT_MAX)
		return;
	d->major = (unsigned int)n;
	d->minor = (unsigned int)strtoul(end + 1, NULL, 10);
}

/* io.max knows whole devices only; a partition is a directory below its. */
static void whole_device(struct host_device *d)
{
	char path[64], text[32] = "";
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", d->major,
		 d->minor);
	if (access(path, F_OK) < 0)
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", d->major,
		 d->minor);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		read_numbers(text, d);
}

static void look_devices(struct arena *a, const struct host_wants *wants,
			 struct host *out)
{
	struct host_device *devices =
		arena_alloc(a, (wants->device_count + 1) * sizeof(*devices));

	for (size_t i = 0; i < wants->device_count; i++) {
		struct host_device *d = &devices[i];
		struct stat st;

		d->asked = wants->devices[i];
		if (d->asked[0] != '/') {
			read_numbers(d->asked, d);
		} else if (stat(d->asked, &st) == 0) {
			dev_t dev =
				S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;

			d->major = major(dev);
			d->minor = minor(dev);
			whole_device(d);
		}
	}
	out->devices = devices;
	out->device_count = wants->device_count;
}

/*
 * The kernel's name for what a descriptor is open on counts if it still leads
 * there. One that is close-on-exec is ours: no caller's survives.
 */
static bool look_descriptor(struct walk *w, const struct host_want_fd *want,
			    struct host_descriptor *out, struct path_fact *fact)
{
	char link[32], path[PATH_MAX];
	struct stat st;
	ssize_t n;

	out->fd = want->fd;
	out->open = fcntl(want->fd, F_GETFD) == 0;
	if (!out->open || !want->name || fstat(want->fd, &st) < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", want->fd);
	n = readlink(link, path, sizeof(path));
	if (n <= 0 || (size_t)n >= sizeof(path) || path[0] != '/')
		return false;
	walk_path(w, arena_dup_n(w->arena, path, (size_t)n), fact);
	if (fact->ino != st.st_ino || fact->dev != st.st_dev ||
	    !str_equal(fact->path, fact->resolved))
		return false;
	out->path = fact->path;
	return true;
}

/* Puts what they are open on among the facts, from `n` on. */
static size_t look_descriptors(struct walk *w, const struct host_wants *wants,
			       struct host *out, struct path_fact *facts,
			       size_t n)
{
	struct host_descriptor *list = arena_alloc(
		w->arena, (wants->descriptor_count + 1) * sizeof(*list));

	for (size_t i = 0; i < wants->descriptor_count; i++)
		n += look_descriptor(w, &wants->descriptors[i], &list[i],
				     &facts[n]);
	out->descriptors = list;
	out->descriptor_count = wants->descriptor_count;
	return n;
}

/*
 * What the caller has open and passes on. One that is close-on-exec is ours: no
 * caller's survives.
 */
static int look_inherited(struct arena *a, struct host *out, struct err *e)
{
	ARRAY(int) fds = { 0 };
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int flags = 0, errnum;

	if (!dir) {
		err_sys(e, "open the directory '/proc/self/fd'");
		return err_hint(e, "is /proc mounted?");
	}
	while (flags >= 0 && (errno = 0, entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd > 2 && (flags = fcntl(fd, F_GETFD)) == 0)
			*array_add(a, &fds) = fd;
	}
	errnum = errno;
	closedir(dir);
	errno = errnum;
	if (errnum)
		return err_sys(e, "look at open descriptors");
	out->inherited = fds.items;
	out->inherited_count = fds.count;
	return 0;
}

static int look_caps(struct host *out, struct err *e)
{
	uint64_t permitted;

	if (sys_capget(&out->caps, &permitted) < 0)
		return err_sys(e, "ask for capabilities");
	return 0;
}

static void look_joined(const int *fds, struct host *out)
{
	struct stat a, b;

	out->same_joined = fds[0] >= 0 && fds[1] >= 0 &&
			   fstat(fds[0], &a) == 0 && fstat(fds[1], &b) == 0 &&
			   a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* One that is a mount point of nothing but the kernel's is not looked at. */
static int look_mounts(struct walk *w, const struct host_wants *wants,
		       struct host *out, struct err *e)
{
	const struct path_fact *changes =
		wants->changes ? host_path(out, wants->changes) : NULL;
	struct host_paths dirs = { 0 };
	struct path_fact *facts;

	if (mountinfo_read(w->arena, &out->mounts, e) < 0)
		return -1;
	for (size_t i = 0; i < wants->count; i++) {
		const struct path_fact *fact =
			host_path(out, wants->paths[i].path);

		if (fact && wants->paths[i].mounts_below)
			mountinfo_above(w->arena, &out->mounts, fact->resolved,
					changes ? changes->resolved : NULL,
					&dirs);
	}
	facts = arena_alloc(w->arena, (dirs.list.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < dirs.list.count; i++) {
		struct err unread;

		walk_path(w, dirs.list.items[i], &facts[i]);
		if (walk_entries(w, &facts[i], true, &unread) < 0)
			facts[i].errnum = unread.errnum;
	}
	out->listings = facts;
	out->listing_count = dirs.list.count;
	return 0;
}

/* The layer, or where it will be made. */
static int look_record(struct walk *w, const char *path, struct host *out,
		       struct err *e)
{
	autoclose int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct record *record = arena_new(w->arena, struct record);
	struct path_fact *places;

	if (dir < 0)
		return err_sys(e, "open directory '%s'", path);
	if (record_load(w->arena, dir, record, e) < 0)
		return e->errnum == ENOENT ? 0 : err_wrap(e, "'%s'", path);
	places = arena_alloc(w->arena,
			     (record->places.count + 1) * sizeof(*places));
	for (size_t i = 0; i < record->places.count; i++)
		walk_path(w, record->places.items[i].path, &places[i]);
	out->record = record;
	out->places = places;
	return 0;
}

static int look_changes(struct walk *w, const char *path, struct host *out,
			struct err *e)
{
	const struct path_fact *fact = host_path(out, path);
	const char *there = fact->type == PATH_ABSENT ?
				    path_parent(w->arena, fact->resolved) :
				    fact->resolved;
	struct statfs fs;

	if (statfs(there, &fs) == 0)
		out->changes_type = (uint64_t)fs.f_type;
	else if (errno != ENOENT && errno != ENOTDIR)
		return err_sys(e, "look at the file system of '%s'", there);
	/* Of all else compile says what is wrong with it. */
	if (fact->type == PATH_DIR && fact->uid == out->caller->uid)
		return look_record(w, fact->resolved, out, e);
	return 0;
}

int host_look(struct arena *a, const struct caller *caller,
	      const struct host_wants *wants, struct host *out, struct err *e)
{
	struct host h = {
		.caller = caller,
		.cwd = caller->cwd,
		.cgroup = out->cgroup,
	};
	struct path_fact *facts;
	struct walk walk = { .arena = a };
	size_t n = 0;

	facts = arena_alloc(a, (wants->count + wants->descriptor_count + 3) *
				       sizeof(*facts));
	/* Before anything is read from one, and closed. */
	n = look_descriptors(&walk, wants, &h, facts, n);
	if (host_kernel(&h.kernel_major, &h.kernel_minor, e) < 0 ||
	    look_raw(a, wants, &h, e) < 0)
		return -1;
	if (wants->machine && look_machine(&h, e) < 0)
		return -1;
	if ((wants->bwrap && look_inherited(a, &h, e) < 0) ||
	    (wants->caps && look_caps(&h, e) < 0) ||
	    (wants->subids && subids_look(a, caller, &h.subids, e) < 0))
		return -1;
	look_joined(wants->joined, &h);
	if (wants->helper)
		h.helper = wants->helper[0] == '/' ?
				   program_at(wants->helper) :
				   program_find(a, caller, wants->helper);
	look_devices(a, wants, &h);
	look_pwd(a, &h);
	if (wants->console)
		look_console(a, &h);
	if (wants->userns)
		h.userns_exists = look_userns();

	if (wants->self && host_self(a, &h.self, e) < 0)
		return -1;

	for (size_t i = 0; i < wants->count; i++) {
		const struct host_want *w = &wants->paths[i];

		walk_path(&walk, w->path, &facts[n]);
		if (w->entries_if_cwd && h.cwd &&
		    str_equal(facts[n].resolved, h.cwd) &&
		    walk_entries(&walk, &facts[n], false, e) < 0)
			return -1;
		n++;
	}
	if (h.cwd) {
		walk_path(&walk, h.cwd, &facts[n]);
		h.cwd_writable = facts[n++].uid == caller->uid ||
				 (caller->uid != 0 && access(".", W_OK) == 0);
	}
	if (h.pwd)
		walk_path(&walk, h.pwd, &facts[n++]);
	if (h.self)
		walk_path(&walk, h.self, &facts[n++]);
	h.paths = facts;
	h.path_count = n;
	if ((wants->mounts && look_mounts(&walk, wants, &h, e) < 0) ||
	    (wants->changes && look_changes(&walk, wants->changes, &h, e) < 0))
		return -1;
	*out = h;
	return 0;
}
