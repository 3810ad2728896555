"""The filled reference registry of Guadalajara, once for all its tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from adapters.guadalajara.native import fill, organisations
from adapters.guadalajara.native.sample import HOME, member_key
from adapters.kit.sample import SampleMember, members

FOLDER = Path(fill.__file__).parents[1]
CORRIDOR = FOLDER.parent / "kit" / "sql" / "corridor.sql"
SEED = 7
# Enough that every rule of visibility hides some row that no other rule does.
MEMBERS = 600


async def leave(dsn: str, number: int) -> None:
    """Of the real organisations, who are many and all alike in what they show, leave that many in a registry."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "create temporary table extra as select id from padron.afiliado where visibilidad = 'público'"
            f" and id not in (select afiliado_id from padron.contacto) order by id offset {number}"
        )
        for table in ("capacidad", "identificador", "otro_nombre", "establecimiento"):
            await connection.execute(f"delete from padron.{table} where afiliado_id in (table extra)")
        await connection.execute("delete from padron.afiliado where id in (table extra)")
        await connection.execute("analyze")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def registry(make_session_database: Callable[[], Awaitable[str]]) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the owner to the filled registry."""
    connection = await asyncpg.connect(await make_session_database())
    try:
        for script in ("native/schema.sql", CORRIDOR, "visibility.sql", "native/roles.sql"):
            await connection.execute((FOLDER / script).read_text(encoding="utf-8"))
        told: list[tuple[int, int]] = []
        await fill.fill(connection, MEMBERS, SEED, lambda done, total: told.append((done, total)))
        assert told[-1][0] == told[-1][1] == len(organisations.organisations()) + MEMBERS
        for _ in range(2):  # once more is harmless
            await connection.execute((FOLDER / "indexes.sql").read_text(encoding="utf-8"))
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def sample() -> dict[str, SampleMember]:
    """The invented members that were filled in, by key."""
    return {str(member_key(SEED, each.number)): each for each in members(HOME, MEMBERS, SEED)}
