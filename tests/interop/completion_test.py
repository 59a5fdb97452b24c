"""What Tab does to a `gnut` command in bash, with the completion that is installed."""

import pathlib
import unittest

from network import Network

COMPLETION = pathlib.Path(__file__).resolve().parents[2] / "apps" / "gnut" / "completion" / "gnut.bash"
TAB, ENTER = "\t", "\r"


class Bash(unittest.TestCase):
    def test_completes_words_and_files_however_they_are_quoted(self):
        with Network() as network:
            shell = network.shell_on_terminal()
            shell.wait_for(r"\$ ")
            # In place of the program stands what shows its arguments.
            shell.press("mkdir 'my files'; touch 'my files/one.txt'; . '{}'; ".format(COMPLETION)
                        + "gnut() { printf '<%s>' \"$@\"; echo; }; echo rea''dy" + ENTER)
            shell.wait_for(r"ready")
            for typed, arguments in (("gnut ha", "<hash>"),
                                     ("gnut hash my", "<hash><my files/>"),
                                     ("gnut hash my\\ files/", "<hash><my files/one.txt>"),
                                     ("gnut hash \"my files/o", "<hash><my files/one.txt>"),
                                     ("gnut peer --share my\\ f", "<peer><--share><my files/>"),
                                     ("gnut peer --share=my", "<peer><--share=my files/>"),
                                     ("gnut peer --role=l", "<peer><--role=leaf>"),
                                     ("gnut peer --role u", "<peer><--role><ultrapeer>"),
                                     ("gnut ping localhost:8", "<ping><localhost:8025>")):
                with self.subTest(typed=typed):
                    asked = shell.mark()
                    shell.press(typed + TAB + ENTER)
                    shown = shell.wait_for(r"<[^\n]*>\r", asked).group(0)
                    self.assertEqual(shown, arguments + "\r")
            shell.press("exit" + ENTER)
            self.assertEqual(shell.wait(), 0)


if __name__ == "__main__":
    unittest.main()
