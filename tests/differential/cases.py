# SPDX-License-Identifier: Apache-2.0
"""The command lines that are compared.

In words, {T} and {S} are directories (see place.py), {BWRAP} is the binary, and
@KIND:TEXT is a descriptor's number: @data:TEXT of a file with that text, @pipe
of a pipe that has it, @hold of one that stays open, @out of a file that is
looked at afterwards, @end of a pipe's other end,
@path, @dir and @file:PATH, @bpf:NAME, @userns, @pidns. @@
is the last one again, and @7=KIND:TEXT is no word, but number 7.
"""
import collections
import itertools
import random

from place import GETPGID

Case = collections.namedtuple(
    "Case", "name words env cwd umask closed ignored blocked tty", defaults=(
        {}, "{T}/src", 0o022, (), (), (), False))

# What the command tells. "+" parts the facts.
PLAIN = """caps + cwd + env + fds + fdlinks self + hostname + ids + namespaces +
    rlimits + signals + tty + cmdline self + pids + cat /proc/self/uid_map +
    cat /proc/self/gid_map + cat /proc/self/setgroups + list /.. +
    status Umask Seccomp Seccomp_filters NoNewPrivs Groups NSpid NSsid +
    cmdline 1 + environ 1 + syscall GETPGID 0""".split()
PLAIN[PLAIN.index("GETPGID")] = str(GETPGID)
# Later, as bubblewrap's PID 1 gives up what it has when the command runs.
LATE = """+ cat /proc/self/mountinfo +
    status1 Name Umask Seccomp Seccomp_filters NoNewPrivs Uid Gid Groups NSpid
    CapInh CapPrm CapEff CapBnd CapAmb SigBlk SigIgn""".split()
FACTS = ["/bin/probe", "each", "tree", "/", "+", *PLAIN, *LATE]
WITHOUT_TREE = ["/bin/probe", "each", *PLAIN, *LATE]
HOST = ["{T}/bin/probe", *WITHOUT_TREE[1:]]

SMALL = ["--ro-bind", "{T}/bin", "/bin", "--proc", "/proc"]
# Where the case's words come last, before the command.
BASES = {
    "small": SMALL,
    "written": ["--bind", "{T}/w", "/", *SMALL],
    "read-only": ["--ro-bind", "{T}/w", "/", *SMALL],
    "user": ["--unshare-user", "--uid", "5", "--gid", "6", *SMALL],
    "all": ["--unshare-all", *SMALL],
}

# --- what there is: one line for each use of an option ------------------------

# Those that make or change something at or below /m, in their order.
AT_M = [line.split() for line in """
    --bind {T}/w /m
    --bind {T}/src/sub /m/sub
    --bind {T}/src/a /m/f
    --bind {S} /m
    --ro-bind {T}/src /m
    --ro-bind {T}/src/link /m/f
    --ro-bind {S} /m/s
    --dev-bind {T}/src /m
    --dev-bind /dev /m/dev
    --bind-try {T}/w /m
    --bind-try {T}/no /m
    --ro-bind-try {T}/src /m
    --ro-bind-try {T}/no /m/f
    --dev-bind-try {T}/src /m
    --dev-bind-try {T}/no /m/f
    --bind-fd @dir:{T}/w /m
    --bind-fd @path:{S} /m/s
    --ro-bind-fd @path:{T}/src/a /m/f
    --remount-ro /m
    --proc /m
    --proc /m/proc
    --dev /m
    --dev /m/dev
    --tmpfs /m
    --tmpfs /m/sub
    --mqueue /m
    --mqueue /m/q
    --dir /m
    --dir /m/sub/x
    --file @data:new /m/f
    --bind-data @data:data /m/f
    --ro-bind-data @data:read-only /m/f
    --symlink w /m
    --symlink target /m/l
    --symlink ../../bin /m/sub/l
    --symlink /bin /m/sub
    --symlink f2 /m/f
    --chmod 0700 /m
    --chmod 2751 /m/f
    --perms 0711
    --perms 02770
    --size 65536
    --chdir /m
    --chdir /m/sub
    --lock-file /m/f
""".strip().splitlines()]

