"""Gnutella inside TLS, with a servent that is not ours."""

import os
import unittest

from network import Network


class FromTheFirstByte(unittest.TestCase):
    def test_a_servent_joins_ours(self):
        with Network() as network:
            ours = network.gnut({"cobalt-note.txt": b"here"})
            servent = network.servent()
            session = servent.connect(ours.address, tls=True)
            servent.ping(session)
            servent.wait_for("pong")
            servent.found(servent.search("cobalt"), "cobalt-note.txt")

    def test_a_servent_that_cannot_be_connected_to_gives_a_file(self):
        tape = os.urandom(3_000_000)
        with Network() as network:
            servent = network.servent({"cobalt-tape.bin": tape}, firewalled=True, gives_in_tls=True)
            ours = network.gnut(neighbours=[servent], options=("--dialect", "gnutella"))
            servent.stop_listening()
            ours.command("get cobalt-tape.bin")
            self.assertEqual(ours.wait_for_file("cobalt-tape.bin"), tape)
            self.assertGreater(servent.count("push"), 0)


if __name__ == "__main__":
    unittest.main()
