/* SPDX-License-Identifier: Apache-2.0 */
#include "report/findings.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>

const char *const finding_states[] = {
	[FINDING_OK] = "ok",
	[FINDING_LIMITED] = "limited",
	[FINDING_NO] = "no",
	[FINDING_INFO] = "info",
};

/* sysctl(8) lasts up to the next start; what stays is a line in a file. */
static const char *make_lasting(struct arena *a, const char *fix)
{
	static const char command[] = "sysctl -w ";
	const char *at = fix ? strstr(fix, command) : NULL;

	if (!at)
		return fix;
	at += sizeof(command) - 1;
	return arena_format(a,
			    "%s (to keep it: echo %.*s "
			    ">/etc/sysctl.d/60-sandbox.conf)",
			    fix, (int)strcspn(at, " "), at);
}

void findings_add(struct arena *a, struct findings *out, const char *name,
		  enum finding_state state, const char *text, const char *fix)
{
	*array_add(a, &out->list) = (struct finding){
		.name = name,
		.state = state,
		.text = text,
		.fix = make_lasting(a, fix),
	};
}

const char *findings_hint(const char *line)
{
	const char *hint = strstr(line, "; ");

	return hint ? hint + 2 : NULL;
}

const char *findings_message(struct arena *a, const char *line)
{
	const char *hint = findings_hint(line);

	return hint ? arena_dup_n(a, line, (size_t)(hint - line - 2)) : line;
}

/* --- the kernel --------------------------------------------------------- */

#define KERNEL(major, minor) ((major)*1000u + (minor))

static void judge_kernel(struct arena *a, const struct check_facts *f,
			 struct findings *out)
{
	static const struct {
		unsigned int since;
		const char *what;
	} later[] = {
		{ KERNEL(5, 14), "5.14: RLIMIT_NPROC holds --pids" },
		{ KERNEL(6, 6), "6.6: overlays in memory let directories of "
				"the host be removed" },
		{ KERNEL(6, 14), "6.14: of root's, --pids without a cgroup is "
				 "held by the kernel too" },
	};
	unsigned int own = KERNEL(f->kernel_major, f->kernel_minor);
	struct str text = { .arena = a };
	const char *lead = ", which will do; with newer ones there is more: ";

	str_add(&text, f->kernel.release);
	if (own < KERNEL(5, 12)) {
		str_add(&text, ": too old, sandbox needs Linux 5.12 or newer");
		findings_add(a, out, "kernel", FINDING_NO, str_text(&text),
			     "boot Linux 5.12 or newer");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(later); i++) {
		if (own >= later[i].since)
			continue;
		str_addf(&text, "%s%s", lead, later[i].what);
		lead = "; ";
	}
	if (own >= later[COUNT_OF(later) - 1].since)
		str_add(&text, ": has all that sandbox makes use of");
	findings_add(a, out, "kernel", FINDING_OK, str_text(&text), NULL);
}

static void judge_file(struct arena *a, const struct check_facts *f,
		       struct findings *out)
{
	const char *self = f->self ? f->self : "a file without a name";

	if (!f->privileged)
		findings_add(a, out, "installed", FINDING_OK,
			     arena_format(a, "%s, without privileges", self),
			     NULL);
	else
		findings_add(a, out, "installed", FINDING_NO,
			     arena_format(a,
					  "%s, %s: it refuses to run for "
					  "everyone but root",
					  self, f->privileged),
			     arena_format(a, "%s %s",
					  str_starts(f->privileged, "set") ?
						  "chmod ug-s" :
						  "setcap -r",
					  self));
}

/* --- what was tried ----------------------------------------------------- */

struct wall {
	enum attempt attempt;
	const char *name;
	const char *good, *bad; /* what it means */
	const char *limit;	/* sysctl, for namespaces */
	const char *config;	/* of the kernel */
};

#define DEFAULT_NO "the default profile does not run"

