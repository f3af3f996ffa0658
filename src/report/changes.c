/* SPDX-License-Identifier: Apache-2.0 */
#include "report/changes.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "layer/changes.h"
#include "report/patch.h"
#include "report/text.h"

#include <limits.h>
#include <unistd.h>

#define CHUNK ((size_t)64 * 1024)

static const char *const types[] = {
	[ENTRY_MISSING] = "nothing",	 [ENTRY_WHITEOUT] = "nothing",
	[ENTRY_DIRECTORY] = "directory", [ENTRY_FILE] = "file",
	[ENTRY_SYMLINK] = "symlink",	 [ENTRY_FIFO] = "fifo",
	[ENTRY_SOCKET] = "socket",	 [ENTRY_DEVICE] = "device",
};

static const struct {
	unsigned int bit;
	const char *name;
} differences[] = {
	{ DIFFERS_TYPE, "type" },	{ DIFFERS_SIZE, "size" },
	{ DIFFERS_CONTENT, "content" }, { DIFFERS_UNREADABLE, "unreadable" },
	{ DIFFERS_TARGET, "target" },	{ DIFFERS_MODE, "mode" },
	{ DIFFERS_OWNER, "owner" },	{ DIFFERS_ATTRIBUTES, "attributes" },
	{ DIFFERS_TIME, "time" },
};

static unsigned int mode_of(const struct entry *x)
{
	return x->st.st_mode & 07777;
}

static unsigned long long size_of(const struct entry *x)
{
	return (unsigned long long)x->st.st_size;
}

/* Of a symlink that cannot be read any more, "". */
static const char *target_of(const struct entry *x, char target[PATH_MAX])
{
	struct err ignored;

	if (entry_target(x, target, &ignored) < 0)
		target[0] = '\0';
	return target;
}

/* --- for people --------------------------------------------------------- */

static void add_state(struct str *out, const struct entry *x)
{
	char target[PATH_MAX];

	if (x->type == ENTRY_SYMLINK) {
		str_add(out, "symlink to ");
		text_add_path(out, "", target_of(x, target), "");
	} else if (x->type == ENTRY_FILE) {
		str_addf(out, "mode %o, size %llu", mode_of(x), size_of(x));
	} else {
		str_addf(out, "%s, mode %o", types[x->type], mode_of(x));
	}
}

static void add_targets(struct str *out, const struct change *c)
{
	char target[PATH_MAX];

	str_add(out, "target ");
	text_add_path(out, "", target_of(c->before, target), "");
	str_add(out, " -> ");
	text_add_path(out, "", target_of(c->after, target), "");
}

static void add_difference(struct str *out, const struct change *c,
			   unsigned int bit)
{
	const struct entry *b = c->before, *a = c->after;

	if (bit == DIFFERS_TYPE)
		str_addf(out, "%s -> %s", types[b->type], types[a->type]);
	else if (bit == DIFFERS_SIZE)
		str_addf(out, "size %llu -> %llu", size_of(b), size_of(a));
	else if (bit == DIFFERS_TARGET)
		add_targets(out, c);
	else if (bit == DIFFERS_MODE)
		str_addf(out, "mode %o -> %o", mode_of(b), mode_of(a));
	else if (bit == DIFFERS_OWNER)
		str_addf(out, "owner %u:%u -> %u:%u", b->st.st_uid,
			 b->st.st_gid, a->st.st_uid, a->st.st_gid);
	else
		for (size_t i = 0; i < COUNT_OF(differences); i++)
			if (differences[i].bit == bit)
				str_add(out, differences[i].name);
}

static void add_differences(struct str *out, const struct change *c)
{
	bool first = true;

	for (size_t i = 0; i < COUNT_OF(differences); i++) {
		if (!(c->differs & differences[i].bit))
			continue;
		if (!first)
			str_add(out, ", ");
		add_difference(out, c, differences[i].bit);
		first = false;
	}
}

/* A directory's path ends in a slash, as ls -p has it. */
static const char *path_end(const struct change *c)
{
	const struct entry *x =
		c->kind == CHANGE_DELETED ? c->before : c->after;

	return x->type == ENTRY_DIRECTORY && c->path[1] ? "/" : "";
}

