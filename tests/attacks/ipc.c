/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: IPC namespace
 * cve: none
 * off: --share-ipc
 * as: user root
 * cases: shm sem msg mq
 * args: {number}
 * setup: ipc
 *
 * System V shared memory, semaphores and messages, and POSIX message queues of
 * the same user's outside. "plant CASE" makes them there, "remove CASE" ends
 * them.
 */
#include "attack.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

struct message {
	long type;
	char text[8];
};

static void use_shm(key_t key, int plant)
{
	int id = shmget(key, 4096, plant ? IPC_CREAT | 0600 : 0);
	char *at;

	if (id < 0)
		refused("shmget");
	at = shmat(id, NULL, 0);
	if (at == (void *)-1)
		refused("shmat");
	if (plant)
		memcpy(at, SECRET, sizeof(SECRET));
	if (!is(at, SECRET))
		broken("other memory");
	through("shared memory of the host");
}

static void use_sem(key_t key, int plant)
{
	int id = semget(key, 1, plant ? IPC_CREAT | 0600 : 0);

	if (id < 0)
		refused("semget");
	if (semctl(id, 0, SETVAL, 7))
		refused("semctl");
	through("a semaphore of the host is set");
}

static void use_msg(key_t key, int plant)
{
	int id = msgget(key, plant ? IPC_CREAT | 0600 : 0);
	struct message message = { 1, SECRET };

	if (id < 0)
		refused("msgget");
	if (plant && msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT))
		refused("msgsnd");
	if (!plant &&
	    msgrcv(id, &message, sizeof(message.text), 0, IPC_NOWAIT) < 0)
		refused("msgrcv");
	through("a message of the host");
}

static void use_mq(key_t key, int plant)
{
	char name[32], text[8192];
	mqd_t queue;

	snprintf(name, sizeof(name), "/attack-%d", (int)key);
	queue = mq_open(name, (plant ? O_CREAT : 0) | O_RDWR | O_NONBLOCK, 0600,
			NULL);
	if (queue < 0)
		refused("mq_open");
	if (plant && mq_send(queue, SECRET, sizeof(SECRET), 0))
		refused("mq_send");
	if (!plant && mq_receive(queue, text, sizeof(text), NULL) < 0)
		refused("mq_receive");
	through("a message of the host");
}

int main(int argc, char **argv)
{
	int plant = argc > 3 && is(argv[1], "plant");
	int last = argc - 1;
	key_t key;
	const char *which;

	if (argc < 3)
		broken("arguments");
	key = (key_t)strtol(argv[last], NULL, 10);
	which = argv[last - 1];
	if (argc > 3 && is(argv[1], "remove")) {
		char name[32];

		snprintf(name, sizeof(name), "/attack-%d", (int)key);
		mq_unlink(name);
		shmctl(shmget(key, 0, 0), IPC_RMID, NULL);
		semctl(semget(key, 0, 0), 0, IPC_RMID);
		msgctl(msgget(key, 0), IPC_RMID, NULL);
		return 0;
	}
	if (is(which, "shm"))
		use_shm(key, plant);
	if (is(which, "sem"))
		use_sem(key, plant);
	if (is(which, "msg"))
		use_msg(key, plant);
	use_mq(key, plant);
}
