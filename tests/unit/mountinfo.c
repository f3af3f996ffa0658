/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "host/mountinfo.h"

#include <string.h>

static struct host_mounts parsed(struct arena *a, const char *text)
{
	struct host_mounts m = { 0 };
	struct err e = { 0 };

	assert_int_equal(mountinfo_parse(a, text, strlen(text), &m, &e), 0);
	return m;
}

static void lines(void **state)
{
	struct arena a = { 0 };
	struct host_mounts m =
		parsed(&a,
		       "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
		       "22 27 0:21 / /proc rw shared:5 master:1 - proc p rw\n"
		       "30 27 0:3 /sub /mnt/a\\040b\\134\\011 rw - fuse.sshfs"
		       " ann@far:/ rw\n");

	(void)state;
	assert_int_equal(m.list.count, 3);
	assert_string_equal(m.list.items[0].path, "/");
	assert_string_equal(m.list.items[0].type, "ext4");
	assert_string_equal(m.list.items[1].path, "/proc");
	assert_string_equal(m.list.items[1].type, "proc");
	assert_string_equal(m.list.items[2].path, "/mnt/a b\\\t");
	assert_string_equal(m.list.items[2].type, "fuse.sshfs");
	assert_int_equal(parsed(&a, "").list.count, 0);
	arena_release(&a);
}

/* What is not understood could be a mount. */
static void damaged(void **state)
{
	static const char *const texts[] = {
		"\n",
		"27 1 254:0 / /\n",
		"27 1 254:0 / / rw,relatime ext4 /dev/vda rw\n",
		"27 1 254:0 / relative rw - ext4 /dev/vda rw\n",
		"27 1 254:0 / / rw -\n",
		"27 1 254:0 / / rw - ext4 d rw\nnonsense\n",
	};
	struct arena a = { 0 };
	struct host_mounts m = { 0 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(mountinfo_parse(&a, texts[i], strlen(texts[i]),
						 &m, &e),
				 -1);
		assert_int_equal(m.list.count, 0);
	}
	arena_release(&a);
}

static void above(const char *path, const char *other, const char *expected)
{
	struct arena a = { 0 };
	struct host_mounts m = parsed(
		&a, "1 0 0:1 / / rw - ext4 d rw\n"
		    "2 1 0:2 / /proc rw - proc d rw\n"
		    "3 2 0:3 / /proc/sys/fs/binfmt_misc rw - binfmt_misc d rw\n"
		    "4 1 0:4 / /home/ann/mnt rw - fuse d rw\n"
		    "5 1 0:5 / /home/ann/mnt/x/y rw - ext4 d rw\n"
		    "6 1 0:6 / /srv rw - ext4 d rw\n");
	struct host_paths out = { 0 };
	struct str text = { .arena = &a };

	mountinfo_above(&a, &m, path, other, &out);
	for (size_t i = 0; i < out.list.count; i++)
		str_addf(&text, "%s ", out.list.items[i]);
	assert_string_equal(str_text(&text), expected);
	arena_release(&a);
}

static void directories_above(void **state)
{
	(void)state;
	above("/", NULL, "/ /home /home/ann /home/ann/mnt /home/ann/mnt/x ");
	above("/home", NULL, "/home /home/ann /home/ann/mnt /home/ann/mnt/x ");
	above("/home/ann/mnt/x/y", NULL, "");
	above("/home/ann/project", NULL, "");
	above("/srv", NULL, "");
	above("/srv", "/srv/a/b", "/srv /srv/a ");
	above("/srv", "/srv", "");
	above("/srv", "/opt/a", "");
}

static void types(void **state)
{
	(void)state;
	assert_true(mountinfo_is_kernels("proc"));
	assert_false(mountinfo_is_kernels("ext4"));
	assert_false(mountinfo_is_kernels("tmpfs"));
	assert_true(mountinfo_is_no_layer("proc"));
	assert_true(mountinfo_is_no_layer("vfat"));
	assert_false(mountinfo_is_no_layer("fuse.sshfs"));
	assert_false(mountinfo_is_no_layer("overlay"));
}

GROUP(mountinfo)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(damaged),
		cmocka_unit_test(directories_above),
		cmocka_unit_test(types),
	};

	return cmocka_run_group_tests_name("mountinfo", tests, NULL, NULL);
}
