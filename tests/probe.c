/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: print facts about the process it runs in, so that tests compare
 * facts and not messages. One static program, libc only, run inside the
 * sandbox and outside.
 *
 *	probe WHAT [ARG...]
 *
 * One fact a line, words parted by one space. A system call that fails is a
 * fact too: its errno name is printed and the exit status stays 0. Control
 * bytes in free text are shown as \xNN, so a line is always one fact. The
 * status is 2 for a usage error and 1 when the facts could not be printed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define LAST_SIGNAL 64
#define FIRST_RT_SIGNAL 34 /* glibc keeps 32 and 33 for itself */
#define MILLISECOND 1000000L

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 1
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

enum { STATUS_SIZE = 1 << 16 };

struct pair {
	const char *name;
	int value;
};

/* ---- names ---- */

/* clang-format off */
static const struct pair error_names[] = {
#define E(name) { #name, name }
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG),
	E(ENOEXEC), E(EBADF), E(ECHILD), E(EAGAIN), E(ENOMEM), E(EACCES),
	E(EFAULT), E(ENOTBLK), E(EBUSY), E(EEXIST), E(EXDEV), E(ENODEV),
	E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE), E(ENOTTY),
	E(ETXTBSY), E(EFBIG), E(ENOSPC), E(ESPIPE), E(EROFS), E(EMLINK),
	E(EPIPE), E(EDOM), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG), E(ENOLCK),
	E(ENOSYS), E(ENOTEMPTY), E(ELOOP), E(ENODATA), E(ETIME), E(EREMOTE),
	E(ENOLINK), E(EPROTO), E(EBADMSG), E(EOVERFLOW), E(EUSERS),
	E(ENOTSOCK), E(EDESTADDRREQ), E(EMSGSIZE), E(EPROTOTYPE),
	E(ENOPROTOOPT), E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP),
	E(EPFNOSUPPORT), E(EAFNOSUPPORT), E(EADDRINUSE), E(EADDRNOTAVAIL),
	E(ENETDOWN), E(ENETUNREACH), E(ENETRESET), E(ECONNABORTED),
	E(ECONNRESET), E(ENOBUFS), E(EISCONN), E(ENOTCONN), E(ETIMEDOUT),
	E(ECONNREFUSED), E(EHOSTDOWN), E(EHOSTUNREACH), E(EALREADY),
	E(EINPROGRESS), E(ESTALE), E(EDQUOT), E(ECANCELED), E(ENOKEY),
	E(EKEYEXPIRED), E(EKEYREVOKED), E(EKEYREJECTED), E(EOWNERDEAD),
#undef E
};

static const struct pair signal_names[] = {
#define S(name) { #name, SIG##name }
	S(HUP), S(INT), S(QUIT), S(ILL), S(TRAP), S(ABRT), S(BUS), S(FPE),
	S(KILL), S(USR1), S(SEGV), S(USR2), S(PIPE), S(ALRM), S(TERM),
	S(CHLD), S(CONT), S(STOP), S(TSTP), S(TTIN), S(TTOU), S(URG),
	S(XCPU), S(XFSZ), S(VTALRM), S(PROF), S(WINCH), S(IO), S(PWR), S(SYS),
#undef S
};
/* clang-format on */

static const struct pair limit_names[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};

static const struct pair namespace_names[] = {
	{ "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC },
	{ "mnt", CLONE_NEWNS },	       { "net", CLONE_NEWNET },
	{ "pid", CLONE_NEWPID },       { "time", CLONE_NEWTIME },
	{ "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS },
};

static const char *pair_name(const struct pair *pairs, size_t n, int value)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].value == value)
			return pairs[i].name;
	return NULL;
}

static const char *error_name(int error)
{
	static char text[32];
	const char *name;

	name = pair_name(error_names, LENGTH(error_names), error);
	if (name)
		return name;
	snprintf(text, sizeof(text), "E%d", error);
	return text;
}

/* A name that is good until the next call. */
static const char *signal_name(int sig)
{
	static char text[32];
	const char *name;

	name = pair_name(signal_names, LENGTH(signal_names), sig);
	if (name)
		return name;
	if (sig >= FIRST_RT_SIGNAL)
		snprintf(text, sizeof(text), "RTMIN+%d", sig - FIRST_RT_SIGNAL);
	else
		snprintf(text, sizeof(text), "SIG%d", sig);
	return text;
}

/* ---- reading arguments ---- */

static int bad_argument(const char *text)
{
	fprintf(stderr, "probe: bad argument '%s'\n", text);
	exit(2);
}

static long number(const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 0);
	if (errno || end == text || *end)
		bad_argument(text);
	return value;
}

/* TERM, SIGTERM, 15 and 0 are all understood. */
static int signal_number(const char *text)
{
	long value;

	if (strncmp(text, "SIG", 3) == 0)
		text += 3;
	for (size_t i = 0; i < LENGTH(signal_names); i++)
		if (strcmp(signal_names[i].name, text) == 0)
			return signal_names[i].value;
	value = number(text);
	if (value < 0 || value > LAST_SIGNAL)
		bad_argument(text);
	return (int)value;
}

