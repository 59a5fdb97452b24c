"""The stand-in for the seed's program, among its own kind: that it has the habits which the report describes."""

import json
import unittest

from network import HOST, Network
from raw_session import Inbox, Listener, RawSession


def query(file, id, port):
    return {"type": "QUERY", "file": file, "id": id, "port": port}


class SeedPeer(unittest.TestCase):
    def test_finds_a_file_through_another_peer(self):
        with Network() as network:
            first, middle, last = network.row("SSS", {0: {"a.txt": b"from the first"}, 2: {"c.txt": b"from the last"}})
            first.fetches("c.txt", "from the last")
            network.seeds_read_all()
            last.fetches("a.txt", "from the first")
            network.seeds_read_all()
            middle.fetches("a.txt", "from the first")

    def test_times_out_when_nobody_has_the_file(self):
        with Network() as network:
            first, last = network.row("SS")
            first.wait_for_timeout(first.ask("nowhere.txt"))
            last.wait_for(r"Got a query for nowhere.txt")

    def test_says_bye_at_control_c(self):
        with Network() as network:
            first, last = network.row("SS")
            self.assertEqual(last.process.interrupt(), 0)
            first.wait_for(r"A peer has closed the connection")
            self.assertTrue(first.running())

    def test_sends_the_messages_of_the_report_and_no_other_field(self):
        with Network() as network:
            listener = network.closing(Listener())
            seed = network.start_seed({"own.txt": b"own"}, listener)
            with listener.accept() as session, Inbox() as inbox:
                ping = session.receive("PING")
                self.assertEqual(list(ping), ["type", "host", "port", "id"])
                self.assertRegex(ping["id"], r"^<function uuid3 at 0x[0-9a-f]+>$")
                session.send({"type": "PONG", "id": ping["id"]})
                seed.wait_for(r"PONG received")

                session.send({"type": "PING", "id": "any text"})
                pong = {"type": "PONG", "host": HOST, "port": seed.port, "id": "any text"}
                self.assertEqual(session.receive("PONG"), pong)

                session.send(query("own.txt", "q1", inbox.port))
                self.assertEqual(inbox.receive(), b"own")
                hit = {"type": "QUERY-HIT", "host": HOST, "port": seed.port, "hasFile": True, "id": "q1"}
                self.assertEqual(session.receive("QUERY-HIT"), hit)

                asked = seed.ask("other.txt")
                self.assertEqual(list(session.receive("QUERY")), ["type", "host", "port", "file", "id"])
                seed.wait_for_timeout(asked)
                seed.process.interrupt()
                self.assertEqual(session.receive("BYE"), {"type": "BYE", "host": HOST, "port": seed.port})

    def test_passes_on_what_it_cannot_answer_and_only_that(self):
        with Network() as network, Inbox() as inbox:
            seed = network.seed({"own.txt": b"own"})
            asker = network.closing(RawSession.opened(seed))
            other = network.closing(RawSession.opened(seed))
            asker.send(query("own.txt", "answered", inbox.port))
            self.assertIs(asker.receive("QUERY-HIT")["hasFile"], True)
            asker.send({**query("other.txt", "passed on", inbox.port), "unknown": [1, 2]})
            self.assertIs(asker.receive("QUERY-HIT")["hasFile"], False)
            passed_on = other.receive("QUERY")
            self.assertEqual(passed_on["id"], "passed on")
            self.assertEqual(passed_on["unknown"], [1, 2])

    def test_handles_an_equal_query_once(self):
        with Network() as network:
            seed = network.seed()
            asker = network.closing(RawSession.opened(seed))
            other = network.closing(RawSession.opened(seed))
            asker.send(query("other.txt", "first", 1))
            asker.receive("QUERY-HIT")
            asker.send(query("other.txt", "first", 1))
            seed.wait_for(r"Query for other.txt is known")
            asker.send(query("other.txt", "second", 1))
            self.assertEqual([other.receive("QUERY")["id"] for _ in range(2)], ["first", "second"])

    def test_repeats_a_known_query_in_the_other_reading_of_the_report(self):
        with Network() as network:
            seed = network.seed(options=["--repeat-known-queries"])
            asker = network.closing(RawSession.opened(seed))
            other = network.closing(RawSession.opened(seed))
            for _ in range(2):
                asker.send(query("other.txt", "same", 1))
                self.assertEqual(other.receive("QUERY")["id"], "same")

    def test_loses_two_messages_that_come_together(self):
        with Network() as network:
            seed = network.seed()
            session = network.closing(RawSession.opened(seed))
            session.send_bytes(2 * json.dumps({"type": "PING", "host": HOST, "port": 1, "id": "lost"}).encode())
            seed.wait_for(r"Cannot read a message")
            session.send({"type": "PING", "id": "after"})
            self.assertEqual(session.receive("PONG")["id"], "after")
            self.assertEqual(seed.broken_reads(), 1)

    def test_can_end_at_what_it_cannot_read(self):
        with Network() as network:
            seed = network.seed(options=["--on-bad-read=exit"])
            session = network.closing(RawSession.opened(seed))
            session.send_bytes(b"{}{}")
            self.assertEqual(seed.process.wait(), 1)

    def test_prints_the_first_2048_bytes_of_a_longer_file(self):
        with Network() as network:
            first, last = network.row("SS", {1: {"long.txt": b"x" * 40_000}})
            first.fetches("long.txt", "x" * 2048)

    def test_cannot_send_what_fits_in_no_datagram(self):
        with Network() as network:
            first, last = network.row("SS", {1: {"full.txt": b"x" * 65_507, "over.txt": b"x" * 65_508}})
            first.fetches("full.txt", "x" * 2048)
            network.seeds_read_all()
            asked = first.ask("over.txt")
            first.wait_for(r"QUERY-HIT received, hasFile: False", asked)
            first.wait_for_timeout(asked)


if __name__ == "__main__":
    unittest.main()
