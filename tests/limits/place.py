# SPDX-License-Identifier: Apache-2.0
"""Where the tests of limits run sandbox, and one run of it."""
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.realpath(__file__)))]
import leftovers  # noqa: E402

FACTOR = float(os.environ.get("FACTOR", "1"))
GUARD = 30 + 2 * FACTOR  # after that it hangs


def reap():
    """As PID 1 of a namespace we inherit what is left."""
    try:
        while os.getpid() == 1 and os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def new_cgroups(before):
    """Of version 2: sandbox makes no others, and who else does is not our
    concern."""
    return [g for g in leftovers.new_cgroups(before)
            if os.path.exists(os.path.join(g, "cgroup.controllers"))]


class Place:
    """home/, the working directory home/project/, tmp/, out/, and the programs
    under names that no other process has."""

    def __init__(self, base, name, uid=None, prefix=()):
        self.uid, self.prefix = uid, prefix
        self.top = os.path.join(base, name)
        self.home = os.path.join(self.top, "home")
        self.project = os.path.join(self.home, "project")
        self.out = os.path.join(self.top, "out")
        self.tmp = os.path.join(self.top, "tmp")
        for path in (self.project, self.out, self.tmp):
            os.makedirs(path)
        number = random.randrange(10**6)
        self.sandbox = self.copy("SANDBOX", f"sbx{number}")
        self.hog = self.copy("HOG", f"hog{number}")
        self.late = self.copy("HOG", f"late{number}")
        self.inside = shutil.copy(self.hog, self.project)
        leftovers.own(self.top, uid)
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.home,
                    "TMPDIR": self.tmp, "LANG": "C.UTF-8"}
        for name in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def copy(self, variable, name):
        path = os.path.join(self.top, name)
        shutil.copy(os.environ[variable], path)
        os.chmod(path, 0o755)
        return path

    def popen(self, argv, **more):
        account = {} if self.uid is None else {
            "user": self.uid, "group": self.uid, "extra_groups": []}
        return subprocess.Popen(argv, env=self.env, cwd=self.project,
                                start_new_session=True, **account, **more)

    def processes(self):
        """PID -> name, of what runs here."""
        names = {os.path.basename(p) for p in (self.sandbox, self.hog)}
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    text = f.read()
            except OSError:
                continue
            name = text[text.index("(") + 1:text.rindex(")")]
            if name in names and text[text.rindex(")") + 2] != "Z":
                found[int(pid)] = name
        return found

    def facts(self):
        return {
            "mounts": leftovers.mounts(),
            "files": {f for f in leftovers.files(self.home, self.tmp,
                                                 "/dev/shm")
                      if not f[0].startswith(self.project)},
            "SysV IPC": leftovers.ipc(),
        }

    def tidy(self):
        for name in os.listdir(self.project):
            if name != os.path.basename(self.inside):
                os.unlink(os.path.join(self.project, name))


class Run:
    """One run with a report; `sent` is a signal for sandbox, `name` makes its
    files its own."""

    def __init__(self, place, options, program, sent=0, name="report"):
        self.place, self.file = place, os.path.join(place.out, name)
        argv = [*place.prefix, place.sandbox, *shlex.split(options),
                "--report", self.file, "--", place.inside,
                *shlex.split(program)]
        with tempfile.TemporaryFile(dir=place.top) as out, \
                tempfile.TemporaryFile(dir=place.top) as err:
            began = time.monotonic()
            process = place.popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=err)
            try:
                if sent:
                    self.send_when_it_runs(process, sent)
                self.status = process.wait(timeout=GUARD)
            except subprocess.TimeoutExpired:
                self.status = None
                process.kill()
                process.wait()
            self.wall = time.monotonic() - began
            self.stdout, self.stderr = self.read(out), self.read(err)
        self.report = self.take_report()

    def send_when_it_runs(self, process, sent):
        end = time.monotonic() + GUARD
        name = os.path.basename(self.place.inside)
        while name not in self.place.processes().values():
            if time.monotonic() > end or process.poll() is not None:
                return
            time.sleep(0.02)
        time.sleep(0.1)
        for pid, name in self.place.processes().items():
            if name == os.path.basename(self.place.sandbox) and \
                    pid == process.pid:
                os.kill(pid, sent)

    @staticmethod
    def read(file):
        file.seek(0)
        return file.read()

    def take_report(self):
        try:
            with open(self.file) as f:
                return json.load(f)
        except (OSError, ValueError):
            return None
        finally:
            if os.path.exists(self.file):
                os.unlink(self.file)

    def lines(self):
        """Those of sandbox: the command may have written before them."""
        text = self.stderr.decode("utf-8", "replace")
        return re.findall(r"sandbox: [^\n]*", text)
