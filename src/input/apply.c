/* SPDX-License-Identifier: Apache-2.0 */
#include "input/apply.h"

#include "base/err.h"
#include "base/parse.h"
#include "base/str.h"
#include "input/directive.h"

#include <limits.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

/* --- helpers ------------------------------------------------------------ */

const char *apply_source_path(struct apply *to, const char *text)
{
	return path_clean(to->arena, to->cwd, text);
}

int apply_dest_path(struct apply *to, const char *text, const char **out,
		    struct err *e)
{
	if (text[0] != '/')
		return err_set(e, ERR_USAGE,
			       "'%s' is not an absolute path; it names a place "
			       "in the sandbox",
			       text);
	*out = path_clean(to->arena, "/", text);
	return 0;
}

int apply_not_empty(const char *text, struct err *e)
{
	if (!text[0])
		return err_set(e, ERR_USAGE, "the value is empty");
	return 0;
}

struct plan_mount *apply_add_mount(struct apply *to, const struct setting *s,
				   enum mount_kind kind)
{
	struct plan_mount *m = array_add(to->arena, &to->plan->mounts);

	m->kind = kind;
	m->origin = s->origin;
	m->by_profile = s->from_profile;
	m->mode = MODE_DEFAULT;
	m->fd = -1;
	return m;
}

void apply_take_mode(struct apply *to, struct plan_mount *m)
{
	m->mode = to->mode;
	to->mode = MODE_DEFAULT;
}

static void take_size(struct apply *to, struct plan_mount *m)
{
	m->size = to->size;
	m->size_asked = to->size && !to->size_from->from_profile;
	to->size = 0;
}

int apply_choice(const char *text, const char *const *words, int *out,
		 struct err *e)
{
	for (int i = 0; words[i]; i++)
		if (str_equal(text, words[i])) {
			*out = i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%s' is not known", text);
}

int apply_descriptor(const char *text, int *out, struct err *e)
{
	uint64_t n = 0;

	if (parse_number(text, INT_MAX, "a descriptor", &n, e) < 0)
		return -1;
	*out = (int)n;
	return 0;
}

/* --- files -------------------------------------------------------------- */

APPLIER(bind)
{
	long bits = s->directive->param;
	const char *dest = NULL;
	struct plan_mount *m;

	/* For bubblewrap it is one more path that does not exist. */
	if (to->plan->bwrap && bits & BIND_OPTIONAL && !s->args[0][0])
		return 0;
	if (apply_not_empty(s->args[0], e) < 0 ||
	    apply_dest_path(to, s->args[1], &dest, e) < 0)
		return -1;
	m = apply_add_mount(to, s, MOUNT_BIND);
	m->source = apply_source_path(to, s->args[0]);
	m->dest = dest;
	m->writable = bits & BIND_WRITABLE;
	m->devices = bits & BIND_DEVICES;
	m->optional = bits & BIND_OPTIONAL;
	return 0;
}

APPLIER(same)
{
	long bits = s->directive->param;
	struct plan_mount *m;

	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	m = apply_add_mount(to, s, MOUNT_SAME);
	m->source = apply_source_path(to, s->args[0]);
	m->dest = m->source;
	m->writable = bits & BIND_WRITABLE;
	m->optional = bits & BIND_OPTIONAL;
	return 0;
}

APPLIER(hide)
{
	struct plan_mount *m;

	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	m = apply_add_mount(to, s, (enum mount_kind)s->directive->param);
	m->dest = apply_source_path(to, s->args[0]);
	if (m->dest[1] == '\0')
		return err_set(e, ERR_USAGE, "'/' cannot be hidden");
	return 0;
}

APPLIER(new_mount)
{
	enum mount_kind kind = (enum mount_kind)s->directive->param;
	const char *dest = NULL;
	struct plan_mount *m;

	if (apply_dest_path(to, s->args[0], &dest, e) < 0)
		return -1;
	m = apply_add_mount(to, s, kind);
	m->dest = dest;
	if (kind != MOUNT_PROC && kind != MOUNT_MQUEUE)
		apply_take_mode(to, m);
	if (kind == MOUNT_TMPFS || kind == MOUNT_DEV)
		take_size(to, m);
	return 0;
}

APPLIER(symlink)
{
	const char *dest = NULL;
	struct plan_mount *m;

	if (apply_not_empty(s->args[0], e) < 0 ||
	    apply_dest_path(to, s->args[1], &dest, e) < 0)
		return -1;
	m = apply_add_mount(to, s, MOUNT_SYMLINK);
	m->source = arena_dup(to->arena, s->args[0]);
	m->dest = dest;
	return 0;
}

APPLIER(remount_ro)
{
	const char *dest = NULL;

	if (apply_dest_path(to, s->args[0], &dest, e) < 0)
		return -1;
	apply_add_mount(to, s, MOUNT_REMOUNT_RO)->dest = dest;
	return 0;
}

APPLIER(perms)
{
	if (to->mode != MODE_DEFAULT)
		return err_set(e, ERR_USAGE, "given twice for the same thing");
	to->mode_from = s;
	return parse_mode(s->args[0], &to->mode, e);
}

APPLIER(size)
{
	if (to->size)
		return err_set(e, ERR_USAGE, "given twice for the same thing");
	to->size_from = s;
	return parse_size(s->args[0], &to->size, e);
}

/*
 * The place in the order of mounts is that of the first occurrence, the value
 * that of the last: a later --workdir must not cover what was hidden in it.
 */
static void mark(struct apply *to, const struct setting *s,
		 enum mount_kind kind)
{
	struct plan_mount *m;

