# SPDX-License-Identifier: Apache-2.0
"""Where sandbox, by the name bwrap, differs from bubblewrap 0.8 on purpose.

An entry is for lines of one fact that are not the same. `theirs` and `ours` are
(pattern, replacement), applied to the lines of one side until both say the
same; a replacement of None takes the line away. Of `words`, patterns, each has
to be the name of the case or a word of its command line. An entry should be as
narrow as it can be. One that no case needed is an error.
"""
import collections

Intended = collections.namedtuple(
    "Intended", "why fact words theirs ours passes", defaults=(
        (), None, None, ("user", "root")))

INTENDED = [
    # --- bubblewrap 0.11, which we follow, is not like 0.8 either -------------
    Intended("0.8 makes parents 0700 where 0.11 makes them 0755",
             "tree /", theirs=(r"^(\S+) dir 0700 ", r"\1 dir 0755 ")),
    Intended("the same, seen from the host",
             "host", theirs=(r"^(w/\S+) drwx------ ", r"\1 drwxr-xr-x ")),
    Intended("the version that we follow",
             "stdout", theirs=(r"^bubblewrap 0\.8\..*", "bubblewrap"),
             ours=(r"^bubblewrap 0\.11\..*", "bubblewrap")),
    Intended("--help is that of 0.11", "stdout", ["--help"],
             (r"    --.*| {10,}.*", None), (r"    --.*| {10,}.*", None)),

    # --- ways to the same end -------------------------------------------------
    Intended("the root is no directory of another tmpfs",
             "mounts", theirs=(r"^(/ on \S+ \S+) /newroot ", r"\1 / ")),
    Intended("--dev takes no second user namespace to have its own ids",
             r"cat /proc/self/[ug]id_map", ["--dev"],
             (r"^( +\d+) +0 +1$", r"\1 ? 1"),
             (r"^( +\d+) +\d+ +1$", r"\1 ? 1"), ("user",)),

    # --- PID 1 is better guarded ----------------------------------------------
    Intended("PID 1 has a filter of its own", r"status1 Name|PID 1",
             theirs=(r"^(Seccomp|Seccomp_filters) \d+$", r"\1 more"),
             ours=(r"^(Seccomp|Seccomp_filters) [1-9]\d*$", r"\1 more")),
    Intended("what PID 1 blocks and its umask matter to nobody",
             r"status1 Name|PID 1",
             theirs=(r"(SigBlk|Umask) \w+", None),
             ours=(r"(SigBlk|Umask) \w+", None)),
    Intended("nobody can look into PID 1: its variables may be the caller's",
             r"environ 1", theirs=(r"(?!E[A-Z]+$).*", None),
             ours=(r"EACCES", None)),
    Intended("nor at its command line", "cmdline 1",
             theirs=(r".*", None), ours=(r"EACCES|[\w.-]+", None)),

    # --- what is wrong with bubblewrap ----------------------------------------
    Intended("bubblewrap waits for ever for a child that nobody reports",
             "status", [r".*\(ignored \(17,\)\)"],
             theirs=(r"^hangs$", "0")),
    Intended("bubblewrap waits for ever without its reaper",
             "status", ["--pidns", "--as-pid-1"], (r"^hangs$", "N"),
             (r"^\d+$", "N")),
]

# First lines of standard error that scripts match, as bubblewrap's says them:
# here ours has to have the same text. Elsewhere the same words of the command
# line and the same error are enough.
EXACT = [
    r"usage: .*",
    r"bwrap: Can't find source path .*: .*",
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
    r"bwrap: Can't chdir to .*: .*",
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
