/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's part of --changes: the directory is made, held and kept. */
#include "run/layer.h"

#include "base/cleanup.h"
#include "run/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define IN_LAYER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int layer_open_in(int place, const char *name, struct err *e)
{
	int fd = openat(place, name, IN_LAYER);

	if (fd >= 0)
		return fd;
	err_sys(e, "open '%s' of the layer", name);
	return err_hint(e, "what --changes names is damaged");
}

int layer_open_again(const struct run *r, struct err *e)
{
	autoclose int fd = open(r->program->layer.dir, IN_LAYER);
	struct stat here, there;

	if (fd < 0 || fstat(fd, &here) < 0 || fstat(r->layer, &there) < 0)
		return err_sys(e, "open '%s'", r->program->layer.dir);
	if (here.st_dev != there.st_dev || here.st_ino != there.st_ino)
		return err_set(e, ERR_SYSTEM,
			       "'%s' changed while sandbox started",
			       r->program->layer.dir);
	return TAKE_FD(fd);
}

int layer_open_place(int layer, unsigned int number, struct err *e)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", number);
	return layer_open_in(layer, name, e);
}

/* 1: it is new. One that is there is taken as it is. */
static int make(int dir, const char *name, mode_t mode, struct err *e)
{
	autoclose int fd = -1;

	if (mkdirat(dir, name, 0700) < 0)
		return errno == EEXIST ?
			       0 :
			       err_sys(e, "make '%s' in the layer", name);
	fd = layer_open_in(dir, name, e);
	if (fd < 0)
		return -1;
	/* The mode that was asked for, whatever the umask says. */
	if (mode != 0700 && fchmod(fd, mode) < 0)
		return err_sys(e, "set the mode of '%s'", name);
	return 1;
}

/* The top of an overlay is the upper directory: its times are what is seen. */
static int copy_times(int dir, const struct layer *lower, struct err *e)
{
	struct timespec times[2];
	struct stat st;

	if (stat(lower->path, &st) < 0)
		return err_sys(e, "look at '%s'", lower->path);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (utimensat(dir, "upper", times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "set the times of 'upper'");
	return 0;
}

static int make_place(const struct run *r, const struct step *s, struct err *e)
{
	autoclose int dir = -1;
	char name[16];
	int made;

	snprintf(name, sizeof(name), "%d", s->place);
	if (make(r->layer, name, 0700, e) < 0)
		return -1;
	dir = layer_open_place(r->layer, (unsigned int)s->place, e);
	if (dir < 0)
		return -1;
	made = make(dir, "upper", s->mode, e);
	if (made < 0 || make(dir, "work", 0700, e) < 0)
		return -1;
	return made ? copy_times(dir, &s->layers[s->layer_count - 1], e) : 0;
}

/* What is in there, except for one name; NULL and errno: nothing, or why. */
static const char *find_other(DIR *dir, const char *besides)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, besides) != 0)
			return entry->d_name;
	return NULL;
}

