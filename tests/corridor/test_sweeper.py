"""The sweeper: what is due is done, by one gateway at a time, whatever becomes of single tasks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from gateway.corridor.sweeper import Sweeper
from gateway.store import Store

SECONDS = 30
Task = Callable[[], Awaitable[None]]


def noting(notes: list[str], name: str) -> Task:
    async def task() -> None:
        notes.append(name)

    return task


async def test_all_tasks_run_in_their_order(store: Store) -> None:
    notes: list[str] = []
    sweeper = Sweeper(store, {name: noting(notes, name) for name in ("seats", "agreements", "events")}, 60)
    assert await sweeper.sweep()
    assert notes == ["seats", "agreements", "events"]
    assert sweeper.counts() == {"swept": 1, "failed": 0}


async def test_a_task_that_fails_is_logged_and_ends_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise ValueError("a bug")

    notes: list[str] = []
    sweeper = Sweeper(store, {"broken": broken, "well": noting(notes, "well")}, 60)
    with caplog.at_level(logging.ERROR):
        assert await sweeper.sweep()
    assert notes == ["well"]
    assert sweeper.counts()["failed"] == 1
    assert "broken" in caplog.text


async def test_one_gateway_sweeps_at_a_time(store: Store, store_dsn: str) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    notes: list[str] = []

    async def slow() -> None:
        begun.set()
        await go_on.wait()

    other = Store(store_dsn, timeout=10)
    first, second = Sweeper(store, {"slow": slow}, 60), Sweeper(other, {"quick": noting(notes, "quick")}, 60)
    async with asyncio.timeout(SECONDS):
        sweeping = asyncio.create_task(first.sweep())
        await begun.wait()
        assert not await second.sweep()
        assert notes == []
        go_on.set()
        assert await sweeping
        while not await second.sweep():  # the server frees the lock when it has seen the connection end
            pass
    assert notes == ["quick"]
    await other.close()


async def test_tasks_have_all_connections_of_a_pool_of_one(store_dsn: str) -> None:
    store = Store(store_dsn, pool_size=1, timeout=10)

    async def query() -> None:
        notes.append(str(await store.fetchval("select 1")))

    notes: list[str] = []
    assert await Sweeper(store, {"query": query}, 60).sweep()
    assert notes == ["1"]
    await store.close()


async def test_a_store_that_is_away_is_no_end(store_owner: str, caplog: pytest.LogCaptureFixture) -> None:
    away = Store(store_owner + "_that_is_none", timeout=10)
    notes: list[str] = []
    sweeper = Sweeper(away, {"task": noting(notes, "task")}, 60)
    with caplog.at_level(logging.WARNING):
        assert not await sweeper.sweep()
    assert (notes, sweeper.counts()["swept"]) == ([], 0)
    assert "cannot reach" in caplog.text


async def test_it_sweeps_again_and_again_and_ends_in_the_middle_of_a_task(store: Store, store_owner: str) -> None:
    rounds, third = 0, asyncio.Event()

    async def endless() -> None:
        nonlocal rounds
        rounds += 1
        if rounds > 2:
            async with store.transaction() as connection:
                await connection.execute("insert into corridor.transition"
                    " (act, entity, entity_key, to_state, by, by_role)"
                    " values (1, 'Seat', gen_random_uuid(), 'EXPIRED', 'system', 'SYSTEM')")  # fmt: skip
                third.set()
                await asyncio.Event().wait()

    async with asyncio.timeout(SECONDS):
        async with Sweeper(store, {"endless": endless}, 0.001).running():
            await third.wait()
        owner = await asyncpg.connect(store_owner)
        while await owner.fetchval("select count(*) from pg_locks where locktype = 'advisory' and granted"):
            pass
        assert await owner.fetchval("select count(*) from corridor.transition") == 0
        await owner.close()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "sweeper"] == []
