/* SPDX-License-Identifier: Apache-2.0 */
#include "host/check.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"
#include "host/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* A number from a sysctl file, -1 if there is none. */
static long sysctl_value(const char *path)
{
	char text[32] = "";
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

/* Whether we run under a seccomp filter: that of a container, mostly. */
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

int host_explain_userns(struct err *e)
{
	int errnum = e->errnum;

	if (sysctl_value("/proc/sys/user/max_user_namespaces") == 0)
		return err_hint(e, "user namespaces are switched off here; an "
				   "administrator allows them with: sysctl -w "
				   "user.max_user_namespaces=10000");
	if (sysctl_value("/proc/sys/kernel/unprivileged_userns_clone") == 0 &&
	    geteuid() != 0)
		return err_hint(e, "user namespaces are for root only here; an "
				   "administrator allows them with: sysctl -w "
				   "kernel.unprivileged_userns_clone=1");
	if (sysctl_value("/proc/sys/kernel/"
			 "apparmor_restrict_unprivileged_userns") == 1)
		return err_hint(e, "AppArmor restricts user namespaces here; "
				   "an administrator allows them with an "
				   "AppArmor profile for sandbox, or with: "
				   "sysctl -w kernel.apparmor_restrict_"
				   "unprivileged_userns=0");
	if ((errnum == EPERM || errnum == ENOSYS || errnum == EACCES) &&
	    is_filtered())
		return err_hint(e, "a seccomp filter forbids user namespaces "
				   "here: of another sandbox, to which "
				   "--allow-userns must be given, or of a "
				   "container (docker: --security-opt "
				   "seccomp=unconfined)");
	if (errnum == ENOSPC || errnum == EUSERS)
		return err_hint(e, "the limit of namespaces is reached; see "
				   "sysctl user.max_*_namespaces");
	if (errnum == EPERM)
		return err_hint(e, "user namespaces may not be made here: in a "
				   "chroot, or by a security module's rule");
	return -1;
}
