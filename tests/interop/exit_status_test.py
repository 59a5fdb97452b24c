"""What gnut's commands end with when nobody answers in time, when nobody listens, and when they are interrupted."""

import signal
import unittest

from command_test import DONE, FAILED, NOT_FOUND, CommandTest
from network import Network, wait_until
from raw_session import Listener
from throttling_proxy import ThrottlingProxy

SOON = 12.0  # a second of patience, on a busy machine; the library by itself waits for 15


class NoAnswerInTime(CommandTest):
    def test_is_no_broken_network(self):
        with Network() as network:
            silent = network.closing(Listener())  # connections stand, and nothing comes over them
            for command in (("search", "moon", "--peer"), ("get", "moon", "--peer"), ("ping",)):
                for dialect in ("json", "gnutella", "auto"):
                    with self.subTest(command=command, dialect=dialect):
                        run = network.run(*command, silent.address, "--timeout", "1", "--dialect", dialect,
                                          deadline=SOON)
                        self.assertEqual(run.code, NOT_FOUND, run)
                        self.assert_one_sentence(run)
                        self.assertIn(silent.address, run.errors)

    def test_of_one_of_several_is_told_and_does_no_harm(self):
        with Network() as network:
            silent = network.closing(Listener())
            ours = network.gnut({"moon.txt": b"22"})
            found = network.run("search", "moon", "-p", silent.address, "-p", ours.address, "-t", "4", deadline=SOON)
            self.assertEqual(found.code, DONE, found)
            self.assertIn("moon.txt", found.output)
            self.assertIn(silent.address, found.errors)

    def test_may_be_what_a_longer_time_would_mend(self):
        with Network() as network:
            silent = network.closing(Listener())
            down = network.closed_address()
            found = network.run("search", "moon", "-p", silent.address, "-p", down, "-t", "1", deadline=SOON)
            self.assertEqual(found.code, NOT_FOUND, found)
            for address in (silent.address, down):
                self.assertIn(address, found.errors)

    def test_when_files_are_listed(self):
        with Network() as network:
            silent = network.closing(Listener())
            browsed = network.run("browse", silent.address)  # 30 s: Settings::transfer_timeout
            self.assertEqual(browsed.code, NOT_FOUND, browsed)
            self.assert_one_sentence(browsed)
            self.assertIn("does not answer", browsed.errors)


class Refused(CommandTest):
    def test_is_a_failure_of_the_network_however_short_the_time(self):
        with Network() as network:
            down = network.closed_address()
            for command in (("search", "moon", "--peer"), ("get", "moon", "--peer"), ("ping",)):
                run = network.run(*command, down, "--timeout", "5")
                self.assertEqual(run.code, FAILED, run)
                self.assert_one_sentence(run)


class Fetch(CommandTest):
    def test_that_has_begun_is_not_ended_by_the_timeout(self):
        content = bytes(8_000_000)  # eight seconds
        with Network() as network:
            ours = network.gnut({"big.bin": content}, options=["--upload-limit", "1M"])
            fetched = network.run("get", "big.bin", "--peer", ours.address, "--timeout", "4", "-o", "-")
            self.assertEqual(fetched.code, DONE, fetched)
            self.assertEqual(fetched.raw_output, content)


class Interrupted(CommandTest):
    def test_ends_by_the_signal(self):
        with Network() as network:
            silent = network.closing(Listener())
            proxy = network.closing(ThrottlingProxy(network.gnut({"big.bin": bytes(4_000_000)})))
            proxy.allow(1_000_000)
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(number=number):
                    searching = network.start("search", "moon", "--peer", silent.address)
                    with silent.accept() as session:
                        session.receive("PING")
                        searching.signal(number)
                        self.assertEqual(searching.wait(), -number)

                    passed = proxy.passed()
                    fetching = network.start("get", "big.bin", "--peer", proxy.address,
                                             folder=network.new_folder("here"))
                    wait_until(lambda: proxy.passed() > passed, "some of the file has passed")
                    fetching.signal(number)
                    self.assertEqual(fetching.wait(), -number)
                    self.assertEqual(fetching.output.text(), "")
                    proxy.allow(1_000_000)


if __name__ == "__main__":
    unittest.main()
