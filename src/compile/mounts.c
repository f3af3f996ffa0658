/* SPDX-License-Identifier: Apache-2.0 */
/* Mount directives -> mount steps. */
#include "compile/steps.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>

#define ATTR_TMPFS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define ATTR_PROC (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
#define ATTR_DEVPTS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)
/*
 * A device file is written to all the same. What this forbids is to change its
 * mode and times, which are the host's.
 */
#define ATTR_DEVICE MOUNT_ATTR_RDONLY

static uint64_t bind_attributes(const struct plan_mount *m)
{
	uint64_t attributes = MOUNT_ATTR_NOSUID;

	if (!m->writable)
		attributes |= MOUNT_ATTR_RDONLY;
	if (!m->devices)
		attributes |= MOUNT_ATTR_NODEV;
	return attributes;
}

static int add_bind(struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct path_fact *fact = host_path(s->c->host, m->source);

	if (steps_add_bind(s, fact, m->dest, bind_attributes(m), m->optional,
			   e) < 0)
		return -1;
	root_hide_again(s, fact->resolved, m->dest);
	return 0;
}

static int add_same(struct steps *s, const struct plan_mount *m, struct err *e)
{
	const struct path_fact *fact = host_path(s->c->host, m->source);
	uint64_t attributes = bind_attributes(m);

	bool there =
		fact->type != PATH_ABSENT && fact->type != PATH_UNREACHABLE;

	if (m->optional && !there)
		return 0;
	steps_add_links(s, fact);
	if (there && steps_shows(s, fact->resolved, attributes))
		return 0;
	if (steps_add_bind(s, fact, fact->resolved, attributes, m->optional,
			   e) < 0)
		return -1;
	root_hide_again(s, fact->resolved, fact->resolved);
	return 0;
}

static struct step *add_tmpfs(struct steps *s, const struct plan_mount *m)
{
	struct step *step = steps_add(s, STEP_TMPFS, NULL, m->dest, ATTR_TMPFS);

	steps_set_mode(step, m->mode == MODE_DEFAULT ? 0755 : m->mode);
	step->size = m->kind == MOUNT_DEV ? m->size : steps_tmp_size(s, m);
	return step;
}

static void add_dir(struct steps *s, const char *dest, mode_t mode)
{
	steps_set_mode(steps_add(s, STEP_DIR, NULL, dest, 0),
		       mode == MODE_DEFAULT ? 0755 : mode);
}

/* They are the IPC namespace's, and only its owner may mount them. */
static int add_mqueue(struct steps *s, const struct plan_mount *m,
		      struct err *e)
{
	uint64_t namespaces = s->c->out->namespaces;

	if (namespaces & CLONE_NEWUSER && !(namespaces & CLONE_NEWIPC)) {
		err_set(e, ERR_USAGE, "--mqueue needs --unshare-ipc");
		return err_at(e, "%s", m->origin);
	}
	steps_add(s, STEP_MQUEUE, NULL, m->dest, ATTR_PROC);
	return 0;
}

/*
 * The kernel's uid 0 owns these, in every user namespace that maps it, and an
 * owner needs no capability to write; what belongs to a network namespace is
 * its root's, whoever that is outside (net_ctl_set_ownership() in net/sysctl_
 * net.c). For both they are read-only mounts. Others cannot write them anyway,
 * and an uncovered /proc lets them make a sandbox inside the sandbox.
 */
