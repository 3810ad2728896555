"""The connections to the corridor store: what they give, and the one error of every failure."""

import asyncio
import logging
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded import EmbeddedServer
from gateway.errors import ClientError, ErrorCode
from gateway.store import SchemaMismatch, SchemaState, Store
from gateway.store.migration import migrate


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A server of the test's own, to be killed."""
    home = Path(tempfile.mkdtemp(prefix="corridor-store-"))
    home.chmod(0o755)
    server = EmbeddedServer("store", home)
    server.start()
    yield server
    server.destroy()
    shutil.rmtree(home, ignore_errors=True)


def _is_unavailable(error: ClientError, *, retryable: bool = True) -> bool:
    return error.extensions == {"code": "STORE_UNAVAILABLE", "retryable": retryable}


async def test_statements_answer_as_asyncpg_does(store: Store) -> None:
    assert [tuple(row) for row in await store.fetch("select * from generate_series($1::int, 3)", 2)] == [(2,), (3,)]
    assert tuple(await store.fetchrow("select 1, 'a'")) == (1, "a")
    assert await store.fetchval("select $1::text", "é") == "é"
    assert await store.execute("select 1") == "SELECT 1"


async def test_a_transaction_is_whole_or_nothing(store_owner: str) -> None:
    store = Store(store_owner, timeout=10)
    await store.execute("create table tried (x int)")
    async with store.transaction() as connection:
        await connection.execute("insert into tried values (1)")

    async def fail() -> None:
        async with store.transaction() as connection:
            await connection.execute("insert into tried values (2)")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await store.fetchval("select array_agg(x) from tried") == [1]
    await store.close()


async def test_what_a_statement_runs_into_stays_what_it_is(store: Store) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await store.fetch("select 1 / 0")
    with pytest.raises(asyncpg.DataError):
        await store.fetch("select $1::int", "no number")
    assert await store.fetchval("select 1") == 1


async def test_a_killed_store_is_unavailable_and_used_again_when_it_is_back(server: EmbeddedServer) -> None:
    await migrate(server.dsn())
    store = Store(server.dsn(), timeout=10)
    assert await store.fetchval("select 1") == 1
    server.kill()
    for _ in range(2):  # on the connection that was there, and on one that cannot be made
        with pytest.raises(ClientError) as caught:
            await store.fetch("select 1")
        assert _is_unavailable(caught.value)
    server.start()
    assert await store.fetchval("select 1") == 1
    await store.close()


async def test_a_store_without_an_answer_is_unavailable_and_says_nothing_of_its_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are made, and nobody takes them
        port = silent.getsockname()[1]
        store = Store(f"postgresql://somebody:hidden-word@127.0.0.1:{port}/nowhere?sslmode=disable", timeout=0.1)
        with pytest.raises(ClientError) as caught:
            await store.fetch("select 1")
    assert _is_unavailable(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    assert "hidden-word" not in f"{caught.value}{caplog.text}"
    await store.close()


async def test_a_statement_that_takes_too_long_is_unavailable(store_dsn: str) -> None:
    store = Store(store_dsn, timeout=3)
    with pytest.raises(ClientError) as caught:
        await store.fetch("select pg_sleep(60)")
    assert _is_unavailable(caught.value)
    assert await store.fetchval("select 1") == 1
    await store.close()


async def test_no_more_connections_than_promised(store_dsn: str) -> None:
    store = Store(store_dsn, pool_size=2, timeout=10)
    numbers = await asyncio.gather(*(store.fetchval("select pg_backend_pid()") for _ in range(20)))
    assert len(set(numbers)) <= 2
    await store.close()


async def test_a_cancelled_caller_harms_no_other(store_dsn: str) -> None:
    store = Store(store_dsn, pool_size=1, timeout=10)
    waiting = asyncio.create_task(store.fetch("select pg_sleep(60)"))
    behind = asyncio.create_task(store.fetchval("select 1"))
    owner = await asyncpg.connect(store_dsn)
    while not await owner.fetchval("select true from pg_stat_activity where query = 'select pg_sleep(60)'"):
        pass
    waiting.cancel()
    assert await behind == 1
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await owner.close()
    await store.close()


async def test_a_closed_store_stays_closed(store_dsn: str) -> None:
    unused, used = Store(store_dsn), Store(store_dsn)
    await used.fetch("select 1")
    for store in (unused, used):
        await store.close()
        with pytest.raises(ClientError):
            await store.fetch("select 1")


async def test_a_login_that_may_not_is_told_apart_from_a_store_that_is_away(
    postgres: EmbeddedServer, store_owner: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await asyncpg.connect(store_owner)
    await owner.execute("drop role if exists corridor_stranger")
    await owner.execute("create role corridor_stranger login password 'any'")
    dsn = postgres.dsn(store_owner.rpartition("/")[2], "corridor_stranger", "any")
    store = Store(dsn)
    assert await store.check() is SchemaState.CLOSED
    with pytest.raises(SchemaMismatch) as caught:
        await store.fetch("select 1")
    assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
    assert _is_unavailable(caught.value, retryable=False)
    assert "grant corridor_app" in caplog.text
    await store.close()
    await owner.execute("drop role corridor_stranger")
    await owner.close()


@pytest.mark.parametrize(
    ("version", "state"), [("0000", SchemaState.TOO_OLD), ("9999", SchemaState.TOO_NEW), (None, SchemaState.EMPTY)]
)
async def test_a_store_of_another_version_is_never_used(
    store_owner: str, store_dsn: str, version: str | None, state: SchemaState
) -> None:
    owner = await asyncpg.connect(store_owner)
    if version is None:
        await owner.execute("drop schema corridor cascade")
    else:
        await owner.execute("update corridor.schema_version set version_num = $1", version)
    store = Store(store_dsn, timeout=10)
    with pytest.raises(SchemaMismatch) as caught:
        await store.fetchval("select 1")
    assert caught.value.state is state
    assert await store.check() is state
    await owner.close()
    await store.close()


async def test_a_store_is_looked_at_again_after_a_failure(
    server: EmbeddedServer, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(server.dsn())
    store = Store(server.dsn(), timeout=10)
    await store.fetch("select 1")
    await store.execute("update corridor.schema_version set version_num = '0000'")
    assert await store.fetchval("select 1") == 1  # a migration while the gateway serves: the next start decides
    assert await store.check() is SchemaState.TOO_OLD
    assert await store.fetchval("select 1") == 1
    server.kill()
    with pytest.raises(ClientError):
        await store.fetch("select 1")
    server.start()
    with caplog.at_level(logging.ERROR), pytest.raises(SchemaMismatch):
        await store.fetch("select 1")
    assert "run corridor migrate" in caplog.text
    await store.close()
