/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of a kept layer, a directory that --changes made:
 *
 *	DIR/layer	the record, text
 *	DIR/0/upper	what was written below the first place, as overlayfs
 *	DIR/0/work	keeps it (with the mount option userxattr)
 *	DIR/1/...	the second place, and so on
 *	DIR/trash	what is being removed
 *
 *	sandbox layer 1
 *	created 1795679518.123456789
 *	ids auto
 *	format helper
 *	applying 1795679600.000000000
 *	place 0 65024 1234 /home/ann/a\040b
 *	under 0 65024 1235 /srv/base
 *
 * Who may write to DIR can say what he likes here, so everything is checked and
 * nothing believed: a place says where --apply would write, and its directory
 * has to be the one with that device and inode.
 */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct err;
struct str;

/* The largest record that is read, and the most places in it. */
#define RECORD_MAX ((size_t)1 << 20)
#define RECORD_PLACES_MAX 1000

/* A directory outside whose changes are kept. */
struct record_place {
	unsigned int number; /* of the directory in DIR */
	bool under; /* of several layers, one below the last one named */
	uint64_t dev, ino;
	const char *path; /* absolute and clean, without ".." */
};

struct record {
	/*
	 * No file outside had a later ctime when the layer was begun, and every
	 * change since has one: CLOCK_REALTIME.
	 */
	struct timespec created;
	struct timespec
		applying; /* when --apply began to write; 0: it has not */
	bool auto_ids;	  /* it was made with --map-auto */
	bool helper;	  /* it was written by way of --overlay-helper */
	ARRAY(struct record_place) places;
	const char *text; /* what it was read from, or NULL */
};

/*
 * Reads a record of `size` bytes; its texts live in `a`. An error if it is none,
 * says something twice or unknown, or names a place that is no clean absolute
 * path.
 */
int record_parse(struct arena *a, const char *text, size_t size,
		 struct record *out, struct err *e);

/* Adds it as text, which record_parse() reads as the same. */
void record_print(const struct record *r, struct str *out);

/*
 * Reads the record in the directory `dir`, a descriptor of DIR. Where there is
 * none, e->errnum is ENOENT. What is no regular file is never waited for.
 */
int record_load(struct arena *a, int dir, struct record *out, struct err *e);

/* Replaces it, at once and for good: it is on the disk when this returns. */
int record_store(struct arena *a, int dir, const struct record *r,
		 struct err *e);

/* The same of a text that is complete when `more` is added; allocates nothing. */
int record_write(int dir, const char *text, const char *more, struct err *e);

/* Whether the record is that text: 1 or 0. Allocates nothing. */
int record_is(int dir, const char *text, struct err *e);

#endif
