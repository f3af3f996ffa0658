# SPDX-License-Identifier: Apache-2.0
"""Stories about who lives how long, who gets a signal, who holds what.

A story is a generator of facts, (name, lines). It starts sandboxes as Live and
looks at their processes from outside.
"""
import collections
import fcntl
import json
import os
import re
import select
import signal
import time

import cases
import place as places

Story = collections.namedtuple("Story", "name tell arguments")
STORIES = []

SLEEP = ["/bin/probe", "sleep", "100"]
DAEMON = ["/bin/probe", "daemon", "100"]
LATER = ["/bin/probe", "each", "sleep", "0.1", "+", "fdlinks", "1", "+",
         *cases.LATE[cases.LATE.index("status1"):]]
SETTLED = 0.2  # seconds until what was killed is gone

# With PID 1 or without, and who dies with whom.
KINDS = ([], ["--unshare-pid"], ["--unshare-pid", "--as-pid-1"],
         ["--die-with-parent"], ["--unshare-pid", "--die-with-parent"],
         ["--unshare-pid", "--as-pid-1", "--die-with-parent"],
         ["--lock-file", "/bin/probe"])


def story(*arguments):
    """Tells it once for each of the arguments."""
    def add(tell):
        for words in arguments:
            name = " ".join(
                [tell.__name__.replace("_", " ") + ":"] +
                [" ".join(w) if isinstance(w, list) else str(w)
                 for w in words])
            STORIES.append(Story("story: " + name.strip(), tell, words))
        return tell
    return add


def tell(place, binary, one):
    """The facts of a story."""
    facts = {"status": []}
    lives = []

    def live(*words, **more):
        lives.append(Live(place, binary, words, **more))
        return lives[-1]

    try:
        for name, lines in one.tell(live, *one.arguments):
            facts[name] = [str(line) for line in lines]
    except TimeoutError as e:
        facts["hangs"] = [str(e)]
    finally:
        place.clear()
        for one in lives:
            one.close()
        place.fresh()
    return facts


class Live:
    """One that runs; `words` are all between its name and the end."""

    def __init__(self, place, binary, words, before=(), base=True):
        self.place, self.binary = place, binary
        self.out, self.err = os.memfd_create("out"), os.memfd_create("err")
        words = [*before, "{BWRAP}", *(cases.SMALL if base else ()), *words]
        self.pid, self.fds, self.kept = place.start(
            binary, cases.Case("", words), self.out, self.err)
        self.began = time.monotonic()

    def close(self):
        for fd in [self.out, self.err, *self.fds.values(), *self.kept]:
            os.close(fd)

    def processes(self):
        """{pid: what it is} of all that are alive."""
        found = {}
        helper = self.place.helper
        for child in places.children(os.getpid()):
            if helper and child == helper.pid:
                continue
            for pid in [child, *places.descendants(child)]:
                state = places.read_file(f"/proc/{pid}/stat").rpartition(") ")
                name = places.read_file(f"/proc/{pid}/cmdline").split("\0")[0]
                if not state[1] or state[2][0] in "ZX":
                    continue
                if name.endswith("/probe"):
                    found[pid] = "command"
                elif pid == self.pid:
                    found[pid] = "caller" if name == "/bin/sh" else "monitor"
                else:
                    found[pid] = "child"
        return found

    def find(self, kind):
        """The one process of that kind, once it is there."""
        return self.until(lambda: [pid for pid, k in self.processes().items()
                                   if k == kind], f"no {kind}")[0]

    def until(self, true, what):
        end = time.monotonic() + 5
        while not (result := true()):
            if time.monotonic() > end:
                raise TimeoutError(what)
            time.sleep(0.005)
        return result

    def alive(self):
        """Who is alive when what had to die is dead."""
        seen = [True]
        for _ in range(10):
            time.sleep(SETTLED / 10)
            seen.append(self.processes())
            if not any(seen[-3:]):
                break
        return sorted(seen[-1].values())

    def wait(self):
        try:
            status, _ = self.place.wait(self.pid, limit=5)
        except places.Hangs:
            raise TimeoutError("does not end") from None
        quick = time.monotonic() - self.began < 4
        return [status, "at once" if quick else "late"]

    def written(self, number=places.FIRST_FD):
        text = places.drain(self.fds[number])
        return re.sub(r"\d{3,}", "N", text).splitlines()

    def errors(self):
        return places.drain(self.err).splitlines()

    def output(self):
        return re.sub(r"\[\d+\]", "[N]", places.drain(self.out)).splitlines()


# --- ends and signals ---------------------------------------------------------

