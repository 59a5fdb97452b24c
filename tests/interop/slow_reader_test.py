"""A neighbour that reads nothing: its queue is bounded, and the others do not wait for it."""

import time
import unittest

from network import HOST, Network
from raw_session import RawSession

PADDING = "p" * 60_000  # an unknown field, which survives forwarding: messages close to the most that is allowed
QUERIES = 190           # under the burst that one neighbour may send


class SlowReader(unittest.TestCase):
    def test_does_not_hold_up_the_others(self):
        with Network() as network:
            ours = network.gnut()
            asker = network.closing(RawSession.opened(ours, v=1))
            reader = network.closing(RawSession.opened(ours, v=1))
            # Its receive window is next to nothing; twelve megabytes do not fit between it and the node.
            network.closing(RawSession.opened(ours, receive_buffer=4096, v=1))
            slowest = 0.0
            for number in range(QUERIES):
                asker.send({"type": "QUERY", "host": HOST, "port": 1, "file": "nowhere", "id": str(number), "ttl": 7,
                            "hops": 0, "reply": "routed", "padding": PADDING})
                started = time.monotonic()
                self.assertEqual(reader.receive("QUERY")["id"], str(number))
                slowest = max(slowest, time.monotonic() - started)
            self.assertLess(slowest, 2.0)
            self.assertGreater(ours.counter("dropped_from_queues"), 0)
            self.assertEqual(ours.counter("excess_queries"), 0)


if __name__ == "__main__":
    unittest.main()
