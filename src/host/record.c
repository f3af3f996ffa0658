/* SPDX-License-Identifier: Apache-2.0 */
#include "host/record.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/parse.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADER "sandbox layer 1"
#define NAME "layer"
#define NAME_NEW "layer.new"

static int damaged(unsigned int line, const char *why, struct err *e)
{
	err_set(e, ERR_SYSTEM, "the record of the layer is damaged: %s", why);
	return err_at(e, "line %u", line);
}

/* The next word of a line, or NULL at its end. */
static char *take_word(char **line)
{
	char *word = *line, *end;

	if (!word || !*word)
		return NULL;
	end = strchr(word, ' ');
	*line = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return word;
}

static bool take_number(char **line, uint64_t max, uint64_t *out)
{
	struct err ignored;
	char *word = take_word(line);

	return word && parse_number(word, max, "", out, &ignored) == 0;
}

/* SECONDS.NANOSECONDS, with all nine digits. */
static bool take_time(char **line, struct timespec *out)
{
	char *point = *line ? strchr(*line, '.') : NULL;
	uint64_t seconds, ns;

	if (!point || strlen(point) != 10)
		return false;
	*point = ' ';
	if (!take_number(line, INT64_MAX, &seconds) ||
	    !take_number(line, 999999999, &ns) || *line)
		return false;
	out->tv_sec = (time_t)seconds;
	out->tv_nsec = (long)ns;
	return true;
}

/* In place; false if a backslash is not followed by three octal digits. */
static bool unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		unsigned int byte = 0;

		if (*p != '\\') {
			*to++ = *p;
			continue;
		}
		for (int i = 0; i < 3; i++) {
			if (*++p < '0' || *p > '7')
				return false;
			byte = byte * 8 + (unsigned int)(*p - '0');
		}
		if (!byte || byte > 255)
			return false;
		*to++ = (char)byte;
	}
	*to = '\0';
	return true;
}

static bool is_clean(struct arena *a, const char *path)
{
	return path[0] == '/' && !path_has_dotdot(path) &&
	       str_equal(path_clean(a, "/", path), path);
}

/* Numbers begin at 0 and are not left out; what is under a place follows it. */
static const char *read_place(struct arena *a, char *line, bool under,
			      struct record *r)
{
	struct record_place p = { .under = under };
	uint64_t number, last = 0;

	if (r->places.count)
		last = r->places.items[r->places.count - 1].number + 1U;
	if (!take_number(&line, RECORD_PLACES_MAX - 1, &number) ||
	    !take_number(&line, UINT64_MAX, &p.dev) ||
	    !take_number(&line, UINT64_MAX, &p.ino) || !line)
		return "a place needs three numbers and a path";
	if (number + under != last)
		return "the numbers of the places are not in order";
	if (!unescape(line) || !is_clean(a, line))
		return "the path of a place is not absolute and clean";
	if (r->places.count == RECORD_PLACES_MAX)
		return "too many places";
	p.number = (unsigned int)number;
	p.path = arena_dup(a, line);
	for (size_t i = 0; i < r->places.count; i++)
		if (!under && !r->places.items[i].under &&
		    str_equal(r->places.items[i].path, p.path))
			return "a place is there twice";
	*array_add(a, &r->places) = p;
	return NULL;
}

static const char *read_line(struct arena *a, char *line, struct record *r)
{
	const char *word = take_word(&line);
	bool known = false;

	if (!word || !line)
		return "a line says nothing";
	if (str_equal(word, "place") || str_equal(word, "under"))
		return read_place(a, line, str_equal(word, "under"), r);
	if (str_equal(word, "created")) {
		known = !r->created.tv_sec && take_time(&line, &r->created);
	} else if (str_equal(word, "applying")) {
		known = !r->applying.tv_sec && take_time(&line, &r->applying);
	} else if (str_equal(word, "ids")) {
		known = !r->auto_ids && str_equal(line, "auto");
		r->auto_ids = true;
	} else if (str_equal(word, "format")) {
		known = !r->helper && str_equal(line, "helper");
		r->helper = true;
	}
	return known ? NULL : "a line is not known";
}

int record_parse(struct arena *a, const char *text, size_t size,
		 struct record *out, struct err *e)
{
	struct record r = { 0 };
	unsigned int number = 1;
	char *copy = arena_dup_n(a, text, size), *next;

