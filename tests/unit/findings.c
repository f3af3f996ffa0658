/* SPDX-License-Identifier: Apache-2.0 */
/* --check-host: from facts of hosts that do not exist to what is told. */
#include "unit.h"

#include "report/check_host.h"
#include "reports.h"

#include <errno.h>
#include <string.h>

#define ALL                                                                    \
	(CONTROLLER_MEMORY | CONTROLLER_PIDS | CONTROLLER_CPU |                \
	 CONTROLLER_CPUSET | CONTROLLER_IO)

/* An ordinary user's login on a host that has everything. */
static struct site good(void)
{
	static const char *const environ[] = { "XDG_RUNTIME_DIR=/run/user/1000",
					       NULL };
	struct site s = {
		.facts = {
			.kernel.release = "6.18.1",
			.kernel_major = 6,
			.kernel_minor = 18,
			.caller = { .uid = 1000, .environ = environ },
			.userns = { 1000, 1, 0, false, false, false },
			.cgroup = { .mount = "/c", .scope = true,
				    .perf = true },
			.controllers = ALL,
			.perf_paranoid = 2,
			.systemd_run = true,
			.manager = true,
			.landlock = 7,
			.fuse = true,
			.fuse_overlayfs = "/usr/bin/fuse-overlayfs",
			.self = "/usr/bin/sandbox",
		},
		.proof.line = "",
	};

	for (int i = 0; i < CHECKED_COUNT; i++)
		s.options[i] = (struct option_facts){
			.source = CGROUP_SCOPE,
			.run.line = "",
		};
	return s;
}

/* What is told of one thing, "STATE TEXT [FIX]", and what is not ok of others. */
static const char *told(struct arena *a, const struct site *s, const char *name,
			unsigned int *others)
{
	struct findings f;
	const char *line = NULL;

	findings_judge(a, s, &f);
	*others = 0;
	for (size_t i = 0; i < f.list.count; i++) {
		const struct finding *x = &f.list.items[i];
		bool bad =
			x->state == FINDING_NO || x->state == FINDING_LIMITED;

		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f.list.items[k].name, x->name);
		if (str_equal(x->name, name))
			line = arena_format(a, "%s %s%s%s%s",
					    finding_states[x->state], x->text,
					    x->fix ? " [" : "",
					    x->fix ? x->fix : "",
					    x->fix ? "]" : "");
		else
			*others += bad;
	}
	assert_non_null(line);
	return line;
}

/* That, and nothing else that is bad. */
static void tells(const struct site *s, const char *name, const char *want)
{
	struct arena a = { 0 };
	unsigned int others;
	const char *line = told(&a, s, name, &others);

	if (!str_equal(line, want))
		fail_msg("%s: '%s', not '%s'", name, line, want);
	assert_int_equal(others, 0);
	arena_release(&a);
}

static void a_good_host(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	struct findings f;

	(void)state;
	findings_judge(&a, &s, &f);
	assert_true(f.runs);
	for (size_t i = 0; i < f.list.count; i++) {
		assert_true(f.list.items[i].state == FINDING_OK ||
			    f.list.items[i].state == FINDING_INFO);
		assert_null(f.list.items[i].fix);
	}
	unit_has(f.summary, "runs here with all its walls");
	unit_has(f.summary, "not there: 0");
	arena_release(&a);
}

static void kernels(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	unsigned int others;

	(void)state;
	tells(&s, "kernel", "ok 6.18.1: has all that sandbox makes use of");
	strcpy(s.facts.kernel.release, "6.1.0-1");
	s.facts.kernel_minor = 1;
	unit_has(told(&a, &s, "kernel", &others), "6.6: overlays in memory");
	unit_has(told(&a, &s, "kernel", &others), "6.14: ");
	unit_lacks(told(&a, &s, "kernel", &others), "5.14");
	s.facts.kernel_minor = 6;
	unit_lacks(told(&a, &s, "kernel", &others), "6.6: ");
	s.facts.kernel_major = 5;
	s.facts.kernel_minor = 12;
	unit_has(told(&a, &s, "kernel", &others), "5.14: RLIMIT_NPROC");
	strcpy(s.facts.kernel.release, "5.11.9");
	s.facts.kernel_minor = 11;
	tells(&s, "kernel",
	      "no 5.11.9: too old, sandbox needs Linux 5.12 or newer [boot "
	      "Linux 5.12 or newer]");
	arena_release(&a);
}

