"""A line between ``corridor city`` and the demo that runs: a Unix socket in the demo's home.

One request a connection, a line of text: ``stop guadalajara``. The answer is a line, ``ok`` or what went wrong.
"""

import os
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ControlServer", "NotRunning", "is_running", "tell"]

_SOCKET = "control"
_SECONDS = 60.0
"""How long stopping or starting a city may take."""

_MOST_BYTES = 200


class NotRunning(Exception):
    """No demo runs in this home, or it is another user's."""


def tell(home: Path, line: str) -> str:
    """Asks the demo of this home and answers its line; raises NotRunning where there is none."""
    try:
        with _address(home) as address, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SECONDS)
            connection.connect(address)
            connection.sendall(f"{line}\n".encode())
            with connection.makefile(encoding="utf-8") as answer:
                return answer.readline().strip()
    except (FileNotFoundError, ConnectionError, NotADirectoryError, PermissionError) as error:
        raise NotRunning(str(home)) from error


def is_running(home: Path) -> bool:
    """Whether a demo runs in this home."""
    try:
        return tell(home, "ping") == "ok"
    except NotRunning:
        return False


class ControlServer(socketserver.UnixStreamServer):
    """Answers one request after the other, in the thread that runs ``serve_forever``."""

    def __init__(self, home: Path, answer: Callable[[str], str], still: Callable[[], None]) -> None:
        """``answer`` takes a line and gives one; ``still`` is called about twice a second."""
        self.answer = answer
        self._still = still
        (home / _SOCKET).unlink(missing_ok=True)  # of a demo that was killed
        mask = os.umask(0o177)
        try:
            with _address(home) as address:
                super().__init__(address, _Handler)
        finally:
            os.umask(mask)
        self._file = home / _SOCKET

    def service_actions(self) -> None:
        """Between two requests."""
        self._still()

    def server_close(self) -> None:
        """Takes the socket away."""
        super().server_close()
        self._file.unlink(missing_ok=True)


class _Handler(socketserver.StreamRequestHandler):
    timeout = 5.0
    server: ControlServer

    def handle(self) -> None:
        line = self.rfile.readline(_MOST_BYTES).decode(errors="replace").strip()
        self.wfile.write(f"{self.server.answer(line)}\n".encode())


@contextmanager
def _address(home: Path) -> Iterator[str]:
    """The socket's path by the number of its open folder, as the path of a socket may have 107 bytes only."""
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{_SOCKET}"
    finally:
        os.close(folder)
