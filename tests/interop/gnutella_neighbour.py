"""A session of the servent of the tests."""

import socket
import threading
import zlib

import gnutella_wire as wire


class Session:
    """A neighbour, once the handshake is done."""

    def __init__(self, servent, connection, stream, remote, theirs, deflated_in, deflated_out):
        self.servent = servent
        self.connection = connection
        self.remote = remote
        self.theirs = theirs  # headers of the handshake
        self.deflated_in = deflated_in
        self.deflated_out = deflated_out
        self.table = wire.RouteTable()
        self._stream = stream
        self._inflater = zlib.decompressobj() if deflated_in else None
        self._deflater = zlib.compressobj() if deflated_out else None
        self._lock = threading.Lock()

    @property
    def ultrapeer(self):
        return self.theirs.get("x-ultrapeer", "").lower() == "true"

    def send(self, message):
        with self._lock:
            data = message.bytes()
            if self._deflater:
                data = self._deflater.compress(data) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
            self.connection.sendall(data)

    def run(self):
        rest = b""
        try:
            while chunk := self._stream.read1(65536):
                messages, rest = wire.cut(rest + (self._inflater.decompress(chunk) if self._inflater else chunk))
                for message in messages:
                    self.servent.receive(self, message)
        except (OSError, ValueError):
            pass  # reset, or closed by this side
        self.servent.lost(self)

    def close(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()
