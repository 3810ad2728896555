"""Connections that stay open: how many there are, what ends them, and how to await the first of several ends."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.errors import ClientError, ErrorCode
from gateway.http.entrance import Authenticate

__all__ = ["STREAMS", "Pace", "Streams", "first_of", "until_refused"]

T = TypeVar("T")

STREAMS = "corridor.streams"
"""The name of the streams in the state that the application shares with its server."""

_SECONDS_UNTIL_RETRY = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds.

    ``body``: until the body of a request is there. ``recheck``: until the credential of an open stream is looked at
    again. ``keep_alive``: between signs of life to a client of events. ``patience``: for which a client may leave
    unread what was sent to it.
    """

    body: float = 10.0
    recheck: float = 30.0
    keep_alive: float = 12.0
    patience: float = 30.0


class Streams:
    """The open streams of this process, WebSocket connections and event streams together: at most ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ending = asyncio.Event()
        self.open = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Room for one; OVERLOADED where there is none."""
        if self.open >= self._most or self._ending.is_set():
            raise ClientError(
                ErrorCode.OVERLOADED,
                "The gateway has as many open streams as it can hold. Try again later.",
                retryable=True,
                retryAfter=_SECONDS_UNTIL_RETRY,
            )
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    def end(self) -> None:
        """Has all of them end, as the server does."""
        self._ending.set()

    async def ended(self) -> None:
        """Returns when they have to end."""
        await self._ending.wait()


async def until_refused(authenticate: Authenticate, authorization: bytes | None, every: float) -> None:
    """Returns when a credential is not good any more: expired, or taken back. Looks every so many seconds.

    That it cannot be looked at now is no refusal. Without a credential it never returns.
    """
    while True:
        await asyncio.sleep(every)
        if authorization is None:
            continue
        try:
            await authenticate(authorization)
        except ClientError as error:
            if not error.extensions.get("retryable"):
                return


async def first_of(*ways: Coroutine[Any, Any, T]) -> T:
    """What the first to end of several coroutines gives or raises; the others are cancelled, and have ended too."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        first = next(task for task in tasks if task.done())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return first.result()