static int check_empty(const struct run *r, struct err *e)
{
	int fd = openat(r->layer, ".", IN_LAYER);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	/* What a killed beginning may have left is no hindrance. */
	const char *other = dir ? find_other(dir, "layer.new") : NULL;
	int result = 0;

	if (other) {
		result = err_set(e, ERR_USAGE,
				 "'%s' is not empty and no layer: '%s' is in "
				 "it",
				 r->program->layer.dir, other);
		err_hint(e, "give a directory of its own to --changes");
	} else if (!dir || errno) {
		result = err_sys(e, "list '%s'", r->program->layer.dir);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return result;
}

static int changed(const struct run *r, struct err *e)
{
	err_set(e, ERR_SYSTEM, "the layer '%s' changed while sandbox started",
		r->program->layer.dir);
	return err_hint(e, "another sandbox uses it; try again");
}

/* Between the look and the lock another run may have changed it. */
static int check_found(const struct run *r, struct err *e)
{
	const struct program_layer *l = &r->program->layer;
	int same;

	if (l->make)
		return 0;
	if (l->found) {
		same = record_is(r->layer, l->found->text, e);
		return same > 0 ? 0 : same < 0 ? -1 : changed(r, e);
	}
	if (faccessat(r->layer, "layer", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return changed(r, e);
	return errno == ENOENT ? check_empty(r, e) :
				 err_sys(e, "look at '%s'", l->dir);
}

static int lock(const struct run *r, struct err *e)
{
	if (flock(r->layer, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_sys(e, "lock '%s'", r->program->layer.dir);
	err_set(e, ERR_SYSTEM, "'%s' is in use by another sandbox",
		r->program->layer.dir);
	return err_hint(e, "wait for its end, or give another directory");
}

static int open_dir(struct run *r, struct err *e)
{
	const struct program_layer *l = &r->program->layer;
	struct stat st;

	if (l->make && mkdir(l->dir, 0700) < 0)
		return err_sys(e, "make directory '%s'", l->dir);
	r->layer_made = l->make;
	r->layer = open(l->dir, IN_LAYER);
	if (r->layer < 0 || fstat(r->layer, &st) < 0)
		return err_sys(e, "open '%s'", l->dir);
	if (st.st_uid != geteuid() ||
	    (!l->make && (st.st_dev != l->dev || st.st_ino != l->ino)))
		return err_set(e, ERR_SYSTEM,
			       "'%s' changed while sandbox started", l->dir);
	if (st.st_mode & 022) {
		err_set(e, ERR_USAGE, "others can write to '%s'", l->dir);
		return err_hint(e, "chmod go-w it, or give another directory");
	}
	return lock(r, e);
}

/*
 * What happened outside before it had a ctime up to `*out`; what happens from
 * now on has a later one. The kernel's clock for files ticks slowly, each 1 to
 * 10 ms.
 */
static void begin_time(struct timespec *out)
{
	struct timespec now, tick = { .tv_nsec = 10000000 };

	clock_getres(CLOCK_REALTIME_COARSE, &tick);
	/* One may have begun before, and a busy machine tick late. */
	tick.tv_nsec *= 2;
	clock_gettime(CLOCK_REALTIME, out);
	do {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &tick, NULL);
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec < out->tv_sec ||
		 (now.tv_sec == out->tv_sec && now.tv_nsec <= out->tv_nsec));
}

static int store(struct run *r, struct err *e)
{
	const struct program_layer *l = &r->program->layer;
	struct timespec created;
	char line[64];

	if (!l->text)
		return 0;
	if (l->found)
		created = l->found->created;
	else
		begin_time(&created);
	snprintf(line, sizeof(line), "created %lld.%09ld\n",
		 (long long)created.tv_sec, created.tv_nsec);
	r->layer_begun = !l->found;
	return record_write(r->layer, l->text, line, e);
}

int stage_layer(struct run *r, struct err *e)
{
	const struct program *p = r->program;

	if (open_dir(r, e) < 0 || check_found(r, e) < 0 || store(r, e) < 0)
		return -1;
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].kind == STEP_OVERLAY &&
		    p->steps[i].place >= 0 &&
		    make_place(r, &p->steps[i], e) < 0)
			return -1;
	return 0;
}

/* Also if that cannot be told. */
static bool is_written(const struct run *r, int number)
{
	char path[32];
	bool written;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/upper", number);
	fd = openat(r->layer, path, IN_LAYER);
	if (fd < 0)
		return errno != ENOENT;
	dir = fdopendir(fd);
	written = !dir || find_other(dir, "") || errno;
	if (dir)
		closedir(dir);
	else
		close(fd);
	return written;
}

static void remove_place(const struct run *r, int number)
{
	char path[48];
	static const char *const parts[] = { "/work/work", "/work/index",
					     "/work", "/upper", "" };

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		snprintf(path, sizeof(path), "%d%s", number, parts[i]);
		unlinkat(r->layer, path, AT_REMOVEDIR);
	}
}

/* What the command wrote before sandbox failed is not lost: nothing goes. */
static bool remove_begun(const struct run *r)
{
	const struct program *p = r->program;

	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].place >= 0 && is_written(r, p->steps[i].place))
			return false;
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].place >= 0)
			remove_place(r, p->steps[i].place);
	/* It is not there yet if it could not be written. */
	return unlinkat(r->layer, "layer", 0) == 0 || errno == ENOENT;
}

void layer_end(struct run *r, bool failed)
{
	/* Another's that was begun meanwhile is not ours to remove. */
	bool gone = failed && (!r->layer_begun || remove_begun(r));

	if (gone && r->layer_made)
		rmdir(r->program->layer.dir);
	if (r->layer >= 0)
		close(TAKE_FD(r->layer));
}
