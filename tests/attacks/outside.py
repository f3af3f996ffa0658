# SPDX-License-Identifier: Apache-2.0
"""What is on the outside while an attack runs.

setup_NAME(run) prepares it: files, helpers that listen, a terminal, victims.
run.check(), called when the command has ended, returns what shows that the
attack had effect, or None; what is in run.on_end is called last, and what is in
run.on_last when no process is left. Processes and files below run.T need no
care: they end with the run.
"""
import array
import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))


def processes():
    """All but this one; this is PID 1 of the namespace they are in."""
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and
            int(p) != os.getpid()]


def within(seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def keep_open(run, number, path, flags=os.O_RDONLY):
    """`path` as descriptor `number` of what is run."""
    fd = os.open(path, flags)
    os.dup2(fd, number, inheritable=False)
    os.close(fd)
    run.fds.append(number)
    run.on_end.append(lambda: os.close(number))


def serve(run, address, family, answer):
    """A helper outside: answer(connection) for whoever comes."""
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(address)
    server.listen(8)

    def loop():
        while True:
            try:
                connection = server.accept()[0]
            except OSError:
                return
            with connection:
                answer(connection)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    # Without it accept() would go on in the thread.
    run.on_end += [lambda: server.shutdown(socket.SHUT_RDWR), thread.join,
                   server.close]
    return server


def say_secret(connection):
    connection.sendall(b"secret")


def setup_cwd(run):
    setup_leak(run)
    run.program = [f"{run.project}/attack"]


def setup_leak(run):
    keep_open(run, 9, run.T)


def setup_trap(run):
    """Symlinks in the working directory to all places they may lead to."""
    victim = run.mkdir(f"{run.T}/victim")
    source = run.mkdir(f"{run.T}/source")
    run.write(f"{source}/file", "")
    run.words["base"] = run.base
    run.attempts = []
    wanted = {"bind": [f"--bind {source}", ""],
              "file": [f"--bind {source}/file", ""], "dir": ["--dir", ""],
              "symlink": ["--symlink target", ""],
              "tmpfs": ["--tmpfs", ""]}[run.case][0]
    for number, place in enumerate(("/oldroot", "/newroot", "", "../" * 9,
                                    "/proc/self/root", "/proc/1/root",
                                    "/proc/self/cwd/../../..")):
        there = place if place.endswith("..") else place + run.T
        run.symlink(f"{there}/victim", f"{run.project}/link{number}")
        for name in (f"link{number}/made", f"link{number}/deep/made"):
            run.attempts.append(f"{wanted} /mnt/{name}".split())
    if run.guarded:
        run.attempts = [["--bind", run.project, "/mnt", *words]
                        for words in run.attempts]
    run.check = lambda: ("made on the host: " + " ".join(os.listdir(victim))
                         if os.listdir(victim) else None)
    run.nothing = "nothing is made on the host"


def setup_swap(run):
    run.words["project"] = run.project
    run.mkdir(f"{run.home}/.secrets")
    run.write(f"{run.home}/.secrets/id", "secret\n", 0o600)
    run.mkdir(f"{run.home}/entry")
    run.symlink(".secrets", f"{run.home}/.entry")
    run.program = ["./project/attack"]
    run.cwd = run.home
    run.popen(["./project/attack", "swap", "entry", ".entry"], cwd=run.home)
    run.attempts = [[]] * 40


def setup_outlive(run):
    def left():
        found = 0
        for pid in processes():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    found += run.T.encode() in file.read()
            except OSError:
                pass
        return found

    run.kill_when_ready = run.case == "killed"
    run.check = lambda: (None if within(1, lambda: not left())
                         else f"{left()} left behind")
    run.nothing = "nobody is left"


def setup_abstract_socket(run):
    def answer(connection):
        fd = os.open(run.T, os.O_RDONLY)
        connection.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                     array.array("i", [fd]))])
        os.close(fd)

    name = run.words["name"] = "attack-" + os.path.basename(run.T)
    serve(run, "\0" + name, socket.AF_UNIX, answer)


def setup_unix_socket(run):
    run.mkdir(f"{run.T}/runtime", 0o700)
    serve(run, f"{run.T}/runtime/bus", socket.AF_UNIX, say_secret)
    run.own(f"{run.T}/runtime/bus")


def setup_network(run):
    server = serve(run, ("127.0.0.1", 0), socket.AF_INET, say_secret)
    run.words["port"] = str(server.getsockname()[1])


