"""What real clients said, said again to a node of ours: tests/data/gnutella has it, and how it was captured.

The captured bytes stay as they are; only what answers them is ours. So each test asserts what the client needs to find
in our answers, as it was seen to need it.
"""

import pathlib
import random
import re
import socket
import unittest
import zlib

import gnutella_http
import gnutella_wire as wire
from network import HOST, Network
from process import DEADLINE
from raw_session import Listener

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "gnutella"
NOTE = b"forty bytes of a small file for testing\n"
REEL = random.Random(2).randbytes(2_000_000)
CLIENTS = ("gtk-gnutella-1.2.3", "gnutella-bun-1.2.0")


class Conversation:
    """One client's side of a session: blocks of headers and messages, deflate undone."""

    def __init__(self, folder):
        self.folder = folder
        self.messages, rest = wire.cut(self._bytes("messages.bin"))
        assert not rest, folder

    def block(self, name):
        return self._bytes(name + ".txt")

    def all(self, kind):
        return [message for message in self.messages if message.kind == kind]

    def all_but(self, kind):
        return [message for message in self.messages if message.kind != kind]

    def _bytes(self, name):
        return (self.folder / name).read_bytes()

    def __str__(self):
        return "{}: {}".format(self.folder.parent.name, self.folder.name)


def conversations(file):
    found = [Conversation(path.parent) for client in CLIENTS for path in sorted((DATA / client).glob("*/" + file))
             if (path.parent / "messages.bin").exists()]
    assert found, "no conversation has a file " + file
    return found


class Replay:
    """The client's side of a connection."""

    def __init__(self, connection):
        connection.settimeout(DEADLINE)
        self.connection = connection
        self.stream = connection.makefile("rb")
        self.received = []
        self._inflater = zlib.decompressobj()
        self._deflater = zlib.compressobj()
        self._rest = b""

    def close(self):
        self.stream.close()
        self.connection.close()

    def send(self, messages):
        plain = b"".join(message.bytes() for message in messages)
        self.connection.sendall(self._deflater.compress(plain) + self._deflater.flush(zlib.Z_SYNC_FLUSH))

    def wait_for(self, condition):
        """The first message from our side that satisfies the condition; None when it has closed before."""
        while True:
            for message in self.received:
                if condition(message):
                    return message
            chunk = self.stream.read1(65536)
            if not chunk:
                return None
            messages, self._rest = wire.cut(self._rest + self._inflater.decompress(chunk))
            self.received += messages