	if (strlen(copy) != size)
		return damaged(1, "a zero byte is in it", e);
	if (!str_starts(copy, HEADER "\n"))
		return err_set(e, ERR_SYSTEM,
			       "this is no record of a layer, or of another "
			       "version of sandbox");
	for (char *line = strchr(copy, '\n') + 1; *line; line = next) {
		const char *wrong;

		number++;
		next = strchr(line, '\n');
		if (!next)
			return damaged(number, "its end is missing", e);
		*next++ = '\0';
		wrong = read_line(a, line, &r);
		if (wrong)
			return damaged(number, wrong, e);
	}
	if (!r.created.tv_sec)
		return damaged(number, "it does not say when it was made", e);
	r.text = arena_dup_n(a, text, size);
	*out = r;
	return 0;
}

static void add_escaped(struct str *out, const char *path)
{
	for (const char *p = path; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= ' ' || c >= 0x7f || c == '\\')
			str_addf(out, "\\%03o", c);
		else
			str_add_n(out, p, 1);
	}
}

static void add_time(struct str *out, const char *name, struct timespec t)
{
	if (t.tv_sec)
		str_addf(out, "%s %lld.%09ld\n", name, (long long)t.tv_sec,
			 t.tv_nsec);
}

void record_print(const struct record *r, struct str *out)
{
	str_add(out, HEADER "\n");
	add_time(out, "created", r->created);
	add_time(out, "applying", r->applying);
	if (r->auto_ids)
		str_add(out, "ids auto\n");
	if (r->helper)
		str_add(out, "format helper\n");
	for (size_t i = 0; i < r->places.count; i++) {
		const struct record_place *p = &r->places.items[i];

		str_addf(out, "%s %u %llu %llu ", p->under ? "under" : "place",
			 p->number, (unsigned long long)p->dev,
			 (unsigned long long)p->ino);
		add_escaped(out, p->path);
		str_add(out, "\n");
	}
}

static int open_record(int dir)
{
	return openat(dir, NAME,
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			      O_CLOEXEC);
}

int record_load(struct arena *a, int dir, struct record *out, struct err *e)
{
	autoclose int fd = open_record(dir);
	char *text;
	size_t size;

	if (fd < 0)
		return err_sys(e, "open the record '" NAME "' of the layer");
	if (fd_read_file(a, fd, RECORD_MAX, &text, &size, e) < 0)
		return err_wrap(e, "read the record '" NAME "' of the layer");
	return record_parse(a, text, size, out, e);
}

static int write_new(int dir, const char *text, const char *more, struct err *e)
{
	autoclose int fd =
		openat(dir, NAME_NEW,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       0600);

	if (fd < 0)
		return err_sys(e, "create '" NAME_NEW "' in the layer");
	if (fd_write_all(fd, text, strlen(text)) < 0 ||
	    fd_write_all(fd, more, strlen(more)) < 0 || fsync(fd) < 0)
		return err_sys(e, "write '" NAME_NEW "' in the layer");
	return 0;
}

int record_write(int dir, const char *text, const char *more, struct err *e)
{
	/* What an interrupted run left, or anyone put there, is not written to. */
	unlinkat(dir, NAME_NEW, 0);
	if (write_new(dir, text, more, e) == 0) {
		if (renameat(dir, NAME_NEW, dir, NAME) == 0 && fsync(dir) == 0)
			return 0;
		err_sys(e, "replace the record '" NAME "' of the layer");
	}
	unlinkat(dir, NAME_NEW, 0);
	return -1;
}

int record_store(struct arena *a, int dir, const struct record *r,
		 struct err *e)
{
	struct str text = { .arena = a };

	record_print(r, &text);
	return record_write(dir, text.text, "", e);
}

int record_is(int dir, const char *text, struct err *e)
{
	autoclose int fd = open_record(dir);
	size_t left = strlen(text);
	char part[4096];
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "open the record '" NAME "' of the layer");
	while ((n = read(fd, part, sizeof(part))) > 0) {
		if ((size_t)n > left || memcmp(part, text, (size_t)n) != 0)
			return 0;
		text += n;
		left -= (size_t)n;
	}
	if (n < 0)
		return err_sys(e, "read the record '" NAME "' of the layer");
	return left == 0;
}
