/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of a kept layer, which whoever made the layer can have written:
 * what is taken is clean, and reads back as the same when it is printed.
 */
#include "fuzz.h"

#include "host/record.h"

static void check_paths(struct arena *a, const struct record *r)
{
	unsigned int number = 0;

	CHECK(r->places.count <= RECORD_PLACES_MAX);
	for (size_t i = 0; i < r->places.count; i++) {
		const struct record_place *p = &r->places.items[i];

		CHECK(p->path[0] == '/' && !path_has_dotdot(p->path));
		CHECK(str_equal(path_clean(a, "/", p->path), p->path));
		/* Places count up, and what is under one follows it. */
		CHECK(p->number + p->under == number);
		number = p->number + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct str first = { .arena = &a }, second = { .arena = &a };
	struct record r, again;
	struct err e = { 0 };

	if (record_parse(&a, (const char *)data, size, &r, &e) < 0) {
		fuzz_check_err(&e);
	} else {
		check_paths(&a, &r);
		record_print(&r, &first);
		CHECK(record_parse(&a, first.text, first.length, &again, &e) ==
		      0);
		record_print(&again, &second);
		CHECK(str_equal(first.text, second.text));
	}
	arena_release(&a);
	return 0;
}