static struct timespec duration(const char *text)
{
	struct timespec t;
	char *end;
	double seconds;

	seconds = strtod(text, &end);
	if (end == text || *end || !(seconds >= 0 && seconds < 1e9))
		bad_argument(text);
	t.tv_sec = (time_t)seconds;
	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	return t;
}

/* ---- printing and reading ---- */

static void put_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 127)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

static void put_line(const char *text)
{
	put_text(text, strlen(text));
	putchar('\n');
}

/* The answer of every verb that only tries something. */
static int put_result(long result)
{
	puts(result < 0 ? error_name(errno) : "ok");
	return 0;
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * MILLISECOND };

	nanosleep(&t, NULL);
}

/* Reads at most size - 1 bytes and ends them; only open, read and close. */
static ssize_t read_file(const char *path, char *buffer, size_t size)
{
	size_t used = 0;
	ssize_t got = 0;
	int fd, error;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (used < size - 1) {
		got = read(fd, buffer + used, size - 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	error = errno;
	close(fd);
	errno = error;
	buffer[used] = '\0';
	return got < 0 ? -1 : (ssize_t)used;
}

/* The text after "KEY:" in a status file; its end is put into *length. */
static const char *find_key(const char *text, const char *key, size_t *length)
{
	size_t n = strlen(key);

	while (text && *text) {
		if (strncmp(text, key, n) == 0 && text[n] == ':') {
			text += n + 1;
			text += strspn(text, " \t");
			*length = strcspn(text, "\n");
			return text;
		}
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return NULL;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Numbers before names, numbers by value. */
static int compare_entry(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	long left, right;

	if (!isdigit((unsigned char)*x) || !isdigit((unsigned char)*y))
		return strcmp(x, y);
	left = atol(x);
	right = atol(y);
	return left != right ? (left > right) - (left < right) : strcmp(x, y);
}

/*
 * Calls each() for every entry of a directory, in order. The directory is
 * closed before, so that a look at /proc/self/fd does not see itself, and its
 * own number is left out.
 */
static int each_entry(const char *path,
		      void (*each)(const char *dir, const char *name))
{
	char **names = NULL, own[16] = "";
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return put_result(-1);
	if (strcmp(path, "/proc/self/fd") == 0)
		snprintf(own, sizeof(own), "%d", dirfd(dir));
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		if (!strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") || !strcmp(entry->d_name, own))
			continue;
		names = realloc(names, (n + 1) * sizeof(*names));
		if (!names)
			abort();
		names[n++] = strdup(entry->d_name);
	}
	if (errno)
		put_result(-1);
	closedir(dir);
	if (n)
		qsort(names, n, sizeof(*names), compare_entry);
	for (size_t i = 0; i < n; i++)
		each(path, names[i]);
	return 0;
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "dir";
	case S_IFLNK:
		return "symlink";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFIFO:
		return "pipe";
	case S_IFSOCK:
		return "socket";
	default:
		return "anon";
	}
}

static void put_link(const char *dir, const char *name)
{
	char path[4096], target[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	n = readlink(path, target, sizeof(target));
	printf("%s ", name);
	if (n < 0) {
		put_result(-1);
		return;
	}
	put_text(target, (size_t)n);
	putchar('\n');
}

static const char *proc_path(const char *pid, const char *file)
{
	static char path[64];

	if (strcmp(pid, "self") != 0)
		number(pid);
	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, file);
	return path;
}

/* ---- verbs: this process ---- */

/*
 * What PID 1 has at the moment the command begins. main() calls this before
 * anything else; nothing is done before the read that could give PID 1 time.
 */
static int do_first(int argc, char **argv)
{
	static const char *const keys[] = {
		"CapInh", "CapPrm",	"CapEff",  "CapBnd",
		"CapAmb", "NoNewPrivs", "Seccomp",
	};
	static char text[STATUS_SIZE];
	size_t length;

	(void)argc;
	(void)argv;
	if (read_file("/proc/1/status", text, sizeof(text)) < 0)
		return put_result(-1);
	for (size_t i = 0; i < LENGTH(keys); i++) {
		const char *value = find_key(text, keys[i], &length);

		printf("%s%s=%.*s", i ? " " : "", keys[i],
		       value ? (int)length : 6, value ? value : "absent");
	}
	putchar('\n');
	return 0;
}

static int put_status(const char *path, char **keys)
{
	static char text[STATUS_SIZE];
	size_t length;

	if (read_file(path, text, sizeof(text)) < 0)
		return put_result(-1);
	for (; *keys; keys++) {
		const char *value = find_key(text, *keys, &length);

		printf("%s ", *keys);
		/* Uid and Gid have tabs between their four numbers. */
		for (size_t i = 0; value && i < length; i++)
			putchar(value[i] == '\t' ? ' ' : value[i]);
		puts(value ? "" : "absent");
	}
	return 0;
}

static int do_status(int argc, char **argv)
{
	(void)argc;
	return put_status("/proc/self/status", argv);
}

static int do_status1(int argc, char **argv)
{
	(void)argc;
	return put_status("/proc/1/status", argv);
}

/* System calls, not /proc: it must work where there is no /proc. */
static int do_caps(int argc, char **argv)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct set[2] = { 0 };
	uint64_t bounding = 0, ambient = 0;

	(void)argc;
	(void)argv;
	if (syscall(SYS_capget, &head, set) < 0)
		return put_result(-1);
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			bounding |= UINT64_C(1) << cap;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) ==
		    1)
			ambient |= UINT64_C(1) << cap;
	}
	printf("CapInh %08x%08x\n", set[1].inheritable, set[0].inheritable);
	printf("CapPrm %08x%08x\n", set[1].permitted, set[0].permitted);
	printf("CapEff %08x%08x\n", set[1].effective, set[0].effective);
	printf("CapBnd %016llx\n", (unsigned long long)bounding);
	printf("CapAmb %016llx\n", (unsigned long long)ambient);
	printf("NoNewPrivs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("Securebits 0x%02x\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("Dumpable %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	return 0;
}

static int do_ids(int argc, char **argv)
{
	static gid_t groups[65536];
	int n;

	(void)argc;
	(void)argv;
	printf("uid %u\neuid %u\n", getuid(), geteuid());
	printf("gid %u\negid %u\n", getgid(), getegid());
	n = getgroups(LENGTH(groups), groups);
	printf("groups");
	for (int i = 0; i < n; i++)
		printf(" %u", groups[i]);
	puts(n > 0 ? "" : n == 0 ? " none" : " error");
	return 0;
}

static int do_namespaces(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < LENGTH(namespace_names); i++)
		put_link("/proc/self/ns", namespace_names[i].name);
	return 0;
}

