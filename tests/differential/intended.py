# SPDX-License-Identifier: Apache-2.0
"""Where sandbox, by the name bwrap, differs from bubblewrap 0.8 on purpose.

An entry is for lines of one fact that are not the same. `theirs` and `ours` are
(pattern, replacement), applied to the lines of one side until both say the
same; a replacement of None takes the line away. Of `words`, patterns, each has
to be the name of the case or a word of its command line. An entry should be as
narrow as it can be. One that no case needed is an error.
"""
import collections
import re

Intended = collections.namedtuple(
    "Intended", "why fact words theirs ours passes", defaults=(
        (), None, None, ("user", "root")))



def lacks_caps():
    with open("/proc/self/status", encoding="ascii") as f:
        now = int(re.search(r"CapEff:\s*(\w+)", f.read())[1], 16)
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as f:
        return now != (2 << int(f.read())) - 1


# Words of cases: destinations by way of symlinks that lead elsewhere.
ASTRAY = r"/(m\d?/)?(absd|absf|up|gone)(/.*)?"
# Both sides of the status: theirs and ours.
SUCCEEDS = ((r"^1$", "other"), (r"^0$", "other"))
FAILS = (SUCCEEDS[1], SUCCEEDS[0])
ANYTHING = (r".*", None)
DATA = r"--(ro-)?bind-data"
# What is covered in /proc, as it is in `mounts`.
PROC = r"(\S*)/(sys|irq|bus|sysrq-trigger) on \1(/\2)? /\2 "

