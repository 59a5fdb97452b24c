#!/usr/bin/env python3
"""Runs the benchmarks on a release build and writes docs/benchmarks.md: each number below the command that gave it.

    scripts/setup.sh --with-benchmarks            # the programs to compare with
    cmake --preset release && cmake --build --preset release
    tests/benchmark/run_benchmarks.py             # all of them
    tests/benchmark/run_benchmarks.py quic disk   # these; the page keeps what it says of the others
    tests/benchmark/run_benchmarks.py --list      # their names
    tests/benchmark/run_benchmarks.py [NAME ...] --gtk-gnutella HOST:PORT,PID --gtk-gnutella-url URL --from ADDRESS,ADDRESS

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
    ("json", "Decoding JSON, beside plain `boost::json::parse` on the same bytes",
     "At least as fast is asked. `boost::json::parse` gives a tree of values; ours gives a `wire::Message`, with the "
     "URNs read and the names checked.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=-neighbours|/(json|gnutella)$",
      "--benchmark_min_time=0.3"]),
    ("dialects", "Both dialects, on the same messages",
     "The pong tells five other hosts, the hit ten files by both hashes.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=/(json|gnutella)$", "--benchmark_min_time=0.3"]),
    ("routing", "Routing one query to its neighbours",
     "`items_per_second` are deliveries: one query to 64 neighbours is 64 of them.",
     [str(BUILD / "gnutella_benchmarks"), "--benchmark_filter=neighbours", "--benchmark_min_time=0.3"]),
    ("relay", "A relay between two sockets, beside the Python peer in the same place",
     "At least 50 times its messages a second are asked.",
     ["tests/benchmark/relay/relay_benchmark.py", "--driver", str(BUILD / "relay/relay_driver"), "--node",
      str(BUILD / "relay/relay_node")]),
    ("http", "Uploading 1 GiB over HTTP, beside nginx with sendfile",
     "curl fetches from both in turn. At least 0.9 of nginx is asked.",
     ["tests/benchmark/http/http_benchmark.py", "--gnut", "build/release/apps/gnut/gnut"]),
    ("quic", "1 GiB over QUIC, from memory to memory, beside Debian's gtlsserver and gtlsclient",
     "The programs that come with ngtcp2, with the same TLS library. At least their rate is asked.",
     ["tests/benchmark/quic/quic_benchmark.py", "--program", str(BUILD / "quic/quic_transfer")]),
    ("disk", "1 GiB over QUIC, from disk to disk, verified",
     "`gnut get` from `gnut peer`, beside gtlsclient saving from gtlsserver, which verify nothing. 0.9 of their rate is "
     "asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "quic"]),
    ("sources", "1 GiB from four sources of 25 MB/s each",
     "`gnut get` from four `gnut peer --upload-limit 25M`. 0.95 of the sum of the four is asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "sources"]),
    ("memory", "Memory while 10 GiB are fetched",
     "A sparse file. Under 64 MiB is asked.",
     ["tests/benchmark/transfers/transfers_benchmark.py", "--gnut", "build/release/apps/gnut/gnut", "memory"]),
    ("loss", "QUIC through a bad network",
     "Two nodes in one process, with a relay for their datagrams between them; the file is verified.",
     [str(BUILD / "transfers/lossy_transfer"), "64"]),
    ("idle", "Memory of an idle session",
     "Under 16 KiB with 5,000 open is asked.",
     [str(BUILD / "idle_sessions/idle_sessions"), "5000"]),
    ("idle-gnutella", "Memory of an idle session in Gnutella 0.6",
     "As it is, without compression.",
     [str(BUILD / "idle_sessions/idle_sessions"), "5000", "gnutella"]),
    ("idle-compressed", "Memory of an idle session in Gnutella 0.6 that is compressed both ways",
     "The neighbours compress with zlib's usual window of 32 KiB, which is what reading them costs.",
     [str(BUILD / "idle_sessions/idle_sessions"), "2000", "compressed"]),
]


def sections_beside_gtk_gnutella(arguments):
    relay = ["tests/benchmark/relay/gnutella_relay_benchmark.py", "--node", str(BUILD / "relay/relay_node")]
    if arguments.gtk_gnutella:
        relay += ["--gtk-gnutella", arguments.gtk_gnutella, "--from", arguments.sources]
    yield ("relay-gnutella", "A relay between two Gnutella sessions, beside gtk-gnutella in the same place",
           "Both sessions are compressed both ways. A tenth of gtk-gnutella's processor time is asked.", relay)
    if arguments.gtk_gnutella and arguments.gtk_gnutella_url:
        pid = arguments.gtk_gnutella.rpartition(",")[2]
        yield ("http-gnutella", "Uploading over HTTP, beside gtk-gnutella with its limits lifted",
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


def run(title, note, command):
    """The section's text; None when the command fails, which says why by itself."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, flush=True)
    if done.returncode != 0:
        return None
    shown = " ".join("'{}'".format(word) if re.search(r"[|\[*]", word) else word for word in command)
    return "\n".join(["## " + title, "", note, "", "```", "$ " + shown, done.stdout.rstrip(), "```"])


def sections_of(page):
    """What the page says now, by title."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0][3:]: part.rstrip() for part in parts}


def main():
    parser = argparse.ArgumentParser(description="Runs benchmarks, and writes down what they say.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to run; all of them when none is named")
    parser.add_argument("--list", action="store_true", help="say which there are")
    parser.add_argument("--gtk-gnutella", metavar="HOST:PORT,PID")
    parser.add_argument("--gtk-gnutella-url", metavar="URL")
    parser.add_argument("--from", dest="sources", default=",", metavar="ADDRESS,ADDRESS")
    arguments = parser.parse_args()
    sections = [*SECTIONS, *sections_beside_gtk_gnutella(arguments)]
    if arguments.list:
        for name, title, _, _ in sections:
            print("{:<16} {}".format(name, title))
        return 0
    unknown = set(arguments.names) - {name for name, _, _, _ in sections}
    if unknown:
        parser.error("no benchmark is called {}; --list says which there are".format(", ".join(sorted(unknown))))

    written = sections_of(PAGE.read_text()) if PAGE.exists() else {}
    failed = []
    for name, title, note, command in sections:
        if not arguments.names or name in arguments.names:
            print("== " + title, flush=True)
            text = run(title, note, command)
            if text:
                written[title] = text
            else:
                failed.append(name)
    page = ["# Benchmarks",
            "Written by `tests/benchmark/run_benchmarks.py`, which runs each command below and keeps what it printed. "
            "Machines differ and are noisy: the ratios, each taken within one run, are what counts.",
            "Measured on: {}, {} cores, {} {}.".format(processor(), cores(), platform.system(), platform.release())]
    page += [written.pop(title) for _, title, _, _ in sections if title in written]
    page += written.values()  # that could not be run now
    PAGE.write_text("\n\n".join(page) + "\n")
    if failed:
        print("run_benchmarks.py: failed, and left on the page as they were: {}".format(", ".join(failed)),
              file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