def setup_setuid(run):
    """A privileged copy of the program, by root."""
    if os.getuid() != 0:
        raise PermissionError("only root can prepare it")
    path = f"{run.project}/privileged"
    shutil.copy(f"{run.project}/attack", path)
    if run.case == "uid":
        os.chown(path, 0, 0)
        os.chmod(path, 0o4755)
    else:
        # struct vfs_cap_data, revision 2: CAP_NET_RAW, effective
        data = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)
        os.setxattr(path, "security.capability", data)


def setup_victim(run):
    """A process of the same user's with the host's root."""
    process = run.popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
    within(1, lambda: os.readlink(f"/proc/{process.pid}/exe") != sys.executable)
    run.words["base"] = run.base


def setup_bwrap(run):
    run.words["bwrap"] = shutil.which("bwrap") or "bwrap"


def setup_executable(run):
    """Executables of the user's, outside of the working directory."""
    place = run.mkdir(f"{run.T}/bin")
    names = {"sandbox": run.sandbox,
             "bwrap": shutil.which("bwrap") or "/usr/bin/bwrap"}
    for name, path in names.items():
        shutil.copy(path, f"{place}/{name}")
        os.chmod(f"{place}/{name}", 0o755)
        run.own(f"{place}/{name}")
    run.sandbox = f"{place}/sandbox"
    run.words["bwrap"] = f"{place}/bwrap"
    if run.case == "script" and run.guarded:
        run.write(f"{run.project}/script",
                  "#!/proc/self/exe --profile=./evil.profile\n", 0o755)
        run.write(f"{run.project}/evil.profile",
                  "bind / /\n"
                  f"bind {run.project}/attack {run.project}/script\n")
        run.program = ["./script"]
    elif run.case == "script":
        run.symlink("/proc/self/exe", f"{run.project}/again")
        run.program = ["./again", *"--dev-bind / / ./attack".split()]

    def spoilt():
        for name in names:
            if os.stat(f"{place}/{name}").st_mode & 0o777 != 0o755:
                return f"{name} on the host has other permissions"
        return None

    run.check = spoilt
    run.nothing = "it is as it was"


def setup_terminal(run):
    """A terminal with the command's session on it, or a virtual console."""
    ours = None
    if "tioclinux" in run.case:
        # One that nobody is likely to look at.
        number = next(n for n in range(40 + sum(run.base.encode()) % 20, 64)
                      if not os.path.exists(f"/dev/vcs{n}"))
        name = f"/dev/tty{number}"
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
        os.fchown(fd, run.uid, -1)
        run.on_last += [lambda: os.chown(name, 0, -1),
                        lambda: free_console(number)]
    else:
        ours, fd = os.openpty()
        os.fchown(fd, run.uid, -1)
        run.on_end.append(lambda: os.close(ours))
    run.stdin = fd
    run.on_end.append(lambda: os.close(fd))
    run.session = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def typed():
        if ours is None:
            return None
        count = array.array("i", [0])
        fcntl.ioctl(fd, termios.FIONREAD, count)
        return "the caller's shell would read a command" if count[0] else None

    run.check = typed
    run.nothing = "nothing is typed"


def free_console(number):
    """Opening a virtual console makes it, and it stays."""
    vt_disallocate = 0x5608
    console = os.open("/dev/tty0", os.O_RDWR | os.O_NOCTTY)

    def freed():
        try:
            return not fcntl.ioctl(console, vt_disallocate, number)
        except OSError:  # EBUSY: its last user is still on the way out
            return False

    within(2, freed)
    os.close(console)


def setup_keyring(run):
    run.wrap = ["./attack", "lead"]
    run.nothing = "not in the caller's keyring"


def setup_ipc(run):
    number = run.words["number"] = str(0x41000000 + os.getpid() * 1000 +
                                       int(time.monotonic() * 100) % 1000)
    run.host("plant", run.case, number)
    # The copy of the program is in the working directory until the end.
    run.on_end.append(lambda: run.host("remove", run.case, number))


def setup_files(run):
    run.write(f"{run.home}/plain", "secret\n")
    run.mkdir(f"{run.home}/.ssh")
    run.write(f"{run.home}/.ssh/id", "secret\n")
    shm = run.words["shm"] = f"/dev/shm/{os.path.basename(run.T)}"
    run.write(shm, "secret\n")
    run.on_end.append(lambda: os.unlink(shm))
    if run.case == "dot":
        run.cwd = run.home
        run.program = ["./project/attack"]


def setup_handle(run):
    run.words["handle"] = run.host("handle", f"{run.T}/outside")


def setup_tree(run):
    run.mkdir(f"{run.T}/tree")
    run.write(f"{run.T}/tree/outside", "secret\n")