static const struct wall walls[] = {
	{ TRY_USER, "user-namespaces",
	  "sandboxes can be made without privileges", "no sandbox can be made",
	  "user", "USER_NS" },
	{ TRY_IDS, "user-ids", "your ids exist in a user namespace",
	  "no sandbox can be made", "user", "USER_NS" },
	{ TRY_MOUNT, "mount-namespaces",
	  "the command sees only the files that it is shown",
	  "no sandbox can be made", "mnt", "NAMESPACES" },
	{ TRY_PID, "pid-namespaces", "the command sees only its own processes",
	  DEFAULT_NO, "pid", "PID_NS" },
	{ TRY_NET, "net-namespaces", "the command has a network of its own",
	  DEFAULT_NO ", but with --net host", "net", "NET_NS" },
	{ TRY_IPC, "ipc-namespaces", "the command shares no memory by name",
	  DEFAULT_NO, "ipc", "IPC_NS" },
	{ TRY_UTS, "uts-namespaces", "the command has a host name of its own",
	  DEFAULT_NO, "uts", "UTS_NS" },
	{ TRY_CGROUP, "cgroup-namespaces",
	  "the command does not see where limits come from", DEFAULT_NO,
	  "cgroup", "CGROUPS" },
	{ TRY_PROC, "proc", "/proc shows the command its own processes",
	  DEFAULT_NO, NULL, "PROC_FS" },
	{ TRY_TMPFS, "tmpfs", "/tmp and the home are private, in memory",
	  DEFAULT_NO, NULL, "TMPFS" },
	{ TRY_DEVPTS, "devpts", "the command has terminals of its own",
	  DEFAULT_NO, NULL, "UNIX98_PTYS" },
	{ TRY_LOOPBACK, "loopback", "127.0.0.1 and ::1 work inside", DEFAULT_NO,
	  NULL, "INET" },
	{ TRY_FILTER, "seccomp", "system calls are filtered", DEFAULT_NO, NULL,
	  "SECCOMP_FILTER" },
	{ TRY_NOTICES, "seccomp-notices",
	  "--explain can say what the filter refused", "--explain is refused",
	  NULL, "SECCOMP_FILTER" },
	{ TRY_OVERLAY, "overlay", "--cow, --overlay and their like work",
	  "--cow, --overlay and their like are refused", NULL, "OVERLAY_FS" },
};

static bool explain_namespace(struct arena *a, const struct check_facts *f,
			      const struct wall *w, int errnum,
			      struct advice *out)
{
	long limit = w->limit ? f->limits[w->attempt] : -1;

	if (w->attempt == TRY_IDS && f->userns.root && errnum == EPERM) {
		out->why = "root may map itself only with CAP_SETFCAP, which "
			   "is missing here";
		out->fix = "docker and podman: --cap-add SETFCAP";
		return true;
	}
	if (errnum == ENOSPC && limit > 0) {
		out->why = "the limit of such namespaces is reached";
		out->fix =
			arena_format(a, "sysctl -w user.max_%s_namespaces=%ld",
				     w->limit, 2 * limit);
		return true;
	}
	if (errnum == ENOSPC && limit == 0 && w->attempt > TRY_IDS) {
		out->why = "such namespaces are switched off here";
		out->fix = arena_format(
			a, "sysctl -w user.max_%s_namespaces=10000", w->limit);
		return true;
	}
	return userns_advice(&f->userns, errnum, out);
}

/* Why it failed, and what helps; false if that cannot be told. */
static bool explain(struct arena *a, const struct check_facts *f,
		    const struct wall *w, int errnum, struct advice *out)
{
	bool refused = errnum == EPERM || errnum == EACCES;

	*out = (struct advice){ 0 };
	if (w->attempt == TRY_PROC && errnum == EPERM) {
		out->why = "the /proc here is partly covered, and the kernel "
			   "shows no fresh one then";
		out->fix = CONTAINER_PROC_FIX;
	} else if (w->attempt == TRY_NOTICES && errnum == EBUSY) {
		out->why = "who is around this process listens already: "
			   "another sandbox, or a container engine";
	} else if (w->attempt == TRY_OVERLAY && errnum == ENODEV) {
		out->why = "this kernel has no overlayfs";
		out->fix = "modprobe overlay (to keep it: echo overlay "
			   ">/etc/modules-load.d/overlay.conf)";
	} else if (errnum == EINVAL || errnum == ENODEV ||
		   (errnum == ENOSYS && !f->userns.filtered)) {
		out->why = "this kernel was built without it";
		out->fix =
			arena_format(a, "a kernel with CONFIG_%s=y", w->config);
	} else if (refused && f->confined &&
		   !(w->limit && f->userns.filtered)) {
		out->why = arena_format(a,
					"the AppArmor profile '%s' forbids "
					"it",
					f->confined);
		out->fix = "docker and podman: --security-opt "
			   "apparmor=unconfined";
	} else if (f->userns.filtered && !w->limit) {
		out->why = "a seccomp filter forbids it";
		out->fix = "docker and podman: --security-opt "
			   "seccomp=unconfined";
	} else if (w->limit || f->userns.apparmor == 1) {
		return explain_namespace(a, f, w, errnum, out);
	}
	return out->why;
}