static int do_env(int argc, char **argv)
{
	size_t n = 0;

	(void)argc;
	(void)argv;
	while (environ[n])
		n++;
	qsort(environ, n, sizeof(*environ), compare_text);
	for (size_t i = 0; i < n; i++)
		put_line(environ[i]);
	return 0;
}

/* The one verb that wants the program's name too: two places back. */
static int do_args(int argc, char **argv)
{
	for (int i = -2; i < argc; i++)
		put_line(argv[i]);
	return 0;
}

static int do_cwd(int argc, char **argv)
{
	char path[8192];

	(void)argc;
	(void)argv;
	if (!getcwd(path, sizeof(path)))
		return put_result(-1);
	put_line(path);
	return 0;
}

static int do_hostname(int argc, char **argv)
{
	char name[256];

	(void)argc;
	(void)argv;
	if (gethostname(name, sizeof(name)) < 0)
		return put_result(-1);
	put_line(name);
	return 0;
}

static void put_limit(rlim_t value)
{
	if (value == RLIM_INFINITY)
		printf(" unlimited");
	else
		printf(" %llu", (unsigned long long)value);
}

static int do_rlimits(int argc, char **argv)
{
	struct rlimit limit;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < LENGTH(limit_names); i++) {
		printf("%s", limit_names[i].name);
		if (getrlimit(limit_names[i].value, &limit) < 0) {
			printf(" %s\n", error_name(errno));
			continue;
		}
		put_limit(limit.rlim_cur);
		put_limit(limit.rlim_max);
		putchar('\n');
	}
	return 0;
}

/*
 * Raw calls, since libc hides the signals it keeps for itself. The handler is
 * the first word of the kernel's struct on every architecture but MIPS.
 */
static const char *signal_disposition(int sig)
{
	unsigned long action[16] = { 0 };

	if (syscall(SYS_rt_sigaction, sig, NULL, action, sizeof(uint64_t)) < 0)
		return error_name(errno);
	if (action[0] == (unsigned long)SIG_DFL)
		return "default";
	return action[0] == (unsigned long)SIG_IGN ? "ignored" : "handler";
}

static int do_signals(int argc, char **argv)
{
	uint64_t mask = 0;

	(void)argc;
	(void)argv;
	if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask)) <
	    0)
		return put_result(-1);
	for (int sig = 1; sig <= LAST_SIGNAL; sig++) {
		const char *what = signal_disposition(sig);
		int blocked = (int)(mask >> (sig - 1) & 1);

		if (blocked || strcmp(what, "default") != 0)
			printf("%s %d %s %s\n", signal_name(sig), sig, what,
			       blocked ? "blocked" : "unblocked");
	}
	if (mask)
		printf("mask %016llx\n", (unsigned long long)mask);
	else
		puts("mask empty");
	return 0;
}

/* ---- verbs: descriptors and the terminal ---- */

static const char *descriptor_type(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_name(errno);
	if (!S_ISCHR(st.st_mode))
		return type_name(st.st_mode);
	if (st.st_rdev == makedev(1, 3))
		return "null";
	return isatty(fd) ? "tty" : "char";
}

static void put_descriptor(const char *dir, const char *name)
{
	(void)dir;
	printf("%s %s\n", name, descriptor_type(atoi(name)));
}