@story(*[(more,) for more in KINDS])
def a_daemon_is_left(live, more):
    one = live("--json-status-fd", "@out", *more, *DAEMON)
    yield "status", one.wait()
    yield "alive", one.alive()
    yield "json", one.written()


@story(*[(more, sig) for more in KINDS for sig in ("TERM", "KILL", "INT")])
def signal_to_the_monitor(live, more, sig):
    one = live("--json-status-fd", "@out", *more, *SLEEP)
    one.find("command")
    os.kill(one.pid, getattr(signal, "SIG" + sig))
    yield "status", one.wait()
    yield "alive", one.alive()
    yield "json", one.written()


@story(*[(more, sig) for more in KINDS for sig in ("TERM", "KILL")])
def signal_to_the_command(live, more, sig):
    one = live("--json-status-fd", "@out", *more, *SLEEP)
    os.kill(one.find("command"), getattr(signal, "SIG" + sig))
    if more[:2] == KINDS[2] and sig == "TERM":
        yield "alive", one.alive()  # PID 1 is not killed by that
        return
    yield "status", one.wait()
    yield "alive", one.alive()
    yield "json", one.written()


@story(*[(more, sig) for more in KINDS[1::3] for sig in ("TERM", "KILL")])
def signal_to_PID_1(live, more, sig):
    one = live("--json-status-fd", "@out", *more, *SLEEP)
    one.find("command")
    os.kill(one.find("child"), getattr(signal, "SIG" + sig))
    if sig == "TERM":
        yield "alive", one.alive()
        return
    yield "status", one.wait()
    yield "alive", one.alive()
    yield "json", one.written()


@story(*[(more, sig) for more in KINDS for sig in ("TERM", "KILL")])
def the_caller_is_killed(live, more, sig):
    one = live(*more, *SLEEP, before=["/bin/sh", "-c", '"$@" & wait', "sh"])
    one.find("command")
    os.kill(one.pid, getattr(signal, "SIG" + sig))
    yield "status", one.wait()
    yield "alive", one.alive()


@story(*[(more,) for more in KINDS[:3]])
def orphans_are_reaped(live, more):
    one = live(*more, "/bin/probe", "orphans", "3")
    yield "status", one.wait()
    yield "zombies", one.output()


# --- what is held -------------------------------------------------------------

def lock_of(path):
    with open(path, "r+") as f:
        try:
            fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return ["locked"]
    return ["free"]


@story(*[(more, command) for more in ([], ["--unshare-pid"],
                                      ["--die-with-parent"])
         for command in (SLEEP, DAEMON)])
def a_lock_is_held(live, more, command):
    one = live(*more, "--bind", "{T}/w", "/w", "--lock-file", "/w/file",
               "--lock-file", "/w/dir/old", *command)
    names = [one.place.path(n) for n in ("w/file", "w/dir/old")]
    if command == DAEMON:
        yield "status", one.wait()
        time.sleep(SETTLED)
    else:
        one.find("command")
    for i, name in enumerate(names):
        yield f"lock {i}", lock_of(name)
    if command == SLEEP:
        os.kill(one.pid, signal.SIGKILL)
        yield "status", one.wait()
        yield "alive", one.alive()
        yield "lock after the monitor", lock_of(names[0])
    one.place.clear()
    yield "lock in the end", lock_of(names[0])


@story(*[(more, option) for more in KINDS
         for option in ("--sync-fd", "--block-fd", "--info-fd",
                        "--json-status-fd", "--setenv FD")])
def who_has_a_descriptor(live, more, option):
    """The last one is about those that no option names."""
    one = live(*more, *option.split(), "@out:12345678", *SLEEP)
    one.find("command")
    time.sleep(0.02)  # for what PID 1 closes
    wanted = os.fstat(one.fds[places.FIRST_FD]).st_ino
    for pid, kind in one.processes().items():
        try:
            held = any(os.stat(f"/proc/{pid}/fd/{fd}").st_ino == wanted
                       for fd in os.listdir(f"/proc/{pid}/fd"))
        except OSError as e:
            held = e.strerror
        yield "descriptor of the " + kind, [held]


@story(*[(more, command) for more in KINDS for command in (SLEEP, DAEMON)])
def a_pipe_ends_with_the_sandbox(live, more, command):
    one = live(*more, "--sync-fd", "@end", *command)
    os.close(one.fds.pop(places.FIRST_FD))
    if command == DAEMON:
        yield "status", one.wait()
    else:
        one.find("command")
    poll = select.poll()
    poll.register(one.kept[0], select.POLLIN)
    yield "before", ["ended" if poll.poll(1000 * SETTLED) else "open"]
    one.place.clear()
    yield "after", ["ended" if poll.poll(5000) else "open"]


