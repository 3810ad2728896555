"""The HTTP server of both ``demo`` and ``serve``: one port, known to be free before anything starts."""

import asyncio
import gc
import logging
import socket
import threading
import time
from collections.abc import Callable
from math import ceil

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.cli.terminal import USAGE, fail
from gateway.http.streams import STREAMS
from gateway.settings import Settings

__all__ = ["Background", "Connection", "bind", "log_to_terminal", "server_config", "settled", "url"]

_LINGER_SECONDS = 0.5
"""How long a connection without a request stays open at the end: a client may just have sent one."""

_LONGEST_HEAD = 128 * 1024
"""Bytes of a request before its body: its address may have 64 KiB, and its headers as much again."""

_HEAD_SECONDS = 10.0
"""How long the head of a request may take to come, and the first one of a connection to begin."""

_START_SECONDS = 30
"""How long a worker may take to start, or to say that it lives."""

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


def log_to_terminal() -> None:
    """Has this process write its log to standard error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(_is_no_visit)


def _is_no_visit(record: logging.LogRecord) -> bool:
    """Whether a line is no word of uvicorn's on a WebSocket that came or was refused: there is no log of visits.

    Each would name the caller's address and the query of the URL; for a refused one there is a false alarm as well.
    """
    return not str(record.msg).startswith(('%s - "WebSocket', "ASGI callable returned without completing handshake"))


class Connection(HttpToolsProtocol):
    """A connection that bounds what comes before a request's body, in bytes and in time, as the server does not.

    When its server ends, it still takes the request that may be on its way, and then closes.
    """

    _ending = False
    _in_head = True
    _head_bytes = 0
    _too_slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for the first request, which has to come soon."""
        super().connection_made(transport)
        self._too_slow = self.loop.call_later(_HEAD_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        """Takes what came, unless the head of a request has grown too long."""
        super().data_received(data)
        if self._in_head:  # seldom: most heads come in one piece
            if self._too_slow is None:
                self._too_slow = self.loop.call_later(_HEAD_SECONDS, self.transport.close)
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The headers of the request are too long.")

    def on_message_begin(self) -> None:
        """Begins a request."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        self._head_came()
        super().connection_lost(exc)

    def _head_came(self) -> None:
        self._in_head = False
        if self._too_slow is not None:
            self._too_slow.cancel()
            self._too_slow = None

    def shutdown(self) -> None:
        """Begins the end, of streams too; a connection that nothing comes over is closed soon."""
        self._ending = True
        if STREAMS in self.app_state:
            self.app_state[STREAMS].end()
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        """Takes a request; the last one, where the end has begun."""
        self._head_came()
        super().on_headers_complete()
        if self._ending:
            self.cycle.keep_alive = False


def server_config(
    app: Starlette | Callable[[], Starlette], settings: Settings, workers: int | None = None
) -> uvicorn.Config:
    """How the server runs: no access log, no name of the software; what makes ``app`` does so in each worker.

    An end waits for the operations that run, each of which has its deadline. Messages of WebSockets are not compressed:
    compressed ones cost memory for each connection, and what is secret in them can be guessed from their length.
    """
    return uvicorn.Config(
        app,
        factory=workers is not None,
        workers=workers or 1,
        http=Connection,
        ws="websockets-sansio",
        ws_max_size=settings.max_body,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # which proxies are believed, the settings say
        lifespan="on",
        timeout_graceful_shutdown=ceil(settings.request_deadline + _LINGER_SECONDS) + 1,
        timeout_worker_healthcheck=_START_SECONDS,
    )


def settled(app: Starlette) -> Starlette:
    """The application of a process that is there for nothing else, out of the garbage collector's sight.

    The schema and the vocabulary are 150,000 objects that stay as long as the process: each full collection would look
    through them for a tenth of a second, in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    return app


class Background:
    """The server in a thread of its own, as the main thread owns the embedded Postgres servers."""

    def __init__(self, app: Starlette, settings: Settings, bound: socket.socket) -> None:
        self._server = uvicorn.Server(server_config(app, settings))
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
