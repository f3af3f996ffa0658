/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "report/file.h"
#include "report/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of its own for every test. */
struct box {
	struct arena arena;
	char dir[64];
};

static int box_open(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	strcpy(b->dir, "/tmp/unit-report-XXXXXX");
	if (!mkdtemp(b->dir) || chmod(b->dir, 0755) < 0)
		return -1;
	umask(022);
	*state = b;
	return 0;
}

static void remove_all(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[400];

	chmod(dir, 0755);
	while (d && (entry = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] == '.' &&
		    (!entry->d_name[1] || str_equal(entry->d_name, "..")))
			continue;
		if (unlink(path) < 0)
			remove_all(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static int box_close(void **state)
{
	struct box *b = *state;

	remove_all(b->dir);
	arena_release(&b->arena);
	free(b);
	return 0;
}

static const char *path_in(struct box *b, const char *name)
{
	return path_join(&b->arena, b->dir, name);
}

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static const char *get(struct box *b, const char *path)
{
	char text[256] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return "(none)";
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return arena_dup(&b->arena, text);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode;
}

/* How many names there are in the directory. */
static unsigned int names_in(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void opens(struct box *b, const char *path, struct report_file *f)
{
	struct err e = { 0 };

	if (report_file_open(&b->arena, "--report", path, f, &e) < 0)
		fail_msg("%s", unit_line(&b->arena, &e));
}

static void writes(struct box *b, struct report_file *f, const char *text)
{
	struct err e = { 0 };

	if (report_file_write(f, text, strlen(text), &e) < 0)
		fail_msg("%s", unit_line(&b->arena, &e));
	report_file_close(f);
}

static const char *refused(struct box *b, const char *path)
{
	struct report_file f = { .fd = -77 };
	struct err e = { 0 };

	assert_int_equal(report_file_open(&b->arena, "--report", path, &f, &e),
			 -1);
	assert_int_equal(f.fd, -77);
	assert_string_equal(e.where, "--report");
	return unit_line(&b->arena, &e);
}

/* Runs it in a process of its own; what it returns has to be 0. */
static void apart(int (*run)(struct box *b), struct box *b)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(run(b));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* --- whole files -------------------------------------------------------- */

static void makes_a_file(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "r");
	struct report_file f;

	opens(b, path, &f);
	assert_int_equal(names_in(b->dir), 0);
	assert_int_equal(fcntl(f.fd, F_GETFD), FD_CLOEXEC);
	umask(027);
	writes(b, &f, "new\n");
	assert_string_equal(get(b, path), "new\n");
	assert_int_equal(mode_of(path), S_IFREG | 0640);
	assert_int_equal(names_in(b->dir), 1);
}

static void replaces_a_file(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "r");
	autoclose int old = -1;
	struct report_file f;
	char text[8] = "";

	put(path, "old\n", 0604);
	old = open(path, O_RDONLY | O_CLOEXEC);
	opens(b, path, &f);
	assert_string_equal(get(b, path), "old\n");
	writes(b, &f, "new\n");
	assert_string_equal(get(b, path), "new\n");
	assert_int_equal(mode_of(path), S_IFREG | 0604);
	assert_int_equal(names_in(b->dir), 1);
	/* Who has the old one open still reads it whole. */
	assert_int_equal(read(old, text, sizeof(text)), 4);
	assert_string_equal(text, "old\n");
}

static void keeps_the_owner(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "r");
	struct report_file f;
	struct stat st;

	if (getuid() != 0)
		skip();
	put(path, "old\n", 0660);
	assert_int_equal(chown(path, 1234, 2345), 0);
	opens(b, path, &f);
	writes(b, &f, "new\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1234);
	assert_int_equal(st.st_gid, 2345);
	assert_int_equal(st.st_mode, S_IFREG | 0660);
}

static void follows_symlinks_at_once(void **state)
{
	struct box *b = *state;
	struct report_file f;

	assert_int_equal(mkdir(path_in(b, "d"), 0755), 0);
	assert_int_equal(symlink("d", path_in(b, "to-d")), 0);
	put(path_in(b, "d/r"), "old\n", 0644);
	assert_int_equal(symlink("to-d/r", path_in(b, "link")), 0);
	opens(b, path_in(b, "link"), &f);
	writes(b, &f, "new\n");
	assert_string_equal(get(b, path_in(b, "d/r")), "new\n");
	assert_true(S_ISLNK(mode_of(path_in(b, "link"))));
	opens(b, path_in(b, "to-d/s"), &f);
	/* It led there when it was opened, and that counts. */
	assert_int_equal(unlink(path_in(b, "to-d")), 0);
	assert_int_equal(symlink("/", path_in(b, "to-d")), 0);
	writes(b, &f, "more\n");
	assert_string_equal(get(b, path_in(b, "d/s")), "more\n");
}

/* What is there then is the command's: who reads it is not to believe it. */
static void says_when_the_directory_was_moved(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "out/r");
	struct report_file f;
	struct err e = { 0 };

	assert_int_equal(mkdir(path_in(b, "out"), 0755), 0);
	opens(b, path, &f);
	assert_int_equal(rename(path_in(b, "out"), path_in(b, "gone")), 0);
	assert_int_equal(mkdir(path_in(b, "out"), 0755), 0);
	put(path, "forged\n", 0644);
	assert_int_equal(report_file_write(&f, "true\n", 5, &e), -1);
	unit_has(e.message, "is not the directory that it was");
	assert_string_equal(get(b, path_in(b, "gone/r")), "true\n");
	assert_int_equal(e.kind, ERR_SYSTEM);
	/* A symlink to where it is does not make it better. */
	unlink(path);
	assert_int_equal(rmdir(path_in(b, "out")), 0);
	assert_int_equal(symlink("gone", path_in(b, "out")), 0);
	assert_int_equal(report_file_write(&f, "true\n", 5, &e), -1);
	report_file_close(&f);
}

