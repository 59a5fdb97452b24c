"""Gnutella sessions inside TLS, with a servent that is not ours."""

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


if __name__ == "__main__":
    unittest.main()
