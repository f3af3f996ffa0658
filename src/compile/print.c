/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/program.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "input/directive.h"

#include <linux/mount.h>
#include <linux/sched.h>

static const struct {
	uint64_t flag;
	const char *name;
} namespaces[] = {
	{ CLONE_NEWUSER, "user" },     { CLONE_NEWNS, "mount" },
	{ CLONE_NEWPID, "pid" },       { CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWNET, "net" },       { CLONE_NEWUTS, "uts" },
	{ CLONE_NEWCGROUP, "cgroup" },
};

static const struct {
	uint64_t flag;
	const char *name;
} attributes[] = {
	{ MOUNT_ATTR_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, "noexec" },
};

static void add_word(struct str *out, const char *word)
{
	str_add(out, " ");
	str_add_quoted(out, word);
}

static void print_cgroup(const struct program_cgroup *c, struct str *out)
{
	static const char *const where[] = {
		[CGROUP_GIVEN] = "as was said",
		[CGROUP_CURRENT] = "where sandbox is",
		[CGROUP_SIBLING] = "beside sandbox's own",
		[CGROUP_OWN] = "at the top, as root",
	};

	if (c->source == CGROUP_SCOPE)
		str_add(out, "  start again in a scope of systemd's\n");
	else if (c->source)
		str_addf(out, "  a cgroup below %s (%s)\n", c->parent,
			 where[c->source]);
	if (c->move)
		str_add(out, "    sandbox itself steps aside first\n");
	if (c->enable)
		str_addf(out, "    hands on %s\n", c->enable);
	for (size_t i = 0; i < c->write_count; i++)
		str_addf(out, "    %s %s\n", c->writes[i].file,
			 c->writes[i].text);
}

static void print_held(const struct program_limit *l, struct str *out)
{
	static const char *const holders[] = {
		[HELD_BY_CGROUP] = "the cgroup",
		[HELD_BY_RLIMIT] = "an rlimit",
		[HELD_BY_WATCH] = "the supervisor",
		[HELD_BY_LOOKS] = "the supervisor, which looks",
	};

	str_addf(out, "  limit %s", l->name);
	if (l->unit == UNIT_TEXT)
		str_addf(out, " %s", l->text);
	else if (l->unit == UNIT_TIME)
		str_addf(out, " %llu ms",
			 (unsigned long long)l->value / 1000000);
	else
		str_addf(out, " %llu", (unsigned long long)l->value);
	str_addf(out, ", held by %s\n", holders[l->holder]);
}

static void print_layer(const struct program_layer *l, struct str *out)
{
	if (!l->dir)
		return;
	str_add(out, l->found ? "  continue the layer" : "  begin a layer in");
	add_word(out, l->dir);
	str_add(out, "\n");
	for (size_t i = 0; i < l->record.places.count; i++) {
		const struct record_place *p = &l->record.places.items[i];

		str_addf(out, "  %s %u", p->under ? "over" : "place",
			 p->number);
		add_word(out, p->path);
		str_add(out, "\n");
	}
}

static bool is_taken(const struct program *p, int fd)
{
	for (size_t i = 0; i < p->taken_fd_count; i++)
		if (p->taken_fds[i] == fd)
			return true;
	return false;
}

static void print_supervisor(const struct program *p, struct str *out)
{
	str_add(out, "supervisor\n  namespaces");
	for (size_t i = 0; i < COUNT_OF(namespaces); i++)
		if (p->namespaces & namespaces[i].flag)
			str_addf(out, " %s", namespaces[i].name);
	str_add(out, "\n  descriptors");
	for (int fd = 0; fd <= 2; fd++)
		if (!is_taken(p, fd))
			str_addf(out, " %d", fd);
	for (size_t i = 0; i < p->keep_fd_count; i++)
		str_addf(out, " %d", p->keep_fds[i]);
	str_add(out, "\n");
	for (int i = 0; i < PEER_COUNT; i++)
		if (p->peers[i] >= 0)
			str_addf(out, "  %s %d\n", peer_name((enum peer)i) + 2,
				 p->peers[i]);
	if (p->die_with_parent)
		str_add(out, "  die with parent\n");
	print_cgroup(&p->cgroup, out);
	print_layer(&p->layer, out);
	for (size_t i = 0; i < p->limit_count; i++)
		print_held(&p->limits[i], out);
	if (p->grace)
		str_addf(out, "  SIGTERM first, SIGKILL %llu ms later\n",
			 (unsigned long long)p->grace / 1000000);
}

