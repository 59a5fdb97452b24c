#!/usr/bin/env python3
"""Runs all benchmarks on a release build and writes docs/benchmarks.md: each number below the command that gave it.

    cmake --preset release && cmake --build --preset release
    tests/benchmark/run_benchmarks.py [--gtk-gnutella HOST:PORT,PID --gtk-gnutella-url URL --from ADDRESS,ADDRESS]

With a gtk-gnutella that runs already (docs/interop.md says how), ours is measured beside it too: --from are two addresses
of this machine for two neighbours of it, URL that of a large file that it shares.
"""

import argparse
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path("build/release/tests/benchmark")
PAGE = ROOT / "docs/benchmarks.md"

SECTIONS = [
    ("Decoding JSON, beside plain `boost::json::parse` on the same bytes",
     "At least as fast is asked. `boost::json::parse` gives a tree of values; ours gives a `wire::Message`, with the "
     "URNs read and the names checked.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=-neighbours|/(json|gnutella)$",
      "--benchmark_min_time=0.3"]),
    ("Both dialects, on the same messages",
     "The pong tells five other hosts, the hit ten files by both hashes.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=/(json|gnutella)$", "--benchmark_min_time=0.3"]),
    ("Routing one query to its neighbours",
     "`items_per_second` are deliveries: one query to 64 neighbours is 64 of them.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=neighbours", "--benchmark_min_time=0.3"]),
    ("A relay between two sockets, beside the Python peer in the same place",
     "At least 50 times its messages a second are asked.",
     ["tests/benchmark/relay/relay_benchmark.py", "--driver", str(BUILD / "relay/relay_driver"), "--node",
      str(BUILD / "relay/relay_node")]),
    ("Uploading 1 GiB over HTTP, beside nginx with sendfile",
     "curl fetches from both in turn. At least 0.9 of nginx is asked.",
     ["tests/benchmark/http/http_benchmark.py", "--gnut", "build/release/apps/gnut/gnut"]),
    ("1 GiB over QUIC, from memory to memory, beside Debian's gtlsserver and gtlsclient",
     "The programs that come with ngtcp2, with the same TLS library. At least their rate is asked.",
     ["tests/benchmark/quic/quic_benchmark.py", "--program", str(BUILD / "quic/quic_transfer")]),
    ("1 GiB over QUIC, from disk to disk, verified",
     "`gnut get` from `gnut peer`, beside gtlsclient saving from gtlsserver, which verify nothing. 0.9 of their rate is "
     "asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "quic"]),
    ("1 GiB from four sources of 25 MB/s each",
     "`gnut get` from four `gnut peer --upload-limit 25M`. 0.95 of the sum of the four is asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "sources"]),
    ("Memory while 10 GiB are fetched",
     "A sparse file. Under 64 MiB is asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "memory"]),
    ("QUIC through a bad network",
     "Two nodes in one process, with a relay for their datagrams between them; the file is verified.",
     [str(BUILD / "transfers/lossy_transfer"), "64"]),
    ("Memory of an idle session",
     "Under 16 KiB with 5,000 open is asked.",
     [str(BUILD / "idle_sessions/idle_sessions"), "5000"]),
    ("Memory of an idle session in Gnutella 0.6",
     "As it is, without compression.",
     [str(BUILD / "idle_sessions/idle_sessions"), "5000", "gnutella"]),
    ("Memory of an idle session in Gnutella 0.6 that is compressed both ways",
     "The neighbours compress with zlib's usual window of 32 KiB, which is what reading them costs.",
     [str(BUILD / "idle_sessions/idle_sessions"), "2000", "compressed"]),
]


def sections_beside_gtk_gnutella(arguments):
    relay = ["tests/benchmark/relay/gnutella_relay_benchmark.py", "--node", str(BUILD / "relay/relay_node")]
    if arguments.gtk_gnutella:
        relay += ["--gtk-gnutella", arguments.gtk_gnutella, "--from", arguments.sources]
    yield ("A relay between two Gnutella sessions, beside gtk-gnutella in the same place",
           "Both sessions are compressed both ways. A tenth of gtk-gnutella's processor time is asked.", relay)
    if arguments.gtk_gnutella and arguments.gtk_gnutella_url:
        pid = arguments.gtk_gnutella.rpartition(",")[2]
        yield ("Uploading over HTTP, beside gtk-gnutella with its limits lifted",
               "curl fetches from both in turn.",
               ["tests/benchmark/http/gnutella_http_benchmark.py", "--gnut", "build/release/apps/gnut/gnut",
                "--gtk-gnutella", arguments.gtk_gnutella_url + "," + pid])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def cores():
    return len(re.findall(r"^processor", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE))


def main():
    parser = argparse.ArgumentParser(description="Writes docs/benchmarks.md.")
    parser.add_argument("--gtk-gnutella", metavar="HOST:PORT,PID")
    parser.add_argument("--gtk-gnutella-url", metavar="URL")
    parser.add_argument("--from", dest="sources", default=",", metavar="ADDRESS,ADDRESS")
    arguments = parser.parse_args()

    page = ["# Benchmarks", "",
            "Written by `tests/benchmark/run_benchmarks.py`, which runs each command below and keeps what it printed. "
            "Machines differ and are noisy: the ratios, each taken within one run, are what counts.", "",
            "Measured on: {}, {} cores, {} {}.".format(processor(), cores(), platform.system(), platform.release())]
    failed = False
    for title, note, command in [*SECTIONS, *sections_beside_gtk_gnutella(arguments)]:
        print("== " + title, flush=True)
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        print(done.stdout, flush=True)
        failed = failed or done.returncode != 0
        shown = " ".join("'{}'".format(word) if re.search(r"[|\[*]", word) else word for word in command)
        page += ["", "## " + title, "", note, "", "```", "$ " + shown, done.stdout.rstrip(), "```"]
        if done.returncode != 0:
            page += ["", "The command failed with status {}.".format(done.returncode)]
    PAGE.write_text("\n".join(page) + "\n")
    return 1 if failed else 0


sys.exit(main())
