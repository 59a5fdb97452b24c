#!/usr/bin/env python3
"""A file fetched by curl from our node, beside nginx with sendfile, in one run: the two in turn, several times.

    http_benchmark.py --gnut GNUT [--mebibytes 1024] [--rounds 5]

Needs nginx and curl. Says the median rate of each, its processor time for each GiB, and the ratio.
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
from measuring import free_port, need, path_of, processor_seconds, wait_for  # noqa: E402

NGINX_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error;
events {{ }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/shared; }}
}}
"""


def fetch(url):
    """Bytes a second, as curl sees them."""
    done = subprocess.run(["curl", "-sS", "--fail", "-o", "/dev/null", "-w", "%{speed_download}", url],
                          stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout)


def main():
    parser = argparse.ArgumentParser(description="Uploads beside nginx.")
    parser.add_argument("--gnut", required=True, type=os.path.abspath)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    need("nginx", "curl")

    with tempfile.TemporaryDirectory(prefix="http-benchmark-") as name:
        folder = pathlib.Path(name)
        (folder / "shared").mkdir()
        with (folder / "shared" / "file.bin").open("wb") as file:
            for _ in range(arguments.mebibytes):
                file.write(os.urandom(1 << 20))
        port = free_port()
        (folder / "nginx.conf").write_text(NGINX_CONFIGURATION.format(folder=folder, port=port))
        log = folder / "gnut.log"
        urn = subprocess.run([arguments.gnut, "hash", str(folder / "shared" / "file.bin")], stdout=subprocess.PIPE,
                             check=True, text=True).stdout.split()[0]
        with log.open("wb") as output:
            nginx = subprocess.Popen([path_of("nginx"), "-p", name, "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
            gnut = subprocess.Popen([arguments.gnut, "peer", "0", "--share", str(folder / "shared"), "--state",
                                     str(folder / "state")], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            listening = wait_for(lambda: re.search(r"listening on \S+:(\d+)", log.read_text()), "the node's port")
            wait_for(lambda: "sharing 1 file" in log.read_text(), "the node's file")
            servers = {
                "nginx with sendfile": (nginx.pid, "http://127.0.0.1:{}/file.bin".format(port)),
                "libgnutella": (gnut.pid, "http://127.0.0.1:{}/uri-res/N2R?{}".format(listening.group(1), urn)),
            }
            wait_for(lambda: (folder / "nginx.pid").exists(), "nginx")
            rates = {server: [] for server in servers}
            processor = {server: 0.0 for server in servers}
            for url in (url for _, url in servers.values()):
                fetch(url)  # once uncounted: the file is in the page cache then
            for _ in range(arguments.rounds):
                for server, (pid, url) in servers.items():
                    before = processor_seconds(pid)
                    rates[server].append(fetch(url))
                    processor[server] += processor_seconds(pid) - before
        finally:
            for process in (nginx, gnut):
                process.terminate()
                process.wait()
        gibibytes = arguments.rounds * arguments.mebibytes / 1024
        for server in servers:
            print("{:<22} {:>8,.0f} MB/s {:>8.2f} s of processor time a GiB".format(
                server, statistics.median(rates[server]) / 1e6, processor[server] / gibibytes))
        ratios = [ours / other for ours, other in zip(rates["libgnutella"], rates["nginx with sendfile"])]
        print("ratio {:.2f} (median of {} pairs)".format(statistics.median(ratios), len(ratios)))


if __name__ == "__main__":
    main()
