"""Networks with loops, and long ones: every query comes to rest, and is handled once by each node."""

import re
import unittest

import gnut_output
from network import Network, wait_until


def join(node, other):
    """Closes a loop: `connect` at the node's prompt."""
    opened = node.command("connect " + other.address)
    node.wait_for(gnut_output.SESSION_OPENED + re.escape(other.address), opened)


class ChainOfTen(unittest.TestCase):
    def test_finds_up_to_its_ttl_and_no_farther(self):
        with Network() as network:
            files = {7: {"seven.txt": b"seven hops away"}, 8: {"eight.txt": b"eight hops away"}}
            nodes = network.row("GGGGGGGGGG", files)
            nodes[0].fetches("seven.txt", "seven hops away")
            self.assertEqual(nodes[7].counter("expired_queries"), 1)
            self.assertEqual([node.counter("queries_handled") for node in nodes], [0, 1, 1, 1, 1, 1, 1, 1, 0, 0])

            # From the other side it is near, and the one in the middle reaches both.
            nodes[9].fetches("eight.txt", "eight hops away")
            nodes[4].fetches("seven.txt", "seven hops away")
            nodes[2].fetches("eight.txt", "eight hops away")


class Ring(unittest.TestCase):
    def test_of_ours_handles_a_query_once_each(self):
        with Network() as network:
            nodes = network.row("GGGGG", {2: {"two.txt": b"two"}})
            join(nodes[0], nodes[-1])
            nodes[0].fetches("two.txt", "two")
            others = nodes[1:]
            wait_until(lambda: all(node.counter("queries_handled") == 1 for node in others), "one query at each")
            # Where the two ways round meet, one copy on each link was too many.
            duplicates = sum(node.counter("duplicate_queries") for node in nodes)
            self.assertLessEqual(duplicates, 2)
            self.assertEqual(nodes[0].counter("queries_handled"), 0)

    def test_with_seeds_comes_to_rest(self):
        self.ring_comes_to_rest([])

    def test_with_seeds_that_repeat_known_queries_comes_to_rest(self):
        self.ring_comes_to_rest(["--repeat-known-queries"])

    def ring_comes_to_rest(self, seed_options):
        with Network() as network:
            first = network.gnut({"first.txt": b"first"})
            seed = network.seed(neighbour=first, options=seed_options)
            across = network.gnut({"across.txt": b"across"}, [seed])
            last = network.seed(neighbour=across, options=seed_options)
            join(first, last)

            seed.fetches("across.txt", "across")
            last.fetches("first.txt", "first")
            last.wait_for_timeout(last.ask("nowhere.txt"))
            first.fetches("across.txt", "across")

            for node in (first, across):
                self.assertLessEqual(node.counter("queries_handled"), 4)
                self.assertLessEqual(node.counter("duplicate_queries"), 4)
            for node in (seed, last):
                # Each of the queries comes at most once from either side.
                self.assertLessEqual(node.output().count("Passing query to another peer."), 8)
                self.assertEqual(node.broken_reads(), 0)


class Mesh(unittest.TestCase):
    def test_of_eight_handles_each_query_once_per_node(self):
        with Network() as network:
            nodes = []
            for number in range(8):
                nodes.append(network.gnut({"file-{}.txt".format(number): str(number).encode()}, list(nodes)))
            for number, node in enumerate(nodes):
                wanted = (number + 3) % 8
                node.fetches("file-{}.txt".format(wanted), str(wanted))
            # Eight queries, each handled by the seven others.
            wait_until(lambda: all(node.counter("queries_handled") >= 7 for node in nodes), "seven queries at each")
            self.assertEqual([node.counter("queries_handled") for node in nodes], [7] * 8)
            # A query travels each of the 28 links at most twice, once each way.
            received = sum(node.counter("queries_handled") + node.counter("duplicate_queries") for node in nodes)
            self.assertLessEqual(received, 8 * 2 * 28)


if __name__ == "__main__":
    unittest.main()
