"""Keys and references stand aside while a database is filled, and hold afterwards as if they had never gone."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from adapters.kit.filling import unconstrained

CONSTRAINTS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2
"""
COLUMNS = """
select attrelid::regclass::text, attname, attnotnull from pg_attribute where attrelid in ('a'::regclass, 'b'::regclass)
"""


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Two tables: b refers to a, and to itself."""
    connection = await asyncpg.connect(database)
    await connection.execute(
        "create table a (id integer primary key, code text unique);"
        'create table b (id integer primary key, a integer not null references a, "Next" integer references b)'
    )
    yield connection
    await connection.close()


async def test_the_same_constraints_hold_before_and_after(connection: asyncpg.Connection) -> None:
    before = await connection.fetch(CONSTRAINTS), await connection.fetch(COLUMNS)
    async with connection.transaction(), unconstrained(connection):
        assert {row["conname"] for row in await connection.fetch(CONSTRAINTS)}.isdisjoint({"a_pkey", "b_a_fkey"})
        await connection.execute("insert into b values (1, 1, 2), (2, 1, null); insert into a values (1, 'x')")
    assert (await connection.fetch(CONSTRAINTS), await connection.fetch(COLUMNS)) == before
    assert len(before[0]) >= 5


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("insert into a values (1, 'x'), (1, 'y')", asyncpg.UniqueViolationError),
        ("insert into a values (1, 'x'), (2, 'x')", asyncpg.UniqueViolationError),
        ("insert into b values (1, 7, null)", asyncpg.ForeignKeyViolationError),
        ("insert into a values (1, 'x'); insert into b values (1, 1, 9)", asyncpg.ForeignKeyViolationError),
    ],
)
async def test_rows_that_break_one_are_refused_and_leave_nothing(
    connection: asyncpg.Connection, rows: str, error: type[Exception]
) -> None:
    before = await connection.fetch(CONSTRAINTS)
    with pytest.raises(error):
        async with connection.transaction(), unconstrained(connection):
            await connection.execute(rows)
    assert await connection.fetch(CONSTRAINTS) == before
    assert await connection.fetchval("select (select count(*) from a) + (select count(*) from b)") == 0
