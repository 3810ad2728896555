"""The feed: whoever subscribes hears of every change that any gateway commits to the store, once and in order.

One connection of each process listens. What it hears wakes the feed, which then reads all that is new from the table,
once for the whole process, and hands it to those whose topics it has. A subscriber that resumes, or takes what it is
given too slowly, reads what it missed for itself, and then goes on with the others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import SystemRandom
from time import monotonic
from typing import Any

import asyncpg

from gateway.corridor.events import Event, bad_mark, behind, newest
from gateway.errors import ClientError, ErrorCode
from gateway.store import Store, unavailable

__all__ = ["Events", "Feed", "Pace"]

_LOG = logging.getLogger(__name__)
_CHANNEL = "corridor_event"


@dataclass(frozen=True, slots=True)
class Pace:
    """How the feed deals with time, in seconds, and with plenty.

    ``heartbeat``: after which it looks for events although it heard nothing, and so finds a connection dead.
    ``patience``: for which subscribers wait for a store that is away, ``opening``: for which new ones do. ``pause``:
    before the first of the attempts to connect again, each of which waits twice as long as the last, up to
    ``longest_pause``. ``room``: events that wait for one subscriber. ``batch``: events that are read at a time.
    ``readers``: subscribers that read at a time.
    """

    heartbeat: float = 5.0
    patience: float = 15.0
    opening: float = 2.0
    pause: float = 0.1
    longest_pause: float = 3.0
    room: int = 200
    batch: int = 200
    readers: int = 2


@dataclass(slots=True, eq=False)
class _Subscriber:
    """Who waits for events. ``last``: the number up to which nothing is owed. ``lagging``: it has to read for itself.

    ``idle``: it was given all that there is. ``failure`` ends it.
    """

    topics: frozenset[str]
    last: int = 0
    lagging: bool = False
    idle: bool = False
    waiting: deque[Event] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    failure: ClientError | None = None

    def give(self, event: Event, room: int) -> None:
        if self.idle:  # It may have been for long: what it is not owed may be kept no more.
            self.last = max(self.last, event.id - 1)
            self.idle = False
        if len(self.waiting) >= room:
            self.lagging = True
            self.waiting.clear()
        if not self.lagging:
            self.waiting.append(event)
        self.news.set()


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one subscriber; ``since`` is the number of the event behind which they begin."""

    since: int
    told: AsyncGenerator[Event, None]


