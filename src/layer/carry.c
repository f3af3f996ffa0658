/* SPDX-License-Identifier: Apache-2.0 */
#include "layer/carry.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "layer/links.h"
#include "host/own.h"
#include "layer/changes.h"
#include "layer/discard.h"
#include "layer/trees.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define OURS ".sandbox-apply-%llx.%lx"

/* What is beside a directory of the layer. */
enum {
	MERGED,	      /* the real one */
	BUILT,	      /* one under a name of ours, that will be put in place */
	BUILT_WITHIN, /* one in such a directory */
};

/* On the way through one place. */
struct way {
	struct carry *c;
	struct trees walk;
	struct links links;
	bool inherits;	      /* what is made in `inherits_of` gets an ACL */
	uint64_t inherits_of; /* an inode; 0: not looked yet */
};

void carry_begin(const struct arena *a, struct carry *c, struct copy *copy,
		 struct timespec created, bool again)
{
	unsigned long long s = (unsigned long long)created.tv_sec;
	unsigned long ns = (unsigned long)created.tv_nsec;

	*c = (struct carry){
		.copy = copy,
		.scratch = { .exhausted = a->exhausted },
		.again = again,
	};
	clock_gettime(CLOCK_REALTIME, &c->begun);
	snprintf(c->name, sizeof(c->name), OURS, s, ns);
	snprintf(c->aside, sizeof(c->aside), OURS "-old", s, ns);
	snprintf(c->links, sizeof(c->links), OURS "-links", s, ns);
}

bool carry_is_reserved(const struct carry *c, const char *name)
{
	return str_equal(name, c->name) || str_equal(name, c->aside) ||
	       str_equal(name, c->links);
}

/* What the removing of a tree takes is the next one's. */
static int remove_tree(struct carry *c, int dirfd, const char *name,
		       struct err *e)
{
	int r = discard_tree(&c->scratch, dirfd, name, NULL, e);

	arena_release(&c->scratch);
	return r;
}

/* Names of ours in one directory. */
static int clean(struct carry *c, int dirfd, struct err *e)
{
	if (remove_tree(c, dirfd, c->name, e) == 0 &&
	    remove_tree(c, dirfd, c->aside, e) == 0 &&
	    remove_tree(c, dirfd, c->links, e) == 0)
		return 0;
	/* The kernel says so before it looks for the name: nothing is there. */
	return e->errnum == EROFS ? 0 : -1;
}

static int at_name(struct way *w, const char *name, struct err *e)
{
	return err_wrap(e, "'%s'", trees_path(&w->walk, name));
}

/* --- names --------------------------------------------------------------- */

/*
 * What was written since all was checked is not overwritten. (The ctime says
 * less: it is ours where a file had several names.)
 */
static int check_unchanged(const struct carry *c, int dirfd, const char *name,
			   struct err *e)
{
	struct stat st;

	if (c->force)
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at it");
	if (st.st_mtim.tv_sec < c->begun.tv_sec ||
	    (st.st_mtim.tv_sec == c->begun.tv_sec &&
	     st.st_mtim.tv_nsec <= c->begun.tv_nsec))
		return 0;
	/* A time that is ahead of the clock says nothing. */
	if (st.st_mtim.tv_sec > st.st_ctim.tv_sec)
		return 0;
	return err_set(e, ERR_SYSTEM, "it was changed outside just now");
}

/*
 * Puts what is under our name in `dirfd` under `name`. rename(2) replaces a file
 * by a file; a directory, or by one, is exchanged, where that can be done, and
 * what was there is removed under our name.
 */
static int put(struct carry *c, int dirfd, const char *name, struct err *e)
{
	if (check_unchanged(c, dirfd, name, e) < 0)
		return -1;
	if (renameat(dirfd, c->name, dirfd, name) == 0)
		return 0;
	if (errno != EISDIR && errno != ENOTDIR && errno != ENOTEMPTY &&
	    errno != EEXIST)
		return err_sys(e, "put it in place");
	if (renameat2(dirfd, c->name, dirfd, name, RENAME_EXCHANGE) == 0)
		return remove_tree(c, dirfd, c->name, e);
	if (errno != EINVAL && errno != ENOSYS)
		return err_sys(e, "put it in place");
	if (renameat(dirfd, name, dirfd, c->aside) < 0 ||
	    renameat(dirfd, c->name, dirfd, name) < 0)
		return err_sys(e, "put it in place");
	return remove_tree(c, dirfd, c->aside, e);
}

/* A whiteout: what is outside goes, a directory at once and whole. */
static int take_away(struct carry *c, int dirfd, const char *name,
		     struct err *e)
{
	if (check_unchanged(c, dirfd, name, e) < 0)
		return -1;
	c->touched = true;
	if (unlinkat(dirfd, name, 0) < 0) {
		if (errno == ENOENT)
			return 0;
		/* EPERM: so POSIX has it for a directory. */
		if (errno != EISDIR && errno != EPERM)
			return err_sys(e, "remove it");
		if (remove_tree(c, dirfd, c->name, e) < 0)
			return -1;
		if (renameat(dirfd, name, dirfd, c->name) < 0)
			return err_sys(e, "remove it");
		if (remove_tree(c, dirfd, c->name, e) < 0)
			return -1;
	}
	c->done++;
	c->copy->done += PROGRESS_NAME;
	progress_tell(c->copy->progress, c->copy->done, c->copy->total);
	return 0;
}

