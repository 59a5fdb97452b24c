#!/usr/bin/env python3
"""What a query costs that a second ultrapeer passes on, in processor time: our node, and gtk-gnutella in the same place.

    gnutella_relay_benchmark.py --node relay_node [--gtk-gnutella HOST:PORT,PID] [--from ADDRESS,ADDRESS] [--least RATIO]

Two neighbours, both ultrapeers, with sessions compressed both ways as gtk-gnutella demands. Queries with distinct ids and
texts go in on the one, and are counted on the other. How fast they come does not count, but what the relay's process
needed for those that came out: a relay may drop what is too much for it. gtk-gnutella must run already; see
docs/interop.md for how. It wants its neighbours at different addresses: --from.
"""

import argparse
import os
import pathlib
import select
import socket
import struct
import sys
import time
import zlib

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "interop"), str(TESTS / "benchmark")]
import gnutella_wire as wire  # noqa: E402
import measuring  # noqa: E402
from relay_benchmark import Relay  # noqa: E402

BATCH = 256  # queries compressed and written together
WINDOW = 2_048  # queries under way
PATIENCE = 3.0  # seconds after which what has not come was dropped
HEADERS = {"User-Agent": "relay_benchmark", "X-Ultrapeer": "True", "X-Ultrapeer-Needed": "True",
           "X-Query-Routing": "0.2", "X-Ultrapeer-Query-Routing": "0.1", "X-Dynamic-Querying": "0.1", "X-Degree": "32",
           "X-Max-TTL": "4", "GGEP": "0.5", "Pong-Caching": "0.1", "Bye-Packet": "0.1", "Accept-Encoding": "deflate"}


class Neighbour:
    def __init__(self, address, source, port):
        self.socket = socket.create_connection(address, 10, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = self.socket.makefile("rb", 0)
        listens = "{}:{}".format(self.socket.getsockname()[0], port)
        self.socket.sendall(wire.write_block("GNUTELLA CONNECT/0.6", {**HEADERS, "Listen-IP": listens}))
        first, _ = wire.read_block(stream)
        if not first.startswith("GNUTELLA/0.6 200"):
            raise RuntimeError("refused: " + first)
        self.socket.sendall(wire.write_block("GNUTELLA/0.6 200 OK", {"Content-Encoding": "deflate"}))
        self.socket.setblocking(False)
        self._inflater = zlib.decompressobj()
        self._deflater = zlib.compressobj(1)
        self._in = b""
        self._out = b""

    def add(self, messages):
        self._out += self._deflater.compress(messages) + self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def write(self):
        """Gives whether all has gone."""
        try:
            self._out = self._out[self.socket.send(self._out):]
        except BlockingIOError:
            pass
        return not self._out

    def pending(self):
        return bool(self._out)

    def read(self):
        """Counts the queries that have come; pings are answered, so that the session stays."""
        try:
            chunk = self.socket.recv(1 << 18)
        except BlockingIOError:
            return 0
        if not chunk:
            raise RuntimeError("the relay closed the session")
        data = self._in + self._inflater.decompress(chunk)
        at = queries = 0
        while len(data) - at >= wire.HEADER_SIZE:
            length = struct.unpack_from("<I", data, at + 19)[0]
            if len(data) - at < wire.HEADER_SIZE + length:
                break
            kind = data[at + 16]
            queries += kind == wire.QUERY
            if kind == wire.PING:
                host, port = self.socket.getsockname()
                self.add(wire.Message(wire.PONG, data[at:at + 16], 1, 0, wire.pong(host, port, 0, 0)).bytes())
            elif kind == wire.BYE:
                raise RuntimeError("the relay says bye: {}".format(wire.read_bye(data[at + 23:at + 23 + length])))
            at += wire.HEADER_SIZE + length
        self._in = data[at:]
        return queries


def queries(first, count):
    """Each with an id and words of its own, since gtk-gnutella passes no search on that it has just seen."""
    out = []
    for number in range(first, first + count):
        text = "moonlight {:x}sonata {:x}".format(number * 2654435761 % (1 << 32), number)
        guid = struct.pack(">QQ", number * 0x9E3779B97F4A7C15 % (1 << 64), number << 8)
        guid = guid[:8] + b"\xff" + guid[9:15] + b"\0"
        out.append(wire.Message(wire.QUERY, guid, 4, 0, wire.query(text)).bytes())
    return b"".join(out)


def drive(address, sources, processor_seconds, count):
    """(queries that came out, processor seconds, seconds until the last of them). Ends when no more come."""
    sender = Neighbour(address, sources[0], 7001)
    receiver = Neighbour(address, sources[1], 7002)
    settle([sender, receiver])
    arrived = lost = sent = 0
    before = processor_seconds()
    begin = last = time.monotonic()
    while arrived + lost < count:
        while sent < count and sent - arrived - lost < WINDOW and not sender.pending():
            size = min(BATCH, count - sent)
            sender.add(queries(sent, size))
            sent += size
            sender.write()
        got = turn([sender, receiver], 0.2)[1]
        if got:
            arrived += got
            last = time.monotonic()
        elif time.monotonic() - last > PATIENCE:
            lost = sent - arrived  # the relay has dropped them: go on with the next ones, unless all is over
            if lost >= WINDOW * 4:
                break
            last = time.monotonic()
    spent = processor_seconds() - before
    for each in (sender, receiver):
        each.socket.close()
    return arrived, spent, last - begin


def turn(neighbours, seconds):
    """Writes what is to be written, and gives for each how many queries have come."""
    writers = [each.socket for each in neighbours if each.pending()]
    readable, writable, _ = select.select([each.socket for each in neighbours], writers, [], seconds)
    for each in neighbours:
        if each.socket in writable:
            each.write()
    return [each.read() if each.socket in readable else 0 for each in neighbours]


def settle(neighbours):
    """What both sides say first is not measured."""
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        turn(neighbours, 0.1)


def measure(name, address, sources, processor_seconds, count):
    """Processor seconds for a million queries."""
    arrived, spent, seconds = drive(address, sources, processor_seconds, count)
    if not arrived:
        raise RuntimeError("{} passes no queries on".format(name))
    cost = spent / arrived * 1e6
    print("{:<14} {:>8.2f} processor seconds for a million queries   ({:,} of {:,} came out, {:,.0f} a second)".format(
        name, cost, arrived, count, arrived / seconds), flush=True)
    return cost


def main():
    parser = argparse.ArgumentParser(description="What a query costs that a Gnutella relay passes on.")
    parser.add_argument("--node", required=True, type=os.path.abspath)
    parser.add_argument("--gtk-gnutella", metavar="HOST:PORT,PID")
    parser.add_argument("--from", dest="sources", default=",", metavar="ADDRESS,ADDRESS")
    parser.add_argument("--least", type=float, default=0.0, help="fail when the ratio is under this")
    arguments = parser.parse_args()

    with Relay([arguments.node]) as relay:
        ours = measure("libgnutella", ("127.0.0.1", int(relay.port)), ("", ""), relay.processor_seconds, 500_000)
    if not arguments.gtk_gnutella:
        return 0
    address, _, pid = arguments.gtk_gnutella.partition(",")
    host, _, port = address.rpartition(":")
    theirs = measure("gtk-gnutella", (host, int(port)), arguments.sources.split(","),
                     lambda: measuring.processor_seconds(pid), 100_000)
    print("ratio {:.1f}".format(theirs / ours))
    return 0 if theirs / ours >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
