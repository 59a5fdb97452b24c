"""Sessions of Gnutella 0.6 between gnut and a servent that is not ours: both sides begin them, both sides end them."""

import signal
import unittest

import gnut_output
from network import HOST, Network
from process import wait_until

GNUTELLA = ("--dialect", "gnutella")


def told_of_its_word(servent, word):
    return lambda: any(len(session.table) and session.table.has(word) for session in servent.sessions)


class Handshake(unittest.TestCase):
    def test_servents_join_ours(self):
        for ultrapeer in (True, False):
            with self.subTest(ultrapeer=ultrapeer), Network() as network:
                ours = network.gnut()
                servent = network.servent(ultrapeer=ultrapeer)
                session = servent.connect(ours.address)
                self.assertTrue(session.ultrapeer)
                self.assertTrue(session.deflated_in)
                self.assertTrue(session.deflated_out)
                self.assertEqual(session.theirs["remote-ip"], HOST)
                self.assertRegex(session.theirs["user-agent"], "^libgnutella|^gnut")
                ours.wait_for(gnut_output.SESSION_OPENED)
                servent.ping(session)
                self.assertEqual(servent.wait_for("pong")["port"], ours.port)

    def test_ours_joins_a_servent(self):
        for options in (GNUTELLA, ()):  # without: JSON is tried first, and given up
            with self.subTest(options=options), Network() as network:
                servent = network.servent()
                ours = network.gnut(neighbours=[servent], options=options)
                opened = servent.wait_for("open")
                self.assertEqual(opened["side"], "acceptor")
                self.assertEqual(opened["session"].theirs["listen-ip"].rpartition(":")[2], str(ours.port))
                self.assertTrue(opened["session"].deflated_in)

    def test_ours_says_what_a_servent_is(self):
        with Network() as network:
            servent = network.servent()
            pinged = network.run("ping", servent.address, *GNUTELLA)
            self.assertEqual(pinged.code, 0, pinged)
            self.assertRegex(pinged.output, r"^{}: ultrapeer, {}, compressed, round trip [\d.]+ ms\n$".format(
                servent.address, servent.agent))

    def test_a_session_need_not_be_compressed(self):
        with Network() as network:
            ours = network.gnut()
            servent = network.servent(deflate=False, needs_deflate=False)
            session = servent.connect(ours.address)
            self.assertFalse(session.deflated_in)
            servent.ping(session)
            servent.wait_for("pong")

    def test_a_leaf_is_asked_only_for_what_it_may_have(self):
        with Network() as network:
            ours = network.gnut()
            leaf = network.servent({"cobalt-note.txt": b"here"}, ultrapeer=False)
            session = leaf.connect(ours.address)
            ours.wait_for(gnut_output.SESSION_OPENED)
            leaf.ping(session)
            leaf.wait_for("pong")  # its table, which it sent before, has been read then
            asker = network.servent()
            asker.connect(ours.address)
            # Sessions keep their order: the hit comes behind what became of the search before it.
            asker.search("nothing of that name")
            asker.found(asker.search("cobalt note"), "cobalt-note.txt")
            self.assertEqual(leaf.count("query"), 1)

    def test_ours_may_be_a_leaf(self):
        with Network() as network:
            ultrapeer = network.servent()
            ours = network.gnut({"cobalt-note.txt": b"here"}, options=(*GNUTELLA, "--role", "leaf"))
            ours.wait_for("^sharing 1 file")
            ours.command("connect " + ultrapeer.address)
            session = ultrapeer.wait_for("open")["session"]
            self.assertFalse(session.ultrapeer)
            wait_until(told_of_its_word(ultrapeer, "cobalt"), "its ultrapeer is told of our file")
            pinged = network.run("ping", ours.address, *GNUTELLA)
            self.assertRegex(pinged.output, "^{}: leaf, ".format(ours.address))

    def test_ultrapeers_are_told_our_words(self):
        with Network() as network:
            ours = network.gnut({"cobalt-note.txt": b"here"})
            servent = network.servent()
            servent.connect(ours.address)
            wait_until(told_of_its_word(servent, "cobalt"), "the servent is told of our file")
            self.assertFalse(servent.sessions[0].table.has("amber"))


class End(unittest.TestCase):
    def test_ours_says_bye(self):
        with Network() as network:
            ours = network.gnut()
            servent = network.servent()
            servent.connect(ours.address)
            ours.wait_for(gnut_output.SESSION_OPENED)
            ours.process.signal(signal.SIGINT)
            self.assertEqual(servent.wait_for("bye")["code"], 200)
            servent.wait_for("lost")
            self.assertEqual(ours.process.wait(), 0)

    def test_a_servent_says_bye(self):
        with Network() as network:
            ours = network.gnut()
            servent = network.servent()
            servent.bye(servent.connect(ours.address), 200, "I have to go")
            ours.wait_for(gnut_output.SESSION_CLOSED + ".*I have to go")

    def test_a_servent_is_gone(self):
        with Network() as network:
            ours = network.gnut()
            servent = network.servent()
            servent.connect(ours.address).close()
            ours.wait_for(gnut_output.SESSION_CLOSED)
            network.servent().connect(ours.address)


if __name__ == "__main__":
    unittest.main()
