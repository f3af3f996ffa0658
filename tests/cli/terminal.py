# SPDX-License-Identifier: Apache-2.0
"""A terminal with a user in front of it.

terminal.py COMMAND ARG... <SCRIPT: runs COMMAND in a new session on a terminal
of its own and does what SCRIPT says, one step a line:

	send TEXT	type it; escapes as in Python: \\r \\x03
	expect REGEX	wait until the rest of the output has it; goes on after it
	never REGEX	the output so far has none
	size ROWS COLS	resize
	make FILE	create a file
	write FIFO	a line into it
	await FILE	wait for one
	sleep SECONDS	only to let a wrong thing happen
	hangup		close the terminal
	end STATUS	wait until COMMAND ends; negative: of that signal

A step that fails ends with status 1, and all of the output on stderr. Needs no
module but those of Debian's python3-minimal.
"""
import fcntl
import os
import re
import select
import signal
import struct
import sys
import time

TIMEOUT = 20
TIOCSWINSZ = 0x5414


class Terminal:
    def __init__(self, argv):
        self.output = b""
        self.at = 0
        self.pid, self.fd = os.forkpty()
        if self.pid == 0:
            for name in ("SIGINT", "SIGQUIT", "SIGTSTP", "SIGTTIN", "SIGTTOU",
                         "SIGPIPE", "SIGXFSZ", "SIGHUP"):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
            os.execvp(argv[0], argv)
        self.size("24 80")

    def read(self, seconds):
        """More output; False when there is none in that time or any more."""
        if self.fd < 0 or not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: nobody has it open any more
            return False
        self.output += data
        return bool(data)

    def send(self, text):
        data = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
        while data:
            data = data[os.write(self.fd, data):]

    def expect(self, regex):
        until = time.monotonic() + TIMEOUT
        while True:
            found = re.search(regex.encode(), self.output[self.at:])
            if found:
                self.at += found.end()
                return
            if time.monotonic() > until:
                raise AssertionError("did not come: " + regex)
            if not self.read(0.1) and self.ended():
                while self.read(0):
                    pass
                if not re.search(regex.encode(), self.output[self.at:]):
                    raise AssertionError("ended without: " + regex)

    def never(self, regex):
        while self.read(0):
            pass
        if re.search(regex.encode(), self.output):
            raise AssertionError("there is: " + regex)

    def size(self, text):
        rows, columns = map(int, text.split())
        fcntl.ioctl(self.fd, TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def make(self, path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))

    def write(self, path):
        fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        os.write(fifo, b"\n")
        # Not closed: what is written would be lost with the last reader.

    def await_file(self, path):
        until = time.monotonic() + TIMEOUT
        while not os.path.exists(path):
            if time.monotonic() > until:
                raise AssertionError("was not made: " + path)
            self.read(0.05)

    def sleep(self, text):
        until = time.monotonic() + float(text)
        while time.monotonic() < until:
            self.read(max(0, until - time.monotonic()))
            time.sleep(0.01)

    def hangup(self, _):
        os.close(self.fd)
        self.fd = -1

    def ended(self):
        state = os.waitid(os.P_PID, self.pid,
                          os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return state is not None

    def end(self, text):
        until = time.monotonic() + TIMEOUT
        while not self.ended():
            if time.monotonic() > until:
                raise AssertionError("does not end")
            if not self.read(0.1):
                time.sleep(0.02)
        while self.read(0):
            pass
        status = os.waitpid(self.pid, 0)[1]
        self.pid = 0
        code = os.waitstatus_to_exitcode(status)
        if code != int(text):
            raise AssertionError("status is %d, not %s" % (code, text))

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


def main():
    terminal = Terminal(sys.argv[1:])
    steps = {"await": terminal.await_file}
    for name in ("send", "expect", "never", "size", "make", "write", "sleep",
                 "hangup", "end"):
        steps[name] = getattr(terminal, name)
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if not word or word.startswith("#"):
            continue
        try:
            steps[word](rest)
        except (AssertionError, OSError) as error:
            sys.stderr.write("%s: %s\n" % (line.strip(), error))
            sys.stderr.write("--- the output, from what was not yet expected "
                             "on after the mark:\n")
            sys.stderr.write(repr(terminal.output[:terminal.at])[2:-1] +
                             "\n>>>\n" +
                             repr(terminal.output[terminal.at:])[2:-1] + "\n")
            terminal.kill()
            sys.exit(1)
    terminal.kill()


main()
