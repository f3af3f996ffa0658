/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is written at the very end, whole or not at all.
 *
 * It is opened before the command runs: who may not write there learns it at
 * once, and no symlink that the command makes can lead the report elsewhere.
 * What is held meanwhile is the directory; the content goes into a file without
 * a name that takes the name when it is complete. So a reader sees the old
 * file or the new one, and being killed leaves nothing behind.
 *
 * Written in place is what no other file can stand for: devices, FIFOs, what
 * is below /dev (but /dev/shm) or /proc, what is reached by a link of /proc
 * (/dev/stderr may lead to a log file), and descriptors that were given.
 */
#ifndef REPORT_FILE_H
#define REPORT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;
struct err;

struct report_file {
	const char *option; /* that asked for it, for messages */
	const char *path;   /* as it was named; NULL: by its number */
	int fd;		    /* its directory (O_PATH), or, in place, itself */
	const char *parent; /* the directory by name, without symlinks */
	const char *name;   /* in the directory; NULL: in place */
	bool exists;	    /* with this owner and mode, which stay */
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* `path` is absolute and clean. */
int report_file_open(struct arena *a, const char *option, const char *path,
		     struct report_file *out, struct err *e);

/* The same for an open descriptor; the caller's own stays with the caller. */
int report_file_take(const char *option, int fd, struct report_file *out,
		     struct err *e);

/*
 * Writes the content. On failure (a full disk, a reader that is gone) the file
 * that was there still is, and no other. SIGPIPE and SIGXFSZ do not end us.
 */
int report_file_write(const struct report_file *f, const char *text,
		      size_t size, struct err *e);

void report_file_close(struct report_file *f);

#endif