/* --- files --------------------------------------------------------------- */

/* Looked once for each directory in which something is made. */
static bool inherits(struct way *w, const struct trees_level *level)
{
	if (level->kind != MERGED)
		return false;
	if (w->inherits_of != level->to.st.st_ino) {
		w->inherits = copy_inherits(&level->to);
		w->inherits_of = level->to.st.st_ino;
	}
	return w->inherits;
}

/* `x` as `name` in the directory at hand; also if it was made already. */
static int make(struct way *w, const struct trees_level *level,
		const struct entry *x, const char *name, struct err *e)
{
	bool linked = x->st.st_nlink > 1;
	int fd = level->to.fd, r = 0;

	if (linked)
		r = links_use(&w->links, x, fd, name, e);
	if (r)
		return r < 0 ? -1 : 0;
	if (copy_make(w->c->copy, x, fd, name, inherits(w, level), e) < 0)
		return -1;
	if (linked && level->kind == MERGED &&
	    links_base(&w->links, level, e) < 0)
		return -1;
	return linked ? links_note(&w->links, x, fd, name, e) : 0;
}

/*
 * A copy that was opened for writing, and is what there is outside. If that
 * cannot be told it is written anew.
 */
static bool is_there(const struct trees_level *level, const struct entry *x,
		     const char *name)
{
	autoentry struct entry real = ENTRY_NONE;
	unsigned int differs = 0;
	struct err ignored;
	struct stat st;

	if (x->type != ENTRY_FILE ||
	    fstatat(level->to.fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    /* Inside it was a file of its own from then on. */
	    st.st_nlink != 1 || st.st_size != x->st.st_size ||
	    st.st_mtim.tv_sec != x->st.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != x->st.st_mtim.tv_nsec)
		return false;
	return entry_look(&level->to, name, &real, &ignored) == 0 &&
	       changes_compare(&real, x, &differs, &ignored) == 0 && !differs;
}

static int carry_file(struct way *w, struct trees_level *level,
		      const struct entry *x, const char *name, struct err *e)
{
	struct carry *c = w->c;
	int dirfd = level->to.fd;

	if (level->kind != MERGED)
		return make(w, level, x, name, e);
	if (x->st.st_nlink == 1 && is_there(level, x, name))
		return 0;
	/* The directory it is in, even if it is then removed again. */
	c->touched = true;
	if (make(w, level, x, c->name, e) < 0) {
		/* Of an attempt that was ended, and that nobody noted. */
		if (e->errnum != EEXIST ||
		    remove_tree(c, dirfd, c->name, e) < 0 ||
		    make(w, level, x, c->name, e) < 0)
			return -1;
	}
	if (put(c, dirfd, name, e) < 0)
		return -1;
	c->done++;
	return 0;
}

/* --- directories --------------------------------------------------------- */

static int enter_built(struct way *w, struct trees_level *level,
		       struct entry *x, const char *name, struct err *e)
{
	autoentry struct entry made = ENTRY_NONE;
	bool within = level->kind != MERGED;
	const char *as = within ? name : w->c->name;
	int dirfd = level->to.fd;

	w->c->touched = true;
	if (mkdirat(dirfd, as, S_IRWXU) < 0 &&
	    (within || errno != EEXIST || remove_tree(w->c, dirfd, as, e) < 0 ||
	     mkdirat(dirfd, as, S_IRWXU) < 0))
		return err_sys(e, "create it");
	if (entry_look(&level->to, as, &made, e) < 0)
		return -1;
	if (made.type != ENTRY_DIRECTORY || made.mounted)
		return err_set(e, ERR_SYSTEM, "it was replaced meanwhile");
	/* Before anything is made in it, which would get them too. */
	if (inherits(w, level))
		copy_disinherit(&made);
	if (!within && links_base(&w->links, level, e) < 0)
		return -1;
	if (trees_push(&w->walk, name, x, &made, e) < 0)
		return -1;
	trees_top(&w->walk)->kind = within ? BUILT_WITHIN : BUILT;
	return 0;
}

/*
 * A directory that its owner may not write to, as it was inside too: copies that
 * are equal to what is there are made again, and were no change to be checked.
 */
static void open_up(const struct entry *dir)
{
	if (dir->st.st_uid == geteuid() &&
	    (dir->st.st_mode & S_IRWXU) != S_IRWXU)
		own_files();
}

static int enter(struct way *w, struct trees_level *level, struct entry *x,
		 const char *name, struct err *e)
{
	autoentry struct entry real = ENTRY_NONE;

	if (level->kind != MERGED || x->opaque)
		return enter_built(w, level, x, name, e);
	if (entry_look(&level->to, name, &real, e) < 0)
		return -1;
	if (real.type != ENTRY_DIRECTORY)
		return enter_built(w, level, x, name, e);
	if (real.mounted)
		return err_set(e, ERR_SYSTEM, "something is mounted on it");
	open_up(&real);
	if (w->c->again && clean(w->c, real.fd, e) < 0)
		return -1;
	return trees_push(&w->walk, name, x, &real, e);
}

/* A place in which nothing was done: the times there are the real ones. */
static bool is_untouched(const struct trees_level *level)
{
	unsigned int differs;
	struct err ignored;

	return !level->names.count &&
	       changes_compare(&level->to, &level->from, &differs, &ignored) ==
		       0 &&
	       !(differs & ~(unsigned int)DIFFERS_OWNER);
}

/* All in it is there: its mode and times, and then its name. */
static int leave(struct way *w, struct err *e)
{
	struct trees_level *level = trees_top(&w->walk);
	bool top = w->walk.depth == 1;
	int kind = level->kind;
	const char *name;

	if (!(top && is_untouched(level))) {
		w->c->touched = true;
		if (copy_directory(w->c->copy, &level->from, &level->to, top,
				   e) < 0)
			return at_name(w, NULL, e);
	}
	if (trees_pop(&w->walk, e) < 0)
		return -1;
	if (kind != BUILT)
		return 0;
	level = trees_top(&w->walk);
	name = names_get(&level->names, level->next - 1);
	if (put(w->c, level->to.fd, name, e) < 0)
		return at_name(w, name, e);
	w->c->done++;
	return 0;
}

static int one_name(struct way *w, const char *name, struct err *e)
{
	struct trees_level *level = trees_top(&w->walk);
	autoentry struct entry x = ENTRY_NONE;
	int r = 0;

	if (entry_look(&level->from, name, &x, e) < 0)
		return at_name(w, name, e);
	if (carry_is_reserved(w->c, name))
		return err_set(e, ERR_SYSTEM, "'%s' is a name of sandbox's own",
			       trees_path(&w->walk, name));
	if (x.type == ENTRY_WHITEOUT)
		r = level->kind == MERGED ?
			    take_away(w->c, level->to.fd, name, e) :
			    0;
	else if (x.type == ENTRY_DIRECTORY)
		r = enter(w, level, &x, name, e);
	else if (x.type != ENTRY_MISSING)
		r = carry_file(w, level, &x, name, e);
	return r < 0 ? at_name(w, name, e) : 0;
}

/* Nothing of ours stays beside what is there. */
static void give_up(struct way *w)
{
	struct err ignored;

	while (w->walk.depth > 1 && trees_top(&w->walk)->kind != MERGED)
		if (trees_pop(&w->walk, &ignored) < 0)
			return;
	if (w->walk.depth)
		clean(w->c, trees_top(&w->walk)->to.fd, &ignored);
}

static int carry_all(struct way *w, struct err *e)
{
	while (w->walk.depth) {
		const char *name = trees_name(trees_top(&w->walk));

		if ((name ? one_name(w, name, e) : leave(w, e)) < 0)
			return -1;
	}
	return 0;
}

int carry_place(struct carry *c, struct entry *upper, struct entry *real,
		const char *path, struct err *e)
{
	struct way w = { .c = c };
	struct err other;
	int r;

	links_begin(&w.links, &c->scratch, c->links);
	open_up(real);
	r = trees_begin(&w.walk, path, e);
	if (r == 0 && c->again)
		r = clean(c, real->fd, e);
	if (r == 0)
		r = trees_push(&w.walk, NULL, upper, real, e);
	if (r == 0)
		r = carry_all(&w, e);
	if (r < 0)
		give_up(&w);
	if (links_end(&w.links, r < 0 ? &other : e) < 0)
		r = -1;
	trees_end(&w.walk);
	return r;
}

/* --- what was left ------------------------------------------------------- */

static int clean_name(struct carry *c, struct trees *walk, const char *name,
		      struct err *e)
{
	const struct trees_level *level = trees_top(walk);
	autoentry struct entry x = ENTRY_NONE, real = ENTRY_NONE;

	if (entry_look(&level->from, name, &x, e) < 0)
		return -1;
	if (x.type != ENTRY_DIRECTORY || x.opaque)
		return 0;
	if (entry_look(&level->to, name, &real, e) < 0)
		return -1;
	if (real.type != ENTRY_DIRECTORY || real.mounted)
		return 0;
	open_up(&real);
	if (clean(c, real.fd, e) < 0)
		return -1;
	return trees_push(walk, name, &x, &real, e);
}

int carry_clean(struct carry *c, struct entry *upper, struct entry *real,
		const char *path, struct err *e)
{
	autotrees struct trees walk = { 0 };

	if (trees_begin(&walk, path, e) < 0 || clean(c, real->fd, e) < 0 ||
	    trees_push(&walk, NULL, upper, real, e) < 0)
		return -1;
	while (walk.depth) {
		const char *name = trees_name(trees_top(&walk));

		if (name && clean_name(c, &walk, name, e) < 0)
			return err_wrap(e, "'%s'", trees_path(&walk, name));
		if (!name && trees_pop(&walk, e) < 0)
			return -1;
	}
	return 0;
}
