"""Nodes of ours between peers of the seed and Gnutella servents: what the one has, the other finds, and nothing goes
around for ever."""

import json
import unittest

from network import Network

JSON = ("--dialect", "json")


class Bridge(unittest.TestCase):
    def test_a_servent_finds_what_a_json_node_has(self):
        with Network() as network:
            source = network.gnut({"cobalt-note.txt": b"from far away"}, options=JSON)
            bridge = network.gnut(neighbours=[source])
            servent = network.servent()
            servent.connect(bridge.address)
            hit, result = servent.found(servent.search("cobalt"), "cobalt-note.txt")
            self.assertEqual(hit["port"], source.port)
            self.assertEqual(servent.fetch(hit, result, by_urn=True), b"from far away")

    def test_a_json_node_finds_and_fetches_what_a_servent_has(self):
        with Network() as network:
            servent = network.servent({"cobalt-note.txt": b"from far away"})
            bridge = network.gnut()
            servent.connect(bridge.address)
            asker = network.gnut(neighbours=[bridge], options=JSON)
            asker.fetches("cobalt-note.txt", "from far away")


class FirewalledServent(unittest.TestCase):
    """As gtk-gnutella is on a private network: its hits have the push bit, and nobody connects to it."""

    def behind_a_bridge(self, network):
        servent = network.servent({"cobalt-note.txt": b"from far away"}, firewalled=True)
        bridge = network.gnut()
        servent.connect(bridge.address)
        servent.stop_listening()
        return servent, bridge

    def test_a_seed_peer_is_sent_what_it_has(self):
        with Network() as network:
            servent, bridge = self.behind_a_bridge(network)
            seed = network.seed(neighbour=bridge)
            seed.fetches("cobalt-note.txt", "from far away")
            self.assertEqual(servent.wait_for("push")["port"], bridge.port)
            self.assertEqual(bridge.counter("fetched_for_askers"), 1)

    def test_json_nodes_fetch_what_it_has(self):
        with Network() as network:
            servent, bridge = self.behind_a_bridge(network)
            relay = network.gnut(neighbours=[bridge], options=JSON)
            asker = network.gnut(neighbours=[relay], options=JSON)
            asker.fetches("cobalt-note.txt", "from far away")
            self.assertEqual(servent.wait_for("push")["port"], asker.port)
            self.assertEqual(bridge.counter("pushes_proxied"), 1)

    def test_a_command_in_its_default_dialects_fetches_what_it_has(self):
        with Network() as network:
            _, bridge = self.behind_a_bridge(network)
            found = network.run("search", "cobalt", "--peer", bridge.address, "--json")
            self.assertEqual([json.loads(line)["client"] for line in found.output.splitlines()], ["TEST"], found)
            folder = network.new_folder("here")
            done = network.run("get", "cobalt-note.txt", "--peer", bridge.address, folder=folder)
            self.assertEqual(done.code, 0, done)
            self.assertEqual((folder / "cobalt-note.txt").read_bytes(), b"from far away")


class Ring(unittest.TestCase):
    def test_three_bridges_pass_each_search_once(self):
        """A ring in JSON, and a servent that passes on what it gets has a session with each of the three: so there are
        ways around in either dialect, and across both."""
        with Network() as network:
            nodes = [network.gnut({"first-cobalt.txt": b"1"})]
            nodes.append(network.gnut({"second-cobalt.txt": b"2"}, nodes[:1]))
            nodes.append(network.gnut({"third-cobalt.txt": b"3"}, nodes[:2]))
            middle = network.servent({"cobalt-middle.txt": b"in the middle"})
            for node in nodes:
                middle.connect(node.address)
            asker = network.servent()
            asker.connect(nodes[0].address)
            names = ("first-cobalt.txt", "second-cobalt.txt", "third-cobalt.txt", "cobalt-middle.txt")
            guid = asker.search("cobalt", ttl=7)
            for name in names:
                asker.found(guid, name)
            # A second search goes the same ways: when it has been answered, the first has come to rest.
            asker.found(asker.search("third", ttl=7), "third-cobalt.txt")
            for name in names:
                self.assertEqual(asker.count("hit", lambda hit, name=name: hit["guid"] == guid and any(
                    result.name == name for result in hit["results"])), 1, name)
            for node in nodes:
                node.wait_for_counter("queries_handled", 2)
                self.assertEqual(node.counter("queries_handled"), 2)
            # Each of the three may send it once, before it knows that the servent has it.
            self.assertLessEqual(middle.count("query", lambda query: query["guid"] == guid), 3)


if __name__ == "__main__":
    unittest.main()
