"""Rows of nodes in which the seed's peers stand first, last and in the middle: everyone finds and fetches.

"S" is a peer of the seed, "G" is one of ours; each is joined to the one before it.
"""

import json
import unittest

import gnut_output
from network import Network


def name_of(position):
    return "file-{}.txt".format(position)


def content_of(position):
    return "what only node {} has".format(position)


def shares(kinds):
    return {position: {name_of(position): content_of(position).encode()} for position in range(len(kinds))}


class Row(unittest.TestCase):
    def everyone_fetches_from_both_ends(self, kinds):
        with Network() as network:
            nodes = network.row(kinds, shares(kinds))
            last = len(kinds) - 1
            for asker, node in enumerate(nodes):
                for end in {0, last} - {asker}:
                    node.fetches(name_of(end), content_of(end))
                    if "SS" in kinds:
                        network.seeds_read_all()
            for node, kind in zip(nodes, kinds):
                if kind == "S":
                    self.assertEqual(node.broken_reads(), 0, "{} could not read a message".format(node.name))

    def test_seed_joins_ours(self):
        self.everyone_fetches_from_both_ends("GS")

    def test_ours_joins_a_seed(self):
        self.everyone_fetches_from_both_ends("SG")

    def test_seed_first(self):
        self.everyone_fetches_from_both_ends("SGG")

    def test_seed_last(self):
        self.everyone_fetches_from_both_ends("GGS")

    def test_seed_in_the_middle(self):
        self.everyone_fetches_from_both_ends("GSG")

    def test_ours_between_seeds(self):
        self.everyone_fetches_from_both_ends("SGS")

    def test_two_seeds_before_ours(self):
        self.everyone_fetches_from_both_ends("SSG")

    def test_two_seeds_behind_ours(self):
        self.everyone_fetches_from_both_ends("GSS")

    def test_seed_in_the_middle_of_five(self):
        self.everyone_fetches_from_both_ends("GGSGG")

    def test_in_turn(self):
        self.everyone_fetches_from_both_ends("SGSGS")


class CommandThroughASeed(unittest.TestCase):
    """`gnut search` and `gnut get` join the row at its end, for as long as they run."""

    def test_finds_and_verifies_a_file_of_ours(self):
        with Network() as network:
            _, seed = network.row("GS", {0: {"report.txt": b"the report"}})
            found = network.run("search", "report", "--peer", seed.address, "--json")
            self.assertEqual(found.code, 0, found)
            hits = [json.loads(line) for line in found.output.splitlines()]
            self.assertEqual([(hit["name"], hit["size"]) for hit in hits], [("report.txt", 10)], found)

            folder = network.new_folder("here")
            fetched = network.run("get", "report.txt", "--peer", seed.address, "--json", folder=folder)
            self.assertEqual(fetched.code, 0, fetched)
            self.assertIs(json.loads(fetched.output.splitlines()[-1])["verified"], True, fetched)
            self.assertEqual((folder / "report.txt").read_bytes(), b"the report")

    def test_says_that_a_file_of_a_seed_is_not_verified(self):
        with Network() as network:
            seed, ours = network.row("SG", {0: {"report.txt": b"the report"}})
            for neighbour in (seed, ours):
                with self.subTest(neighbour=neighbour.name):
                    folder = network.new_folder("here")
                    fetched = network.run("get", "report.txt", "--peer", neighbour.address, "--json", folder=folder)
                    self.assertEqual(fetched.code, 0, fetched)
                    self.assertIs(json.loads(fetched.output.splitlines()[-1])["verified"], False, fetched)
                    self.assertEqual((folder / "report.txt").read_bytes(), b"the report")

            for_people = network.run("get", "report.txt", "--peer", ours.address)
            self.assertEqual(for_people.code, 0, for_people)
            self.assertRegex(for_people.output + for_people.errors, gnut_output.NOT_VERIFIED)


if __name__ == "__main__":
    unittest.main()
