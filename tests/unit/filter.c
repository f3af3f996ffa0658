/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded filters, and variants of them: what the BPF program answers is
 * what filter_answer() says, for every call and all arguments that a rule
 * tells from others.
 */
#include "unit.h"

#include "bpf.h"
#include "filter.h"
#include "sample.h"

#include "host/syscalls.h"
#include "input/shipped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* A tree over some 700 ranges is 10 deep; a jump may need one more to reach. */
#define DEPTH_MAX 24

/* --- the program and its meaning ---------------------------------------- */

/* Those that sandbox makes between the filter and the command's start. */
static bool is_ours(int call)
{
	static const char *const names[] = { "access",	  "execve",
					     "exit",	  "exit_group",
					     "faccessat", "faccessat2" };

	for (size_t i = 0; call >= 0 && i < COUNT_OF(names); i++)
		if (strcmp(syscall_name((unsigned int)call), names[i]) == 0)
			return true;
	return false;
}

static uint32_t wanted(const struct check_filter *c,
		       const struct seccomp_data *d)
{
	uint64_t args[SYSCALL_ARGS];
	uint32_t answer;
	int call;

	for (unsigned int i = 0; i < SYSCALL_ARGS; i++)
		args[i] = d->args[i];
	answer =
		filter_answer(c->filter, d->arch, (uint32_t)d->nr, args, &call);
	if (!c->notify || is_ours(call) || !filter_reports(answer))
		return answer;
	return SECCOMP_RET_USER_NOTIF;
}

void check_answer(void *context, const struct seccomp_data *d)
{
	struct check_filter *c = context;
	uint32_t want = wanted(c, d), got = ~want;
	const char *wrong = bpf_answer(&c->bpf, d, &got);

	c->tried++;
	c->notified += got == SECCOMP_RET_USER_NOTIF;
	if (!wrong && want == got)
		return;
	fail_msg("%s: arch 0x%x nr %d (0x%llx 0x%llx 0x%llx 0x%llx 0x%llx "
		 "0x%llx): 0x%x, not 0x%x; %s",
		 c->name, d->arch, d->nr, (unsigned long long)d->args[0],
		 (unsigned long long)d->args[1], (unsigned long long)d->args[2],
		 (unsigned long long)d->args[3], (unsigned long long)d->args[4],
		 (unsigned long long)d->args[5], got, want, wrong ? wrong : "");
}

void check_form(const struct check_filter *c)
{
	struct bpf_form form;
	const char *wrong = bpf_look(&c->bpf, &form);

	if (wrong)
		fail_msg("%s: %s", c->name, wrong);
	if (!form.arch_first)
		fail_msg("%s: the architecture is not checked first", c->name);
	if (form.depth > DEPTH_MAX)
		fail_msg("%s: %u instructions deep", c->name, form.depth);
}

static void check_all(struct check_filter *c)
{
	struct sample s = {
		.filter = c->filter,
		.limit = 60000,
		.state = 88172645463325252u,
		.try = check_answer,
		.context = c,
	};

	check_form(c);
	sample_all(&s, syscall_arch);
	if (c->filter->x86)
		sample_all(&s, syscall_arch_x86);
	sample_foreign(&s);
	assert_true(c->tried > 2000);
}

static void check_notify(struct arena *a, struct check_filter *c)
{
	struct err e = { 0 };

	c->notify = true;
	if (bpf_compile(a, c->filter, true, &c->bpf, &e) < 0)
		fail_msg("%s: %s", c->name, e.message);
	check_all(c);
	assert_true(c->notified > 100);
}

/* --- the embedded ones --------------------------------------------------- */

static void make_plan(struct arena *a, const char *profile, struct plan *out)
{
	struct settings s;
	struct err e = { 0 };

	if (unit_settings(unit_host(a, unit_student), profile, &s, &e) < 0 ||
	    settings_apply(&s, a, "/", out, &e) < 0)
		fail_msg("%s: %s", profile, unit_line(a, &e));
}

/* The filter of a profile's text, made now; in `a`, as is the plan. */
static void make(struct arena *a, const char *profile, struct plan *plan,
		 struct filter *out)
{
	struct err e = { 0 };

