/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/changes.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "layer/layer.h"
#include "layer/names.h"

#include <fcntl.h>

/* Directories above the one being read whose descriptors are kept. */
#define KEPT_OPEN 64

/*
 * A directory on the way: in the layer, outside, or both. Names come from the
 * layer; from outside only where nothing of the layer lies above them.
 */
struct level {
	struct entry after, before;
	struct entry becomes; /* what the deleted directory is replaced by */
	struct names new, old;
	size_t next_new, next_old;
	size_t path_length;
};

struct walker {
	const struct changes_to *to;
	struct str path;
	ARRAY(struct level) levels;
};

static void cut_path(struct walker *w, size_t length)
{
	w->path.length = length;
	w->path.text[length] = '\0';
}

static int at_path(struct walker *w, struct err *e)
{
	return err_wrap(e, "'%s'", str_text(&w->path));
}

/* The real directory that is `up` levels above the top. */
static const struct entry *above(const struct walker *w, size_t up)
{
	const struct entry *x;

	if (w->levels.count <= up)
		return NULL;
	x = &w->levels.items[w->levels.count - 1 - up].before;
	return x->fd < 0 ? NULL : x;
}

static int tell(struct walker *w, enum change_kind kind, unsigned int differs,
		const struct entry *before, const struct entry *after,
		struct err *e)
{
	const struct change change = {
		.kind = kind,
		.differs = differs,
		.path = w->path.text,
		.before = before,
		.after = after,
		/* A directory that is replaced is left yet. */
		.above = above(
			w,
			w->levels.count &&
				before == &w->levels.items[w->levels.count - 1]
						   .before),
	};

	return w->to->tell(w->to->context, &change, e);
}

/* --- levels ------------------------------------------------------------- */

static void leave(struct walker *w)
{
	struct level *l = &w->levels.items[--w->levels.count];

	entry_close(&l->after);
	entry_close(&l->before);
	entry_close(&l->becomes);
	names_free(&l->new);
	names_free(&l->old);
}

/* Goes into a directory; both entries, one of which may be none, are taken. */
static int enter(struct walker *w, struct entry *before, struct entry *after,
		 struct err *e)
{
	struct level *l = array_add(w->path.arena, &w->levels);

	l->before = *before;
	l->after = *after;
	l->becomes = ENTRY_NONE;
	l->path_length = w->path.length;
	*before = *after = ENTRY_NONE;
	if (l->after.fd >= 0 && names_of(&l->after, &l->new, e) < 0)
		return at_path(w, e);
	if (l->before.fd >= 0 && (l->after.fd < 0 || l->after.opaque) &&
	    names_of(&l->before, &l->old, e) < 0)
		return at_path(w, e);
	if (w->levels.count > KEPT_OPEN) {
		struct level *above = l - KEPT_OPEN;

		entry_let_go(&above->before, &above[1].before);
		entry_let_go(&above->after, &above[1].after);
	}
	return 0;
}

static int go_back(struct walker *w, struct err *e)
{
	struct level *l = &w->levels.items[w->levels.count - 1];

	cut_path(w, l->path_length);
	if (w->levels.count > 1 &&
	    (entry_regain(&l[-1].before, &l->before, e) < 0 ||
	     entry_regain(&l[-1].after, &l->after, e) < 0))
		return at_path(w, e);
	if (l->becomes.type && tell(w, CHANGE_MODIFIED, DIFFERS_TYPE,
				    &l->before, &l->becomes, e) < 0)
		return -1;
	leave(w);
	return 0;
}

/* The next name of both lists, in order; which have it. NULL: no more. */
static const char *next_name(struct level *l, bool *is_new)
{
	const char *new = NULL, *old = NULL;
	int order;

	if (l->next_new < l->new.count)
		new = names_get(&l->new, l->next_new);
	if (l->next_old < l->old.count)
		old = names_get(&l->old, l->next_old);
	order = new &&old ? strcmp(new, old) : new ? -1 : 1;
	*is_new = new &&order <= 0;
	l->next_new += *is_new;
	l->next_old += old && order >= 0;
	return *is_new ? new : old;
}

/* --- what is there, before and after ------------------------------------ */

static int deleted(struct walker *w, struct entry *before, struct err *e)
{
	struct entry none = ENTRY_NONE;

	if (tell(w, CHANGE_DELETED, 0, before, &none, e) < 0)
		return -1;
	if (!w->to->below_deleted || before->type != ENTRY_DIRECTORY ||
	    before->mounted)
		return 0;
	return enter(w, before, &none, e);
}

