"""A session with a peer of the seed that stays silent: it is PINGed after 30 seconds, and its PONG keeps it open."""

import unittest

import gnut_output
from network import Network

PING_INTERVAL = 30


class KeepAlive(unittest.TestCase):
    def test_silent_seed_is_pinged_and_kept(self):
        with Network() as network:
            ours = network.gnut({"after.txt": b"after"})
            seed = network.seed(neighbour=ours)
            # It was the seed that joined: the first PING that comes to it is the one against silence.
            seed.wait_for(r"PING received", deadline=PING_INTERVAL + 20)
            seed.fetches("after.txt", "after")
            # Its query came behind its PONG, which was therefore taken for the answer that it is.
            self.assertEqual(ours.counter("unexpected_pongs"), 0)
            self.assertNotRegex(ours.output(), gnut_output.SESSION_CLOSED)


if __name__ == "__main__":
    unittest.main()
