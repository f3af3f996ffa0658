# SPDX-License-Identifier: Apache-2.0
"""Programs that use up what limits hold; they run inside, with python3 -IS.

load.py WHAT [ARG...]; MIB is memory, MS processor time, S how long it stays.
"there" is printed when all of it is in use. With status 1 the system refused.

	anon MIB S	memory of its own
	hidden MIB S	the same, of a process that nobody may look into
	shared MIB S	a mapping that children share
	tmpfs MIB S	files in /tmp
	children MIB S N	memory of N children, each its own
	cow MIB S N	memory that N children look at, and have from the parent
	file MIB S FILE	a file that is mapped, and read
	spin MS HOW N	uses MS in each of N, and prints the sum: HOW they are
			waited for: children, ignored, threads, orphans, self
	tasks N HOW S	is N processes or threads at once, and prints how many
	bomb HOW	as many as there can be, for ever; of those that do not
			double no more than 500
	order N		lines to standard output and error in turn
"""
import _thread
import ctypes
import mmap
import os
import signal
import sys
import time

PAGE = 4096


def fill(size, flags=mmap.MAP_PRIVATE):
    m = mmap.mmap(-1, size, flags | mmap.MAP_ANONYMOUS)
    for i in range(0, size, PAGE):
        m[i] = 1
    return m


def look_at(m):
    return sum(m[i] for i in range(0, len(m), PAGE))


def there(seconds):
    os.write(1, b"there\n")
    time.sleep(seconds)


def hold(what, size, seconds, *rest):
    held = None
    if what == "hidden":
        ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE
    if what in ("anon", "hidden"):
        held = fill(size)
    elif what == "shared":
        held = fill(size, mmap.MAP_SHARED)
    elif what == "tmpfs":
        held = [open(f"/tmp/{i}", "wb") for i in range(size >> 20)]
        for f in held:
            f.write(bytes(1 << 20))
            f.flush()
    elif what == "file":
        with open(rest[0], "rb") as f:
            held = mmap.mmap(f.fileno(), size, mmap.MAP_PRIVATE,
                             mmap.PROT_READ)
        look_at(held)
    else:
        if what == "cow":
            held = fill(size)
        ready = os.pipe()
        for _ in range(int(rest[0])):
            if os.fork() == 0:
                own = held or fill(size)
                look_at(own)
                os.write(ready[1], b"x")
                time.sleep(seconds)
                os._exit(0)
        for _ in range(int(rest[0])):
            os.read(ready[0], 1)
    there(seconds)


# --- processor time -----------------------------------------------------------


def burn(ms, clock=time.process_time_ns):
    end = clock() + ms * 1000000
    while clock() < end:
        pass


def child(ms, told):
    """Tells at its very end what it used."""
    burn(ms)
    os.write(told, time.process_time_ns().to_bytes(8, "little"))
    os._exit(0)


def spin(ms, how, n):
    sum_ = 0
    if how == "self":
        burn(ms)
    elif how == "threads":
        done = [_thread.allocate_lock() for _ in range(n)]

        def work(lock):
            burn(ms, time.thread_time_ns)
            lock.release()

        for lock in done:
            lock.acquire()
            _thread.start_new_thread(work, (lock,))
        for lock in done:
            lock.acquire()
    else:
        if how == "ignored":
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        told = os.pipe()
        for _ in range(n):
            if os.fork() == 0:
                if how == "orphans" and os.fork():
                    os._exit(0)
                child(ms, told[1])
        for _ in range(n):
            sum_ += int.from_bytes(os.read(told[0], 8), "little")
        # As long as there are any, they are not counted.
        try:
            while how != "orphans":
                os.wait()
        except ChildProcessError:
            pass
        if how == "orphans":
            time.sleep(0.1)
    sum_ += time.process_time_ns()
    os.write(1, b"%d\n" % (sum_ // 1000))
    os._exit(0)


# --- tasks --------------------------------------------------------------------


def begin(how):
    """One more task, which waits for ever."""
    if how == "threads":
        _thread.start_new_thread(time.sleep, (60,))
    elif os.fork() == 0:
        time.sleep(60)
        os._exit(0)


def tasks(n, how, seconds):
    count, status = 1, 0
    try:
        while count < n:
            begin(how)
            count += 1
    except (BlockingIOError, RuntimeError):
        status = 1
    os.write(1, b"%d\n" % count)
    time.sleep(seconds)
    os._exit(status)


def bomb(how):
    count = 0
    while True:
        try:
            count += how not in ("fork", "session", "short")
            if count > 500:
                time.sleep(60)
            if how == "fork":
                os.fork()
            elif how == "session":
                if os.fork() == 0:
                    os.setsid()
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
            elif how == "short":
                if os.fork() == 0:
                    os._exit(0)
            else:
                begin(how)
        except (BlockingIOError, RuntimeError):
            pass


def order(n):
    for i in range(n):
        os.write(1 + i % 2, b"%d\n" % i)


def main():
    what, *args = sys.argv[1:]
    if what == "spin":
        spin(int(args[0]), args[1], int(args[2]))
    elif what == "tasks":
        tasks(int(args[0]), args[1], float(args[2]))
    elif what == "bomb":
        bomb(args[0])
    elif what == "order":
        order(int(args[0]))
    else:
        hold(what, int(args[0]) << 20, float(args[1]), *args[2:])


main()