def setup_private(run):
    run.mkdir(f"{run.project}/private")
    run.write(f"{run.project}/private/outside", "secret\n")


def setup_namespace(run):
    place = run.mkdir(f"{run.T}/place")
    holder = run.popen(["./attack", "hold", place])
    if holder.stdout.readline() != b"ready\n":
        raise RuntimeError("no other sandbox")
    keep_open(run, 8, f"/proc/{holder.pid}/ns/user")
    keep_open(run, 9, f"/proc/{holder.pid}/ns/mnt")


def setup_device(run):
    if run.case == "planted" and os.getuid() != 0:
        raise PermissionError("only root can prepare it")
    if run.case == "planted":
        path = f"{run.project}/device"
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
        run.own(path)
    disks = sorted(name for name in os.listdir("/dev") if
                   re.fullmatch("[vs]d[a-z]|xvd[a-z]|nvme[0-9]+n[0-9]+", name))
    for name in (*disks, "loop0", "vcs"):
        run.words["disk"] = f"/dev/{name}"
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDONLY))
            break
        except OSError:
            pass


def setup_capabilities(run):
    if run.case == "inheritable":
        run.wrap = ["setpriv", "--inh-caps", "+net_raw,+sys_chroot"]
    elif run.case == "init":
        run.attempts = [[]] * 20


def setup_loosen(run):
    """What the next run will go by; the attack may put its own there."""
    path = f"{run.project}/" + {
        "profile": "x.profile",
        "profile_dir": "conf/x.profile",
        "profile_include": "more.profile",
        "profile_deep": "conf/deep/x.profile",
        "profile_try": "local.profile",
        "profile_link": "real.profile",
        "profile_symlink": "x.profile",
        "profile_alias": "x.profile",
        "binary": "sandbox",
        "binary_dir": "bin/sandbox",
        "binary_link": "sandbox",
        "binary_alias": "sandbox",
        "config_xdg": "config/sandbox/profiles/default.profile",
    }.get(run.case, "../.config/sandbox/profiles/default.profile")
    path = os.path.normpath(path)
    run.words["alias"] = "/mnt" if run.guarded else run.project
    with open(f"{HERE}/../../profiles/default.profile",
              encoding="ascii") as file:
        default = file.read()
    if run.case == "profile_include":
        run.write(f"{run.project}/x.profile", f"include {path}\n")
    elif run.case == "profile_link":
        run.symlink("real.profile", f"{run.project}/x.profile")
    elif run.case == "config_xdg":
        run.env["XDG_CONFIG_HOME"] = f"{run.project}/config"
    if run.case == "profile_try":
        run.write(f"{run.project}/x.profile",
                  f"include default\ninclude-try {path}\n")
    elif run.case == "profile_symlink":
        run.write(f"{run.project}/real.profile", default)
        run.symlink("real.profile", path)
    elif run.case == "binary_link":
        shutil.copy(run.sandbox, f"{run.project}/sandbox-1")
        run.own(f"{run.project}/sandbox-1")
        run.symlink("sandbox-1", path)
        run.sandbox = path
    elif run.case == "config_link":
        run.mkdir(f"{run.home}/dotfiles")
        run.symlink("dotfiles", f"{run.home}/.config")
    if run.case in ("config", "config_dir", "config_link", "config_xdg",
                    "profile", "profile_dir", "profile_deep", "profile_link",
                    "profile_include", "profile_alias", "binary",
                    "binary_dir", "binary_alias"):
        parent = os.path.dirname(path)
        os.makedirs(parent, exist_ok=True)
        while parent != run.home:
            run.own(parent)
            parent = os.path.dirname(parent)
        if "binary" in run.case:
            shutil.copy(run.sandbox, path)
            run.own(path)
            run.sandbox = path
        else:
            run.write(path, default)

    def loosened():
        try:
            with open(path, "rb") as file:
                if file.read().startswith(b"# loosened"):
                    return "the next run goes by what the attack wrote"
        except FileNotFoundError:
            pass
        return None

    run.check = loosened
    run.nothing = "the next run is as this one"


def setup_set_mode(run):
    def made():
        try:
            mode = os.stat(f"{run.project}/made").st_mode
        except FileNotFoundError:
            return None
        return "a setuid program on the host" if mode & 0o4000 else None

    run.check = made
    run.nothing = "the bit is not set"


def setup_signals(run):
    hit = f"{run.T}/hit"
    run.wrap = ["./attack", "lead", hit]
    run.check = lambda: ("a process outside is hit"
                         if within(0.1, lambda: os.path.exists(hit)) else None)
    run.nothing = "nobody outside is hit"
