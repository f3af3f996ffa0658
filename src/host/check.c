/* SPDX-License-Identifier: Apache-2.0 */
#include "host/check.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

long check_sysctl(const char *path)
{
	char text[32] = "";
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

static bool is_filtered(void)
{
	char text[4096] = "";
	const char *line;
	autoclose int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	line = strstr(text, "\nSeccomp:");
	return line && line[strlen("\nSeccomp:\t")] == '2';
}

static bool has_capabilities(void)
{
	uint64_t effective = 0, permitted = 0;

	/* What cannot be told counts as had. */
	return sys_capget(&effective, &permitted) < 0 || effective || permitted;
}

int host_refuse_privileges(struct err *e)
{
	const char *how = NULL;

	/* AT_SECURE alone may also be a security module's doing, getauxval(3). */
	if (getauxval(AT_UID) != getauxval(AT_EUID))
		how = "setuid";
	else if (getauxval(AT_GID) != getauxval(AT_EGID))
		how = "setgid";
	else if (getauxval(AT_SECURE) && getauxval(AT_UID) != 0 &&
		 has_capabilities())
		how = "with file capabilities";
	if (!how)
		return 0;
	err_set(e, ERR_USAGE, "sandbox is installed %s, and refuses to run so",
		how);
	return err_hint(e, "it needs no privileges; an administrator takes "
			   "them away with: chmod ug-s, setcap -r");
}

/*
 * The kernel makes no user namespace for who has another root than his mount
 * namespace has, current_chrooted(); mountinfo shows no mount at / then, unless
 * the chroot is at a mount point.
 */
static bool is_chrooted(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	autofree char *line = NULL;
	size_t room = 0;
	bool found = false;
	char at[3];

	if (!f)
		return false;
	while (!found && getline(&line, &room, f) > 0)
		found = sscanf(line, "%*s %*s %*s %*s %2s", at) == 1 &&
			str_equal(at, "/");
	fclose(f);
	return !found;
}

void userns_look(struct userns_facts *out)
{
	*out = (struct userns_facts){
		.limit = check_sysctl("/proc/sys/user/max_user_namespaces"),
		.unprivileged = check_sysctl(
			"/proc/sys/kernel/unprivileged_userns_clone"),
		.apparmor =
			check_sysctl("/proc/sys/kernel/"
				     "apparmor_restrict_unprivileged_userns"),
		.root = geteuid() == 0,
		.filtered = is_filtered(),
		.chrooted = is_chrooted(),
	};
}

bool userns_advice(const struct userns_facts *f, int errnum, struct advice *out)
{
	bool refused = errnum == EPERM || errnum == EACCES;

	*out = (struct advice){ 0 };
	if (f->limit == 0) {
		out->why = "user namespaces are switched off here";
		out->fix = "sysctl -w user.max_user_namespaces=10000";
	} else if (f->unprivileged == 0 && !f->root) {
		out->why = "user namespaces are for root only here";
		out->fix = "sysctl -w kernel.unprivileged_userns_clone=1";
	} else if (f->apparmor == 1 && !f->root && refused) {
		out->why = "AppArmor restricts user namespaces here";
		out->fix = "an AppArmor profile for sandbox (make install "
			   "APPARMOR=1), or: sysctl -w "
			   "kernel.apparmor_restrict_unprivileged_userns=0";
	} else if (f->chrooted && refused) {
		out->why = "no user namespace can be made in a chroot";
		out->fix = "systemd-nspawn -D DIR, in place of chroot DIR";
	} else if (f->filtered && (refused || errnum == ENOSYS)) {
		out->why = "a seccomp filter forbids user namespaces here, of "
			   "another sandbox or of a container";
		out->fix = "--allow-userns for the sandbox, or for docker and "
			   "podman: --security-opt seccomp=unconfined";
	} else if (errnum == ENOSPC || errnum == EUSERS) {
		out->why = "the limit of namespaces is reached; see "
			   "sysctl user.max_*_namespaces";
	} else if (errnum == EPERM) {
		out->why = "user namespaces may not be made here: in a chroot, "
			   "or by a security module's rule";
	}
	return out->why;
}

int host_explain_userns(struct err *e)
{
	struct userns_facts facts;
	struct advice advice;

	userns_look(&facts);
	if (!userns_advice(&facts, e->errnum, &advice))
		return -1;
	if (!advice.fix)
		return err_hint(e, "%s", advice.why);
	return err_hint(e, "%s; an administrator allows them with: %s",
			advice.why, advice.fix);
}
