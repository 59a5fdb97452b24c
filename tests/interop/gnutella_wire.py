"""Gnutella 0.6 as bytes, written from the specifications with nothing but the standard library: what the servent of these
tests says and reads. It shares no line with the library, so that both cannot misread one sentence in one way.

Section numbers are those of "Gnutella 0.6", draft of June 2002.
"""

import dataclasses
import struct
import zlib

PING, PONG, BYE, ROUTE_TABLE, VENDOR, VENDOR_STANDARD, PUSH, QUERY, QUERY_HIT = (
    0x00, 0x01, 0x02, 0x30, 0x31, 0x32, 0x40, 0x80, 0x81)
NAMES = {PING: "ping", PONG: "pong", BYE: "bye", ROUTE_TABLE: "route table", VENDOR: "vendor",
         VENDOR_STANDARD: "vendor", PUSH: "push", QUERY: "query", QUERY_HIT: "query hit"}
HEADER_SIZE = 23
MAX_PAYLOAD = 65536
GGEP_MAGIC = 0xC3
SEPARATOR = b"\x1c"


class BadBytes(ValueError):
    pass


# ---- 2.1: blocks of headers ----

def read_block(stream):
    """(first line, {name in small letters: value}), or None at the end of the stream."""
    first = stream.readline(16384)
    if not first:
        return None
    headers = {}
    last = None
    for _ in range(256):
        line = stream.readline(16384)
        if not line.endswith(b"\n"):
            raise BadBytes("the headers end without an empty line")
        text = line.rstrip(b"\r\n").decode("latin-1")
        if not text:
            return first.rstrip(b"\r\n").decode("latin-1"), headers
        if text[0] in " \t" and last is not None:
            headers[last] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        if not colon:
            raise BadBytes("no header: {!r}".format(text))
        last = name.strip().lower()
        headers[last] = headers[last] + "," + value.strip() if last in headers else value.strip()
    raise BadBytes("more headers than anybody has")


def write_block(first, headers):
    lines = [first] + ["{}: {}".format(name, value) for name, value in headers.items()]
    return "".join(line + "\r\n" for line in lines + [""]).encode("latin-1")


def has_word(value, word):
    """Whether a list in a header names something."""
    return word in [part.split(";")[0].strip().lower() for part in (value or "").split(",")]


# ---- 2.2.1: messages ----

@dataclasses.dataclass
class Message:
    kind: int
    guid: bytes
    ttl: int
    hops: int
    payload: bytes

    def bytes(self):
        return self.guid + struct.pack("<BBBI", self.kind, self.ttl, self.hops, len(self.payload)) + self.payload

    @property
    def name(self):
        return NAMES.get(self.kind, "type {:#x}".format(self.kind))


def cut(data):
    """The messages in front of `data`, and what is left of it."""
    messages = []
    while len(data) >= HEADER_SIZE:
        kind, ttl, hops, length = struct.unpack_from("<BBBI", data, 16)
        if length > MAX_PAYLOAD:
            raise BadBytes("a message of {} bytes".format(length))
        if len(data) < HEADER_SIZE + length:
            break
        messages.append(Message(kind, data[:16], ttl, hops, data[HEADER_SIZE:HEADER_SIZE + length]))
        data = data[HEADER_SIZE + length:]
    return messages, data


def pack_address(host, port):
    """Port little-endian, address big-endian (2.2)."""
    return struct.pack("<H", port) + bytes(int(part) for part in host.split("."))


def unpack_address(data, at=0):
    return ".".join(str(byte) for byte in data[at + 2:at + 6]), struct.unpack_from("<H", data, at)[0]


def pong(host, port, files, kibibytes, extensions=()):
    return pack_address(host, port) + struct.pack("<II", files, kibibytes) + (ggep(extensions) if extensions else b"")


def read_pong(payload):
    host, port = unpack_address(payload)
    files, kibibytes = struct.unpack_from("<II", payload, 6)
    return {"host": host, "port": port, "files": files, "kibibytes": kibibytes, "ggep": read_ggep(payload[14:])}


def query(text, extensions=b"", flags=0x8000):
    """`flags` as "New Interpretation of the MinSpeed field" has them, big-endian."""
    return struct.pack(">H", flags) + text.encode("utf-8") + b"\0" + extensions


def read_query(payload):
    end = payload.index(b"\0", 2)
    area = split_extensions(payload[end + 1:])
    return {"flags": struct.unpack_from(">H", payload)[0], "text": payload[2:end].decode("utf-8", "replace"), **area}


