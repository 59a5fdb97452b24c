"""Files between gnut and a Gnutella servent that is not ours, found and fetched both ways."""

import json
import os
import signal
import unittest

import gnut_output
import gnutella_http
from gnutella_servent import Shared
from network import Network, wait_until

GNUTELLA = ("--dialect", "gnutella")
NOTE = b"forty bytes of a small file for testing\n"
TAPE = os.urandom(3_000_000)  # six pieces of a servent that serves 512 KiB at a time
FILES = {"cobalt-note.txt": NOTE, "cobalt-tape.bin": TAPE}


class TheirsFromOurs(unittest.TestCase):
    def test_found_and_fetched(self):
        with Network() as network:
            ours = network.gnut(FILES)
            servent = network.servent()
            servent.connect(ours.address)
            for name, content in FILES.items():
                hit, result = servent.found(servent.search(name), name)
                self.assertEqual((hit["port"], result.size), (ours.port, len(content)))
                self.assertEqual(servent.fetch(hit, result), content)
                self.assertEqual(servent.fetch(hit, result, by_urn=True), content)
                self.assertEqual(servent.fetch(hit, result, begin=17), content[17:])
                self.assertEqual(servent.fetch_by_push(hit, result), content)

    def test_found_by_hash(self):
        with Network() as network:
            ours = network.gnut(FILES)
            servent = network.servent(FILES)
            servent.connect(ours.address)
            urn = servent.shared[0].urn
            _, result = servent.found(servent.search("", urn.encode("ascii")), "cobalt-note.txt")
            self.assertRegex(result.urn, urn.removeprefix("urn:sha1:"))

    def test_what_is_not_there(self):
        with Network() as network:
            ours = network.gnut(FILES)
            servent = network.servent()
            for target in ("/get/999/cobalt-note.txt", "/get/1/../../etc/passwd", "/get/1/%00", "/get/1/%2e%2e/etc/passwd",
                           "/uri-res/N2R?urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"):
                with self.subTest(target=target), self.assertRaises(gnutella_http.NotServed) as raised:
                    servent.fetch_from(ours.address, target)
                self.assertEqual(raised.exception.status, 404)


