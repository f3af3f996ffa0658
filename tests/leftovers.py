# SPDX-License-Identifier: Apache-2.0
"""What a sandbox could leave behind on the host, for tests/sweep and kill9."""
import fcntl
import os
import subprocess
import sys

USER = 64123  # an account without privileges that nothing else runs as


def isolate(*options):
    """As root, starts this script again in a mount namespace of its own, shared
    as systemd's is: what others mount meanwhile is not seen, what a sandbox
    lets out is. `options` are unshare(1)'s, for more than mounts."""
    if os.geteuid() != 0 or "ISOLATED" in os.environ:
        return
    os.environ["ISOLATED"] = "1"
    script = 'mount --make-rshared / && exec "$@"'
    if "--ipc" in options:
        script = "mount -t tmpfs tmpfs /dev/shm && " + script
    os.execvp("unshare", [
        "unshare", "--mount", "--propagation", "private", *options, "sh", "-c",
        script, "sh", sys.executable, *sys.argv])


def own(path, uid):
    """Gives a tree to an account; None is who we are."""
    if uid is not None:
        subprocess.run(["chown", "-R", f"{uid}:{uid}", path], check=True)


def read_lines(path):
    try:
        with open(path) as f:
            return set(f)
    except OSError:
        return set()


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(word) for word in f.read().split()]
    except OSError:
        return []


def mounts():
    return read_lines("/proc/self/mountinfo")


def cgroups():
    return {path for path, _, _ in os.walk("/sys/fs/cgroup")}


def is_in_use(cgroup):
    """Whether it is of a run that lives: sandbox holds its lock."""
    while "/sandbox-run-" in cgroup:
        try:
            fd = os.open(cgroup, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        cgroup = os.path.dirname(cgroup)
    return False


def new_cgroups(before):
    """Those without a process: what others make meanwhile has one soon."""
    found = cgroups() - before
    for path in list(found):
        try:
            with open(os.path.join(path, "cgroup.procs")) as f:
                if f.read(1):
                    found.remove(path)
        except OSError:
            found.remove(path)
    return {path for path in found if not is_in_use(path)}


def files(*tops):
    """(path, mode, uid, gid, size) of all below."""
    found = set()
    for top in tops:
        for path, directories, names in os.walk(top):
            for name in directories + names:
                name = os.path.join(path, name)
                try:
                    st = os.lstat(name)
                except FileNotFoundError:
                    continue
                size = None if name in directories else st.st_size
                found.add((name, st.st_mode, st.st_uid, st.st_gid, size))
    return found


def ipc():
    return set().union(*(read_lines(f"/proc/sysvipc/{kind}")
                         for kind in ("shm", "sem", "msg")))


def keys(uids):
    """(uid, type, description) of the keys of these accounts."""
    fields = [line.split() for line in read_lines("/proc/keys")]
    return {(f[5], *f[7:9]) for f in fields if int(f[5]) in uids}


def mount_namespaces():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.add(os.readlink(f"/proc/{pid}/ns/mnt"))
        except OSError:
            pass
    return found
