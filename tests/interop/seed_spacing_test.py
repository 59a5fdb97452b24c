"""What a seed reads at once it takes for one object: ours leave it time (Settings::legacy_spacing)."""

import json
import unittest

from network import HOST, Network
from raw_session import RawSession


class OneObjectPerRead(unittest.TestCase):
    def test_many_queries_at_once_reach_a_seed_one_by_one(self):
        count = 60
        with Network() as network:
            ours = network.gnut()
            seed = network.seed(neighbour=ours)
            session = network.closing(RawSession.opened(ours))
            queries = [{"type": "QUERY", "host": HOST, "port": session.port, "file": "f-{}.txt".format(number),
                        "id": str(number)} for number in range(count)]
            session.send_bytes(b"".join(json.dumps(query).encode() for query in queries))
            for number in range(count):
                seed.wait_for(r"^Got a query for f-{}\.txt$".format(number))
            self.assertEqual(seed.broken_reads(), 0)


if __name__ == "__main__":
    unittest.main()