	make_plan(a, profile, plan);
	if (filter_make(a, plan, out, &e) < 0)
		fail_msg("%s: %s", profile, unit_line(a, &e));
}

/* That the embedded filter is what these rules say, and its program too. */
static void check_shipped(struct arena *a, const struct shipped_filter *s,
			  const char *name, const char *profile)
{
	struct filter filter;
	struct bpf bpf;
	struct plan plan;
	struct err e = { 0 };

	make(a, profile, &plan, &filter);
	if (!filter_equal(&filter, &s->filter))
		fail_msg("%s: other rules are embedded", name);
	if (bpf_compile(a, &filter, false, &bpf, &e) < 0)
		fail_msg("%s: %s", name, e.message);
	if (bpf.count != s->bpf.count ||
	    memcmp(bpf.code, s->bpf.code, bpf.count * sizeof(*bpf.code)) != 0)
		fail_msg("%s: another program is embedded", name);
}

/* Whether a word is among those of a list separated by blanks. */
static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

/* Each profile, and the row that has its filter. */
static void each_profile(void (*visit)(struct arena *a,
				       const struct shipped_filter *s,
				       const char *name))
{
	size_t visited = 0;

	for (size_t i = 0; i < shipped_profile_count; i++) {
		struct arena a = { 0 };
		const char *file = shipped_profiles[i].file;
		const char *name = arena_dup_n(&a, file, strcspn(file, "."));
		const struct shipped_filter *row = NULL;

		if (strstr(file, ".profile"))
			for (size_t k = 0; k < shipped_filter_count; k++)
				if (listed(shipped_filters[k].profiles, name)) {
					assert_null(row);
					row = &shipped_filters[k];
				}
		if (row) {
			visit(&a, row, name);
			visited++;
		}
		arena_release(&a);
	}
	assert_true(visited >= 3);
}

static void visit_rules(struct arena *a, const struct shipped_filter *s,
			const char *name)
{
	check_shipped(a, s, name, arena_format(a, "include %s\n", name));
}

static void visit_answers(struct arena *a, const struct shipped_filter *s,
			  const char *name)
{
	struct check_filter c = { .name = name,
				  .filter = &s->filter,
				  .bpf = s->bpf };

	(void)a;
	check_all(&c);
}

static void visit_notify(struct arena *a, const struct shipped_filter *s,
			 const char *name)
{
	check_notify(a, &(struct check_filter){ .name = name,
						.filter = &s->filter });
}

static void rules_are_embedded(void **state)
{
	(void)state;
	each_profile(visit_rules);
}

static void answers(void **state)
{
	(void)state;
	each_profile(visit_answers);
}

static void notifies(void **state)
{
	(void)state;
	each_profile(visit_notify);
}

/* PID 1's own rules are a file beside what makes its calls. */
static void of_init(void **state)
{
	struct arena a = { 0 };
	char *text = arena_alloc(&a, 65536);
	FILE *f = fopen("src/run/init.calls", "re");
	struct check_filter c = { .name = "init",
				  .filter = &shipped_init_filter.filter,
				  .bpf = shipped_init_filter.bpf };

	(void)state;
	if (!f)
		fail_msg("run this in the top directory");
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	check_shipped(&a, &shipped_init_filter, "init", text);
	check_all(&c);
	arena_release(&a);
}

/* --- variants ------------------------------------------------------------ */

static void x86(void **state)
{
	struct arena a = { 0 };
	struct check_filter c = { .name = "x86" };
	struct filter filter;
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	if (!syscall_arch_x86)
		skip();
	make(&a, "include default\nsyscalls-arch x86\n", &plan, &filter);
	assert_true(filter.x86);
	c.filter = &filter;
	assert_int_equal(bpf_compile(&a, &filter, false, &c.bpf, &e), 0);
	check_all(&c);
	check_notify(&a, &(struct check_filter){ .name = "x86, notify",
						 .filter = &filter });
	arena_release(&a);
}

/*
 * Where a file is made the mode counts. Where a directory is opened, or nothing
 * is made, it is whatever was in the register: the sanitizers' runtime does so.
 */