static void print_attributes(const struct step *s, struct str *out)
{
	const char *separator = " (";

	if (!s->attributes)
		return;
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (s->attributes & attributes[i].flag) {
			str_addf(out, "%s%s", separator, attributes[i].name);
			separator = ",";
		}
	str_add(out, ")");
}

static void print_layers(const struct step *s, struct str *out)
{
	if (!s->layer_count)
		return;
	str_add(out, " of");
	for (size_t i = 0; i < s->layer_count; i++)
		add_word(out, s->layers[i].path);
	if (s->helped)
		str_add(out, " by the helper");
	if (s->layers[s->layer_count - 1].marked)
		str_addf(out, ", .wh.*%s are deletions",
			 s->layers[0].marked ? "" : " above the first");
	if (s->in_memory)
		str_add(out, ", changes stay in memory");
	if (s->place >= 0)
		str_addf(out, ", changes go to place %d", s->place);
	if (s->upper) {
		str_add(out, ", changes go to");
		add_word(out, s->upper->path);
		str_add(out, " by way of");
		add_word(out, s->work->path);
	}
}

static void print_step(const struct step *s, struct str *out)
{
	static const char *const verbs[] = {
		[STEP_BIND] = "bind",
		[STEP_TMPFS] = "tmpfs",
		[STEP_PROC] = "proc",
		[STEP_DEVPTS] = "devpts",
		[STEP_DIR] = "dir",
		[STEP_SYMLINK] = "symlink",
		[STEP_PROTECT] = "protect",
		[STEP_REMOUNT_RO] = "remount",
		[STEP_HIDE] = "hide",
		[STEP_FILE] = "file",
		[STEP_DATA] = "data",
		[STEP_CHMOD] = "chmod",
		[STEP_MQUEUE] = "mqueue",
		[STEP_OVERLAY] = "overlay",
		[STEP_HIDE_PRIVATE] = "hide-private",
	};

	str_addf(out, "  %s", verbs[s->kind]);
	if (s->source && !str_equal(s->source, s->dest))
		add_word(out, s->source);
	add_word(out, s->dest);
	if (s->kind == STEP_TMPFS || s->kind == STEP_DIR ||
	    s->kind == STEP_FILE || s->kind == STEP_DATA ||
	    s->kind == STEP_CHMOD)
		str_addf(out, " mode=%04o", (unsigned int)s->mode);
	if (s->parents && s->parents != 0755 && strchr(s->dest + 1, '/'))
		str_addf(out, " parents=%04o", (unsigned int)s->parents);
	if (s->size)
		str_addf(out, " size=%llu", (unsigned long long)s->size);
	print_attributes(s, out);
	print_layers(s, out);
	if (s->fd >= 0)
		str_addf(out, " from descriptor %d", s->fd);
	if (s->create)
		str_add(out, " made if missing");
	if (s->optional)
		str_add(out, " if it is still there");
	str_add(out, "\n");
}

static void print_ranges(const char *what, const struct id_maps *maps,
			 struct str *out)
{
	for (size_t i = 1; i < maps->count; i++) {
		const struct id_map *m = &maps->lines[i];

		str_addf(out, "  %s %u to %u are %u to %u outside\n", what,
			 m->inside, m->inside + m->count - 1, m->outside,
			 m->outside + m->count - 1);
	}
}

