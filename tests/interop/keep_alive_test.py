"""A session with a peer of the seed that stays silent: it is PINGed after 30 seconds, and stays open."""

import unittest

import gnut_output
from network import Network

PING_INTERVAL = 30


class KeepAlive(unittest.TestCase):
    def test_silent_seed_is_pinged_and_kept(self):
        with Network() as network:
            ours = network.gnut({"after.txt": b"after"})
            seed = network.seed(neighbour=ours)
            for _ in range(2):
                seed.wait_for(r"PING received", seed.mark(), deadline=PING_INTERVAL + 20)
            seed.fetches("after.txt", "after")
            self.assertNotRegex(ours.output(), gnut_output.SESSION_CLOSED)


if __name__ == "__main__":
    unittest.main()
