/* SPDX-License-Identifier: Apache-2.0 */
#include "host/check_facts.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* user.max_*_namespaces, namespaces(7). */
static void look_limits(long limits[TRY_COUNT])
{
	static const char *const kinds[TRY_COUNT] = {
		[TRY_USER] = "user",	 [TRY_MOUNT] = "mnt", [TRY_PID] = "pid",
		[TRY_NET] = "net",	 [TRY_IPC] = "ipc",   [TRY_UTS] = "uts",
		[TRY_CGROUP] = "cgroup",
	};
	char path[64];

	for (int i = 0; i < TRY_COUNT; i++) {
		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			 kinds[i] ? kinds[i] : "no");
		limits[i] = kinds[i] ? check_sysctl(path) : -1;
	}
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Engines leave these; who runs a container without says nothing. */
static bool is_contained(const struct caller *caller)
{
	return exists("/.dockerenv") || exists("/run/.containerenv") ||
	       exists("/run/systemd/container") ||
	       caller_env(caller, "container");
}

/* "docker-default (enforce)"; "unconfined" is not confined. */
static const char *look_confined(struct arena *a)
{
	char text[256] = "";
	autoclose int fd =
		open("/proc/self/attr/apparmor/current", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return NULL;
	text[strcspn(text, " \n")] = '\0';
	return str_equal(text, "unconfined") ? NULL : arena_dup(a, text);
}

/* "4:memory:/..."; named ones have none, and version 2 is "0::/...". */
static bool has_legacy(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	autofree char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (f && !found && getline(&line, &room, f) > 0) {
		const char *controllers = strchr(line, ':');

		found = controllers && controllers[1] != ':' &&
			!str_starts(controllers, ":name=");
	}
	if (f)
		fclose(f);
	return found;
}

static bool has_manager(uid_t uid)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/user/%u/systemd/private", uid);
	return exists(path);
}

/* What others would find: as its owner, root is never refused. */
static const char *look_privileges(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && st.st_mode & S_ISUID)
		return "setuid";
	if (stat(path, &st) == 0 && st.st_mode & S_ISGID)
		return "setgid";
	if (getxattr(path, "security.capability", NULL, 0) > 0)
		return "with file capabilities";
	return NULL;
}

/* Those who map ids need the rights that sandbox must not have. */
static const char *look_helpers(struct arena *a, const struct caller *caller)
{
	struct subids subids = { 0 };
	struct err ignored;

	if (subids_look(a, caller, &subids, &ignored) < 0)
		return NULL;
	if (subids.newuidmap && !look_privileges(subids.newuidmap))
		return subids.newuidmap;
	if (subids.newgidmap && !look_privileges(subids.newgidmap))
		return subids.newgidmap;
	return NULL;
}

static const char *find_fuse_overlayfs(void)
{
	static const char *const places[] = { "/usr/bin/fuse-overlayfs",
					      "/bin/fuse-overlayfs",
					      "/usr/local/bin/fuse-overlayfs" };

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

static int landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

static unsigned int first_cpu(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		for (unsigned int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, &cpus))
				return i;
	return 0;
}

int check_look(struct arena *a, const struct caller *caller,
	       struct check_facts *out, struct err *e)
{
	static const struct cgroup_wants wants = {
		.places = true,
		.scope = true,
		.perf = true,
	};
	struct check_facts f = { .caller = *caller };

	if (uname(&f.kernel) < 0)
		return err_sys(e, "uname");
	if (host_kernel(&f.kernel_major, &f.kernel_minor, e) < 0 ||
	    host_self(a, &f.self, e) < 0 ||
	    cgroup_look(a, caller, &wants, &f.cgroup, e) < 0)
		return -1;
	userns_look(&f.userns);
	check_try(caller, f.errnums);
	look_limits(f.limits);
	f.legacy = has_legacy();
	if (f.cgroup.mount)
		f.controllers = cgroup_controllers(f.cgroup.mount);
	f.perf_paranoid = check_sysctl("/proc/sys/kernel/perf_event_paranoid");
	f.systemd_run = cgroup_systemd_run();
	f.manager = has_manager(caller->uid);
	f.contained = is_contained(caller);
	f.confined = look_confined(a);
	f.landlock = landlock_version();
	f.fuse = access("/dev/fuse", R_OK | W_OK) == 0;
	f.fuse_overlayfs = find_fuse_overlayfs();
	f.privileged = f.self ? look_privileges(f.self) : NULL;
	f.weak = look_helpers(a, caller);
	f.first_cpu = first_cpu();
	*out = f;
	return 0;
}