static void judge_wall(struct arena *a, const struct check_facts *f,
		       const struct wall *w, struct findings *out)
{
	int errnum = f->errnums[w->attempt];
	struct advice advice;

	if (errnum == 0)
		findings_add(a, out, w->name, FINDING_OK, w->good, NULL);
	else if (errnum == NOT_TRIED)
		findings_add(a, out, w->name, FINDING_NO,
			     "not tried, as it takes a user namespace", NULL);
	else if (!explain(a, f, w, errnum, &advice))
		findings_add(a, out, w->name, FINDING_NO,
			     arena_format(a, "%s: %s", w->bad,
					  strerror(errnum)),
			     NULL);
	else
		findings_add(a, out, w->name, FINDING_NO,
			     arena_format(a, "%s: %s (%s)", w->bad, advice.why,
					  strerror(errnum)),
			     advice.fix);
}

/* Where a wall has said what is to be done, that is not said again. */
static void judge_proof(struct arena *a, const struct own_run *proof,
			struct findings *out)
{
	const char *fix = findings_hint(proof->line);

	for (size_t i = 0; i < out->list.count; i++)
		if (out->list.items[i].fix)
			fix = NULL;
	out->runs = proof->status == 0;
	if (out->runs)
		findings_add(a, out, "default-profile", FINDING_OK,
			     "runs, with all its walls", NULL);
	else
		findings_add(a, out, "default-profile", FINDING_NO,
			     arena_format(a, "does not run (status %d): %s",
					  proof->status,
					  findings_message(a, proof->line)),
			     fix);
}

/* --- what sandbox can do without ---------------------------------------- */

static void judge_others(struct arena *a, const struct check_facts *f,
			 struct findings *out)
{
	const char *text;

	if (f->landlock)
		text = arena_format(a, "version %d; sandbox makes no use of it",
				    f->landlock);
	else
		text = "not there; sandbox makes no use of it";
	findings_add(a, out, "landlock", FINDING_INFO, text, NULL);
	text = f->fuse && f->fuse_overlayfs ?
		       "/dev/fuse and fuse-overlayfs are there, for "
		       "--overlay-helper" :
	       f->fuse ? "fuse-overlayfs is not installed, and only "
			 "--overlay-helper needs it" :
			 "/dev/fuse cannot be opened, and only "
			 "--overlay-helper needs it";
	findings_add(a, out, "fuse", FINDING_INFO, text, NULL);
}

static void sum_up(struct arena *a, struct findings *out)
{
	size_t less = 0;

	for (size_t i = 0; i < out->list.count; i++)
		less += out->list.items[i].state == FINDING_LIMITED ||
			out->list.items[i].state == FINDING_NO;
	out->summary = arena_format(
		a,
		out->runs ? "the default profile runs here with all its "
			    "walls; limited or not there: %zu" :
			    "the default profile does not run here; limited "
			    "or not there: %zu",
		less);
}

void findings_judge(struct arena *a, const struct site *site,
		    struct findings *out)
{
	*out = (struct findings){ 0 };
	judge_kernel(a, &site->facts, out);
	judge_file(a, &site->facts, out);
	for (size_t i = 0; i < COUNT_OF(walls); i++)
		judge_wall(a, &site->facts, &walls[i], out);
	judge_proof(a, &site->proof, out);
	findings_options(a, site, out);
	judge_others(a, &site->facts, out);
	sum_up(a, out);
}
