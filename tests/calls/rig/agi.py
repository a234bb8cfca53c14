"""FastAGI servers as they fail: refusing, crashing, hanging, swallowing connections, talking nonsense; and one that works."""
from __future__ import annotations

import socket
import threading
from contextlib import suppress


class AgiServer:
    """Serves each connection with `converse(stream, environment)` in a thread of its own."""

    def __init__(self, port: int) -> None:
        self.environments: list[dict[str, str]] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def converse(self, connection: socket.socket) -> None:
        raise AssertionError("each stand-in says how it converses")

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            header = b""
            while not header.endswith(b"\n\n"):
                more = connection.recv(4096)
                if not more:
                    return
                header += more
            lines = header.decode("utf-8", "replace").splitlines()
            self.environments.append(dict(line.split(": ", 1) for line in lines if ": " in line))
            with suppress(OSError):
                self.converse(connection)


class Crashing(AgiServer):
    """Says one command and dies."""

    def converse(self, connection: socket.socket) -> None:
        connection.sendall(b"VERBOSE hello 1\n")
        connection.recv(4096)


class Hung(AgiServer):
    """Never says a word."""

    def converse(self, connection: socket.socket) -> None:
        threading.Event().wait(120)


class Nonsense(AgiServer):
    """A line of a megabyte, then a bad command, then the end."""

    def converse(self, connection: socket.socket) -> None:
        connection.sendall(b"x" * 1_000_000 + b"\n" + b"EXEC\n\xff\xfe\n")
        connection.recv(4096)


class Menu(AgiServer):
    """A healthy script: what our own sets last."""

    def __init__(self, port: int, following: str = "waiting") -> None:
        self._following = following
        super().__init__(port)

    def converse(self, connection: socket.socket) -> None:
        connection.sendall(f'SET VARIABLE IVR_DONE "{self._following}"\n'.encode())
        connection.recv(4096)


class Silent(AgiServer):
    """Stays in the conversation until told: a caller at the greeting."""

    def __init__(self, port: int) -> None:
        self.left = threading.Event()
        super().__init__(port)

    def converse(self, connection: socket.socket) -> None:
        with suppress(ConnectionResetError):
            while connection.recv(4096):
                pass
        self.left.set()


class BlackHole:
    """A port whose connections are never completed: the queue of its listener is full."""

    def __init__(self, port: int) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(0)
        self._fillers = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(4)]
        for filler in self._fillers:
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))

    def close(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._listener.close()