class Feed:
    """The events of one store, for one process. It connects when somebody wants to hear of them, or at ``start``."""

    def __init__(self, store: Store, pace: Pace = Pace()) -> None:
        self._store = store
        self._pace = pace
        self._topics: dict[str, set[_Subscriber]] = {}
        self._subscribers: set[_Subscriber] = set()
        self._listeners: list[tuple[str, Callable[[], None]]] = []
        self._last: int | None = None
        """The number up to which all subscribers were given what there is."""
        self._up = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._reading = asyncio.Semaphore(pace.readers)
        self._closed = False
        self._counts = {"told": 0, "caught_up": 0, "connections": 0}

    def counts(self) -> Mapping[str, int]:
        """How it stands (``subscribers``, ``listening``), and what it did since its start.

        ``told``: events that were given to subscribers, ``caught_up``: how often one read for itself, ``connections``:
        how often it has connected.
        """
        return {"subscribers": len(self._subscribers), "listening": int(self._up.is_set()), **self._counts}

    def listen(self, topic: str, callback: Callable[[], None]) -> None:
        """Has a function called after each event of a topic, and whenever one may have been missed."""
        self._listeners.append((topic, callback))

    def start(self) -> None:
        """Connects in the background, unless that was begun."""
        if self._following is None and not self._closed:
            self._following = asyncio.create_task(self._follow_always(), name="feed")

    async def close(self) -> None:
        """Ends all subscriptions, and the connection."""
        self._closed = True
        self._end_all()
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    @asynccontextmanager
    async def events(self, topics: Collection[str], after: int | None = None) -> AsyncIterator[Events]:
        """What happens to these topics: behind the event ``after``, else from now on.

        When the block is entered it is certain from where on nothing is missed: ``since`` says so. Raises
        ``ClientError``: STORE_UNAVAILABLE, here or later; EVENTS_GONE where some of it is kept no more; BAD_CURSOR
        where ``after`` was not told yet.
        """
        subscriber = _Subscriber(frozenset(topics), lagging=after is not None)
        self.start()
        await self._listening()
        self._add(subscriber)  # before it reads: what is committed in between is given to it
        try:
            now = await newest(self._store)
            if after is not None and after > now:
                raise bad_mark()
            subscriber.last = now if after is None else after
            told = self._told(subscriber)
            try:
                yield Events(subscriber.last, told)
            finally:
                await told.aclose()
        finally:
            self._remove(subscriber)

    async def _listening(self) -> None:
        if self._closed:
            raise unavailable()
        try:
            async with asyncio.timeout(self._pace.opening):
                await self._up.wait()
        except TimeoutError:
            raise unavailable() from None

    async def _told(self, subscriber: _Subscriber) -> AsyncGenerator[Event, None]:
        while True:
            if subscriber.failure is not None:
                raise subscriber.failure
            if subscriber.lagging:
                for event in await self._missed(subscriber):
                    subscriber.last = event.id
                    yield event
            elif subscriber.waiting:
                event = subscriber.waiting.popleft()
                if event.id > subscriber.last:  # else it has read that for itself
                    subscriber.last = event.id
                    yield event
            else:
                subscriber.idle = True
                subscriber.news.clear()
                await subscriber.news.wait()

    async def _missed(self, subscriber: _Subscriber) -> list[Event]:
        """Some of what a subscriber has to catch up with.

        What the feed gives out from the first line on, it is given again; what was given out before was committed
        before, and so is read.
        """
        subscriber.waiting.clear()
        subscriber.lagging = False
        ends = monotonic() + self._pace.patience
        self._counts["caught_up"] += 1
        while True:
            try:
                async with self._reading:
                    found = await behind(self._store, subscriber.last, subscriber.topics, self._pace.batch)
            except ClientError as error:
                if error.code is ErrorCode.EVENTS_GONE or monotonic() > ends or subscriber.failure is not None:
                    raise
                await asyncio.sleep(SystemRandom().uniform(self._pace.pause, 2 * self._pace.pause))
            else:
                subscriber.lagging |= len(found) == self._pace.batch
                return found

    def _add(self, subscriber: _Subscriber) -> None:
        self._subscribers.add(subscriber)
        for topic in subscriber.topics:
            self._topics.setdefault(topic, set()).add(subscriber)

    def _remove(self, subscriber: _Subscriber) -> None:
        self._subscribers.discard(subscriber)
        for topic in subscriber.topics:
            self._topics[topic].discard(subscriber)
            if not self._topics[topic]:
                del self._topics[topic]

    async def _follow_always(self) -> None:
        """Follows the store on one connection after the other."""
        lost, failures = monotonic(), 0
        while True:
            try:
                async with self._store.apart() as connection:
                    await self._follow(connection)
            except Exception as error:  # noqa: BLE001 - whatever it is, the feed goes on
                if not isinstance(error, ClientError):
                    _LOG.exception("the feed")
                if self._up.is_set():
                    self._up.clear()
                    lost, failures = monotonic(), 0
                if not failures:
                    _LOG.warning("the feed has lost the corridor store, and tries to reach it again")
                if monotonic() - lost > self._pace.patience:
                    self._end_all()
            pause = min(self._pace.pause * 2 ** min(failures, 16), self._pace.longest_pause)
            failures += 1
            await asyncio.sleep(SystemRandom().uniform(pause / 2, pause))

    async def _follow(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Gives out what there is and comes, until the connection fails."""
        heard = asyncio.Event()

        def hear(*_: Any) -> None:
            heard.set()

        connection.add_termination_listener(hear)
        await connection.add_listener(_CHANNEL, hear)
        if self._last is None:
            await self._begin(connection)
        self._counts["connections"] += 1
        self._up.set()
        self._call(callback for _, callback in self._listeners)
        while True:
            heard.clear()
            try:
                while await self._give_out(connection):
                    pass
            except ClientError:  # EVENTS_GONE: it was away for longer than events are kept
                await self._begin(connection)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.heartbeat):
                    await heard.wait()

    async def _begin(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Goes on from now; who subscribed before has to see for itself."""
        self._last = await newest(connection)
        for subscriber in self._subscribers:
            subscriber.lagging, subscriber.idle = True, False
            subscriber.news.set()
        self._call(callback for _, callback in self._listeners)

    async def _give_out(self, connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
        """Gives out some events; says whether there may be more."""
        assert self._last is not None  # noqa: S101 - it has begun
        found = await behind(connection, self._last, None, self._pace.batch)
        for event in found:
            for subscriber in {each for topic in event.topics for each in self._topics.get(topic, ())}:
                subscriber.give(event, self._pace.room)
                self._counts["told"] += 1
            self._last = event.id
        topics = {topic for event in found for topic in event.topics}
        self._call(callback for topic, callback in self._listeners if topic in topics)
        return len(found) == self._pace.batch

    @staticmethod
    def _call(callbacks: Any) -> None:
        for callback in callbacks:
            try:
                callback()
            except Exception:  # noqa: BLE001 - a bug of one is none of the others
                _LOG.exception("a listener of the feed")

    def _end_all(self) -> None:
        for subscriber in self._subscribers:
            subscriber.failure = unavailable()
            subscriber.news.set()
