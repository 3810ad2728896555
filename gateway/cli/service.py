"""The HTTP server of both ``demo`` and ``serve``: one process, one port, known to be free before anything starts."""

import socket
import threading
import time

import uvicorn
from starlette.applications import Starlette

from gateway.cli.terminal import USAGE, fail

__all__ = ["Background", "bind", "http_server", "url"]

_GRACE_SECONDS = 5
_POLL_SECONDS = 0.01


def bind(host: str, port: int) -> socket.socket:
    """A socket on this address that does not listen yet; port 0 lets the system choose.

    Ends the command where the address is taken or is none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except (OSError, OverflowError) as error:
        fail(f"cannot listen on {host} port {port}: {error}. Choose another with --host and --port.", USAGE)
    return bound


def url(bound: socket.socket) -> str:
    """The root of the gateway's addresses, as a browser on this machine reaches it."""
    host, port = bound.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def http_server(app: Starlette) -> uvicorn.Server:
    """The server: no access log, no name of the software, httptools and uvloop where they are installed."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


class Background:
    """The server in a thread of its own, as the main thread owns the embedded Postgres servers."""

    def __init__(self, app: Starlette, bound: socket.socket) -> None:
        self._server = http_server(app)
        self._thread = threading.Thread(target=self._server.run, args=([bound],), name="http")

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def start(self) -> bool:
        """Waits until it serves; False where it ended instead."""
        self._thread.start()
        while not self._server.started:
            if not self.alive:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def stop(self) -> None:
        """Ends it after the requests that run; does nothing where it never ran."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
