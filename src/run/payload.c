/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command's process, up to its execve(2). It shares its memory with PID 1
 * until then (vfork), so it allocates nothing and leaves no trace but in the
 * struct run it was given.
 */
#include "run/run.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "host/sys.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Where there is no PID namespace, but a process in PID 1's place, its death is
 * that of the parent.
 */
static int tie_to_init(const struct run *r, struct err *e)
{
	const struct program *p = r->program;

	if (!p->die_with_parent || !p->init || p->namespaces & CLONE_NEWPID)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_sys(e, "tie the command to its parent");
	return 0;
}

/* PID 1 is not in the command's group: it would get what that sends there. */
int stage_session(struct run *r, struct err *e)
{
	if (r->program->bwrap)
		return tie_to_init(r, e);
	if (r->program->new_session && setsid() < 0)
		return err_sys(e, "make a new session");
	if (!r->program->new_session && r->program->init &&
	    run_has_own_group(r) && setpgid(0, 0) < 0)
		return err_sys(e, "make a process group");
	return 0;
}

/* PWD is the last variable; compile left the slot free. */
static void set_pwd(const struct program *p, const char *pwd, const char **env)
{
	memcpy(env, p->environ, p->environ_count * sizeof(*env));
	env[p->environ_count] = pwd;
	env[p->environ_count + 1] = NULL;
}

int stage_directory(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	for (size_t i = 0; p->chdirs[i]; i++) {
		if (chdir(p->chdirs[i]) == 0) {
			r->directory = i;
			return 0;
		}
		if (!p->chdir_must)
			continue;
		if (p->bwrap)
			return err_sys(e, "Can't chdir to %s", p->chdirs[i]);
		err_sys(e,
			"working directory '%s' is not visible in the "
			"sandbox",
			p->chdirs[i]);
		e->kind = ERR_USAGE;
		return err_hint(e, "add --ro or --rw with it, or --chdir DIR "
				   "with another");
	}
	return err_sys(e, "change to a directory");
}

/*
 * Keys that the command makes are its own, and the host's session keyring is
 * not at hand. The rights of a user's own keyrings remain: keyctl is refused
 * unless a profile allows it.
 */
int stage_keyring(struct run *r, struct err *e)
{
	(void)r;
	if (sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0) >= 0 || errno == ENOSYS)
		return 0;
	err_sys(e, "join a new session keyring");
	if (e->errnum == EDQUOT)
		err_hint(e, "the limit of sysctl kernel.keys.maxkeys (or "
			    "maxbytes) is reached; it is made because the "
			    "profile allows keyctl");
	return -1;
}

/* A limit that is lower already stays: it confines more than was asked. */
static int lower_limit(const struct plan_rlimit *l, struct err *e)
{
	struct rlimit now, wanted = {
		.rlim_cur = l->soft == UINT64_MAX ? RLIM_INFINITY : l->soft,
		.rlim_max = l->hard == UINT64_MAX ? RLIM_INFINITY : l->hard,
	};

	if (setrlimit((__rlimit_resource_t)l->resource, &wanted) == 0)
		return 0;
	if (errno != EPERM ||
	    getrlimit((__rlimit_resource_t)l->resource, &now) < 0)
		return err_sys(e, "set resource limit %d", l->resource);
	if (wanted.rlim_max > now.rlim_max)
		wanted.rlim_max = now.rlim_max;
	if (wanted.rlim_cur > wanted.rlim_max)
		wanted.rlim_cur = wanted.rlim_max;
	if (setrlimit((__rlimit_resource_t)l->resource, &wanted) < 0)
		return err_sys(e, "set resource limit %d", l->resource);
	return 0;
}

int stage_limits(struct run *r, struct err *e)
{
	for (size_t i = 0; i < r->program->rlimit_count; i++)
		if (lower_limit(&r->program->rlimits[i], e) < 0)
			return -1;
	return 0;
}

static void swallow(int signal)
{
	(void)signal;
}

/*
 * PID 1 waits for our execve and cannot be woken: stopped before it, we would
 * hold it for good. With a handler a stop is lost instead; execve makes these
 * signals default again.
 */
