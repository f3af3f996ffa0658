/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/apply.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "layer/carry.h"
#include "layer/discard.h"
#include "layer/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FRESH "upper.new"

/* Both sides of a place. */
static int open_place(const struct kept_layer *l, size_t i, bool any,
		      struct entry *upper, struct entry *real, struct err *e)
{
	const struct record_place *place = &l->record.places.items[i];

	if (layer_upper(l, place, upper, e) < 0)
		return -1;
	return layer_real(place, any, real, e);
}

/* --- carrying out -------------------------------------------------------- */

static int carry(const struct kept_layer *l, struct carry *c, size_t i,
		 bool any, struct err *e)
{
	autoentry struct entry upper = ENTRY_NONE, real = ENTRY_NONE;
	const char *path = l->record.places.items[i].path;
	autoclose int fd = -1;

	if (open_place(l, i, any, &upper, &real, e) < 0)
		return -1;
	fd = entry_open(&real, O_RDONLY | O_DIRECTORY, e);
	if (fd < 0)
		return err_wrap(e, "'%s'", path);
	if (carry_place(c, &upper, &real, path, e) < 0)
		return -1;
	return syncfs(fd) < 0 ? err_sys(e, "write '%s' to the disk", path) : 0;
}

static int carry_all(const struct kept_layer *l, struct carry *c,
		     const struct check_result *found, bool any, struct err *e)
{
	uint64_t done;

	for (size_t i = 0; i < l->record.places.count; i++) {
		if (carry(l, c, i, any, e) == 0)
			continue;
		/* Copies equal to what is outside were not counted before. */
		done = c->done < found->changes ? c->done : found->changes;
		return err_hint(e,
				"%llu of %llu changes are applied; repeat it "
				"when that is mended",
				(unsigned long long)done,
				(unsigned long long)found->changes);
	}
	return 0;
}

/* --- emptying ------------------------------------------------------------ */

/* An empty upper directory, which looks as the real one. */
static int make_fresh(struct arena *a, int number, const struct entry *real,
		      struct err *e)
{
	const struct timespec times[2] = { real->st.st_atim, real->st.st_mtim };
	autoclose int fd = -1;

	if (discard_tree(a, number, FRESH, NULL, e) < 0)
		return -1;
	if (mkdirat(number, FRESH, S_IRWXU) < 0)
		return err_sys(e, "create '" FRESH "'");
	fd = openat(number, FRESH,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, real->st.st_mode & 07777) < 0 ||
	    futimens(fd, times) < 0)
		return err_sys(e, "make '" FRESH "' ready");
	return 0;
}

