"""Real clients as sources: what each said over HTTP was captured, and is said again (tests/data/gnutella)."""

import pathlib
import random
import re

import gnutella_http
from gnutella_servent import Servent, Shared

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "gnutella"
CLIENTS = ("gtk-gnutella-1.2.3", "gnutella-bun-1.2.0")
NOTE = b"forty bytes of a small file for testing\n"
TAPE = random.Random(1).randbytes(3_000_000)  # large-amber-tape.bin, which the clients shared
REEL = random.Random(2).randbytes(2_000_000)  # cobalt-reel.bin, which they fetched


class CapturedClient(Servent):
    """A servent that finds its files as any other, and answers over HTTP with the bytes that the client answered with.

    Of large files the head alone was captured; what belongs behind it is added. Where none was captured for the range
    that is asked for, the nearest has its numbers changed."""

    def __init__(self, client, cuts_at=None, lacks_files=False, **habits):
        super().__init__({}, **habits)
        self.folder = DATA / client / "http"
        self.cuts_at = cuts_at  # where in the tape it closes the connection, once
        self.lacks_files = lacks_files
        large, guid = re.match(rb"GIV (\d+):([0-9a-f]{32})/", self.captured("giv.txt")).groups()
        self.guid = bytes.fromhex(guid.decode("ascii"))
        self.shared = [Shared(int(large), "large-amber-tape.bin", TAPE),
                       Shared(3 - int(large), "small-amber-note.txt", NOTE)]

    def captured(self, name):
        return (self.folder / name).read_bytes()

    def said(self, name):
        """The same, for what it says as it is: that is an event."""
        self.say("said", name=name)
        return self.captured(name)

    def has(self, name):
        return (self.folder / name).exists()

    def giv(self, file, index):
        assert file.content is TAPE
        return self.said("giv.txt")

    def serve(self, connection, stream, request):
        first, headers = request
        method, target, _ = first.split(" ")
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", "bytes=0-").strip())
        begin = int(span[1])
        self.say("asked", method=method, target=target, begin=begin, end=span[2])
        file = None if self.lacks_files else gnutella_http.find(target, self.shared, self.knows_hashes)
        if target == "/":
            connection.sendall(self.said("answer-browse.bin"))
            return False
        if file is None:
            answer = self.said("answer-not-found.txt")
            connection.sendall(answer)
            return not answer.startswith(b"HTTP/1.0")
        if file.content is NOTE:
            connection.sendall(self.said("answer-whole.bin"))
        elif method == "HEAD":
            connection.sendall(self.said("answer-head.txt"))
        elif begin >= len(TAPE):
            connection.sendall(self.said("answer-beyond-the-end.bin" if self.has("answer-beyond-the-end.bin")
                                         else "answer-not-satisfiable.txt"))
        else:
            return self._serve_tape(connection, begin, int(span[2] or len(TAPE) - 1) + 1)
        return True

    def _serve_tape(self, connection, begin, end):
        head, end = self._head_of(begin, end)
        cut = self.cuts_at
        if cut is not None and begin < cut < end:
            self.cuts_at = None
            connection.sendall(head + TAPE[begin:cut])
            return False
        connection.sendall(head + TAPE[begin:end])
        self.say("upload", begin=begin, end=end)
        return True

    def _head_of(self, begin, end):
        """What it says before the bytes from `begin` on, and where these end."""
        names = [name for name in ("answer-piece-head.txt", "answer-resumed-head.txt") if self.has(name)]
        for name in names:
            head = self.captured(name)
            first, last = map(int, re.search(rb"Content-Range: bytes (\d+)-(\d+)/3000000\r\n", head).groups())
            if first == begin and last < end:
                return self.said(name), last + 1
        if begin == 0 and end == len(TAPE):
            return self.said("answer-head.txt"), end
        end = min(end, begin + gnutella_http.PIECE) if len(names) > 1 else end
        span = "Content-Range: bytes {}-{}/".format(begin, end - 1).encode("ascii")
        head = re.sub(rb"Content-Range: bytes \d+-\d+/", span, head)
        return re.sub(rb"Content-Length: \d+", "Content-Length: {}".format(end - begin).encode("ascii"), head), end