static int delay_stops(struct err *e)
{
	static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	struct sigaction handler = { .sa_handler = swallow }, old;

	for (size_t i = 0; i < COUNT_OF(stops); i++) {
		if (sigaction(stops[i], NULL, &old) < 0 ||
		    (old.sa_handler == SIG_DFL &&
		     sigaction(stops[i], &handler, NULL) < 0))
			return err_sys(e, "catch stop signals");
	}
	return 0;
}

/*
 * No handler was ever installed, so dispositions are as the caller left them:
 * ignored ones stay ignored (nohup), the rest is default. So is what is blocked
 * with bubblewrap's rules, but for SIGCHLD.
 */
int stage_signals(struct run *r, struct err *e)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	if (r->ignored_sigchld && sigaction(SIGCHLD, &ignore, NULL) < 0)
		return err_sys(e, "ignore SIGCHLD");
	sigemptyset(&set);
	if (r->program->bwrap) {
		sigaddset(&set, SIGCHLD);
		if (sigprocmask(SIG_UNBLOCK, &set, NULL) < 0)
			return err_sys(e, "unblock SIGCHLD");
		return 0;
	}
	if (r->program->init && delay_stops(e) < 0)
		return -1;
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return err_sys(e, "unblock signals");
	return 0;
}

/* Milliseconds that a wake that went wrong would cost. */
#define GATE_LOOKS_AGAIN 10

/*
 * Waits until PID 1 has given up what it has. That the two run beside each
 * other with one errno does no harm: a successful call does not touch it, and a
 * call of PID 1's that fails ends the run.
 */
int stage_gate(struct run *r, struct err *e)
{
	(void)e;
	while (!__atomic_load_n(&r->gate, __ATOMIC_ACQUIRE))
		sys_futex(&r->gate, FUTEX_WAIT_PRIVATE, 0, GATE_LOOKS_AGAIN);
	return 0;
}

/* A file without #! that no loader takes is a shell script, as execvp(3). */
static void run_shell(const char *path, const char *const *argv,
		      const char *const *env)
{
	size_t n = 0;

	while (argv[n])
		n++;
	{
		const char *shell[n + 2];

		shell[0] = "/bin/sh";
		shell[1] = path;
		for (size_t i = 1; i <= n; i++)
			shell[i + 1] = argv[i];
		execve(shell[0], (char *const *)shell, (char *const *)env);
	}
}

static int not_run(const struct program *p, const char *path, int errnum,
		   struct err *e)
{
	const char *name = p->called;

	errno = errnum;
	if (p->bwrap)
		return err_sys(e, "execvp %s", name);
	if (errnum == ENOENT && path && access(path, F_OK) == 0)
		return err_set(e, ERR_NOT_FOUND,
			       "cannot run '%s': its interpreter is not in the "
			       "sandbox",
			       path);
	if (errnum == ENOENT)
		return err_set(e, ERR_NOT_FOUND,
			       "command '%s' not found in the sandbox", name);
	err_set(e, ERR_NOT_EXECUTABLE, "cannot run '%s'", path ? path : name);
	e->errnum = errnum;
	return -1;
}

/* Going on to the next directory of PATH, as execvp(3) does. */
static bool is_elsewhere(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == EACCES ||
	       errnum == ESTALE || errnum == ENODEV || errnum == ETIMEDOUT;
}

int stage_exec(struct run *r, struct err *e)
{
	const struct program *p = r->program;
	const char *env[p->environ_count + 2];
	const char *refused = NULL, *there = NULL;
	int errnum = ENOENT;

	set_pwd(p, p->pwds[r->directory], env);
	r->tried = true;
	for (size_t i = 0; p->paths[i]; i++) {
		const char *path = p->paths[i];

		execve(path, (char *const *)p->argv, (char *const *)env);
		if (errno == ENOEXEC)
			run_shell(path, p->argv, env);
		errnum = errno;
		if (!is_elsewhere(errnum))
			return not_run(p, path, errnum, e);
		if (errnum == EACCES && !refused)
			refused = path;
		if (errnum == ENOENT && !there && access(path, F_OK) == 0)
			there = path;
	}
	if (refused)
		return not_run(p, refused, EACCES, e);
	return not_run(p, there, p->bwrap ? errnum : ENOENT, e);
}
