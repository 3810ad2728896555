"""The buckets in the store: one function that refills and takes, held against the bucket that is pure."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gateway.errors import ClientError, ErrorCode
from gateway.limits.bucket import Bucket, Budget
from gateway.limits.leases import StoredBuckets
from gateway.limits.rates import Payer, Rates
from gateway.store import Store

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TAKE = "select granted, remaining from corridor.take_tokens($1, $2, $3, $4, $5, $6)"
STEPS = [
    (0.0, 1, 50), (0.0, 900, 950), (0.0, 100, 100), (0.5, 1, 500), (3.0, 160, 160), (3.0, 140, 500), (0.0, 0, 50),
    (2.0, 1, 10), (30.0, 1000, 1000), (0.25, 12.5, 12.5), (0.25, 13, 20), (100.0, 1001, 2000), (0.0, 1000, 2000),
]  # fmt: skip
"""Seconds that go by, what is wanted at least and at most: to the limit, and just over it."""


async def test_the_store_gives_what_the_pure_bucket_gives(store: Store) -> None:
    budget = Budget(1000, 50)
    bucket, now = Bucket(budget, 0.0), 0.0
    for pause, least, most in STEPS:
        now += pause
        available = bucket.available(now)
        expected = min(available, most) if available >= least else 0.0
        bucket.drain(expected, now)
        row = await store.fetchrow(
            TAKE, "member:x", 1000.0, 50.0, float(least), float(most), BEGIN + timedelta(seconds=now)
        )
        assert row is not None
        assert (row["granted"], row["remaining"]) == pytest.approx((expected, available - expected))


async def test_the_longest_name_has_a_budget(store: Store) -> None:
    """The ID of a viewer has up to 300 characters, and its class stands before it."""
    grant = await StoredBuckets(store).take(f"privacy_officer:{'é' * 300}", Budget(10, 1), 1, 5)
    assert (grant.tokens, grant.left) == (5, 5)


async def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing(store: Store) -> None:
    before, after = BEGIN - timedelta(days=1), BEGIN + timedelta(seconds=5)
    for moment, granted in ((BEGIN, 5), (before, 5), (before, 0), (after, 5), (after, 0)):
        row = await store.fetchrow(TAKE, "member:x", 10.0, 1.0, 5.0, 5.0, moment)
        assert row is not None
        assert row["granted"] == pytest.approx(granted)


async def test_many_at_the_same_moment_never_take_more_than_there_is(store_dsn: str) -> None:
    stores = [Store(store_dsn, timeout=10) for _ in range(3)]

    async def take(number: int) -> float:
        row = await stores[number % 3].fetchrow(TAKE, "member:x", 1000.0, 1.0, 70.0, 70.0, BEGIN)
        assert row is not None
        return float(row["granted"])

    granted = await asyncio.gather(*(take(number) for number in range(40)))
    for each in stores:
        await each.close()
    assert sorted(granted) == [0.0] * 26 + [70.0] * 14


async def test_replicas_share_one_budget_by_way_of_the_store(store_dsn: str) -> None:
    budget, payer = Budget(300, 0.001), Payer("member", "jwt:somebody")
    stores = [Store(store_dsn, timeout=10) for _ in range(2)]
    replicas = [Rates({"member": budget}, processes=2, shared=StoredBuckets(each)) for each in stores]

    async def take(rates: Rates) -> int:
        try:
            await rates.take(payer, 10)
        except ClientError as error:
            return 0 if error.code is ErrorCode.RATE_LIMITED else -1000
        return 10

    # Cost 10 divides a lease of 15 by halves: what is left of the leases is asked for with the next.
    spent = sum(await asyncio.gather(*(take(rates) for _ in range(40) for rates in replicas)))
    assert 300 - 2 * 10 <= spent <= 300
    for each in stores:
        await each.close()


async def test_buckets_that_are_full_again_are_purged_and_no_others(store: Store) -> None:
    for key, wanted in (("member:little", 1.0), ("member:much", 90.0)):
        await store.fetchrow(TAKE, key, 100.0, 1.0, 1.0, wanted, BEGIN)
    purged = await store.fetchval("select corridor.purge_rate_buckets($1)", BEGIN + timedelta(seconds=50))
    assert purged == 1
    row = await store.fetchrow(TAKE, "member:much", 100.0, 1.0, 0.0, 0.0, BEGIN + timedelta(seconds=50))
    assert row is not None
    assert row["remaining"] == pytest.approx(60)


async def test_a_process_has_them_purged_now_and_then(store: Store, store_owner: str) -> None:
    now = 0.0
    buckets = StoredBuckets(store, clock=lambda: now)
    await store.fetchrow(TAKE, "member:quiet", 100.0, 1.0, 1.0, 1.0, BEGIN)
    await buckets.take("member:x", Budget(100, 0.001), 1, 1)
    now = 301.0
    await buckets.take("member:x", Budget(100, 0.001), 1, 1)
    assert await keys(store_owner) == ["member:x"]


@pytest.mark.parametrize("statement", ["select * from {}", "delete from {}", "update {} set level = 1", "truncate {}"])
async def test_a_gateway_can_take_and_purge_and_nothing_else(store_dsn: str, statement: str) -> None:
    """Nobody who is in the gateway can give itself a full bucket."""
    connection = await asyncpg.connect(store_dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format("corridor.rate_buckets"))
    finally:
        await connection.close()


async def test_without_an_answer_from_the_store_each_process_grants_its_part() -> None:
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        nowhere = Store(f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none", timeout=5)
        rates = Rates({"member": Budget(100, 0.001)}, processes=2, shared=StoredBuckets(nowhere))
        await rates.take(Payer("member", "jwt:somebody"), 50)
        with pytest.raises(ClientError) as refused:
            await rates.take(Payer("member", "jwt:somebody"), 1)
        assert refused.value.code is ErrorCode.RATE_LIMITED
        await nowhere.close()


async def keys(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["key"] for row in await connection.fetch("select key from corridor.rate_buckets")]
    finally:
        await connection.close()