void report_change_text(struct str *out, const struct change *c)
{
	static const char letters[] = {
		[CHANGE_ADDED] = 'A',
		[CHANGE_MODIFIED] = 'M',
		[CHANGE_DELETED] = 'D',
	};

	str_addf(out, "%c ", letters[c->kind]);
	text_add_path(out, "", c->path, path_end(c));
	if (c->kind != CHANGE_DELETED) {
		str_add(out, " (");
		if (c->kind == CHANGE_ADDED)
			add_state(out, c->after);
		else
			add_differences(out, c);
		str_add(out, ")");
	}
	str_add(out, "\n");
}

/* --- for programs ------------------------------------------------------- */

/* With what no UTF-8 can say in hexadecimal beside it. */
static void add_bytes(struct str *out, const char *prefix, const char *key,
		      const char *text)
{
	str_addf(out, "\"%s%s\": ", prefix, key);
	text_add_json(out, text);
	if (text_is_utf8(text))
		return;
	str_addf(out, ", \"%s%s_bytes\": \"", prefix, key);
	for (; *text; text++)
		str_addf(out, "%02x", (unsigned char)*text);
	str_add(out, "\"");
}

static void add_members(struct str *out, const char *prefix,
			const struct entry *x)
{
	char target[PATH_MAX];

	if (x->type == ENTRY_MISSING)
		return;
	str_addf(out, ", \"%stype\": \"%s\", \"%smode\": \"%04o\"", prefix,
		 types[x->type], prefix, mode_of(x));
	if (x->type == ENTRY_FILE)
		str_addf(out, ", \"%ssize\": %llu", prefix, size_of(x));
	if (x->type != ENTRY_SYMLINK)
		return;
	str_add(out, ", ");
	add_bytes(out, prefix, "target", target_of(x, target));
}

static void add_object(struct str *out, const struct change *c)
{
	static const char *const kinds[] = {
		[CHANGE_ADDED] = "added",
		[CHANGE_MODIFIED] = "modified",
		[CHANGE_DELETED] = "deleted",
	};
	bool first = true;

	str_add(out, "{");
	add_bytes(out, "", "path", c->path);
	str_addf(out, ", \"change\": \"%s\"", kinds[c->kind]);
	add_members(out, "", c->after);
	add_members(out, "old_", c->before);
	if (c->kind == CHANGE_MODIFIED) {
		str_add(out, ", \"differs\": [");
		for (size_t i = 0; i < COUNT_OF(differences); i++) {
			if (!(c->differs & differences[i].bit))
				continue;
			str_addf(out, "%s\"%s\"", first ? "" : ", ",
				 differences[i].name);
			first = false;
		}
		str_add(out, "]");
	}
	str_add(out, "}");
}

/* --- written in chunks -------------------------------------------------- */

struct writer {
	struct str text;
	bool json;
	bool any;
};

static int flush(struct writer *w, struct err *e)
{
	size_t length = w->text.length;

	w->text.length = 0;
	if (fd_write_all(STDOUT_FILENO, str_text(&w->text), length) < 0)
		return err_sys(e, "write to standard output");
	return 0;
}

static int tell(void *context, const struct change *c, struct err *e)
{
	struct writer *w = context;

	if (w->json) {
		str_add(&w->text, w->any ? ",\n" : "\n");
		add_object(&w->text, c);
	} else {
		report_change_text(&w->text, c);
	}
	w->any = true;
	return w->text.length < CHUNK ? 0 : flush(w, e);
}

int report_changes(struct arena *a, const struct kept_layer *l,
		   enum format format, struct err *e)
{
	struct writer w = { { .arena = a }, format == FORMAT_JSON, false };
	const struct changes_to to = { .tell = tell, .context = &w };
	struct err other;

	if (format == FORMAT_PATCH)
		return report_patch(a, l, e);
	if (w.json)
		str_add(&w.text, "[");
	if (changes_walk(a, l, &to, e) < 0) {
		flush(&w, &other);
		return -1;
	}
	if (w.json)
		str_add(&w.text, w.any ? "\n]\n" : "]\n");
	return flush(&w, e);
}
