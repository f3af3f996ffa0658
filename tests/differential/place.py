# SPDX-License-Identifier: Apache-2.0
"""A directory in which command lines are run, one after the other."""
import collections
import ctypes
import errno
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import stat
import struct
import subprocess
import tempfile
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWIPC, CLONE_NEWNS = 0x8000000, 0x20000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME = 1, 2, 4, 8, 1024
MS_BIND, MS_REC, MS_PRIVATE, MS_SHARED = 4096, 1 << 14, 1 << 18, 1 << 20
PR_SET_CHILD_SUBREAPER = 36
FIRST_FD = 100  # what a case's first @word turns into
LIMIT = 1  # seconds that a run may take

Result = collections.namedtuple(
    "Result", "status out err written pid host own")
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


class Hangs(Exception):
    pass


def filter_text(action, call=None):
    """A seccomp program: `action` for one system call, or for all."""
    if call is None:
        return struct.pack("=HBBI", 0x06, 0, 0, action)
    return struct.pack("=" + "HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, call,
                       0x06, 0, 0, action, 0x06, 0, 0, 0x7fff0000)


# getpgid(2): nothing needs it, so that a filter can take it away.
GETPGID = {"x86_64": 121, "aarch64": 155}.get(os.uname().machine, 132)
FILTERS = {"allow": filter_text(0x7fff0000),
           "eperm": filter_text(0x00050000 | errno.EPERM, GETPGID),
           "enosys": filter_text(0x00050000 | errno.ENOSYS, GETPGID),
           "odd": b"1234567", "empty": b"", "nonsense": b"\xff" * 8}


def own_namespaces():
    return {n: os.readlink("/proc/self/ns/" + n) for n in NAMESPACES}


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                found += map(int, f.read().split())
    except OSError:
        pass
    return found


def descendants(pid):
    found = children(pid)
    for child in list(found):
        found += descendants(child)
    return found


def read_file(path):
    try:
        with open(path, "rb") as f:
            return f.read().decode(errors="replace")
    except OSError as e:
        return errno.errorcode[e.errno]


def drain(fd):
    """All that was written to a memfd, from its start."""
    text = b""
    while block := os.pread(fd, 1 << 20, len(text)):
        text += block
    return text.decode(errors="replace")


def tree(top):
    """One line for each file below, as a host would see what was made."""
    found = []
    for path, directories, names in os.walk(top):
        for name in directories + names:
            name = os.path.join(path, name)
            st = os.lstat(name)
            line = f"{name[len(top) + 1:]} {stat.filemode(st.st_mode)} " \
                f"{st.st_uid} {st.st_gid}"
            if stat.S_ISREG(st.st_mode):
                line += f" {st.st_size} bytes, {st.st_nlink} links"
                if 0 < st.st_size < 80 and os.access(name, os.R_OK):
                    line += " " + repr(read_file(name))
            elif stat.S_ISLNK(st.st_mode):
                line += " -> " + os.readlink(name)
            found.append(line)
    return sorted(found)


def system(name, *args):
    """A system call by way of libc, with text as bytes."""
    if getattr(LIBC, name)(*[a.encode() if isinstance(a, str) else a
                             for a in args]) != 0:
        raise OSError(ctypes.get_errno(), f"{name} {args}")


def share(top):
    """{S}: mounts below a source, with flags of all kinds. Without root they
    are plain directories."""
    root = os.geteuid() == 0
    os.mkdir(top)
    for name, flags, options in (
            ("ro", MS_RDONLY, None), ("noexec", MS_NOEXEC, None),
            ("nodev", MS_NODEV | MS_NOSUID | MS_NOATIME, None),
            ("closed", 0, "mode=0700"), ("closed/below", 0, None),
            ("plain", 0, None), ("plain/a", 0, None), ("plain/a/b", 0, None)):
        point = os.path.join(top, name)
        os.mkdir(point)
        for _ in range((2 if name == "plain" else 1) if root else 0):
            system("mount", "shared", point, "tmpfs", flags, options)
    point = os.path.join(top, "file")
    with open(point, "w") as f:
        f.write("shared")
    if root:
        system("mount", os.environ["PROBE"], point, None, MS_BIND, None)


def unshare(top):
    """Takes all mounts below it away, the latest first."""
    with open("/proc/self/mountinfo") as f:
        points = [line.split()[4] for line in f]
    for point in reversed(points):
        if point.startswith(top + "/"):
            system("umount2", point, 0)


def leave_namespace():
    """As leftovers.isolate() does it: what other places mount is not seen."""
    system("unshare", CLONE_NEWNS)
    for kind in (MS_PRIVATE, MS_SHARED):
        system("mount", None, "/", None, MS_REC | kind, None)


