"""How Gnutella servents move files: HTTP/1.1, written from the specifications with nothing but the standard library.

The server has gtk-gnutella's habits: whatever is asked, 512 KiB at most are given, the connection stays open, names
in a URL are not what counts (the index or the hash is).
"""

import re
import urllib.parse

from gnutella_wire import BadBytes, read_block, write_block

PIECE = 512 * 1024
BROWSE_TYPE = "application/x-gnutella-packets"


class NotServed(Exception):
    def __init__(self, status, headers):
        super().__init__("{}: {}".format(status, headers))
        self.status = status
        self.headers = headers


def serve(connection, stream, request, servent):
    """Answers one request. Gives False when the connection is to be closed."""
    first, headers = request
    method, _, rest = first.partition(" ")
    target = rest.rpartition(" ")[0]
    common = {"Server": servent.agent, "Connection": "Keep-Alive"}
    if target == "/":
        return serve_browse(connection, servent, common)
    shared = find(target, servent.shared, servent.knows_hashes)
    if shared is None:
        connection.sendall(write_block("HTTP/1.1 404 Not Found", {**common, "Content-Length": "0"}))
        return True
    size = len(shared.content)
    begin, end, status = 0, size, "200 OK"
    wanted = re.fullmatch(r"bytes[= ](\d*)-(\d*)", headers.get("range", "").strip())
    if wanted:
        begin = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        end = min(size, int(wanted[2]) + 1) if wanted[1] and wanted[2] else size
        if begin >= size:
            connection.sendall(write_block("HTTP/1.1 416 Requested Range Not Satisfiable",
                                           {**common, "Content-Range": "bytes */{}".format(size),
                                            "Content-Length": "0"}))
            return True
    end = min(end, begin + servent.piece)
    if wanted or end - begin < size:
        status = "206 Partial Content"
        common["Content-Range"] = "bytes {}-{}/{}".format(begin, end - 1, size)
    connection.sendall(write_block("HTTP/1.1 " + status, {
        **common, "Content-Type": "application/binary", "Content-Length": str(end - begin), "Accept-Ranges": "bytes",
        "X-Gnutella-Content-URN": shared.urn}))
    servent.say("upload", method=method, name=shared.name, begin=begin, end=end,
                agent=headers.get("user-agent", ""))
    if method == "GET":
        connection.sendall(shared.content[begin:end])
    return headers.get("connection", "").lower() != "close"


def find(target, shared, knows_hashes):
    by_index = re.fullmatch(r"/get/(\d+)/.*", target)
    by_urn = knows_hashes and re.fullmatch(r"/uri-res/N2R\?(urn:sha1:[A-Za-z2-7]{32})", target)
    for file in shared:
        if by_index and file.index == int(by_index[1]) or by_urn and file.urn.lower() == by_urn[1].lower():
            return file
    return None


def serve_browse(connection, servent, common):
    body = b"".join(message.bytes() for message in servent.hits_for_all())
    connection.sendall(write_block("HTTP/1.1 200 OK", {**common, "Content-Type": BROWSE_TYPE,
                                                       "Content-Length": str(len(body))}) + body)
    servent.say("browsed")
    return True


def fetch(connection, stream, target, host, begin=0, size=None):
    """One file, in as many requests as the far end makes of it, over one connection."""
    content = b""
    while True:
        wanted = "bytes={}-".format(begin + len(content))
        status, headers, body = ask(connection, stream, "GET", target, host, {"Range": wanted})
        if status not in (200, 206):
            raise NotServed(status, headers)
        span = re.fullmatch(r"bytes[= ](\d+)-(\d+)/(\d+)", headers.get("content-range", "").strip())
        if span:
            if int(span[1]) != begin + len(content):
                raise BadBytes("asked for {}, and was given {}".format(wanted, headers["content-range"]))
            size = int(span[3])
        elif begin + len(content) > 0:
            raise BadBytes("asked for {}, and was given all".format(wanted))
        else:
            size = len(body)
        content += body
        if begin + len(content) >= size:
            return content
        if not body:
            raise BadBytes("an empty piece")


def ask(connection, stream, method, target, host, headers=None):
    connection.sendall(write_block("{} {} HTTP/1.1".format(method, target),
                                   {"Host": host, "User-Agent": "servent of the tests", "Connection": "Keep-Alive",
                                    **(headers or {})}))
    answer = read_block(stream)
    if answer is None:
        raise ConnectionError("closed without an answer")
    first, fields = answer
    status = int(first.split(" ")[1])
    if method == "HEAD":
        return status, fields, b""
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return status, fields, b"".join(chunks(stream))
    length = content_length(fields)
    body = stream.read() if length is None else stream.read(length)
    if length is not None and len(body) != length:
        raise ConnectionError("{} of {} bytes came".format(len(body), length))
    return status, fields, body


def chunks(stream):
    while size := int(stream.readline(64).split(b";")[0], 16):
        yield stream.read(size)
        stream.readline(16)
    while stream.readline(1024).strip():
        pass


def content_length(fields):
    return int(fields["content-length"]) if "content-length" in fields else None


def target_of_index(index, name):
    return "/get/{}/{}".format(index, urllib.parse.quote(name))


def target_of_urn(urn):
    return "/uri-res/N2R?" + urn
