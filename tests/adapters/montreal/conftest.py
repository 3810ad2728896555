"""The reference registry of Montréal, filled once for a file of tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files

import asyncpg
import pytest

from adapters.kit.sample import SampleMember, members
from adapters.montreal.native.fill import fill
from adapters.montreal.native.invented import HOME

MakeDatabase = Callable[..., Awaitable[str]]

SEED = 11
SIZE = 200
REAL = 206 + 147
MONTREAL = files("adapters.montreal")


async def build(dsn: str, size: int) -> None:
    """Make the registry with `size` invented members in an empty database."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute((MONTREAL / "native" / "schema.sql").read_text(encoding="utf-8"))
        await connection.execute((files("adapters.kit") / "sql" / "corridor.sql").read_text(encoding="utf-8"))
        await connection.execute((MONTREAL / "visibility.sql").read_text(encoding="utf-8"))
        steps: list[tuple[int, int]] = []
        await fill(connection, size, SEED, lambda done, total: steps.append((done, total)))
        assert steps[0] == (REAL, REAL + size)
        assert steps[-1] == (REAL + size, REAL + size)
        await connection.execute((MONTREAL / "indexes.sql").read_text(encoding="utf-8"))
        await connection.execute((MONTREAL / "native" / "roles.sql").read_text(encoding="utf-8"))
    finally:
        await connection.close()


async def leave(dsn: str, number: int) -> None:
    """Of the real organisations, who are many and all alike in what they show, leave that many in a registry."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "create temporary table extra as select no_membre, no_dossier from grappe.membre where no_membre < 100000"
            f" order by no_membre offset {number}"
        )
        for table in ("consentement", "identifiant", "competence_membre", "membre"):
            await connection.execute(f"delete from grappe.{table} where no_membre in (select no_membre from extra)")
        for table in ("nom", "etablissement", "entreprise"):
            await connection.execute(f"delete from registre.{table} where no_dossier in (select no_dossier from extra)")
        await connection.execute("analyze")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def sample() -> list[SampleMember]:
    """The invented members that the registry is filled with."""
    return list(members(HOME, SIZE, SEED))


@pytest.fixture(scope="package")
async def filled(make_session_database: MakeDatabase) -> str:
    """The address of a registry that is filled and indexed."""
    dsn = await make_session_database()
    await build(dsn, SIZE)
    return dsn


@pytest.fixture
async def registry(filled: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to it whose changes are undone."""
    connection = await asyncpg.connect(filled)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


@pytest.fixture
async def small(make_database: MakeDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a smaller registry of the same seed."""
    dsn = await make_database()
    await build(dsn, 30)
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
