"""The feed when its connections end or die in silence, or the store is away: nothing is lost, or it says so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from gateway.corridor.feed import Feed, Pace
from gateway.errors import ClientError, ErrorCode
from gateway.store import Store
from tests.corridor.feeds import SECONDS, Tell, cut, feeding, stored, take
from tests.faults.proxy import Network, Proxy


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture
async def road(network: Network, store_dsn: str) -> AsyncIterator[Proxy]:
    """The road from a feed to the store."""
    proxy = Proxy(network, urlsplit(store_dsn).port or 5432)
    yield proxy
    await asyncio.to_thread(proxy.close)


@pytest.fixture
async def far_store(store_dsn: str, road: Proxy) -> AsyncIterator[Store]:
    """The store at the other end of it."""
    address = urlsplit(store_dsn)
    login = address.netloc.rpartition("@")[0]
    opened = Store(urlunsplit(address._replace(netloc=f"{login}@127.0.0.1:{road.port}")), timeout=0.5)
    yield opened
    await opened.close()


async def test_a_storm_while_connections_are_cut_loses_nothing(
    feed: Feed, tell: Tell, store: Store, store_owner: str
) -> None:
    async with feed.events(["a"]) as events, asyncio.timeout(SECONDS):
        told = 0
        for number in range(60):
            if number % 10 == 5:
                assert await cut(store_owner)
            try:
                await tell("a")
            except ClientError:  # the pool met a connection that was cut: nobody knows whether it was done
                continue
            told += 1
        found = await stored(store, "a", events.since)
        assert told <= len(found)
        assert await take(events, len(found)) == found
    assert feed.counts()["connections"] > 1


async def test_a_feed_that_heard_nothing_looks_all_the_same(feed: Feed, store: Store, store_owner: str) -> None:
    """As behind a pooler that loses what is notified: events written without a word are found by the heartbeat."""
    async with feed.events(["a"]) as events:
        owner = await asyncpg.connect(store_owner)
        await owner.execute(
            "insert into corridor.event (act, entity, entity_key, version, topics)"
            " values (1, 'Consortium', gen_random_uuid(), 1, '{a}')"
        )
        await owner.close()
        assert await take(events, 1) == await stored(store, "a")


async def test_a_connection_that_died_in_silence_is_found_and_replaced(
    far_store: Store, store: Store, road: Proxy, tell: Tell
) -> None:
    async with feeding(far_store) as feed, feed.events(["a"]) as events:
        await tell("a")
        await take(events, 1)
        await asyncio.to_thread(road.forget)  # the connections there are never hear again
        await tell("a", times=3)
        assert await take(events, 3) == (await stored(store, "a"))[1:]


async def test_a_store_that_stays_away_ends_subscriptions(far_store: Store, road: Proxy) -> None:
    pace = Pace(heartbeat=0.1, pause=0.01, longest_pause=0.05, patience=0.3, opening=SECONDS)
    async with feeding(far_store, pace) as feed, feed.events(["a"]) as events:
        await asyncio.to_thread(road.down)
        with pytest.raises(ClientError) as ended:
            await take(events, 1)
        assert ended.value.code is ErrorCode.STORE_UNAVAILABLE
        assert ended.value.extensions["retryable"] is True


async def test_a_store_that_is_away_takes_no_subscription(far_store: Store, road: Proxy) -> None:
    await asyncio.to_thread(road.down)
    async with feeding(far_store, Pace(opening=0.1)) as feed:
        with pytest.raises(ClientError) as refused:
            async with feed.events(["a"]):
                pass
        assert refused.value.code is ErrorCode.STORE_UNAVAILABLE


async def test_a_store_that_comes_back_goes_on_where_it_was(
    far_store: Store, store: Store, road: Proxy, tell: Tell
) -> None:
    async with feeding(far_store) as feed, feed.events(["a"]) as events:
        await asyncio.to_thread(road.down)
        await tell("a", times=3)
        await asyncio.to_thread(road.passing)
        assert await take(events, 3) == await stored(store, "a")
