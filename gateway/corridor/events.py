"""Events as the store keeps them: what changed, in the order of the commits, for as long as they are kept."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import asyncpg

from gateway.errors import ClientError, ErrorCode
from gateway.reference import Reference
from gateway.store import Store

__all__ = ["Event", "Reader", "behind", "expire_events", "mark", "marked", "newest"]

# The horizon is read in the same statement, and so as it was when the events were.
_BEHIND = """
    select
        gone.id as gone,
        event.*
    from corridor.event_horizon as gone
    left join lateral (
        select id, at, entity, entity_key, version, topics
        from corridor.event
        where id > $1 and {which}
        order by id
        limit $2
    ) as event on true
    order by event.id
"""
_ALL = _BEHIND.format(which="true")
_OF_TOPICS = _BEHIND.format(which="topics && $3")
_NEWEST = "select greatest((select max(id) from corridor.event), (select id from corridor.event_horizon))"
_MARK = "EventMark"
_NUMBER = re.compile("0|[1-9][0-9]{0,17}")
_BATCH = 2000
"""Events that are removed at a time: few enough for any store to do within the timeout of a statement."""


@dataclass(frozen=True, slots=True)
class Event:
    """That an entity was changed, and is at a version since. Whoever has seen one has seen all of smaller ``id``."""

    id: int
    at: datetime
    entity: str
    key: UUID
    version: int
    topics: frozenset[str]


class Reader(Protocol):
    """Whatever runs a statement: the store, or one connection to it."""

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """The rows of one statement."""


async def newest(reader: Reader) -> int:
    """The number of the event that was told last; 0 where there was none yet."""
    (row,) = await reader.fetch(_NEWEST)
    return int(row[0])


async def behind(reader: Reader, last: int, topics: Collection[str] | None, most: int) -> list[Event]:
    """The first events with a number above ``last``, in order, of any of the topics; of all where it is None.

    Raises ``ClientError`` EVENTS_GONE where some of them may be kept no more.
    """
    rows = await (
        reader.fetch(_ALL, last, most) if topics is None else reader.fetch(_OF_TOPICS, last, most, list(topics))
    )
    if rows[0]["gone"] > last:
        raise ClientError(
            ErrorCode.EVENTS_GONE,
            "What happened behind this `after` is not kept any more. Read anew what you follow, and subscribe again "
            "without `after`.",
        )
    return [
        Event(row["id"], row["at"], row["entity"], row["entity_key"], row["version"], frozenset(row["topics"]))
        for row in rows
        if row["id"] is not None
    ]


async def expire_events(store: Store, days: int) -> int:
    """Removes the events that are older than so many days, and one at least; says how many they were."""
    total = 0
    while removed := await store.fetchval("select corridor.forget_events($1, $2)", days, _BATCH):
        total += removed
    return total


def mark(number: int) -> str:
    """An event's number as clients are given it: opaque.

    >>> mark(7), marked(mark(7))
    ('RXZlbnRNYXJrOmNvcnJpZG9yOjc', 7)
    """
    return Reference(_MARK, "corridor", str(number)).id


def marked(given: str) -> int:
    """The number behind what a client sends; BAD_CURSOR where the gateway has given out no such thing."""
    try:
        reference = Reference.parse(given)
    except ClientError:
        raise bad_mark() from None
    if (reference.typename, reference.cluster) != (_MARK, "corridor") or not _NUMBER.fullmatch(reference.key):
        raise bad_mark()
    return int(reference.key)


def bad_mark() -> ClientError:
    """What is said of an ``after`` that belongs to no event of this store."""
    return ClientError(
        ErrorCode.BAD_CURSOR,
        "This `after` is no `eventId` that the gateway has given out. Send one just as it came, or subscribe without.",
    )