	for (size_t i = 0; i < to->plan->mounts.count; i++)
		if (to->plan->mounts.items[i].kind == kind) {
			to->plan->mounts.items[i].origin = s->origin;
			to->plan->mounts.items[i].by_profile = s->from_profile;
			if (kind == MOUNT_HOME && to->size)
				take_size(to, &to->plan->mounts.items[i]);
			return;
		}
	m = apply_add_mount(to, s, kind);
	if (kind == MOUNT_HOME)
		take_size(to, m);
}

APPLIER(workdir)
{
	static const char *const words[] = { "none", "auto", "ro", "rw", NULL };
	int mode = 0;

	if (apply_choice(s->args[0], words, &mode, e) < 0)
		return err_hint(e, "it is one of auto, rw, ro, none");
	to->plan->workdir = (enum workdir_mode)mode;
	mark(to, s, MOUNT_WORKDIR);
	return 0;
}

APPLIER(home)
{
	static const char *const words[] = { "private", "ro", "rw", NULL };
	int mode = 0;

	if (apply_choice(s->args[0], words, &mode, e) < 0)
		return err_hint(e, "it is one of private, ro, rw");
	to->plan->home = (enum home_mode)(mode + HOME_PRIVATE);
	mark(to, s, MOUNT_HOME);
	return 0;
}

APPLIER(home_dir)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	to->plan->home = HOME_DIR;
	to->plan->home_dir = apply_source_path(to, s->args[0]);
	mark(to, s, MOUNT_HOME);
	return 0;
}

/* --- namespaces and ids ------------------------------------------------- */

APPLIER(net)
{
	static const char *const words[] = { "none", "host", NULL };
	int mode = 0;

	if (apply_choice(s->args[0], words, &mode, e) < 0)
		return err_hint(e, "it is one of none, host");
	if (mode == 0)
		to->plan->unshare |= CLONE_NEWNET;
	else
		to->plan->unshare &= ~(uint64_t)CLONE_NEWNET;
	return 0;
}

APPLIER(unshare)
{
	(void)e;
	to->plan->unshare |= (uint64_t)s->directive->param;
	return 0;
}

APPLIER(unshare_try)
{
	(void)e;
	to->plan->unshare_try |= (uint64_t)s->directive->param;
	return 0;
}

APPLIER(share)
{
	(void)e;
	to->plan->unshare &= ~(uint64_t)s->directive->param;
	to->plan->unshare_try &= ~(uint64_t)s->directive->param;
	return 0;
}

APPLIER(unshare_all)
{
	(void)s;
	(void)e;
	to->plan->unshare |=
		CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS;
	to->plan->unshare_try |= CLONE_NEWUSER | CLONE_NEWCGROUP;
	return 0;
}

APPLIER(uid)
{
	return parse_id(s->args[0], &to->plan->uid, e);
}

APPLIER(gid)
{
	return parse_id(s->args[0], &to->plan->gid, e);
}

APPLIER(map_root)
{
	(void)s;
	(void)e;
	to->plan->map_root = true;
	to->plan->unshare |= CLONE_NEWUSER;
	return 0;
}

APPLIER(map_auto)
{
	(void)s;
	(void)e;
	to->plan->map_auto = true;
	to->plan->unshare |= CLONE_NEWUSER;
	return 0;
}

APPLIER(hostname)
{
	size_t n = strlen(s->args[0]);

	/* __NEW_UTS_LEN of the kernel's utsname.h */
	if (n == 0 || n > 64)
		return err_set(e, ERR_USAGE,
			       "'%s' is not a host name (1 to 64 bytes)",
			       s->args[0]);
	to->plan->hostname = arena_dup(to->arena, s->args[0]);
	return 0;
}

/* --- environment -------------------------------------------------------- */

static int env_op(struct apply *to, enum env_kind kind, const char *name,
		  const char *value, struct err *e)
{
	struct plan_env *op;

	if (kind != ENV_CLEAR && (!name[0] || strchr(name, '=')))
		return err_set(e, ERR_USAGE,
			       "'%s' is not the name of a variable", name);
	op = array_add(to->arena, &to->plan->env);
	op->kind = kind;
	op->name = arena_dup(to->arena, name);
	op->value = arena_dup(to->arena, value);
	return 0;
}