static void modes_of_what_is_made(void **state)
{
	static const struct {
		uint64_t flags, mode;
		uint32_t answer;
	} rows[] = {
		{ O_CREAT | O_WRONLY, 04755, SECCOMP_RET_ERRNO | EPERM },
		{ O_CREAT | O_WRONLY, 02755, SECCOMP_RET_ERRNO | EPERM },
		{ O_TMPFILE | O_WRONLY, 04755, SECCOMP_RET_ERRNO | EPERM },
		{ O_CREAT | O_WRONLY, 0755, SECCOMP_RET_ALLOW },
		{ O_TMPFILE | O_WRONLY, 0755, SECCOMP_RET_ALLOW },
		{ O_DIRECTORY, 07777, SECCOMP_RET_ALLOW },
		{ O_RDONLY, 07777, SECCOMP_RET_ALLOW },
	};
	struct arena a = { 0 };
	struct filter filter;
	struct plan plan;

	(void)state;
	make(&a, "include default\n", &plan, &filter);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t args[6] = { 0, 0, rows[i].flags, rows[i].mode };
		int call = -1;

		assert_int_equal(filter_answer(&filter, syscall_arch,
					       SYS_openat, args, &call),
				 rows[i].answer);
	}
	arena_release(&a);
}

/* The same answer with and without an exception, and everywhere. */
static void nothing_to_tell(void **state)
{
	static const char *const profiles[] = {
		"syscalls-allow openat(flags == O_RDONLY)\n",
		"syscalls-deny chdir reboot(magic == 1) pause\n"
		"syscalls-deny ioctl\nsyscalls-deny ioctl(cmd & 0x10, 1)\n",
		"syscalls-deny @all\nsyscalls-deny clone(flags !& 3)\n"
		"syscalls-answer kill clone(flags & 4)\n",
		"syscalls-answer ENOSYS @all\nsyscalls-default ENOSYS\n",
		"syscalls-answer EPERM @all\nsyscalls-default EPERM\n",
		"syscalls-allow @all\nsyscalls-default allow\n",
		"include default\nsyscalls-allow openat(flags == O_RDONLY)\n"
		"syscalls-deny reboot(op == 1)\n",
		/* Two answers, both reported. */
		"syscalls-deny ioctl\nsyscalls-answer kill ioctl(fd == 0)\n",
	};

	(void)state;
	for (size_t i = 0; i < 4 * COUNT_OF(profiles); i++) {
		struct arena a = { 0 };
		const char *text = profiles[i / 4];
		struct check_filter c = { .name = text, .notify = i % 2 };
		struct filter filter;
		struct plan plan;
		struct err e = { 0 };

		if (i & 2)
			text = arena_format(&a, "%ssyscalls-arch x86\n", text);
		if (!(i & 2) || syscall_arch_x86) {
			make(&a, text, &plan, &filter);
			c.filter = &filter;
			assert_int_equal(bpf_compile(&a, &filter, c.notify,
						     &c.bpf, &e),
					 0);
			check_all(&c);
		}
		arena_release(&a);
	}
}

/* --- limits -------------------------------------------------------------- */

/* A rule about ioctl whose conditions have `n` values. */
static const char *many_values(struct arena *a, unsigned int n)
{
	struct str out = { .arena = a };

	for (unsigned int i = 0; i < n; i++) {
		bool first = i % 1000 == 0, last = i % 1000 == 999;

		str_addf(&out, "%s%u%s",
			 first ? "syscalls-deny ioctl(cmd == " : "|", 2 * i + 1,
			 last || i + 1 == n ? ")\n" : "");
	}
	return str_text(&out);
}

static void too_many_conditions(void **state)
{
	struct arena a = { 0 };
	struct filter filter;
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	make_plan(&a, many_values(&a, 5000), &plan);
	assert_int_equal(filter_make(&a, &plan, &filter, &e), -1);
	assert_string_equal(e.message, "too many conditions on system calls");
	arena_release(&a);
}

static void too_many_instructions(void **state)
{
	struct arena a = { 0 };
	struct filter filter;
	struct bpf bpf = { NULL, 7 };
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	make(&a, many_values(&a, 4000), &plan, &filter);
	assert_int_equal(bpf_compile(&a, &filter, false, &bpf, &e), -1);
	unit_has(e.message, "more than 4096 instructions");
	assert_int_equal(bpf.count, 7);
	assert_int_equal(e.kind, ERR_USAGE);
	arena_release(&a);
}

