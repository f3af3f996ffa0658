/* SPDX-License-Identifier: Apache-2.0 */
#include "run/scope.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "host/cgroup.h"
#include "host/host.h"

#include <string.h>
#include <unistd.h>

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

int scope_enter(struct arena *a, const struct caller *caller, const char *self,
		const char *const *args, struct err *e)
{
	static const char *const words[] = {
		"systemd-run", "--user",       "--scope", "--quiet",
		"-p",	       "Delegate=yes", "--",
	};
	size_t n = count(args), m = count(caller->environ);
	const char **line =
		arena_alloc(a, (COUNT_OF(words) + n + 2) * sizeof(*line));
	const char **env = arena_alloc(a, (m + 2) * sizeof(*env));
	const char *program = cgroup_systemd_run();
	const char *invocation = caller_env(caller, "INVOCATION_ID");

	memcpy(line, words, sizeof(words));
	line[COUNT_OF(words)] = self;
	for (size_t i = 0; i < n; i++)
		line[COUNT_OF(words) + 1 + i] = args[i];
	for (size_t i = 0; i < m; i++)
		env[i] = caller->environ[i];
	env[m] = arena_format(a, SCOPE_VARIABLE "=%d:%s", (int)getpid(),
			      invocation ? invocation : "");
	if (program)
		execve(program, (char *const *)line, (char *const *)env);
	return err_sys(e, "run 'systemd-run' for a cgroup");
}
