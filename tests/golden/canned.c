/* SPDX-License-Identifier: Apache-2.0 */
#include "canned.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/str.h"
#include "input/shipped.h"
#include "input/words.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- the text ----------------------------------------------------------- */

static struct canned_node *find_node(const struct canned *c, const char *path)
{
	for (size_t i = 0; i < c->nodes.count; i++)
		if (str_equal(c->nodes.items[i].path, path))
			return &c->nodes.items[i];
	return NULL;
}

static struct canned_node *put_node(struct canned *c, const char *path,
				    enum path_type type)
{
	struct canned_node *n = find_node(c, path);

	if (!n) {
		/* Parents first: they may move the list. */
		if (path[1] != '\0' &&
		    !find_node(c, path_parent(c->arena, path)))
			put_node(c, path_parent(c->arena, path), PATH_DIR);
		n = array_add(c->arena, &c->nodes);
		n->path = arena_dup(c->arena, path);
	}
	n->type = type;
	n->mode = type == PATH_DIR ? 0755 : 0644;
	n->owner = 0;
	n->target = NULL;
	n->errnum = 0;
	return n;
}

static void drop_env(struct canned *c, const char *name)
{
	size_t n = strcspn(name, "="), kept = 0;

	for (size_t i = 0; i < c->env.count; i++) {
		const char *v = c->env.items[i];

		if (strncmp(v, name, n) != 0 || (v[n] && v[n] != '='))
			c->env.items[kept++] = v;
	}
	c->env.count = kept;
}

static void put_env(struct canned *c, const char *variable)
{
	drop_env(c, variable);
	if (strchr(variable, '='))
		*array_add(c->arena, &c->env) = variable;
	array_add(c->arena, &c->env);
	c->env.items[--c->env.count] = NULL;
	c->caller.environ = c->env.items;
}

static int number(const char *text, unsigned int *out, struct err *e)
{
	uint64_t n = 0;

	if (parse_number(text, UINT_MAX, "a number", &n, e) < 0)
		return -1;
	*out = (unsigned int)n;
	return 0;
}

/* dir, file, other, link, broken; 0 when it is none of these. */
static int read_node(struct canned *c, const struct words *w, struct err *e)
{
	static const struct {
		const char *word;
		enum path_type type;
	} kinds[] = {
		{ "dir", PATH_DIR },	  { "file", PATH_FILE },
		{ "link", PATH_LINK },	  { "other", PATH_OTHER },
		{ "socket", PATH_OTHER }, { "broken", PATH_UNREACHABLE },
	};
	struct canned_node *n = NULL;
	unsigned int value = 0;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_equal(w->word[0], kinds[i].word)) {
			if (w->word[1][0] != '/')
				return err_set(e, ERR_USAGE, "'%s'",
					       w->word[1]);
			n = put_node(c, w->word[1], kinds[i].type);
		}
	if (!n)
		return 0;
	if (w->count > 2 && n->type == PATH_LINK) {
		n->target = w->word[2];
		return 1;
	}
	if (w->count > 2 && number(w->word[2], &value, e) < 0)
		return -1;
	if (n->type == PATH_UNREACHABLE)
		n->errnum = (int)value;
	n->owner = value;
	n->socket = str_equal(w->word[0], "socket");
	if (w->count > 3 && parse_mode(w->word[3], &n->mode, e) < 0)
		return -1;
	return 1;
}