/* A directory that moves to another one has to be writable itself: its "..". */
static int throw_away(int number, const char *from, int trash, const char *name)
{
	if (fchmodat(number, from, S_IRWXU, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return renameat(number, from, trash, name);
}

/* Takes the place of the old one at once, where the file system can do that. */
static int exchange(int number, int trash, const char *name, struct err *e)
{
	if (renameat2(number, FRESH, number, "upper", RENAME_EXCHANGE) == 0) {
		if (throw_away(number, FRESH, trash, name) < 0)
			return err_sys(e, "move what was applied to the trash");
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS)
		return err_sys(e, "empty the layer");
	if (throw_away(number, "upper", trash, name) < 0 ||
	    renameat(number, FRESH, number, "upper") < 0)
		return err_sys(e, "empty the layer");
	return 0;
}

static int empty_place(struct arena *a, const struct kept_layer *l, int trash,
		       size_t i, bool any, struct err *e)
{
	const struct record_place *place = &l->record.places.items[i];
	autoentry struct entry number = ENTRY_NONE, real = ENTRY_NONE;
	char name[16];

	snprintf(name, sizeof(name), "%u", place->number);
	if (layer_real(place, any, &real, e) < 0 ||
	    entry_look(&l->top, name, &number, e) < 0)
		return -1;
	if (number.type != ENTRY_DIRECTORY)
		return err_set(e, ERR_SYSTEM, "'%s' was replaced meanwhile",
			       name);
	if (make_fresh(a, number.fd, &real, e) < 0)
		return -1;
	return exchange(number.fd, trash, name, e);
}

static int empty_all(struct arena *a, const struct kept_layer *l, bool any,
		     struct err *e)
{
	autoclose int trash = -1;

	if (discard_tree(a, l->fd, "trash", NULL, e) < 0)
		return -1;
	if (mkdirat(l->fd, "trash", S_IRWXU) < 0)
		return err_sys(e, "create 'trash'");
	trash = openat(l->fd, "trash",
		       O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (trash < 0)
		return err_sys(e, "open 'trash'");
	for (size_t i = 0; i < l->record.places.count; i++)
		if (empty_place(a, l, trash, i, any, e) < 0)
			return -1;
	return 0;
}

/*
 * Now, after which whatever is changed has a later ctime: the kernel takes that
 * from a clock that ticks up to 10 ms late.
 */
static struct timespec settle(void)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	struct timespec now, coarse;

	clock_gettime(CLOCK_REALTIME, &now);
	do {
		nanosleep(&tick, NULL);
		clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
	} while (coarse.tv_sec < now.tv_sec || (coarse.tv_sec == now.tv_sec &&
						coarse.tv_nsec <= now.tv_nsec));
	return now;
}

static int begin_anew(struct arena *a, struct kept_layer *l, bool any,
		      struct err *e)
{
	if (empty_all(a, l, any, e) < 0)
		return err_wrap(e, "'%s'", l->dir);
	l->record.created = settle();
	l->record.applying = (struct timespec){ 0 };
	if (any)
		/* Forced: the directories that are there now are the places. */
		for (size_t i = 0; i < l->record.places.count; i++) {
			struct record_place *p = &l->record.places.items[i];
			autoentry struct entry real = ENTRY_NONE;

			if (layer_real(p, true, &real, e) < 0)
				return -1;
			p->dev = real.st.st_dev;
			p->ino = real.st.st_ino;
		}
	if (record_store(a, l->fd, &l->record, e) < 0)
		return err_wrap(e, "'%s'", l->dir);
	return discard_tree(a, l->fd, "trash", NULL, e);
}

/* --- all of it ----------------------------------------------------------- */

static int check_stack(const struct kept_layer *l, struct err *e)
{
	for (size_t i = 0; i < l->record.places.count; i++) {
		if (!l->record.places.items[i].under)
			continue;
		err_set(e, ERR_SYSTEM,
			"changes over several layers cannot be applied");
		return err_hint(e, "use '%s/%u/upper' as one more --layer",
				l->dir, l->record.places.items[i].number);
	}
	return 0;
}

static int name_of(int fd, char path[PATH_MAX], struct err *e)
{
	char link[ENTRY_PATH_SIZE];
	const struct entry x = { .fd = fd };
	ssize_t n = readlink(entry_path(&x, link), path, PATH_MAX - 1);

	if (n < 0)
		return err_sys(e, "ask where a directory is");
	path[n] = '\0';
	return 0;
}

/* In a place, the layer would be among what it changes. */
static int check_outside(const struct kept_layer *l, bool any, struct err *e)
{
	char own[PATH_MAX], path[PATH_MAX];

	if (name_of(l->fd, own, e) < 0)
		return -1;
	for (size_t i = 0; i < l->record.places.count; i++) {
		autoentry struct entry real = ENTRY_NONE;

		if (layer_real(&l->record.places.items[i], any, &real, e) < 0 ||
		    name_of(real.fd, path, e) < 0)
			return -1;
		if (path_within(own, path))
			return err_set(e, ERR_SYSTEM,
				       "the layer '%s' is in '%s', which it "
				       "changes",
				       l->dir, path);
	}
	return 0;
}

static bool was_begun(const struct kept_layer *l)
{
	return l->record.applying.tv_sec != 0;
}

/* The umask is the whole process's: ours has to be 0 from here on. */
static int begin_to_write(struct arena *a, struct kept_layer *l, struct err *e)
{
	umask(0);
	if (was_begun(l))
		return 0;
	clock_gettime(CLOCK_REALTIME, &l->record.applying);
	if (record_store(a, l->fd, &l->record, e) < 0)
		return err_wrap(e, "'%s'", l->dir);
	return 0;
}

/* Nothing was written: the next check is as strict as this one was. */
static void forget(struct arena *a, struct kept_layer *l)
{
	struct err ignored;

	l->record.applying = (struct timespec){ 0 };
	record_store(a, l->fd, &l->record, &ignored);
}

int layer_apply(struct arena *a, struct kept_layer *l,
		const struct check_wants *wants, struct err *e)
{
	struct check_result found;
	struct carry c;
	struct copy copy;
	int r;

	if (check_stack(l, e) < 0 || check_outside(l, wants->force, e) < 0)
		return -1;
	carry_begin(a, &c, &copy, l->record.created, was_begun(l));
	if (check_layer(a, l, &c, wants, &found, e) < 0 ||
	    begin_to_write(a, l, e) < 0 ||
	    copy_begin(&copy, wants->progress, e) < 0)
		return -1;
	copy.total = found.work;
	c.force = wants->force;
	r = carry_all(l, &c, &found, wants->force, e);
	copy_end(&copy);
	if (r < 0 && !c.touched && !c.again)
		forget(a, l);
	return r < 0 ? -1 : begin_anew(a, l, wants->force, e);
}

int layer_apply_clean(struct arena *a, const struct kept_layer *l,
		      struct err *e)
{
	struct carry c;

	if (!was_begun(l))
		return 0;
	carry_begin(a, &c, NULL, l->record.created, true);
	for (size_t i = 0; i < l->record.places.count; i++) {
		autoentry struct entry upper = ENTRY_NONE, real = ENTRY_NONE;

		/* Where the place is gone so is what was left in it. */
		if (open_place(l, i, false, &upper, &real, e) < 0)
			continue;
		if (carry_clean(&c, &upper, &real,
				l->record.places.items[i].path, e) < 0)
			return -1;
	}
	return 0;
}
