"""A program under test: what it prints is collected as it comes, and can be waited for."""

import array
import codecs
import fcntl
import os
import pathlib
import re
import select
import signal
import subprocess
import termios
import threading
import time

DEADLINE = 40.0  # for anything that takes a moment on a machine at rest; a busy one gets the rest of it


class NotInTime(AssertionError):
    pass


def wait_until(condition, what, deadline=DEADLINE):
    """Looks again and again until `condition()` gives something true, and returns that."""
    end = time.monotonic() + deadline
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise NotInTime("not within {:.0f} s: {}".format(deadline, what))
        time.sleep(0.02)  # how often it looks; what holds does not depend on it


def is_blocking(pid, descriptor):
    """Whether reads and writes there wait, in that process and in all that have it from the same."""
    flags = re.search(r"^flags:\s*([0-7]+)$", pathlib.Path("/proc/{}/fdinfo/{}".format(pid, descriptor)).read_text(),
                      re.MULTILINE)
    return int(flags.group(1), 8) & os.O_NONBLOCK == 0


def sleeps(pid):
    return pathlib.Path("/proc/{}/stat".format(pid)).read_text().rpartition(")")[2].split()[0] == "S"


class Output:
    """All that one stream has given so far. A position in it is a mark: what came after can be asked for."""

    def __init__(self):
        self._text = ""
        self._ended = False
        self._changed = threading.Condition()

    def read_from(self, file_descriptor, may_read=None):
        """Collects until the end of the stream, while the event `may_read` is set; for a thread of its own."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")  # a character may come in two pieces
        while True:
            if may_read:
                may_read.wait()
            try:
                chunk = os.read(file_descriptor, 65536)
            except OSError:  # EIO: how a terminal says that its other end is gone
                chunk = b""
            text = decoder.decode(chunk, final=not chunk)
            with self._changed:
                self._text += text
                self._ended = not chunk
                self._changed.notify_all()
            if not chunk:
                return

    def text(self, after=0):
        with self._changed:
            return self._text[after:]

    def mark(self):
        return len(self.text())

    def wait_for(self, pattern, after=0, deadline=DEADLINE):
        """The first match of `pattern` behind the mark, as soon as it is there."""
        compiled = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                match = compiled.search(self._text, after)
                if match:
                    return match
                if self._ended:
                    raise NotInTime("its output ended without {!r}".format(pattern))
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    raise NotInTime("not within {:.0f} s: {!r}".format(deadline, pattern))


class Process:
    """A program that runs until it is stopped, with a pipe to its standard input. Both outputs are collected as one."""

    def __init__(self, name, command, environment=None, folder=None):
        self.name = name
        self.output = Output()
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
            cwd=folder)
        self.pid = self._child.pid
        self._may_read = threading.Event()
        self._may_read.set()
        self._reader = threading.Thread(
            target=self.output.read_from, args=(self._child.stdout.fileno(), self._may_read), daemon=True)
        self._reader.start()

    def wait_for(self, pattern, after=0, deadline=DEADLINE):
        try:
            return self.output.wait_for(pattern, after, deadline)
        except NotInTime as problem:
            raise NotInTime("{}: {}".format(self.name, problem)) from None

    def mark(self):
        return self.output.mark()

    def write_line(self, line):
        self._child.stdin.write(line.encode("utf-8") + b"\n")
        self._child.stdin.flush()

    def close_input(self, last=""):
        """After this, which need not be a whole line."""
        self._child.stdin.write(last.encode("utf-8"))
        self._child.stdin.close()

    def stop_reading(self):
        """Takes no more than one piece of what the program writes, until `go_on_reading`."""
        self._may_read.clear()

    def go_on_reading(self):
        self._may_read.set()

    def wait_until_nothing_more_can_be_written(self):
        def is_full():
            unread = array.array("i", [0])
            fcntl.ioctl(self._child.stdout, termios.FIONREAD, unread)
            return unread[0] > fcntl.fcntl(self._child.stdout, fcntl.F_GETPIPE_SZ) - select.PIPE_BUF
        wait_until(is_full, "nobody reads what {} has written".format(self.name))

    def running(self):
        return self._child.poll() is None

    def signal(self, number):
        self._child.send_signal(number)

    def wait(self, deadline=DEADLINE):
        """The exit code, once it has ended and all of its output is here."""
        try:
            code = self._child.wait(deadline)
        except subprocess.TimeoutExpired:
            raise NotInTime("{} does not end".format(self.name)) from None
        self._reader.join(deadline)
        return code

    def interrupt(self, deadline=DEADLINE):
        """Ctrl+C, and the exit code."""
        self.signal(signal.SIGINT)
        return self.wait(deadline)

    def kill(self):
        self.go_on_reading()
        if self.running():
            self._child.kill()
        self._child.wait()
        self._reader.join(DEADLINE)
        self._child.stdout.close()
        try:
            self._child.stdin.close()
        except BrokenPipeError:
            pass
