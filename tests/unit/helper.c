/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "input/profile.h"

#include <stdio.h>
#include <string.h>

const char unit_student[] =
	"uid 1000\ngid 1000\nkernel 6.1\ncwd /home/ann/work\n"
	"env HOME=/home/ann\nenv PATH=/usr/bin:/bin\nenv USER=ann\n"
	"env LANG=C\nenv LC_ALL=de\nenv LC_TIME=fr\nenv TOKEN=secret\n"
	"link /bin usr/bin\ndir /usr/bin\ndir /usr/src 0\ndir /etc\n"
	"file /etc/passwd\ndir /tmp 0 1777\ndir /home/ann 1000\n"
	"dir /home/ann/work 1000\ndir /home/ann/kept 1000\n"
	"file /home/ann/file 1000\nfile /home/ann/.bashrc 1000\n"
	"link /home/ann/link work\nother /home/ann/socket 1000\n"
	"dir /home/bob 1001 700\ndir /home/bob/x 1001\n"
	"dir /srv/data\nlink /data srv/data\nbroken /stale 116\n"
	"link /loop loop\nlink /dangling /srv/none/x\n";

const char unit_root[] =
	"uid 0\ngid 0\nkernel 6.1\ncwd /src\nenv HOME=/root\n"
	"dir /usr\ndir /etc\nfile /etc/shadow 0 600\ndir /root\ndir /src\n"
	"dir /sys/kernel\ndir /tmp 0 1777\n";

struct canned *unit_host(struct arena *a, const char *text)
{
	struct canned *c = arena_new(a, struct canned);
	struct err e = { 0 };

	c->arena = a;
	if (canned_read(c, text, &e) < 0)
		fail_msg("%s", unit_line(a, &e));
	return c;
}

int unit_settings(struct canned *host, const char *profile,
		  struct settings *out, struct err *e)
{
	struct profile_source source = canned_source(host);
	struct profile_reader reader = {
		.settings = out,
		.caller = &host->caller,
		.cwd = host->caller.cwd,
		.source = &source,
	};
	struct profile_text t = {
		.name = "t.profile",
		.id = "t",
		.text = profile,
		.size = strlen(profile),
	};

	*out = (struct settings){ .arena = host->arena };
	return profile_read_text(&reader, &t, e);
}

int unit_plan(struct canned *host, const char *profile, struct plan *out,
	      struct err *e)
{
	static const char *const command[] = { "true", NULL };
	struct settings s;

	if (unit_settings(host, profile, &s, e) < 0 ||
	    settings_apply(&s, host->arena,
			   host->caller.cwd ? host->caller.cwd : "/", out,
			   e) < 0)
		return -1;
	out->command = command;
	return plan_check(out, e);
}

int unit_compile(struct canned *host, const struct plan *plan,
		 struct program *out, struct err *e)
{
	struct host *h = arena_new(host->arena, struct host);
	struct host_wants wants;

	plan_wants(host->arena, plan, &host->caller, &wants);
	if (canned_look(host, host->arena, &wants, h, e) < 0)
		return -1;
	return compile(host->arena, plan, h, out, e);
}

const char *unit_program(struct arena *a, const char *host, const char *profile)
{
	struct canned *c = unit_host(a, host);
	struct str out = { .arena = a };
	struct program program;
	struct plan plan;
	struct err e = { 0 };

	if (unit_plan(c, profile, &plan, &e) < 0 ||
	    unit_compile(c, &plan, &program, &e) < 0)
		return unit_line(a, &e);
	program_print(&program, &out);
	if (program.closed_message)
		str_addf(&out, "message: %s\n", program.closed_message);
	return str_text(&out);
}

const char *unit_line(struct arena *a, const struct err *e)
{
	char line[2048];

	err_format(e, "", line, sizeof(line));
	return arena_dup(a, line);
}

void unit_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not there: %s\nin: %s", part, text);
}

void unit_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("should not be there: %s\nin: %s", part, text);
}

void unit_order(const char *text, const char *first, const char *second)
{
	const char *p = strstr(text, first), *q = strstr(text, second);

	if (!p || !q || p > q)
		fail_msg("not in this order: %s, %s\nin: %s", first, second,
			 text);
}
