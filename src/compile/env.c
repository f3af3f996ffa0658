/* SPDX-License-Identifier: Apache-2.0 */
/* Environment, working directory and argument list of the command. */
#include "compile/compile.h"

#include "base/err.h"
#include "base/str.h"

#include <fnmatch.h>
#include <string.h>

/* What execvp(3) uses where PATH is not set. */
#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

struct env {
	struct arena *arena;
	ARRAY(const char *) list;
};

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

static void env_unset(struct env *env, const char *name, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < env->list.count; i++) {
		const char *v = env->list.items[i];

		if (name_length(v) == length && strncmp(v, name, length) == 0)
			continue;
		env->list.items[kept++] = v;
	}
	env->list.count = kept;
}

static void env_put(struct env *env, const char *variable)
{
	env_unset(env, variable, name_length(variable));
	*array_add(env->arena, &env->list) = variable;
}

static void env_keep(struct env *env, const struct caller *caller,
		     const char *glob)
{
	bool plain = !strpbrk(glob, "*?[\\");
	size_t length = strlen(glob);

	for (const char *const *v = caller->environ; v && *v; v++) {
		size_t n = name_length(*v);

		if (!(*v)[n])
			continue;
		if (plain ? n == length && strncmp(*v, glob, n) == 0 :
			    fnmatch(glob, arena_dup_n(env->arena, *v, n), 0) ==
				    0)
			env_put(env, arena_dup(env->arena, *v));
	}
}

static void env_apply(struct env *env, const struct caller *caller,
		      const struct plan_env *op)
{
	switch (op->kind) {
	case ENV_SET:
		env_put(env,
			arena_format(env->arena, "%s=%s", op->name, op->value));
		break;
	case ENV_UNSET:
		env_unset(env, op->name, strlen(op->name));
		break;
	case ENV_CLEAR:
		env->list.count = 0;
		break;
	case ENV_KEEP:
		env_keep(env, caller, op->name);
		break;
	}
}

static const char *env_get(const struct env *env, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < env->list.count; i++) {
		const char *v = env->list.items[i];

		if (name_length(v) == n && strncmp(v, name, n) == 0)
			return v[n] ? v + n + 1 : "";
	}
	return NULL;
}

/*
 * Where the command starts. bubblewrap's rule when nothing shows the working
 * directory on purpose: there if it exists, else HOME, else the root.
 */
static void choose_directory(struct compile *c, const struct env *env)
{
	const char **dirs = arena_alloc(c->arena, 5 * sizeof(*dirs));
	const char **pwds = arena_alloc(c->arena, 5 * sizeof(*pwds));
	const char *home = env_get(env, "HOME");
	const char *pwd = c->host->pwd;
	size_t n = 0;

	/* bubblewrap has covered /tmp when it asks whether $PWD is true. */
	if (pwd && c->plan->bwrap && path_within(pwd, "/tmp"))
		pwd = NULL;
	if (c->plan->chdir) {
		dirs[n++] = c->plan->chdir;
		c->out->chdir_must = true;
	} else if (c->workdir) {
		dirs[n++] = c->workdir;
		c->out->chdir_must = true;
	} else {
		if (pwd)
			dirs[n++] = pwd;
		if (c->host->cwd)
			dirs[n++] = c->host->cwd;
		/* PID 1 clears the caller's environment. */
		if (home && home[0] == '/')
			dirs[n++] = arena_dup(c->arena, home);
		dirs[n++] = "/";
	}
	for (size_t i = 0; i < n; i++)
		pwds[i] = arena_format(c->arena, "PWD=%s", dirs[i]);
	c->out->chdirs = dirs;
	c->out->pwds = pwds;
}

int compile_env(struct compile *c, struct err *e)
{
	const struct caller *caller = c->host->caller;
	struct env env = { .arena = c->arena };
	const char *path;

	(void)e;
	for (const char *const *v = caller->environ; v && *v; v++)
		*array_add(c->arena, &env.list) = *v;
	for (size_t i = 0; i < c->plan->env.count; i++)
		env_apply(&env, caller, &c->plan->env.items[i]);
	if (c->home)
		env_put(&env, arena_format(c->arena, "HOME=%s", c->home));
	choose_directory(c, &env);
	env_unset(&env, "PWD", 3);
	/* What is not passed on is not kept, where PID 1 may be looked at. */
	for (size_t i = 0; i < env.list.count; i++)
		env.list.items[i] = arena_dup(c->arena, env.list.items[i]);
	path = env_get(&env, "PATH");
	c->out->path_variable = path ? path : PATH_DEFAULT;
	/* Room for PWD and the terminating NULL. */
	c->out->environ_count = env.list.count;
	array_add(c->arena, &env.list);
	array_add(c->arena, &env.list);
	c->out->environ = env.list.items;
	return 0;
}

/* The places execvp(3) would try, an empty one in PATH being ".". */
static const char *const *search(struct compile *c, const char *name)
{
	ARRAY(const char *) found = { 0 };
	const char *p = c->out->path_variable;

	if (!name[0]) {
		/* Nowhere: ENOENT, as execvp(3) says. */
	} else if (strchr(name, '/')) {
		*array_add(c->arena, &found) = name;
	} else {
		for (;;) {
			size_t n = strcspn(p, ":");
			const char *dir = n ? arena_dup_n(c->arena, p, n) : ".";

			*array_add(c->arena, &found) =
				path_join(c->arena, dir, name);
			if (!p[n])
				break;
			p += n + 1;
		}
	}
	array_add(c->arena, &found);
	return found.items;
}

int compile_command(struct compile *c, struct err *e)
{
	const char *const *command = c->plan->command;
	const char **argv;
	size_t n = 0;

	(void)e;
	do
		n++;
	while (command[n]);
	argv = arena_alloc(c->arena, (n + 1) * sizeof(*argv));
	memcpy(argv, command, n * sizeof(*argv));
	if (c->plan->argv0)
		argv[0] = c->plan->argv0;
	c->out->argv = argv;
	c->out->called = command[0];
	c->out->paths = search(c, command[0]);
	return 0;
}