# Those that are about processes, in any order but where ORDERED.
ABOUT = [line.split() for line in """
    --unshare-user
    --unshare-user-try
    --unshare-ipc
    --unshare-pid
    --unshare-net
    --unshare-uts
    --unshare-cgroup
    --unshare-cgroup-try
    --unshare-all
    --share-net
    --userns @userns
    --userns2 @userns
    --pidns @pidns
    --disable-userns
    --assert-userns-disabled
    --uid 5
    --uid 0
    --gid 6
    --gid 0
    --hostname box
    --chdir /bin
    --chdir /no
    --clearenv
    --setenv A set
    --setenv PATH /bin
    --setenv HOME /bin
    --unsetenv A
    --unsetenv HOME
    --lock-file /bin/probe
    --sync-fd @data:sync
    --dev /dev
    --proc /proc
    --mqueue /q
    --bind / /all
    --seccomp @bpf:allow
    --seccomp @bpf:eperm
    --add-seccomp-fd @bpf:allow
    --add-seccomp-fd @bpf:enosys
    --block-fd @pipe:x
    --block-fd @pipe:
    --userns-block-fd @pipe:x
    --info-fd @out
    --json-status-fd @out
    --new-session
    --die-with-parent
    --as-pid-1
    --cap-add ALL
    --cap-add CAP_NET_RAW
    --cap-add cap_sys_admin
    --cap-drop ALL
    --cap-drop CAP_NET_RAW
    --exec-label x
    --file-label x
""".strip().splitlines()]
# Those that tell nothing more beside others.
ALONE = [line.split() for line in """
    --exec-label x
    --file-label x
    --block-fd @pipe:
    --gid 0
    --perms 02770
    --bind-try {T}/w /m
    --ro-bind-try {T}/src /m
    --ro-bind-try {T}/no /m/f
    --dev-bind-try {T}/src /m
    --dev-bind-try {T}/no /m/f
""".strip().splitlines()]
ORDERED = {"--unshare-all", "--share-net", "--clearenv", "--setenv",
           "--unsetenv", "--seccomp", "--add-seccomp-fd", "--cap-add",
           "--cap-drop", "--chdir", "--uid", "--gid", "--hostname"}

# For options that do something only beside others.
BESIDE = {
    "--share-net": ["--unshare-all"],
    "--uid": ["--unshare-user"], "--gid": ["--unshare-user"],
    "--hostname": ["--unshare-uts"], "--as-pid-1": ["--unshare-pid"],
    "--disable-userns": ["--unshare-user"],
    "--assert-userns-disabled": ["--unshare-user", "--disable-userns"],
    "--userns2": ["--userns", "@userns"],
    "--userns-block-fd": ["--unshare-user", "--info-fd", "@out"],
    "--pidns": ["--userns", "@userns"],
}