/* Answers that are farther away than a conditional jump reaches. */
static void far(void **state)
{
	static const unsigned int counts[] = { 200, 248, 249, 250, 251, 252,
					       253, 254, 255, 256, 300, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		struct arena a = { 0 };
		struct check_filter c = { .name = "far" };
		struct filter filter;
		struct plan plan;
		struct err e = { 0 };

		make(&a, many_values(&a, counts[i]), &plan, &filter);
		c.filter = &filter;
		assert_int_equal(bpf_compile(&a, &filter, false, &c.bpf, &e),
				 0);
		check_all(&c);
		arena_release(&a);
	}
}

/* --- compile() ----------------------------------------------------------- */

static const struct bpf *compiled(struct arena *a, const char *profile)
{
	struct program *program = arena_new(a, struct program);
	const char *text = arena_format(
		a,
		"%sname ann\nsubuid ann:100000:65536\nsubgid ann:100000:65536\n"
		"helper newuidmap /bin/u\nhelper newgidmap /bin/g\n",
		unit_student);
	struct canned *host = unit_host(a, text);
	struct plan plan;
	struct err e = { 0 };

	if (unit_plan(host, profile, &plan, &e) < 0 ||
	    unit_compile(host, &plan, program, &e) < 0)
		fail_msg("%s: %s", profile, unit_line(a, &e));
	assert_true(program->filtered);
	return &program->bpf;
}

static bool is_embedded(const struct bpf *bpf)
{
	for (size_t i = 0; i < shipped_filter_count; i++)
		if (bpf->code == shipped_filters[i].bpf.code)
			return true;
	return false;
}

/* What is loaded for a shipped profile is not compiled at run time. */
static void visit_taken(struct arena *a, const struct shipped_filter *s,
			const char *name)
{
	const char *profile = arena_format(a, "include %s\n", name);
	const struct bpf *bpf = compiled(a, profile);

	assert_ptr_equal(bpf->code, s->bpf.code);
	assert_int_equal(bpf->count, s->bpf.count);
	/* Not by its name, and not when the program has to report. */
	bpf = compiled(a, arena_format(a, "%sro /srv/data\n", profile));
	assert_ptr_equal(bpf->code, s->bpf.code);
	bpf = compiled(a, arena_format(a, "%ssyscalls-deny sync\n", profile));
	assert_false(is_embedded(bpf));
	bpf = compiled(a, arena_format(a, "%sexplain\n", profile));
	assert_false(is_embedded(bpf));
}

static void embedded_is_taken(void **state)
{
	(void)state;
	each_profile(visit_taken);
}

/* The way rules are written does not matter, what they say does. */
static void found_by_meaning(void **state)
{
	struct arena a = { 0 };
	const struct bpf *bpf =
		compiled(&a, "include default\nsyscalls-deny sync\n"
			     "syscalls-allow sync, getppid\n"
			     "syscalls-deny reboot");

	(void)state;
	assert_true(is_embedded(bpf));
	arena_release(&a);
}

static void no_filter(void **state)
{
	struct arena a = { 0 };
	struct canned *host = unit_host(&a, unit_student);
	struct program program = { 0 };
	struct plan plan;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(unit_plan(host, "ro /\n", &plan, &e), 0);
	assert_false(filter_wanted(&plan));
	assert_int_equal(unit_compile(host, &plan, &program, &e), 0);
	assert_false(program.filtered);
	assert_null(program.bpf.code);
	arena_release(&a);
}

GROUP(filter)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_embedded),
		cmocka_unit_test(answers),
		cmocka_unit_test(notifies),
		cmocka_unit_test(of_init),
		cmocka_unit_test(x86),
		cmocka_unit_test(modes_of_what_is_made),
		cmocka_unit_test(nothing_to_tell),
		cmocka_unit_test(too_many_conditions),
		cmocka_unit_test(too_many_instructions),
		cmocka_unit_test(far),
		cmocka_unit_test(embedded_is_taken),
		cmocka_unit_test(found_by_meaning),
		cmocka_unit_test(no_filter),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
