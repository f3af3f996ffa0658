/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall: filter: no keyrings; a session keyring of its own
 * wall user_keyring: filter: no keyrings; the user namespace has its own
 * cve: CVE-2016-0728
 * off: host
 * behind: --syscalls-allow @keys
 * as: user root
 * cases: read request add user_keyring
 * setup: keyring
 *
 * The session keyring is inherited like a descriptor that nothing closes: what
 * is in it can be read, and what is put into it the caller finds.
 *
 * "lead COMMAND..." is the caller: it has a session keyring with the key
 * "attacked" in it, and looks afterwards whether there is one more.
 */
#include "attack.h"
#include <linux/keyctl.h>
#include <sys/wait.h>

static long keyctl(int what, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, what, a, b, c, d);
}

static long add_key(const char *name, const char *text, long keyring)
{
	return syscall(SYS_add_key, "user", name, text, strlen(text), keyring);
}

static long search(long keyring, const char *name)
{
	return keyctl(KEYCTL_SEARCH, keyring, (long)"user", (long)name, 0);
}

static void lead(char **command)
{
	int status = 0;
	long key;
	pid_t pid;

	if (keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) < 0)
		broken("KEYCTL_JOIN_SESSION_KEYRING");
	key = add_key("attacked", SECRET, KEY_SPEC_SESSION_KEYRING);
	if (key < 0 || keyctl(KEYCTL_LINK, key, KEY_SPEC_USER_KEYRING, 0, 0))
		broken("add_key");
	pid = fork();
	if (pid == 0) {
		execv(command[0], command);
		broken("execv");
	}
	waitpid(pid, &status, 0);
	keyctl(KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING, 0, 0);
	if (search(KEY_SPEC_SESSION_KEYRING, "planted") >= 0)
		through("a key in the caller's session keyring");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

int main(int argc, char **argv)
{
	char text[64] = "";
	long key;

	if (argc < 2)
		broken("arguments");
	if (is(argv[1], "lead"))
		lead(argv + 2);
	if (is(argv[1], "add")) {
		if (add_key("planted", "x", KEY_SPEC_SESSION_KEYRING) < 0)
			refused("add_key");
		done("a key is added");
	}
	if (is(argv[1], "request"))
		key = syscall(SYS_request_key, "user", "attacked", NULL, 0);
	else if (is(argv[1], "user_keyring"))
		key = search(KEY_SPEC_USER_KEYRING, "attacked");
	else
		key = search(KEY_SPEC_SESSION_KEYRING, "attacked");
	if (key < 0)
		refused("%s", is(argv[1], "request") ? "request_key" :
						       "KEYCTL_SEARCH");
	if (keyctl(KEYCTL_READ, key, (long)text, sizeof(text) - 1, 0) < 0)
		refused("KEYCTL_READ");
	if (!is(text, SECRET))
		broken("the key says %s", text);
	through("a key of the caller's");
}
