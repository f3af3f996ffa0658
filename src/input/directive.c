/* SPDX-License-Identifier: Apache-2.0 */
#include "input/directive.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "input/apply.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>

/* Short names for the columns that most rows share. */
#define CLI DIRECTIVE_ONLY_CLI
#define SINGLE DIRECTIVE_SINGLE
#define TRY DIRECTIVE_TRY
#define REST DIRECTIVE_REST
#define DENIED (SECCOMP_RET_ERRNO | 1 /* EPERM */)

/* clang-format off */
const struct directive directives[] = {
	/* General */
	{ "profile", 'p', SECTION_GENERAL, "NAME", { VALUE_PROFILE }, CLI,
	  ACTION_PROFILE, NULL, 0,
	  "apply a profile, or a file if it has a slash",
	  "May be given more than once; without it the profile\n"
	  ".Cm default\napplies.\n"
	  "Profiles apply first, in the order given, wherever they stand among "
	  "the options.\n"
	  "With\n.Cm none\nnothing is applied." },
	{ "include", 0, SECTION_GENERAL, "NAME", { VALUE_PROFILE },
	  DIRECTIVE_ONLY_PROFILE, ACTION_INCLUDE, NULL, 0,
	  "read another profile here, once per run",
	  "A relative NAME with a slash is taken from the directory of the "
	  "profile that includes it.\n"
	  "A profile that was read before in the same run is not read again." },
	{ "include-try", 0, SECTION_GENERAL, "NAME", { VALUE_PROFILE },
	  DIRECTIVE_ONLY_PROFILE, ACTION_INCLUDE_TRY, NULL, 0,
	  "the same, if there is such a profile", NULL },
	{ "dry-run", 0, SECTION_GENERAL, "", { 0 }, CLI,
	  ACTION_DRY_RUN, NULL, 0,
	  "print what would be done, and do nothing", NULL },
	{ "print-profile", 0, SECTION_GENERAL, "", { 0 }, CLI,
	  ACTION_PRINT_PROFILE, NULL, 0,
	  "print profiles and options as one profile",
	  NULL },
	{ "print-filter", 0, SECTION_GENERAL, "", { 0 }, CLI,
	  ACTION_PRINT_FILTER, NULL, 0,
	  "print the filter for system calls",
	  "What each call is answered; with\n.Fl -format Cm bpf\nthe BPF "
	  "program as the kernel takes it, and as\n.Fl -seccomp\nreads it." },
	{ "format", 0, SECTION_GENERAL, "text|json|patch|bpf", { VALUE_CHOICE },
	  CLI, ACTION_FORMAT, NULL, 0,
	  "how diff, check-host and print-filter print",
	  "For\n.Fl -diff\nit is text, json (a list for programs) or patch (what\n"
	  ".Xr diff 1\nsays of each text file), for\n.Fl -check-host\n"
	  "text or json, for\n.Fl -print-filter\ntext or bpf." },
	{ "list", 0, SECTION_GENERAL, "WHAT", { VALUE_LIST }, CLI,
	  ACTION_LIST, NULL, 0,
	  "list what there is",
	  "WHAT is one of\n"
	  ".Cm profiles , options , directives , rlimits , capabilities ,\n"
	  ".Cm syscalls , syscall-groups , @ Ns Ar GROUP\n"
	  "(the calls of one group), or\n.Cm lists\nfor these words.\n"
	  "The lists are tab-separated, for completion scripts and others." },
	{ "check-host", 0, SECTION_GENERAL, "", { 0 }, CLI,
	  ACTION_CHECK_HOST, NULL, 0,
	  "say what this kernel, user and site allow",
	  "Line by line, and what an administrator does about it; also as "
	  "JSON.\n"
	  "The exit status is 0 when the default profile runs here with all "
	  "its walls,\n1 when not." },
	{ "help", 'h', SECTION_GENERAL, "TOPIC", { VALUE_TOPIC },
	  CLI | DIRECTIVE_ARG_OPTIONAL, ACTION_HELP, NULL, 0,
	  "help; TOPIC: a section, profile or option", NULL },
	{ "version", 'V', SECTION_GENERAL, "", { 0 }, CLI,
	  ACTION_VERSION, NULL, 0, "show the version", NULL },
	{ "hint", 0, SECTION_GENERAL, "TEXT", { VALUE_TEXT }, 0,
	  ACTION_NONE, apply_hint, 0,
	  "a line to show when the command fails", NULL },

	/* Files: the words for everyday use */
	{ "ro", 0, SECTION_FILES, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_same, 0,
	  "show PATH, at the same path, read-only",
	  "Symlinks among the components of PATH are made inside too, so that "
	  "both its name and its target work." },
	{ "rw", 0, SECTION_FILES, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_same, BIND_WRITABLE,
	  "show PATH, at the same path, writable", NULL },
	{ "ro-try", 0, SECTION_FILES, "PATH", { VALUE_PATH }, TRY,
	  ACTION_NONE, apply_same, BIND_OPTIONAL,
	  "as ro, if PATH exists", NULL },
	{ "rw-try", 0, SECTION_FILES, "PATH", { VALUE_PATH }, TRY,
	  ACTION_NONE, apply_same, BIND_WRITABLE | BIND_OPTIONAL,
	  "as rw, if PATH exists", NULL },
	{ "hide", 0, SECTION_FILES, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_hide, MOUNT_HIDE,
	  "cover PATH with something empty, mode 0",
	  "What is hidden is what is at PATH when the directive's turn comes; "
	  "a PATH that is not there is none the less no error.\n"
	  "Of a symlink both the link and what it points to are covered.\n"
	  "A hidden file that is replaced outside while the command runs is\n"
	  "visible again; hide its directory instead." },
	{ "protect", 0, SECTION_FILES, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_protect, MISSING_MAKE,
	  "PATH is read-only, and stays where it is",
	  "It is so wherever any directive shows it writable, and nothing else "
	  "gets into its place: of the directories on the way to it, those that "
	  "you could rename outside cannot be renamed inside.\n"
	  "A PATH that does not exist, but could be made inside, is made outside, "
	  "an empty directory.\n"
	  "It shows nothing by itself.\n"
	  "In what is copy-on-write PATH can be "
	  "changed, as that is no change outside, and\n.Fl -diff\nlists it." },
	{ "protect-try", 0, SECTION_FILES, "PATH", { VALUE_PATH }, TRY,
	  ACTION_NONE, apply_protect, MISSING_IGNORE,
	  "the same, if PATH exists", NULL },
	{ "hide-from-root", 0, SECTION_FILES, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_hide, MOUNT_HIDE_PRIVATE,
	  "hide what only root may read in PATH",
	  "Covers everything at or below PATH that others may not read.\n"
	  "Root stays the owner of its files inside, without any capability." },
	{ "workdir", 0, SECTION_FILES, "auto|rw|ro|none", { VALUE_CHOICE }, 0,
	  ACTION_NONE, apply_workdir, 0,
	  "how the working directory is shown",
	  ".Bl -tag -width auto -compact\n"
	  ".It Cm auto\n"
	  "A directory that is yours, or that you may write to, is writable\n"
	  "(for root only the owner counts); what is visible anyway stays as\n"
	  "it is; of your home only the entries without a dot are shown,\n"
	  "read-only; any other directory is read-only.\n"
	  ".It Cm rw\nWritable, your home too if you say so yourself: of a\n"
	  "profile that is an error there.\n"
	  ".It Cm ro\nRead-only, and of your home what auto shows.\n"
	  ".It Cm none\nNot shown, unless other directives show it.\n"
	  ".El" },
	{ "home", 0, SECTION_FILES, "private|ro|rw", { VALUE_CHOICE }, 0,
	  ACTION_NONE, apply_home, 0,
	  "the home directory: an empty one, or yours",
	  NULL },
	{ "home-dir", 0, SECTION_FILES, "DIR", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_home_dir, 0,
	  "show DIR as the home directory",
	  "What is written there is kept." },

	{ "no-create", 0, SECTION_FILES, "", { 0 }, 0,
	  ACTION_NONE, apply_no_create, 0,
	  "make nothing on the host to protect it",
	  "The directories of profiles are read-only inside.\n"
	  "One that does not exist, but could be made inside, is made, empty, "
	  "and so is a file that include-try looked for; with this option that "
	  "is an error instead." },

	/* Mounts: bubblewrap's vocabulary */
	{ "bind", 0, SECTION_MOUNTS, "SRC DEST", { VALUE_PATH, VALUE_PATH }, 0,
	  ACTION_NONE, apply_bind, BIND_WRITABLE,
	  "show SRC at DEST, writable", NULL },
	{ "bind-try", 0, SECTION_MOUNTS, "SRC DEST",
	  { VALUE_PATH, VALUE_PATH }, TRY,
	  ACTION_NONE, apply_bind, BIND_WRITABLE | BIND_OPTIONAL,
	  "as bind, if SRC exists", NULL },
	{ "ro-bind", 0, SECTION_MOUNTS, "SRC DEST", { VALUE_PATH, VALUE_PATH },
	  0, ACTION_NONE, apply_bind, 0,
	  "show SRC at DEST, read-only", NULL },
	{ "ro-bind-try", 0, SECTION_MOUNTS, "SRC DEST",
	  { VALUE_PATH, VALUE_PATH }, TRY,
	  ACTION_NONE, apply_bind, BIND_OPTIONAL,
	  "as ro-bind, if SRC exists", NULL },
	{ "dev-bind", 0, SECTION_MOUNTS, "SRC DEST",
	  { VALUE_PATH, VALUE_PATH }, 0,
	  ACTION_NONE, apply_bind, BIND_WRITABLE | BIND_DEVICES,
	  "as bind, and device files in it work", NULL },
	{ "dev-bind-try", 0, SECTION_MOUNTS, "SRC DEST",
	  { VALUE_PATH, VALUE_PATH }, TRY,
	  ACTION_NONE, apply_bind,
	  BIND_WRITABLE | BIND_DEVICES | BIND_OPTIONAL,
	  "as dev-bind, if SRC exists", NULL },
	{ "bind-fd", 0, SECTION_MOUNTS, "FD DEST",
	  { VALUE_NUMBER, VALUE_PATH }, CLI,
	  ACTION_NONE, apply_bind_fd, BIND_WRITABLE,
	  "show what FD is open on at DEST, writable",
	  "FD is a descriptor that is open on a directory or a file.\n"
	  "Its path has to lead to the same when it is shown.\n"
	  "The command does not get FD itself, unless\n.Fl -keep-fd\n"
	  "names it too." },
	{ "ro-bind-fd", 0, SECTION_MOUNTS, "FD DEST",
	  { VALUE_NUMBER, VALUE_PATH }, CLI,
	  ACTION_NONE, apply_bind_fd, 0,
	  "as bind-fd, read-only", NULL },
	{ "overlay-src", 0, SECTION_MOUNTS, "SRC", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_overlay_src, 0,
	  "a directory for the overlay that follows",
	  "May be given more than once: of what is in several, that of the "
	  "last one is seen.\n"
	  "A directory with other mounts below it cannot be used." },
	{ "overlay", 0, SECTION_MOUNTS, "RWSRC WORKDIR DEST",
	  { VALUE_PATH, VALUE_PATH, VALUE_PATH }, 0,
	  ACTION_NONE, apply_overlay, MOUNT_OVERLAY,
	  "show them as one at DEST; changes go to RWSRC",
	  "What is in RWSRC is seen before all others.\n"
	  "WORKDIR is an empty directory on the same file system, for the "
	  "kernel's own use.\n"
	  "Neither may hold what decides about the next run, as profiles do."
	},
	{ "tmp-overlay", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_overlay, MOUNT_TMP_OVERLAY,
	  "the same; changes stay in memory and are lost",
	  "Before Linux 6.6 directories of the layers cannot be removed in it."
	},
	{ "ro-overlay", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_overlay, MOUNT_RO_OVERLAY,
	  "the same, read-only; needs two or more",
	  NULL },
	{ "tmpfs", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_new_mount, MOUNT_TMPFS,
	  "a new, empty directory in memory", NULL },
	{ "proc", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_new_mount, MOUNT_PROC,
	  "a new /proc for the sandbox's own processes",
	  "Its\n.Pa sys ,\n.Pa sysrq-trigger ,\n.Pa irq\nand\n.Pa bus\n"
	  "cannot be written, not even by root." },
	{ "dev", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_new_mount, MOUNT_DEV,
	  "a new /dev with null, zero, tty and the like",
	  NULL },
	{ "dir", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_new_mount, MOUNT_DIR,
	  "a directory, if there is none", NULL },
	{ "mqueue", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_new_mount, MOUNT_MQUEUE,
	  "the POSIX message queues of the sandbox",
	  "See\n.Xr mq_overview 7 .\nNeeds\n.Cm unshare-ipc ." },
	{ "file", 0, SECTION_MOUNTS, "FD DEST", { VALUE_NUMBER, VALUE_PATH },
	  CLI, ACTION_NONE, apply_file, 0,
	  "a file at DEST with what is read from FD",
	  "FD is a descriptor, which is read up to its end: of a pipe, when nobody has it open for writing any "
	  "more.\n"
	  "Its mode is 666 unless\n.Fl -perms\nsays another.\n"
	  "A file that is there keeps its mode and gets the new content, on "
	  "the host too if it is shown writable.\n"
	  "The command does not get FD itself, unless\n.Fl -keep-fd\n"
	  "names it too." },
	{ "bind-data", 0, SECTION_MOUNTS, "FD DEST",
	  { VALUE_NUMBER, VALUE_PATH }, CLI,
	  ACTION_NONE, apply_data, BIND_WRITABLE,
	  "as file, but kept in memory and shown at DEST",
	  "What is at DEST stays as it is.\nThe mode is 600 unless\n"
	  ".Fl -perms\nsays another." },
	{ "ro-bind-data", 0, SECTION_MOUNTS, "FD DEST",
	  { VALUE_NUMBER, VALUE_PATH }, CLI,
	  ACTION_NONE, apply_data, 0,
	  "as bind-data, read-only", NULL },
	{ "symlink", 0, SECTION_MOUNTS, "TARGET DEST",
	  { VALUE_TEXT, VALUE_PATH }, 0,
	  ACTION_NONE, apply_symlink, 0,
	  "a symlink at DEST that says TARGET", NULL },
	{ "remount-ro", 0, SECTION_MOUNTS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_remount_ro, 0,
	  "make the mount at DEST read-only",
	  "Mounts below DEST keep their state.\n"
	  "A directory in memory that sandbox itself made, as by\n.Cm tmpfs\n"
	  "or the root, becomes read-only when everything is in place, so that "
	  "later directives can still put mount points there." },
	{ "chmod", 0, SECTION_MOUNTS, "OCTAL PATH",
	  { VALUE_NUMBER, VALUE_PATH }, 0,
	  ACTION_NONE, apply_chmod, 0,
	  "change the permissions of PATH, a path inside",
	  "Of a symlink, those of what it leads to inside.\n"
	  "What is shown writable is changed on the host too." },
	{ "not-a-security-boundary", 0, SECTION_MOUNTS, "", { 0 }, CLI,
	  ACTION_NONE, apply_nothing, 0,
	  "accepted, and changes nothing",
	  "With bubblewrap it tolerates mounts whose flags cannot be changed.\n"
	  "Here that is one call for all of them, and its failure an error." },
	{ "perms", 0, SECTION_MOUNTS, "OCTAL", { VALUE_NUMBER }, 0,
	  ACTION_NONE, apply_perms, 0,
	  "permissions of what the next directive makes",
	  "It is one of\n"
	  ".Cm tmpfs , dir , dev , file , bind-data , ro-bind-data .\n"
	  "If they give nothing to the group, or to others, directories that "
	  "are made on the way to it give them nothing either." },
	{ "size", 0, SECTION_MOUNTS, "SIZE", { VALUE_SIZE }, 0,
	  ACTION_NONE, apply_size, 0,
	  "size of the tmpfs that the next directive makes", NULL },

	/* Layers: writing without changing */
	{ "cow", 0, SECTION_LAYERS, "PATH", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_cow, 0,
	  "show PATH copy-on-write: outside nothing changes",
	  "Everything in PATH, a directory, is there, also what earlier "
	  "directives left out; what you own in it can be written, and what "
	  "is written goes to a layer.\n"
	  "The layer is in memory and lost in the end, unless\n"
	  ".Cm changes\nsays where to keep it.\n"
	  "Directories in memory, devices, and what was hidden by earlier "
	  "directives stay as they are, but for a private home.\n"
	  "What belongs to others can be read as far as they let you, but not "
	  "changed, not even in the layer: the answer is EACCES.\n"
	  "Where other file systems are mounted below PATH, each has a layer of "
	  "its own, and files right beside a mount point are read-only." },
	{ "rootfs", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_rootfs, 0,
	  "use DIR as the root instead of the host's",
	  "As an unpacked image, or what debootstrap made.\n"
	  "It is copy-on-write: DIR itself does not change.\n"
	  "Of what profiles and earlier options show of the host the working "
	  "directory and the home stay, and what is in directories of the "
	  "sandbox's own, as\n.Pa /run\nand\n.Pa /tmp .\n"
	  "DIR is read-only where it is in the working directory; who works in "
	  "DIR starts at the same place inside." },
	{ "layer", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_layer, 0,
	  "the same, of several; the first is the lowest",
	  "May be given more than once, also after\n.Cm rootfs ,\n"
	  "which is the lowest then.\n"
	  "What a layer deletes from those below it is told by whiteouts and "
	  "opaque directories, as overlayfs writes them\n"
	  "(with the option userxattr), or as images have them:\n"
	  ".Pa .wh.NAME\nand\n.Pa .wh..wh..opq ,\n"
	  "which are not seen themselves; in the tree of\n.Cm rootfs\n"
	  "they are names as others." },
	{ "changes", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, SINGLE,
	  ACTION_NONE, apply_changes, 0,
	  "keep what is written to cow in DIR",
	  "DIR is made if it does not exist.\n"
	  "Given again, it is continued.\n"
	  "It has to be outside of what it keeps the changes of.\n"
	  "See\n.Cm diff , apply\nand\n.Cm discard ." },
	{ "ask", 0, SECTION_LAYERS, "", { 0 }, 0,
	  ACTION_NONE, apply_ask, 0,
	  "show the changes in the end, and ask what to do",
	  "To apply, keep or discard them.\nWithout a terminal they are "
	  "discarded, if the layer is new.\nNeeds\n.Cm changes ." },
	{ "overlay-helper", 0, SECTION_LAYERS, "PROGRAM", { VALUE_PATH },
	  SINGLE, ACTION_NONE, apply_overlay_helper, 0,
	  "let a program, as fuse-overlayfs, make overlays",
	  "A path, or the name of a program that belongs to root and is in\n"
	  ".Pa /usr/bin\nor the like, or in\n.Ev PATH .\n"
	  "It makes all overlays but those of\n.Cm overlay ,\n"
	  "so that they can be where overlayfs cannot: a layer on NFS or on "
	  "another overlay, a kernel without overlayfs.\n"
	  "It is slower, and needs\n.Pa /dev/fuse .\n"
	  "It runs in the sandbox, apart from the command, which may therefore "
	  "not keep\n.Dv CAP_SYS_PTRACE ,\n"
	  "and sees nothing but the layers; its memory and time count as the "
	  "sandbox's.\n"
	  "What\n.Cm changes\nkept with it needs it again.\n"
	  ".Fl -diff\nand\n.Fl -apply\nread that, except where deletions are "
	  "files\n.Pa .wh.NAME ,\nas on file systems without device files." },
	{ "diff", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, CLI,
	  ACTION_DIFF, NULL, 0,
	  "list the changes that DIR keeps",
	  "See\n.Fl -format ." },
	{ "apply", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, CLI,
	  ACTION_APPLY, NULL, 0,
	  "carry them into the real files",
	  "What was changed outside since the layer was begun is listed, and "
	  "nothing is done then, unless\n.Fl -force\nis given.\n"
	  "May be repeated after it was interrupted.\nIn the end the layer is "
	  "empty." },
	{ "discard", 0, SECTION_LAYERS, "DIR", { VALUE_PATH }, CLI,
	  ACTION_DISCARD, NULL, 0,
	  "remove DIR, a layer, and the changes in it", NULL },
	{ "force", 0, SECTION_LAYERS, "", { 0 }, CLI,
	  ACTION_FORCE, NULL, 0,
	  "apply over what was changed outside, too", NULL },

	/* Namespaces and ids */
	{ "net", 0, SECTION_NAMESPACES, "none|host", { VALUE_CHOICE }, 0,
	  ACTION_NONE, apply_net, 0,
	  "no network but loopback, or the host's", NULL },
	{ "map-root", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_map_root, 0,
	  "appear as root inside, without its rights",
	  "Files made there belong to you outside.\nGives no capability." },
	{ "map-auto", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_map_auto, 0,
	  "be root inside, over the ids of /etc/subuid",
	  "You are user 0 inside, and the ranges that\n"
	  ".Pa /etc/subuid\nand\n.Pa /etc/subgid\ngive you are the users and "
	  "groups from 1 on: so files can have many owners, as in an image.\n"
	  "The command keeps the capabilities that docker gives, inside the "
	  "sandbox's namespaces (called as root, without CAP_SETFCAP);\n"
	  ".Cm cap-drop\nand\n.Cm cap-add\nchange that.\n"
	  "It can become any of these users, and give up groups, yours too.\n"
	  "Without a cgroup that holds\n.Cm pids ,\n"
	  "all users are counted together, and who has too many is ended.\n"
	  "No file becomes setuid or setgid, unless it is profile\n"
	  ".Cm packages\nthat is used.\n"
	  "Needs\n.Cm unshare-pid ,\n.Xr newuidmap 1\nand\n"
	  ".Xr newgidmap 1 ;\nexcludes\n.Cm uid , gid\n"
	  "and user namespaces of others' making." },
	{ "uid", 0, SECTION_NAMESPACES, "ID", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_uid, 0, "the user id inside", NULL },
	{ "gid", 0, SECTION_NAMESPACES, "ID", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_gid, 0, "the group id inside", NULL },
	{ "cap-add", 0, SECTION_NAMESPACES, "CAP", { VALUE_CAPABILITY }, 0,
	  ACTION_NONE, apply_cap, true,
	  "let the command keep a capability, or ALL",
	  "It counts inside the sandbox's own namespaces.\n"
	  "The filter for system calls still refuses what it refuses.\n"
	  "Add and drop are taken in their order; PID 1 keeps none." },
	{ "cap-drop", 0, SECTION_NAMESPACES, "CAP", { VALUE_CAPABILITY }, 0,
	  ACTION_NONE, apply_cap, false,
	  "take back cap-add", NULL },
	{ "allow-userns", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_allow_userns, 0,
	  "let the command make namespaces of its own",
	  "As\n.Cm syscalls-allow @namespaces @mounts\nand what belongs to "
	  "them: it opens much of the kernel to the command." },
	{ "disable-userns", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_disable_userns, 0,
	  "nothing inside may make a user namespace",
	  "Not by any system call: sysctl user.max_user_namespaces is 0 "
	  "inside.\nNeeds\n.Cm unshare-user ." },
	{ "assert-userns-disabled", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_assert_userns, 0,
	  "fail if a user namespace can be made inside", NULL },
	{ "hostname", 0, SECTION_NAMESPACES, "NAME", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_hostname, 0,
	  "the host name inside; needs unshare-uts", NULL },
	{ "unshare-all", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare_all, 0,
	  "new namespaces of every kind", NULL },
	{ "unshare-user", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWUSER,
	  "a new user namespace",
	  "Always made, unless root runs sandbox." },
	{ "unshare-user-try", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare_try, CLONE_NEWUSER,
	  "the same, where the kernel allows it", NULL },
	{ "userns", 0, SECTION_NAMESPACES, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_USERNS,
	  "use the user namespace that FD is open on",
	  "It has to be below the one that sandbox is in; no other one is made "
	  "then." },
	{ "userns2", 0, SECTION_NAMESPACES, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_USERNS2,
	  "enter that one when all is set up",
	  "It has to be below that of\n.Cm userns ,\nor be the same." },
	{ "pidns", 0, SECTION_NAMESPACES, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_PIDNS,
	  "use the PID namespace that FD is open on",
	  "With\n.Cm unshare-pid\na new one is made below it." },
	{ "unshare-pid", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWPID,
	  "a new PID namespace", NULL },
	{ "unshare-ipc", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWIPC,
	  "a new IPC namespace", NULL },
	{ "unshare-net", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWNET,
	  "a new network namespace: as net none", NULL },
	{ "unshare-uts", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWUTS,
	  "a new UTS namespace", NULL },
	{ "unshare-cgroup", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare, CLONE_NEWCGROUP,
	  "a new cgroup namespace", NULL },
	{ "unshare-cgroup-try", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_unshare_try, CLONE_NEWCGROUP,
	  "the same, where the kernel has them", NULL },
	{ "share-pid", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_share, CLONE_NEWPID,
	  "take back unshare-pid", NULL },
	{ "share-ipc", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_share, CLONE_NEWIPC,
	  "take back unshare-ipc", NULL },
	{ "share-net", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_share, CLONE_NEWNET,
	  "take back unshare-net; as net host", NULL },
	{ "share-uts", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_share, CLONE_NEWUTS,
	  "take back unshare-uts", NULL },
	{ "share-cgroup", 0, SECTION_NAMESPACES, "", { 0 }, 0,
	  ACTION_NONE, apply_share, CLONE_NEWCGROUP,
	  "take back unshare-cgroup", NULL },

	/* Environment */
	{ "setenv", 0, SECTION_ENVIRONMENT, "NAME VALUE",
	  { VALUE_NAME, VALUE_TEXT }, 0,
	  ACTION_NONE, apply_setenv, 0, "set a variable", NULL },
	{ "unsetenv", 0, SECTION_ENVIRONMENT, "NAME", { VALUE_NAME }, 0,
	  ACTION_NONE, apply_unsetenv, 0, "remove a variable", NULL },
	{ "clearenv", 0, SECTION_ENVIRONMENT, "", { 0 }, 0,
	  ACTION_NONE, apply_clearenv, 0,
	  "remove all variables but PWD", NULL },
	{ "keepenv", 0, SECTION_ENVIRONMENT, "GLOB", { VALUE_NAME }, 0,
	  ACTION_NONE, apply_keepenv, 0,
	  "keep the caller's variables that match",
	  "GLOB is a glob(7) pattern, as in\n.Cm LC_* .\n"
	  "After\n.Cm clearenv\nit brings them back." },

	/* System calls */
	{ "syscalls-allow", 0, SECTION_SYSCALLS, "LIST", { VALUE_SYSCALLS },
	  REST, ACTION_NONE, apply_syscalls, SECCOMP_RET_ALLOW,
	  "allow system calls and @groups of them",
	  "LIST has names separated by blanks or commas,\n"
	  ".Cm @all\nfor every call.\n"
	  "A name may be followed by conditions on the arguments:\n"
	  ".Bd -literal -offset indent\n"
	  "clone(flags & CLONE_NEWUSER)   any of these bits is set\n"
	  "clone(flags !& CLONE_NEWUSER)  none of them is\n"
	  "ioctl(cmd == TIOCSTI|TIOCSETD) it is one of these\n"
	  "ioctl(cmd != TIOCSTI)          it is not\n"
	  "mknod(mode & S_IFMT == S_IFCHR) these bits of it are\n"
	  "socket(AF_UNIX|AF_INET, *, 0)  by position; * is anything\n"
	  ".Ed\n"
	  ".Pp\nOf rules that are about the same call the last one counts." },
	{ "syscalls-deny", 0, SECTION_SYSCALLS, "LIST", { VALUE_SYSCALLS },
	  REST, ACTION_NONE, apply_syscalls, (long)DENIED,
	  "refuse system calls: Operation not permitted",
	  "LIST as of\n.Cm syscalls-allow ." },
	{ "syscalls-answer", 0, SECTION_SYSCALLS, "ANSWER LIST",
	  { VALUE_ANSWER, VALUE_SYSCALLS }, REST,
	  ACTION_NONE, apply_syscalls_answer, 0,
	  "answer system calls in another way",
	  "ANSWER is\n.Cm allow , kill , log\n(allow, and note it in the "
	  "kernel's log), or an errno by name, as\n.Er ENOSYS ." },
	{ "syscalls-default", 0, SECTION_SYSCALLS, "ANSWER", { VALUE_ANSWER },
	  SINGLE, ACTION_NONE, apply_syscalls_default, 0,
	  "the answer to all other calls",
	  "Without it they are allowed.\n"
	  "A kernel may have calls that sandbox does not know; a list of what "
	  "is allowed says\n.Er ENOSYS\nhere, so that programs fall back." },
	{ "syscalls-arch", 0, SECTION_SYSCALLS, "native|x86",
	  { VALUE_CHOICE }, SINGLE, ACTION_NONE, apply_syscalls_arch, 0,
	  "whether 32-bit programs may run",
	  "Without\n.Cm x86\nthe first call of a 32-bit program ends it; "
	  "with it the same rules hold for its calls.\n"
	  "Their\n.Fn socketcall\nand\n.Fn ipc\nstay refused (ENOSYS) unless "
	  "named, because a filter cannot see what they do: programs linked "
	  "with an old C library, Debian's for i386 among them, have no "
	  "sockets then, and no System V IPC." },
	{ "seccomp", 0, SECTION_SYSCALLS, "FD", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_seccomp, 0,
	  "load a BPF program too, read from descriptor FD",
	  "It is loaded after the filter of the profiles; the stricter "
	  "answer counts.\nOnly the last one given is loaded." },
	{ "add-seccomp-fd", 0, SECTION_SYSCALLS, "FD", { VALUE_NUMBER }, 0,
	  ACTION_NONE, apply_add_seccomp, 0,
	  "the same, for several programs, in their order", NULL },
	{ "explain", 0, SECTION_SYSCALLS, "", { 0 }, 0,
	  ACTION_NONE, apply_explain, 0,
	  "say at the end which system calls were refused",
	  "They are refused all the same.\n"
	  "What is answered\n.Er ENOSYS\nis not reported: programs ask for it "
	  "to see what there is." },

	/* Limits */
	{ "memory", 0, SECTION_LIMITS, "SIZE", { VALUE_SIZE }, SINGLE,
	  ACTION_NONE, apply_memory, 0,
	  "memory of all processes together",
	  "SIZE may be a share of the machine's, as in\n.Cm 50% .\n"
	  "It counts everything inside: all processes, and what is in private "
	  "directories, which are in memory.\n"
	  "At the limit all of it is ended.\n"
	  "Where a cgroup holds it, swap is off unless\n.Cm swap\nis given; "
	  "where the watch does,\n.Cm file-size\nis set to the same, unless "
	  "it is given after it." },
	{ "swap", 0, SECTION_LIMITS, "SIZE", { VALUE_SIZE }, SINGLE,
	  ACTION_NONE, apply_swap, 0,
	  "swap in addition to memory; 0 is none",
	  "Needs a cgroup." },
	{ "pids", 0, SECTION_LIMITS, "N", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_pids, 0,
	  "processes and threads at the same time",
	  "PID 1 of the sandbox is not counted." },
	{ "cpus", 0, SECTION_LIMITS, "N", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_cpus, 0,
	  "processors to use at once, as in 1.5",
	  "Needs a cgroup." },
	{ "cpu-weight", 0, SECTION_LIMITS, "N", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_cpu_weight, 0,
	  "share of processors when they are scarce",
	  "1 to 10000; others have 100.\nNeeds a cgroup." },
	{ "cpuset-cpus", 0, SECTION_LIMITS, "LIST", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_cpuset, 0,
	  "processors to run on, as in 0-3,8",
	  "Needs a cgroup, and that the administrator delegates\n.Cm cpuset ."
	},
	{ "io-max", 0, SECTION_LIMITS, "DEVICE:LIMITS", { VALUE_TEXT }, 0,
	  ACTION_NONE, apply_io_max, 0,
	  "a device's rate, as in /dev/sda:wbps=10M",
	  "DEVICE is a block device, a file on one, or MAJOR:MINOR.\n"
	  "LIMITS are\n.Cm rbps , wbps\n(bytes a second),\n"
	  ".Cm riops\nand\n.Cm wiops\n(operations a second), separated by "
	  "commas.\nNeeds a cgroup, and that the administrator delegates\n"
	  ".Cm io ." },
	{ "io-weight", 0, SECTION_LIMITS, "N", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_io_weight, 0,
	  "share of devices when they are busy",
	  "1 to 10000; others have 100.\nNeeds a cgroup, and\n.Cm io\n"
	  "delegated." },
	{ "time-limit", 0, SECTION_LIMITS, "DURATION", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_time_limit, 0,
	  "end the command after so long; exit status 124",
	  "It begins when the command does." },
	{ "cpu-time", 0, SECTION_LIMITS, "DURATION", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_cpu_time, 0,
	  "processor time of all processes together",
	  "The exit status is 124 then, too.\n"
	  ".Cm rlimit cpu=\ncounts for each process on its own." },
	{ "grace", 0, SECTION_LIMITS, "DURATION", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_grace, 0,
	  "first SIGTERM, and SIGKILL only so much later",
	  "For\n.Cm time-limit\nand\n.Cm cpu-time .\n"
	  "Without it SIGKILL comes at once." },
	{ "file-size", 0, SECTION_LIMITS, "SIZE", { VALUE_SIZE }, SINGLE,
	  ACTION_NONE, apply_file_size, 0,
	  "size of a file that is written",
	  "As\n.Cm rlimit fsize= ." },
	{ "open-files", 0, SECTION_LIMITS, "N", { VALUE_NUMBER }, SINGLE,
	  ACTION_NONE, apply_open_files, 0,
	  "descriptors of a process",
	  "As\n.Cm rlimit nofile= ." },
	{ "output-limit", 0, SECTION_LIMITS, "SIZE", { VALUE_SIZE }, SINGLE,
	  ACTION_NONE, apply_output_limit, 0,
	  "bytes on standard output and error together",
	  "What is more is not passed on, and the command is ended.\n"
	  "The command writes to a pipe then.\nNot on a terminal." },
	{ "tmp-size", 0, SECTION_LIMITS, "SIZE", { VALUE_SIZE }, SINGLE,
	  ACTION_NONE, apply_tmp_size, 0,
	  "size of each private directory: /tmp, the home",
	  "Of those that a\n.Cm tmpfs\nor\n.Cm home\nmakes, unless\n"
	  ".Fl -size\nbefore it on the command line says another.\n"
	  "All\n.Cm tmp-overlay\ntogether have one, with\n"
	  ".Cm bind-data ." },
	{ "rlimit", 0, SECTION_LIMITS, "NAME=SOFT[:HARD]", { VALUE_RLIMIT }, 0,
	  ACTION_NONE, apply_rlimit, 0,
	  "a limit per process, named as in prlimit(1)",
	  "A limit that is lower already stays." },
	{ "cgroup-parent", 0, SECTION_LIMITS, "PATH", { VALUE_PATH }, SINGLE,
	  ACTION_NONE, apply_cgroup_parent, 0,
	  "make the run's cgroup below PATH",
	  "A directory of the cgroup v2 file system in which you may make "
	  "cgroups." },
	{ "require-cgroup", 0, SECTION_LIMITS, "", { 0 }, 0,
	  ACTION_NONE, apply_require_cgroup, 0,
	  "fail unless a cgroup holds the limits", NULL },

	/* Reports */
	{ "report", 0, SECTION_REPORTS, "FILE", { VALUE_PATH },
	  CLI | SINGLE, ACTION_NONE, apply_report, 0,
	  "write what happened and what it cost, as JSON", NULL },
	{ "report-fd", 0, SECTION_REPORTS, "N", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_report_fd, 0,
	  "the same, to descriptor N", NULL },
	{ "stats", 0, SECTION_REPORTS, "", { 0 }, CLI,
	  ACTION_NONE, apply_stats, 0,
	  "the same for people, on standard error", NULL },
	{ "timeline", 0, SECTION_REPORTS, "FILE", { VALUE_PATH },
	  CLI | SINGLE, ACTION_NONE, apply_timeline, 0,
	  "draw memory and processor use as an SVG image", NULL },

	/* The process */
	{ "chdir", 0, SECTION_PROCESS, "DIR", { VALUE_PATH }, SINGLE,
	  ACTION_NONE, apply_chdir, 0,
	  "start the command in DIR, a path inside", NULL },
	{ "argv0", 0, SECTION_PROCESS, "NAME", { VALUE_TEXT }, SINGLE,
	  ACTION_NONE, apply_argv0, 0,
	  "what the command sees as its own name", NULL },
	{ "keep-fd", 0, SECTION_PROCESS, "N", { VALUE_NUMBER }, 0,
	  ACTION_NONE, apply_keep_fd, 0,
	  "pass descriptor N on; 0, 1 and 2 always are", NULL },
	{ "args", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER }, CLI,
	  ACTION_ARGS, NULL, 0,
	  "read more options from descriptor FD",
	  "Each word ends in a zero byte.\nThe command cannot be among them." },
	{ "sync-fd", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_SYNC,
	  "keep FD open as long as the sandbox runs",
	  "The command does not get it." },
	{ "block-fd", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_BLOCK,
	  "start the command when FD can be read",
	  "Everything else is set up before." },
	{ "userns-block-fd", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_USERNS_BLOCK,
	  "let others map ids; go on when FD can be read",
	  "Needs\n.Fl -unshare-user\nand\n.Fl -info-fd ,\nwhich tells whose "
	  "maps are to be written, as by\n.Xr newuidmap 1 ." },
	{ "info-fd", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_INFO,
	  "write process id and namespaces to FD, as JSON",
	  "The process is PID 1 of the sandbox, by its number outside, or the "
	  "command where there is none." },
	{ "json-status-fd", 0, SECTION_PROCESS, "FD", { VALUE_NUMBER },
	  CLI | SINGLE, ACTION_NONE, apply_peer, PEER_STATUS,
	  "write these and the exit code to FD, as lines",
	  "Each line is JSON.\nThere is no exit code if the command could not be started.\n"
	  ".Fl -report\nsays more." },
	{ "lock-file", 0, SECTION_PROCESS, "DEST", { VALUE_PATH }, 0,
	  ACTION_NONE, apply_lock_file, 0,
	  "hold a lock on DEST as long as the sandbox runs",
	  "A read lock, as of\n.Xr fcntl 2 ,\non a file inside." },
	{ "level-prefix", 0, SECTION_PROCESS, "", { 0 }, CLI,
	  ACTION_LEVEL_PREFIX, NULL, 0,
	  "begin messages with a level, as in <3>",
	  "It is that of\n.Xr syslog 3 ." },
	{ "exec-label", 0, SECTION_PROCESS, "LABEL", { VALUE_TEXT }, CLI,
	  ACTION_NONE, apply_label, 0,
	  "SELinux: not supported, an error",
	  "The labels of SELinux are left to its policy." },
	{ "file-label", 0, SECTION_PROCESS, "LABEL", { VALUE_TEXT }, CLI,
	  ACTION_NONE, apply_label, 0,
	  "SELinux: not supported, an error", NULL },
	{ "new-session", 0, SECTION_PROCESS, "", { 0 }, 0,
	  ACTION_NONE, apply_new_session, 0,
	  "a session of its own, away from the terminal", NULL },
	{ "die-with-parent", 0, SECTION_PROCESS, "", { 0 }, 0,
	  ACTION_NONE, apply_die_with_parent, 0,
	  "end when the process that called sandbox ends", NULL },
	{ "as-pid-1", 0, SECTION_PROCESS, "", { 0 }, 0,
	  ACTION_NONE, apply_as_pid_1, 0,
	  "run the command as PID 1",
	  "It then has to reap what it leaves, on its own.\nOnly as long as it "
	  "stays the user that it is does it end with a sandbox that was "
	  "killed by SIGKILL." },
};
/* clang-format on */

