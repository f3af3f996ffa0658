/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile: the input's first byte chooses a machine, the second how the profile
 * begins, the rest is the profile. Every program that comes out obeys the rules
 * of program.h, whatever was asked.
 */
#include "program.h"

/* Profiles have none: binds and symlinks become what the command line has. */
static void use_descriptors(struct canned *c, struct plan *p)
{
	for (size_t i = 0; i < p->mounts.count; i++) {
		struct plan_mount *m = &p->mounts.items[i];
		struct host_descriptor d = { (int)i + 3, true, m->source };

		if (m->kind != MOUNT_BIND &&
		    (m->kind != MOUNT_SYMLINK || m->dest[1] == '\0'))
			continue;
		*array_add(c->arena, &c->descriptors) = d;
		m->fd = d.fd;
		if (m->kind == MOUNT_BIND)
			m->kind = MOUNT_BIND_FD;
		else
			m->kind = i % 2 ? MOUNT_FILE : MOUNT_DATA;
	}
}

static const char *const prologues[] = {
	"",
	"include default\n",
	"include gcc\n",
	"ro-bind / /\n",
	"home private\nworkdir auto\n",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const command[] = { "x", "y z", NULL };
	struct arena a = { 0 };
	struct settings settings = { .arena = &a };
	struct str text = { .arena = &a };
	struct host_wants wants;
	struct program program;
	struct canned canned;
	struct host host;
	struct plan plan;
	struct err e = { 0 };

	if (size < 2)
		return 0;
	fuzz_host(&canned, &a, data[0]);
	str_add(&text, prologues[data[1] % COUNT_OF(prologues)]);
	str_add_n(&text, (const char *)data + 2, size - 2);
	if (fuzz_read(&canned, &settings, text.text, text.length, &e) == 0 &&
	    settings_apply(&settings, &a, "/cwd", &plan, &e) == 0) {
		plan.command = command;
		if (data[1] & 0x80)
			use_descriptors(&canned, &plan);
		plan_wants(&a, &plan, &canned.caller, &wants);
		if (plan_check(&plan, &e) == 0 &&
		    canned_look(&canned, &a, &wants, &host, &e) == 0 &&
		    compile(&a, &plan, &host, &program, &e) == 0)
			check_program(&a, &(struct made){ &settings, &plan,
							  &host, &program });
	}
	if (e.kind)
		fuzz_check_err(&e);
	arena_release(&a);
	return 0;
}
