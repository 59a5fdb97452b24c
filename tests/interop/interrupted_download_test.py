"""Downloads that are cut off in the middle. A proxy holds the file back, so that "in the middle" is certain."""

import hashlib
import json
import random
import signal
import unittest

from network import Network, wait_until
from throttling_proxy import ThrottlingProxy

MEBIBYTE = 1024 * 1024
SIZE = 16 * MEBIBYTE
HALF = SIZE // 2


def big_file():
    return random.Random(2026).randbytes(SIZE)


def bytes_on_disk(folder):
    """What has been written of a file under way. It may have been given its full length before: blocks count."""
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


class Killed(unittest.TestCase):
    def test_goes_on_from_what_it_had(self):
        content = big_file()
        with Network() as network:
            source = network.gnut({"big.bin": content})
            proxy = network.closing(ThrottlingProxy(source))
            folder = network.new_folder("here")
            proxy.allow(HALF)
            first = network.start("get", "big.bin", "--peer", proxy.address, folder=folder)
            wait_until(lambda: proxy.passed() == HALF, "half of the file has passed")
            wait_until(lambda: bytes_on_disk(folder) > HALF - MEBIBYTE, "what has passed is on disk")
            first.signal(signal.SIGKILL)
            first.wait()
            self.assertFalse((folder / "big.bin").exists(), "a file has its name before it is whole")

            before = proxy.passed()
            proxy.allow(2 * SIZE)
            second = network.run("get", "big.bin", "--peer", proxy.address, "--json", folder=folder)
            self.assertEqual(second.code, 0, second)
            report = json.loads(second.output.splitlines()[-1])
            self.assertIs(report["verified"], True)
            self.assertEqual(report["bytes"], SIZE)
            self.assertGreater(report["resumed"], 0)
            self.assertEqual(hashlib.sha1((folder / "big.bin").read_bytes()).digest(), hashlib.sha1(content).digest())
            self.assertEqual([path.name for path in folder.iterdir()], ["big.bin"])
            self.assertLess(proxy.passed() - before, SIZE - HALF + 2 * MEBIBYTE, "it began anew")

    def test_keeps_what_it_had_at_control_c(self):
        content = big_file()
        with Network() as network:
            source = network.gnut({"big.bin": content})
            proxy = network.closing(ThrottlingProxy(source))
            folder = network.new_folder("here")
            proxy.allow(HALF)
            first = network.start("get", "big.bin", "--peer", proxy.address, folder=folder)
            wait_until(lambda: proxy.passed() == HALF, "half of the file has passed")
            wait_until(lambda: bytes_on_disk(folder) > HALF - MEBIBYTE, "what has passed is on disk")
            self.assertNotEqual(first.interrupt(), 0)
            self.assertFalse((folder / "big.bin").exists())

            before = proxy.passed()
            proxy.allow(2 * SIZE)
            second = network.run("get", "big.bin", "--peer", proxy.address, folder=folder)
            self.assertEqual(second.code, 0, second)
            self.assertEqual((folder / "big.bin").read_bytes(), content)
            self.assertLess(proxy.passed() - before, SIZE - HALF + 2 * MEBIBYTE, "it began anew")


class SourceGone(unittest.TestCase):
    def test_in_the_middle_is_an_error_and_what_came_is_kept(self):
        content = big_file()
        with Network() as network:
            source = network.gnut({"big.bin": content})
            proxy = network.closing(ThrottlingProxy(source))
            folder = network.new_folder("here")
            proxy.allow(HALF)
            first = network.start("get", "big.bin", "--peer", proxy.address, folder=folder)
            wait_until(lambda: proxy.passed() == HALF, "half of the file has passed")
            source.process.kill()
            proxy.close()
            self.assertEqual(first.wait(60), 3)
            self.assertFalse((folder / "big.bin").exists())
            self.assertGreater(bytes_on_disk(folder), 0)
            self.assertRegex(first.output.text(), r"is kept for a later get|to go on from here")

    def test_that_stalls_is_left_for_another(self):
        """Thirty seconds without a byte end a transfer (Settings::transfer_timeout)."""
        content = big_file()
        with Network() as network:
            stalling = network.gnut({"big.bin": content})
            other = network.gnut({"big.bin": content}, [stalling])
            proxy = network.closing(ThrottlingProxy(stalling))
            folder = network.new_folder("here")
            proxy.allow(HALF)
            fetched = network.run("get", "big.bin", "--peer", proxy.address, folder=folder, deadline=110)
            self.assertEqual(fetched.code, 0, fetched)
            self.assertEqual((folder / "big.bin").read_bytes(), content)
            self.assertTrue(other.running())


if __name__ == "__main__":
    unittest.main()