/* The command may do this in a directory where it can write. */
static void follows_no_symlink_of_the_command(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "r");
	struct report_file f;

	put(path_in(b, "victim"), "victim\n", 0644);
	opens(b, path, &f);
	assert_int_equal(symlink("victim", path), 0);
	writes(b, &f, "new\n");
	assert_string_equal(get(b, path_in(b, "victim")), "victim\n");
	assert_int_equal(mode_of(path), S_IFREG | 0644);
	assert_string_equal(get(b, path), "new\n");
	/* The same in place of a file that was there. */
	opens(b, path, &f);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("victim", path), 0);
	writes(b, &f, "newer\n");
	assert_string_equal(get(b, path_in(b, "victim")), "victim\n");
	assert_string_equal(get(b, path), "newer\n");
	assert_int_equal(names_in(b->dir), 2);
}

static void gives_way_to_a_directory(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "r");
	struct report_file f;
	struct err e = { 0 };

	opens(b, path, &f);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(report_file_write(&f, "new\n", 4, &e), -1);
	assert_int_equal(e.errnum, EISDIR);
	report_file_close(&f);
	assert_int_equal(names_in(b->dir), 1);
}

/* --- ways that some file systems and machines do not have --------------- */

static int deny(int call, struct scmp_arg_cmp compare, int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), call, 1,
				 compare);

	return r < 0 ? r : seccomp_load(filter);
}

static int write_both(struct box *b)
{
	struct report_file old = { .fd = -1 }, new = { .fd = -1 };
	struct err e = { 0 };

	if (report_file_open(&b->arena, "x", path_in(b, "r"), &old, &e) < 0 ||
	    report_file_open(&b->arena, "x", path_in(b, "s"), &new, &e) < 0 ||
	    report_file_write(&old, "new\n", 4, &e) < 0 ||
	    report_file_write(&new, "new\n", 4, &e) < 0) {
		report_error(&e);
		return 1;
	}
	return 0;
}

static int without_tmpfile(struct box *b)
{
	if (deny(SCMP_SYS(openat),
		 SCMP_A2(SCMP_CMP_MASKED_EQ, O_TMPFILE, O_TMPFILE),
		 EOPNOTSUPP) < 0)
		return 2;
	return write_both(b);
}

static int without_proc(struct box *b)
{
	if (deny(SCMP_SYS(linkat), SCMP_A4(SCMP_CMP_EQ, AT_SYMLINK_FOLLOW, 0),
		 ENOENT) < 0)
		return 2;
	return write_both(b);
}