def split_extensions(area):
    """HUGE, XML and GGEP behind a text, between 0x1C; GGEP is the last, since it may hold any byte but NUL."""
    urns, blocks = [], {}
    while area and area[0] != 0:
        if area[0] == GGEP_MAGIC:
            blocks = read_ggep(area)
            break
        part, _, area = area.partition(SEPARATOR)
        part = part.rstrip(b"\0")
        if part.lower().startswith(b"urn:"):
            urns.append(part.decode("latin-1"))
    return {"urns": urns, "ggep": blocks}


@dataclasses.dataclass
class Result:
    index: int
    size: int
    name: str
    urn: str = ""
    ggep: dict = dataclasses.field(default_factory=dict)


def query_hit(host, port, results, servent, vendor=b"TEST", push=False, extensions=(), speed=1000):
    """2.2.6. Behind the results: vendor code, open data of four bytes, and GGEP in the private data."""
    payload = struct.pack("<B", len(results)) + pack_address(host, port) + struct.pack("<I", speed)
    for result in results:
        payload += struct.pack("<II", result.index, min(result.size, 0xFFFFFFFF)) + result.name.encode("utf-8") + b"\0"
        payload += result.urn.encode("latin-1")
        if result.size >= 0xFFFFFFFF:
            size = result.size.to_bytes(8, "little").rstrip(b"\0")
            payload += SEPARATOR + ggep([("LF", size)], without_nul=True)
        payload += b"\0"
    # The first byte says which bits of the second mean something; of the push bit it is the other way round.
    first, second = 0x1C | (0x01 if push else 0), 0x01
    if extensions:
        first, second = first | 0x20, second | 0x20
    payload += vendor + struct.pack("<BBBH", 4, first, second, 1)
    return payload + (ggep(extensions) if extensions else b"") + b"\0" + servent


def read_query_hit(payload):
    count = payload[0]
    host, port = unpack_address(payload, 1)
    speed = struct.unpack_from("<I", payload, 7)[0]
    at = 11
    results = []
    for _ in range(count):
        index, size = struct.unpack_from("<II", payload, at)
        end_of_name = payload.index(b"\0", at + 8)
        # GGEP here has no NUL: what would have one is encoded.
        end = payload.index(b"\0", end_of_name + 1)
        area = split_extensions(payload[end_of_name + 1:end])
        name = payload[at + 8:end_of_name].decode("utf-8", "replace")
        if "LF" in area["ggep"]:
            size = int.from_bytes(area["ggep"]["LF"], "little")
        results.append(Result(index, size, name, area["urns"][0] if area["urns"] else "", area["ggep"]))
        at = end + 1
    servent = payload[-16:]
    trailer = payload[at:-16]
    hit = {"host": host, "port": port, "speed": speed, "results": results, "servent": servent,
           "vendor": trailer[:4].decode("latin-1"), "push": None, "ggep": {}}
    if len(trailer) >= 7 and trailer[4] >= 2:
        first, second = trailer[5], trailer[6]
        hit["push"] = bool(first & 0x01) if second & 0x01 else None
        private = trailer[5 + trailer[4]:]
        if first & second & 0x20 and GGEP_MAGIC in private:
            hit["ggep"] = read_ggep(private[private.index(GGEP_MAGIC):])
    return hit


def push(servent, index, host, port):
    return servent + struct.pack("<I", index) + pack_address(host, port)[2:] + struct.pack("<H", port)


def read_push(payload):
    """Here the address stands before the port (2.2.8)."""
    host = ".".join(str(byte) for byte in payload[20:24])
    return {"servent": payload[:16], "index": struct.unpack_from("<I", payload, 16)[0], "host": host,
            "port": struct.unpack_from("<H", payload, 24)[0]}


def bye(code, reason):
    return struct.pack("<H", code) + reason.encode("utf-8") + b"\0"


def read_bye(payload):
    reason, _, headers = payload[2:].partition(b"\r\n")
    return {"code": struct.unpack_from("<H", payload)[0], "reason": reason.split(b"\0")[0].decode("utf-8", "replace"),
            "headers": headers.rstrip(b"\0").decode("utf-8", "replace")}


def vendor(name, selector, version, content=b""):
    return name + struct.pack("<HH", selector, version) + content


def read_vendor(payload):
    selector, version = struct.unpack_from("<HH", payload, 4)
    return {"vendor": payload[:4].decode("latin-1"), "selector": selector, "version": version, "content": payload[8:]}


# ---- GGEP, revision 0.51 ----

def cobs(data):
    """Consistent Overhead Byte Stuffing: the same without a NUL."""
    out = b""
    for block in data.split(b"\0"):
        while len(block) >= 254:
            out += b"\xff" + block[:254]
            block = block[254:]
        out += bytes([len(block) + 1]) + block
    return out


def uncobs(data):
    out = b""
    at = 0
    while at < len(data):
        code = data[at]
        if code == 0:
            raise BadBytes("a NUL in COBS")
        out += data[at + 1:at + code]
        at += code
        if code < 0xFF and at < len(data):
            out += b"\0"
    return out