const size_t directive_count = COUNT_OF(directives);

static const struct {
	const char *title, *topic;
} sections[SECTION_COUNT] = {
	[SECTION_GENERAL] = { "General", "general" },
	[SECTION_FILES] = { "Files", "files" },
	[SECTION_MOUNTS] = { "Mounts", "mounts" },
	[SECTION_LAYERS] = { "Layers", "layers" },
	[SECTION_NAMESPACES] = { "Namespaces, ids and capabilities",
				 "namespaces" },
	[SECTION_ENVIRONMENT] = { "Environment", "environment" },
	[SECTION_SYSCALLS] = { "System calls", "syscalls" },
	[SECTION_LIMITS] = { "Limits", "limits" },
	[SECTION_REPORTS] = { "Reports", "reports" },
	[SECTION_PROCESS] = { "The process", "process" },
};

const char *section_title(enum section s)
{
	return sections[s].title;
}

const char *section_topic(enum section s)
{
	return sections[s].topic;
}

const struct directive *directive_find(const char *name)
{
	for (size_t i = 0; i < directive_count; i++)
		if (str_equal(directives[i].name, name))
			return &directives[i];
	return NULL;
}

const struct directive *directive_find_letter(char letter)
{
	for (size_t i = 0; letter && i < directive_count; i++)
		if (directives[i].letter == letter)
			return &directives[i];
	return NULL;
}

unsigned int directive_arity(const struct directive *d)
{
	unsigned int words = d->metavars[0] != '\0';

	for (const char *p = d->metavars; *p; p++)
		words += *p == ' ';
	return words;
}

const char *const capability_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};
const unsigned int capability_count = COUNT_OF(capability_names);

/* More than a third of a word changed makes another word. */
static unsigned int near_limit(const char *word)
{
	size_t n = strlen(word) / 3 + 1;

	return n < 3 ? (unsigned int)n : 3;
}

const char *directive_suggest(struct arena *a, const char *word,
			      const char *prefix, unsigned int without_flags)
{
	struct str out = { .arena = a };
	unsigned int limit = near_limit(word), best = limit;

	for (size_t i = 0; i < directive_count; i++) {
		const struct directive *d = &directives[i];
		unsigned int n;

		if (d->flags & without_flags)
			continue;
		n = str_distance(word, d->name, limit);
		if (n < best) {
			best = n;
			out = (struct str){ .arena = a };
		}
		if (n == best && n < limit)
			str_addf(&out, "%s'%s%s'", out.length ? " or " : "",
				 prefix, d->name);
	}
	return out.length ? out.text : NULL;
}