VALUES = {
    "fd": ["-1", "0a", "x", "", "99999", " 0", "+0", "0x0", "4294967296", "0"],
    "id": ["-1", "0a", "", "4294967294", "4294967295", "4294967296", "0x5",
           "07", "65534"],
    "octal": ["", "8", "0o7", "777", "07777", "010000", "-1", "0x1", "7 ",
              "u+x", "0"],
    "size": ["0", "", "-1", "x", "1k", "4096 ", " 4096", "0x2000", "010000",
             "1", "9223372036854775807", "9223372036854775808",
             "18446744073709551616", "+4096"],
    "cap": ["", "all", "ALL", "CAP_NO", "NET_RAW", "cap_net_raw", "13",
            "CAP_NET_RAW,CAP_KILL"],
    "name": ["", "a.b", "x" * 64, "x" * 65, "-", "a b"],
    "variable": ["", "a=b", "=", " ", "é"],
    "text": ["", "a\nb", "\\", "é"],
    "path": ["", "/", ".", "..", "relative", "./a", "/no", "/no/such", "//bin",
             "/bin/", "/bin/../bin", "/a/../b", "/proc/self", "/o d,d:d\\",
             "/" + "x" * 255, "/" + "x" * 256, ("/" + "x" * 200) * 21, "-"],
    "source": ["", "/", ".", "a", "./sub", "..", "{T}/no", "{T}/src/gone",
               "{T}/src/loop", "{T}/src/a/b", "{T}/src/dirlink",
               "{T}/src/link", "{T}/src/up", "{T}/src/abs", "{T}/src/closed",
               "{T}/src/closed/x", "{T}/src/o d,d:d\\", "/proc/self",
               "/dev/null", "/proc/self/ns/net", "{T}/src/sub/../a", "-",
               "x" * 256, "//{T}//src/"],
}
# What each option takes. Whatever is not varied is the first value here.
TAKES = [line.split() for line in """
    --args fd
    --userns fd
    --userns2 fd
    --pidns fd
    --uid id
    --gid id
    --hostname name
    --chdir path
    --setenv variable text
    --unsetenv variable
    --lock-file path
    --sync-fd fd
    --bind source path
    --bind-try source path
    --dev-bind source path
    --dev-bind-try source path
    --ro-bind source path
    --ro-bind-try source path
    --bind-fd fd path
    --ro-bind-fd fd path
    --remount-ro path
    --exec-label text
    --file-label text
    --proc path
    --dev path
    --tmpfs path
    --mqueue path
    --dir path
    --file fd path
    --bind-data fd path
    --ro-bind-data fd path
    --symlink text path
    --seccomp fd
    --add-seccomp-fd fd
    --block-fd fd
    --userns-block-fd fd
    --info-fd fd
    --json-status-fd fd
    --cap-add cap
    --cap-drop cap
    --perms octal
    --size size
    --chmod octal path
""".strip().splitlines()]
BARE = """--unshare-all --share-net --unshare-user --unshare-user-try
    --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup
    --unshare-cgroup-try --disable-userns --assert-userns-disabled --clearenv
    --new-session --die-with-parent --as-pid-1""".split()
USUAL = {"fd": "@data:some", "id": "7", "octal": "0710", "size": "8192",
         "cap": "CAP_KILL", "name": "box", "variable": "V", "text": "text",
         "path": "/m", "source": "{T}/src"}


# Options that bubblewrap 0.8 may not have: the distribution adds some.
LATER = {"--argv0", "--level-prefix", "--bind-fd", "--ro-bind-fd",
         "--overlay-src", "--overlay", "--tmp-overlay", "--ro-overlay",
         "--not-a-security-boundary"}


# --- cases --------------------------------------------------------------------

def name(base, words, command=None, **more):
    text = " ".join(word if len(word) < 80 else word[:80] + "..." for word in
                    words[:100])
    if command:
        text += " -- " + " ".join(command).replace(" ".join(HOST), "(all)")
    for key, value in more.items():
        text += f" ({key} {value})"
    text = text.replace("\0", "\\0").replace("\n", "\\n")
    return f"{base}: {text}"


def inside(words, base="small", command=None, **more):
    """A case whose command tells all, but for the files of a whole host."""
    whole = any("bind" in option and source in ("", "/")
                for option, source in itertools.pairwise(words))
    facts = WITHOUT_TREE if whole else FACTS
    line = ["{BWRAP}", *BASES[base], *words, *(command or facts)]
    return Case(name(base, words, command, **more), line, **more)


def on_host(words, command=None, **more):
    line = ["{BWRAP}", "--dev-bind", "/", "/", *words, *(command or HOST)]
    return Case(name("host", words, command, **more), line, **more)


def bare(*words, **more):
    return Case(name("bare", words, **more), ["{BWRAP}", *words], **more)


def singles():
    yield from (inside([], base) for base in BASES)
    yield on_host([])
    for words in AT_M + ABOUT:
        for base in BASES:
            yield inside(words, base)
        if words in ABOUT and words[-1] not in ("/q", "/all"):
            yield on_host(words)
        if words[0] in BESIDE:
            yield inside(BESIDE[words[0]] + words)
            yield inside(words + BESIDE[words[0]])