static int add_proc(struct steps *s, const struct plan_mount *m, struct err *e)
{
	static const char *const protected[] = { "sys",	 "sysrq-trigger",
						 "irq",	 "bus",
						 "acpi", "asound",
						 "scsi", "fs" };
	bool root = s->c->host->caller->uid == 0;
	/* The others are the real root's: drivers', and read-only by mode. */
	size_t count = root && !s->c->plan->bwrap ? COUNT_OF(protected) : 4;
	struct arena *a = s->c->arena;

	(void)e;
	if (s->c->out->namespaces & CLONE_NEWPID ||
	    s->c->out->peers[PEER_PIDNS] >= 0)
		steps_add(s, STEP_PROC, NULL, m->dest, ATTR_PROC);
	else
		steps_add(s, STEP_BIND, "/proc", m->dest,
			  s->c->plan->bwrap ? ATTR_BIND : ATTR_PROC)
			->directory = true;
	/* What another maps may be 0. */
	if (!root && s->c->out->maps_ids && s->c->out->uid.inside != 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		steps_add(s, STEP_PROTECT, NULL,
			  path_join(a, m->dest, protected[i]),
			  s->c->plan->bwrap ? ATTR_RO :
					      ATTR_PROC | MOUNT_ATTR_RDONLY);
	return 0;
}

static int add_dev(struct steps *s, const struct plan_mount *m, struct err *e)
{
	static const char *const nodes[] = { "null",   "zero",	  "full",
					     "random", "urandom", "tty" };
	static const struct {
		const char *name, *target;
	} links[] = {
		{ "stdin", "/proc/self/fd/0" },
		{ "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" },
		{ "fd", "/proc/self/fd" },
		{ "core", "/proc/kcore" },
		{ "ptmx", "pts/ptmx" },
	};
	struct arena *a = s->c->arena;
	const char *console = s->c->host->console;
	/* Others than root do not own them; it would cost a call for each. */
	bool owned = s->c->host->caller->uid == 0 && !s->c->plan->bwrap;
	uint64_t attributes = owned ? ATTR_DEVICE : 0;

	(void)e;
	add_tmpfs(s, m);
	for (size_t i = 0; i < COUNT_OF(nodes); i++)
		steps_add(s, STEP_BIND, path_join(a, "/dev", nodes[i]),
			  path_join(a, m->dest, nodes[i]), attributes);
	for (size_t i = 0; i < COUNT_OF(links); i++)
		steps_add(s, STEP_SYMLINK, links[i].target,
			  path_join(a, m->dest, links[i].name), 0);
	add_dir(s, path_join(a, m->dest, "shm"), MODE_DEFAULT);
	steps_add(s, STEP_DEVPTS, NULL, path_join(a, m->dest, "pts"),
		  ATTR_DEVPTS);
	if (console)
		steps_add(s, STEP_BIND, console,
			  path_join(a, m->dest, "console"),
			  s->c->plan->bwrap ? 0 : ATTR_DEVICE);
	return 0;
}

/*
 * Run covers what is at the path inside. A symlink or ".." on the way that
 * exists on the host only leads to another place: that is covered too.
 */
static void add_hide(struct steps *s, const struct plan_mount *m)
{
	const struct path_fact *fact = host_path(s->c->host, m->dest);

	steps_add(s, STEP_HIDE, NULL, m->dest, ATTR_RO);
	if (fact->resolved[1] && !str_equal(fact->resolved, m->dest))
		steps_add(s, STEP_HIDE, NULL, fact->resolved, ATTR_RO);
}

/*
 * Others than root cannot read it anyway. Where nothing was mounted in it since
 * it was bound, `source` says what it is on the host, so that run may bind it
 * once more without its owner; else it has to cover one by one.
 */
static void add_hide_private(struct steps *s, const struct plan_mount *m)
{
	const struct step *on = steps_covering(s, m->dest);
	const char *source = NULL;
	uint64_t attributes = ATTR_RO;

	if (s->c->host->caller->uid != 0)
		return;
	if (on && on->kind == STEP_BIND) {
		attributes = on->attributes;
		source =
			path_rebase(s->c->arena, m->dest, on->dest, on->source);
		for (const struct step *later = on + 1;
		     later < s->list.items + s->list.count; later++)
			if (path_within(later->dest, m->dest))
				source = NULL;
	}
	steps_add(s, STEP_HIDE_PRIVATE, source, m->dest, attributes);
}

/*
 * What sandbox made itself becomes read-only last, so that later directives
 * (--ro FILE below /run) still find a place for their mount points. bubblewrap
 * knows no such thing.
 */
static void add_remount(struct steps *s, const struct plan_mount *m)
{
	const struct step *on = steps_covering(s, m->dest);
	bool ours =
		on ? on->kind == STEP_TMPFS && str_equal(on->dest, m->dest) :
		     m->dest[1] == '\0';
	struct step *step;

	if (ours && !s->c->plan->bwrap)
		step = array_add(s->c->arena, &s->last);
	else
		step = array_add(s->c->arena, &s->list);
	*step = STEP_NONE;
	step->kind = STEP_REMOUNT_RO;
	step->dest = m->dest;
	step->origin = m->origin;
	step->attributes = MOUNT_ATTR_RDONLY;
	if (s->c->plan->bwrap)
		step->attributes |= MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
}

/* All that it shows of the host. */
static int check_stays(struct steps *s, const struct plan_mount *m,
		       struct err *e)
{
	bool shows = m->kind == MOUNT_BIND || m->kind == MOUNT_SAME ||
		     m->kind == MOUNT_COW || m->kind == MOUNT_OVERLAY;

	for (size_t i = 0; i < m->layer_count; i++)
		if (steps_check_stays(s, m, m->layers[i], e) < 0)
			return -1;
	if (m->kind == MOUNT_HOME && s->c->plan->home == HOME_DIR)
		return steps_check_stays(s, m, s->c->plan->home_dir, e);
	if (!shows)
		return 0;
	if (steps_check_stays(s, m, m->source, e) < 0)
		return -1;
	return steps_check_stays(s, m, m->work, e);
}

static int add_mount(struct steps *s, const struct plan_mount *m, struct err *e)
{
	if (check_stays(s, m, e) < 0)
		return -1;
	switch (m->kind) {
	case MOUNT_BIND:
		return add_bind(s, m, e);
	case MOUNT_SAME:
		return add_same(s, m, e);
	case MOUNT_TMPFS:
		add_tmpfs(s, m);
		return 0;
	case MOUNT_PROC:
		return add_proc(s, m, e);
	case MOUNT_DEV:
		return add_dev(s, m, e);
	case MOUNT_DIR:
		add_dir(s, m->dest, m->mode);
		return 0;
	case MOUNT_SYMLINK:
		steps_add(s, STEP_SYMLINK, m->source, m->dest, 0);
		return 0;
	case MOUNT_REMOUNT_RO:
		add_remount(s, m);
		return 0;
	case MOUNT_HIDE:
		add_hide(s, m);
		return 0;
	case MOUNT_HIDE_PRIVATE:
		add_hide_private(s, m);
		return 0;
	case MOUNT_BIND_FD:
		return data_bind(s, m, bind_attributes(m), e);
	case MOUNT_FILE:
	case MOUNT_DATA:
		return data_file(s, m, e);
	case MOUNT_CHMOD:
		steps_add(s, STEP_CHMOD, NULL, m->dest, 0)->mode = m->mode;
		return 0;
	case MOUNT_MQUEUE:
		return add_mqueue(s, m, e);
	case MOUNT_OVERLAY:
	case MOUNT_TMP_OVERLAY:
	case MOUNT_RO_OVERLAY:
		return overlay_add(s, m, e);
	case MOUNT_COW:
		return cow_add(s, m, e);
	case MOUNT_ROOT:
		return root_add(s, m, e);
	case MOUNT_HOME:
		return places_home(s, m, e);
	case MOUNT_WORKDIR:
		return places_workdir(s, m, e);
	}
	return 0;
}

/*
 * Read-only comes last, unless a later mount took the same place: then the
 * tmpfs it was meant for is out of sight anyway.
 */
static void add_last(struct steps *s)
{
	for (size_t i = 0; i < s->last.count; i++) {
		const struct step *step = &s->last.items[i];
		const struct step *on;

		if (!step->dest)
			continue;
		on = steps_covering(s, step->dest);
		if (on && (on->kind != STEP_TMPFS ||
			   !str_equal(on->dest, step->dest)))
			continue;
		*array_add(s->c->arena, &s->list) = *step;
	}
}

/* An empty root to start from, and for --hide something empty to cover with. */
static bool needs_base(const struct steps *s)
{
	const struct step *first = s->list.items;

	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.items[i].kind == STEP_HIDE ||
		    s->list.items[i].kind == STEP_HIDE_PRIVATE)
			return true;
	return s->list.count == 0 || first->kind != STEP_BIND ||
	       first->dest[1] != '\0';
}

