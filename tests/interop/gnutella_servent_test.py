"""The servent that the other tests rely on, with itself."""

import contextlib
import os
import unittest

import gnutella_http
import gnutella_wire as wire
from gnutella_servent import Refused, Servent

BIG = os.urandom(2_000_000)  # four pieces


class Wire(unittest.TestCase):
    def test_ggep_is_read_as_it_was_written(self):
        for value in (b"", b"\0", b"a\0b\0\0", bytes(300), os.urandom(5000)):
            with self.subTest(value=value[:20]):
                self.assertEqual(wire.uncobs(wire.cobs(value)), value)
                pairs = [("A", value), ("LONGER", b"x")]
                self.assertEqual(wire.read_ggep(wire.ggep(pairs)), dict(pairs))
                self.assertNotIn(0, wire.ggep([("A", wire.cobs(value))]))
                self.assertEqual(wire.read_ggep(wire.ggep(pairs, without_nul=True)), dict(pairs))

    def test_hashes_words_as_the_specification_does(self):
        # Query Routing 0.6, Appendix A
        for word, bits, slot in (("", 13, 0), ("eb", 13, 6791), ("ebc", 13, 7082), ("ebck", 13, 6698),
                                 ("ebckl", 13, 3179), ("ebcklm", 13, 3235), ("ebcklme", 13, 6438), ("n", 16, 65003),
                                 ("nd", 16, 54193), ("ndf", 16, 4953), ("ndfl", 16, 58201)):
            self.assertEqual(wire.query_hash(word, bits), slot, word)


class Pair(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.up = stack.enter_context(contextlib.closing(Servent({"alpha song.ogg": b"x" * 40})))
        self.leaf = stack.enter_context(contextlib.closing(
            Servent({"beta tune.bin": BIG}, ultrapeer=False, firewalled=True)))
        self.session = self.leaf.connect(self.up.address)

    def test_tells_its_words(self):
        self.up.wait_for("table")
        table = self.up.sessions[0].table
        self.assertTrue(table.has("tune"))
        self.assertFalse(table.has("song"))

    def test_finds_and_fetches_both_ways(self):
        self.up.wait_for("open")
        hit, result = self.up.found(self.up.search("beta tune"), "beta tune.bin")
        self.assertEqual((result.size, hit["vendor"], hit["push"]), (len(BIG), "TEST", True))
        proxy = b"\x7f\0\0\x01" + self.up.port.to_bytes(2, "little")
        self.assertEqual(hit["ggep"], {"BH": b"", "PUSH": proxy})
        self.assertEqual(self.up.fetch(hit, result), BIG)
        self.assertEqual(self.up.fetch(hit, result, 1000, by_urn=True), BIG[1000:])
        self.assertEqual(self.up.fetch_by_push(hit, result), BIG)
        self.assertEqual(self.leaf.fetch(*self.leaf.found(self.leaf.search("song"), "alpha song.ogg")), b"x" * 40)

    def test_shows_its_files(self):
        self.assertEqual([(result.name, result.size) for result in self.up.browse(self.leaf.address)],
                         [("beta tune.bin", len(BIG))])
        with self.assertRaises(gnutella_http.NotServed):
            self.up.fetch_from(self.leaf.address, "/get/99/beta%20tune.bin")

    def test_pings_and_says_bye(self):
        self.leaf.ping(self.session)
        self.assertEqual(self.leaf.wait_for("pong")["files"], 1)
        self.leaf.bye(self.session, 200, "done")
        self.assertEqual(self.up.wait_for("bye")["reason"], "done")
        self.up.wait_for("lost")

    def test_refuses_a_session_that_is_not_compressed(self):
        with contextlib.closing(Servent(deflate=False)) as plain, self.assertRaisesRegex(Refused, "403"):
            plain.connect(self.up.address)


if __name__ == "__main__":
    unittest.main()