static int do_fds(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (access("/proc/self/fd", R_OK | X_OK) == 0)
		return each_entry("/proc/self/fd", put_descriptor);
	for (int fd = 0; fd < 65536; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d %s\n", fd, descriptor_type(fd));
	return 0;
}

/* Says so on the first of FILE, 1 and 2 that can be written. */
static int do_closed(int argc, char **argv)
{
	char text[32] = "closed";
	int out = -1, open_count = 0;

	for (int fd = 0; fd <= 2; fd++) {
		size_t used = strlen(text);

		if (fcntl(fd, F_GETFD) < 0)
			snprintf(text + used, sizeof(text) - used, " %d", fd);
		else
			open_count++;
	}
	if (open_count == 3)
		strcat(text, " none");
	strcat(text, "\n");
	if (argc > 0)
		out = open(argv[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			   0644);
	for (int fd = 1; out < 0 && fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			out = fd;
	return write(out, text, strlen(text)) < 0;
}

static int do_tty(int argc, char **argv)
{
	const char *name = ttyname(0);
	pid_t front;

	(void)argc;
	(void)argv;
	printf("tty ");
	put_line(name ? name : error_name(errno));
	front = tcgetpgrp(0);
	if (front < 0)
		printf("foreground %s\n", error_name(errno));
	else
		printf("foreground %s\n", front == getpgrp() ? "yes" : "no");
	printf("session %d\n", getsid(0));
	printf("pgrp %d\n", getpgrp());
	printf("leader %s\n", getsid(0) == getpid() ? "yes" : "no");
	return 0;
}

/* ---- verbs: the file tree ---- */

/* "shared:1 master:2" becomes "shared,slave"; none at all is private. */
static char *take_propagation(char **cursor, char *out, size_t size)
{
	char *word;

	out[0] = '\0';
	while ((word = strsep(cursor, " ")) && strcmp(word, "-") != 0) {
		size_t used = strlen(out);

		word[strcspn(word, ":")] = '\0';
		if (strcmp(word, "propagate_from") == 0)
			continue;
		snprintf(out + used, size - used, "%s%s", used ? "," : "",
			 strcmp(word, "master") ? word : "slave");
	}
	if (!out[0])
		snprintf(out, size, "private");
	return out;
}

/* 36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=x */
static void put_mount(char *line)
{
	char *field[6], *type, *super, propagation[64];

	for (size_t i = 0; i < LENGTH(field); i++)
		field[i] = strsep(&line, " ");
	take_propagation(&line, propagation, sizeof(propagation));
	type = strsep(&line, " ");
	strsep(&line, " ");
	super = strsep(&line, " ,");
	if (!super) {
		puts("malformed");
		return;
	}
	printf("%s %s %s %s %s\n", field[4], type, field[5], super,
	       propagation);
}

static int do_mounts(int argc, char **argv)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;

	(void)argc;
	(void)argv;
	if (!f)
		return put_result(-1);
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		put_mount(line);
	}
	free(line);
	fclose(f);
	return 0;
}

/* O_NONBLOCK: a FIFO without a peer must not stop the test. */
static int do_open(int argc, char **argv)
{
	static const struct pair modes[] = {
		{ "r", O_RDONLY },
		{ "w", O_WRONLY },
		{ "rw", O_RDWR },
		{ "c", O_WRONLY | O_CREAT },
	};

	(void)argc;
	for (size_t i = 0; i < LENGTH(modes); i++)
		if (strcmp(modes[i].name, argv[1]) == 0)
			return put_result(open(argv[0],
					       modes[i].value | O_CLOEXEC |
						       O_NONBLOCK | O_NOCTTY,
					       0666));
	return bad_argument(argv[1]);
}

static int do_stat(int argc, char **argv)
{
	struct stat st;

	(void)argc;
	if (lstat(argv[0], &st) < 0)
		return put_result(-1);
	printf("%s %04o %u %u %lld", type_name(st.st_mode),
	       (unsigned int)st.st_mode & 07777, st.st_uid, st.st_gid,
	       (long long)st.st_size);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		printf(" %u:%u", major(st.st_rdev), minor(st.st_rdev));
	putchar('\n');
	return 0;
}

static int put_target(const char *path)
{
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		return put_result(-1);
	put_text(target, (size_t)n);
	putchar('\n');
	return 0;
}

static int do_readlink(int argc, char **argv)
{
	(void)argc;
	return put_target(argv[0]);
}

static void put_entry(const char *dir, const char *name)
{
	(void)dir;
	put_line(name);
}

static int do_list(int argc, char **argv)
{
	(void)argc;
	return each_entry(argv[0], put_entry);
}

static int do_cat(int argc, char **argv)
{
	static char text[1 << 20];
	char *line = text;

	(void)argc;
	if (read_file(argv[0], text, sizeof(text)) < 0)
		return put_result(-1);
	while (*line) {
		size_t n = strcspn(line, "\n");

		put_text(line, n);
		putchar('\n');
		line += n + (line[n] == '\n');
	}
	return 0;
}

/* Short ones whole, as they tell two files from each other. */
static void put_content(const char *path, const struct stat *st)
{
	char text[80];

	printf(" %lld bytes, %u links", (long long)st->st_size,
	       (unsigned int)st->st_nlink);
	if (st->st_size >= (off_t)sizeof(text))
		return;
	putchar(' ');
	if (read_file(path, text, sizeof(text)) < 0)
		fputs(error_name(errno), stdout);
	else
		put_text(text, strlen(text));
}

/* What is below one entry of the top: all of a host would be too much. */
enum { TREE_LINES = 200, PTS_MAJOR = 136 };
static int tree_depth, tree_lines;

static void put_tree(const char *dir, const char *name)
{
	char path[4096], target[4096] = "";
	struct statfs fs;
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", strcmp(dir, "/") ? dir : "",
		 name);
	if (lstat(path, &st) < 0) {
		put_text(path, strlen(path));
		printf(" %s\n", error_name(errno));
		return;
	}
	/* Others' terminals come and go. */
	if (S_ISCHR(st.st_mode) && major(st.st_rdev) == PTS_MAJOR)
		return;
	if (tree_depth == 0)
		tree_lines = 0;
	if (tree_lines++ >= TREE_LINES)
		return;
	put_text(path, strlen(path));
	printf(" %s %04o %u %u", type_name(st.st_mode),
	       (unsigned int)st.st_mode & 07777, st.st_uid, st.st_gid);
	if (S_ISREG(st.st_mode))
		put_content(path, &st);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		printf(" %u:%u", major(st.st_rdev), minor(st.st_rdev));
	if (S_ISLNK(st.st_mode) &&
	    readlink(path, target, sizeof(target) - 1) >= 0) {
		fputs(" -> ", stdout);
		put_text(target, strlen(target));
	}
	if (!S_ISDIR(st.st_mode)) {
		putchar('\n');
		return;
	}
	if (statfs(path, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC) {
		puts(" proc");
		return;
	}
	putchar('\n');
	tree_depth++;
	each_entry(path, put_tree);
	tree_depth--;
}

static int do_tree(int argc, char **argv)
{
	(void)argc;
	return each_entry(argv[0], put_tree);
}

static int do_write(int argc, char **argv)
{
	size_t length = strlen(argv[1]);
	int fd;

	(void)argc;
	fd = open(argv[0],
		  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
	if (fd < 0 || (length && write(fd, argv[1], length) < 0))
		return put_result(-1);
	return put_result(close(fd));
}

static int do_mkdir(int argc, char **argv)
{
	(void)argc;
	return put_result(mkdir(argv[0], 0777));
}

static int do_unlink(int argc, char **argv)
{
	(void)argc;
	return put_result(unlink(argv[0]));
}

static int do_symlink(int argc, char **argv)
{
	(void)argc;
	return put_result(symlink(argv[0], argv[1]));
}

/* Undone at once, so that a run outside, as root, leaves /tmp alone. */
static int do_mount(int argc, char **argv)
{
	int result = mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "");

	(void)argc;
	(void)argv;
	put_result(result);
	if (result == 0)
		umount2("/tmp", MNT_DETACH);
	return 0;
}

/*
 * Both ways to drop the read-only flag. The other flags are kept as they are:
 * a locked one that goes missing is EPERM of its own.
 */
static int do_remount(int argc, char **argv)
{
	const char *path = argv[0];
	uint64_t change[4] = { 0, MOUNT_ATTR_RDONLY, 0, 0 };
	unsigned long flags;
	struct statvfs st;
	int error;

	(void)argc;
	if (statvfs(path, &st) < 0)
		return put_result(-1);
	/* The ST_ and MS_ flags share their values but for ST_RELATIME. */
	flags = st.f_flag &
		(MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == 0)
		return put_result(0);
	error = errno;
	if (syscall(SYS_mount_setattr, AT_FDCWD, path, 0, change,
		    sizeof(change)) == 0)
		return put_result(0);
	errno = error;
	return put_result(-1);
}

static int do_umount(int argc, char **argv)
{
	(void)argc;
	return put_result(umount2(argv[0], MNT_DETACH));
}

/* ---- verbs: sockets ---- */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} at;
	socklen_t length;
};

