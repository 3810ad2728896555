"""The PostgreSQL server of the test session, databases on it, and both cities' registries in two of them."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from gateway.embedded import EmbeddedServer

CITIES = ("montreal", "guadalajara")
MEMBERS = 150
SEED = 1

MakeDatabase = Callable[..., Awaitable[str]]
"""`await make_database(template=None)` answers the DSN of a new database; `template` is a DSN or a name."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """A started server, fast and not durable, for the whole session."""
    home = Path(tempfile.mkdtemp(prefix="corridor-tests-"))
    home.chmod(0o755)  # so that root's server, which runs as somebody else, can live in it
    server = EmbeddedServer("tests", home, durable=False)
    try:
        server.start()
        yield server
    finally:
        server.destroy()
        shutil.rmtree(home, ignore_errors=True)


async def _databases(postgres: EmbeddedServer) -> AsyncIterator[MakeDatabase]:
    made: list[str] = []

    async def make(template: str | None = None) -> str:
        name = f"test_{uuid4().hex}"
        source = "template1" if template is None else template.rpartition("/")[2]
        await _execute(postgres, f'create database "{name}" template "{source}"')
        made.append(name)
        return postgres.dsn(name)

    yield make
    if postgres.running:
        for name in reversed(made):
            await _execute(postgres, f'drop database if exists "{name}" with (force)')


async def _execute(postgres: EmbeddedServer, statement: str) -> None:
    connection = await asyncpg.connect(postgres.dsn())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def make_database(postgres: EmbeddedServer) -> AsyncIterator[MakeDatabase]:
    """A factory of databases that are dropped after the test."""
    async for factory in _databases(postgres):
        yield factory


@pytest.fixture(scope="session")
async def make_session_database(postgres: EmbeddedServer) -> AsyncIterator[MakeDatabase]:
    """A factory of databases that are dropped after the session: templates for those of the tests."""
    async for factory in _databases(postgres):
        yield factory


@pytest.fixture
async def database(make_database: MakeDatabase) -> str:
    """The DSN of an empty database that is dropped after the test."""
    return await make_database()


@pytest.fixture(scope="session")
async def city_databases(make_session_database: MakeDatabase) -> dict[str, str]:
    """The DSNs of both cities' reference registries, filled with the real rows and a few invented members, by city."""
    databases = {}
    for city in CITIES:
        databases[city] = await make_session_database()
        await import_module(f"adapters.{city}").ADAPTER.create(databases[city], MEMBERS, SEED, lambda done, total: None)
    return databases
