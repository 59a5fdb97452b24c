#!/usr/bin/env python3
"""Downloads by gnut as a user has them: over QUIC from disk to disk, from four limited sources, and of a file far larger
than memory should be.

    transfers_benchmark.py --gnut GNUT [--mebibytes 1024] [--gibibytes 10] [--rounds 3] quic|sources|memory

quic: beside Debian's gtlsserver and gtlsclient (packages ngtcp2-server, ngtcp2-client and openssl), in pairs.
sources: four nodes, each limited to 25 MB/s, beside the sum of the four.
memory: the greatest resident memory of both sides while a sparse file is fetched.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import free_port, need, processor_seconds, wait_for  # noqa: E402

def peak_memory(pid):
    status = pathlib.Path("/proc/{}/status".format(pid)).read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


class Node:
    """A `gnut peer` that shares one folder."""

    def __init__(self, gnut, folder, name, shared, *options):
        self.log = folder / (name + ".log")
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [gnut, "peer", "0", "--share", str(shared), "--state", str(folder / (name + ".state")), *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.port = wait_for(lambda: re.search(r"listening on \S+:(\d+)", self.log.read_text()), "a port").group(1)
        wait_for(lambda: "sharing 1 file" in self.log.read_text(), "a shared file", 600)

    @property
    def address(self):
        return "127.0.0.1:" + self.port

    def stop(self):
        self.process.terminate()
        self.process.wait()


def random_file(path, mebibytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for _ in range(mebibytes):
            file.write(os.urandom(1 << 20))


def get(gnut, name, peers, into, *options):
    """Runs `gnut get`. Gives what it says, its rate from its beginning to its end, its processor time, and the most
    memory of any child so far."""
    into.mkdir(exist_ok=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [gnut, "get", name, "--json", "-o", str(into) + "/", *options]
    for peer in peers:
        command += ["--peer", peer]
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = json.loads(done.stdout)
    assert said["verified"], said
    shutil.rmtree(into)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return said, said["bytes"] / seconds, processor, after.ru_maxrss * 1024


class Ngtcp2:
    """Debian's gtlsserver, serving a folder."""

    def __init__(self, folder, shared):
        self.folder = folder
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days",
                        "2", "-keyout", str(key), "-out", str(certificate)], stderr=subprocess.DEVNULL, check=True)
        self.port = str(free_port(socket.SOCK_DGRAM))
        self.process = subprocess.Popen(
            ["gtlsserver", "-q", "-d", str(shared), "127.0.0.1", self.port, str(key), str(certificate)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def fetch(self, name, into):
        """Bytes a second, and the client's processor time."""
        into.mkdir(exist_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        subprocess.run(
            ["gtlsclient", "-q", "--exit-on-all-streams-close", "--download", str(into), "127.0.0.1", self.port,
             "https://localhost:{}/{}".format(self.port, name)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=600)
        seconds = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = (into / name).stat().st_size
        shutil.rmtree(into)
        return size / seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_quic(arguments, folder):
    need("gtlsserver", "gtlsclient", "openssl")
    shared = folder / "shared"
    random_file(shared / "file.bin", arguments.mebibytes)
    node = Node(arguments.gnut, folder, "node", shared)
    other = Ngtcp2(folder, shared)
    ways = {
        "gtlsserver to gtlsclient": (other.process.pid, lambda: other.fetch("file.bin", folder / "theirs")),
        "libgnutella, QUIC": (node.process.pid, lambda: ours(node, "quic")),
        "libgnutella, HTTP": (node.process.pid, lambda: ours(node, "http")),
    }

    def ours(node, transport):
        said, rate, processor, _ = get(arguments.gnut, "file.bin", [node.address], folder / "ours", "--transport",
                                       transport)
        assert said["transport"] == transport, said
        return rate, processor

    rates = {way: [] for way in ways}
    processor = {way: 0.0 for way in ways}
    try:
        for _ in range(arguments.rounds):
            for way, (pid, fetch) in ways.items():
                before = processor_seconds(pid)
                rate, client = fetch()
                rates[way].append(rate)
                processor[way] += client + processor_seconds(pid) - before
    finally:
        node.stop()
        other.stop()
    gibibytes = arguments.rounds * arguments.mebibytes / 1024
    for way in ways:
        print("{:<26} {:>6,.0f} MB/s {:>6.2f} s of processor time a GiB, both sides".format(
            way, statistics.median(rates[way]) / 1e6, processor[way] / gibibytes))
    theirs, quic = rates["gtlsserver to gtlsclient"], rates["libgnutella, QUIC"]
    print("ratio {:.2f} (median of {} pairs; ours verifies each block and the whole)".format(
        statistics.median(ours / other for ours, other in zip(quic, theirs)), arguments.rounds))


def measure_sources(arguments, folder):
    limit = 25_000_000
    first = folder / "shared0"
    random_file(first / "file.bin", arguments.mebibytes)
    nodes = []
    try:
        for number in range(4):
            shared = folder / "shared{}".format(number)
            if number > 0:
                shared.mkdir()
                os.link(first / "file.bin", shared / "file.bin")
            nodes.append(Node(arguments.gnut, folder, "node{}".format(number), shared, "--upload-limit", str(limit)))
        for transport in ("quic", "http"):
            said, rate, _, _ = get(arguments.gnut, "file.bin", [node.address for node in nodes], folder / "got",
                                   "--transport", transport)
            print("{}: {:.1f} MB/s from {} sources of 25 MB/s each; ratio {:.2f} of their sum".format(
                transport, rate / 1e6, len(said["sources"]), rate / (4 * limit)))
    finally:
        for node in nodes:
            node.stop()


def measure_memory(arguments, folder):
    shared = folder / "shared"
    shared.mkdir()
    with (shared / "file.bin").open("wb") as file:
        file.truncate(arguments.gibibytes << 30)
    node = Node(arguments.gnut, folder, "node", shared)
    try:
        said, _, _, client = get(arguments.gnut, "file.bin", [node.address], folder / "got")
        print("{} GiB over {} in {:.0f} s: at most {:.1f} MiB resident where it is fetched, {:.1f} MiB where it is "
              "served".format(arguments.gibibytes, said["transport"], said["seconds"], client / 2**20,
                              peak_memory(node.process.pid) / 2**20))
    finally:
        node.stop()


def main():
    parser = argparse.ArgumentParser(description="Downloads by gnut.")
    parser.add_argument("--gnut", required=True, type=os.path.abspath)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--gibibytes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("what", choices=("quic", "sources", "memory"))
    arguments = parser.parse_args()
    measure = {"quic": measure_quic, "sources": measure_sources, "memory": measure_memory}[arguments.what]
    with tempfile.TemporaryDirectory(prefix="transfers-benchmark-") as name:
        measure(arguments, pathlib.Path(name))


main()