class Session(unittest.TestCase):
    def answers_all(self, node, conversation, replay):
        """Every ping a pong, every search for our file a hit that leads to its bytes."""
        for ping in conversation.all(wire.PING):
            pong = replay.wait_for(lambda message, ping=ping: (message.kind, message.guid) == (wire.PONG, ping.guid))
            self.assertIsNotNone(pong, "no pong")
            self.assertEqual(wire.read_pong(pong.payload)["port"], node.port)
        searches = [message for message in conversation.all(wire.QUERY)
                    if "cobalt" in wire.read_query(message.payload)["text"]]
        for query in searches:
            answer = replay.wait_for(
                lambda message, query=query: (message.kind, message.guid) == (wire.QUERY_HIT, query.guid))
            self.assertIsNotNone(answer, "no hit")
            hit = wire.read_query_hit(answer.payload)
            self.assertEqual([(result.name, result.size) for result in hit["results"]], [("cobalt-note.txt", 40)])
            self.assertEqual(hit["port"], node.port)
            self.assertRegex(hit["results"][0].urn, "^urn:(sha1|bitprint):YOPO3NO2NNFPLEEM5JBJM3UQGD4DG75K")
            # Both clients ask by hash where a hit tells it.
            target = gnutella_http.target_of_urn("urn:sha1:YOPO3NO2NNFPLEEM5JBJM3UQGD4DG75K")
            with socket.create_connection((HOST, node.port), DEADLINE) as connection, \
                    connection.makefile("rb") as stream:
                self.assertEqual(gnutella_http.fetch(connection, stream, target, node.address), NOTE)
        return len(searches)

    def test_clients_that_connect_to_us(self):
        searches = 0
        for conversation in conversations("request.txt"):
            with self.subTest(conversation=str(conversation)), Network() as network:
                node = network.gnut({"cobalt-note.txt": NOTE})
                replay = network.closing(Replay(socket.create_connection((HOST, node.port), DEADLINE)))
                replay.connection.sendall(conversation.block("request"))
                first, ours = wire.read_block(replay.stream)
                self.assertRegex(first, "^GNUTELLA/0.6 200 ")
                # Without it gtk-gnutella refuses: 403, "Gnet connection not compressed".
                self.assertEqual(ours.get("content-encoding"), "deflate")
                self.assertTrue(wire.has_word(ours.get("accept-encoding"), "deflate"))
                self.assertEqual(ours.get("remote-ip"), HOST)
                # What gtk-gnutella must see of an ultrapeer.
                self.assertEqual(ours.get("x-ultrapeer", "").lower(), "true")
                replay.connection.sendall(conversation.block("last-word"))
                replay.send(conversation.all_but(wire.BYE))
                searches += self.answers_all(node, conversation, replay)
                if conversation.all(wire.BYE):
                    replay.send(conversation.all(wire.BYE))
                    self.assertIsNone(replay.wait_for(lambda message: False), "still open")
                self.assertTrue(node.running())
        self.assertGreater(searches, 0)

    def test_clients_that_we_connect_to(self):
        for conversation in conversations("answer.txt"):
            with self.subTest(conversation=str(conversation)), Network() as network:
                listener = network.closing(Listener())
                node = network.start_gnut({"cobalt-note.txt": NOTE}, [listener], ["--dialect", "gnutella"])
                connection, _ = listener.socket.accept()
                replay = network.closing(Replay(connection))
                first, ours = wire.read_block(replay.stream)
                self.assertEqual(first, "GNUTELLA CONNECT/0.6")
                self.assertTrue(wire.has_word(ours.get("accept-encoding"), "deflate"))
                self.assertRegex(ours.get("listen-ip", ""), r":{}$".format(node.port))
                connection.sendall(conversation.block("answer"))
                first, last = wire.read_block(replay.stream)
                self.assertRegex(first, "^GNUTELLA/0.6 200 ")
                self.assertEqual(last.get("content-encoding"), "deflate")
                replay.send(conversation.all_but(wire.BYE))
                self.answers_all(node, conversation, replay)
                self.assertTrue(node.running())


def replayed(node, request):
    """(status, headers, body) of our answer, compression undone."""
    connection = socket.create_connection((HOST, node.port), DEADLINE)
    with connection, connection.makefile("rb") as stream:
        connection.sendall(request)
        first, headers = wire.read_block(stream)
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b"".join(gnutella_http.chunks(stream))
        else:
            length = gnutella_http.content_length(headers)
            body = stream.read() if length is None else stream.read(length)
    if headers.get("content-encoding") == "deflate":
        body = wire.inflate(body)
    return int(first.split(" ")[1]), headers, body


def captured_requests(name):
    return [(client, (DATA / client / "http" / name).read_bytes()) for client in CLIENTS]


class Http(unittest.TestCase):
    def test_requests_for_a_file(self):
        for client, request in captured_requests("request-by-urn.txt"):
            with self.subTest(client=client), Network() as network:
                node = network.gnut({"cobalt-reel.bin": REEL})
                status, headers, body = replayed(node, request)
                self.assertIn(status, (200, 206))
                # GnutellaBun asks from 0 to the end, gtk-gnutella for the first MiB.
                last = re.search(rb"Range: bytes=0-(\d*)", request).group(1)
                self.assertEqual(body, REEL[:int(last) + 1] if last else REEL)
                self.assertRegex(headers.get("x-gnutella-content-urn", ""), "T3CS77OJBZF4QTQNJAKYLHFSUV6ZY36M")


if __name__ == "__main__":
    unittest.main()
