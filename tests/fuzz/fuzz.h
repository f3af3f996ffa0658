/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share: canned machines and the check of errors. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "canned.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "input/directive.h"
#include "input/profile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert(3) that is never compiled out. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
				#condition);                                   \
			abort();                                               \
		}                                                              \
	} while (0)

static const char *const fuzz_hosts[] = {
	"uid 1000\ngid 1000\nkernel 6.1\nconsole /dev/pts/1\n"
	"cwd /home/ann/work\nenv PWD=/h/work\nenv HOME=/h\n"
	"env PATH=/usr/bin::/bin\nenv LC_ALL=C\nenv USER=ann\n"
	"link /bin usr/bin\nlink /lib usr/lib\ndir /usr/bin\n"
	"dir /usr/lib\ndir /etc\nfile /etc/passwd\nfile /etc/shadow 0 600\n"
	"link /h home/ann\ndir /home/ann 1000\ndir /home/ann/work 1000\n"
	"file /home/ann/f 1000\nlink /home/ann/l work\n"
	"link /loop loop\nlink /up ../../usr\nbroken /stale 116\n"
	"dir /home/bob/secret 1001 700\nother /dev/null\ndir /tmp 0 1777\n"
	"cgroups mount /sys/fs/cgroup\ncgroup current /sys/fs/cgroup/u/s "
	"usable can-enable alone memory pids cpu\ncgroups perf\n",

	/* in the home, by its other name */
	"uid 1000\ngid 7\nkernel 5.12\ncwd /nfs/ann\nenv PWD=/home/ann\n"
	"env HOME=/home/ann\nenv A=\ndir /usr\nlink /home nfs\n"
	"dir /nfs/ann 1000\ndir /nfs/ann/a 1000\nfile /nfs/ann/b 1000\n"
	"link /nfs/ann/c /usr\nother /nfs/ann/fifo\nfile /nfs/ann/.d 1000\n"
	"cgroups mount /sys/fs/cgroup\ncgroup current /sys/fs/cgroup/u/s "
	"usable can-enable memory pids cpu\ncgroup parent /sys/fs/cgroup/u "
	"usable can-enable +memory pids io +cpuset\nmachine 1M 1048576 1\n",

	"uid 0\ngid 0\nkernel 6.18\ncwd /src\nenv HOME=/root\n"
	"dir /usr\ndir /etc\nfile /etc/shadow\ndir /root\ndir /src\n"
	"dir /sys/kernel\ncgroups mount /sys/fs/cgroup\n"
	"cgroup root /sys/fs/cgroup usable can-enable top memory +pids io\n",

	"uid 0\ngid 0\nkernel 5.15\nuserns no\ncwd /\nenv HOME=/\ndir /usr\n",

	/* HOME and the working directory unset, an old kernel's neighbour */
	"uid 33\ngid 33\nkernel 5.12\ncwd -\ndir /usr\ndir /bin\n"
	"cgroups mount /sys/fs/cgroup\ncgroups scope\n",

	"uid 1000\ngid 1000\nkernel 5.10\ncwd /tmp\nenv HOME=/tmp\ndir /tmp\n",

	/* where what is private wins */
	"uid 0\ngid 0\nkernel 6.1\ncwd /sys/kernel\nenv HOME=/home\n"
	"dir /home\ndir /usr\ndir /etc\ndir /sys/kernel\ndir /dev/shm\n",

	"uid 5\ngid 5\nkernel 6.1\ncwd /home/a/.b\nenv HOME=/home/a\n"
	"dir /home/a/.b 5\ndir /home/a/kept 5\ndir /usr\ndir /run/x 5\n",

	/* with mounts, and a layer that was begun */
	"uid 5\ngid 5\nkernel 6.1\ncwd /tmp/w\nenv HOME=/home/a\n"
	"dir /home/a/b 5\ndir /tmp 0 1777\ndir /tmp/w/x 5\ndir /tmp/w 5\n"
	"dir /srv/all/a 5\nmount / ext4\nmount /proc proc\nmount /dev "
	"devtmpfs\n"
	"mount /home ext4\nmount /home/a/far/b fuse\ndir /home/a 5\n"
	"dir /home/a/far 5\nsocket /home/a/s 5\nfile /home/a/f 5\n"
	"dir /layer 5\nrecord 'created 1.000000000'\nlink /l tmp/w\n"
	"record 'place 0 1 {/srv/all/a} /srv/all/a'\n"
	"record 'place 1 1 {/home/a/b} /home/a/b'\ndir /root 0 700\n",
};

/* Host number `n`, as far as there are any. */
static inline void fuzz_host(struct canned *c, struct arena *a, unsigned int n)
{
	struct err e = { 0 };

	*c = (struct canned){ .arena = a };
	CHECK(canned_read(c, fuzz_hosts[n % COUNT_OF(fuzz_hosts)], &e) == 0);
}

/* An error says something, and its line cannot drive a terminal. */
static inline void fuzz_check_err(const struct err *e)
{
	char line[4096];
	size_t n = err_format(e, "sandbox", line, sizeof(line));

	CHECK(e->kind != ERR_NONE);
	CHECK(e->message[0]);
	CHECK(memchr(e->where, 0, sizeof(e->where)));
	CHECK(memchr(e->message, 0, sizeof(e->message)));
	CHECK(memchr(e->hint, 0, sizeof(e->hint)));
	CHECK(n == strlen(line) && n > 0 && line[n - 1] == '\n');
	for (size_t i = 0; i + 1 < n; i++)
		CHECK((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
}

/* Reads a profile's text into settings that start empty. */
static inline int fuzz_read(struct canned *c, struct settings *s,
			    const char *text, size_t size, struct err *e)
{
	struct profile_source source = canned_source(c);
	struct profile_reader reader = {
		.settings = s,
		.caller = &c->caller,
		.cwd = c->caller.cwd,
		.source = &source,
	};
	struct profile_text t = {
		.name = "fuzz.profile",
		.id = "fuzz",
		.text = text,
		.size = size,
	};

	return profile_read_text(&reader, &t, e);
}

#define FUZZ_WORDS 64

/* A command line: each word is ended by a newline or a zero byte. */
static inline int fuzz_split(struct arena *a, const char *name, const char *p,
			     size_t size, const char *argv[FUZZ_WORDS + 1])
{
	const char *end = p + size;
	int argc = 0;

	argv[argc++] = name;
	while (p < end && argc < FUZZ_WORDS) {
		size_t n = 0;

		while (p + n < end && p[n] && p[n] != '\n')
			n++;
		argv[argc++] = arena_dup_n(a, p, n);
		p += n + 1;
	}
	argv[argc] = NULL;
	return argc;
}

/* What is printed reads back, and prints the same. */
static inline void fuzz_fixed_point(struct canned *c, const struct settings *s,
				    struct settings *again)
{
	struct str first = { .arena = c->arena }, second = first;
	struct err e = { 0 };

	settings_print(s, &first);
	*again = (struct settings){ .arena = c->arena };
	if (fuzz_read(c, again, str_text(&first), first.length, &e) < 0) {
		fprintf(stderr, "%s: %s\n%s", e.where, e.message,
			str_text(&first));
		abort();
	}
	settings_print(again, &second);
	CHECK(str_equal(str_text(&first), str_text(&second)));
}

#endif