/* So many copies are held open at once at most. */
#define PLACED_MAX 24

/*
 * Where "/" is shown as "/", the copy of the host's mounts that the new
 * namespace has can be that: nothing has to be copied again, and nothing taken
 * off, which takes the kernel long. All other sources are copied before it is
 * changed, so they must be few, and no step may look at the host by itself.
 */
static bool can_be_in_place(const struct steps *s, const struct program *p)
{
	size_t binds = 0;

	if (p->base_tmpfs || p->scratch || s->list.items[0].source[1] != '\0')
		return false;
	for (size_t i = 1; i < s->list.count; i++) {
		const struct step *step = &s->list.items[i];

		binds += step->kind == STEP_BIND;
		if (step->kind == STEP_OVERLAY || step->fd >= 0 ||
		    step->dest[1] == '\0' || path_has_dotdot(step->dest))
			return false;
	}
	return binds <= PLACED_MAX;
}

int compile_mounts(struct compile *c, struct err *e)
{
	struct steps s = { .c = c };

	if (helper_begin(&s, e) < 0 || kept_begin(&s, e) < 0)
		return -1;
	for (size_t i = 0; i < c->plan->mounts.count; i++) {
		const struct plan_mount *m = &c->plan->mounts.items[i];

		s.origin = m->origin;
		if (add_mount(&s, m, e) < 0)
			return -1;
	}
	places_finish(&s);
	if (kept_finish(&s, e) < 0 || protect_finish(&s, e) < 0)
		return -1;
	add_last(&s);
	data_finish(&s);
	helper_finish(&s);
	c->out->notes = c->notes.items;
	c->out->note_count = c->notes.count;
	c->out->cow = c->cow;
	c->out->steps = s.list.items;
	c->out->step_count = s.list.count;
	c->out->base_tmpfs = needs_base(&s);
	c->out->in_place = can_be_in_place(&s, c->out);
	return 0;
}
