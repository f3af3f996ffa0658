/* SPDX-License-Identifier: Apache-2.0 */
#include "run/sync.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

int message_send(int fd, const struct message *m, struct err *e)
{
	size_t size = m->kind == MESSAGE_ERR ? sizeof(*m) :
					       offsetof(struct message, err);

	while (send(fd, m, size, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return err_sys(e, "tell the supervisor");
	return 0;
}

int message_receive(int fd, struct message *m)
{
	ssize_t n;

	do {
		n = recv(fd, m, sizeof(*m), MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n == 0 ? -1 : 1;
}
