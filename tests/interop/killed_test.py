"""A node that is killed again and again while it fetches a file: nothing that was verified is fetched twice."""

import random
import signal
import unittest

import gnut_output
from network import Network, wait_until

BLOCK = 64 * 1024
SIZE = 96 * 1024 * 1024
RATE = "12M"
KILLS = 50


def right_blocks(folder, content):
    """The blocks of the part in that folder that are as they should be."""
    parts = list(folder.glob(".*.part"))
    if not parts:
        return set()
    with parts[0].open("rb") as part:
        found = part.read()
    return {offset for offset in range(0, len(content), BLOCK)
            if found[offset:offset + BLOCK] == content[offset:offset + BLOCK]}


def bytes_there(folder):
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


class Killed(unittest.TestCase):
    def test_at_fifty_moments(self):
        chance = random.Random(50)
        content = chance.randbytes(SIZE)
        with Network() as network:
            source = network.gnut({"big.bin": content}, options=["--upload-limit", RATE])
            downloads, state, shared = (network.new_folder(name) for name in ("downloads", "state", "shared"))

            def start():
                return network.start("peer", "0", source.address, "--share", str(shared), "--downloads", str(downloads),
                                     "--state", str(state))

            node = start()
            node.wait_for(gnut_output.SESSION_OPENED)
            node.write_line("get big.bin")
            wait_until(lambda: bytes_there(downloads) > 0, "the first bytes have come")
            kept = set()
            for _ in range(KILLS):
                # Now and then it is killed while it starts, or reads what it has.
                if chance.random() < 0.8:
                    more = bytes_there(downloads) + chance.randrange(1, SIZE // (2 * KILLS))
                    wait_until(lambda: bytes_there(downloads) >= more, "some more has come")
                node.signal(signal.SIGKILL)
                node.wait()
                self.assertFalse((downloads / "big.bin").exists(), "a file has its name before it is whole")
                right = right_blocks(downloads, content)
                self.assertLessEqual(kept, right, "a block that was right is not any more")
                kept = right
                node = start()
            self.assertGreater(len(kept), KILLS)
            sent_before = source.counter("bytes_uploaded")
            node.wait_for("going on with 1 download")
            node.wait_for("^saved .*verified")
            self.assertEqual((downloads / "big.bin").read_bytes(), content)
            self.assertEqual([path.name for path in downloads.iterdir()], ["big.bin"])
            missing = SIZE - len(kept) * BLOCK
            self.assertLessEqual(source.counter("bytes_uploaded") - sent_before, missing + 4 * 1024 * 1024)


class AtThePrompt(unittest.TestCase):
    def test_downloads_are_paused_resumed_and_cancelled_also_after_a_restart(self):
        content = random.Random(1).randbytes(8 * 1024 * 1024)
        with Network() as network:
            source = network.gnut({"big.bin": content}, options=["--upload-limit", "1M"])
            downloads, state, shared = (network.new_folder(name) for name in ("downloads", "state", "shared"))

            def start(*options):
                node = network.start("peer", "0", *options, "--share", str(shared), "--downloads", str(downloads),
                                     "--state", str(state))
                node.wait_for(gnut_output.LISTENING)
                return node

            def says(node, command, pattern):
                mark = node.output.mark()
                node.write_line(command)
                return node.wait_for(pattern, mark)

            def begin():
                node = start(source.address)
                node.wait_for(gnut_output.SESSION_OPENED)
                node.write_line("get big.bin")
                wait_until(lambda: bytes_there(downloads) > 0, "the first bytes have come")
                node.interrupt()

            begin()
            node = start()
            node.wait_for("going on with 1 download")
            says(node, "pause 77", "there is no download of number '77'")
            number = says(node, "downloads", r"^ +(\d+)  big\.bin: ").group(1)
            node.write_line("pause " + number)
            wait_until(lambda: says(node, "downloads", r"big\.bin: .*$").group(0).endswith("paused"), "it is paused")
            node.interrupt()

            node = start()
            number = says(node, "downloads", r"^ +(\d+)  big\.bin: .*, paused$").group(1)
            node.write_line("resume " + number)
            node.wait_for("^saved .*big.bin: .*fetched before.*verified")
            self.assertEqual((downloads / "big.bin").read_bytes(), content)
            says(node, "downloads", "^0 downloads$")
            node.interrupt()

            (downloads / "big.bin").unlink()
            begin()
            node = start(source.address)
            node.wait_for(gnut_output.SESSION_OPENED)
            self.assertNotIn("saved", node.output.text())
            node.write_line("get big.bin")  # joins the download that goes on
            says(node, "downloads", "^0 downloads$")
            self.assertEqual(node.output.text().count("saved "), 1)
            node.interrupt()

            (downloads / "big.bin").unlink()
            begin()
            node = start()
            number = says(node, "downloads", r"^ +(\d+)  big\.bin: ").group(1)
            node.write_line("cancel " + number)
            wait_until(lambda: says(node, "downloads", r"^\d+ downloads?$").group(0) == "0 downloads", "it is cancelled")
            node.wait_for("^cancelled big.bin")
            self.assertNotIn("gnut: big.bin", node.output.text())
            node.interrupt()
            node = start()
            says(node, "downloads", "^0 downloads$")
            self.assertNotIn("going on", node.output.text())


if __name__ == "__main__":
    unittest.main()