INTENDED = [
    # --- bubblewrap 0.11, which we follow, is not like 0.8 either -------------
    Intended("0.8 makes parents 0700 where 0.11 makes them 0755",
             "tree /", theirs=(r"^(\S+) dir 0700 ", r"\1 dir 0755 ")),
    Intended("the same, seen from the host", "host",
             theirs=(r"^((w|shared)/\S+) drwx------ ", r"\1 drwxr-xr-x ")),
    Intended("the version that we follow",
             "stdout", theirs=(r"^bubblewrap 0\.8\..*", "bubblewrap"),
             ours=(r"^bubblewrap 0\.11\..*", "bubblewrap")),
    Intended("--help is that of 0.11, with one line more", "stdout",
             theirs=(r"    --.*| {10,}.*", None),
             ours=(r"    --.*| {10,}.*|This is sandbox, .*|", None)),
    Intended("0.8 calls it by the wrong name", "message", ["--ro-bind-fd"],
             (r"^bwrap: --bind-fd takes", "bwrap: --ro-bind-fd takes")),
    Intended("0.11 does nothing where the symlink is there already",
             "status", ["--symlink", r"/m|/m/l|/m/sub/l|/(m/)?dlink"],
             *SUCCEEDS),
    Intended("0.11 takes blanks and a sign before a size",
             "status", ["--size", "[ +]4096"], *SUCCEEDS),

    # --- symlinks in destinations ---------------------------------------------
    Intended("0.8 refuses destinations whose symlinks lead nowhere on the host",
             "status", [ASTRAY], *SUCCEEDS),
    Intended("0.8 follows them outside of the root, or makes nothing; we make "
             "it where they lead inside", r"tree /|host|mounts|list /\.\.|error",
             [ASTRAY], ANYTHING, ANYTHING),
    Intended("where there may be something of another kind", "status",
             [r"/(absd|absf|up)"], *FAILS),
    Intended("the same with a symlink that was made before", "status",
             ["--symlink", "w|f2|target|/bin", r"/m\d?/?.*"], *SUCCEEDS),
    Intended("and where it leads to what is read-only", "error", ["--symlink",
             "/m/sub.*"], ANYTHING, ANYTHING),
    Intended("what such a symlink names is made", r"tree /|list /\.\.",
             ["--symlink", "w", "--dir"], ours=(r"/?w( dir .*)?", None)),
    Intended("0.8 does not compare what it bound by way of a symlink",
             "status", [r"--(ro-)?bind-fd", "/(m/)?dlink"], *SUCCEEDS),
    Intended("--dir is not content with a symlink that leads in circles",
             "status", ["--dir", "/(m/)?loop"], *FAILS),

    # --- ways to the same end -------------------------------------------------
    Intended("the root is no directory of another tmpfs",
             "mounts", theirs=(r"^(/ on \S+) /newroot ", r"\1 / ")),
    Intended("--dev takes none, or another, second user namespace for the ids",
             r"cat /proc/self/[ug]id_map", ["--dev"],
             (r"^( +\d+) +0 +1$", r"\1 ? 1"),
             (r"^( +\d+) +\d+ +1$", r"\1 ? 1")),
    Intended("nor does --disable-userns",
             r"cat /proc/self/[ug]id_map", ["--disable-userns"],
             (r"^( +\d+) +\d+ +1$", r"\1 ? 1"),
             (r"^( +\d+) +\d+ +1$", r"\1 ? 1"), ("user",)),
    Intended("devpts belongs to root of the user namespace, who may not be "
             "there", "tree /", ["--dev"],
             (r"^(.*/pts dir 0755) \d+ \d+$", r"\1 owner"),
             (r"^(.*/pts dir 0755) \d+ \d+$", r"\1 owner")),
    Intended("data is bound from a tmpfs of its own", "mounts", [DATA],
             (r" /bindfileN//deleted ", " DATA "),
             (r"^(\S+ on \S+) /\d+ (.* tmpfs )", r"\1 DATA \2")),
    Intended("where it keeps its name", "tree /", [DATA],
             (r"( \d+ bytes), 0 links ", r"\1, 1 links ")),
    Intended("so that something else can be mounted on it", "status", [DATA],
             *SUCCEEDS),
    Intended("a queue can be mounted on another", "status", ["--mqueue"],
             *SUCCEEDS, ("root",)),
    Intended("paths longer than PATH_MAX are made, piece by piece", "status",
             ["/x{200}/.*"], *SUCCEEDS),
    Intended("but not said in full", "message", ["--chdir", "/x{200}/.*"],
             (r"(/x+)+.*", "/x"), (r"(/x+)+.*", "/x")),

    # --- mounts are better guarded --------------------------------------------
    Intended("what can change the system is always covered; 0.8 asks access(2)",
             "mounts", theirs=(PROC + r".* proc proc .*", None),
             ours=(PROC + r"(ro,|r\w\S* covered ).* proc proc .*", None)),
    Intended("all mounts of a tree get the flags, those too that are covered",
             "mounts", theirs=(r" (rw|ro)(,\w+)* covered ", " FLAGS covered "),
             ours=(r" (rw|ro)(,\w+)* covered ", " FLAGS covered ")),
    Intended("and those below what the user cannot enter", "mounts",
             theirs=(r"^(\S+/closed/below .*) rw,relatime ", r"\1 FLAGS "),
             ours=(r"^(\S+/closed/below .*) r\w,nosuid(,nodev)?,relatime ",
                   r"\1 FLAGS "), passes=("user",)),
    Intended("the devices of --dev are bound as they are", "mounts", ["--dev"],
             (r" (\S+ /\w+) rw,nosuid,relatime (.* (devtmpfs|devpts) )",
              r" \1 rw,relatime \2")),
    Intended("a queue is no place for programs and devices",
             "mounts", ["--mqueue"],
             (r" (r\w)(,nosuid,nodev)?,relatime (.*mqueue )", r" \1 \3"),
             (r" (r\w),nosuid,nodev,noexec,relatime (.*mqueue )", r" \1 \2"),
             ),

    # --- PID 1 is better guarded ----------------------------------------------
    Intended("PID 1 has a filter of its own", r"status1 Name|PID 1",
             theirs=(r"^(Seccomp|Seccomp_filters) \d+$", r"\1 more"),
             ours=(r"^(Seccomp|Seccomp_filters) [1-9]\d*$", r"\1 more")),
    Intended("and an empty bounding set", r"status1 Name|PID 1",
             theirs=(r"^CapBnd .*", "CapBnd"), ours=(r"^CapBnd 0+$", "CapBnd")),
    Intended("what PID 1 blocks and its umask matter to nobody",
             r"status1 Name|PID 1",
             theirs=(r"(SigBlk|Umask) \w+", None),
             ours=(r"(SigBlk|Umask) \w+", None)),
    Intended("nobody can look into PID 1: its variables may be the caller's",
             r"environ 1", theirs=(r"(?!E[A-Z]+$).*", None),
             ours=(r"EACCES", None)),
    Intended("nor at its command line", "cmdline 1",
             theirs=(r".*", None), ours=(r"EACCES|[\w.-]+", None)),
    Intended("nor at its descriptors; 0 to 2 are none of them",
             "fdlinks 1|PID 1", theirs=(r"\d+ (/|anon_inode:).*", None),
             ours=(r"EACCES|\d+ (socket:|anon_inode:|EACCES|/memfd:case|"
                   r"/bin/probe).*", None)),
    Intended("nor, from outside, at what it holds", "descriptor of the child",
             theirs=(r"True|False", "?"), ours=(r"Permission denied", "?"),
             passes=("user",)),

    # --- descriptors and numbers ----------------------------------------------
    Intended("what was only for us does not get to the command; 0.8 leaks it",
             "fds|fdlinks self",
             [r"--(userns2?|pidns|sync-fd|block-fd|userns-block-fd)"],
             (r"\d+ (file|user:.*|pid:.*|/memfd:.*|pipe.*)", None)),
    Intended("a descriptor has to be open, if it is used or not",
             "status", ["99999"], *FAILS),
    Intended("no number is taken for another", "status", ["4294967296"], *FAILS),
    Intended("0 is a descriptor; 0.8 takes it as if it was not given",
             "status", ["--userns2?", "[ +]?0"], *FAILS),
    Intended("so that something else fails", "error", ["--userns", "[ +]?0"],
             ANYTHING, ANYTHING, ("user",)),
    Intended("--userns2 may be the same as --userns", "status",
             ["--userns2", "@userns"], *SUCCEEDS),
    Intended("so that something else can fail", "error",
             ["--userns2", "@userns"], ANYTHING, ANYTHING),
    Intended("namespaces are made where a PID namespace is joined", "error",
             ["--pidns", "--unshare-all"], ANYTHING, ANYTHING, ("root",)),

    # --- words ----------------------------------------------------------------
    Intended("capabilities have their names from the kernel's header, not from "
             "libcap, which takes numbers and stops at a comma", "status",
             ["--cap-(add|drop)", "13|CAP_NET_RAW,CAP_KILL"], *FAILS),
    Intended("and they may be said without CAP_", "status",
             ["--cap-(add|drop)", "NET_RAW"], *SUCCEEDS),
    Intended("an empty host name is none", "status", ["--hostname", ""], *FAILS),
    Intended("a relative directory is below the root", "status",
             ["--chdir|--lock-file", ""], *SUCCEEDS),
    Intended("and a path in PWD is clean", "env", ["--chdir"],
             (r"^PWD=.*", "PWD"), (r"^PWD=/\S*", "PWD")),

    # --- what is wrong with bubblewrap ----------------------------------------
    Intended("'..' shows what is outside of the root: old and new root",
             r"tree /|mounts|list /\.\.", [r"\.\."], ANYTHING, ANYTHING),
    Intended("and nothing can be made there", "status", [r"\.\."], *SUCCEEDS),
    Intended("bubblewrap waits for ever for a child that nobody reports",
             "status", [r".*\(ignored \(17,\)\)"],
             theirs=(r"^hangs$", "0")),
    Intended("bubblewrap waits for ever without its reaper",
             "status", ["--pidns", "--as-pid-1"], (r"^hangs$", "N"),
             (r"^\d+$", "N")),
    Intended("bubblewrap shows what an option of the --try kind did not find "
             "in the working directory from the host's root",
             r"tree /|mounts|list /\.\.", ["--(ro-|dev-)?bind-try", "bin|"],
             ANYTHING, ANYTHING),
    Intended("bubblewrap leaves to root of a container what it has, if that is "
             "not all that was asked for", "caps|status1 Name|PID 1",
             ["--cap-add|.* --cap-add .*"], (r"^(Cap\w+) .*", r"\1"),
             (r"^(Cap\w+) .*", r"\1"), ("root",) if lacks_caps() else ()),
]