def bytes_on_disk(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


class GoesOnAfterAKill(unittest.TestCase):
    """What it takes to reach a source of Gnutella 0.6 is known to the node that takes the place of a killed one."""

    def fetched_by_two_nodes(self, network, servent, neighbours):
        downloads, state = network.new_folder("downloads"), network.new_folder("state")

        def start(limit):
            node = network.start("peer", "0", *neighbours, *GNUTELLA, "--share", str(network.new_folder("shared")),
                                 "--downloads", str(downloads), "--state", str(state), "--download-limit", limit)
            if not neighbours:
                servent.connect("127.0.0.1:" + node.wait_for(gnut_output.LISTENING).group(2))
            node.wait_for(gnut_output.SESSION_OPENED)
            return node

        first = start("300k")
        first.write_line("get cobalt-tape.bin")
        wait_until(lambda: bytes_on_disk(downloads) > 1_000_000, "some of it is there")
        first.signal(signal.SIGKILL)
        first.wait()
        second = start("0")
        wait_until(lambda: (downloads / "cobalt-tape.bin").exists(), "the rest came without a word")
        self.assertEqual((downloads / "cobalt-tape.bin").read_bytes(), TAPE)
        self.assertEqual(second.interrupt(), 0)

    def test_with_a_source_that_knows_the_file_by_its_number_alone(self):
        with Network() as network:
            servent = network.servent(FILES, knows_hashes=False)
            self.fetched_by_two_nodes(network, servent, [servent.address])

    def test_with_a_source_that_cannot_be_connected_to(self):
        with Network() as network:
            servent = network.servent(FILES, firewalled=True)
            servent.stop_listening()
            self.fetched_by_two_nodes(network, servent, [])
            self.assertGreaterEqual(servent.count("push"), 2)


class OursFromTheirs(unittest.TestCase):
    def fetched(self, network, servent, name):
        folder = network.new_folder("here")
        done = network.run("get", name, "--peer", servent.address, *GNUTELLA, "--json", folder=folder)
        self.assertEqual(done.code, 0, done)
        return (folder / name).read_bytes(), json.loads(done.output.splitlines()[-1])

    def test_found(self):
        with Network() as network:
            servent = network.servent(FILES, vendor=b"GTKG")
            done = network.run("search", "cobalt", "--peer", servent.address, *GNUTELLA, "--json")
            self.assertEqual(done.code, 0, done)
            hits = {hit["name"]: hit for hit in map(json.loads, done.output.splitlines())}
            self.assertEqual({name: hit["size"] for name, hit in hits.items()},
                             {name: len(content) for name, content in FILES.items()})
            self.assertEqual(hits["cobalt-note.txt"]["dialect"], "gnutella")
            self.assertEqual({hit["client"] for hit in hits.values()}, {"gtk-gnutella"})

    def test_fetched_in_pieces(self):
        with Network() as network:
            servent = network.servent(FILES)
            for name, content in FILES.items():
                got, told = self.fetched(network, servent, name)
                self.assertEqual(got, content)
                self.assertIs(told["verified"], True)
            uploads = servent.count("upload", lambda event: event["name"] == "cobalt-tape.bin")
            self.assertGreaterEqual(uploads, 6)

    def test_fetched_from_one_that_cannot_be_connected_to(self):
        with Network() as network:
            servent = network.servent(FILES, firewalled=True)
            ours = network.gnut(neighbours=[servent], options=GNUTELLA)
            ours.fetches("cobalt-note.txt", NOTE.decode("ascii"))
            self.assertEqual(servent.wait_for("push")["port"], ours.port)
            self.assertEqual(servent.count("push"), 1, "who is asked often is deaf to it")

    def test_one_that_is_found_late_joins(self):
        with Network() as network:
            first = network.servent(FILES)
            late = network.servent(FILES, withholds_hits=True)
            ours = network.gnut(neighbours=[first, late], options=(*GNUTELLA, "--download-limit", "500k"))
            ours.command("get cobalt-tape.bin")
            late.wait_for("query")
            first.wait_for("upload", lambda event: event["method"] == "GET")  # of a piece, which takes its time
            late.answer()
            first.shared.clear()
            self.assertEqual(ours.wait_for_file("cobalt-tape.bin"), TAPE)

    def test_one_that_is_found_while_a_file_is_chosen_joins(self):
        with Network() as network:
            first = network.servent(FILES)
            first.shared.append(Shared(3, "cobalt-tape.bin", TAPE[::-1]))
            late = network.servent(FILES, withholds_hits=True)
            ours = network.gnut(neighbours=[first, late], options=GNUTELLA)
            mark = ours.command("get cobalt-tape.bin")
            late.wait_for("query")
            number = ours.wait_for(r"^ *(\d+) .*" + first.shared[1].urn, after=mark).group(1)
            late.answer()
            late.ping(late.sessions[0])
            late.wait_for("pong")  # its hit was read before
            first.shared.clear()
            ours.command("get " + number)
            self.assertEqual(ours.wait_for_file("cobalt-tape.bin"), TAPE)

    def test_several_have_it(self):
        with Network() as network:
            servents = [network.servent(FILES) for _ in range(3)]
            ours = network.gnut(neighbours=servents, options=GNUTELLA)
            ours.command("get cobalt-tape.bin")
            self.assertEqual(ours.wait_for_file("cobalt-tape.bin"), TAPE)


class ForASeed(unittest.TestCase):
    def test_a_seed_is_given_what_a_servent_has(self):
        with Network() as network:
            servent = network.servent({"cobalt-note.txt": b"from far away"})
            bridge = network.gnut()
            servent.connect(bridge.address)
            seed = network.seed(neighbour=bridge)
            seed.fetches("cobalt-note.txt", "from far away")
            self.assertEqual(seed.broken_reads(), 0)


if __name__ == "__main__":
    unittest.main()
