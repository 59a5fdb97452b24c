"""Files by magnet link: who the link says has them, what it calls them, and who else may."""

import base64
import hashlib
import http.server
import threading
import unittest

from network import HOST, Network

CONTENT = b"what a magnet link names"
SHA1 = "urn:sha1:" + base64.b32encode(hashlib.sha1(CONTENT).digest()).decode("ascii")
LINK = "magnet:?xt=" + SHA1
SIZE = "&xl={}".format(len(CONTENT))


def source(address):
    return "&xs=http://{}/uri-res/N2R?{}".format(address, SHA1)


class ByNumberAlone:
    """Has the file under a number, and does not know it by its hash."""

    def __init__(self, target):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = self.path == target
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(CONTENT) if found else 0))
                self.end_headers()
                self.wfile.write(CONTENT if found else b"")

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        self.address = "{}:{}".format(HOST, self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class MagnetLink(unittest.TestCase):
    def test_names_the_file_whoever_has_it_and_whatever_they_call_it(self):
        with Network() as network:
            ours = network.gnut({"theirs.txt": CONTENT})
            for arguments in ((LINK + "&dn=my%20own.txt", "--peer", ours.address),
                              (LINK + "&dn=my%20own.txt" + source(ours.address),)):
                folder = network.new_folder("here")
                fetched = network.run("get", *arguments, folder=folder)
                self.assertEqual(fetched.code, 0, fetched)
                self.assertEqual({path.name: path.read_bytes() for path in folder.iterdir()}, {"my own.txt": CONTENT})

            folder = network.new_folder("here")
            named = network.run("get", LINK + "&dn=my%20own.txt", "--peer", ours.address, "-o", "as i say.txt",
                                folder=folder)
            self.assertEqual(named.code, 0, named)
            self.assertEqual([path.name for path in folder.iterdir()], ["as i say.txt"])

    def test_may_name_a_source_that_has_the_file_under_a_number(self):
        with Network() as network:
            servent = network.closing(ByNumberAlone("/get/12/one%20two.txt"))
            for url in ("http://{}/get/12/one%20two.txt", "http%3A%2F%2F{}%2Fget%2F12%2Fone%2520two.txt"):
                link = LINK + SIZE + "&as=" + url.format(servent.address)
                fetched = network.run("get", link, "-o", "-")
                self.assertEqual(fetched.code, 0, fetched)
                self.assertEqual(fetched.raw_output, CONTENT)


class AtThePrompt(unittest.TestCase):
    def test_its_sources_are_asked_what_it_does_not_say(self):
        with Network() as network:
            ours = network.gnut({"theirs.txt": CONTENT})
            asker = network.gnut()
            asker.command("get " + LINK + source(ours.address))
            self.assertEqual(asker.wait_for_file("theirs.txt"), CONTENT)

    def test_neighbours_have_what_its_sources_have_no_more(self):
        with Network() as network:
            ours = network.gnut({"theirs.txt": CONTENT})
            asker = network.gnut(neighbours=[ours])
            gone = source(network.closed_address())
            asker.command("get " + LINK + SIZE + "&dn=mine.txt" + gone)
            self.assertEqual(asker.wait_for_file("mine.txt"), CONTENT)


if __name__ == "__main__":
    unittest.main()