APPLIER(setenv)
{
	return env_op(to, ENV_SET, s->args[0], s->args[1], e);
}

APPLIER(unsetenv)
{
	return env_op(to, ENV_UNSET, s->args[0], "", e);
}

APPLIER(clearenv)
{
	(void)s;
	return env_op(to, ENV_CLEAR, "", "", e);
}

APPLIER(keepenv)
{
	return env_op(to, ENV_KEEP, s->args[0], "", e);
}

/* --- the process -------------------------------------------------------- */

APPLIER(chdir)
{
	const char *dest = NULL;

	if (apply_dest_path(to, s->args[0], &dest, e) < 0)
		return -1;
	to->plan->chdir = dest;
	return 0;
}

APPLIER(argv0)
{
	(void)e;
	to->plan->argv0 = arena_dup(to->arena, s->args[0]);
	return 0;
}

APPLIER(new_session)
{
	(void)s;
	(void)e;
	to->plan->new_session = true;
	return 0;
}

APPLIER(die_with_parent)
{
	(void)s;
	(void)e;
	to->plan->die_with_parent = true;
	return 0;
}

APPLIER(as_pid_1)
{
	(void)s;
	(void)e;
	to->plan->as_pid_1 = true;
	return 0;
}

APPLIER(keep_fd)
{
	int fd = -1;

	if (apply_descriptor(s->args[0], &fd, e) < 0)
		return -1;
	if (fd > 2)
		*array_add(to->arena, &to->plan->keep_fds) = fd;
	return 0;
}

APPLIER(peer)
{
	return apply_descriptor(s->args[0],
				&to->plan->peers[s->directive->param], e);
}

APPLIER(lock_file)
{
	const char *dest = NULL;

	if (apply_dest_path(to, s->args[0], &dest, e) < 0)
		return -1;
	*array_add(to->arena, &to->plan->lock_files) = dest;
	return 0;
}

APPLIER(label)
{
	(void)to;
	(void)s;
	return err_set(e, ERR_USAGE, "labeling not supported on this system");
}

APPLIER(nothing)
{
	(void)to;
	(void)s;
	(void)e;
	return 0;
}

APPLIER(hint)
{
	if (apply_not_empty(s->args[0], e) < 0)
		return -1;
	*array_add(to->arena, &to->plan->hints) =
		arena_dup(to->arena, s->args[0]);
	return 0;
}

/* --- the whole list ----------------------------------------------------- */

/* "argument 3: --size: ..." or "gcc.profile:12: size: ..." */
static int locate(const struct setting *s, struct err *e)
{
	err_wrap(e, "%s%s", s->from_profile ? "" : "--", s->directive->name);
	return err_at(e, "%s", s->origin);
}

/* --overlay-src speaks of the next overlay, past others of its kind. */
static int check_layers(const struct apply *to, const struct setting *next,
			struct err *e)
{
	if (!to->layers.count ||
	    (next && next->directive->apply == apply_overlay_src))
		return 0;
	err_set(e, ERR_USAGE,
		"must be followed by another, or by what it is for (overlay, "
		"tmp-overlay or ro-overlay)");
	return locate(to->layers_from, e);
}

/* --perms and --size speak of the very next thing, as in bubblewrap. */
static int check_modifiers(const struct apply *to, const struct setting *next,
			   struct err *e)
{
	const struct setting *left = NULL;
	const char *wanted = "";

	if (next && (next->directive->apply == apply_perms ||
		     next->directive->apply == apply_size))
		return 0;
	if (to->mode != MODE_DEFAULT) {
		left = to->mode_from;
		wanted = "tmpfs, dir, dev, file or bind-data";
	} else if (to->size) {
		left = to->size_from;
		wanted = "tmpfs, dev or home";
	}
	if (!left)
		return 0;
	err_set(e, ERR_USAGE, "must stand right before what it is for (%s)",
		wanted);
	return locate(left, e);
}

int settings_apply(const struct settings *s, struct arena *a, const char *cwd,
		   struct plan *out, struct err *e)
{
	struct apply to = {
		.arena = a,
		.cwd = cwd,
		.plan = out,
		.mode = MODE_DEFAULT,
	};

	plan_init(out);
	out->bwrap = s->bwrap;
	for (size_t i = 0; i < s->list.count; i++) {
		const struct setting *set = &s->list.items[i];

		if (set->directive->apply(&to, set, e) < 0)
			return locate(set, e);
		if (check_modifiers(&to, set, e) < 0 ||
		    check_layers(&to, set, e) < 0)
			return -1;
	}
	if (check_layers(&to, NULL, e) < 0)
		return -1;
	/* With bubblewrap one at the end is for nothing. */
	return s->bwrap ? 0 : check_modifiers(&to, NULL, e);
}
