"""What tests of the feed start from: events that are told, and feeds that read them from the store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from gateway.access.viewer import ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.events import behind
from gateway.corridor.feed import Events, Feed, Pace
from gateway.store import Store
from tests.viewers import viewer

ME = viewer(ViewerClass.MEMBER, "technomontreal", "TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy")
SECONDS = 30
"""How long anything may take on a busy machine."""

QUICK = Pace(heartbeat=0.2, pause=0.01, longest_pause=0.05, opening=SECONDS)
Tell = Callable[..., Awaitable[None]]


def telling(store: Store) -> Tell:
    """What commits events of some topics, so many times."""
    acts = Acts(store, {})

    async def tell(*topics: str, times: int = 1) -> None:
        async def work(act: Act) -> Result:
            for version in range(times):
                act.tell("Consortium", uuid4(), version + 1, *topics)
            return {}

        await acts.do(Command(ME, "tell", {}), work)

    return tell


@asynccontextmanager
async def feeding(store: Store, pace: Pace = QUICK) -> AsyncIterator[Feed]:
    """A feed of a store, closed at the end."""
    feed = Feed(store, pace)
    try:
        yield feed
    finally:
        await feed.close()


async def take(events: Events, number: int) -> list[int]:
    """The next events that a subscriber is told, by their IDs."""
    async with asyncio.timeout(SECONDS):
        return [(await anext(events.told)).id for _ in range(number)]


async def stored(store: Store, topic: str, after: int = 0) -> list[int]:
    """The events of a topic that are in the store, by their IDs."""
    return [each.id for each in await behind(store, after, [topic], 100_000)]


async def cut(owner: str) -> int:
    """Ends every connection of a gateway to the store; says how many there were."""
    connection = await asyncpg.connect(owner)
    try:
        ended = await connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'corridor-gateway' and datname = current_database()"
        )
        return len(ended)
    finally:
        await connection.close()
