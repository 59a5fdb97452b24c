"""gnut's commands, as programs that call it see them: exit codes, what goes to which output, JSON Lines."""

import base64
import contextlib
import ctypes
import hashlib
import json
import os
import signal
import socket
import tempfile
import unittest

import gnut_output
from network import HOST, Network, write_files
from process import is_blocking, wait_until
from raw_session import RawSession

DONE, NOT_FOUND, WRONG_USAGE, FAILED = 0, 1, 2, 3


def obey_permissions():
    """In a child process: also root is kept out of what is closed to its owner."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2  # prctl(2), capabilities(7)
        for capability in (dac_override, dac_read_search):
            if ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0) != 0:
                raise OSError("root cannot give up what it may")


@contextlib.contextmanager
def closed_to_its_owner(folder):
    folder.chmod(0)
    try:
        yield
    finally:
        folder.chmod(0o700)


class CommandTest(unittest.TestCase):
    def assert_one_sentence(self, run):
        """The error is one line on standard error, without an escape code."""
        self.assertEqual(run.output, "", run)
        self.assertRegex(run.errors, r"\Agnut: [^\n\x1b]+\n\Z", run)


class Search(CommandTest):
    def test_refuses_what_no_peer_would_take(self):
        with Network() as network:
            ours = network.gnut()
            for command in ("search", "get"):
                asked = network.run(command, "x" * 1_100, "--peer", ours.address)
                self.assertEqual(asked.code, WRONG_USAGE, asked)
                self.assert_one_sentence(asked)

    def test_lists_every_hit(self):
        with Network() as network:
            first, second = network.row("GG", {0: {"Blue Moon.ogg": b"1"}, 1: {"moon.txt": b"22", "sun.txt": b"333"}})
            found = network.run("search", "moon", "--peer", first.address, "--json", "--timeout", "3")
            self.assertEqual(found.code, DONE, found)
            self.assertEqual(found.errors, "")
            hits = sorted((json.loads(line) for line in found.output.splitlines()), key=lambda hit: hit["size"])
            self.assertEqual([hit["name"] for hit in hits], ["Blue Moon.ogg", "moon.txt"])
            self.assertEqual([hit["port"] for hit in hits], [first.port, second.port])
            for hit in hits:
                self.assertEqual(sorted(hit), ["client", "dialect", "host", "name", "port", "size", "urn"])
                self.assertEqual(hit["host"], HOST)
                self.assertRegex(hit["urn"], r"^urn:(sha1|bitprint):[A-Z2-7]{32}")

            for_people = network.run("search", "moon", "--peer", first.address, "--timeout", "3")
            self.assertEqual(for_people.code, DONE, for_people)
            self.assertIn("Blue Moon.ogg", for_people.output)
            self.assertNotIn("\x1b", for_people.output + for_people.errors)

    def test_says_when_nobody_has_it(self):
        with Network() as network:
            ours = network.gnut({"moon.txt": b"22"})
            found = network.run("search", "nowhere", "--peer", ours.address, "--timeout", "1")
            self.assertEqual(found.code, NOT_FOUND, found)
            self.assert_one_sentence(found)

    def test_says_when_nobody_listens(self):
        with Network() as network:
            found = network.run("search", "moon", "--peer", network.closed_address())
            self.assertEqual(found.code, FAILED, found)
            self.assert_one_sentence(found)


class Get(CommandTest):
    def test_writes_to_standard_output_and_nothing_else(self):
        content = bytes(range(256)) * 1000
        with Network() as network:
            ours = network.gnut({"bytes.bin": content})
            folder = network.new_folder("here")
            fetched = network.run("get", "bytes.bin", "--peer", ours.address, "-o", "-", folder=folder)
            self.assertEqual(fetched.code, DONE, fetched)
            self.assertEqual(fetched.raw_output, content)
            self.assertNotIn("\x1b", fetched.errors)
            self.assertEqual(list(folder.iterdir()), [])

    def test_reports_what_it_fetched(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            folder = network.new_folder("here")
            fetched = network.run("get", "report.txt", "--peer", ours.address, "-o", "mine.txt", "--json",
                                  folder=folder)
            self.assertEqual(fetched.code, DONE, fetched)
            report = json.loads(fetched.output)
            self.assertEqual(sorted(report), ["bytes", "path", "resumed", "seconds", "sources", "transport", "urn",
                                              "verified"])
            self.assertEqual(report["bytes"], 10)
            self.assertIs(report["verified"], True)
            self.assertEqual(report["transport"], "quic")
            self.assertEqual(report["resumed"], 0)
            self.assertEqual(report["sources"], [ours.address])
            self.assertEqual((folder / "mine.txt").read_bytes(), b"the report")
            self.assertEqual([path.name for path in folder.iterdir()], ["mine.txt"])

    def test_asks_several_peers(self):
        with Network() as network:
            first, second = network.gnut({"one.txt": b"one"}), network.gnut({"two.txt": b"two"})
            down = network.closed_address()
            for name, content in (("one.txt", b"one"), ("two.txt", b"two")):
                fetched = network.run("get", name, "--peer", first.address, "--peer", down, "--peer", second.address,
                                      "-o", "-")
                self.assertEqual(fetched.code, DONE, fetched)
                self.assertEqual(fetched.raw_output, content, fetched)
                self.assertIn(down, fetched.errors)

    def test_takes_the_transport_that_is_wanted(self):
        with Network() as network:
            both, plain = network.gnut({"both.txt": b"b"}), network.gnut({"plain.txt": b"p"}, [], ["--transport", "http"])
            for wanted in ("quic", "http"):
                fetched = network.run("get", "both.txt", "--peer", both.address, "--transport", wanted, "--json")
                self.assertEqual(fetched.code, DONE, fetched)
                self.assertEqual(json.loads(fetched.output)["transport"], wanted)
            for_nobody = network.run("get", "plain.txt", "--peer", plain.address, "--transport", "quic")
            self.assertEqual(for_nobody.code, FAILED, for_nobody)
            self.assert_one_sentence(for_nobody)
            self.assertIn("no source offers the file over a transport", for_nobody.errors)

    def test_says_that_standard_output_is_full(self):
        with Network() as network, open("/dev/full", "wb") as full:
            ours = network.gnut({"moon.txt": b"22"})
            fetched = network.run("get", "moon.txt", "--peer", ours.address, "-o", "-", stdout=full)
            self.assertEqual(fetched.code, FAILED, fetched)
            self.assertRegex(fetched.errors, r"(?m)^gnut: .*standard output.*; check what that goes to$")

    def test_says_that_standard_output_is_closed(self):
        with Network() as network:
            ours = network.gnut({"moon.txt": b"22"})
            for command in (("get", "moon.txt", "--peer", ours.address, "-o", "-"),
                            ("hash", str(ours.folder / "moon.txt"))):
                with self.subTest(command=command):
                    run = network.run(*command, preexec_fn=lambda: os.close(1))
                    self.assertEqual(run.code, FAILED, run)
                    self.assertRegex(run.errors, r"(?m)^gnut: .*standard output.*; check what (that|it) goes to$")

    def test_says_that_there_is_no_temporary_folder(self):
        with Network() as network:
            ours = network.gnut({"moon.txt": b"22"})
            fetched = network.run("get", "moon.txt", "--peer", ours.address, "-o", "-",
                                  environment={"TMPDIR": "/nonexistent"})
            self.assertEqual(fetched.code, FAILED, fetched)
            self.assert_one_sentence(fetched)
            self.assertIn("set TMPDIR to a folder", fetched.errors)

    def test_says_that_it_may_not_write_there(self):
        with Network() as network:
            ours = network.gnut({"moon.txt": b"22"})
            closed = network.new_folder("closed")
            with closed_to_its_owner(closed):
                fetched = network.run("get", "moon.txt", "--peer", ours.address, "-o", str(closed / "y"),
                                      preexec_fn=obey_permissions)
            self.assertEqual(fetched.code, FAILED, fetched)
            self.assert_one_sentence(fetched)
            self.assertIn(str(closed / "y") + ": the file cannot be written", fetched.errors)

    def test_finds_by_urn_and_by_magnet_link(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            near = network.new_folder("near")
            (near / "same.txt").write_bytes(b"the report")
            for options in ([], ["--magnet"]):
                hashed = network.run("hash", "same.txt", *options, folder=near)
                self.assertEqual(hashed.code, DONE, hashed)
                target = hashed.output.split()[0]
                self.assertTrue(target.startswith("magnet:?" if options else "urn:"), hashed)
                fetched = network.run("get", target, "--peer", ours.address, "-o", "-")
                self.assertEqual(fetched.code, DONE, fetched)
                self.assertEqual(fetched.raw_output, b"the report")

    def test_verifies_a_file_by_its_urn(self):
        with Network() as network:
            folder = network.new_folder("here")
            (folder / "one.txt").write_bytes(b"one")
            (folder / "other.txt").write_bytes(b"other")
            for target in (sha1_urn(b"one"), network.run("hash", "one.txt", "--magnet", folder=folder).output.strip()):
                verified = network.run("verify", "one.txt", target, folder=folder)
                self.assertEqual(verified.code, DONE, verified)
                self.assertIn("one.txt: verified", verified.output)
                differs = network.run("verify", "other.txt", target, folder=folder)
                self.assertEqual(differs.code, NOT_FOUND, differs)
                self.assertIn("not the file", differs.errors)
                missing = network.run("verify", "missing.txt", target, folder=folder)
                self.assertEqual(missing.code, FAILED, missing)

    def test_lists_files_of_the_same_name_that_differ(self):
        with Network() as network:
            ours = network.gnut()  # of one node both come at once; for a second node a name waits 0.3 s only
            for content in (b"one", b"another"):
                below = ours.folder / content.decode()
                below.mkdir()
                write_files(below, {"same.txt": content})
            ours.wait_for(r"^sharing 2 files")
            folder = network.new_folder("here")
            fetched = network.run("get", "same.txt", "--peer", ours.address, folder=folder)
            self.assertEqual(fetched.code, WRONG_USAGE, fetched)
            for content in (b"one", b"another"):
                self.assertIn(sha1_urn(content), fetched.output + fetched.errors, fetched)
            self.assertEqual(list(folder.iterdir()), [])

            chosen = network.run("get", sha1_urn(b"another"), "--peer", ours.address, "-o", "-")
            self.assertEqual(chosen.raw_output, b"another", chosen)

    def test_overwrites_nothing(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            folder = network.new_folder("here")
            (folder / "report.txt").write_bytes(b"older")
            fetched = network.run("get", "report.txt", "--peer", ours.address, "-o", "report.txt", folder=folder)
            self.assertEqual(fetched.code, FAILED, fetched)
            self.assertEqual((folder / "report.txt").read_bytes(), b"older")

    def test_says_when_nobody_has_it(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            fetched = network.run("get", "nowhere.txt", "--peer", ours.address, "--timeout", "1")
            self.assertEqual(fetched.code, NOT_FOUND, fetched)
            self.assert_one_sentence(fetched)

    def test_says_when_the_folder_is_not_to_be_written(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            folder = network.new_folder("here")
            (folder / "file").write_bytes(b"")
            fetched = network.run("get", "report.txt", "--peer", ours.address, "-o", "file/report.txt", folder=folder)
            self.assertEqual(fetched.code, FAILED, fetched)
            self.assert_one_sentence(fetched)


class Usage(CommandTest):
    def test_that_is_wrong_is_told(self):
        wrong = [[], ["frobnicate"], ["search"], ["search", "--peer", "127.0.0.1:1"], ["search", "moon"],
                 ["get", "--peer", "127.0.0.1:1"], ["get", "moon"], ["browse"], ["ping"], ["ping", "127.0.0.1:70000"], ["hash"],
                 ["verify", "moon"], ["verify", "moon", "sun"],
                 ["peer", "seventy"], ["peer", "70000"], ["peer", "0", "--frobnicate"],
                 ["search", "moon", "--peer", "127.0.0.1:1", "--timeout", "soon"],
                 ["search", "moon", "--peer", "127.0.0.1:1", "--timeout", "-1"]]
        with Network() as network:
            for arguments in wrong:
                with self.subTest(arguments=arguments):
                    run = network.run(*arguments)
                    self.assertEqual(run.code, WRONG_USAGE, run)
                    self.assertEqual(run.output, "", run)
                    self.assertTrue(run.errors, run)

    def test_help_is_no_error(self):
        with Network() as network:
            for arguments in (["--help"], ["--version"], *([command, "--help"] for command in
                                                           ("peer", "search", "get", "browse", "ping", "hash", "verify"))):
                with self.subTest(arguments=arguments):
                    run = network.run(*arguments)
                    self.assertEqual(run.code, DONE, run)
                    self.assertTrue(run.output)
                    self.assertEqual(run.errors, "")


class Peer(CommandTest):
    def test_says_that_its_port_is_taken(self):
        with Network() as network, socket.create_server((HOST, 0)) as taken:
            run = network.run("peer", str(taken.getsockname()[1]))
            self.assertEqual(run.code, FAILED, run)
            self.assertRegex(run.errors, r"(?m)^gnut: .*port.*$")

    def test_says_that_a_shared_folder_is_not_there(self):
        with Network() as network:
            run = network.run("peer", "0", "--share", "nowhere")
            self.assertEqual(run.code, FAILED, run)
            self.assertIn("nowhere", run.errors)

    def test_says_that_a_shared_folder_may_not_be_read(self):
        with Network() as network:
            closed = network.new_folder("closed")
            (closed / "inside").mkdir()
            with closed_to_its_owner(closed):
                run = network.run("peer", "0", "--share", str(closed / "inside"), preexec_fn=obey_permissions)
            self.assertEqual(run.code, FAILED, run)
            self.assertIn(str(closed / "inside") + ": the folder cannot be read", run.errors)

    def test_says_on_standard_error_whom_it_cannot_join(self):
        with Network() as network, tempfile.TemporaryFile() as commands:
            commands.write(b"quit\n")
            commands.seek(0)
            down = network.closed_address()
            run = network.run("peer", "0", down, stdin=commands)
            self.assertEqual(run.code, DONE, run)
            self.assertRegex(run.errors, r"(?m)^gnut: cannot join " + down)
            self.assertNotIn(down, run.output)

    def test_says_which_state_folder_cannot_be_used(self):
        with Network() as network:
            state = network.new_folder("state")
            (state / "identity.key").write_bytes(b"no key")
            run = network.run("peer", "0", "--state", str(state))
            self.assertEqual(run.code, FAILED, run)
            self.assertIn(str(state) + ": ", run.errors)

    def test_asks_for_no_file_when_nobody_can_answer(self):
        with Network() as network:
            process = network.start("peer", "0")
            port = process.wait_for(gnut_output.LISTENING).group(2)
            process.close_input("peers")
            process.wait_for("^0 neighbours$")
            process.signal(signal.SIGTSTP)
            pinged = network.run("ping", "{}:{}".format(HOST, port))  # what comes after it is done
            self.assertEqual(pinged.code, DONE, pinged)
            self.assertEqual(process.interrupt(), DONE)
            self.assertNotIn("Filename", process.output.text())

    def test_leaves_its_input_blocking_for_others(self):
        with Network() as network:
            process = network.start("peer", "0")
            process.write_line("peers")
            process.wait_for("^0 neighbours$")
            self.assertTrue(is_blocking(process.pid, 0))
            self.assertEqual(process.interrupt(), DONE)

    def test_goes_on_and_leaves_though_nobody_reads_what_it_answers(self):
        with Network() as network:
            process = network.start("peer", "0")
            process.wait_for(gnut_output.SHARES_NOTHING)
            process.stop_reading()
            for _ in range(200):  # more than a pipe takes before somebody reads
                process.write_line("help")
            process.wait_until_nothing_more_can_be_written()
            pinged = network.run("ping", "{}:{}".format(HOST, process.wait_for(gnut_output.LISTENING).group(2)))
            self.assertEqual(pinged.code, DONE, pinged)
            process.signal(signal.SIGTERM)
            wait_until(lambda: not process.running(), "it leaves")
            process.go_on_reading()
            self.assertEqual(process.wait(), DONE)

    def test_shares_nothing_without_a_terminal_and_goes_on_when_its_input_ends(self):
        with Network() as network:
            process = network.start("peer", "0")
            process.wait_for(gnut_output.SHARES_NOTHING)
            port = process.wait_for(gnut_output.LISTENING).group(2)
            process.close_input()
            pinged = network.run("ping", "{}:{}".format(HOST, port), "--json")
            self.assertEqual(pinged.code, DONE, pinged)
            self.assertEqual(json.loads(pinged.output)["files"], 0)
            self.assertEqual(process.interrupt(), DONE)


class Browse(CommandTest):
    def test_lists_every_file(self):
        files = {"report {}.txt".format(number): b"the report" * number for number in range(1, 71)}
        with Network() as network:
            ours = network.gnut(files)
            browsed = network.run("browse", ours.address, "--json")
            self.assertEqual(browsed.code, DONE, browsed)
            listed = [json.loads(line) for line in browsed.output.splitlines()]
            self.assertEqual({file["name"]: file["size"] for file in listed},
                             {name: len(content) for name, content in files.items()})
            self.assertEqual(len(listed), len(files))
            self.assertIn(sha1_urn(b"the report").split(":")[2],
                          {file["name"]: file["urn"] for file in listed}["report 1.txt"])

    def test_says_when_nobody_listens(self):
        with Network() as network:
            browsed = network.run("browse", network.closed_address())
            self.assertEqual(browsed.code, FAILED, browsed)
            self.assert_one_sentence(browsed)


class Ping(CommandTest):
    def test_nobody_is_told_of_a_command_that_has_ended(self):
        with Network() as network:
            ours = network.gnut()
            for dialect in ("json", "gnutella"):
                self.assertEqual(network.run("ping", ours.address, "--dialect", dialect).code, 0)
            session = network.closing(RawSession.connect(ours))
            session.send({"type": "PING", "id": "x", "v": 1})
            self.assertNotIn("hosts", session.receive("PONG"))

    def test_tells_what_answered(self):
        with Network() as network:
            ours = network.gnut({"report.txt": b"the report"})
            pinged = network.run("ping", ours.address, "--json")
            self.assertEqual(pinged.code, DONE, pinged)
            answer = json.loads(pinged.output)
            self.assertEqual((answer["legacy"], answer["files"], answer["bytes"]), (False, 1, 10))

    def test_says_when_nobody_listens(self):
        with Network() as network:
            pinged = network.run("ping", network.closed_address())
            self.assertEqual(pinged.code, FAILED, pinged)
            self.assert_one_sentence(pinged)


def sha1_urn(content):
    return "urn:sha1:" + base64.b32encode(hashlib.sha1(content).digest()).decode()


if __name__ == "__main__":
    unittest.main()
