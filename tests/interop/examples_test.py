"""The programs of examples/, as their first lines say they are started."""

import re
import unittest

from network import HOST, Network

LISTENING = r"^listening on \S*:(\d+)$"


class Examples(unittest.TestCase):
    def test_search_and_fetch(self):
        with Network() as network:
            node = network.gnut({"moonlight sonata.ogg": b"music"})
            folder = network.new_folder("fetched")
            program = network.start_example("search_and_fetch", node.address, str(folder), "moonlight", "sonata")
            path = folder / "moonlight sonata.ogg"
            program.wait_for("^found moonlight sonata.ogg, 5 bytes, at {}$".format(node.address))
            program.wait_for("^saved {}, verified$".format(re.escape(str(path))))
            self.assertEqual(program.wait(), 0)
            self.assertEqual(path.read_bytes(), b"music")

    def test_search_and_fetch_says_that_nobody_is_there(self):
        with Network() as network:
            program = network.start_example("search_and_fetch", HOST + ":1", str(network.new_folder("fetched")), "x")
            program.wait_for("^search_and_fetch: .*nothing listens there")
            self.assertEqual(program.wait(), 3)

    def test_fetch_from_many(self):
        content = b"music" * 1_000_000
        with Network() as network:
            # Slow enough for one that does not run for a second to get its turn.
            nodes = [network.gnut({"moonlight.ogg": content}, options=["--upload-limit", "1M"]) for _ in range(3)]
            folder = network.new_folder("fetched")
            program = network.start_example("fetch_from_many", str(folder), "moonlight",
                                            *(node.address for node in nodes))
            program.wait_for("^moonlight.ogg: 5000000 bytes, at 3 peers$")
            program.wait_for("^saved {}, verified, from 3 peers$".format(re.escape(str(folder / "moonlight.ogg"))))
            self.assertEqual(program.wait(), 0)
            self.assertEqual((folder / "moonlight.ogg").read_bytes(), content)

    def test_callbacks_and_futures(self):
        with Network() as network:
            node = network.gnut({"moonlight.ogg": b"music"})
            folder = network.new_folder("fetched")
            program = network.start_example("callbacks_and_futures", node.address, str(folder), "moonlight")
            program.wait_for("^found moonlight.ogg at {}$".format(node.address))
            self.assertEqual(program.wait(), 0)
            self.assertEqual((folder / "moonlight.ogg").read_bytes(), b"music")

    def test_share_a_folder(self):
        with Network() as network:
            folder = network.new_folder("shared")
            (folder / "moonlight.ogg").write_bytes(b"music")
            program = network.start_example("share_a_folder", str(folder), "0")
            address = "{}:{}".format(HOST, program.wait_for(LISTENING).group(1))
            program.wait_for("^sharing 1 files, 5 bytes$")
            fetched = network.run("get", "moonlight.ogg", "--peer", address, "--output", "-")
            self.assertEqual(fetched.raw_output, b"music", fetched)
            program.wait_for("fetched moonlight.ogg, 5 bytes$")
            self.assertEqual(program.interrupt(), 0)

    def test_watch_the_network(self):
        with Network() as network:
            node = network.gnut({"moonlight.ogg": b"music"})
            program = network.start_example("watch_the_network", node.address)
            program.wait_for("^session with {} is open".format(node.address))
            asker = network.gnut(neighbours=[node])
            asker.command("search moonlight")
            program.wait_for("^somebody searches for 'moonlight'$")
            self.assertEqual(node.process.interrupt(), 0)
            program.wait_for("^session with {} has ended: the neighbour said BYE; connect to another, or to this one later$".format(node.address))
            self.assertEqual(program.interrupt(), 0)
