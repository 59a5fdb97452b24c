#!/usr/bin/env python3
"""How many queries a second pass through a relay: our node against the Python peer in the same place, in one run.

    relay_benchmark.py --driver relay_driver --node relay_node [--least RATIO]

Each is given what it can take. The Python peer reads each `recv` as one object, so it gets a query when the one before
it has arrived; it is not left idle by that for long (see its processor time). It compares each query with all that it
has seen, and becomes slower with each: so it is measured fresh, over few queries. Ours gets them as fast as it reads,
and also one by one, for comparison. The best of three runs counts for each.
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import processor_seconds  # noqa: E402

SEED_PEER = pathlib.Path(__file__).resolve().parents[2] / "interop" / "seed_peer.py"
RUNS = 3


class Relay:
    """A process that listens; its output goes to a file, so that nobody has to read it meanwhile."""

    def __init__(self, command, first_line=""):
        self._folder = tempfile.TemporaryDirectory(prefix="relay-")
        log = pathlib.Path(self._folder.name) / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output,
                                             cwd=self._folder.name)
        self._process.stdin.write(first_line.encode())
        self._process.stdin.flush()
        deadline = time.monotonic() + 20
        while not (listening := re.search(r"listening on \S+:(\d+)\n", log.read_text())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("{} does not listen: {}".format(command[0], log.read_text()))
            time.sleep(0.02)
        self.port = listening.group(1)

    def processor_seconds(self):
        return processor_seconds(self._process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._process.stdin.close()
        self._folder.cleanup()


def measure(name, driver, start, count, window):
    """The best rate of several runs, each with a fresh relay."""
    best = 0.0
    for _ in range(RUNS):
        with start() as relay:
            before = relay.processor_seconds()
            done = subprocess.run([driver, relay.port, str(count), str(window)], stdout=subprocess.PIPE, check=True,
                                  text=True)
            seconds = float(done.stdout)
            processor = relay.processor_seconds() - before
        if count / seconds > best:
            best = count / seconds
            line = "{:<30} {:>12,.0f} messages/s {:>9.2f} us of processor time each {:>10,} messages".format(
                name, best, processor / count * 1e6, count)
    print(line, flush=True)
    return best


def main():
    parser = argparse.ArgumentParser(description="Relayed queries a second, beside the Python peer.")
    parser.add_argument("--driver", required=True, type=os.path.abspath)
    parser.add_argument("--node", required=True, type=os.path.abspath)
    parser.add_argument("--least", type=float, default=0.0, help="fail when the ratio is under this")
    arguments = parser.parse_args()

    def python_peer():
        return Relay([sys.executable, str(SEED_PEER), "0", "--host", "127.0.0.1"], first_line=".\n")

    def our_node():
        return Relay([arguments.node])

    python = measure("Python peer, one at a time", arguments.driver, python_peer, 1_000, 1)
    measure("libgnutella, one at a time", arguments.driver, our_node, 50_000, 1)
    ours = measure("libgnutella, pipelined", arguments.driver, our_node, 1_000_000, 2_048)
    print("ratio {:.0f}".format(ours / python))
    return 0 if ours / python >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