static int read_place(struct canned *c, const struct words *w, struct err *e)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} controllers[] = {
		{ "memory", CONTROLLER_MEMORY },
		{ "pids", CONTROLLER_PIDS },
		{ "cpu", CONTROLLER_CPU },
		{ "cpuset", CONTROLLER_CPUSET },
		{ "io", CONTROLLER_IO },
	};
	struct host_cgroup *h = &c->cgroup;
	struct cgroup_place *p = str_equal(w->word[1], "given") ? &h->given :
				 str_equal(w->word[1], "current") ?
								  &h->current :
				 str_equal(w->word[1], "parent") ? &h->parent :
								   &h->root;

	if (w->count < 3)
		return err_set(e, ERR_USAGE, "cgroup PLACE PATH");
	*p = (struct cgroup_place){ .path = w->word[2] };
	for (size_t i = 3; i < w->count; i++) {
		const char *word = w->word[i];
		bool on = word[0] == '+';

		p->usable |= str_equal(word, "usable");
		p->can_enable |= str_equal(word, "can-enable");
		p->top |= str_equal(word, "top");
		p->empty |= str_equal(word, "empty");
		p->alone |= str_equal(word, "alone");
		for (size_t k = 0; k < COUNT_OF(controllers); k++) {
			if (!str_equal(word + on, controllers[k].name))
				continue;
			p->available |= controllers[k].bit;
			p->enabled |= on ? controllers[k].bit : 0;
		}
	}
	return 0;
}

static int read_machine(struct canned *c, const struct words *w, struct err *e)
{
	if (w->count != 4 || parse_size(w->word[1], &c->memory, e) < 0 ||
	    parse_number(w->word[2], UINT64_MAX, "swap", &c->swap, e) < 0 ||
	    number(w->word[3], &c->cpu_count, e) < 0)
		return err_set(e, ERR_USAGE, "machine MEMORY SWAP CPUS");
	return 0;
}

static void read_cgroups(struct canned *c, const struct words *w)
{
	struct host_cgroup *h = &c->cgroup;

	if (w->count > 2) {
		const char **mounts = arena_alloc(c->arena, sizeof(*mounts));

		mounts[0] = h->mount = w->word[2];
		h->mounts = mounts;
		h->mount_count = 1;
	}
	h->scope |= str_equal(w->word[1], "scope");
	h->scoped |= str_equal(w->word[1], "scoped");
	h->perf |= str_equal(w->word[1], "perf");
}

static int read_kernel(struct canned *c, const char *text, struct err *e)
{
	if (sscanf(text, "%u.%u", &c->kernel_major, &c->kernel_minor) != 2)
		return err_set(e, ERR_USAGE, "kernel '%s'", text);
	return 0;
}

static int read_descriptor(struct canned *c, const struct words *w,
			   struct err *e)
{
	struct host_descriptor *d = array_add(c->arena, &c->descriptors);
	unsigned int fd = 0;

	d->open = true;
	d->path = w->count > 2 ? w->word[2] : NULL;
	if (number(w->word[1], &fd, e) < 0)
		return -1;
	d->fd = (int)fd;
	return 0;
}

static int read_mount(struct canned *c, const struct words *w, struct err *e)
{
	struct host_mount *m;

	if (w->count < 3)
		return err_set(e, ERR_USAGE, "mount PATH TYPE");
	if (!find_node(c, w->word[1]))
		put_node(c, w->word[1], PATH_DIR);
	m = array_add(c->arena, &c->mounts.list);
	*m = (struct host_mount){ w->word[1], w->word[2] };
	return 0;
}

/* name, subuid, subgid, helper; false when it is none of these. */
static bool read_subids(struct canned *c, const struct words *w)
{
	const char *key = w->word[0], *value = w->word[1];

	c->subuid.arena = c->subgid.arena = c->arena;
	if (str_equal(key, "name"))
		c->subids.name = value;
	else if (str_equal(key, "subuid"))
		str_addf(&c->subuid, "%s\n", value);
	else if (str_equal(key, "subgid"))
		str_addf(&c->subgid, "%s\n", value);
	else if (str_equal(key, "helper") && w->count > 2 &&
		 str_equal(value, "newuidmap"))
		c->subids.newuidmap = w->word[2];
	else if (str_equal(key, "helper") && w->count > 2 &&
		 str_equal(value, "newgidmap"))
		c->subids.newgidmap = w->word[2];
	else
		return false;
	return true;
}