def ggep(extensions, without_nul=False):
    """`extensions`: pairs of a name and its bytes."""
    out = bytes([GGEP_MAGIC])
    pairs = list(extensions)
    for number, (name, value) in enumerate(pairs):
        flags = len(name)
        if without_nul and (b"\0" in value):
            value = cobs(value)
            flags |= 0x40
        flags |= 0x80 if number + 1 == len(pairs) else 0
        length = len(value)
        parts = [length & 0x3F | 0x40]
        while length > 0x3F:
            length >>= 6
            parts.insert(0, length & 0x3F | 0x80)
        out += bytes([flags]) + name.encode("ascii") + bytes(parts) + value
    return out


def read_ggep(data):
    """{name: bytes}; what is broken is left out. COBS first, then deflate."""
    extensions = {}
    at = 0
    try:
        while at < len(data) and data[at] == GGEP_MAGIC:
            at += 1
            last = False
            while not last:
                flags = data[at]
                last = bool(flags & 0x80)
                name = data[at + 1:at + 1 + (flags & 0x0F)].decode("ascii")
                at += 1 + (flags & 0x0F)
                length = 0
                while True:
                    byte = data[at]
                    at += 1
                    length = length << 6 | byte & 0x3F
                    if byte & 0x40:
                        break
                value = data[at:at + length]
                if len(value) != length:
                    raise BadBytes("a GGEP value is cut")
                at += length
                value = uncobs(value) if flags & 0x40 else value
                value = inflate(value) if flags & 0x20 else value
                extensions.setdefault(name, value)
    except (IndexError, UnicodeDecodeError, BadBytes, zlib.error):
        pass
    return extensions


def inflate(value):
    """Some write the header of zlib, some do not."""
    for bits in (15, -15):
        try:
            return zlib.decompressobj(bits).decompress(value, 65536)
        except zlib.error:
            continue
    raise BadBytes("no deflate")


# ---- query routing ("Query Routing for the Gnutella Network") ----

def query_hash(word, bits):
    """Appendix A, over bytes; ASCII letters in lower case."""
    folded = 0
    for at, byte in enumerate(word.lower().encode("utf-8")):
        folded ^= byte << (at & 3) * 8
    return (folded * 0x4F1BBCDC & 0xFFFFFFFF) >> 32 - bits


def words_of(name):
    return [word for word in "".join(c if c.isalnum() else " " for c in name).split() if len(word) > 2]


def reset_table(slots, infinity=7):
    return struct.pack("<BIB", 0, slots, infinity)


def patch_table(names, bits, infinity=7):
    """One patch of a fresh table: four bits an entry, zlib. An entry goes from infinity to 1."""
    entries = bytearray(1 << bits - 1)
    change = 1 - infinity & 0x0F
    for name in names:
        for word in words_of(name):
            # All beginnings down to three letters, as "cut the last letters" has it.
            for size in range(max(3, len(word) - 5), len(word) + 1):
                slot = query_hash(word[:size], bits)
                entries[slot // 2] |= change << 4 if slot % 2 == 0 else change
    return struct.pack("<BBBBB", 1, 1, 1, 1, 4) + zlib.compress(bytes(entries))


class RouteTable:
    """What a neighbour has told of the words that it can answer for."""

    def __init__(self):
        self._entries = []
        self._infinity = 0
        self._patches = []

    def receive(self, payload):
        """Gives True when the table is whole."""
        if payload[0] == 0:
            slots, self._infinity = struct.unpack_from("<IB", payload, 1)
            self._entries = [self._infinity] * slots
            self._patches = []
            return False
        number, count, compressor, entry_bits = struct.unpack_from("<BBBB", payload, 1)
        self._patches.append(payload[5:])
        if number != len(self._patches):
            raise BadBytes("patch {} comes after {}".format(number, len(self._patches) - 1))
        if number < count:
            return False
        data = b"".join(self._patches)
        self._patches = []
        self._patch(zlib.decompress(data) if compressor == 1 else data, entry_bits)
        return True

    def _patch(self, data, bits):
        for slot in range(len(self._entries)):
            at = slot * bits
            value = data[at // 8] >> 8 - bits - at % 8 & (1 << bits) - 1
            if bits == 1:  # turns the entry over
                filled = self._entries[slot] < self._infinity
                self._entries[slot] = self._infinity if filled == bool(value) else 1
                continue
            change = value - (1 << bits) if value >> bits - 1 else value
            self._entries[slot] += change

    def has(self, word):
        bits = len(self._entries).bit_length() - 1
        return self._entries[query_hash(word, bits)] < self._infinity

    def __len__(self):
        return len(self._entries)

    def filled(self):
        return sum(entry < self._infinity for entry in self._entries)
