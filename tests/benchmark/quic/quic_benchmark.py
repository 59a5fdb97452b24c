#!/usr/bin/env python3
"""Bytes from memory to memory over QUIC on loopback, beside gtlsserver and gtlsclient of Debian's ngtcp2 packages, in one
run: the two in turn, several times.

    quic_benchmark.py --program quic_transfer [--mebibytes 1024] [--rounds 5]

Needs the packages ngtcp2-server, ngtcp2-client and openssl. Says the median rate of each, the processor time that both
ends took for each GiB, and the ratio of the rates.
"""

import argparse
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import free_port, need, processor_seconds, wait_for  # noqa: E402

def is_listening(port):
    return any(line.split()[1].endswith(":{:04X}".format(port))
               for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:])


def measured(server, command):
    """Seconds that the client ran for, and the processor seconds of both ends."""
    before = processor_seconds(server.pid)
    begin = time.monotonic()
    client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(client.pid, 0)
    took = time.monotonic() - begin
    client.returncode = status
    if status != 0:
        sys.exit("quic_benchmark.py: {} failed".format(command[0]))
    return took, usage.ru_utime + usage.ru_stime + processor_seconds(server.pid) - before


class Ours:
    name = "libgnutella"

    def __init__(self, program, size):
        self.server = subprocess.Popen([program, "serve"], stdout=subprocess.PIPE, text=True)
        port, key = self.server.stdout.readline().split()
        self.command = [program, "fetch", port, key, str(size)]


class Theirs:
    name = "ngtcp2's own"

    def __init__(self, folder, size):
        shared = folder / "shared"
        shared.mkdir()
        with open(shared / "bytes", "wb") as file:
            for _ in range(size // 2 ** 20):
                file.write(b"x" * 2 ** 20)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                        "-keyout", folder / "key", "-out", folder / "certificate"],
                       check=True, stderr=subprocess.DEVNULL)
        port = free_port(socket.SOCK_DGRAM)
        self.server = subprocess.Popen(
            ["gtlsserver", "-q", "-d", shared, "127.0.0.1", str(port), folder / "key", folder / "certificate"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_listening(port), "gtlsserver")
        self.command = ["gtlsclient", "-q", "--exit-on-all-streams-close", "127.0.0.1", str(port),
                        "https://127.0.0.1:{}/bytes".format(port)]


def main():
    parser = argparse.ArgumentParser(description="QUIC transfers beside ngtcp2's own programs.")
    parser.add_argument("--program", required=True, help="quic_transfer of a release build")
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    need("gtlsserver", "gtlsclient", "openssl")
    size = arguments.mebibytes * 2 ** 20
    gibibytes = size / 2 ** 30
    with tempfile.TemporaryDirectory() as scratch:
        sides = [Ours(arguments.program, size), Theirs(pathlib.Path(scratch), size)]
        try:
            runs = {side.name: [] for side in sides}
            for _ in range(arguments.rounds):
                for side in sides:
                    runs[side.name].append(measured(side.server, side.command))
        finally:
            for side in sides:
                side.server.kill()
                side.server.wait()
    rates = {}
    for name, each in runs.items():
        rates[name] = statistics.median(size / took for took, _ in each)
        processor = statistics.median(used for _, used in each) / gibibytes
        print("{:14} {:7.1f} MB/s, {:.2f} processor seconds for each GiB".format(name, rates[name] / 1e6, processor))
    print("ratio          {:.2f}".format(rates[sides[0].name] / rates[sides[1].name]))


if __name__ == "__main__":
    main()
