"""What real clients said, said again to a node of ours: tests/data/gnutella has it, and how it was captured.

The captured bytes stay as they are; only what answers them is ours. So each test asserts what the client needs to find
in our answers, as it was seen to need it.
"""

import json
import re
import socket
import threading
import unittest
import zlib

import gnutella_http
import gnutella_wire as wire
from gnutella_captured import CLIENTS, DATA, NOTE, REEL, TAPE, CapturedClient
from gnutella_servent import Servent, Shared
from network import HOST, Network
from process import DEADLINE
from raw_session import Listener

TAPE_NAME = "large-amber-tape.bin"
NOTE_NAME = "small-amber-note.txt"
GNUTELLA = ("--dialect", "gnutella")


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
                node = network.start_gnut({"cobalt-note.txt": NOTE}, [listener], GNUTELLA)
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


class Liar(Servent):
    """Says that the tape is a third longer than it is, and gives half of that too; then it closes the connection."""

    claimed = 4_000_000

    def __init__(self):
        super().__init__({})
        self.shared = [Shared(1, TAPE_NAME, TAPE, self.claimed)]
        self.may_close = threading.Event()

    def serve(self, connection, stream, request):
        first, _ = request
        if gnutella_http.find(first.split(" ")[1], self.shared, self.knows_hashes) is None:
            connection.sendall(wire.write_block("HTTP/1.1 404 Not Found", {"Content-Length": "0"}))
            return True
        connection.sendall(wire.write_block("HTTP/1.1 200 OK", {"Content-Length": str(self.claimed)}))
        if first.startswith("HEAD "):
            return True
        connection.sendall(TAPE + bytes((self.claimed - len(TAPE)) // 2))
        self.say("given")
        self.may_close.wait(DEADLINE)
        self.stop_listening()
        return False


def magnet(content, *servents):
    urn = Shared(0, "", content).urn
    return "magnet:?xt=" + urn + "".join("&xs=http://{}/uri-res/N2R?{}".format(each.address, urn) for each in servents)


class Sources(unittest.TestCase):
    """What a user gets, of whom a client had answered him so."""

    def get(self, network, wanted):
        folder = network.new_folder("here")
        done = network.run("get", wanted, "--output", "got", "--json", folder=folder)
        self.assertEqual(done.code, 0, done)
        told = json.loads(done.output.splitlines()[-1])
        self.assertIs(told["verified"], True)
        return (folder / "got").read_bytes(), told

    def each_client(self, check, **habits):
        for client in CLIENTS:
            with self.subTest(client=client), Network() as network:
                check(network, network.with_servent(CapturedClient(client, **habits)))

    def test_a_small_file_comes(self):
        def check(network, client):
            self.assertEqual(self.get(network, magnet(NOTE, client))[0], NOTE)
        self.each_client(check)

    def test_a_large_file_is_gone_on_with_where_it_was_cut(self):
        def check(network, client):
            self.assertTrue(self.get(network, magnet(TAPE, client))[0] == TAPE)
            begun = [event["begin"] for event in client.events("asked") if event["method"] == "GET"
                     and "N2R" in event["target"]]
            self.assertEqual(begun.count(0), 1, "it began anew")
            self.assertIn(1_000_000, begun)
            for head in client.folder.glob("answer-*-head.txt"):  # for the very ranges that these are of
                client.wait_for("said", lambda event, name=head.name: event["name"] == name)
        self.each_client(check, cuts_at=1_000_000)

    def test_another_is_asked_when_it_does_not_have_the_file(self):
        def check(network, client):
            other = network.servent({NOTE_NAME: NOTE})
            content, told = self.get(network, magnet(NOTE, client, other))
            self.assertEqual(content, NOTE)
            self.assertEqual(told["sources"], [other.address])
        self.each_client(check, lacks_files=True)

    def test_alone_it_does_not_have_the_file(self):
        def check(network, client):
            done = network.run("get", magnet(NOTE, client), "--output", "got")
            self.assertNotEqual(done.code, 0, done)
            self.assertIn("the peer no longer shares the file", done.errors)
        self.each_client(check, lacks_files=True)

    def test_what_it_says_of_bytes_beyond_the_end_tells_how_long_the_file_is(self):
        def check(network, client):
            liar = network.with_servent(Liar())
            client.shared[0].claimed = Liar.claimed
            ours = network.gnut(neighbours=[liar, client], options=GNUTELLA)
            ours.command("get " + TAPE_NAME)
            liar.wait_for("given")
            client.answer()
            client.ping(client.sessions[0])
            client.wait_for("pong")  # its hit was read before
            liar.may_close.set()
            self.assertTrue(ours.wait_for_file(TAPE_NAME) == TAPE)
            client.wait_for("asked", lambda event: event["begin"] >= len(TAPE))
        self.each_client(check, withholds_hits=True)

    def test_all_its_files_are_seen(self):
        def check(network, client):
            done = network.run("browse", client.address, "--json")
            self.assertEqual(done.code, 0, done)
            files = {hit["name"]: hit for hit in map(json.loads, done.output.splitlines())}
            self.assertEqual({name: hit["size"] for name, hit in files.items()},
                             {TAPE_NAME: len(TAPE), NOTE_NAME: len(NOTE)})
            for file in client.shared:
                self.assertIn(file.urn.removeprefix("urn:sha1:"), files[file.name]["urn"])
        self.each_client(check)

    def test_a_push_makes_it_come_and_give_the_file(self):
        def check(network, client):
            ours = network.gnut(neighbours=[client], options=GNUTELLA)
            ours.command("get " + TAPE_NAME)
            self.assertTrue(ours.wait_for_file(TAPE_NAME) == TAPE)
            self.assertEqual(client.wait_for("push")["port"], ours.port)
            self.assertEqual(ours.counter("unexpected_givs"), 0)
        self.each_client(check, firewalled=True)


if __name__ == "__main__":
    unittest.main()