def mount_pairs():
    """Each after each, itself too: they meet at /m."""
    some = [words for words in AT_M if words not in ALONE]
    for a, b in itertools.product(some, repeat=2):
        yield inside(a + b)


def modifiers():
    """--perms and --size before each, and what they have to do with another."""
    for words in AT_M:
        for mode in ("0", "0750", "0705", "01777"):
            yield inside(["--perms", mode] + words)
        yield inside(["--perms", "0700", "--size", "40960"] + words)
        yield inside(["--size", "40960", "--perms", "0700"] + words)
    for octal in ("0", "700", "4755"):
        yield inside(["--dir", "/m", "--chmod", octal, "/m"])
        yield inside(["--file", "@data:x", "/m/f", "--chmod", octal, "/m/f"])


def process_pairs():
    some = [words for words in ABOUT if words not in ALONE]
    for i, a in enumerate(some):
        for b in some[i:]:
            ways = [a + b]
            if a != b and a[0] in ORDERED and b[0] in ORDERED:
                ways.append(b + a)
            beside = [w for option in (a[0], b[0])
                      for w in BESIDE.get(option, [])]
            for words in ways:
                yield inside(beside + words)


def orders():
    """Where the order of three says what comes out."""
    env = [["--clearenv"], ["--setenv", "A", "1"], ["--setenv", "A", "2"],
           ["--unsetenv", "A"], ["--setenv", "PWD", "/x"],
           ["--unsetenv", "PWD"]]
    caps = [["--cap-add", "ALL"], ["--cap-drop", "ALL"],
            ["--cap-add", "CAP_KILL"], ["--cap-drop", "CAP_KILL"]]
    for pieces in itertools.permutations(env, 3):
        yield inside(sum(pieces, []))
    for pieces in itertools.permutations(caps, 3):
        for ids in ([], ["--unshare-user", "--uid", "5"],
                    ["--unshare-pid", "--as-pid-1"]):
            yield inside(ids + sum(pieces, []))


def destinations():
    """Each that makes something, at what is there already."""
    names = """dir file dlink flink absd absf up gone loop dir/new file/new
        dlink/new absd/inner gone/new loop/new dir/old up/x new/a/b""".split()
    ways = [["--bind", "{T}/src"], ["--ro-bind", "{T}/src/a"], ["--tmpfs"],
            ["--dir"], ["--proc"], ["--dev"], ["--mqueue"],
            ["--symlink", "dir"],
            ["--file", "@data:text"], ["--bind-data", "@data:text"],
            ["--ro-bind-data", "@data:text"], ["--bind-fd", "@path:{T}/src"],
            ["--remount-ro"], ["--chmod", "0700"], ["--lock-file"], ["--chdir"]]
    for way, at in itertools.product(ways, names):
        yield inside(way + ["/" + at], "written")
        yield inside(["--bind", "{T}/w", "/m"] + way + ["/m/" + at])
    for way in ways:
        yield inside(way + ["/dir"], "read-only")
        yield inside(way + ["/new"], "read-only")
        yield inside(way + ["/m"] + way + ["/m"])


def values():
    """Each value for each argument, the others as usual; too few arguments; and
    options that are said twice."""
    for option, *kinds in TAKES:
        usual = [USUAL[kind] for kind in kinds]
        for n in range(len(kinds)):
            yield bare(option, *usual[:n])
            yield bare("--dir", "/", option, *usual[:n])
            for value in VALUES[kinds[n]]:
                if option == "--pidns" and value.endswith(("0", "6")):
                    continue  # bubblewrap hangs
                words = usual[:n] + [value] + usual[n + 1:]
                yield inside(BESIDE.get(option, []) + [option] + words)
        yield inside([option, *usual, option, *usual])
        yield bare(option + "=" + usual[0], *usual[1:], "/bin/true")
        yield inside([option, *usual], command=["/no"])
    for option in BARE:
        yield inside([option, option])
        yield inside([option], command=["/no"])
        yield inside([option + "=1"])
        yield bare(option)


