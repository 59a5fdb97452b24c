"""A proxy between a node and who fetches from it, that can hold a file back in the middle of its way."""

import re
import socket
import threading

HOST = "127.0.0.1"


class ThrottlingProxy:
    """Stands before one node. JSON sessions pass, with the node's port replaced by the proxy's in what the node says,
    so that files are fetched through the proxy too. Of what is fetched, as many bytes pass as are allowed; then nothing,
    until more are."""

    def __init__(self, node):
        self._node = node
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self.address = "{}:{}".format(HOST, self.port)
        self._allowed = 0
        self._passed = 0
        self._changed = threading.Condition()
        self._sockets = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def allow(self, count):
        """So many bytes more."""
        with self._changed:
            self._allowed += count
            self._changed.notify_all()

    def passed(self):
        """Bytes of HTTP answers that went through."""
        with self._changed:
            return self._passed

    def close(self):
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            sockets = [self._listener, *self._sockets]
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near):
        far = socket.create_connection((HOST, self._node.port))
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changed:
            self._sockets += [near, far]
        try:
            first = near.recv(65536)
            far.sendall(first)
        except OSError:
            return
        back = self._pass_messages if first.lstrip().startswith(b"{") else self._pass_file
        threading.Thread(target=self._carry, args=(back, far, near), daemon=True).start()
        self._carry(self._pass_all, near, far)

    def _carry(self, carry, source, target):
        try:
            carry(source, target)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def _pass_all(source, target):
        while chunk := source.recv(65536):
            target.sendall(chunk)

    def _pass_messages(self, source, target):
        """Ours end each message with a newline, and write no other."""
        own_port = re.compile(rb'"port"\s*:\s*%d\b' % self._node.port)
        pending = b""
        while chunk := source.recv(65536):
            *whole, pending = (pending + chunk).split(b"\n")
            for line in whole:
                target.sendall(own_port.sub(b'"port":%d' % self.port, line) + b"\n")

    def _pass_file(self, source, target):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._passed < self._allowed)
                if self._closed:
                    return
                most = min(65536, self._allowed - self._passed)
            chunk = source.recv(most)
            if not chunk:
                return
            target.sendall(chunk)
            with self._changed:
                self._passed += len(chunk)
                self._changed.notify_all()