static void other_ways(int (*run)(struct box *b), struct box *b)
{
	put(path_in(b, "r"), "old\n", 0600);
	apart(run, b);
	assert_string_equal(get(b, path_in(b, "r")), "new\n");
	assert_string_equal(get(b, path_in(b, "s")), "new\n");
	assert_int_equal(mode_of(path_in(b, "r")), S_IFREG | 0600);
	assert_int_equal(mode_of(path_in(b, "s")), S_IFREG | 0644);
	assert_int_equal(names_in(b->dir), 2);
}

static void does_without_tmpfile(void **state)
{
	other_ways(without_tmpfile, *state);
}

static void does_without_proc(void **state)
{
	other_ways(without_proc, *state);
}

/* --- refused before anything is set up ---------------------------------- */

static void refuses_what_cannot_be(void **state)
{
	struct box *b = *state;

	unit_has(refused(b, path_in(b, "none/r")),
		 "/none/r': No such file or directory");
	unit_has(refused(b, b->dir), ": Is a directory");
	unit_has(refused(b, "/"), ": Is a directory");
	put(path_in(b, "file"), "", 0644);
	unit_has(refused(b, path_in(b, "file/r")), ": Not a directory");
	assert_int_equal(symlink("nowhere", path_in(b, "dangling")), 0);
	unit_has(refused(b, path_in(b, "dangling")),
		 "it is a symlink to what does not exist");
	assert_int_equal(symlink("loop", path_in(b, "loop")), 0);
	unit_has(refused(b, path_in(b, "loop")),
		 "Too many levels of symbolic links");
	unit_has(refused(b, "/dev/none"), "No such file or directory");
	unit_has(refused(b, "/proc/self/none"), "No such file or directory");
	assert_int_equal(names_in(b->dir), 3);
}

static bool cannot_open(struct box *b, const char *name, int error)
{
	struct report_file f;
	struct err e = { 0 };

	return report_file_open(&b->arena, "x", path_in(b, name), &f, &e) < 0 &&
	       e.errnum == error;
}

static int as_nobody(struct box *b)
{
	if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return 2;
	return cannot_open(b, "locked/new", EACCES) &&
			       cannot_open(b, "locked/there", EACCES) &&
			       cannot_open(b, "open/read-only", EACCES) ?
		       0 :
		       1;
}

static void refuses_without_rights(void **state)
{
	struct box *b = *state;

	assert_int_equal(mkdir(path_in(b, "locked"), 0755), 0);
	assert_int_equal(mkdir(path_in(b, "open"), 0777), 0);
	put(path_in(b, "locked/there"), "", 0666);
	put(path_in(b, "open/read-only"), "", 0444);
	assert_int_equal(chmod(path_in(b, "open"), 0777), 0);
	assert_int_equal(chmod(path_in(b, "locked"), 0555), 0);
	apart(as_nobody, b);
}

/* Where it may: a bind mount cannot be made everywhere. */
static int at_a_mount(struct box *b)
{
	const char *path = path_in(b, "r");
	struct report_file f;
	struct err e = { 0 };

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    mount(path, path, NULL, MS_BIND, NULL) < 0)
		return 0;
	if (report_file_open(&b->arena, "x", path, &f, &e) == 0)
		return 1;
	return strstr(e.message, "a file mounted there") ? 0 : 2;
}

static void refuses_mount_points(void **state)
{
	struct box *b = *state;

	put(path_in(b, "r"), "old\n", 0644);
	apart(at_a_mount, b);
}

/* --- in place ----------------------------------------------------------- */

static void writes_to_devices(void **state)
{
	struct box *b = *state;
	struct report_file f;
	struct err e = { 0 };

	opens(b, "/dev/null", &f);
	assert_null(f.name);
	writes(b, &f, "new\n");
	opens(b, "/dev/full", &f);
	assert_int_equal(report_file_write(&f, "x", 1, &e), -1);
	assert_int_equal(e.errnum, ENOSPC);
	report_file_close(&f);
	/* ".." leads out of it, and a symlink in. */
	opens(b, path_join(&b->arena, "/dev/..", path_in(b, "new") + 1), &f);
	assert_string_equal(f.name, "new");
	report_file_close(&f);
	assert_int_equal(
		symlink("/proc/self/oom_score_adj", path_in(b, "link")), 0);
	opens(b, path_in(b, "link"), &f);
	assert_null(f.name);
	report_file_close(&f);
	/* Files there are files. */
	if (access("/dev/shm", W_OK) == 0) {
		opens(b, "/dev/shm/unit-report", &f);
		assert_non_null(f.name);
		report_file_close(&f);
	}
}

