/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appliers: what each row of the directive table does to the plan. Only
 * the table refers to them; everybody else calls settings_apply().
 */
#ifndef INPUT_APPLY_H
#define INPUT_APPLY_H

#include "input/setting.h"
#include "plan/plan.h"

struct apply {
	struct arena *arena;
	const char *cwd; /* relative host paths are below it */
	struct plan *plan;
	/* --perms and --size wait here for the next thing that is made. */
	mode_t mode; /* MODE_DEFAULT: none */
	uint64_t size;
	const struct setting *mode_from, *size_from;
	/* So do the directories of --overlay-src. */
	ARRAY(const char *) layers;
	const struct setting *layers_from;
	ARRAY(const char *) roots; /* --rootfs, --layer */
};

/* The number of `text` among `words`, which a NULL ends. */
int apply_choice(const char *text, const char *const *words, int *out,
		 struct err *e);
int apply_descriptor(const char *text, int *out, struct err *e);
int apply_not_empty(const char *text, struct err *e);

/* A host path: relative ones are below the working directory. */
const char *apply_source_path(struct apply *to, const char *text);

/* A place in the sandbox: an absolute path. */
int apply_dest_path(struct apply *to, const char *text, const char **out,
		    struct err *e);

/* One more mount of the plan, with nothing in it but what it comes from. */
struct plan_mount *apply_add_mount(struct apply *to, const struct setting *s,
				   enum mount_kind kind);

/* Hands --perms on to a mount that creates something. */
void apply_take_mode(struct apply *to, struct plan_mount *m);

#define APPLIER(name)                                                          \
	int apply_##name(struct apply *to, const struct setting *s,            \
			 struct err *e)

/* param bits of the appliers below */
#define BIND_WRITABLE 1
#define BIND_DEVICES 2
#define BIND_OPTIONAL 4

APPLIER(bind);	    /* --bind family; BIND_ bits */
APPLIER(same);	    /* --ro, --rw; BIND_ bits */
APPLIER(protect);   /* param: what to do where it is missing */
APPLIER(hide);	    /* param: MOUNT_HIDE or MOUNT_HIDE_PRIVATE */
APPLIER(new_mount); /* param: enum mount_kind; --tmpfs --proc --dev --dir
		       --mqueue */
APPLIER(bind_fd);   /* BIND_ bits */
APPLIER(file);
APPLIER(data); /* BIND_ bits; --bind-data, --ro-bind-data */
APPLIER(chmod);
APPLIER(cow);
APPLIER(rootfs);
APPLIER(layer);
APPLIER(changes);
APPLIER(ask);
APPLIER(overlay_helper);
APPLIER(overlay_src);
APPLIER(overlay); /* param: enum mount_kind */
APPLIER(symlink);
APPLIER(remount_ro);
APPLIER(perms);
APPLIER(size);
APPLIER(workdir);
APPLIER(home);
APPLIER(home_dir);
APPLIER(net);
APPLIER(unshare);     /* param: CLONE_NEW* */
APPLIER(unshare_try); /* param: CLONE_NEW* */
APPLIER(share);	      /* param: CLONE_NEW* */
APPLIER(unshare_all);
APPLIER(uid);
APPLIER(gid);
APPLIER(map_root);
APPLIER(map_auto);
APPLIER(disable_userns);
APPLIER(assert_userns);
APPLIER(allow_userns);
APPLIER(cap); /* param: add or drop */
APPLIER(hostname);
APPLIER(setenv);
APPLIER(unsetenv);
APPLIER(clearenv);
APPLIER(keepenv);
APPLIER(rlimit);
APPLIER(file_size);
APPLIER(open_files);
APPLIER(memory);
APPLIER(swap);
APPLIER(cpus);
APPLIER(cpu_weight);
APPLIER(cpuset);
APPLIER(pids);
APPLIER(io_max);
APPLIER(io_weight);
APPLIER(time_limit);
APPLIER(cpu_time);
APPLIER(grace);
APPLIER(output_limit);
APPLIER(tmp_size);
APPLIER(cgroup_parent);
APPLIER(require_cgroup);
APPLIER(report);
APPLIER(report_fd);
APPLIER(stats);
APPLIER(timeline);
APPLIER(syscalls); /* param: the SECCOMP_RET_ answer */
APPLIER(syscalls_answer);
APPLIER(syscalls_default);
APPLIER(syscalls_arch);
APPLIER(seccomp);     /* only the last one counts */
APPLIER(add_seccomp); /* all count */
APPLIER(explain);
APPLIER(no_create);
APPLIER(chdir);
APPLIER(argv0);
APPLIER(new_session);
APPLIER(die_with_parent);
APPLIER(as_pid_1);
APPLIER(keep_fd);
APPLIER(peer); /* param: enum peer */
APPLIER(lock_file);
APPLIER(label);
APPLIER(nothing);
APPLIER(hint);

#endif
