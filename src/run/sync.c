/* SPDX-License-Identifier: Apache-2.0 */
#include "run/sync.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Room for descriptors, as cmsg(3) wants it aligned. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(PASSED_MAX * sizeof(int))];
};

static size_t message_size(const struct message *m)
{
	return m->kind == MESSAGE_ERR ? sizeof(*m) :
					offsetof(struct message, err);
}

int message_send(int fd, const struct message *m, struct err *e)
{
	while (send(fd, m, message_size(m), MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return err_sys(e, "tell the supervisor");
	return 0;
}

int message_send_fds(int fd, const struct message *m, const int *fds,
		     unsigned int count, struct err *e)
{
	union control control = { 0 };
	struct iovec data = { (void *)m, message_size(m) };
	struct msghdr packet = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	while (sendmsg(fd, &packet, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return err_sys(e, "pass descriptors to the supervisor");
	return 0;
}

int message_receive(int fd, struct message *m, struct passed *passed)
{
	union control control;
	struct iovec data = { m, sizeof(*m) };
	struct msghdr packet = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	passed->count = 0;
	do {
		n = recvmsg(fd, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	/* What went wrong once is asked for again: it is still there. */
	if (n < 0)
		return 0;
	/* Who could send it may be in the command's reach. */
	memset((char *)m + (n > 0 ? n : 0), 0,
	       sizeof(*m) - (size_t)(n > 0 ? n : 0));
	m->err.where[sizeof(m->err.where) - 1] = '\0';
	m->err.message[sizeof(m->err.message) - 1] = '\0';
	m->err.hint[sizeof(m->err.hint) - 1] = '\0';
	if (n > 0 && packet.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.header.cmsg_type == SCM_RIGHTS) {
		size_t size = control.header.cmsg_len - CMSG_LEN(0);

		passed->count = (unsigned int)(size / sizeof(int));
		memcpy(passed->fds, CMSG_DATA(&control.header), size);
	}
	return n == 0 ? -1 : 1;
}
