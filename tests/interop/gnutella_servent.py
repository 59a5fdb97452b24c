#!/usr/bin/env python3
"""A Gnutella 0.6 servent, written from the specifications with nothing but the standard library: the other side of the
tests, in both directions. It refuses sessions without deflate and serves an open range in pieces, as gtk-gnutella does.

In a test it is an object, and what happens to it are events that can be waited for. By hand it is a program:

    gnutella_servent.py PORT [--host HOST] [--share FOLDER] [--leaf]

which prints the events and takes commands: connect HOST:PORT, search WORDS, get NUMBER, push NUMBER, browse HOST:PORT,
ping, bye, quit.
"""

import argparse
import base64
import dataclasses
import hashlib
import os
import pathlib
import socket
import ssl
import sys
import threading
import time

import gnutella_http
import gnutella_wire as wire
from gnutella_neighbour import Session
from process import DEADLINE, NotInTime

HOST = "127.0.0.1"


@dataclasses.dataclass
class Shared:
    index: int
    name: str
    content: bytes
    claimed: int = 0  # its size, as hits tell it, where that is a lie

    @property
    def urn(self):
        return "urn:sha1:" + base64.b32encode(hashlib.sha1(self.content).digest()).decode("ascii")


class Servent:
    agent = "servent of the tests/1.0"

    def __init__(self, files=None, host=HOST, port=0, ultrapeer=True, deflate=True, needs_deflate=True,
                 piece=gnutella_http.PIECE, firewalled=False, gives_in_tls=False, withholds_hits=False,
                 vendor=b"TEST", knows_hashes=True):
        self.host = host
        self.guid = os.urandom(16)
        self.ultrapeer = ultrapeer
        self.deflate = deflate
        self.needs_deflate = needs_deflate
        self.piece = piece
        self.firewalled = firewalled
        self.withholds_hits = withholds_hits  # until answer()
        self.gives_in_tls = gives_in_tls  # as gtk-gnutella does to a host that it knows to speak TLS
        self.vendor = vendor
        self.knows_hashes = knows_hashes  # when it is asked for a file over HTTP
        self.shared = [Shared(number, name, content) for number, (name, content) in
                       enumerate(sorted((files or {}).items()), 1)]
        self.sessions = []
        self.hits = []
        self._events = []
        self._changed = threading.Condition()
        self._given = {}  # a servent's GUID: the connections that it opened at a Push
        self._seen = {}   # the GUID of a query: the session that it came from
        self._withheld = []  # sessions, each with the hit that is to go there
        self._pushes = {}  # a servent's GUID: the session that its hits came from
        self._listener = socket.create_server((host, port))
        self.port = self._listener.getsockname()[1]
        self.address = "{}:{}".format(host, self.port)
        threading.Thread(target=self._accept, daemon=True).start()

    # ---- what a test sees ----

    def say(self, kind, **fields):
        with self._changed:
            self._events.append({"kind": kind, **fields})
            self._changed.notify_all()

    def mark(self):
        with self._changed:
            return len(self._events)

    def wait_for(self, kind, condition=lambda event: True, after=0, deadline=DEADLINE):
        """The first event of that kind that satisfies the condition, as soon as it is there."""
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                for event in self._events[after:]:
                    if event["kind"] == kind and condition(event):
                        return event
                if not self._changed.wait(max(0.0, end - time.monotonic())) and time.monotonic() > end:
                    raise NotInTime("no {} within {:.0f} s\n{}".format(kind, deadline, self.transcript()))

    def events(self, kind):
        with self._changed:
            return [event for event in self._events if event["kind"] == kind]

    def count(self, kind, condition=lambda event: True):
        return sum(condition(event) for event in self.events(kind))

    def transcript(self):
        with self._changed:
            return "\n".join(str(event)[:300] for event in self._events[-60:])

    # ---- what a test does ----

    def headers(self):
        headers = {"User-Agent": self.agent, "Listen-IP": self.address, "X-Ultrapeer": str(self.ultrapeer),
                   "X-Query-Routing": "0.1", "Pong-Caching": "0.1", "GGEP": "0.5", "Bye-Packet": "0.1",
                   "Vendor-Message": "0.1"}
        if self.ultrapeer:
            headers.update({"X-Ultrapeer-Needed": "True", "X-Ultrapeer-Query-Routing": "0.1", "X-Degree": "16",
                            "X-Dynamic-Querying": "0.1", "X-Max-TTL": "4"})
        if self.deflate:
            headers["Accept-Encoding"] = "deflate"
        return headers

    def connect(self, address, tls=False):
        """A handshake as the one who begins it; gives the Session, or raises Refused."""
        host, port = address.rsplit(":", 1)
        connection = socket.create_connection((host, int(port)), DEADLINE)
        if tls:
            connection = insecure_tls().wrap_socket(connection)
        connection.settimeout(None)
        stream = connection.makefile("rb")
        connection.sendall(wire.write_block("GNUTELLA CONNECT/0.6", {**self.headers(), "Remote-IP": host}))
        answer = wire.read_block(stream)
        if answer is None:
            raise Refused("closed without an answer", {})
        first, theirs = answer
        if not first.startswith("GNUTELLA/0.6 200"):
            connection.close()
            raise Refused(first, theirs)
        last = {}
        deflated_out = self.deflate and wire.has_word(theirs.get("accept-encoding"), "deflate")
        if deflated_out:
            last["Content-Encoding"] = "deflate"
        connection.sendall(wire.write_block("GNUTELLA/0.6 200 OK", last))
        deflated_in = wire.has_word(theirs.get("content-encoding"), "deflate")
        return self._open(Session(self, connection, stream, address, theirs, deflated_in, deflated_out), "connector")

    def ping(self, session, ttl=1, extensions=()):
        return self._send_new(session, wire.PING, ttl, wire.ggep(extensions) if extensions else b"")

    def search(self, text, extensions=b"", ttl=4):
        """Asks all neighbours; what is found are `hit` events with this `guid`."""
        guid = new_guid()
        self._seen[guid] = None
        for session in self.sessions:
            session.send(wire.Message(wire.QUERY, guid, ttl, 0, wire.query(text, extensions)))
        return guid

    def found(self, guid, name):
        """The hit and the result of that name, as soon as they are there."""
        event = self.wait_for("hit", lambda hit: hit["guid"] == guid and any(
            result.name == name for result in hit["results"]))
        return event, next(result for result in event["results"] if result.name == name)

    def answer(self):
        """Sends the hits that it has withheld."""
        for session, hit in self._withheld:
            session.send(hit)

    def fetch(self, hit, result, begin=0, by_urn=False):
        target = (gnutella_http.target_of_urn(result.urn) if by_urn else
                  gnutella_http.target_of_index(result.index, result.name))
        return self.fetch_from("{}:{}".format(hit["host"], hit["port"]), target, begin)

    def fetch_from(self, address, target, begin=0):
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), DEADLINE) as connection, connection.makefile("rb") as stream:
            return gnutella_http.fetch(connection, stream, target, address, begin)

    def fetch_by_push(self, hit, result):
        """A Push along the way that the hit came; what then connects is asked for the file."""
        session = self._pushes[hit["servent"]]
        self._send_new(session, wire.PUSH, 4, wire.push(hit["servent"], result.index, self.host, self.port))
        self.wait_for("giv", lambda event: event["servent"] == hit["servent"] and event["index"] == result.index)
        connection, stream = self._given[hit["servent"]].pop()
        with connection, stream:
            return gnutella_http.fetch(connection, stream, gnutella_http.target_of_index(result.index, result.name),
                                       self.address)

    def browse(self, address):
        """All results that the far end shows."""
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), DEADLINE) as connection, connection.makefile("rb") as stream:
            status, headers, body = gnutella_http.ask(connection, stream, "GET", "/", address,
                                                      {"Accept": gnutella_http.BROWSE_TYPE, "Connection": "close"})
        if status != 200:
            raise gnutella_http.NotServed(status, headers)
        messages, rest = wire.cut(body)
        if rest:
            raise wire.BadBytes("{} bytes behind the last hit".format(len(rest)))
        return [result for message in messages for result in wire.read_query_hit(message.payload)["results"]]

    def bye(self, session, code=200, reason="Leaving"):
        self._send_new(session, wire.BYE, 1, wire.bye(code, reason))
        session.close()

    def stop_listening(self):
        """Whoever connects from now on is refused."""
        try:
            # Wakes who waits in accept(): it could go on with another socket that has got the same number.
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed before
        self._listener.close()

    def close(self):
        self.stop_listening()
        for session in list(self.sessions):
            session.close()

    # ---- what it does when something comes ----

    def receive(self, session, message):
        known = {"session": session, "guid": message.guid, "ttl": message.ttl, "hops": message.hops}
        if message.kind == wire.PING:
            self.say("ping", ggep=wire.read_ggep(message.payload), **known)
            size = sum(len(file.content) for file in self.shared) // 1024
            session.send(wire.Message(wire.PONG, message.guid, max(1, message.hops), 0,
                                      wire.pong(self.host, self.port, len(self.shared), size)))
        elif message.kind == wire.PONG:
            self.say("pong", **wire.read_pong(message.payload), **known)
        elif message.kind == wire.QUERY:
            self._query_came(session, message, known)
        elif message.kind == wire.QUERY_HIT:
            self._hit_came(message, known)
        elif message.kind == wire.PUSH:
            self._push_came(wire.read_push(message.payload), known)
        elif message.kind == wire.BYE:
            self.say("bye", **wire.read_bye(message.payload), **known)
        elif message.kind == wire.ROUTE_TABLE:
            if session.table.receive(message.payload):
                self.say("table", slots=len(session.table), filled=session.table.filled(), **known)
        elif message.kind in (wire.VENDOR, wire.VENDOR_STANDARD):
            self.say("vendor", **wire.read_vendor(message.payload), **known)
        else:
            self.say("other", type=message.kind, **known)

    def lost(self, session):
        if session in self.sessions:
            self.sessions.remove(session)
        self.say("lost", session=session)

    def serve(self, connection, stream, request):
        """Answers one request over HTTP. Gives False when the connection is to be closed."""
        return gnutella_http.serve(connection, stream, request, self)

    def giv(self, file, index):
        """With what it opens a connection at a Push for the file of that number."""
        return "GIV {}:{}/{}\n\n".format(index, self.guid.hex().upper(), file.name).encode("utf-8")

    def hits_for_all(self):
        return [self._hit(new_guid(), self.shared, 1)] if self.shared else []

    # ---- inside ----

    def _accept(self):
        while True:
            try:
                connection, remote = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._greet, args=(connection, "{}:{}".format(*remote)), daemon=True).start()

    def _greet(self, connection, remote):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        try:
            if stream.peek(4).startswith(b"GIV "):
                self._giv_came(connection, stream)
                return
            while request := wire.read_block(stream):
                if request[0].startswith("GNUTELLA "):
                    self._handshake_came(connection, stream, remote, request)
                    return
                if not self.serve(connection, stream, request):
                    break
        except (OSError, wire.BadBytes) as problem:
            self.say("problem", remote=remote, problem=str(problem))
        connection.close()

    def _handshake_came(self, connection, stream, remote, request):
        first, theirs = request
        self.say("handshake", first=first, headers=theirs)
        accepts = wire.has_word(theirs.get("accept-encoding"), "deflate")
        if self.needs_deflate and not accepts:
            connection.sendall(wire.write_block("GNUTELLA/0.6 403 Gnet connection not compressed", {}))
            connection.close()
            return
        ours = {**self.headers(), "Remote-IP": remote.rsplit(":", 1)[0]}
        deflated_out = self.deflate and accepts
        if deflated_out:
            ours["Content-Encoding"] = "deflate"
        connection.sendall(wire.write_block("GNUTELLA/0.6 200 OK", ours))
        last = wire.read_block(stream)
        if last is None or not last[0].startswith("GNUTELLA/0.6 200"):
            self.say("refused", last=last)
            connection.close()
            return
        theirs.update(last[1])
        deflated_in = wire.has_word(theirs.get("content-encoding"), "deflate")
        self._open(Session(self, connection, stream, remote, theirs, deflated_in, deflated_out), "acceptor")

    def _open(self, session, side):
        self.sessions.append(session)
        self.say("open", session=session, side=side)
        if not self.ultrapeer or session.ultrapeer:
            bits = 16
            session.send(wire.Message(wire.ROUTE_TABLE, new_guid(), 1, 0, wire.reset_table(1 << bits)))
            session.send(wire.Message(wire.ROUTE_TABLE, new_guid(), 1, 0, wire.patch_table(
                [file.name for file in self.shared], bits)))
        if self.firewalled:  # "Push Proxy", 4: a request is known by the GUID of who asks
            session.send(wire.Message(wire.VENDOR, self.guid, 1, 0, wire.vendor(b"LIME", 21, 2)))
        threading.Thread(target=session.run, daemon=True).start()
        return session

    def _send_new(self, session, kind, ttl, payload):
        guid = new_guid()
        session.send(wire.Message(kind, guid, ttl, 0, payload))
        return guid

    def _query_came(self, session, message, known):
        asked = wire.read_query(message.payload)
        repeated = message.guid in self._seen
        self.say("query", repeated=repeated, **asked, **known)
        if repeated:
            return
        self._seen[message.guid] = session
        matching = [file for file in self.shared if self._matches(file, asked)]
        if matching:
            hit = self._hit(message.guid, matching, message.hops + 1)
            if self.withholds_hits:
                self._withheld.append((session, hit))
            else:
                session.send(hit)
        if self.ultrapeer and message.ttl > 1:
            for other in self.sessions:
                if other is not session:
                    other.send(wire.Message(wire.QUERY, message.guid, message.ttl - 1, message.hops + 1,
                                            message.payload))

    def _matches(self, file, asked):
        if file.urn in asked["urns"] or asked["ggep"].get("H", b"")[1:21] == base64.b32decode(file.urn[9:]):
            return True
        words = [word.lower() for word in wire.words_of(asked["text"])]
        return bool(words) and all(word in file.name.lower() for word in words)

    def _hit(self, guid, files, ttl):
        results = [wire.Result(file.index, file.claimed or len(file.content), file.name, file.urn) for file in files]
        return wire.Message(wire.QUERY_HIT, guid, ttl, 0, wire.query_hit(
            self.host, self.port, results, self.guid, self.vendor, push=self.firewalled,
            extensions=[("BH", b"")] + self._push_proxies()))

    def _push_proxies(self):
        """Its neighbours, as those of gtk-gnutella that are behind a firewall say."""
        addresses = [session.theirs["listen-ip"] for session in self.sessions] if self.firewalled else []
        packed = b"".join(socket.inet_aton(host) + int(port).to_bytes(2, "little")
                          for host, port in (address.split(":") for address in addresses))
        return [("PUSH", packed)] if packed else []

    def _hit_came(self, message, known):
        hit = wire.read_query_hit(message.payload)
        self._pushes[hit["servent"]] = known["session"]
        self.hits.append(hit)
        self.say("hit", **hit, **known)
        asker = self._seen.get(message.guid)
        if asker is not None and message.ttl > 1:
            asker.send(wire.Message(wire.QUERY_HIT, message.guid, message.ttl - 1, message.hops + 1, message.payload))

    def _push_came(self, asked, known):
        self.say("push", **asked, **known)
        # A push proxy is told no number: the connection will say what is wanted, as with gtk-gnutella.
        file = next((file for file in self.shared if asked["index"] in (0, file.index)), None)
        if asked["servent"] == self.guid and file is not None:
            threading.Thread(target=self._give, args=(asked, file), daemon=True).start()
        elif asked["servent"] in self._pushes and known["ttl"] > 1:
            self._pushes[asked["servent"]].send(wire.Message(
                wire.PUSH, known["guid"], known["ttl"] - 1, known["hops"] + 1,
                wire.push(asked["servent"], asked["index"], asked["host"], asked["port"])))

    def _give(self, asked, file):
        """8.4 of HUGE's time is gone: the line is followed by an empty one, and then the other side asks."""
        try:
            connection = socket.create_connection((asked["host"], asked["port"]), DEADLINE)
            if self.gives_in_tls:
                connection = insecure_tls().wrap_socket(connection)
            connection.sendall(self.giv(file, asked["index"]))
            connection.settimeout(None)
            self._greet(connection, "{}:{}".format(asked["host"], asked["port"]))
        except OSError as problem:
            self.say("problem", remote=asked["host"], problem=str(problem))

    def _giv_came(self, connection, stream):
        line = stream.readline(1024).decode("utf-8", "replace").rstrip("\r\n")
        stream.readline(16)
        index, _, rest = line[4:].partition(":")
        servent = bytes.fromhex(rest[:32])
        self._given.setdefault(servent, []).append((connection, stream))
        self.say("giv", index=int(index), servent=servent, name=rest[33:])


