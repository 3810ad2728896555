"""The fixtures that hand out databases."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from gateway.embedded import EmbeddedServer


async def fetchval(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def template(make_session_database: Callable[..., Awaitable[str]]) -> str:
    dsn = await make_session_database()
    await fetchval(dsn, "create table filled as select 42 as answer")
    return dsn


@pytest.mark.parametrize("round_", [1, 2])
async def test_each_test_has_its_own_copy(
    template: str, make_database: Callable[..., Awaitable[str]], round_: int
) -> None:
    copy = await make_database(template)
    assert await fetchval(copy, "update filled set answer = answer + 1 returning answer") == 43, round_


async def test_an_empty_database(database: str, postgres: EmbeddedServer) -> None:
    assert await fetchval(database, "select count(*) from pg_tables where schemaname = 'public'") == 0
    assert database.startswith(postgres.dsn("")[:-1])