def commands():
    """What is run, how it is found, and how it ends."""
    for n in (0, 1, 2, 42, 125, 126, 127, 128, 254, 255, 256):
        for more in ([], ["--unshare-pid"], ["--unshare-pid", "--as-pid-1"],
                     ["--json-status-fd", "@out"], ["--unshare-pid",
                                                   "--json-status-fd", "@out"]):
            yield inside(more, command=["/bin/probe", "exit", str(n)])
    for sig in ("HUP", "INT", "QUIT", "ILL", "ABRT", "KILL", "SEGV", "PIPE",
                "TERM", "USR1", "SYS", "40"):
        for more in ([], ["--unshare-pid"], ["--unshare-pid", "--as-pid-1"],
                     ["--unshare-pid", "--json-status-fd", "@out"]):
            yield inside(more, command=["/bin/probe", "die", sig])
    for command in (["probe", "cwd"], ["no"], ["/no"], ["/bin"], ["/bin/plain"],
                    ["/bin/closed"], ["plain"], ["closed"], [""], ["-"], ["/"],
                    ["--", "/bin/probe", "cwd"], ["--", "--", "x"],
                    ["/bin/probe/x"], ["bin/probe", "cwd"], ["./probe"],
                    ["--", "probe", "--bind", "x"], ["-x"], ["-c", "x"],
                    ["--"], ["--foo"], ["--foo=1"], ["-h"], ["--bind"],
                    ["/bin/probe", "each", "cwd", "--", "--bind", ""]):
        for more in ([], ["--setenv", "PATH", "/no:/bin"], ["--clearenv"],
                     ["--unshare-pid", "--json-status-fd", "@out"],
                     ["--unsetenv", "PATH"], ["--setenv", "PATH", ""],
                     ["--chdir", "/bin"], ["--as-pid-1", "--unshare-pid"]):
            yield inside(more, command=command)
    for words in ([], ["--"], ["--help"], ["--version"], ["--version", "x"],
                  ["--help", "x"], ["--dir", "/x", "--help"], ["x"], [""],
                  ["--unshare-all", "--version"], ["--version", "--help"],
                  ["--version", "--foo"], ["--bind", "--help", "--help"],
                  ["--dir", "--", "--"], ["--dir"] + ["/x", "--dir"] * 5000,
                  ["--dir"] + ["/x", "--dir"] * 4480 + ["/x", "/no"]):
        yield bare(*words)
    for words in (["--clearenv"], ["--clearenv", "--setenv", "A", "b"], []):
        yield on_host(words, ["/usr/bin/env"])
        yield on_host(words, ["env"])
    for words in ([], ["--unshare-user"], ["--unshare-all", "--dev", "/dev",
                                           "--proc", "/proc"]):
        for more in (["--unshare-all"], ["--proc", "/proc"], [],
                     ["--unshare-user", "--uid", "5", "--dev", "/dev"]):
            yield on_host(words, ["{BWRAP}", "--dev-bind", "/", "/", *more,
                                  *HOST])


def files_of_arguments():
    probe = ["/bin/probe", "each", *PLAIN]
    small = "\0".join(SMALL) + "\0"
    for kind in ("@data:", "@pipe:"):
        for text in ("", "\0", "--dir\0/m\0", "--dir\0/m", "--dir\0\0",
                     "--dir\0", "--setenv\0A\0in file\0",
                     "--dir\0/m\0/bin/x\0y",
                     "--dir\0/m\0--\0/bin/probe\0ids\0", "--args\0005\0", "x",
                     "--foo\0", "--", "--help\0", "--version\0",
                     "--uid\0005\0--unshare-user\0", "--setenv\0A",
                     "--unshare-pid\0--as-pid-1\0", "--dir\0/a\nb\0"):
            yield inside(["--args", kind + text])
            yield inside(["--args", kind + text, "--setenv", "A", "after"])
            yield inside(["--args", kind + text, "--args", "@data:--dir\0/n"])
        yield Case(f"args: all from {kind}",
                   ["{BWRAP}", "--args", kind + small, *probe])
        many = "".join(f"--dir\0/m{i}\0" for i in range(400))
        yield inside(["--args", kind + many])
        yield inside(["--args", kind + many.replace("\0", "", 1)])
    yield inside(["--args", "@data:" + "--clearenv\0" * 10000])
    yield inside(["--args", "@data:--dir\0/m\0", "--args", "@@"])