@story(*[(more,) for more in KINDS])
def a_block_is_waited_for(live, more):
    one = live(*more, "--json-status-fd", "@out", "--block-fd", "@hold",
               "/bin/probe", "ids")
    one.until(lambda: child_pid(one), "no child-pid")
    yield "before", one.alive()
    yield "json before", one.written()
    os.write(one.kept[0], b"x")
    yield "status", one.wait()
    yield "output", one.output()
    yield "json", one.written()


@story(([],), (["--unshare-pid"],))
def ids_are_mapped_by_the_caller(live, more):
    one = live(*more, "--unshare-user", "--info-fd", "@out",
               "--userns-block-fd", "@hold", *cases.FACTS)
    pid = one.until(lambda: child_pid(one), "no child-pid")
    yield "before", one.alive()
    try:
        for name, text in (("setgroups", "deny"),
                           ("uid_map", f"7 {os.getuid()} 1"),
                           ("gid_map", f"8 {os.getgid()} 1")):
            with open(f"/proc/{pid}/{name}", "w") as f:
                f.write(text)
    except OSError as e:
        yield "maps", [e]
    os.write(one.kept[0], b"x")
    yield "status", one.wait()
    yield "error", one.errors()[:1]
    yield "ids", [line for line in one.output() if re.match(
        r"(uid|gid|euid|egid) |setgroups| +\d+ +\d+ ", line)]


# --- who is who ---------------------------------------------------------------

def child_pid(one):
    m = re.search(r'"child-pid": *(\d+)', places.drain(
        one.fds[places.FIRST_FD]))
    return m and int(m[1])


@story(*[(more, option) for more in KINDS + (["--unshare-all"],
                                             ["--unshare-user", "--dev", "/d"])
         for option in ("--info-fd", "--json-status-fd")])
def child_pid_is_told(live, more, option):
    one = live(*more, option, "@out", *SLEEP)
    one.find("command")
    pid = one.until(lambda: child_pid(one), "no child-pid")
    yield "who", [one.processes().get(pid)]
    inside = re.search(r"NSpid:.*\s(\d+)\n", places.read_file(
        f"/proc/{pid}/status"))
    yield "number", [int(inside[1]) == 1]
    text = re.split(r"(?<=\})\s*(?=\{|$)", places.drain(
        one.fds[places.FIRST_FD]))[0]
    for name, inode in sorted(json.loads(text).items()):
        if name.endswith("-namespace"):
            kind = name.removesuffix("-namespace")
            try:
                own = os.stat(f"/proc/{one.find('command')}/ns/{kind}").st_ino
                yield name, [own == inode]
            except OSError as e:
                yield name, [e.strerror]


@story(*[(more,) for more in KINDS])
def parents_and_sessions(live, more):
    """The fields of stat(5) from outside: all in the caller's session?"""
    for option in ([], ["--new-session"]):
        one = live(*more, *option, *SLEEP)
        one.find("command")
        time.sleep(0.02)
        found = one.processes()
        for pid, kind in found.items():
            text = places.read_file(f"/proc/{pid}/stat")
            _, parent, group, session = text.rpartition(")")[2].split()[:4]
            yield " ".join([kind, *option]), [
                f"child of {found.get(int(parent), 'the caller')}",
                f"group of {found.get(int(group))}",
                f"session of {found.get(int(session))}"]
        one.place.clear()


@story(*[(more,) for more in [
    ["--unshare-pid"], ["--unshare-all", "--uid", "5"],
    ["--unshare-pid", "--seccomp", "@bpf:eperm"],
    ["--unshare-pid", "--add-seccomp-fd", "@bpf:eperm", "--add-seccomp-fd",
     "@bpf:allow"],
    ["--unshare-pid", "--cap-add", "ALL"],
    ["--unshare-pid", "--cap-drop", "CAP_KILL"],
    ["--unshare-pid", "--unshare-user", "--cap-add", "CAP_KILL"],
    ["--unshare-pid", "--new-session", "--die-with-parent"],
    ["--unshare-pid", "@3=data:3", "@7=pipe:7", "@251=dir:/"],
    ["--unshare-pid", "--sync-fd", "@data:sync", "--lock-file", "/bin/probe"],
    ["--unshare-pid", "--info-fd", "@out", "--json-status-fd", "@out"],
    ["--unshare-pid", "--as-pid-1"]]])
def PID_1_in_the_end(live, more):
    """When it has given up all that it will."""
    one = live(*more, *LATER)
    yield "status", one.wait()
    yield "PID 1", one.output()
