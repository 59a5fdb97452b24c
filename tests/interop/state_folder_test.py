"""What gnut peer says when it cannot write to its state folder any more."""

import re
import resource
import unittest

from network import Network, write_files

FILES = 300


class StateFolder(unittest.TestCase):
    def test_that_may_not_grow_is_told_of_once(self):
        with Network() as network:
            state = network.new_folder("state")
            node = network.gnut(options=["--state", str(state)])
            # From now on none of its files may grow.
            resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            write_files(node.folder, {"{}.txt".format(number): b"%d" % number for number in range(FILES)})
            node.wait_for(r"^sharing {} files".format(FILES))
            node.wait_for_counter("state_writes_failed", 10)
            complaint = "^gnut: {}: the state folder cannot be used; .*$".format(re.escape(str(state)))
            node.wait_for(complaint)
            told = re.findall(complaint, node.output(), re.MULTILINE)
            self.assertEqual(len(told), 1, node.output())
