/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why this host said no, for messages, and what an administrator can do. Looks
 * only after something failed, or for --check-host.
 */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>

struct err;

/*
 * Refuses to run setuid, setgid or with file capabilities: rights that the
 * caller does not have would be in every step, and whose files may be shown
 * would be a question without an answer.
 */
int host_refuse_privileges(struct err *e);

/* What forbids something, as a clause, and a command that allows it, or NULL. */
struct advice {
	const char *why, *fix;
};

/* A number from a sysctl file, -1 if there is none. */
long check_sysctl(const char *path);

/* What decides about user namespaces. A sysctl that is not there is -1. */
struct userns_facts {
	long limit;	   /* user.max_user_namespaces */
	long unprivileged; /* kernel.unprivileged_userns_clone */
	long apparmor;	   /* kernel.apparmor_restrict_unprivileged_userns */
	bool root;	   /* whom the last two are not about */
	bool filtered;	   /* by a seccomp filter: of a container, mostly */
	bool chrooted;	   /* false: not, or it cannot be told */
};

void userns_look(struct userns_facts *out);

/*
 * Who forbids a user namespace, or what is only to be had in one, when the
 * kernel's answer is `errnum`. False if that cannot be told.
 */
bool userns_advice(const struct userns_facts *f, int errnum,
		   struct advice *out);

/*
 * Adds it to `e`, an error of making or using a user namespace. Returns -1.
 */
int host_explain_userns(struct err *e);

/* What a container needs, so that a fresh /proc can be mounted in it. */
#define CONTAINER_PROC_FIX                                                     \
	"docker: --security-opt systempaths=unconfined, podman: "              \
	"--security-opt unmask=ALL"

#endif