def from_outside():
    """What the caller has set up otherwise."""
    ways = ([], ["--unshare-pid"], ["--unshare-pid", "--as-pid-1"],
            ["--unshare-all", "--new-session", "--die-with-parent"],
            ["--dev", "/dev"], ["--lock-file", "/bin/probe"])
    for more in ways:
        for umask in (0, 0o077, 0o777):
            yield inside(more + ["--dir", "/m/d", "--file", "@data:x", "/m/f",
                                 "--bind-data", "@data:y", "/m/b", "--tmpfs",
                                 "/m/t", "--bind", "{T}/src", "/m/s"],
                         umask=umask)
        for n in ((0,), (1,), (2,), (0, 1), (0, 1, 2)):
            yield inside(more, closed=n)
            yield inside(more + ["--file", "@data:x", "/m"], closed=n)
            yield inside(more, closed=n, command=["/bin/probe", "closed"])
        if more in ways[:2]:
            yield inside(more, ignored=(17,))  # bubblewrap hangs with the other
        yield inside(more, ignored=(1, 2, 3, 13, 15))
        yield inside(more, blocked=(1, 2, 3, 10, 15, 17))
        yield inside(more + ["@3=data:three", "@7=pipe:seven", "@10=dir:/",
                             "@251=hold"])
        yield inside(more + ["@3=data:three", "--file", "3", "/m"])
        yield inside(more, tty=True)
        yield inside(more + ["--new-session"], tty=True)
        yield inside(more + ["--dev", "/dev"], tty=True)
        for env in ({"HOME": "{UNSET}"}, {"HOME": "/bin"}, {"HOME": "no"},
                    {"PATH": "{UNSET}"}, {"PWD": "/elsewhere"},
                    {"PWD": "{UNSET}"}, {"HOME": ""}, {"PATH": "/no"}):
            yield inside(more, env=env)
            yield on_host(more, env=env)
        for cwd in ("/", "/bin", "{T}/bin", "{T}/w/dir", "{T}/src/dirlink"):
            yield inside(more, cwd=cwd)
            yield inside(more + ["--dir", "{T}/src", "--bind", "{T}/w",
                                 "{T}/w"], cwd=cwd)
            yield on_host(more, cwd=cwd)
    for cwd in ("/", "{T}", "{T}/src/sub"):
        for source in (".", "src", "a", "../a", "b", "bin"):
            yield inside(["--ro-bind", source, "/m"], cwd=cwd)
            yield inside(["--bind-try", source, "m/n"], cwd=cwd)


def mixtures(count, seed):
    """Long lines of anything."""
    rng = random.Random(seed)
    for _ in range(count):
        words = []
        for _ in range(rng.randint(3, 8)):
            words += rng.choice(AT_M if rng.random() < 0.6 else ABOUT)
        yield inside(words, rng.choice(list(BASES)))
    makers = [words for words in AT_M if words[0] not in
              ("--perms", "--size", "--remount-ro", "--chmod", "--lock-file")]
    for _ in range(count):
        words = []
        for n in range(rng.randint(3, 9)):
            maker = rng.choice(makers)
            words += [w.replace("/m", f"/m{rng.randint(0, 3)}", 1)
                      if w.startswith("/m") else w for w in maker]
        yield inside(words, rng.choice(["small", "written", "all", "user"]))


def is_harmless(case):
    """Not what would change the mode of the host's /proc, where it is bound."""
    words = case.words
    return not any(words[i:i + 2] == ["--proc", "/m"] and
                   "--chmod" in words[i:] for i in range(len(words)))


def all_cases():
    for group in (singles(), destinations(), values(), commands(),
                  files_of_arguments(), from_outside(), modifiers(), orders(),
                  mount_pairs(), process_pairs(), mixtures(120, 1)):
        yield from filter(is_harmless, group)
