"""A program on a terminal of its own, as a person would run it."""

import fcntl
import os
import pty
import signal
import struct
import termios
import threading

from process import DEADLINE, NotInTime, Output, wait_until


def run_on_terminal(command, environment, folder):
    """The process's id, and the end of its terminal that a person would have."""
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            os.execve(command[0], command, environment)
        finally:
            os._exit(127)
    return pid, terminal


class TerminalProcess:
    """Has a terminal for its standard input and outputs; keys that are pressed on it make signals, as for a person."""

    def __init__(self, name, command, environment, folder):
        self.name = name
        self.output = Output()
        self.pid, self._terminal = run_on_terminal(command, environment, folder)
        self._code = None
        self._may_read = threading.Event()
        self._may_read.set()
        self._reader = threading.Thread(target=self.output.read_from, args=(self._terminal, self._may_read), daemon=True)
        self._reader.start()

    def press(self, keys):
        os.write(self._terminal, keys.encode("utf-8"))

    def signal(self, number):
        os.kill(self.pid, number)

    def resize(self, columns):
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def stop_reading(self):
        """Takes no more than one piece of what the program writes, until `go_on_reading`."""
        self._may_read.clear()

    def go_on_reading(self):
        self._may_read.set()

    def mark(self):
        return self.output.mark()

    def wait_for(self, pattern, after=0, deadline=DEADLINE):
        try:
            return self.output.wait_for(pattern, after, deadline)
        except NotInTime as problem:
            raise NotInTime("{}: {}".format(self.name, problem)) from None

    def running(self):
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is None

    def wait(self, deadline=DEADLINE):
        wait_until(lambda: not self.running(), "{} ends".format(self.name), deadline)
        self._reader.join(deadline)
        return self._code

    def kill(self):
        self.go_on_reading()
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
        self.wait()
        os.close(self._terminal)
