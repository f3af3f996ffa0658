/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error value. A `struct err` is plain data of fixed size: it needs no
 * allocation, so it can be filled after fork or between vfork and exec, and it
 * crosses the socket from PID 1 to the supervisor whole.
 *
 * Functions that can fail return 0 or -1 and take `struct err *e` last. Every
 * function below returns -1, so that failing is one statement:
 *
 *	if (fd < 0)
 *		return err_sys(e, "open '%s'", path);
 *
 * Wording: verb and object, lower case, no full stop, the user's text in single
 * quotes. The printed line is `sandbox: WHERE: MESSAGE: STRERROR; HINT`, with
 * the parts that are empty left out, and control bytes in it escaped.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* What went wrong, as far as the exit status is concerned. */
enum err_kind {
	ERR_NONE,
	ERR_USAGE,	    /* the command line or a profile: 125 */
	ERR_SYSTEM,	    /* the kernel or the host said no: 125 */
	ERR_NOT_EXECUTABLE, /* the command was found but cannot be run: 126 */
	ERR_NOT_FOUND,	    /* the command was not found: 127 */
};

struct err {
	enum err_kind kind;
	int errnum;	   /* errno, or 0 when there is none to tell */
	char where[160];   /* "argument 3", "gcc.profile:12", "stage mounts" */
	char message[768]; /* what failed, and on what */
	char hint[512];	   /* what the user can do about it, or "" */
};

/* A failure without errno. Replaces whatever `e` held. */
__attribute__((format(printf, 3, 4), cold)) int
err_set(struct err *e, enum err_kind kind, const char *format, ...);

/* A failed system call: takes errno as it is on entry, kind ERR_SYSTEM. */
__attribute__((format(printf, 2, 3), cold)) int
err_sys(struct err *e, const char *format, ...);

/* Puts "TEXT: " before the message: the larger thing that was being done. */
__attribute__((format(printf, 2, 3), cold)) int
err_wrap(struct err *e, const char *format, ...);

/* Says where, unless a caller nearer to the fault already did. */
__attribute__((format(printf, 2, 3), cold)) int err_at(struct err *e,
						       const char *format, ...);

/* Puts a larger place before where it was: "stage mounts: gcc.profile:12". */
__attribute__((format(printf, 2, 3), cold)) int
err_within(struct err *e, const char *format, ...);

/* Says what to do about it, unless a caller nearer already did. */
__attribute__((format(printf, 2, 3), cold)) int
err_hint(struct err *e, const char *format, ...);

/* The exit status that belongs to the kind: 125, 126 or 127. */
int err_exit_status(const struct err *e);

/*
 * The line for people into `line`, `name` in front, newline at the end, always
 * terminated. Bytes below 0x20, 0x7f and C1 controls are written as \xNN, so
 * that nothing a user names can drive the terminal. Returns its length.
 */
size_t err_format(const struct err *e, const char *name, char *line,
		  size_t size);

#endif