static int added(struct walker *w, struct entry *after, struct err *e)
{
	struct entry none = ENTRY_NONE;

	if (tell(w, CHANGE_ADDED, 0, &none, after, e) < 0)
		return -1;
	return after->type == ENTRY_DIRECTORY ? enter(w, &none, after, e) : 0;
}

/* One may be a directory: that one is all there is below. */
static int retyped(struct walker *w, struct entry *before, struct entry *after,
		   struct err *e)
{
	struct entry none = ENTRY_NONE;

	/* First what is in the way: patches are applied in this order. */
	if (before->type == ENTRY_DIRECTORY && w->to->below_deleted) {
		if (enter(w, before, &none, e) < 0)
			return -1;
		w->levels.items[w->levels.count - 1].becomes = *after;
		*after = ENTRY_NONE;
		return 0;
	}
	if (tell(w, CHANGE_MODIFIED, DIFFERS_TYPE, before, after, e) < 0)
		return -1;
	return after->type == ENTRY_DIRECTORY ? enter(w, &none, after, e) : 0;
}

static int kept(struct walker *w, struct entry *before, struct entry *after,
		struct err *e)
{
	unsigned int differs;

	if (changes_compare(before, after, &differs, e) < 0)
		return at_path(w, e);
	/* overlayfs shows its topmost directory as the caller's. */
	if (!w->levels.count)
		differs &= ~(unsigned int)DIFFERS_OWNER;
	if (differs & DIFFERS_TYPE)
		return retyped(w, before, after, e);
	if ((differs || (after->opaque && w->to->replaced)) &&
	    tell(w, CHANGE_MODIFIED, differs, before, after, e) < 0)
		return -1;
	return after->type == ENTRY_DIRECTORY ? enter(w, before, after, e) : 0;
}

static int mounted(struct walker *w, struct err *e)
{
	err_set(e, ERR_SYSTEM,
		"'%s' is a mount point now, and was none when the layer was "
		"made",
		str_text(&w->path));
	return err_hint(e, "unmount it, and try again");
}

static int one_name(struct walker *w, const char *name, bool is_new,
		    struct err *e)
{
	struct level *l = &w->levels.items[w->levels.count - 1];
	autoentry struct entry before = ENTRY_NONE;
	autoentry struct entry after = ENTRY_NONE;

	if ((l->before.fd >= 0 &&
	     entry_look(&l->before, name, &before, e) < 0) ||
	    (is_new && entry_look(&l->after, name, &after, e) < 0))
		return err_wrap(e, "'%s'", str_text(&w->path));
	if (w->path.length > 1)
		str_add(&w->path, "/");
	str_add(&w->path, name);
	if (after.type == ENTRY_MISSING || after.type == ENTRY_WHITEOUT)
		return before.type ? deleted(w, &before, e) : 0;
	if (before.mounted)
		return mounted(w, e);
	if (before.type == ENTRY_MISSING)
		return added(w, &after, e);
	return kept(w, &before, &after, e);
}

static int walk_place(struct walker *w, const struct kept_layer *l,
		      const struct record_place *place, struct err *e)
{
	autoentry struct entry before = ENTRY_NONE;
	autoentry struct entry after = ENTRY_NONE;

	if (layer_upper(l, place, &after, e) < 0 ||
	    layer_real(place, w->to->any_place, &before, e) < 0)
		return -1;
	if (layer_is_anothers(&after, &before)) {
		after.st.st_mode = before.st.st_mode;
		after.st.st_uid = before.st.st_uid;
		after.st.st_gid = before.st.st_gid;
	}
	w->path.length = 0;
	str_add(&w->path, place->path);
	if (kept(w, &before, &after, e) < 0)
		return -1;
	while (w->levels.count) {
		struct level *level = &w->levels.items[w->levels.count - 1];
		bool is_new;
		const char *name = next_name(level, &is_new);

		cut_path(w, level->path_length);
		if ((name ? one_name(w, name, is_new, e) : go_back(w, e)) < 0)
			return -1;
	}
	return 0;
}

int changes_walk(struct arena *a, const struct kept_layer *l,
		 const struct changes_to *to, struct err *e)
{
	struct walker w = { .to = to, .path = { .arena = a } };
	int r = 0;

	for (size_t i = 0; i < l->record.places.count; i++)
		if (l->record.places.items[i].under) {
			err_set(e, ERR_SYSTEM,
				"changes over several layers cannot be listed");
			return err_hint(e,
					"use '%s/%u/upper' as one more --layer",
					l->dir,
					l->record.places.items[i].number);
		}
	for (size_t i = 0; r == 0 && i < l->record.places.count; i++)
		r = walk_place(&w, l, &l->record.places.items[i], e);
	while (w.levels.count)
		leave(&w);
	return r;
}
