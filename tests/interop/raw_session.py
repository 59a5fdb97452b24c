"""A neighbour made by the test itself: it sends and reads exactly what the test says."""

import json
import socket
import time
import uuid

from process import DEADLINE, NotInTime

HOST = "127.0.0.1"


class RawSession:
    def __init__(self, connection):
        self.socket = connection
        self._received = ""
        self.port = connection.getsockname()[1]

    @classmethod
    def connect(cls, node, receive_buffer=None):
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect((HOST, node.port))
        return cls(connection)

    @classmethod
    def opened(cls, node, receive_buffer=None, **extensions):
        """Connected, and the PING answered; a legacy peer unless `extensions` has `v`."""
        session = cls.connect(node, receive_buffer)
        session.ping(**extensions)
        return session

    def ping(self, **extensions):
        """Waits for the answer."""
        self.send({"type": "PING", "id": str(uuid.uuid4()), **extensions})
        if self.receive("PONG") is None:
            raise AssertionError("the connection was closed in place of a PONG")

    def send(self, message):
        self.send_bytes(json.dumps({"host": HOST, "port": self.port, **message}).encode() + b"\n")

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive(self, kind=None, deadline=DEADLINE):
        """The next message, or the next of one type. None when the far end has closed before it."""
        end = time.monotonic() + deadline
        while True:
            message = self._take()
            if message is None:
                self.socket.settimeout(max(0.01, end - time.monotonic()))
                try:
                    chunk = self.socket.recv(65536)
                except TimeoutError:
                    raise NotInTime("no {} within {:.0f} s".format(kind or "message", deadline)) from None
                except ConnectionResetError:
                    return None
                if not chunk:
                    return None
                self._received += chunk.decode("utf-8")
            elif kind is None or message["type"] == kind:
                return message

    def receive_bytes(self, count, deadline=DEADLINE):
        """The next bytes as they come, behind white space."""
        end = time.monotonic() + deadline
        received = self._received.lstrip().encode("utf-8")
        while len(received) < count:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                chunk = self.socket.recv(65536)
            except TimeoutError:
                raise NotInTime("{} of {} bytes within {:.0f} s".format(len(received), count, deadline)) from None
            if not chunk:
                break
            received = (received + chunk).lstrip()
        self._received = received[count:].decode("utf-8")
        return received[:count]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()

    def _take(self):
        self._received = self._received.lstrip()
        try:
            message, length = json.JSONDecoder().raw_decode(self._received)
        except json.JSONDecodeError:
            return None
        self._received = self._received[length:]
        return message


class Listener:
    """A port that a peer can be told to join, and that the test answers by hand."""

    def __init__(self):
        self.socket = socket.create_server((HOST, 0))
        self.socket.settimeout(DEADLINE)
        self.port = self.socket.getsockname()[1]
        self.address = "{}:{}".format(HOST, self.port)

    def accept(self):
        connection, _ = self.socket.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return RawSession(connection)

    def close(self):
        self.socket.close()


class Inbox:
    """A UDP socket that takes the answers to one query."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.port = self.socket.getsockname()[1]

    def receive(self, deadline=DEADLINE):
        self.socket.settimeout(deadline)
        return self.socket.recv(65536)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()
