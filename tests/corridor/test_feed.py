"""The feed: every event once and in order, to each who subscribes to its topics, and never a gap in silence."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from gateway.corridor import feed as module
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.events import Event, expire_events, mark, marked, newest
from gateway.corridor.feed import Feed, Pace
from gateway.errors import ClientError, ErrorCode
from gateway.store import Store
from tests.corridor.feeds import ME, QUICK, SECONDS, Tell, cut, feeding, stored, take


async def test_a_subscriber_hears_of_its_topics_and_of_no_others(feed: Feed, tell: Tell, store: Store) -> None:
    async with feed.events(["a", "b"]) as events:
        await tell("c")
        await tell("a", "c")
        await tell("a", "b")
        await tell("b")
        assert await take(events, 3) == (await stored(store, "a")) + (await stored(store, "b"))[1:]


async def test_without_after_it_begins_when_the_block_is_entered(feed: Feed, tell: Tell, store: Store) -> None:
    await tell("a", times=3)
    async with feed.events(["a"]) as events:
        assert events.since == await newest(store)
        await tell("a")
        assert await take(events, 1) == (await stored(store, "a"))[3:]


async def test_with_after_what_is_stored_comes_first(feed: Feed, tell: Tell, store: Store) -> None:
    await tell("a", times=5)
    after = (await stored(store, "a"))[1]
    async with feed.events(["a"], after) as events:
        assert events.since == after
        assert await take(events, 3) == await stored(store, "a", after)
        await tell("a")
        assert await take(events, 1) == (await stored(store, "a"))[5:]


async def test_nothing_is_missed_or_repeated_where_stored_and_live_meet(store: Store, tell: Tell) -> None:
    """Subscribers join, with and without `after`, at every moment of a storm of changes."""
    pace = Pace(heartbeat=SECONDS, room=4, batch=3, opening=SECONDS)
    heard: list[tuple[int, list[int]]] = []

    async def storm() -> None:
        for number in range(120):
            await tell("a" if number % 3 else "b")
        await tell("a")

    async def follow(feed: Feed, after: int | None, last: int) -> None:
        async with feed.events(["a"], after) as events:
            found: list[int] = []
            heard.append((events.since, found))
            async for event in events.told:
                found.append(event.id)
                if event.version == last:
                    return

    async def end(act: Act) -> Result:
        act.tell("Consortium", uuid4(), 999, "a")
        return {}

    async with feeding(store, pace) as feed, asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        storming = asyncio.create_task(storm())
        for number in range(30):
            await tell("b")
            after = None if number % 2 else (await newest(store)) // 2
            group.create_task(follow(feed, after, 999))
        await storming
        await Acts(store, {}).do(Command(ME, "end", {}), end)
    assert len(heard) == 30
    for since, found in heard:
        assert found == await stored(store, "a", since)


@pytest.mark.parametrize("after", [None, 0])
async def test_what_is_committed_between_its_steps_is_told(
    feed: Feed, tell: Tell, store: Store, monkeypatch: pytest.MonkeyPatch, after: int | None
) -> None:
    """An event that is given to others after a new subscriber has read, and before it goes on."""
    async with feed.events(["a"]) as others:
        step = "newest" if after is None else "behind"
        original = getattr(module, step)

        async def read(reader: object, *asked: object) -> object:
            found = await original(reader, *asked)
            if reader is store:
                monkeypatch.setattr(module, step, original)
                await tell("a")
                await take(others, 1)
            return found

        monkeypatch.setattr(module, step, read)
        async with feed.events(["a"], after) as events:
            assert await take(events, 1) == await stored(store, "a")


async def test_who_is_slow_is_told_all_the_same(store: Store, tell: Tell) -> None:
    async with feeding(store, Pace(room=2, batch=3, opening=SECONDS)) as feed:
        async with feed.events(["a"]) as slow, feed.events(["a"]) as quick:
            first = await newest(store)
            for _ in range(5):
                await tell("a", times=4)
                await take(quick, 4)
            assert await take(slow, 20) == await stored(store, "a", first)
        assert feed.counts()["caught_up"] > 0


async def test_many_subscribers_cost_one_read(store: Store, tell: Tell) -> None:
    async with feeding(store, Pace(heartbeat=SECONDS, opening=SECONDS)) as feed, asyncio.timeout(SECONDS):
        async with asyncio.TaskGroup() as group:

            async def follow() -> None:
                async with feed.events(["a"]) as events:
                    ready.release()
                    await take(events, 5)

            ready = asyncio.Semaphore(0)
            for _ in range(50):
                group.create_task(follow())
            for _ in range(50):
                await ready.acquire()
            await tell("a", times=5)
        assert feed.counts()["caught_up"] == 0
        assert feed.counts()["told"] == 250


async def age(owner: str, days: int) -> None:
    """Makes all events so many days older."""
    connection = await asyncpg.connect(owner)
    await connection.execute("update corridor.event set at = at - make_interval(days => $1)", days)
    await connection.close()


async def test_events_are_kept_for_their_days(store: Store, store_owner: str, tell: Tell) -> None:
    await tell("a", times=3)
    await age(store_owner, 31)
    await tell("a", times=2)
    await age(store_owner, 1)
    assert await expire_events(store, 31) == 3
    assert await expire_events(store, 31) == 0
    assert len(await stored(store, "a", 3)) == 2


async def test_an_event_of_the_last_day_is_kept_whatever_is_asked(store: Store, tell: Tell) -> None:
    await tell("a")
    assert await expire_events(store, 0) == 0


async def test_after_what_is_kept_no_more_is_an_error(feed: Feed, store: Store, store_owner: str, tell: Tell) -> None:
    await tell("a", times=3)
    second, third = (await stored(store, "a"))[1:]
    await age(store_owner, 31)
    await expire_events(store, 30)
    with pytest.raises(ClientError) as gone:
        async with feed.events(["a"], second) as events:
            await take(events, 1)
    assert gone.value.code is ErrorCode.EVENTS_GONE
    async with feed.events(["a"], third) as events:  # behind the last one that is gone there is no gap
        await tell("a")
        await take(events, 1)
    async with feed.events(["a"]) as events:
        assert events.since == await newest(store)


async def test_who_was_idle_for_long_is_owed_nothing_that_is_gone(store: Store, store_owner: str, tell: Tell) -> None:
    async with feeding(store, Pace(room=1, opening=SECONDS)) as feed, feed.events(["a"]) as events:
        await tell("a")
        await take(events, 1)
        waiting = asyncio.create_task(take(events, 3))
        async with feed.events(["b"]) as others:
            await tell("b", times=3)
            await take(others, 3)
        await age(store_owner, 31)
        assert await expire_events(store, 30) == 4
        await tell("a", times=3)  # more than there is room for
        assert await waiting == await stored(store, "a", 4)


async def test_after_what_was_not_told_yet_is_refused(feed: Feed, tell: Tell, store: Store) -> None:
    await tell("a")
    with pytest.raises(ClientError) as refused:
        async with feed.events(["a"], await newest(store) + 1):
            pass
    assert refused.value.code is ErrorCode.BAD_CURSOR


@pytest.mark.parametrize("given", ["", "7", "RXZlbnQ6Y29ycmlkb3I6Nw", mark(7) + "=", mark(-1), mark(10**19), "\0", "é"])
def test_a_mark_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ClientError) as refused:
        marked(given)
    assert refused.value.code is ErrorCode.BAD_CURSOR


async def test_listeners_are_called_for_their_topic_and_after_each_connection(
    feed: Feed, tell: Tell, store_owner: str
) -> None:
    calls: asyncio.Queue[str] = asyncio.Queue()

    def broken() -> None:
        raise ValueError("a listener with a bug")

    feed.listen("Agreement", broken)
    feed.listen("Agreement", lambda: calls.put_nowait("called"))
    feed.start()
    async with asyncio.timeout(SECONDS):
        await calls.get()  # connected: what was read before may be old
        while not calls.empty():
            calls.get_nowait()
        async with feed.events(["other"]) as events:
            await tell("other")
            await take(events, 1)
        assert calls.empty()
        await tell("Agreement")
        await calls.get()
        await cut(store_owner)
        await calls.get()


async def test_the_end_of_the_feed_ends_subscriptions(store: Store) -> None:
    feed = Feed(store, QUICK)
    async with feed.events(["a"]) as events:
        waiting = asyncio.create_task(take(events, 1))
        await feed.close()
        with pytest.raises(ClientError):
            await waiting
    with pytest.raises(ClientError):
        async with feed.events(["a"]):
            pass
    assert feed.counts()["subscribers"] == 0


async def test_an_event_says_what_changed(feed: Feed, store: Store) -> None:
    key = uuid4()

    async def work(act: Act) -> Result:
        act.tell("Consortium", key, 3, "a", "b")
        return {}

    async with feed.events(["a"]) as events:
        await Acts(store, {}).do(Command(ME, "tell", {}), work)
        async with asyncio.timeout(SECONDS):
            event = await anext(events.told)
    assert event == Event(event.id, event.at, "Consortium", key, 3, frozenset({"a", "b"}))