static int parse_address(const char *host, long port, struct address *out)
{
	struct address a = { 0 };

	if (inet_pton(AF_INET, host, &a.at.v4.sin_addr) == 1) {
		a.at.v4.sin_family = AF_INET;
		a.at.v4.sin_port = htons((uint16_t)port);
		a.length = sizeof(a.at.v4);
	} else if (inet_pton(AF_INET6, host, &a.at.v6.sin6_addr) == 1) {
		a.at.v6.sin6_family = AF_INET6;
		a.at.v6.sin6_port = htons((uint16_t)port);
		a.length = sizeof(a.at.v6);
	} else {
		return bad_argument(host);
	}
	*out = a;
	return 0;
}

/* A connection takes 3 seconds at most; a late one is ETIMEDOUT. */
static int try_connect(const struct address *to, int type)
{
	struct timeval limit = { .tv_sec = 3 };
	int fd, result, error;

	fd = socket(to->at.any.sa_family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	result = connect(fd, &to->at.any, to->length);
	error = errno == EINPROGRESS ? ETIMEDOUT : errno;
	if (result == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

static int do_connect(int argc, char **argv)
{
	struct address to;

	(void)argc;
	if (parse_address(argv[0], number(argv[1]), &to) < 0)
		return 2;
	return put_result(try_connect(&to, SOCK_STREAM));
}

/* Listen, connect to it, and see that a byte arrives. */
static int talk_to_self(const char *host)
{
	struct address here;
	int server, client, peer;
	char byte = 'x';

	parse_address(host, 0, &here);
	server = socket(here.at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0)
		return -1;
	if (bind(server, &here.at.any, here.length) < 0 ||
	    listen(server, 1) < 0 ||
	    getsockname(server, &here.at.any, &here.length) < 0)
		return -1;
	client = try_connect(&here, SOCK_STREAM);
	if (client < 0)
		return -1;
	peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	if (peer < 0 || write(client, &byte, 1) < 0 || read(peer, &byte, 1) < 0)
		return -1;
	close(peer);
	close(client);
	return close(server);
}

static int do_loopback(int argc, char **argv)
{
	static const char *const hosts[] = { "127.0.0.1", "::1" };

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < LENGTH(hosts); i++) {
		printf("%s ", hosts[i]);
		put_result(talk_to_self(hosts[i]));
	}
	return 0;
}

/* The listener's socket type is not known: try the three there are. */
static int connect_local(const char *name, int abstract)
{
	static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
	struct address to = { .at.local.sun_family = AF_UNIX };
	size_t length = strlen(name);
	int fd = -1;

	if (length + 1 > sizeof(to.at.local.sun_path)) {
		errno = ENAMETOOLONG;
		return put_result(-1);
	}
	memcpy(to.at.local.sun_path + abstract, name, length);
	to.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				length + 1);
	for (size_t i = 0; i < LENGTH(types); i++) {
		fd = try_connect(&to, types[i]);
		if (fd >= 0 || errno != EPROTOTYPE)
			break;
	}
	return put_result(fd);
}

static int do_unix(int argc, char **argv)
{
	(void)argc;
	return connect_local(argv[0], 0);
}

static int do_abstract(int argc, char **argv)
{
	(void)argc;
	return connect_local(argv[0], 1);
}

/* ---- verbs: ending, waiting, signals ---- */

static int do_exit(int argc, char **argv)
{
	(void)argc;
	exit((int)number(argv[0]));
}

/* A core limit of 1 stops core files and piped core handlers; 0 does not. */
static int do_die(int argc, char **argv)
{
	int sig = signal_number(argv[0]);
	struct rlimit core;
	sigset_t set;

	(void)argc;
	if (getrlimit(RLIMIT_CORE, &core) == 0) {
		core.rlim_cur = core.rlim_max < 1 ? core.rlim_max : 1;
		setrlimit(RLIMIT_CORE, &core);
	}
	fflush(stdout);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	kill(getpid(), sig);
	puts("survived");
	return 0;
}

static int do_sleep(int argc, char **argv)
{
	struct timespec t = duration(argv[0]);

	(void)argc;
	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
	return 0;
}

static volatile sig_atomic_t signal_count[LAST_SIGNAL + 1];

static void count_signal(int sig)
{
	signal_count[sig]++;
}

static int do_count_signals(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = count_signal };
	char stop[4096];
	int fd;

	for (int i = 1; i < argc; i++)
		if (sigaction(signal_number(argv[i]), &action, NULL) < 0)
			bad_argument(argv[i]);
	sigaction(SIGALRM, &action, NULL);
	snprintf(stop, sizeof(stop), "%s.stop", argv[0]);
	alarm(5);
	fd = open(argv[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return put_result(-1);
	close(fd);
	while (!signal_count[SIGALRM] && access(stop, F_OK) < 0)
		pause_ms(20);
	for (int i = 1; i < argc; i++) {
		int sig = signal_number(argv[i]);

		printf("%s %d\n", signal_name(sig), (int)signal_count[sig]);
	}
	return 0;
}

/* A daemon as they are: own session, no parent, and the pipes still held. */
static int do_daemon(int argc, char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		return put_result(-1);
	if (pid > 0)
		_exit(7);
	setsid();
	pid = fork();
	if (pid == 0)
		do_sleep(argc, argv);
	_exit(0);
}

/* The grandchild: waits until it is an orphan, then ends. */
static void be_orphan(pid_t parent)
{
	while (getppid() == parent)
		pause_ms(1);
	_exit(0);
}

static pid_t make_orphan(pid_t *orphan)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid_t self = getpid();

		pid = fork();
		if (pid == 0)
			be_orphan(self);
		*orphan = pid;
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid;
}

static int is_zombie(pid_t pid)
{
	char path[64], text[1024], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (pid <= 0 || read_file(path, text, sizeof(text)) < 0)
		return 0;
	state = strrchr(text, ')');
	return state && strncmp(state, ") Z", 3) == 0;
}

/* Looks after 200 ms, and again for two seconds on a busy machine. */
static int do_orphans(int argc, char **argv)
{
	long n = number(argv[0]), zombies = 0;
	pid_t *orphan;

	(void)argc;
	if (n < 1 || n > 100000)
		return bad_argument(argv[0]);
	orphan = mmap(NULL, (size_t)n * sizeof(*orphan), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (orphan == MAP_FAILED)
		return put_result(-1);
	for (long i = 0; i < n; i++)
		if (make_orphan(&orphan[i]) < 0)
			return put_result(-1);
	if (access("/proc/self/stat", R_OK) < 0)
		return put_result(-1);
	for (int look = 0; look < 11; look++) {
		pause_ms(200);
		zombies = 0;
		for (long i = 0; i < n; i++)
			zombies += is_zombie(orphan[i]);
		if (!zombies)
			break;
	}
	printf("zombies %ld\n", zombies);
	return 0;
}

/* ---- verbs: other processes ---- */

static void put_pid(const char *dir, const char *name)
{
	(void)dir;
	if (isdigit((unsigned char)*name))
		puts(name);
}

static int do_pids(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return each_entry("/proc", put_pid);
}

/* Strings that end in NUL, one a line; zeroes at the end are nothing. */
static int put_strings(const char *path)
{
	static char text[1 << 20];
	ssize_t n = read_file(path, text, sizeof(text));

	if (n < 0)
		return put_result(-1);
	while (n > 0 && text[n - 1] == '\0')
		n--;
	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(text + at) + 1)
		put_line(text + at);
	return 0;
}

static int do_cmdline(int argc, char **argv)
{
	(void)argc;
	return put_strings(proc_path(argv[0], "cmdline"));
}

static int do_environ(int argc, char **argv)
{
	(void)argc;
	return put_strings(proc_path(argv[0], "environ"));
}

static int do_fdlinks(int argc, char **argv)
{
	(void)argc;
	return each_entry(proc_path(argv[0], "fd"), put_link);
}

static int do_exe(int argc, char **argv)
{
	(void)argc;
	return put_target(proc_path(argv[0], "exe"));
}

/* SEIZE, as it does not stop the process; our exit lets it go again. */
static int do_ptrace(int argc, char **argv)
{
	(void)argc;
	return put_result(
		ptrace(PTRACE_SEIZE, (pid_t)number(argv[0]), NULL, NULL));
}

static int do_kill(int argc, char **argv)
{
	(void)argc;
	return put_result(kill((pid_t)number(argv[0]), signal_number(argv[1])));
}

/* ---- verbs: privileges ---- */

/* "user+mnt" is both in one call. */
static int namespace_flags(const char *names)
{
	char text[128], *cursor = text, *word;
	int flags = 0;

	snprintf(text, sizeof(text), "%s", names);
	while ((word = strsep(&cursor, "+"))) {
		size_t i = 0;

		while (i < LENGTH(namespace_names) &&
		       strcmp(namespace_names[i].name, word) != 0)
			i++;
		if (i == LENGTH(namespace_names))
			bad_argument(names);
		flags |= namespace_names[i].value;
	}
	return flags;
}

/* In a child each, so that no try stands on an earlier one. */
static void try_unshare(const char *names)
{
	int flags = namespace_flags(names), status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(unshare(flags) < 0 ? errno : 0);
	printf("%s ", names);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		put_result(-1);
	else if (WIFSIGNALED(status))
		puts(signal_name(WTERMSIG(status)));
	else
		puts(WEXITSTATUS(status) ? error_name(WEXITSTATUS(status)) :
					   "ok");
}

static int do_unshare(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		try_unshare(argv[i]);
	return 0;
}

/* The raw call: libc's setuid() would be the same in one thread. */
static int do_setuid(int argc, char **argv)
{
	(void)argc;
	return put_result(syscall(SYS_setuid, (uid_t)number(argv[0])));
}

/* An argument that is no number is passed as the address of its text. */
static int do_syscall(int argc, char **argv)
{
	long arg[6] = { 0 }, nr = number(argv[0]), result;
	pid_t self = getpid();
	char *end;

	for (int i = 1; i < argc; i++) {
		arg[i - 1] = (long)strtoul(argv[i], &end, 0);
		if (end == argv[i] || *end)
			arg[i - 1] = (long)argv[i];
	}
	fflush(stdout);
	result = syscall(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	/* The other side of a fork or clone has nothing to say. */
	if (getpid() != self)
		_exit(0);
	return put_result(result);
}

/* ---- the table ---- */

struct verb {
	const char *name;
	/* argv begins after the verb. */
	int (*run)(int argc, char **argv);
	/* Number of arguments; -1 is no limit. */
	int min, max;
	const char *help;
};

static const struct verb verbs[] = {
	{ "abstract", do_abstract, 1, 1,
	  "NAME: connect to an abstract socket" },
	{ "args", do_args, 0, -1, "[ARG...]: every argument from argv[0] on" },
	{ "caps", do_caps, 0, 0,
	  "five sets, NoNewPrivs, Securebits, Dumpable" },
	{ "cat", do_cat, 1, 1, "FILE: its lines" },
	{ "closed", do_closed, 0, 1, "[FILE]: which of 0 1 2 are closed" },
	{ "cmdline", do_cmdline, 1, 1, "PID: its arguments" },
	{ "connect", do_connect, 2, 2, "ADDRESS PORT: connect by TCP" },
	{ "count-signals", do_count_signals, 2, -1,
	  "READYFILE SIG...: count until READYFILE.stop exists or 5 s" },
	{ "cwd", do_cwd, 0, 0, "working directory" },
	{ "daemon", do_daemon, 1, 1, "SECONDS: leave a daemon, exit 7" },
	{ "die", do_die, 1, 1, "SIG: die of a signal" },
	{ "env", do_env, 0, 0, "environment, sorted" },
	{ "environ", do_environ, 1, 1, "PID: its initial environment" },
	{ "exe", do_exe, 1, 1, "PID: its executable" },
	{ "exit", do_exit, 1, 1, "N: exit with that status" },
	{ "fdlinks", do_fdlinks, 1, 1, "PID: its descriptors and targets" },
	{ "fds", do_fds, 0, 0, "open descriptors and their types" },
	{ "first", do_first, 0, 0, "PID 1's privileges, read first of all" },
	{ "hostname", do_hostname, 0, 0, "host name" },
	{ "ids", do_ids, 0, 0, "uid euid gid egid groups" },
	{ "kill", do_kill, 2, 2, "PID SIG: send a signal" },
	{ "list", do_list, 1, 1, "DIR: its entries, sorted" },
	{ "loopback", do_loopback, 0, 0, "talk to oneself on 127.0.0.1, ::1" },
	{ "mkdir", do_mkdir, 1, 1, "PATH" },
	{ "mount", do_mount, 0, 0, "try a tmpfs on /tmp" },
	{ "mounts", do_mounts, 0, 0,
	  "MOUNTPOINT TYPE OPTIONS SUPER PROPAGATION" },
	{ "namespaces", do_namespaces, 0, 0, "links of /proc/self/ns" },
	{ "open", do_open, 2, 2, "PATH r|w|rw|c: try to open" },
	{ "orphans", do_orphans, 1, 1, "N: are N orphans reaped?" },
	{ "pids", do_pids, 0, 0, "numeric entries of /proc" },
	{ "ptrace", do_ptrace, 1, 1, "PID: try to trace it" },
	{ "readlink", do_readlink, 1, 1, "PATH" },
	{ "remount", do_remount, 1, 1, "PATH: try to make it writable" },
	{ "rlimits", do_rlimits, 0, 0, "NAME SOFT HARD" },
	{ "setuid", do_setuid, 1, 1, "N: try" },
	{ "signals", do_signals, 0, 0, "those ignored, handled or blocked" },
	{ "sleep", do_sleep, 1, 1, "SECONDS" },
	{ "stat", do_stat, 1, 1, "PATH: TYPE MODE UID GID SIZE, no following" },
	{ "status", do_status, 1, -1, "KEY...: from /proc/self/status" },
	{ "status1", do_status1, 1, -1, "KEY...: from /proc/1/status" },
	{ "symlink", do_symlink, 2, 2, "TARGET PATH" },
	{ "syscall", do_syscall, 1, 7, "NR [ARG...]: raw call" },
	{ "tree", do_tree, 1, 1,
	  "DIR: what is below, but not in /proc, with modes and contents" },
	{ "tty", do_tty, 0, 0, "terminal, foreground, session of fd 0" },
	{ "umount", do_umount, 1, 1, "PATH: try to detach" },
	{ "unix", do_unix, 1, 1, "PATH: connect to a socket" },
	{ "unlink", do_unlink, 1, 1, "PATH" },
	{ "unshare", do_unshare, 1, -1, "NAMESPACE[+NAMESPACE]...: try each" },
	{ "write", do_write, 2, 2, "PATH TEXT: truncate and write" },
};

static int usage(void)
{
	fprintf(stderr, "usage: probe WHAT [ARG...]\n");
	for (size_t i = 0; i < LENGTH(verbs); i++)
		fprintf(stderr, "  %-14s %s\n", verbs[i].name, verbs[i].help);
	fprintf(stderr, "or: probe each WHAT [ARG...] + WHAT [ARG...] + ...\n");
	return 2;
}

/* -1 is for words that mean nothing. */
static int run_verb(int argc, char **argv)
{
	int status = -1;

	for (size_t i = 0; argc > 0 && i < LENGTH(verbs); i++) {
		const struct verb *v = &verbs[i];

		if (strcmp(v->name, argv[0]) == 0 && argc - 1 >= v->min &&
		    (v->max < 0 || argc - 1 <= v->max))
			status = v->run(argc - 1, argv + 1);
	}
	return status;
}

/* each VERB [ARG...] + VERB [ARG...] + ...: with a headline each. */
static int run_each(int argc, char **argv)
{
	int status = -1;

	for (int from = 0, to = 0; to <= argc; to++) {
		if (to < argc && strcmp(argv[to], "+") != 0)
			continue;
		argv[to] = NULL;
		printf("=");
		for (int i = from; i < to; i++)
			printf(" %s", argv[i]);
		printf("\n");
		status = run_verb(to - from, argv + from);
		if (status != 0)
			break;
		from = to + 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	int status;

	if (argc == 2 && strcmp(argv[1], "first") == 0)
		return do_first(0, argv + 2) || fflush(stdout);
	if (argc > 1 && strcmp(argv[1], "each") == 0)
		status = run_each(argc - 2, argv + 2);
	else
		status = run_verb(argc - 1, argv + 1);
	if (status < 0)
		return usage();
	return fflush(stdout) && status == 0 ? 1 : status;
}