static void print_setup(const struct program *p, struct str *out)
{
	str_add(out, p->init ? "init (PID 1)\n" : "child\n");
	if (p->maps_ids) {
		str_addf(out, "  uid %u is %u outside\n", p->uid.inside,
			 p->uid.outside);
		str_addf(out, "  gid %u is %u outside\n", p->gid.inside,
			 p->gid.outside);
	}
	print_ranges("uids", &p->map.uids, out);
	print_ranges("gids", &p->map.gids, out);
	if (p->map.newuidmap)
		str_addf(out, "  as %s and %s map them\n", p->map.newuidmap,
			 p->map.newgidmap);
	if (p->loopback)
		str_add(out, "  loopback up\n");
	if (p->base_tmpfs)
		str_add(out, "  root is an empty tmpfs\n");
	if (p->scratch)
		str_add(out, "  a tmpfs beside it, out of sight");
	if (p->scratch_size)
		str_addf(out, " size=%llu",
			 (unsigned long long)p->scratch_size);
	if (p->scratch)
		str_add(out, "\n");
	for (size_t i = 0; i < p->step_count; i++)
		print_step(&p->steps[i], out);
	if (p->helpers) {
		str_addf(out, "  %zu of the helper:", p->helpers);
		add_word(out, p->helper);
		str_add(out, "\n");
	}
	for (size_t i = 0; i < p->note_count; i++)
		str_addf(out, "  not covered: %s\n", p->notes[i]);
	if (p->cow)
		str_add(out, "  what belongs to others can be read in overlays,"
			     " not changed (EACCES)\n");
	str_add(out, p->in_place ?
			     "  the root is in place\n" :
			     "  pivot to the new root, detach the old one\n");
	if (p->hostname) {
		str_add(out, "  hostname");
		add_word(out, p->hostname);
		str_add(out, "\n");
	}
	if (p->pid_max)
		str_addf(out, "  process numbers end at %llu\n",
			 (unsigned long long)p->pid_max);
	if (p->disable_userns)
		str_add(out, p->nested ? "  one more user namespace, and none "
					 "from there on\n" :
					 "  no user namespaces from here on\n");
	for (size_t i = 0; i < p->lock_file_count; i++) {
		str_add(out, "  hold a lock on");
		add_word(out, p->lock_files[i]);
		str_add(out, "\n");
	}
	if (p->assert_userns_disabled)
		str_add(out,
			"  make sure that no user namespace can be made\n");
	str_add(out, p->caps_untouched ? "  leave capabilities to the command" :
					 "  drop all capabilities");
	for (unsigned int i = 0, n = 0; i < capability_count; i++)
		if (!p->caps_untouched && p->caps & CAP_BIT(i))
			str_addf(out, "%s%s", n++ ? " " : " but ",
				 capability_names[i]);
	str_add(out, ", no new privileges\n");
	if (p->init)
		str_add(out, "  a filter that allows waiting and reaping\n");
	if (!p->init)
		str_addf(out,
			 "  becomes the command; only the command itself ends "
			 "with the supervisor%s\n",
			 p->map.newuidmap ? ", as long as it is user 0" : "");
}

static void print_limit(uint64_t value, struct str *out)
{
	if (value == UINT64_MAX)
		str_add(out, " unlimited");
	else
		str_addf(out, " %llu", (unsigned long long)value);
}

static void print_command(const struct program *p, struct str *out)
{
	str_add(out, "command\n");
	if (p->new_session)
		str_add(out, "  new session\n");
	str_add(out, p->chdir_must ? "  directory" :
				     "  directory, the first "
				     "there is of");
	for (size_t i = 0; p->chdirs[i]; i++)
		add_word(out, p->chdirs[i]);
	str_add(out, "\n");
	for (size_t i = 0; i < p->environ_count; i++) {
		str_add(out, "  env");
		add_word(out, p->environ[i]);
		str_add(out, "\n");
	}
	if (p->join_keyring)
		str_add(out, "  a session keyring of its own\n");
	for (size_t i = 0; i < p->rlimit_count; i++) {
		str_addf(out, "  rlimit %s",
			 rlimit_name(p->rlimits[i].resource));
		print_limit(p->rlimits[i].soft, out);
		print_limit(p->rlimits[i].hard, out);
		str_add(out, "\n");
	}
	if (p->filtered)
		str_addf(out,
			 "  a filter for system calls%s; see --print-"
			 "filter\n",
			 p->explain ? ", refusals are reported" : "");
	for (size_t i = 0; i < p->raw_count; i++)
		str_addf(out, "  a given filter of %zu instructions\n",
			 p->raw[i].count);
	str_add(out, "  exec");
	for (size_t i = 0; p->argv[i]; i++)
		add_word(out, p->argv[i]);
	str_add(out, "\n");
	for (size_t i = 0; p->paths[i]; i++) {
		str_add(out, "    from");
		add_word(out, p->paths[i]);
		str_add(out, "\n");
	}
}

void program_print(const struct program *p, struct str *out)
{
	print_supervisor(p, out);
	print_setup(p, out);
	print_command(p, out);
}
