#!/usr/bin/env python3
"""A file fetched by curl from our node, beside the same size from gtk-gnutella, in one run: the two in turn, several
times.

    gnutella_http_benchmark.py --gnut GNUT --gtk-gnutella URL,PID [--rounds 5]

URL is that of a file that a running gtk-gnutella shares; see docs/interop.md for how its limits are lifted. It gives 512 KiB
at most to the first request of a connection, whatever is asked; so both are asked for the first KiB, which does not
count, and then for the rest on the same connection. Says the median rate of each, its processor time for each GiB, and
the ratio.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import need, processor_seconds, wait_for  # noqa: E402

FIRST = 1024


def size_of(url):
    head = subprocess.run(["curl", "-sS", "--fail", "-I", url], stdout=subprocess.PIPE, check=True, text=True).stdout
    return int(re.search(r"(?im)^content-length: (\d+)", head).group(1))


def fetch(url, size):
    """Bytes a second of all but the first, as curl sees them."""
    done = subprocess.run(
        ["curl", "-sS", "--fail", "-r", "0-{}".format(FIRST - 1), "-o", "/dev/null", url, "--next", "-sS", "--fail", "-r",
         "{}-".format(FIRST), "-o", "/dev/null", "-w", "%{size_download} %{num_connects} %{speed_download}", url],
        stdout=subprocess.PIPE, check=True, text=True)
    received, connects, rate = done.stdout.split()
    if int(received) != size - FIRST or connects != "0":
        sys.exit("{} bytes of {} came, over {} new connections".format(received, size - FIRST, connects))
    return float(rate)


def main():
    parser = argparse.ArgumentParser(description="Uploads beside gtk-gnutella.")
    parser.add_argument("--gnut", required=True, type=os.path.abspath)
    parser.add_argument("--gtk-gnutella", required=True, metavar="URL,PID")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    need("curl")
    theirs, _, their_pid = arguments.gtk_gnutella.rpartition(",")
    size = size_of(theirs)

    with tempfile.TemporaryDirectory(prefix="http-benchmark-") as name:
        folder = pathlib.Path(name)
        (folder / "shared").mkdir()
        with (folder / "shared" / "file.bin").open("wb") as file:
            for at in range(0, size, 1 << 20):
                file.write(os.urandom(min(1 << 20, size - at)))
        log = folder / "gnut.log"
        urn = subprocess.run([arguments.gnut, "hash", str(folder / "shared" / "file.bin")], stdout=subprocess.PIPE,
                             check=True, text=True).stdout.split()[0]
        with log.open("wb") as output:
            gnut = subprocess.Popen([arguments.gnut, "peer", "0", "--share", str(folder / "shared"), "--state",
                                     str(folder / "state")], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            listening = wait_for(lambda: re.search(r"listening on \S+:(\d+)", log.read_text()), "the node's port")
            wait_for(lambda: "sharing 1 file" in log.read_text(), "the node's file")
            servers = {
                "gtk-gnutella": (their_pid, theirs),
                "libgnutella": (gnut.pid, "http://127.0.0.1:{}/uri-res/N2R?{}".format(listening.group(1), urn)),
            }
            rates = {server: [] for server in servers}
            processor = {server: 0.0 for server in servers}
            for _, url in servers.values():
                fetch(url, size)  # once uncounted: the file is in the page cache then
            for _ in range(arguments.rounds):
                for server, (pid, url) in servers.items():
                    before = processor_seconds(pid)
                    rates[server].append(fetch(url, size))
                    processor[server] += processor_seconds(pid) - before
        finally:
            gnut.terminate()
            gnut.wait()
    gibibytes = arguments.rounds * size / (1 << 30)
    for server in servers:
        print("{:<14} {:>8,.0f} MB/s {:>8.2f} s of processor time a GiB".format(
            server, statistics.median(rates[server]) / 1e6, processor[server] / gibibytes))
    ratios = [ours / other for ours, other in zip(rates["libgnutella"], rates["gtk-gnutella"])]
    print("ratio {:.1f} (median of {} pairs)".format(statistics.median(ratios), len(ratios)))


if __name__ == "__main__":
    main()
