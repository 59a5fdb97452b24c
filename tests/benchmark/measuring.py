"""What the scripts here measure with."""

import os
import pathlib
import shutil
import socket
import sys
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def need(*programs):
    """Ends the script, with what to do, when one of these is not installed."""
    missing = [program for program in programs if not path_of(program)]
    if missing:
        sys.exit("{}: needs {}; scripts/setup.sh --with-benchmarks installs it".format(
            pathlib.Path(sys.argv[0]).name, " and ".join(missing)))


def path_of(program):
    """Servers are not on everybody's path."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def processor_seconds(pid):
    """What a process that runs has used so far."""
    fields = pathlib.Path("/proc/{}/stat".format(pid)).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def wait_for(condition, what, seconds=120):
    """Gives what `condition` gives as soon as that is true; ends the script when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            sys.exit("{}: {} did not come in {} s".format(pathlib.Path(sys.argv[0]).name, what, seconds))
        time.sleep(0.05)
    return found


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody listens on, for a server that cannot choose one by itself."""
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
