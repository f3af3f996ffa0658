/* SPDX-License-Identifier: Apache-2.0 */
/* What is written to layers: kept by --changes, or in memory. */
#include "compile/steps.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

#include <errno.h>

/* f_type of statfs(2): where overlayfs takes no upper directory. */
static const char *no_upper(uint64_t type)
{
	static const struct {
		uint64_t type;
		const char *name;
	} types[] = {
		{ 0x6969, "NFS" },	    { 0x794c7630, "overlay" },
		{ 0xff534d42, "CIFS" },	    { 0xfe534d42, "SMB" },
		{ 0x65735546, "FUSE" },	    { 0x01021997, "9p" },
		{ 0x4d44, "FAT" },	    { 0x2011bab0, "exFAT" },
		{ 0x7366746e, "NTFS" },	    { 0x00c36400, "Ceph" },
		{ 0x6a656a63, "virtiofs" }, { 0xf15f, "eCryptfs" },
		{ 0x47504653, "GPFS" },	    { 0x0bd00bd0, "Lustre" },
		{ 0x19830326, "BeeGFS" },
	};

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

static bool parent_is_there(struct arena *a, const struct path_fact *fact)
{
	const char *parent = path_parent(a, fact->resolved);

	if (!parent[1])
		return true;
	for (size_t i = 0; i < fact->part_count; i++)
		if (str_equal(fact->parts[i].at, parent))
			return fact->parts[i].type == PATH_DIR;
	return false;
}

static int check_dir(const struct compile *c, const struct path_fact *fact,
		     struct err *e)
{
	if (fact->type == PATH_UNREACHABLE) {
		err_set(e, ERR_USAGE, "use '%s'", fact->path);
		e->errnum = fact->errnum;
		return -1;
	}
	if (fact->type == PATH_ABSENT) {
		if (parent_is_there(c->arena, fact))
			return 0;
		err_set(e, ERR_USAGE, "the directory of '%s' does not exist",
			fact->path);
		return err_hint(e, "make it first with mkdir -p");
	}
	if (fact->type != PATH_DIR)
		return err_set(e, ERR_USAGE, "'%s' is not a directory",
			       fact->path);
	if (fact->uid == c->host->caller->uid)
		return 0;
	err_set(e, ERR_USAGE, "'%s' is not yours", fact->path);
	return err_hint(e, "a layer is continued by who made it");
}

static int check_type(const struct compile *c, const char *path, struct err *e)
{
	const char *type = no_upper(c->host->changes_type);

	if (!type || c->out->helper)
		return 0;
	err_set(e, ERR_USAGE,
		"'%s' is on a file system (%s) that overlayfs cannot write to",
		path, type);
	return err_hint(e, "give a directory on a local disk or in memory, as "
			   "in /var/tmp or /dev/shm, or add --overlay-helper "
			   "fuse-overlayfs");
}

/*
 * Whether the directory is below this one, by its name or by another that the
 * host has for it, or this one in it.
 */
static bool is_shown_by(const struct path_fact *dir, const char *path,
			uint64_t dev, uint64_t ino)
{
	if (path_within(dir->resolved, path) ||
	    path_within(path, dir->resolved))
		return true;
	for (size_t i = 0; ino && i < dir->part_count; i++)
		if (path_within(dir->resolved, dir->parts[i].at) &&
		    dir->parts[i].dev == dev && dir->parts[i].ino == ino)
			return true;
	return false;
}

static bool writes_to(const struct step *step, const struct path_fact *dir)
{
	if (step->kind == STEP_OVERLAY && step->upper)
		return is_shown_by(dir, step->upper->path, step->upper->dev,
				   step->upper->ino) ||
		       is_shown_by(dir, step->work->path, step->work->dev,
				   step->work->ino);
	return step->kind == STEP_BIND &&
	       !(step->attributes & MOUNT_ATTR_RDONLY) &&
	       is_shown_by(dir, step->source, step->dev, step->ino);
}

/* In the middle of what the command may write, it could forge the record. */
static int check_apart(const struct steps *s, const struct path_fact *dir,
		       struct err *e)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct step *step = &s->list.items[i];

		if (!writes_to(step, dir))
			continue;
		err_set(e, ERR_USAGE,
			"the command could write to '%s' itself, by way of "
			"'%s'",
			s->c->plan->changes, step->dest);
		return err_hint(e, "show that read-only, or give a directory "
				   "elsewhere");
	}
	return 0;
}

static int not_as_before(const char *path, const char *how, const char *has,
			 const char *option, struct err *e)
{
	err_set(e, ERR_USAGE, "'%s' was begun %s, and has %s", path, how, has);
	return err_hint(e, "%s", option);
}

/* What is there is continued as it was begun. */
static int check_found(const struct compile *c, const struct record *found,
		       struct err *e)
{
	const char *path = c->plan->changes;

	if (found->auto_ids && !c->plan->map_auto)
		return not_as_before(path, "with --map-auto",
				     "files of other owners", "add --map-auto",
				     e);
	if (found->helper && !c->out->helper)
		return not_as_before(path, "with --overlay-helper",
				     "marks that the kernel does not know",
				     "add --overlay-helper "
				     "fuse-overlayfs",
				     e);
	if (!found->applying.tv_sec)
		return 0;
	err_set(e, ERR_USAGE, "the changes in '%s' are half applied", path);
	return err_hint(e, "finish that first: sandbox --apply %s", path);
}

static void take_over(struct compile *c, const struct record *found)
{
	struct record *r = &c->out->layer.record;

	*r = *found;
	memset(&r->places, 0, sizeof(r->places));
	for (size_t i = 0; i < found->places.count; i++)
		*array_add(c->arena, &r->places) = found->places.items[i];
}