class Refused(Exception):
    def __init__(self, first, headers):
        super().__init__(first)
        self.first = first
        self.headers = headers


def new_guid():
    """Marked as 0.6 has it: byte 8 all ones, byte 15 zero (2.2.1)."""
    guid = bytearray(os.urandom(16))
    guid[8], guid[15] = 0xFF, 0
    return bytes(guid)


def insecure_tls():
    """Gnutella's TLS hides; it does not say who is there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# ---- by hand ----

def main():
    parser = argparse.ArgumentParser(description="A Gnutella servent for the tests.")
    parser.add_argument("port", type=int)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--share", type=pathlib.Path)
    parser.add_argument("--leaf", action="store_true")
    arguments = parser.parse_args()
    files = {path.name: path.read_bytes() for path in sorted(arguments.share.iterdir())} if arguments.share else {}

    class Printing(Servent):
        def say(self, kind, **fields):
            shown = {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()
                     if name != "session"}
            print(kind, shown, flush=True)
            super().say(kind, **fields)

    servent = Printing(files, arguments.host, arguments.port, ultrapeer=not arguments.leaf)
    print("listening on", servent.address, flush=True)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            carry_out(servent, command, argument)
        except (OSError, ValueError, LookupError, Refused, gnutella_http.NotServed, NotInTime) as problem:
            print("cannot {}: {!r}".format(command, problem), flush=True)
        if command == "quit":
            return


def carry_out(servent, command, argument):
    if command == "connect":
        servent.connect(argument)
    elif command == "search":
        servent.hits.clear()
        servent.search(argument)
    elif command in ("get", "push"):
        every = [(hit, result) for hit in servent.hits for result in hit["results"]]
        hit, result = every[int(argument)]
        content = servent.fetch(hit, result) if command == "get" else servent.fetch_by_push(hit, result)
        print("fetched", result.name, len(content), hashlib.sha1(content).hexdigest(), flush=True)
    elif command == "browse":
        print("browsed", [(result.name, result.size) for result in servent.browse(argument)], flush=True)
    elif command == "ping":
        for session in servent.sessions:
            servent.ping(session)
    elif command in ("bye", "quit"):
        for session in list(servent.sessions):
            servent.bye(session)


if __name__ == "__main__":
    main()
