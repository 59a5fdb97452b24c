"""`gnut peer` on a terminal, used as the seed's report says: a directory, Ctrl+Z and a file's name, Ctrl+C."""

import os
import re
import signal
import unittest

from network import Network, gnut_path
from process import is_blocking, sleeps, wait_until
from raw_session import Listener
from terminal_process import run_on_terminal

CTRL_C, CTRL_D, CTRL_Q, CTRL_R = "\x03", "\x04", "\x11", "\x12"
CTRL_S, CTRL_V, CTRL_Z = "\x13", "\x16", "\x1a"
ENTER, ESCAPE, LEFT, HOME, DELETE = "\r", "\x1b", "\x1b[D", "\x1b[H", "\x1b[3~"


class Terminal(unittest.TestCase):
    def test_asks_for_the_directory_and_shares_it(self):
        with Network() as network:
            folder = network.new_folder("shared")
            (folder / "own.txt").write_bytes(b"own")
            peer = network.terminal("peer", "0")
            peer.wait_for(r"(?i)directory")
            peer.press(" " + str(folder) + " " + ENTER)
            port = peer.wait_for(r"listening on \S+:(\d+)").group(1)
            peer.wait_for(r"sharing 1 file")
            fetched = network.run("get", "own.txt", "--peer", "127.0.0.1:" + port, "-o", "-")
            self.assertEqual(fetched.raw_output, b"own", fetched)
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_asks_for_the_directory_again_after_control_z(self):
        with Network() as network:
            folder = network.new_folder("shared")
            (folder / "own.txt").write_bytes(b"own")
            peer = network.terminal("peer", "0")
            peer.wait_for(r"Directory to share: ")
            peer.press(CTRL_Z)
            asked = peer.wait_for(r"Filename: ").end()
            peer.press(ENTER)
            peer.wait_for(r"Directory to share: ", asked)
            peer.press(str(folder) + ENTER)
            peer.wait_for(r"sharing 1 file")
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_has_a_prompt_and_an_end_also_where_lines_cannot_be_edited(self):
        with Network() as network:
            peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")), kind="dumb")
            peer.wait_for(r"^gnut> ")
            peer.press("peers" + ENTER)
            answered = peer.wait_for(r"0 neighbours").end()
            peer.wait_for(r"^gnut> ", answered)
            peer.press(CTRL_D)
            peer.wait_for(r"^leaving")
            self.assertEqual(peer.wait(), 0)

    def test_control_d_leaves_the_question_for_a_file_and_only_then_the_network(self):
        for kind in ("xterm", "dumb"):
            with self.subTest(kind=kind), Network() as network:
                peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")), kind=kind)
                peer.wait_for(r"gnut> ", peer.wait_for(r"sharing 0 files").end())
                peer.press(CTRL_Z)
                asked = peer.wait_for(r"Filename: ").end()
                peer.press(CTRL_D)
                peer.wait_for(r"^gnut> ", asked)
                peer.press("peers" + ENTER)
                answered = peer.wait_for(r"0 neighbours", asked).end()
                peer.wait_for(r"gnut> ", answered)
                peer.press(CTRL_D)
                peer.wait_for(r"^leaving", answered)
                self.assertEqual(peer.wait(), 0)

    def test_control_z_gives_back_what_was_half_typed(self):
        with Network() as network:
            peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")))
            peer.wait_for(r"gnut> ", peer.wait_for(r"sharing 0 files").end())
            typed = peer.mark()
            peer.press("pee")
            peer.wait_for(r"pee", typed)
            for end in (ENTER, CTRL_D):
                asked = peer.mark()
                peer.press(CTRL_Z)
                asked = peer.wait_for(r"Filename: ", asked).end()
                peer.press(end)
                peer.wait_for(r"gnut> pee", asked)
            peer.press("rs" + ENTER)
            peer.wait_for(r"0 neighbours")
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_edits_a_line_with_the_usual_keys(self):
        with Network() as network:
            peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")))
            peer.wait_for(r"^gnut> ")
            peer.press("xpers" + LEFT + LEFT + "e" + HOME + DELETE + ENTER)
            asked = peer.wait_for(r"0 neighbours").end()
            peer.press("pe" + CTRL_R)  # the last line that began so
            peer.wait_for(r"ers", asked)
            peer.press(ENTER)
            asked = peer.wait_for(r"0 neighbours", asked).end()
            peer.press(CTRL_V)
            peer.wait_for("\x07", asked)
            peer.press("files" + ENTER)
            peer.wait_for(r"0 files", asked)
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_a_command_of_the_editor_that_gets_no_further_key_changes_nothing(self):
        for setting, keys, to_go_on in (("bind ^V ed-quoted-insert", CTRL_V, ""),
                                        ("bind ^R em-inc-search-prev", CTRL_R, ""),
                                        ("bind -v", ESCAPE + "f", "i")):
            for typed, rest in (("", to_go_on + "peers"), ("peers", "")):
                with self.subTest(setting=setting, typed=typed), Network() as network:
                    peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")),
                                            editor=setting + "\n")
                    started = peer.wait_for(r"gnut> ", peer.wait_for(r"sharing 0 files").end()).end()
                    peer.press(typed + keys)
                    again = peer.wait_for(r"gnut> " + typed, started).end()  # drawn once it has waited for long enough
                    peer.press(rest + ENTER)
                    peer.wait_for(r"0 neighbours", again)
                    peer.press(CTRL_C)
                    self.assertEqual(peer.wait(), 0)

    def test_a_job_that_comes_to_the_foreground_has_a_prompt(self):
        with Network() as network:
            shell = network.shell_on_terminal()
            shell.wait_for(r"\$ ")
            shell.press('"$GNUT" peer 0 --share . &' + ENTER)
            shell.wait_for(r"sharing 0 files")
            shell.press("fg" + ENTER)
            shell.wait_for(r"gnut> ")
            shell.press("peers" + ENTER)
            shell.wait_for(r"0 neighbours")
            shell.press(CTRL_Z)
            shell.wait_for(r"Filename: ")
            shell.press(CTRL_C)
            shell.wait_for(r"\$ ", shell.wait_for(r"leaving").end())
            shell.press("exit $?" + ENTER)
            self.assertEqual(shell.wait(), 0)

    def test_answers_what_is_done_with_a_download(self):
        with Network() as network:
            ours = network.gnut({"big.bin": bytes(20_000_000)}, options=["--upload-limit", "500k"])
            peer = network.terminal("peer", "0", ours.address, "--share", str(network.new_folder("shared")))
            peer.wait_for(r"session open")
            peer.press("get big.bin" + ENTER)
            ours.wait_for(r"^sending big\.bin")
            for command, answer in (("get big.bin", r"big\.bin is being fetched already"),
                                    ("pause 1", r"paused big\.bin"),
                                    ("resume 1", r"going on with big\.bin"),
                                    ("cancel 1", r"cancelled big\.bin")):
                asked = peer.mark()
                peer.press(command + ENTER)
                peer.wait_for(answer, asked)
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_fetches_at_control_z_and_prints_the_text(self):
        with Network() as network:
            seed, ours = network.row("SG", {0: {"of the seed.txt": b"raw text of a seed"},
                                            1: {"of ours.txt": b"verified text of ours"}})
            peer = network.terminal("peer", "0", ours.address, "--share", str(network.new_folder("shared")))
            peer.wait_for(r"session open")
            for name, content in (("of ours.txt", "verified text of ours"), ("of the seed.txt", "raw text of a seed")):
                asked = peer.mark()
                peer.press(CTRL_Z)
                peer.wait_for(r"Filename: ", asked)
                peer.press(name + ENTER)
                peer.wait_for(content, asked)
            self.assertTrue(peer.running())

            asked = peer.mark()
            peer.press(CTRL_Z)
            peer.wait_for(r"Filename: ", asked)
            peer.press("nowhere.txt" + ENTER)
            peer.wait_for(r"nobody", asked)

            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)
            ours.wait_for(r"^session closed: ")
            self.assertTrue(seed.running())

    def test_says_where_it_saved_what_is_no_text_or_too_long(self):
        files = {
            "bytes.bin": bytes(range(256)),
            "title.txt": b"\x1b]0;owned\x07",
            "longer.txt": b"a" * 65_537,
            "longest.txt": b"b" * 65_536,  # that is shown
        }
        with Network() as network:
            ours = network.gnut(files)
            downloads = network.new_folder("fetched")
            peer = network.terminal("peer", "0", ours.address, "--share", str(network.new_folder("shared")),
                                    "--downloads", str(downloads))
            peer.wait_for(r"session open")
            for name, content in files.items():
                asked = peer.mark()
                peer.press(CTRL_Z)
                peer.wait_for(r"Filename: ", asked)
                peer.press(name + ENTER)
                peer.wait_for(r"saved [^\n]*" + re.escape(name), asked)
                self.assertEqual((downloads / name).read_bytes(), content)
            peer.wait_for(r"Content of longest\.txt:\s+b+")
            for name in ("bytes.bin", "title.txt", "longer.txt"):
                self.assertNotIn("Content of " + name, peer.output.text())
            self.assertNotIn("\x1b]0;owned", peer.output.text())
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_leaves_the_terminal_blocking_for_others(self):
        for kind in ("xterm", "dumb"):
            with self.subTest(kind=kind), Network() as network:
                shell = network.shell_on_terminal()
                shell.wait_for(r"\$ ")
                shell.press('TERM={} "$GNUT" peer 0 --share .'.format(kind) + ENTER)
                shell.wait_for(r"gnut> ", shell.wait_for(r"sharing 0 files").end())
                shell.press("peers" + ENTER)
                shell.wait_for(r"0 neighbours")
                for descriptor in (0, 1, 2):
                    self.assertTrue(is_blocking(shell.pid, descriptor))
                shell.press(CTRL_C)
                shell.wait_for(r"\$ ", shell.wait_for(r"leaving").end())
                shell.press("exit $?" + ENTER)
                self.assertEqual(shell.wait(), 0)

    def test_the_node_goes_on_and_nothing_is_lost_while_nobody_reads(self):
        with Network() as network:
            peer = network.terminal("peer", "0", "--share", str(network.new_folder("shared")))
            address = "127.0.0.1:" + peer.wait_for(r"listening on \S+:(\d+)").group(1)
            peer.wait_for(r"gnut> ", peer.wait_for(r"sharing 0 files").end())
            times = 150  # more than a terminal takes before somebody reads
            peer.stop_reading()
            peer.press(times * ("help" + ENTER))
            self.assertEqual(network.run("ping", address).code, 0)
            peer.resize(100)
            self.assertEqual(network.run("ping", address).code, 0)
            peer.go_on_reading()
            peer.press("peers" + ENTER)
            peer.wait_for(r"0 neighbours")
            self.assertEqual(len(re.findall(r"^quit .*\r\nCtrl\+Z .*\r\n", peer.output.text(), re.MULTILINE)), times)
            peer.press(CTRL_C)
            self.assertEqual(peer.wait(), 0)

    def test_leaves_when_its_window_is_closed(self):
        for hang_up, end in ((signal.SIG_DFL, "it leaves"), (signal.SIG_IGN, "it goes on")):
            with self.subTest(end=end), Network() as network:
                before = signal.signal(signal.SIGHUP, hang_up)
                pid, terminal = run_on_terminal([gnut_path(), "peer", "0", "--share", str(network.new_folder("shared"))],
                                                dict(network.environment(), TERM="xterm"), network.new_folder("run"))
                signal.signal(signal.SIGHUP, before)
                shown = b""
                while b"gnut> " not in shown:
                    shown += os.read(terminal, 4096)
                address = "127.0.0.1:" + re.search(rb"listening on \S+:(\d+)", shown).group(1).decode()
                os.close(terminal)
                if hang_up == signal.SIG_IGN:  # by nohup
                    self.assertEqual(network.run("ping", address).code, 0)
                    wait_until(lambda: sleeps(pid), "it has nothing to do")
                    os.kill(pid, signal.SIGTERM)
                ended = wait_until(lambda: (status := os.waitpid(pid, os.WNOHANG))[0] and status, end)
                self.assertEqual(ended, (pid, 0))

    def test_the_node_goes_on_while_its_terminal_is_stopped(self):
        with Network() as network:
            ours = network.gnut({"big.bin": bytes(1_500_000)}, options=["--upload-limit", "1M"])
            downloads = network.new_folder("fetched")
            peer = network.terminal("peer", "0", ours.address, "--share", str(network.new_folder("shared")),
                                    "--downloads", str(downloads))
            address = "127.0.0.1:" + peer.wait_for(r"listening on \S+:(\d+)").group(1)
            peer.wait_for(r"sharing 0 files")
            peer.wait_for(r"session open")

            def ask(command, answer):
                """Waits until all of it stands there: a terminal that is stopped in the middle is waited for."""
                asked = peer.mark()
                peer.press(command + ENTER)
                peer.wait_for(r"gnut> ", peer.wait_for(answer, asked).end())

            ask("peers", r"1 neighbour")
            stopped = peer.mark()
            peer.press(CTRL_S + "peers" + ENTER)
            self.assertEqual(network.run("ping", address).code, 0)
            peer.press(CTRL_Q)
            peer.wait_for(r"gnut> ", peer.wait_for(r"1 neighbour", stopped).end())

            ask("get big.bin", r"get big\.bin\r\n")
            ours.wait_for(r"^sending big\.bin")
            stopped = peer.mark()
            peer.press(CTRL_S)
            wait_until((downloads / "big.bin").exists, "big.bin is there")
            self.assertEqual(network.run("ping", address).code, 0)
            peer.press(CTRL_Q)
            peer.wait_for(r"gnut> ", peer.wait_for(r"saved [^\n]*big\.bin", stopped).end())

            peer.press(CTRL_S)
            self.assertEqual(network.run("ping", address).code, 0)
            peer.signal(signal.SIGTERM)
            self.assertEqual(peer.wait(), 0)

    def test_escape_codes_in_a_name_do_not_reach_the_terminal(self):
        with Network() as network:
            # A node of ours would not share a file of such a name, and need not list it; the other it must.
            listener = network.closing(Listener())
            searched = network.terminal("search", "evil", "--peer", listener.address, "--timeout", "5",
                                        "--dialect", "json")
            with listener.accept() as session:
                session.send({"type": "PONG", "id": session.receive("PING")["id"], "v": 1, "agent": "\x1b[31mred"})
                names = ["evil \x1b]0;owned\x07.txt", "evil \x9b2J.txt", "evil but plain.txt"]
                hits = [{"name": name, "size": 8, "urn": "urn:sha1:" + 32 * letter} for name, letter in zip(names, "ABC")]
                session.send({"type": "QUERY-HIT", "id": session.receive("QUERY")["id"], "hasFile": True,
                              "results": hits})
                self.assertEqual(searched.wait(), 0)
            printed = searched.output.text()
            self.assertIn("evil but plain.txt", printed)
            for code in ("\x1b", "\x07", "\x9b"):
                self.assertNotIn(code, printed)

    def test_progress_is_shown_while_a_file_is_fetched(self):
        with Network() as network:
            ours = network.gnut({"some.bin": bytes(8 * 1024 * 1024)})
            got = network.terminal("get", "some.bin", "--peer", ours.address)
            self.assertEqual(got.wait(), 0)
            self.assertRegex(got.output.text(), r"\d+%|MiB")

    def test_progress_has_no_codes_for_a_terminal_that_knows_none(self):
        with Network() as network:
            ours = network.gnut({"some.bin": bytes(8 * 1024 * 1024)})
            for kind in ("dumb", ""):
                got = network.terminal("get", "some.bin", "--peer", ours.address, kind=kind)
                self.assertEqual(got.wait(), 0)
                self.assertRegex(got.output.text(), r"\d+%")
                self.assertRegex(got.output.text(), r"(^|\r *\r)saved some\.bin")
                self.assertNotIn("\x1b", got.output.text())


if __name__ == "__main__":
    unittest.main()
