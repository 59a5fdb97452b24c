"""Sessions between the seed's peers and ours, from PING to BYE and the ends that come without it."""

import json
import re
import signal
import time
import unittest

import gnut_output
from network import HOST, Network
from raw_session import RawSession


class Handshake(unittest.TestCase):
    def test_seed_joins_ours(self):
        with Network() as network:
            ours = network.gnut()
            seed = network.seed(neighbour=ours)
            self.assertRegex(seed.output(), r"PONG received, .* on port: {}\n".format(ours.port))
            ours.wait_for(gnut_output.SESSION_OPENED)

    def test_ours_joins_a_seed(self):
        with Network() as network:
            seed = network.seed()
            ours = network.gnut(neighbours=[seed])
            seed.wait_for(r"PING received from peer on port: {}\n".format(ours.port))

    def test_ping_is_answered_by_a_seed(self):
        with Network() as network:
            seed = network.seed()
            pinged = network.run("ping", seed.address)
            self.assertEqual(pinged.code, 0, pinged)

    def test_fails_when_a_seed_stands_still(self):
        with Network() as network:
            seed = network.seed()
            seed.process.signal(signal.SIGSTOP)
            pinged = network.run("ping", seed.address)
            seed.process.signal(signal.SIGCONT)
            self.assertEqual(pinged.code, 1, pinged)
            self.assertIn("PONG", pinged.errors, pinged)


class End(unittest.TestCase):
    def test_ours_says_bye_at_control_c_and_at_sigterm(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number=number), Network() as network:
                seed = network.seed()
                ours = network.gnut(neighbours=[seed])
                ours.process.signal(number)
                self.assertEqual(ours.process.wait(), 0)
                seed.wait_for(r"A peer has closed the connection")
                self.assertNotIn("without BYE", seed.output())

                again = network.gnut({"after.txt": b"after"}, [seed])
                seed.fetches("after.txt", "after")
                self.assertTrue(again.running())

    def test_seed_says_bye(self):
        with Network() as network:
            ours = network.gnut()
            seed = network.seed(neighbour=ours)
            ours.wait_for(gnut_output.SESSION_OPENED)
            seed.process.interrupt()
            ours.wait_for(gnut_output.SESSION_CLOSED)

    def test_seed_is_killed(self):
        with Network() as network:
            ours = network.gnut({"after.txt": b"after"})
            seed = network.seed(neighbour=ours)
            ours.wait_for(gnut_output.SESSION_OPENED)
            seed.process.kill()
            ours.wait_for(gnut_output.SESSION_CLOSED)
            network.seed(neighbour=ours).fetches("after.txt", "after")

    def test_lost_seed_is_joined_again(self):
        with Network() as network:
            seed = network.seed()
            ours = network.gnut({"after.txt": b"after"}, [seed])
            seed.process.kill()
            lost = ours.wait_for(gnut_output.SESSION_CLOSED).end()
            back = network.start_seed(port=seed.port)
            back.wait_for(r"PING received")
            ours.wait_for(gnut_output.SESSION_OPENED, lost)
            back.fetches("after.txt", "after")


class Framing(unittest.TestCase):
    def test_objects_in_one_write_and_in_pieces_are_read_by_ours(self):
        with Network() as network:
            ours = network.gnut()
            session = network.closing(RawSession.opened(ours))
            pings = [json.dumps({"type": "PING", "host": HOST, "port": 1, "id": "ping {}".format(number)})
                     for number in range(3)]
            text = "".join(pings).encode()
            session.send_bytes(text[:-5])
            self.assertEqual([session.receive("PONG")["id"] for _ in range(2)], ["ping 0", "ping 1"])
            session.send_bytes(text[-5:])
            self.assertEqual(session.receive("PONG")["id"], "ping 2")


class Timeout(unittest.TestCase):
    def test_nobody_has_what_a_seed_asks_for(self):
        with Network() as network:
            seed, ours, last = network.row("SGG", {1: {"other.txt": b""}})
            started = time.monotonic()
            seed.wait_for_timeout(seed.ask("nowhere.txt"))
            self.assertGreaterEqual(time.monotonic() - started, 5.0)
            self.assertEqual(last.counter("queries_handled"), 1)
            self.assertEqual(ours.counter("queries_handled"), 1)
            self.assertEqual(len(re.findall(r"Got a query", seed.output())), 0)


if __name__ == "__main__":
    unittest.main()
