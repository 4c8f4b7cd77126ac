"""The line between a phone and the server, which a test can cut and mend."""

from __future__ import annotations

import contextlib
import socket
import threading

from tests.processes import free_port

PIECE = 65_536


class Line:
    """A relay on a loopback port of its own to the server on `server_port`."""

    def __init__(self, server_port: int) -> None:
        self._server_port, self.port = server_port, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._ends: list[socket.socket] = []
        self._dead: set[socket.socket] = set()
        self.mend()

    def mend(self) -> None:
        """Take connections."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and take none."""
        for end in (self._door, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def go_dead(self) -> None:
        """From now on nothing passes over the connections there are, and neither end is told."""
        self._dead.update(self._ends)

    def _take(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                phone, _ = door.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._ends += [phone, server]
                for pair in ((phone, server), (server, phone)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, from_: socket.socket, to: socket.socket) -> None:
        """Pass on what comes until either end is gone, and then tell the other."""
        with contextlib.suppress(OSError):
            while piece := from_.recv(PIECE):
                if from_ not in self._dead:
                    to.sendall(piece)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_RDWR)