int kept_begin(struct steps *s, struct err *e)
{
	struct compile *c = s->c;
	const char *path = c->plan->changes;
	struct program_layer *layer = &c->out->layer;
	const struct path_fact *fact;

	if (!path)
		return 0;
	fact = host_path(c->host, path);
	if (check_dir(c, fact, e) < 0 || check_type(c, path, e) < 0)
		return err_wrap(e, "--changes");
	layer->dir = fact->resolved;
	layer->make = fact->type == PATH_ABSENT;
	layer->dev = fact->dev;
	layer->ino = fact->ino;
	layer->found = c->host->record;
	if (layer->found && check_found(c, layer->found, e) < 0)
		return err_wrap(e, "--changes");
	if (layer->found)
		take_over(c, layer->found);
	layer->record.auto_ids = c->plan->map_auto;
	layer->record.helper = c->out->helper;
	return 0;
}

bool kept_is(const struct steps *s, const char *path)
{
	const char *dir = s->c->out->layer.dir;

	return dir && path_within(path, dir);
}

/*
 * What is below the new place may have been changed in the other one's layer,
 * where it would not be seen any more.
 */
static int overlaps(const struct record_place *p, const char *path,
		    const char *changes, struct err *e)
{
	err_set(e, ERR_USAGE,
		"'%s' has changes of '%s', and now '%s' is to be covered",
		changes, p->path, path);
	return err_hint(e, "give the same --cow as before, or another "
			   "directory for --changes");
}

static bool is_place(const struct record_place *p, const struct layer *l)
{
	return str_equal(p->path, l->path);
}

/* The same directories in the same order, or none of them. */
static int find_place(struct steps *s, const struct step *step, bool nested,
		      int *out, struct err *e)
{
	const struct record *r = &s->c->out->layer.record;
	const struct layer *top = &step->layers[step->layer_count - 1];

	for (size_t i = 0; i < r->places.count; i++) {
		const struct record_place *p = &r->places.items[i];

		if (p->under)
			continue;
		if (is_place(p, top)) {
			if (p->ino != top->ino) {
				err_set(e, ERR_USAGE,
					"'%s' is another directory than that "
					"which '%s' has changes of",
					p->path, s->c->plan->changes);
				return err_hint(e, "give another directory for "
						   "--changes, or discard this "
						   "one");
			}
			*out = (int)p->number;
			return 0;
		}
		if (!nested && path_within(top->path, p->path))
			return overlaps(p, top->path, s->c->plan->changes, e);
	}
	return 0;
}

static int check_under(const struct steps *s, const struct step *step,
		       struct err *e)
{
	const struct record *r = &s->c->out->layer.record;
	size_t n = step->layer_count - 1;
	bool same = true;

	for (size_t i = 0; i < r->places.count; i++) {
		const struct record_place *p = &r->places.items[i];

		if (p->number != (unsigned int)step->place || !p->under)
			continue;
		same = same && n > 0 && is_place(p, &step->layers[n - 1]);
		n -= same;
	}
	if (same && n == 0)
		return 0;
	err_set(e, ERR_USAGE, "'%s' belongs to other layers",
		s->c->plan->changes);
	return err_hint(e, "give the same --rootfs and --layer as before");
}

static void add_place(struct steps *s, struct step *step)
{
	struct record *r = &s->c->out->layer.record;
	size_t n = r->places.count;

	step->place = n ? (int)r->places.items[n - 1].number + 1 : 0;
	for (size_t i = step->layer_count; i-- > 0;) {
		const struct layer *l = &step->layers[i];

		*array_add(s->c->arena, &r->places) = (struct record_place){
			.number = (unsigned int)step->place,
			.under = i + 1 < step->layer_count,
			.dev = l->dev,
			.ino = l->ino,
			.path = l->path,
		};
	}
}

int kept_place(struct steps *s, struct step *step, bool nested, struct err *e)
{
	const struct program_layer *layer = &s->c->out->layer;
	const char *path = step->layers[step->layer_count - 1].path;

	step->in_memory = !layer->dir;
	if (!layer->dir)
		return 0;
	if (path_within(path, layer->dir) || path_within(layer->dir, path)) {
		err_set(e, ERR_USAGE, "'%s' and '%s' are one in the other",
			s->c->plan->changes, path);
		err_hint(e, "keep changes outside of what they are of");
		return err_at(e, "%s", s->origin);
	}
	if (find_place(s, step, nested, &step->place, e) < 0)
		return err_at(e, "%s", s->origin);
	if (step->place >= 0)
		return check_under(s, step, e);
	if (layer->record.places.count + step->layer_count > RECORD_PLACES_MAX)
		return err_set(e, ERR_USAGE,
			       "more than %d directories would have a layer of "
			       "their own",
			       RECORD_PLACES_MAX);
	add_place(s, step);
	return 0;
}

/* The time of a new one is known when it is begun. */
static void add_text(struct compile *c)
{
	struct program_layer *layer = &c->out->layer;
	struct record record = layer->record;
	struct str text = { .arena = c->arena };

	if (layer->found && layer->found->auto_ids == record.auto_ids &&
	    layer->found->helper == record.helper &&
	    layer->found->places.count == record.places.count)
		return;
	record.created = (struct timespec){ 0 };
	record_print(&record, &text);
	layer->text = text.text;
}

int kept_finish(struct steps *s, struct err *e)
{
	const struct compile *c = s->c;

	if (!c->out->layer.dir)
		return 0;
	if (check_apart(s, host_path(c->host, c->plan->changes), e) < 0)
		return err_wrap(e, "--changes");
	add_text(s->c);
	return 0;
}
