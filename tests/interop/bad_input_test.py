"""Bytes that are no messages: who sends them is told and cut off, and the node answers everybody else."""

import json
import socket
import unittest

from network import HOST, Network
from raw_session import Inbox, RawSession

QUERY = {"type": "QUERY", "host": HOST, "port": 1, "file": "x", "id": "x"}


def without(field):
    return json.dumps({name: value for name, value in QUERY.items() if name != field}).encode()


def with_value(field, value):
    return json.dumps({**QUERY, field: value}).encode()


MALFORMED = {
    "not JSON": b'{"type": QUERY}',
    "not an object": b'["QUERY"]',
    "a value after the object's end": b'{"type":"PING","id":"a"}}',
    "no type": without("type"),
    "no id": without("id"),
    "type of the wrong kind": with_value("type", 7),
    "id of the wrong kind": with_value("id", {"a": 1}),
    "id too long": with_value("id", "i" * 129),
    "file of the wrong kind": with_value("file", ["x"]),
    "port of the wrong kind": with_value("port", "8025"),
    "port out of range": with_value("port", 65536),
    "port below zero": with_value("port", -1),
    "host of the wrong kind": with_value("host", 7),
    "nested over 8": json.dumps({**QUERY, "deep": [[[[[[[[1]]]]]]]]}).encode(),
    "nested a hundred thousand times": b'{"type":"QUERY","deep":' + b"[" * 100_000,
    "invalid UTF-8": b'{"type":"QUERY","host":"h","port":1,"id":"x","file":"\xff\xfe"}',
    "half a surrogate": b'{"type":"QUERY","host":"h","port":1,"id":"x","file":"\\ud800"}',
    "over 64 KiB": with_value("file", "x" * 70_000),
    "a megabyte without a newline or an end": b'{"type":"QUERY","file":"' + b"x" * 1_000_000,
    "white space, then garbage": b" " * 1000 + b"garbage",
}


class Log(unittest.TestCase):
    def test_shows_what_strangers_write_without_what_drives_a_terminal(self):
        with Network() as network:
            ours = network.gnut(options=["--verbose"])
            with RawSession.opened(ours, v=1) as session:
                session.send({"type": "BYE", "id": "bye", "code": 200, "reason": "\u202eturned \x9b2Jaround"})
                ours.wait_for(r"^gnut: info: session with .* has ended: .*turned .*around")
            ours.wait_for(r"^session closed: .*turned .*around")
            for code in ("\u202e", "\x9b"):
                self.assertNotIn(code, ours.output())


class Malformed(unittest.TestCase):
    def test_ends_an_open_session_with_bye_400_and_no_other(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            bystander = network.closing(RawSession.opened(ours))
            for count, (name, data) in enumerate(MALFORMED.items(), start=1):
                with self.subTest(name), RawSession.opened(ours) as session:
                    send_until_closed(session, data)
                    bye = session.receive("BYE")
                    self.assertIsNotNone(bye, "no BYE")
                    self.assertEqual(bye["code"], 400)
                    self.assertTrue(bye["reason"])
                    self.assertIsNone(session.receive())
                    self.assertEqual(ours.counter("bad_messages"), count)
            still_answers(self, bystander)

    def test_ends_a_session_that_has_not_begun(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            for name, data in MALFORMED.items():
                if not data.startswith((b"{", b" ")):
                    continue
                with self.subTest(name), RawSession.connect(ours) as session:
                    send_until_closed(session, data)
                    bye = session.receive("BYE")  # behind a PONG, where the first object was whole
                    self.assertIsNotNone(bye, "no BYE")
                    self.assertEqual(bye["code"], 400)
                    self.assertIsNone(session.receive())
            still_answers(self, network.closing(RawSession.opened(ours)))


class NoSession(unittest.TestCase):
    def test_unknown_first_bytes_are_closed_and_counted(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            for count, data in enumerate([b"hello\r\n\r\n", b"\0" * 100, b"\xff\xd8\xff", b"SSH-2.0-x\r\n"], start=1):
                with self.subTest(data=data), RawSession.connect(ours) as session:
                    session.send_bytes(data)
                    self.assertIsNone(session.receive())
                    self.assertEqual(ours.counter("unknown_connections"), count)
            still_answers(self, network.closing(RawSession.opened(ours)))

    def test_half_a_message_and_gone(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            for data in (b"", b"{", b'{"type":"PI', b"GET /uri-res/N2R?urn:sha1:", b"GET"):
                with self.subTest(data=data):
                    session = RawSession.connect(ours)
                    session.send_bytes(data)
                    session.close()
            with RawSession.opened(ours) as session:
                session.send_bytes(b'{"type":"QUERY","id"')
                session.socket.shutdown(socket.SHUT_WR)
                while session.receive() is not None:
                    pass
            still_answers(self, network.closing(RawSession.opened(ours)))

    def test_datagrams_that_are_nothing_we_know(self):
        with Network() as network, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            ours = network.gnut({"here.txt": b"here"})
            for data in (b"", b"garbage", b"{}", b"\xff" * 1400, b'{"type":"QUERY-HIT","id":"nobody asked"}'):
                sender.sendto(data, (HOST, ours.port))
            still_answers(self, network.closing(RawSession.opened(ours)))


class Unknown(unittest.TestCase):
    def test_type_is_ignored_and_counted(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            session = network.closing(RawSession.opened(ours))
            session.send({"type": "TELEPORT", "id": "1"})
            still_answers(self, session)
            self.assertEqual(ours.counter("unknown_messages"), 1)

    def test_answers_that_nobody_asked_for_are_dropped_and_counted(self):
        with Network() as network:
            ours = network.gnut({"here.txt": b"here"})
            session = network.closing(RawSession.opened(ours))
            session.send({"type": "PONG", "id": "1"})
            session.send({"type": "QUERY-HIT", "id": "1", "hasFile": True})
            still_answers(self, session)
            self.assertEqual(ours.counter("unexpected_pongs"), 1)
            self.assertEqual(ours.counter("unexpected_hits"), 1)

    def test_excess_queries_are_dropped_and_counted(self):
        count = 1000
        with Network() as network:
            ours = network.gnut()
            session = network.closing(RawSession.opened(ours))
            session.send_bytes(b"".join(json.dumps({**QUERY, "id": str(number)}).encode() for number in range(count)))
            session.send({"type": "PING", "id": "all read"})
            session.receive("PONG")
            handled = ours.counter("queries_handled")
            self.assertGreaterEqual(handled, 200)
            self.assertLess(handled, count)
            self.assertEqual(ours.counter("excess_queries"), count - handled)

    def test_host_that_does_not_resolve_is_the_neighbour_itself(self):
        with Network() as network, Inbox() as inbox:
            ours = network.gnut({"here.txt": b"here"})
            named = {"host": "DESKTOP-3T.invalid", "port": inbox.port}
            session = network.closing(RawSession.opened(ours, **named))
            session.send({**QUERY, **named, "file": "here.txt"})
            self.assertEqual(inbox.receive(), b"here")


def send_until_closed(session, data):
    """The far end need not take all of it."""
    try:
        session.send_bytes(data)
    except (ConnectionResetError, BrokenPipeError):
        pass


def still_answers(test, session):
    with Inbox() as inbox:
        session.send({**QUERY, "file": "here.txt", "id": "still answers", "port": inbox.port})
        test.assertEqual(inbox.receive(), b"here")


if __name__ == "__main__":
    unittest.main()