# First lines of standard error that scripts match, as bubblewrap's says them:
# here ours has to have the same text. Elsewhere the same words of the command
# line and the same error are enough.
EXACT = [
    r"usage: .*",
    r"bwrap: Can't find source path (?!/proc/self/fd/)/.*: .*",
    r"bwrap: execvp .*: .*",
    r"bwrap: Unknown option .*",
    r"bwrap: --\S+ takes (an|one|two) arguments?",
    r"bwrap: Invalid (fd|uid|gid): .*",
    r"bwrap: Only the last --\S+ option will take effect",
    r"bwrap: Can't make symlink at .*: existing destination is .*",
    r"bwrap: --seccomp cannot be combined with --add-seccomp-fd",
    r"bwrap: Can't read seccomp data: .*",
    r"bwrap: Invalid seccomp data, must be multiple of 8",
    r"bwrap: --args not supported in arguments file",
    r"bwrap: Can't chdir to /.*: .*",
    r"bwrap: No command specified",
]

# Where bubblewrap fails while the command runs already, so that what the
# command gets to say is chance.
LATE = ("status1 Name", "environ 1", "fdlinks 1")
RACES = r"Unable to (open|lock) lock file"

# Errors that are the same to who gets them: which it is depends on the call.
ALIKE = [
    {"No such file or directory", "Not a directory",
     "Too many levels of symbolic links", "Is a directory", "File exists"},
    {"Operation not permitted", "Permission denied", "Read-only file system"},
]
