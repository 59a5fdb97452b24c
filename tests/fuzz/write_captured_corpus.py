#!/usr/bin/env python3
"""Makes inputs for the fuzz targets, in corpus/, of what real clients said: tests/data/gnutella.

Each is what the target reads, as the comment at its top says: the captured bytes, behind those that say how they are to
be cut. What was compressed on the wire is compressed again here, each message for itself, as the clients did.
"""

import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "gnutella"
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "interop"))

import gnutella_wire as wire  # noqa: E402

CLIENTS = {"gnutella_bun": DATA / "gnutella-bun-1.2.0", "gtk_gnutella": DATA / "gtk-gnutella-1.2.3"}
SESSIONS = {"leaf": "leaf-connects", "ultrapeer": "ultrapeer-connects", "accepts": "ultrapeer-accepts"}


def write(target, name, content):
    (HERE / "corpus" / target / name).write_bytes(content)


def body_of(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"Transfer-Encoding: chunked" not in head:
        return body
    content = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            return content
        content += body[:int(size, 16)]
        body = body[int(size, 16) + 2:]


def compressed(messages):
    deflater = zlib.compressobj()
    return b"".join(deflater.compress(message.bytes()) + deflater.flush(zlib.Z_SYNC_FLUSH) for message in messages)


def route_table(messages):
    payloads = [message.payload for message in messages if message.kind == wire.ROUTE_TABLE]
    return b"".join(bytes([len(payload)]) + payload for payload in payloads)


def router_steps(messages, ultrapeer):
    """A session with the client, an ultrapeer beside it, and what the client says: see Node::step()."""
    types = [wire.PING, wire.PONG, wire.BYE, wire.ROUTE_TABLE, wire.VENDOR, wire.PUSH, wire.QUERY_HIT, wire.QUERY]
    gnutella, is_ultrapeer, has_guid = 2, 4, 8
    opened = gnutella | has_guid | (is_ultrapeer if ultrapeer else 0) | 0x40
    steps = bytes([0, 0x00, opened, 0x10, gnutella | is_ultrapeer | has_guid | 0x40])
    ids = []
    for message in messages:
        if message.guid not in ids:
            ids.append(message.guid)
        kind = wire.VENDOR if message.kind == wire.VENDOR_STANDARD else message.kind
        payload = message.payload[:255]
        steps += bytes([0x07, 1 + ids.index(message.guid), types.index(kind), message.ttl, message.hops, len(payload)])
        steps += payload
    return steps


def write_sessions(client, folder):
    for name, session in SESSIONS.items():
        path = folder / session / "messages.bin"
        content = path.read_bytes()
        messages, _ = wire.cut(content)
        as_client = "{}_{}".format(client, name)
        if name != "accepts":
            write("gnutella_decoder", as_client, b"\x10" + content)
        write("router", as_client, router_steps(messages, name != "leaf"))
        write("session_input", as_client, b"\x1e" + content)
        write("session_input", as_client + "_compressed", b"\x1c" + compressed(messages))
        write("stream_inflater", as_client, b"\x10\x80" + compressed(messages))
        if tables := route_table(messages):
            write("route_table", as_client, tables)
        for vendor in [message for message in messages if message.kind in (wire.VENDOR, wire.VENDOR_STANDARD)]:
            told = wire.read_vendor(vendor.payload)
            write("gnutella_decoder", "{}_vendor_{}".format(client, told["selector"]), b"\x10" + vendor.bytes())


def write_handshakes(client, folder):
    for name, session in SESSIONS.items():
        blocks = [path.read_bytes() for path in (folder / session / part for part in
                                                 ("request.txt", "answer.txt", "last-word.txt")) if path.exists()]
        side = b"\x08" if blocks[0].startswith(b"GNUTELLA/") else b"\x09"
        write("handshake", "{}_{}".format(client, name), side + b"".join(blocks))


def write_http(client, folder):
    http = folder / "http"
    write("http_request", client, (http / "request-by-urn.txt").read_bytes())
    write("http_request", client + "_browse", (http / "request-browse.txt").read_bytes())
    write("browse", client, body_of((http / "answer-browse.bin").read_bytes()))
    tree = http / "tree.bin"
    for target in ("thex", "dime") if tree.exists() else ():
        write(target, client, tree.read_bytes())
    giv = (http / "giv.txt").read_bytes()
    write("giv", client, giv)
    write("giv", client + "_line", giv.rstrip(b"\n"))
    roots = {}
    for path in sorted(http.glob("answer-*")):
        name = path.stem.removeprefix("answer-").removesuffix("-head").replace("-", "_")
        content = path.read_bytes()
        write("source_answer", "{}_{}".format(client, name), content)
        for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n"):
            field, _, value = line.partition(b": ")
            if field == b"X-Thex-URI":
                roots.setdefault(value, "{}_root_of_{}".format(client, name))
    for value, name in roots.items():
        write("transfer_fields", name, value)


for each, where in CLIENTS.items():
    write_handshakes(each, where)
    write_sessions(each, where)
    write_http(each, where)