static void privileges(void **state)
{
	struct site s = good();

	(void)state;
	s.facts.privileged = "setuid";
	tells(&s, "installed",
	      "no /usr/bin/sandbox, setuid: it refuses to run for everyone but "
	      "root [chmod ug-s /usr/bin/sandbox]");
	s.facts.privileged = "with file capabilities";
	tells(&s, "installed",
	      "no /usr/bin/sandbox, with file capabilities: it refuses to run "
	      "for everyone but root [setcap -r /usr/bin/sandbox]");
}

/* Nothing else is tried then. */
static const char *without(struct arena *a, struct site *s, int errnum)
{
	unsigned int others;

	for (int i = TRY_IDS; i < TRY_COUNT; i++)
		if (i != TRY_FILTER && i != TRY_NOTICES)
			s->facts.errnums[i] = NOT_TRIED;
	s->facts.errnums[TRY_USER] = errnum;
	return told(a, s, "user-namespaces", &others);
}

#define KEEP(line)                                                             \
	"sysctl -w " line " (to keep it: echo " line                           \
	" >/etc/sysctl.d/60-sandbox.conf)]"

static void who_forbids_user_namespaces(void **state)
{
	static const struct {
		struct userns_facts facts;
		int errnum;
		const char *why, *fix;
	} rows[] = {
		{ { 0, 1, 0, false, true, true },
		  ENOSPC,
		  "switched off here",
		  "[" KEEP("user.max_user_namespaces=10000") },
		{ { 9, 0, 0, false, false, false },
		  EPERM,
		  "for root only",
		  "[" KEEP("kernel.unprivileged_userns_clone=1") },
		{ { 9, -1, 1, false, false, false },
		  EACCES,
		  "AppArmor",
		  "make install APPARMOR=1), or: " KEEP(
			  "kernel.apparmor_restrict_unprivileged_userns=0") },
		{ { 9, -1, -1, false, true, false },
		  EPERM,
		  "a seccomp filter",
		  "--security-opt seccomp=unconfined]" },
		{ { 9, -1, -1, false, true, false },
		  ENOSYS,
		  "a seccomp filter",
		  "--allow-userns" },
		{ { 9, -1, -1, true, true, true },
		  EPERM,
		  "in a chroot",
		  "[systemd-nspawn -D" },
		/* Those are not about root. */
		{ { 9, 0, 1, true, false, false },
		  EPERM,
		  "by a security module's rule (Operation not permitted)",
		  "" },
		{ { 9, -1, -1, false, false, false },
		  ENOSPC,
		  "the limit of namespaces is reached",
		  "" },
		{ { 9, -1, -1, false, false, false },
		  EINVAL,
		  "was built without it",
		  "[a kernel with CONFIG_USER_NS=y]" },
		{ { 9, -1, -1, false, false, false },
		  EIO,
		  "no sandbox can be made: Input/output error",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct site s = good();
		struct arena a = { 0 };
		const char *line;

		s.facts.userns = rows[i].facts;
		line = without(&a, &s, rows[i].errnum);
		assert_true(str_starts(line, "no "));
		unit_has(line, rows[i].why);
		unit_has(line, rows[i].fix);
		arena_release(&a);
	}
}

/* As docker has it: both, and the filter comes first. */
static void a_filter_and_a_profile(void **state)
{
	struct site s = good();
	struct arena a = { 0 };

	(void)state;
	s.facts.confined = "docker-default";
	unit_has(without(&a, &s, EPERM), "'docker-default' forbids it");
	s.facts.userns.filtered = true;
	unit_has(without(&a, &s, EPERM), "a seccomp filter");
	arena_release(&a);
}

static void what_is_not_tried_is_told(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	unsigned int others;

	(void)state;
	without(&a, &s, EPERM);
	assert_string_equal(told(&a, &s, "proc", &others),
			    "no not tried, as it takes a user namespace");
	assert_string_equal(told(&a, &s, "seccomp", &others),
			    "ok system calls are filtered");
	arena_release(&a);
}

static void one_wall_after_the_other(void **state)
{
	static const struct {
		enum attempt attempt;
		int errnum;
		const char *confined, *name, *want;
	} rows[] = {
		{ TRY_NET, ENOSPC, NULL, "net-namespaces",
		  "no the default profile does not run, but with --net host: "
		  "such namespaces are switched off here (No space left on "
		  "device) [" KEEP("user.max_net_namespaces=10000") },
		{ TRY_MOUNT, ENOSPC, NULL, "mount-namespaces",
		  "no no sandbox can be made: such namespaces are switched off "
		  "here (No space left on device) [" KEEP(
			  "user.max_mnt_namespaces=10000") },
		{ TRY_CGROUP, EINVAL, NULL, "cgroup-namespaces",
		  "no the default profile does not run: this kernel was built "
		  "without it (Invalid argument) [a kernel with "
		  "CONFIG_CGROUPS=y]" },
		{ TRY_PROC, EPERM, "docker-default", "proc",
		  "no the default profile does not run: the /proc here is "
		  "partly covered, and the kernel shows no fresh one then "
		  "(Operation not permitted) [" CONTAINER_PROC_FIX "]" },
		{ TRY_TMPFS, EACCES, "docker-default", "tmpfs",
		  "no the default profile does not run: the AppArmor profile "
		  "'docker-default' forbids it (Permission denied) [docker and "
		  "podman: --security-opt apparmor=unconfined]" },
		{ TRY_NOTICES, EBUSY, NULL, "seccomp-notices",
		  "no --explain is refused: who is around this process listens "
		  "already: another sandbox, or a container engine (Device or "
		  "resource busy)" },
		{ TRY_OVERLAY, ENODEV, NULL, "overlay",
		  "no --cow, --overlay and their like are refused: this kernel "
		  "has no overlayfs (No such device) [modprobe overlay (to "
		  "keep it: echo overlay >/etc/modules-load.d/overlay.conf)]" },
		{ TRY_FILTER, EINVAL, NULL, "seccomp",
		  "no the default profile does not run: this kernel was built "
		  "without it (Invalid argument) [a kernel with "
		  "CONFIG_SECCOMP_FILTER=y]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct site s = good();

		s.facts.errnums[rows[i].attempt] = rows[i].errnum;
		s.facts.confined = rows[i].confined;
		tells(&s, rows[i].name, rows[i].want);
	}
}

static void others_than_namespaces(void **state)
{
	struct site s = good();

	(void)state;
	s.facts.errnums[TRY_TMPFS] = EPERM;
	tells(&s, "tmpfs",
	      "no the default profile does not run: Operation not permitted");
	s.facts.userns.filtered = true;
	tells(&s, "tmpfs",
	      "no the default profile does not run: a seccomp filter forbids "
	      "it (Operation not permitted) [docker and podman: "
	      "--security-opt seccomp=unconfined]");
	s.facts.userns.filtered = false;
	s.facts.userns.apparmor = 1;
	tells(&s, "tmpfs",
	      "no the default profile does not run: AppArmor restricts user "
	      "namespaces here (Operation not permitted) [an AppArmor profile "
	      "for sandbox (make install APPARMOR=1), or: " KEEP(
		      "kernel.apparmor_restrict_unprivileged_userns=0"));
}

static void used_up(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	unsigned int others;

	(void)state;
	s.facts.errnums[TRY_UTS] = ENOSPC;
	s.facts.limits[TRY_UTS] = 20000;
	tells(&s, "uts-namespaces",
	      "no the default profile does not run: the limit of such "
	      "namespaces is reached (No space left on device) [" KEEP(
		      "user.max_uts_namespaces=40000"));
	s = good();
	s.facts.limits[TRY_USER] = s.facts.userns.limit;
	without(&a, &s, ENOSPC);
	unit_has(told(&a, &s, "user-namespaces", &others),
		 "is reached (No space left on device) [" KEEP(
			 "user.max_user_namespaces=2000"));
	arena_release(&a);
}

static void root_without_setfcap(void **state)
{
	struct site s = good();

	(void)state;
	s.facts.userns.root = true;
	s.facts.errnums[TRY_IDS] = EPERM;
	tells(&s, "user-ids",
	      "no no sandbox can be made: root may map itself only with "
	      "CAP_SETFCAP, which is missing here (Operation not permitted) "
	      "[docker and podman: --cap-add SETFCAP]");
}

static void the_proof_decides(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	struct findings f;

	(void)state;
	s.proof = (struct own_run){ 125, "stage x: no" };
	tells(&s, "default-profile",
	      "no does not run (status 125): stage x: no");
	findings_judge(&a, &s, &f);
	assert_false(f.runs);
	unit_has(f.summary, "does not run here");
	/* And nothing else does. */
	s = good();
	s.facts.errnums[TRY_PROC] = EPERM;
	findings_judge(&a, &s, &f);
	assert_true(f.runs);
	arena_release(&a);
}

static void fails_to_compile(struct option_facts *o, const char *message,
			     const char *hint)
{
	err_set(&o->err, ERR_USAGE, "%s", message);
	err_hint(&o->err, "%s", hint);
	o->run.status = NOT_TRIED;
}

static void limits_and_their_holders(void **state)
{
	struct site s = good();

	(void)state;
	s.options[CHECKED_PIDS].holder = HELD_BY_RLIMIT;
	s.options[CHECKED_PIDS].in_profile = HELD_BY_RLIMIT;
	tells(&s, "limit-pids",
	      "ok --pids is held by the kernel (RLIMIT_NPROC)");
	s.options[CHECKED_MEMORY].in_profile = HELD_BY_LOOKS;
	tells(&s, "limit-memory",
	      "ok --memory is held by the kernel, over all processes (cgroup); "
	      "that "
	      "of a profile by the supervisor, which looks: approximately");
	s.options[CHECKED_MEMORY].holder = HELD_BY_LOOKS;
	tells(&s, "limit-memory",
	      "limited --memory is held by the supervisor, which looks: "
	      "approximately [" CGROUP_DELEGATE_FIX "]");
}

static void controllers_that_are_not_delegated(void **state)
{
	struct site s = good();

	(void)state;
	/* Only the run in the scope finds out. */
	s.options[CHECKED_IO].run = (struct own_run){
		125, "--io-weight needs the cgroup controller 'io'; hint"
	};
	tells(&s, "limit-io",
	      "no --io-weight needs the cgroup controller 'io' "
	      "[" CGROUP_DELEGATE_FIX "]");
}

static void without_cgroups(void **state)
{
	static const char *const empty[] = { NULL };
	struct site s = good();
	struct arena a = { 0 };
	unsigned int others;

	(void)state;
	fails_to_compile(&s.options[CHECKED_CGROUP],
			 "--require-cgroup needs a cgroup: none", "log in");
	s.options[CHECKED_CGROUP].source = CGROUP_NONE;
	fails_to_compile(&s.options[CHECKED_CPUS], "--cpus needs a cgroup",
			 "log in");
	s.facts.cgroup.scope = false;
	s.facts.caller.environ = empty;
	unit_has(told(&a, &s, "limit-cpus", &others),
		 "no --cpus needs a cgroup [export "
		 "XDG_RUNTIME_DIR=/run/user/1000]");
	unit_has(told(&a, &s, "user-manager", &others),
		 "limited systemd's runs for you, but XDG_RUNTIME_DIR is not");
	s.facts.manager = false;
	unit_has(told(&a, &s, "limit-cpus", &others),
		 "[loginctl enable-linger 1000");
	s.facts.contained = true;
	unit_has(told(&a, &s, "limit-cpus", &others), "[podman: ");
	s.facts.contained = false;
	/* All is at hand, but there are processes, such as the shell's. */
	s.facts.cgroup.current = (struct cgroup_place){ .path = "/c/a",
							.usable = true,
							.can_enable = true,
							.available = ALL };
	unit_has(told(&a, &s, "limit-cpus", &others), "[mkdir /c/a/own; for p");
	s.facts.cgroup.current.available = CONTROLLER_MEMORY;
	unit_has(told(&a, &s, "limit-cpus", &others), "[the lines [Service]");
	s.facts.cgroup.current.usable = false;
	s.facts.controllers = 0;
	unit_has(told(&a, &s, "limit-cpus", &others), "[the lines [Service]");
	unit_has(told(&a, &s, "cgroups", &others),
		 "limited v2 at /c has no controllers [the lines [Service]");
	s.facts.legacy = true;
	unit_has(told(&a, &s, "limit-cpus", &others),
		 "[boot with systemd.unified_cgroup_hierarchy=1");
	unit_has(told(&a, &s, "cgroups", &others),
		 "limited v2 at /c has no controllers: v1 has the others");
	s.facts.cgroup.mount = NULL;
	unit_has(told(&a, &s, "cgroups", &others), "[boot with ");
	s.facts.legacy = false;
	unit_has(told(&a, &s, "cgroups", &others), "[mount -t cgroup2 ");
	unit_has(told(&a, &s, "cgroups", &others),
		 "limited cgroup v2 is not mounted");
	arena_release(&a);
}

static void processor_time(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	unsigned int others;

	(void)state;
	s.facts.cgroup.perf = false;
	s.facts.perf_paranoid = 3;
	unit_has(told(&a, &s, "cpu-clock", &others), "info ");
	fails_to_compile(&s.options[CHECKED_CGROUP], "none", "log in");
	unit_has(told(&a, &s, "cpu-clock", &others), "limited ");
	unit_has(told(&a, &s, "cpu-clock", &others),
		 KEEP("kernel.perf_event_paranoid=2"));
	s.facts.perf_paranoid = 2;
	unit_lacks(told(&a, &s, "cpu-clock", &others), "[");
	s.facts.userns.filtered = true;
	unit_has(told(&a, &s, "cpu-clock", &others), "seccomp=unconfined]");
	arena_release(&a);
}

static void many_ids(void **state)
{
	struct site s = good();

	(void)state;
	fails_to_compile(&s.options[CHECKED_MAP],
			 "'/etc/subuid' has no range for 'ann'",
			 "an administrator can add one: usermod "
			 "--add-subuids 100000-165535 ann");
	tells(&s, "map-auto",
	      "no --map-auto is refused: '/etc/subuid' has no range for 'ann' "
	      "[usermod --add-subuids 100000-165535 ann]");
	s = good();
	s.options[CHECKED_MAP].run =
		(struct own_run){ 125, "newuidmap: no; a setuid one" };
	tells(&s, "map-auto",
	      "no --map-auto is refused: newuidmap: no [a setuid one]");
	s.facts.weak = "/usr/bin/newuidmap";
	tells(&s, "map-auto",
	      "no --map-auto is refused: newuidmap: no "
	      "[chmod u+s /usr/bin/newuidmap]");
}

static void texts_are_harmless(void **state)
{
	struct site s = good();
	struct arena a = { 0 };
	struct str plain = { .arena = &a }, coloured = { .arena = &a };
	struct str json = { .arena = &a };
	struct findings f;

	(void)state;
	s.proof = (struct own_run){ 125, "a\033[31m\n\"b\" \xff" };
	s.facts.errnums[TRY_NET] = ENOSPC;
	findings_judge(&a, &s, &f);
	check_host_text(&f, false, &plain);
	unit_has(str_text(&plain),
		 "(status 125): a\\x1b[31m\\x0a\"b\" \\xff\n");
	unit_lacks(str_text(&plain), "\033");
	unit_has(str_text(&plain), "\nno       net-namespaces     the default");
	unit_has(str_text(&plain), "\n         fix: sysctl -w ");
	check_host_text(&f, true, &coloured);
	unit_has(str_text(&coloured), "\033[31mno       \033[0m");
	unit_has(str_text(&coloured), "\033[32mok       \033[0m");
	check_host_json(&s, &f, &json);
	str_add(&json, MADE_RECORD);
	s = good();
	findings_judge(&a, &s, &f);
	check_host_json(&s, &f, &json);
	made_check("host", &json);
	arena_release(&a);
}

GROUP(findings)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_host),
		cmocka_unit_test(kernels),
		cmocka_unit_test(privileges),
		cmocka_unit_test(who_forbids_user_namespaces),
		cmocka_unit_test(a_filter_and_a_profile),
		cmocka_unit_test(what_is_not_tried_is_told),
		cmocka_unit_test(one_wall_after_the_other),
		cmocka_unit_test(others_than_namespaces),
		cmocka_unit_test(used_up),
		cmocka_unit_test(root_without_setfcap),
		cmocka_unit_test(the_proof_decides),
		cmocka_unit_test(limits_and_their_holders),
		cmocka_unit_test(controllers_that_are_not_delegated),
		cmocka_unit_test(without_cgroups),
		cmocka_unit_test(processor_time),
		cmocka_unit_test(many_ids),
		cmocka_unit_test(texts_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
