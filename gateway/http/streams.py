"""Connections that stay open: how many there are, what ends them, and how to await the first of several ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from gateway.errors import ClientError
from gateway.limits.gate import Gate, Refusals
from gateway.limits.rates import Payer

__all__ = ["STREAMS", "Kind", "Pace", "Streams", "first_of", "until_refused"]

T = TypeVar("T")

STREAMS = "corridor.streams"
"""The name of the streams in the state that the application shares with its server."""

_REFUSALS = Refusals(
    "The gateway has as many open streams as it can hold. Try again later.",
    "{held} of your streams are open, which is your share of those that the gateway can hold. End one of them.",
    again=5,
)
_FEWEST_BEGINNING = 16


class Kind(StrEnum):
    """What a place is held by."""

    BEGINNING = "beginning"
    """A WebSocket connection before connection_init: it has not said yet who it is, or that there is nothing to say."""

    WEBSOCKET = "websocket"
    EVENTS = "events"


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
    """The open streams of this process, WebSocket connections and event streams together: at most ``most``.

    Beside them there is room for an eighth as many connections that have not begun yet. Of neither has anybody more
    places than are free, as with operations that run.
    """

    def __init__(self, most: int) -> None:
        self._open = Gate(most, _REFUSALS)
        self._beginning = Gate(max(most // 8, _FEWEST_BEGINNING), _REFUSALS)
        self._counts: dict[str, int] = dict.fromkeys(Kind, 0)
        self._ending = asyncio.Event()

    def counts(self) -> Mapping[str, int]:
        """How many there are of each kind."""
        return self._counts

    def check(self) -> None:
        """Raises OVERLOADED where there is no room for anybody."""
        self._open.check()
        if self._ending.is_set():
            raise self._open.full()

    @contextmanager
    def place(self, kind: Kind, payer: Payer | None) -> Iterator[None]:
        """Room for one; OVERLOADED where there is none, RATE_LIMITED where the payer has its share.

        Without a payer nobody counts, and each is taken for somebody else.
        """
        self.check()
        gate = self._beginning if kind is Kind.BEGINNING else self._open
        with gate.place(object() if payer is None else payer.key):
            self._counts[kind] += 1
            try:
                yield
            finally:
                self._counts[kind] -= 1

    def end(self) -> None:
        """Has all of them end, as the server does."""
        self._ending.set()

    async def ended(self) -> None:
        """Returns when they have to end."""
        await self._ending.wait()


async def until_refused(
    authenticate: Callable[[bytes | None], Awaitable[object]], authorization: bytes | None, every: float
) -> None:
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
