/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one name is, in an upper directory of overlayfs or in the real one
 * beside it.
 *
 * An entry is opened with O_PATH once, and all that is asked or read later goes
 * by that descriptor: a name that is swapped meanwhile, for a symlink or
 * anything else, changes nothing any more. FIFOs and devices are never opened.
 * To walk upper and real in lockstep, look up the same name in both:
 *
 *	entry_look(upper, name, &u, e)
 *	entry_look(real, name, &r, e)
 *
 * and where both are directories and u is not opaque, go on with those two.
 *
 * In an upper directory overlayfs says with devices 0/0, or empty files with an
 * attribute, what was deleted, and with attributes what hides the directory
 * below or was copied up. fuse-overlayfs has other attributes, and names that
 * begin with ".wh.", which nobody sees in its overlay: names_of() leaves them
 * out. In the real one none of this means anything.
 *
 * That a file was copied up (`has_origin`) says nothing about its name: what is
 * renamed or linked in the layer takes the attribute along.
 */
#ifndef LAYER_ENTRY_H
#define LAYER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct err;

enum entry_type {
	ENTRY_MISSING,
	ENTRY_WHITEOUT, /* upper only: what is there outside is deleted */
	ENTRY_DIRECTORY,
	ENTRY_FILE,
	ENTRY_SYMLINK,
	ENTRY_FIFO,
	ENTRY_SOCKET,
	ENTRY_DEVICE, /* real only: in an upper one it is refused */
};

struct entry {
	enum entry_type type;
	bool upper;	     /* it is in an upper directory */
	bool helper;	     /* ... with the marks of --overlay-helper */
	bool opaque;	     /* a directory: nothing outside shows through */
	bool xwhiteouts;     /* a directory: empty files may be whiteouts */
	bool has_origin;     /* it was copied up, maybe under another name */
	bool has_attributes; /* upper only: others than overlayfs' own */
	bool mounted;	     /* real only: another mount than its directory */
	bool lent;	     /* its mode is another as long as it is open */
	int fd;		     /* O_PATH; -1 if missing */
	uint64_t mount;	     /* its id, see statx(2) */
	struct stat st;	     /* with the mode it has when it is closed */
};

/* An entry that is not there, and may be closed. */
#define ENTRY_NONE ((struct entry){ .fd = -1 })

/*
 * The directory `fd`, to begin with; the descriptor is the entry's from now on.
 * It is not opaque, whatever its attributes say: for overlayfs the topmost
 * directory never is.
 */
int entry_top(int fd, bool upper, struct entry *out, struct err *e);

/*
 * What `name` is in the directory `dir`; nothing is followed. That it is
 * missing is no error.
 *
 * In an upper directory it is refused if it is a device, on another mount, or
 * says that its content or name is elsewhere (metacopy, redirect): no layer of
 * ours has such. A directory that its owner may not read or search is given
 * that right until entry_close().
 */
int entry_look(const struct entry *dir, const char *name, struct entry *out,
	       struct err *e);

/* Closes it, and it is as ENTRY_NONE. */
void entry_close(struct entry *x);

#define autoentry __attribute__((cleanup(entry_close)))

/*
 * For deep trees, where each level would keep a descriptor: lets go of that of
 * a directory while one in it, `below`, is open. It stays open where there
 * would be no way back.
 */
void entry_let_go(struct entry *dir, const struct entry *below);

/* Opens it again, before `below` is closed; no other directory is taken. */
int entry_regain(struct entry *dir, const struct entry *below, struct err *e);

/*
 * Opens a file or directory itself, with such flags as O_RDONLY. Nothing else
 * can be opened.
 */
int entry_open(const struct entry *x, int flags, struct err *e);

/*
 * A path of the entry itself, also if it is a symlink, for calls that take no
 * O_PATH descriptor: getxattr(2), setxattr(2), chmod(2). Never for lstat(2).
 */
#define ENTRY_PATH_SIZE 32
const char *entry_path(const struct entry *x, char path[ENTRY_PATH_SIZE]);

/*
 * The file handle of what it was copied up from: struct ovl_fb of the kernel's
 * fs/overlayfs/overlayfs.h; 0: there is none in it, -1 and errno.
 */
ssize_t entry_origin(const struct entry *x, void *handle, size_t size);

/* Where a symlink leads; `target` has room for PATH_MAX bytes. */
int entry_target(const struct entry *x, char *target, struct err *e);

/* True for the attributes that overlayfs keeps for itself. */
bool entry_is_private(const char *attribute);

#endif