/* /dev/stderr may be a log: it is added to, and stays what it is. */
static void adds_to_what_a_descriptor_is(void **state)
{
	struct box *b = *state;
	const char *log = path_in(b, "log"), *link = path_in(b, "link");
	autoclose int fd = -1;
	struct report_file f;
	struct stat before, after;
	char path[32];

	put(log, "line\n", 0644);
	assert_int_equal(stat(log, &before), 0);
	fd = open(log, O_WRONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	opens(b, path, &f);
	writes(b, &f, "one\n");
	assert_int_equal(symlink(path, link), 0);
	opens(b, link, &f);
	writes(b, &f, "two\n");
	assert_string_equal(get(b, log), "line\none\ntwo\n");
	assert_int_equal(stat(log, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void writes_to_a_fifo(void **state)
{
	struct box *b = *state;
	const char *path = path_in(b, "fifo");
	autoclose int reader = -1;
	struct report_file f;
	struct err e = { 0 };
	char text[8] = "";

	assert_int_equal(mkfifo(path, 0644), 0);
	unit_has(refused(b, path), "it is a FIFO, and nobody reads it");
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	opens(b, path, &f);
	assert_false(fcntl(f.fd, F_GETFL) & O_NONBLOCK);
	writes(b, &f, "new\n");
	assert_int_equal(read(reader, text, sizeof(text)), 4);
	assert_string_equal(text, "new\n");
	/* A reader that is gone is an error, and no SIGPIPE. */
	opens(b, path, &f);
	close(TAKE_FD(reader));
	assert_int_equal(report_file_write(&f, "new\n", 4, &e), -1);
	assert_int_equal(e.errnum, EPIPE);
	report_file_close(&f);
}

static void says_what_to_do_about_sockets(void **state)
{
	struct box *b = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", b->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	unit_has(refused(b, path_in(b, "s")), "--report-fd");
}

/* --- descriptors -------------------------------------------------------- */

static const char *not_taken(struct box *b, int fd)
{
	struct report_file f;
	struct err e = { 0 };

	assert_int_equal(report_file_take("--report-fd", fd, &f, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	return unit_line(&b->arena, &e);
}

static void takes_descriptors(void **state)
{
	struct box *b = *state;
	struct report_file f;
	struct err e = { 0 };
	int ends[2];
	char text[8] = "";
	autoclose int ours = open("/dev/null", O_WRONLY | O_CLOEXEC);
	autoclose int path = open("/dev/null", O_PATH);

	unit_has(not_taken(b, 777), "--report-fd 777: descriptor 777 is not "
				    "open\n");
	unit_has(not_taken(b, ours), "is not open\n");
	unit_has(not_taken(b, path), "is not open for writing\n");
	assert_int_equal(pipe(ends), 0);
	unit_has(not_taken(b, ends[0]), "is not open for writing\n");
	assert_int_equal(report_file_take("--report-fd", ends[1], &f, &e), 0);
	assert_true(f.fd > 2 && f.fd != ends[1]);
	close(ends[1]);
	writes(b, &f, "new\n");
	assert_int_equal(read(ends[0], text, sizeof(text)), 4);
	close(ends[0]);
}

#define LARGE (1u << 20)

/* Non-blocking, and with less room than the report needs. */
static int read_slowly(struct box *b)
{
	struct report_file f;
	struct err e = { 0 };
	int ends[2];
	pid_t reader;
	int status;
	char *text = arena_alloc(&b->arena, LARGE);

	if (pipe2(ends, O_NONBLOCK) < 0 ||
	    report_file_take("x", ends[1], &f, &e) < 0)
		return 2;
	reader = fork();
	if (reader == 0) {
		size_t all = 0;
		ssize_t n;

		close(ends[1]);
		close(f.fd);
		while ((n = read(ends[0], text, 1 << 16)) != 0) {
			all += n > 0 ? (size_t)n : 0;
			usleep(1000);
		}
		_exit(all == LARGE ? 0 : 3);
	}
	close(ends[1]);
	if (report_file_write(&f, text, LARGE, &e) < 0)
		return 4;
	report_file_close(&f);
	if (waitpid(reader, &status, 0) != reader)
		return 5;
	return status ? 6 : 0;
}

static void waits_for_slow_readers(void **state)
{
	apart(read_slowly, *state);
}

/* --- whole or not at all ------------------------------------------------ */

static int on_a_full_disk(struct box *b)
{
	struct rlimit small = { 3, 3 };
	struct report_file old, new;
	struct err e = { 0 };
	bool failed;

	if (report_file_open(&b->arena, "x", path_in(b, "r"), &old, &e) < 0 ||
	    report_file_open(&b->arena, "x", path_in(b, "s"), &new, &e) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &small) < 0)
		return 2;
	failed = report_file_write(&old, "new\n", 4, &e) < 0 &&
		 e.errnum == EFBIG;
	failed = failed && report_file_write(&new, "new\n", 4, &e) < 0 &&
		 e.errnum == EFBIG;
	return failed ? 0 : 1;
}

static int full_without_tmpfile(struct box *b)
{
	if (deny(SCMP_SYS(openat),
		 SCMP_A2(SCMP_CMP_MASKED_EQ, O_TMPFILE, O_TMPFILE),
		 EOPNOTSUPP) < 0)
		return 2;
	return on_a_full_disk(b);
}

static void keeps_the_old_one(void **state)
{
	struct box *b = *state;

	put(path_in(b, "r"), "old\n", 0644);
	apart(on_a_full_disk, b);
	apart(full_without_tmpfile, b);
	assert_string_equal(get(b, path_in(b, "r")), "old\n");
	assert_int_equal(names_in(b->dir), 1);
}

#define VERY_LARGE (64u << 20)

/* Over and over, until it is killed. */
static int write_on_and_on(struct box *b)
{
	char *text = arena_alloc(&b->arena, VERY_LARGE);
	struct report_file f;
	struct err e = { 0 };

	for (;;)
		if (report_file_open(&b->arena, "x", path_in(b, "r"), &f, &e) <
			    0 ||
		    report_file_write(&f, text, VERY_LARGE, &e) < 0)
			return 1;
		else
			report_file_close(&f);
}

/* Killed in the middle: the old content or the new, and nothing else. */
static void leaves_nothing_when_killed(void **state)
{
	struct box *b = *state;
	struct stat st;

	put(path_in(b, "r"), "old\n", 0644);
	for (useconds_t i = 0; i < 10; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(write_on_and_on(b));
		usleep(3000 + 7000 * i);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, SIGKILL);
		assert_int_equal(stat(path_in(b, "r"), &st), 0);
		assert_true(st.st_size == 4 || st.st_size == VERY_LARGE);
		assert_int_equal(names_in(b->dir), 1);
	}
}

#define BOX_TEST(name)                                                         \
	cmocka_unit_test_setup_teardown(name, box_open, box_close)

GROUP(report_file)
{
	const struct CMUnitTest tests[] = {
		BOX_TEST(makes_a_file),
		BOX_TEST(replaces_a_file),
		BOX_TEST(keeps_the_owner),
		BOX_TEST(follows_symlinks_at_once),
		BOX_TEST(says_when_the_directory_was_moved),
		BOX_TEST(follows_no_symlink_of_the_command),
		BOX_TEST(gives_way_to_a_directory),
		BOX_TEST(does_without_tmpfile),
		BOX_TEST(does_without_proc),
		BOX_TEST(refuses_what_cannot_be),
		BOX_TEST(refuses_without_rights),
		BOX_TEST(refuses_mount_points),
		BOX_TEST(writes_to_devices),
		BOX_TEST(adds_to_what_a_descriptor_is),
		BOX_TEST(writes_to_a_fifo),
		BOX_TEST(says_what_to_do_about_sockets),
		BOX_TEST(takes_descriptors),
		BOX_TEST(waits_for_slow_readers),
		BOX_TEST(keeps_the_old_one),
		BOX_TEST(leaves_nothing_when_killed),
	};

	return cmocka_run_group_tests_name("report_file", tests, NULL, NULL);
}
