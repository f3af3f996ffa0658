/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run when sandbox is built: reads syscalls.txt on standard input, asks
 * libseccomp for the numbers, writes the tables of syscalls.h as C.
 *
 *	@group what its calls do
 *		name name(argument:bits argument:bits) name=number
 *
 * The number is for what libseccomp may not know yet; such calls have the same
 * one on every architecture.
 */
#include <ctype.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 1024
#define GROUPS_MAX 64
#define TEXT_MAX 65536

static char text[TEXT_MAX];
static size_t text_length = 1; /* offset 0 is the empty text */

static struct call {
	size_t name, signature, group;
	int native, x86;
} calls[CALLS_MAX];
static size_t call_count;

static struct {
	size_t name, help;
} groups[GROUPS_MAX];
static size_t group_count;

static void fail(const char *what, const char *word)
{
	fprintf(stderr, "syscalls.txt: %s: %s\n", what, word);
	exit(1);
}

static size_t keep(const char *s, size_t n)
{
	size_t at = text_length;

	if (n == 0)
		return 0;
	if (at + n + 1 > TEXT_MAX)
		fail("too long", "the whole");
	memcpy(text + at, s, n);
	text_length += n + 1;
	return at;
}

/*
 * By its name libseccomp has no number for a call that 32-bit x86 also reaches
 * by way of socketcall or ipc; by the number it has the name.
 */
static int number(uint32_t arch, const char *name, int fallback)
{
	int n = seccomp_syscall_resolve_name_arch(arch, name);

	if (n >= 0 || n == __NR_SCMP_ERROR)
		return n >= 0 ? n : fallback;
	for (n = 0; n < CALLS_MAX; n++) {
		char *other = seccomp_syscall_resolve_num_arch(arch, n);
		bool same = other && strcmp(other, name) == 0;

		free(other);
		if (same)
			return n;
	}
	return fallback;
}

/* NAME, NAME=NUMBER or NAME(signature); returns what follows. */
static const char *read_call(const char *p)
{
	struct call *c = &calls[call_count];
	size_t n = strcspn(p, " \t\n=(");
	int fallback = -1;

	if (call_count == CALLS_MAX || !group_count)
		fail("no place for", p);
	c->name = keep(p, n);
	c->group = group_count - 1;
	p += n;
	if (*p == '=')
		fallback = (int)strtol(p + 1, (char **)&p, 10);
	if (*p == '(') {
		n = strcspn(p, ")");
		c->signature = keep(p + 1, n - 1);
		p += n + 1;
	}
	c->native = number(SCMP_ARCH_NATIVE, text + c->name, fallback);
	c->x86 = number(SCMP_ARCH_X86, text + c->name, fallback);
	call_count++;
	return p;
}

static void read_group(const char *line)
{
	size_t n = strcspn(line, " \n");
	const char *help = line + n + strspn(line + n, " ");

	if (group_count == GROUPS_MAX)
		fail("too many groups", line);
	groups[group_count].name = keep(line, n);
	groups[group_count++].help = keep(help, strcspn(help, "\n"));
}

static int by_name(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	return strcmp(text + x->name, text + y->name);
}

static void print_text(void)
{
	printf("const char syscall_texts[] =\n\t\"\\0\"\n");
	for (size_t at = 1; at < text_length; at += strlen(text + at) + 1)
		printf("\t\"%s\\0\"\n", text + at);
	printf("\t;\n");
}

static void print_rows(void)
{
	printf("const struct syscall_group_row syscall_groups[] = {\n");
	for (size_t i = 0; i < group_count; i++)
		printf("\t{ %zu, %zu },\n", groups[i].name, groups[i].help);
	printf("};\nconst unsigned int syscall_group_count = %zu;\n",
	       group_count);
	printf("const struct syscall_row syscalls[] = {\n");
	for (size_t i = 0; i < call_count; i++)
		printf("\t{ %zu, %zu, %d, %d, %zu }, /* %s */\n", calls[i].name,
		       calls[i].signature, calls[i].native, calls[i].x86,
		       calls[i].group, text + calls[i].name);
	printf("};\nconst unsigned int syscall_count = %zu;\n", call_count);
}

/* libseccomp's tokens are the AUDIT_ARCH_ numbers, but for x32. */
static void print_arches(void)
{
	uint32_t native = seccomp_arch_native();

	printf("const uint32_t syscall_arch = 0x%xu;\n", native);
	printf("const uint32_t syscall_arch_x86 = 0x%xu;\n",
	       native == SCMP_ARCH_X86_64 ? AUDIT_ARCH_I386 : 0);
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		const char *p = line;

		if (line[0] == '@')
			read_group(line + 1);
		else if (line[0] == '\t')
			while (*(p += strspn(p, " \t\n")))
				p = read_call(p);
	}
	qsort(calls, call_count, sizeof(*calls), by_name);
	for (size_t i = 1; i < call_count; i++)
		if (by_name(&calls[i - 1], &calls[i]) == 0)
			fail("twice", text + calls[i].name);
	printf("/* Made by syscalls.gen.c: do not edit. */\n"
	       "#include \"host/syscalls.h\"\n\n");
	print_text();
	print_rows();
	print_arches();
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
