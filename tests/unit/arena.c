/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void gives_zeroed_aligned_memory(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t size = 0; size < 300; size += 7) {
		char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	arena_release(&a);
}

static void copies(void **state)
{
	struct arena a = { 0 };
	const char *text = "abc";

	(void)state;
	assert_string_equal(arena_dup(&a, text), "abc");
	assert_ptr_not_equal(arena_dup(&a, text), text);
	assert_string_equal(arena_dup_n(&a, text, 2), "ab");
	assert_string_equal(arena_dup_n(&a, text, 0), "");
	assert_string_equal(arena_format(&a, "%s-%d", text, 7), "abc-7");
	arena_release(&a);
}

/* Longer than what is tried first, on either side of the limit. */
static void formats_of_any_length(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (int n = 250; n < 260; n++) {
		const char *text = arena_format(&a, "%*s", n, "x");

		assert_int_equal(strlen(text), n);
		assert_int_equal(text[n - 1], 'x');
	}
	arena_release(&a);
}

static void big_items(void **state)
{
	struct arena a = { 0 };
	char *small = arena_dup(&a, "small");
	char *big = arena_alloc(&a, 3 << 20);

	(void)state;
	assert_int_equal(big[(3 << 20) - 1], 0);
	memset(big, 'x', 3 << 20);
	assert_string_equal(small, "small");
	assert_string_equal(arena_dup(&a, "more"), "more");
	arena_release(&a);
	assert_null(a.chunks);
	assert_string_equal(arena_dup(&a, "again"), "again");
	arena_release(&a);
}

static void arrays_grow(void **state)
{
	struct arena a = { 0 };
	ARRAY(struct {
		int n;
		char pad[20];
	})
	list = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(array_add(&a, &list)->n, 0);
		list.items[i].n = i;
	}
	assert_int_equal(list.count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list.items[i].n, i);
	arena_release(&a);
}

/* The exit status of a child that does this; 1000 and more: died of it. */
static int in_child(void (*act)(struct arena *a))
{
	struct rlimit none = { 0, 0 };
	int status = 0;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		struct arena a = { 0 };

		setrlimit(RLIMIT_CORE, &none);
		/* cmocka's handler would go on with the next test. */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		act(&a);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   1000 + WTERMSIG(status);
}

static void read_sealed(struct arena *a)
{
	struct err e = { 0 };
	const char *text = arena_dup(a, "abc");

	if (arena_seal(a, &e) < 0 || !str_equal(text, "abc"))
		_exit(1);
}

static void write_sealed(struct arena *a)
{
	struct err e = { 0 };
	char *text = arena_dup(a, "abc");
	char *big = arena_alloc(a, 1 << 20);

	if (arena_seal(a, &e) < 0)
		_exit(0);
	*(volatile char *)(a->exhausted ? big : text) = 'x';
}

static void seals(void **state)
{
	(void)state;
	assert_int_equal(in_child(read_sealed), 0);
	assert_int_not_equal(in_child(write_sealed), 0);
}

static void forty_two(void)
{
	_exit(42);
}

static void ask_too_much(struct arena *a)
{
	volatile size_t size = SIZE_MAX / 2;

	a->exhausted = forty_two;
	arena_alloc(a, size);
}

static void ask_too_much_of_all(struct arena *a)
{
	struct rlimit little = { 1 << 20, 1 << 20 };

	a->exhausted = forty_two;
	setrlimit(RLIMIT_AS, &little);
	arena_alloc(a, 1 << 30);
}

static void ask_without_handler(struct arena *a)
{
	volatile size_t size = SIZE_MAX / 2;

	arena_alloc(a, size);
}

static void exhaustion(void **state)
{
	(void)state;
	assert_int_equal(in_child(ask_too_much), 42);
	assert_int_equal(in_child(ask_too_much_of_all), 42);
	assert_int_not_equal(in_child(ask_without_handler), 0);
}

GROUP(arena)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(copies),
		cmocka_unit_test(formats_of_any_length),
		cmocka_unit_test(big_items),
		cmocka_unit_test(arrays_grow),
		cmocka_unit_test(seals),
		cmocka_unit_test(exhaustion),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
