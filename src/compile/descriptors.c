/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's descriptors: what the command gets, what others are for. */
#include "compile/compile.h"

#include "base/err.h"

#include <linux/sched.h>
#include <string.h>

static const char *const peer_names[PEER_COUNT] = {
	[PEER_SYNC] = "--sync-fd",
	[PEER_BLOCK] = "--block-fd",
	[PEER_USERNS_BLOCK] = "--userns-block-fd",
	[PEER_INFO] = "--info-fd",
	[PEER_STATUS] = "--json-status-fd",
	[PEER_USERNS] = "--userns",
	[PEER_USERNS2] = "--userns2",
	[PEER_PIDNS] = "--pidns",
};

const char *peer_name(enum peer peer)
{
	return peer_names[peer];
}

static int check_open(const struct compile *c, int peer, struct err *e)
{
	int fd = c->plan->peers[peer];
	const struct host_descriptor *d = host_descriptor(c->host, fd);

	if (d && d->open)
		return 0;
	err_set(e, ERR_USAGE, "%s %d: descriptor %d is not open",
		peer_names[peer], fd, fd);
	return err_hint(e, "a shell opens it by %d<FILE", fd);
}

/* Whether an option uses it up, so that the command does not get it. */
static bool is_used(const struct plan *p, int fd)
{
	for (int i = 0; i < PEER_COUNT; i++)
		if (p->peers[i] == fd)
			/* The only process that could hold it. */
			return i != PEER_SYNC || !p->as_pid_1;
	for (size_t i = 0; i < p->mounts.count; i++)
		if (p->mounts.items[i].fd == fd)
			return true;
	return false;
}

/* bubblewrap passes on whatever no option uses. */
static void pass_all(struct compile *c)
{
	const struct host *h = c->host;
	int *fds =
		arena_alloc(c->arena, (h->inherited_count + 1) * sizeof(*fds));
	size_t n = 0;

	for (size_t i = 0; i < h->inherited_count; i++)
		if (!is_used(c->plan, h->inherited[i]))
			fds[n++] = h->inherited[i];
	c->out->keep_fds = fds;
	c->out->keep_fd_count = n;
}

/* Ascending, so that the gaps between them can be closed in one pass. */
static void pass_named(struct compile *c)
{
	const struct plan *p = c->plan;
	int *fds =
		arena_alloc(c->arena, (p->keep_fds.count + 1) * sizeof(*fds));
	size_t n = 0;

	for (size_t i = 0; i < p->keep_fds.count; i++) {
		int fd = p->keep_fds.items[i];
		size_t at = 0;

		while (at < n && fds[at] < fd)
			at++;
		if (at < n && fds[at] == fd)
			continue;
		memmove(fds + at + 1, fds + at, (n - at) * sizeof(*fds));
		fds[at] = fd;
		n++;
	}
	c->out->keep_fds = fds;
	c->out->keep_fd_count = n;
}

/*
 * PID 1 of ours is there for what has to last; bubblewrap has a process like it
 * without a PID namespace too, for locks.
 */
static bool wants_init(const struct compile *c)
{
	const struct plan *p = c->plan;

	if (p->as_pid_1)
		return false;
	return c->out->namespaces & CLONE_NEWPID ||
	       (p->bwrap && (p->lock_files.count || p->peers[PEER_SYNC] >= 0));
}

int compile_descriptors(struct compile *c, struct err *e)
{
	const struct plan *p = c->plan;
	struct program *out = c->out;

	for (int i = 0; i < PEER_COUNT; i++) {
		if (p->peers[i] >= 0 && check_open(c, i, e) < 0)
			return -1;
		out->peers[i] = p->peers[i];
	}
	/* Nobody can enter where he is already, setns(2). */
	if (c->host->same_joined)
		out->peers[PEER_USERNS2] = -1;
	if (p->bwrap)
		pass_all(c);
	else
		pass_named(c);
	out->bwrap = p->bwrap;
	out->init = wants_init(c);
	out->in_reach =
		p->bwrap &&
		(out->namespaces & CLONE_NEWPID || p->peers[PEER_PIDNS] >= 0) &&
		(p->peers[PEER_INFO] >= 0 || p->peers[PEER_STATUS] >= 0);
	out->lock_files = p->lock_files.items;
	out->lock_file_count = p->lock_files.count;
	return 0;
}