static int read_words(struct canned *c, const struct words *w, struct err *e)
{
	const char *key = w->word[0], *value = w->word[1];
	int r;

	if (w->count < 2)
		return err_set(e, ERR_USAGE, "'%s' needs a value", key);
	r = read_node(c, w, e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (str_equal(key, "uid"))
		return number(value, &c->caller.uid, e);
	if (str_equal(key, "gid"))
		return number(value, &c->caller.gid, e);
	if (str_equal(key, "kernel"))
		return read_kernel(c, value, e);
	if (str_equal(key, "machine"))
		return read_machine(c, w, e);
	if (str_equal(key, "cgroup"))
		return read_place(c, w, e);
	if (str_equal(key, "descriptor"))
		return read_descriptor(c, w, e);
	if (str_equal(key, "mount"))
		return read_mount(c, w, e);
	if (str_equal(key, "changes"))
		return parse_number(value, UINT64_MAX, "a number",
				    &c->changes_type, e);
	if (read_subids(c, w))
		return 0;
	if (str_equal(key, "helper") && w->count > 2) {
		c->helper_name = value;
		c->helper = w->word[2];
		return 0;
	}
	if (str_equal(key, "userns")) {
		c->no_userns = str_equal(value, "no");
	} else if (str_equal(key, "cgroups")) {
		read_cgroups(c, w);
	} else if (str_equal(key, "cwd")) {
		c->caller.cwd = value[0] == '/' ? value : NULL;
	} else if (str_equal(key, "console")) {
		c->console = value;
	} else if (str_equal(key, "self")) {
		c->self = value;
	} else if (str_equal(key, "env")) {
		put_env(c, value);
	} else if (str_equal(key, "record")) {
		*array_add(c->arena, &c->record) = value;
	} else if (str_equal(key, "profile")) {
		struct profile_text *t = array_add(c->arena, &c->profiles);

		t->name = value;
		t->id = value;
		t->text = "";
	} else {
		return err_set(e, ERR_USAGE, "'%s' is not known", key);
	}
	return 0;
}

/* A line of the profile that was begun last, without its tab. */
static int read_profile_line(struct canned *c, const char *line, size_t n,
			     struct err *e)
{
	struct str text = { .arena = c->arena };
	struct profile_text *t;

	if (c->profiles.count == 0)
		return err_set(e, ERR_USAGE, "a line of no profile");
	t = &c->profiles.items[c->profiles.count - 1];
	str_add(&text, t->text);
	str_add_n(&text, line, n);
	str_add(&text, "\n");
	t->text = text.text;
	t->size = text.length;
	return 0;
}

static int read_line(struct canned *c, const char *line, size_t n,
		     struct err *e)
{
	struct words w = { 0 };

	if (n && line[0] == '\t')
		return read_profile_line(c, line + 1, n - 1, e);
	if (words_split(c->arena, line, n, &c->caller, c->caller.cwd, &w, e) <
	    0)
		return -1;
	return w.count ? read_words(c, &w, e) : 0;
}

int canned_read(struct canned *c, const char *text, struct err *e)
{
	unsigned int at = 1;

	if (c->nodes.count == 0)
		put_node(c, "/", PATH_DIR);
	for (; *text; at++) {
		size_t n = strcspn(text, "\n");

		if (read_line(c, text, n, e) < 0)
			return err_at(e, "canned host, line %u", at);
		text += n + (text[n] == '\n');
	}
	return 0;
}

/* --- the look ----------------------------------------------------------- */

static bool may(const struct canned *c, const struct canned_node *n,
		mode_t bits)
{
	unsigned int shift = 0;

	if (c->caller.uid == 0)
		return true;
	if (n->owner == c->caller.uid)
		shift = 6;
	else if (n->owner == c->caller.gid)
		shift = 3;
	return ((n->mode >> shift) & bits) == bits;
}

/* lstat(2) of a path whose parent has no symlinks. */
static int stat_node(const struct canned *c, const char *path,
		     const struct canned_node **out)
{
	struct arena scratch = { 0 };
	const struct canned_node *n = find_node(c, path), *up;
	int errnum = 0;

	up = find_node(c, path_parent(&scratch, path));
	if (!up)
		errnum = ENOENT;
	else if (up->type != PATH_DIR)
		errnum = ENOTDIR;
	else if (path[1] && !may(c, up, 1))
		errnum = EACCES;
	else if (!n)
		errnum = ENOENT;
	else
		errnum = n->errnum;
	arena_release(&scratch);
	*out = n;
	return errnum;
}

static uint64_t inode(const struct canned *c, const struct canned_node *n)
{
	return (uint64_t)(n - c->nodes.items) + 2;
}

static void set_fact(const struct canned *c, struct path_fact *fact, int errnum,
		     const struct canned_node *n)
{
	fact->errnum = errnum;
	if (errnum) {
		fact->type = errnum == ENOENT || errnum == ENOTDIR ?
				     PATH_ABSENT :
				     PATH_UNREACHABLE;
		return;
	}
	fact->type = n->type;
	fact->uid = n->owner;
	fact->mode = n->mode;
	fact->dev = 1;
	fact->ino = inode(c, n);
}

struct canned_walk {
	const struct canned *canned;
	struct arena *arena;
	ARRAY(const char *) todo; /* components, the next one last */
	ARRAY(struct path_link) links;
	ARRAY(struct path_part) parts;
};

/* The components of `path`, so that its first one is taken next. */
static void push(struct canned_walk *w, const char *path)
{
	size_t end = strlen(path);

	while (end) {
		size_t start = end;

		while (start && path[start - 1] != '/')
			start--;
		if (end > start && !(end - start == 1 && path[start] == '.'))
			*array_add(w->arena, &w->todo) = arena_dup_n(
				w->arena, path + start, end - start);
		end = start ? start - 1 : 0;
	}
}

/* Where a path leads, as far as it exists; what is left stays as it is. */
static void walk(struct canned_walk *w, struct path_fact *fact)
{
	const struct canned_node *n = find_node(w->canned, "/");
	const char *at = "/";
	int errnum = 0;

	while (w->todo.count && !errnum) {
		const char *name = w->todo.items[--w->todo.count];
		const char *next = str_equal(name, "..") ?
					   path_parent(w->arena, at) :
					   path_join(w->arena, at, name);

		errnum = stat_node(w->canned, next, &n);
		if (!errnum)
			*array_add(w->arena, &w->parts) =
				(struct path_part){ next, n->type, n->owner,
						    n->mode };
		if (errnum || n->type != PATH_LINK) {
			at = next;
			continue;
		}
		*array_add(w->arena, &w->links) =
			(struct path_link){ next, n->target };
		if (w->links.count > 40) {
			errnum = ELOOP;
			break;
		}
		push(w, n->target);
		if (n->target[0] == '/')
			at = "/";
		n = find_node(w->canned, at);
	}
	set_fact(w->canned, fact, errnum, n);
	while (errnum != ELOOP && w->todo.count)
		at = path_join(w->arena, at, w->todo.items[--w->todo.count]);
	fact->resolved = at;
}

static void look_path(const struct canned *c, struct arena *a, const char *path,
		      struct path_fact *fact)
{
	struct canned_walk w = { .canned = c, .arena = a };

	*fact = (struct path_fact){ .path = path };
	push(&w, path);
	walk(&w, fact);
	fact->links = w.links.items;
	fact->link_count = w.links.count;
	fact->parts = w.parts.items;
	fact->part_count = w.parts.count;
}

static int by_name(const void *a, const void *b)
{
	const struct path_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static mode_t type_bits(const struct canned_node *n)
{
	if (n->socket)
		return S_IFSOCK;
	return n->type == PATH_DIR  ? S_IFDIR :
	       n->type == PATH_LINK ? S_IFLNK :
	       n->type == PATH_FILE ? S_IFREG :
				      S_IFCHR;
}

static int look_entries(const struct canned *c, struct arena *a,
			struct path_fact *fact, bool hidden, struct err *e)
{
	ARRAY(struct path_entry) list = { 0 };
	const struct canned_node *dir = find_node(c, fact->resolved);

	if (!dir || dir->type != PATH_DIR || !may(c, dir, 4)) {
		errno = dir ? EACCES : ENOENT;
		return err_sys(e, "list directory '%s'", fact->resolved);
	}
	for (size_t i = 0; i < c->nodes.count; i++) {
		const struct canned_node *n = &c->nodes.items[i];

		if (n->errnum || !n->path[1] ||
		    (path_name(n->path)[0] == '.' && !hidden) ||
		    !str_equal(path_parent(a, n->path), fact->resolved))
			continue;
		*array_add(a, &list) =
			(struct path_entry){ .name = path_name(n->path),
					     .target = n->target,
					     .type = n->type,
					     .uid = n->owner,
					     .mode = n->mode | type_bits(n),
					     .dev = hidden ? 1 : 0,
					     .ino = hidden ? inode(c, n) : 0 };
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_name);
	fact->entries = list.items;
	fact->entry_count = list.count;
	return 0;
}

/* $PWD counts when it is another name of the working directory. */
static void look_pwd(const struct canned *c, struct arena *a, struct host *h)
{
	const char *pwd = caller_env(&c->caller, "PWD");
	struct path_fact fact;

	if (!h->cwd || !pwd || pwd[0] != '/' || str_equal(pwd, h->cwd) ||
	    path_has_dotdot(pwd))
		return;
	look_path(c, a, pwd, &fact);
	if (fact.type == PATH_DIR && str_equal(fact.resolved, h->cwd))
		h->pwd = path_clean(a, "/", pwd);
}

/* Every file of a device is the first disk's. */
static void look_devices(struct arena *a, const struct host_wants *wants,
			 struct host *h)
{
	struct host_device *d =
		arena_alloc(a, (wants->device_count + 1) * sizeof(*d));

	for (size_t i = 0; i < wants->device_count; i++) {
		d[i].asked = wants->devices[i];
		if (str_starts(d[i].asked, "/dev/"))
			d[i].major = 8;
		else if (d[i].asked[0] != '/')
			sscanf(d[i].asked, "%u:%u", &d[i].major, &d[i].minor);
	}
	h->devices = d;
	h->device_count = wants->device_count;
}

static void look_cgroups(const struct canned *c, const struct host_wants *wants,
			 struct host *h)
{
	if (!wants->cgroup.places)
		return;
	h->cgroup = c->cgroup;
	h->cgroup.scope = c->cgroup.scope && wants->cgroup.scope;
	h->cgroup.perf = c->cgroup.perf && wants->cgroup.perf;
	if (wants->cgroup.given)
		h->cgroup.current = h->cgroup.parent = h->cgroup.root =
			(struct cgroup_place){ 0 };
	else
		h->cgroup.given = (struct cgroup_place){ 0 };
}

/* What they are open on joins the facts, from `n` on. */
static size_t look_descriptors(const struct canned *c, struct arena *a,
			       const struct host_wants *wants, struct host *h,
			       struct path_fact *facts, size_t n)
{
	struct host_descriptor *list =
		arena_alloc(a, (wants->descriptor_count + 1) * sizeof(*list));

	for (size_t i = 0; i < wants->descriptor_count; i++) {
		list[i].fd = wants->descriptors[i].fd;
		for (size_t k = 0; k < c->descriptors.count; k++)
			if (c->descriptors.items[k].fd == list[i].fd)
				list[i] = c->descriptors.items[k];
		if (!wants->descriptors[i].name || !list[i].path)
			continue;
		look_path(c, a, list[i].path, &facts[n]);
		if (facts[n].errnum ||
		    !str_equal(facts[n].resolved, list[i].path))
			list[i].path = NULL;
		else
			n++;
	}
	h->descriptors = list;
	h->descriptor_count = wants->descriptor_count;
	return n;
}

/* All that the case has open. */
static void look_inherited(const struct canned *c, struct arena *a,
			   struct host *h)
{
	ARRAY(int) fds = { 0 };

	for (size_t i = 0; i < c->descriptors.count; i++)
		if (c->descriptors.items[i].fd > 2)
			*array_add(a, &fds) = c->descriptors.items[i].fd;
	h->inherited = fds.items;
	h->inherited_count = fds.count;
}

static void look_mounts(const struct canned *c, struct arena *a,
			const struct host_wants *wants, struct host *h)
{
	const struct path_fact *changes =
		wants->changes ? host_path(h, wants->changes) : NULL;
	struct host_paths dirs = { 0 };
	struct path_fact *facts;

	h->mounts = c->mounts;
	for (size_t i = 0; i < wants->count; i++)
		if (wants->paths[i].mounts_below)
			mountinfo_above(
				a, &h->mounts,
				host_path(h, wants->paths[i].path)->resolved,
				changes ? changes->resolved : NULL, &dirs);
	facts = arena_alloc(a, (dirs.list.count + 1) * sizeof(*facts));
	for (size_t i = 0; i < dirs.list.count; i++) {
		struct err unread;

		look_path(c, a, dirs.list.items[i], &facts[i]);
		if (look_entries(c, a, &facts[i], true, &unread) < 0)
			facts[i].errnum = unread.errnum;
	}
	h->listings = facts;
	h->listing_count = dirs.list.count;
}

/* {PATH} becomes the inode of PATH. */
static void add_record_line(const struct canned *c, const char *line,
			    struct str *out)
{
	const char *open = strchr(line, '{');
	const char *close = open ? strchr(open, '}') : NULL;
	const struct canned_node *n;

	if (!close) {
		str_addf(out, "%s\n", line);
		return;
	}
	n = find_node(c, arena_dup_n(c->arena, open + 1,
				     (size_t)(close - open - 1)));
	str_add_n(out, line, (size_t)(open - line));
	str_addf(out, "%llu%s\n", n ? (unsigned long long)inode(c, n) : 0,
		 close + 1);
}

static int look_changes(const struct canned *c, struct arena *a, struct host *h,
			struct err *e)
{
	struct record *record = arena_new(a, struct record);
	struct str text = { .arena = a };
	struct path_fact *places;

	h->changes_type = c->changes_type ? c->changes_type : 0xef53;
	if (!c->record.count)
		return 0;
	str_add(&text, "sandbox layer 1\n");
	for (size_t i = 0; i < c->record.count; i++)
		add_record_line(c, c->record.items[i], &text);
	if (record_parse(a, text.text, text.length, record, e) < 0)
		return -1;
	places = arena_alloc(a, (record->places.count + 1) * sizeof(*places));
	for (size_t i = 0; i < record->places.count; i++)
		look_path(c, a, record->places.items[i].path, &places[i]);
	h->record = record;
	h->places = places;
	return 0;
}

static void look_subids(const struct canned *c, struct arena *a, struct host *h)
{
	h->subids = c->subids;
	subids_parse(a, str_text(&c->subuid), c->subids.name, c->caller.uid,
		     &h->subids.uids);
	subids_parse(a, str_text(&c->subgid), c->subids.name, c->caller.uid,
		     &h->subids.gids);
	h->subids.unused = subids_unused(a, str_text(&c->subuid), SUBIDS_FIRST);
	h->subids.unused =
		subids_unused(a, str_text(&c->subgid), h->subids.unused);
}

int canned_look(const struct canned *c, struct arena *a,
		const struct host_wants *wants, struct host *out, struct err *e)
{
	struct host h = {
		.caller = &c->caller,
		.kernel_major = c->kernel_major,
		.kernel_minor = c->kernel_minor,
		.cwd = c->caller.cwd,
		.userns_exists = wants->userns && !c->no_userns,
		.console = wants->console ? c->console : NULL,
		.self = wants->self ? c->self : NULL,
	};
	struct path_fact *facts =
		arena_alloc(a, (wants->count + wants->descriptor_count + 3) *
				       sizeof(*facts));
	size_t n = look_descriptors(c, a, wants, &h, facts, 0);

	if (wants->bwrap)
		look_inherited(c, a, &h);
	if (wants->caps)
		h.caps = ((uint64_t)1 << 41) - 1; /* of Linux 5.9 and later */
	if (wants->subids)
		look_subids(c, a, &h);
	if (wants->helper && c->helper &&
	    (str_equal(wants->helper, c->helper_name) ||
	     str_equal(wants->helper, c->helper)))
		h.helper = c->helper;
	look_pwd(c, a, &h);
	look_devices(a, wants, &h);
	look_cgroups(c, wants, &h);
	if (wants->machine) {
		h.memory = c->memory ? c->memory : (uint64_t)16 << 30;
		h.swap = c->swap;
		h.cpu_count = c->cpu_count ? c->cpu_count : 4;
	}
	for (size_t i = 0; i < wants->count; i++, n++) {
		look_path(c, a, wants->paths[i].path, &facts[n]);
		if (wants->paths[i].entries_if_cwd && h.cwd &&
		    str_equal(facts[n].resolved, h.cwd) &&
		    look_entries(c, a, &facts[n], false, e) < 0)
			return -1;
	}
	if (h.cwd) {
		const struct canned_node *node = find_node(c, h.cwd);

		look_path(c, a, h.cwd, &facts[n++]);
		h.cwd_writable = node && (node->owner == c->caller.uid ||
					  (c->caller.uid && may(c, node, 2)));
	}
	if (h.pwd)
		look_path(c, a, h.pwd, &facts[n++]);
	if (h.self)
		look_path(c, a, h.self, &facts[n++]);
	h.paths = facts;
	h.path_count = n;
	if (wants->mounts)
		look_mounts(c, a, wants, &h);
	if (wants->changes && look_changes(c, a, &h, e) < 0)
		return -1;
	*out = h;
	return 0;
}

/* --- profiles ----------------------------------------------------------- */

static int find_profile(struct profile_source *self, const char *word,
			const char *directory, struct arena *a,
			struct profile_text *out, struct err *e)
{
	const struct canned *c = self->data;
	const char *file = arena_format(a, "%s.profile", word);

	(void)directory;
	if (!word[0])
		return err_set(e, ERR_USAGE, "the profile's name is empty");
	for (size_t i = 0; i < c->profiles.count; i++) {
		const struct profile_text *t = &c->profiles.items[i];

		if (str_equal(t->name, word) || str_equal(t->name, file)) {
			*out = *t;
			return 1;
		}
	}
	for (size_t i = 0; i < shipped_profile_count; i++) {
		const struct shipped_profile *p = &shipped_profiles[i];

		/* A word that is a file name is one of an .inc file. */
		if (!str_equal(p->file, file) && !str_equal(p->file, word))
			continue;
		*out = (struct profile_text){
			.name = p->file,
			.id = p->file,
			.text = p->text,
			.size = strlen(p->text),
		};
		return 1;
	}
	return 0;
}

static int missing_profile(const struct profile_source *self, const char *word,
			   struct arena *a, struct err *e)
{
	(void)self;
	(void)a;
	return err_set(e, ERR_USAGE, "no profile '%s'", word);
}

struct profile_source canned_source(struct canned *c)
{
	return (struct profile_source){
		.find = find_profile,
		.missing = missing_profile,
		.caller = &c->caller,
		.data = c,
	};
}
