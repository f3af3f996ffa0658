/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run when sandbox is built: compiles the filters of the profiles that are
 * named as arguments ("gcc.profile"), which are the embedded ones, and of PID 1
 * (its rules are read from standard input), and writes them as C.
 */
#include "base/err.h"
#include "base/str.h"
#include "compile/filter.h"
#include "host/syscalls.h"
#include "input/apply.h"
#include "input/profile.h"
#include "input/profile_files.h"

#include <stdio.h>
#include <stdlib.h>

/* What is being made here. */
const struct shipped_filter shipped_filters[1];
const size_t shipped_filter_count = 0;
const struct shipped_filter shipped_init_filter;

struct made {
	struct str profiles;
	struct filter filter;
	struct bpf bpf;
};

static void check(int result, const char *what, const struct err *e)
{
	char line[4096];

	if (result == 0)
		return;
	err_format(e, what, line, sizeof(line));
	fputs(line, stderr);
	exit(1);
}

static const struct caller *nobody(void)
{
	static const char *const environ[] = { "HOME=/home/user", "USER=user",
					       "PWD=/",
					       "XDG_RUNTIME_DIR=/run/user/1",
					       NULL };
	static const struct caller caller = {
		.uid = 1,
		.gid = 1,
		.environ = environ,
		.cwd = "/",
	};

	return &caller;
}

static void make(struct arena *a, const char *name, const char *text,
		 struct made *out)
{
	struct settings settings = { .arena = a };
	struct profile_source source = profile_shipped();
	struct profile_reader reader = {
		.settings = &settings,
		.caller = nobody(),
		.cwd = "/",
		.source = &source,
	};
	struct profile_text t = {
		.name = name,
		.id = name,
		.text = text,
		.size = text ? strlen(text) : 0,
	};
	struct plan plan;
	struct err e = { 0 };

	check(text ? profile_read_text(&reader, &t, &e) :
		     profile_read(&reader, name, &e),
	      name, &e);
	check(settings_apply(&settings, a, "/", &plan, &e), name, &e);
	out->filter = (struct filter){ 0 };
	out->profiles = (struct str){ .arena = a };
	if (!filter_wanted(&plan))
		return;
	check(filter_make(a, &plan, &out->filter, &e), name, &e);
	check(bpf_compile(a, &out->filter, false, &out->bpf, &e), name, &e);
}

/* --- C ------------------------------------------------------------------ */

#define PRINT_ARRAY(type, letter, count, n, format, ...)                       \
	do {                                                                   \
		printf("static const " type " " letter "%zu[] = {\n", n);      \
		for (size_t i = 0; i < (count); i++)                           \
			printf("\t" format ",\n", __VA_ARGS__);                \
		printf("};\n");                                                \
	} while (0)

static void print_arrays(const struct made *m, size_t n)
{
	const struct filter *f = &m->filter;

	PRINT_ARRAY("struct filter_call", "calls", syscall_count, n,
		    "{ 0x%xu, %u, %u }", f->calls[i].answer, f->calls[i].first,
		    f->calls[i].count);
	PRINT_ARRAY("struct filter_rule", "rules", f->rule_count, n,
		    "{ 0x%xu, %u, %u }", f->rules[i].answer, f->rules[i].first,
		    f->rules[i].count);
	PRINT_ARRAY("struct filter_test", "tests", f->test_count, n,
		    "{ 0x%llxu, %u, %u, %u, %u, { 0, 0 } }",
		    (unsigned long long)f->tests[i].mask, f->tests[i].first,
		    f->tests[i].count, f->tests[i].arg, f->tests[i].negated);
	PRINT_ARRAY("uint64_t", "values", f->value_count, n, "0x%llxu",
		    (unsigned long long)f->values[i]);
	PRINT_ARRAY("struct sock_filter", "code", m->bpf.count, n,
		    "{ 0x%x, %u, %u, 0x%xu }", m->bpf.code[i].code,
		    m->bpf.code[i].jt, m->bpf.code[i].jf, m->bpf.code[i].k);
}

static void print_row(const struct made *m, size_t n)
{
	const struct filter *f = &m->filter;

	printf("{ \"%s\",\n\t{ 0x%xu, %d, calls%zu, rules%zu, tests%zu, "
	       "values%zu,\n\t  %zu, %zu, %zu },\n\t{ code%zu, %zu } }",
	       str_text(&m->profiles), f->rest, f->x86, n, n, n, n,
	       f->rule_count, f->test_count, f->value_count, n, m->bpf.count);
}

static const char *read_input(struct arena *a)
{
	char *text = arena_alloc(a, 65536);

	if (fread(text, 1, 65535, stdin) == 0)
		exit(1);
	return text;
}

/* "default" of "profiles/default.profile" */
static const char *profile_name(struct arena *a, const char *path)
{
	const char *name = path_name(path);

	return arena_dup_n(a, name, strcspn(name, "."));
}

int main(int argc, char **argv)
{
	struct arena a = { 0 };
	struct made *made = arena_alloc(&a, (size_t)(argc + 1) * sizeof(*made));
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		const char *name = profile_name(&a, argv[i]);
		struct made new;
		size_t at = 0;

		make(&a, name, NULL, &new);
		if (!new.filter.calls)
			continue;
		while (at < count &&
		       !filter_equal(&made[at].filter, &new.filter))
			at++;
		if (at == count)
			made[count++] = new;
		str_addf(&made[at].profiles, "%s%s",
			 made[at].profiles.length ? " " : "", name);
	}
	make(&a, "init", read_input(&a), &made[count]);
	printf("/* Made by filters.gen.c: do not edit. */\n"
	       "#include \"compile/filter.h\"\n\n");
	for (size_t i = 0; i <= count; i++)
		print_arrays(&made[i], i);
	printf("const struct shipped_filter shipped_filters[] = {\n");
	for (size_t i = 0; i < count; i++) {
		print_row(&made[i], i);
		printf(",\n");
	}
	printf("};\nconst size_t shipped_filter_count = %zu;\n"
	       "const struct shipped_filter shipped_init_filter =\n",
	       count);
	print_row(&made[count], count);
	printf(";\n");
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
