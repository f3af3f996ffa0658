# SPDX-License-Identifier: Apache-2.0
"""Where sandbox, by the name bwrap, differs from bubblewrap 0.8 on purpose.

An entry is for lines of one fact that are not the same. `theirs` and `ours` are
(pattern, replacement): each is applied to lines of its side, until both sides
say the same. A replacement of None takes the line away. `words` are patterns
of which the command line has to have each. So an entry can be as narrow as

    Intended("0.8 makes parents 0700 where 0.11 makes them 0755",
             fact="tree /", words=["--bind-data"],
             theirs=(r"(/m dir) 0700", r"\\1 0755"))

`passes`: "user", "root", or both. An entry that no case needed is an error.
"""
import collections

Intended = collections.namedtuple(
    "Intended", "why fact words theirs ours passes", defaults=(
        (), None, None, ("user", "root")))

INTENDED = [
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
