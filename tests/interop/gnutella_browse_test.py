"""All files of a host, asked for by gnut and of gnut."""

import json
import unittest

import gnutella_http
import gnutella_wire as wire
from gnutella_replay_test import captured_requests, replayed
from network import Network

FILES = {"cobalt-note.txt": b"forty bytes of a small file for testing\n", "other.txt": b"other"}
SIZES = {name: len(content) for name, content in FILES.items()}


class Browse(unittest.TestCase):
    def test_a_servent_browses_ours(self):
        with Network() as network:
            ours = network.gnut(FILES)
            servent = network.servent()
            self.assertEqual({result.name: result.size for result in servent.browse(ours.address)}, SIZES)

    def test_ours_browses_a_servent(self):
        with Network() as network:
            servent = network.servent(FILES)
            done = network.run("browse", servent.address, "--json")
            self.assertEqual(done.code, 0, done)
            self.assertEqual({hit["name"]: hit["size"] for hit in map(json.loads, done.output.splitlines())}, SIZES)

    def test_real_clients_browse_ours(self):
        for client, request in captured_requests("request-browse.txt"):
            with self.subTest(client=client), Network() as network:
                status, headers, body = replayed(network.gnut(FILES), request)
                self.assertEqual((status, headers.get("content-type")), (200, gnutella_http.BROWSE_TYPE))
                messages, rest = wire.cut(body)
                self.assertEqual(rest, b"")
                self.assertEqual({result.name: result.size for message in messages
                                  for result in wire.read_query_hit(message.payload)["results"]}, SIZES)


if __name__ == "__main__":
    unittest.main()
