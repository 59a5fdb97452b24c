"""Files between the seed's peers and ours: one raw datagram, whatever its size; and names that are none."""

import json
import unittest

from network import Network
from raw_session import Inbox, RawSession

MOST = 65_507  # bytes that one UDP datagram over IPv4 carries


def query(file, id, port):
    return {"type": "QUERY", "file": file, "id": id, "port": port}


class FileOfASeed(unittest.TestCase):
    def test_comes_whole_at_every_size(self):
        sizes = [0, 1, 2048, 40_000, MOST]
        files = {"{}.bin".format(size): bytes(i * 7 % 251 for i in range(size)) for size in sizes}
        with Network() as network:
            seed = network.seed(files)
            for name, content in files.items():
                with self.subTest(name=name):
                    fetched = network.run("get", name, "--peer", seed.address, "-o", "-")
                    self.assertEqual(fetched.code, 0, fetched)
                    self.assertEqual(fetched.raw_output, content)

    def test_that_fits_in_no_datagram_is_not_to_be_had(self):
        with Network() as network:
            seed = network.seed({"over.bin": bytes(MOST + 1)})
            fetched = network.run("get", "over.bin", "--peer", seed.address)
            self.assertEqual(fetched.code, 1, fetched)

    def test_keeps_a_name_that_is_not_ascii(self):
        with Network() as network:
            seed = network.seed({"Grüße 世界 🎵.txt": "schöne Grüße".encode()})
            folder = network.new_folder("here")
            fetched = network.run("get", "Grüße 世界 🎵.txt", "--peer", seed.address, folder=folder)
            self.assertEqual(fetched.code, 0, fetched)
            self.assertEqual((folder / "Grüße 世界 🎵.txt").read_text("utf-8"), "schöne Grüße")


class FileForASeed(unittest.TestCase):
    def test_comes_raw_at_every_size(self):
        files = {"empty.txt": b"", "one.txt": b"1", "buffer.txt": b"b" * 2048, "long.txt": b"l" * 40_000,
                 "most.txt": b"m" * MOST}
        with Network() as network:
            ours = network.gnut(files)
            seed = network.seed(neighbour=ours)
            for name, content in files.items():
                with self.subTest(name=name):
                    seed.fetches(name, content[:2048].decode())  # all that a seed reads
            # What really left is seen by an asker that reads more.
            with RawSession.opened(ours) as session, Inbox() as inbox:
                session.send(query("most.txt", "all of it", inbox.port))
                self.assertEqual(inbox.receive(), files["most.txt"])
                self.assertIs(session.receive("QUERY-HIT")["hasFile"], True)

    def test_that_fits_in_no_datagram_is_refused_and_logged(self):
        with Network() as network:
            ours = network.gnut({"over.txt": b"o" * (MOST + 1)}, options=["--verbose"])
            seed = network.seed(neighbour=ours)
            asked = seed.ask("over.txt")
            seed.wait_for(r"QUERY-HIT received, hasFile: False", asked)
            ours.wait_for(r"^gnut: \w+: .*over\.txt")
            seed.wait_for_timeout(asked)

    def test_has_a_name_that_is_not_ascii(self):
        with Network() as network:
            ours = network.gnut({"Grüße 世界 🎵.txt": "schöne Grüße".encode()})
            seed = network.seed(neighbour=ours)
            seed.fetches("Grüße 世界 🎵.txt", "schöne Grüße")

    def test_must_be_named_exactly(self):
        with Network() as network, Inbox() as inbox:
            ours = network.gnut({"Annual Report.txt": b"the report"})
            session = network.closing(RawSession.opened(ours))
            for number, name in enumerate(["annual report.txt", "Report.txt", "Annual Report", "Annual Report.txt"]):
                session.send(query(name, "query {}".format(number), inbox.port))
            self.assertEqual(inbox.receive(), b"the report")
            self.assertEqual(ours.counter("raw_files_sent"), 1)
            self.assertEqual(ours.counter("queries_handled"), 4)

    def test_is_answered_once_by_the_node_that_has_it_and_not_passed_on(self):
        with Network() as network, Inbox() as inbox:
            ours = network.gnut({"here.txt": b"here"})
            asker = network.closing(RawSession.opened(ours))
            other = network.closing(RawSession.opened(ours))
            asker.send(query("here.txt", "answered", inbox.port))
            self.assertEqual(inbox.receive(), b"here")
            asker.send(query("there.txt", "passed on", inbox.port))
            self.assertEqual(other.receive("QUERY")["id"], "passed on")

    def test_is_passed_on_byte_for_byte(self):
        with Network() as network:
            ours = network.gnut()
            asker = network.closing(RawSession.opened(ours))
            other = network.closing(RawSession.opened(ours))
            text = json.dumps({"type": "QUERY", "host": "DESKTOP-3T", "port": 8025, "file": "Grüße", "id": "q",
                               "note": {"unknown": [1.50, None]}}).encode()
            asker.send_bytes(text)
            self.assertEqual(other.receive_bytes(len(text)), text)


class PathForAName(unittest.TestCase):
    PATHS = ["../secret", "/etc/passwd", "..", ".", "", "folder/../inside.txt", "./inside.txt", "..\\secret",
             "inside.txt\0", ".hidden"]

    def test_never_answers(self):
        with Network() as network, Inbox() as inbox:
            ours = network.gnut({"inside.txt": b"inside", ".hidden": b"hidden"})
            (ours.folder.parent / "secret").write_bytes(b"secret")
            session = network.closing(RawSession.opened(ours))
            for number, path in enumerate(self.PATHS):
                session.send(query(path, "path {}".format(number), inbox.port))
            session.send(query("inside.txt", "name", inbox.port))
            # Had a path been answered, its datagram would be the first.
            self.assertEqual(inbox.receive(), b"inside")
            self.assertEqual(ours.counter("raw_files_sent"), 1)

    def test_a_seed_waits_in_vain(self):
        with Network() as network:
            ours = network.gnut({"inside.txt": b"inside"})
            (ours.folder.parent / "secret").write_bytes(b"secret")
            seed = network.seed(neighbour=ours)
            seed.wait_for_timeout(seed.ask("../secret"))
            seed.fetches("inside.txt", "inside")


if __name__ == "__main__":
    unittest.main()