class Place:
    """{T} is a directory of this place: bin, src, home and w. Where a run
    changes it, it is made again. {S} is a tree with mounts; what root made is
    for an account without privileges too."""

    def __init__(self, base, shared):
        self.top = tempfile.mkdtemp(prefix="place.", dir=base)
        os.chmod(self.top, 0o755)
        os.mkdir(self.path("bin"))
        shutil.copy(os.environ["PROBE"], self.path("bin/probe"))
        for name, text, mode in (("bin/plain", "no program", 0o755),
                                 ("bin/closed", "#!/bin/sh\n", 0o644)):
            self.make(name, text, mode)
        self.shared = shared or self.path("shared")
        self.is_root = os.geteuid() == 0
        if self.is_root:
            leave_namespace()
        self.fresh()
        self.pristine = tree(self.top)
        system("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.helper = self.namespaces = None

    def path(self, name):
        return os.path.join(self.top, name)

    def make(self, name, text, mode):
        with open(self.path(name), "w") as f:
            f.write(text)
        os.chmod(self.path(name), mode)

    def fresh(self):
        """All but bin is made again."""
        unshare(self.top)
        for path, directories, _ in os.walk(self.top):
            for name in directories:
                name = os.path.join(path, name)
                if not os.path.islink(name):
                    os.chmod(name, 0o755)
        for name in os.listdir(self.top):
            if os.path.isdir(self.path(name)) and name != "bin":
                shutil.rmtree(self.path(name))
            elif name != "bin":
                os.unlink(self.path(name))
        for name, mode in (("home", 0o755), ("src", 0o755),
                           ("src/sub", 0o711), ("src/closed", 0o700),
                           ("src/o d,d:d\\", 0o755), ("w", 0o755),
                           ("w/dir", 0o711), ("w/dir/inner", 0o750),
                           ("w/bin", 0o755)):
            os.mkdir(self.path(name))
            os.chmod(self.path(name), mode)
        for name, text, mode in (("src/a", "file a", 0o640),
                                 ("src/sub/b", "file b", 0o755),
                                 ("w/file", "old", 0o640),
                                 ("w/dir/old", "older", 0o600)):
            self.make(name, text, mode)
        for name, target in (("src/link", "a"), ("src/dirlink", "sub"),
                             ("src/gone", "no"), ("src/up", "../w"),
                             ("src/abs", "/bin"), ("src/loop", "loop"),
                             ("w/dlink", "dir"), ("w/flink", "file"),
                             ("w/absd", "/dir"), ("w/absf", "/file"),
                             ("w/up", "../../dir"), ("w/gone", "nowhere"),
                             ("w/loop", "loop")):
            os.symlink(target, self.path(name))
        if self.shared == self.path("shared"):
            share(self.shared)
        os.chdir(self.path("src"))

    # --- descriptors ----------------------------------------------------------

    def get_namespaces(self):
        """A user namespace that we own, and a PID namespace in it that has had
        some processes, so that numbers in it are large. They end with us, as
        the pipe does."""
        if not self.helper:
            self.helper = subprocess.Popen(
                ["unshare", "--user", "--map-root-user", "--pid", "--fork",
                 "--kill-child", "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do"
                 " /bin/true; done; echo; exec cat"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={"PATH": "/usr/bin:/bin"})
            self.helper.stdout.readline()
            path = f"/proc/{self.helper.pid}/ns/"
            self.namespaces = {
                "userns": os.open(path + "user", os.O_RDONLY),
                "pidns": os.open(path + "pid_for_children", os.O_RDONLY)}
        return self.namespaces

    def open(self, word):
        """What a word such as @data:TEXT stands for, and what to keep open."""
        kind, _, text = word.partition(":")
        if kind in ("data", "bpf", "out"):
            fd = os.memfd_create("case")
            os.write(fd, FILTERS[text] if kind == "bpf" else
                     self.fill(text).encode())
            os.lseek(fd, 0, os.SEEK_SET)
            return fd, ()
        if kind in ("pipe", "hold", "end"):
            fd, end = os.pipe()
            os.write(end, self.fill(text).encode())
            if kind == "hold":
                return fd, (end,)
            if kind == "end":
                return end, (fd,)
            os.close(end)
            return fd, ()
        if kind in ("path", "dir", "file"):
            flags = {"path": os.O_PATH, "dir": os.O_RDONLY | os.O_DIRECTORY,
                     "file": os.O_RDONLY}[kind]
            return os.open(self.fill(text), flags), ()
        return os.dup(self.get_namespaces()[kind]), ()

    def fill(self, word):
        return word.replace("{T}", self.top).replace("{S}", self.shared)

    def words(self, words):
        """The words as they are passed, {number: descriptor}, and what else is
        to be closed."""
        out, fds, kept = [], {}, []
        for word in words:
            if word.startswith("@@"):
                word = str(FIRST_FD + len(fds) - 1)
            elif word.startswith("@"):
                number = FIRST_FD + len(fds)
                m = re.match(r"@(\d+)=(.*)", word, re.S)
                if m:
                    number, word = int(m[1]), "@" + m[2]
                fd, more = self.open(word[1:])
                fds[number] = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 400)
                os.close(fd)
                kept += more
                if m:
                    continue
                word = str(number)
            out.append(self.fill(word))
        return out, fds, kept

    # --- processes ------------------------------------------------------------

    def start(self, binary, case, out, err, terminal=None):
        """Starts it; returns (pid, {number: descriptor}, what is kept open).
        posix_spawn(3) can give each descriptor its number without a shell."""
        line, fds, kept = self.words(case.words)
        line = [binary if word == "{BWRAP}" else word for word in line]
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "A": "outside",
               "HOME": self.path("home"), "PWD": self.fill(case.cwd)}
        env.update({k: self.fill(v) for k, v in case.env.items()})
        env = {k: v for k, v in env.items() if v != "{UNSET}"}
        null = os.open("/dev/null", os.O_RDWR)
        actions = []
        for number, fd in enumerate((null, out, err)):
            if terminal:
                actions.append((os.POSIX_SPAWN_OPEN, number, terminal,
                                os.O_RDWR, 0))
            elif number in case.closed:
                actions.append((os.POSIX_SPAWN_CLOSE, number))
            else:
                actions.append((os.POSIX_SPAWN_DUP2, fd, number))
        for number, fd in fds.items():
            actions.append((os.POSIX_SPAWN_DUP2, fd, number))
        if case.ignored:
            # Not here: who ignores SIGCHLD has no child to wait for.
            line[:0] = ["/usr/bin/env", "--ignore-signal=" +
                        ",".join(map(str, case.ignored))]
        before = os.umask(case.umask)
        os.chdir(self.fill(case.cwd))
        try:
            pid = os.posix_spawn(
                line[0], line, env, file_actions=actions, setsid=True,
                setsigmask=case.blocked,
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
        finally:
            os.umask(before)
            os.close(null)
        return pid, fds, kept

    def wait(self, pid, terminal=None, limit=LIMIT):
        """The status, as a shell has it, and what was written to a terminal."""
        text, poll = b"", select.poll()
        pidfd = os.pidfd_open(pid)
        poll.register(pidfd, select.POLLIN)
        if terminal is not None:
            poll.register(terminal, select.POLLIN)
        end = time.monotonic() + limit
        try:
            while True:
                ready = dict(poll.poll(max(0, (end - time.monotonic()) * 1000)))
                if not ready:
                    raise Hangs()
                if ready.get(terminal, 0) & select.POLLIN:
                    text += os.read(terminal, 65536)
                elif pidfd in ready:
                    break
                else:
                    poll.unregister(terminal)
        finally:
            os.close(pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status if status >= 0 else 128 - status, text

    def clear(self):
        """Ends what a run left; it has become ours, see the subreaper."""
        own = self.helper.pid if self.helper else None
        for _ in range(1000):
            left = [pid for pid in children(os.getpid()) if pid != own]
            if not left:
                return
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, os.WNOHANG)
                except (ProcessLookupError, ChildProcessError):
                    pass
            time.sleep(0.001)

    def run(self, binary, case, limit=LIMIT):
        if self.is_root:
            system("unshare", CLONE_NEWIPC)  # no message queue of another run
        out, err = os.memfd_create("out"), os.memfd_create("err")
        terminal = pty.openpty() if case.tty else None
        fds, kept = {}, []
        try:
            pid, fds, kept = self.start(
                binary, case, out, err,
                os.ttyname(terminal[1]) if terminal else None)
            status, text = self.wait(pid, terminal and terminal[0], limit)
            host = tree(self.top)
            if host != self.pristine:
                self.fresh()
            written = {number: drain(fd) for number, fd in fds.items() if
                       os.readlink(f"/proc/self/fd/{fd}").startswith("/memfd")}
            text = text.decode(errors="replace").replace("\r\n", "\n")
            return Result(status, drain(out) + text, drain(err), written, pid,
                          sorted(set(host) ^ set(self.pristine)),
                          own_namespaces())
        except Hangs:
            self.fresh()
            return Result("hangs", drain(out), drain(err), {}, 0, [],
                          own_namespaces())
        finally:
            for fd in [out, err, *fds.values(), *kept, *(terminal or ())]:
                os.close(fd)
            self.clear()
