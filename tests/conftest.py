"""The PostgreSQL server of the test session, databases on it, and both cities' registries in two of them."""

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from gateway.embedded import EmbeddedServer
from gateway.store import Store
from gateway.store.migration import migrate

# Of a busy machine, not of the test.
settings.register_profile("tests", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("tests")

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
    server = EmbeddedServer("tests", home, durable=False, settings={"max_connections": "300"})
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
async def city_templates(make_session_database: MakeDatabase) -> dict[str, str]:
    """The DSNs of both cities' reference registries, filled with the real rows and a few invented members, by city.

    For copies only: one that somebody is connected to cannot be copied.
    """
    databases = {}
    for city in CITIES:
        databases[city] = await make_session_database()
        await import_module(f"adapters.{city}").ADAPTER.create(databases[city], MEMBERS, SEED, lambda done, total: None)
    return databases


@pytest.fixture(scope="session")
async def city_databases(make_session_database: MakeDatabase, city_templates: dict[str, str]) -> dict[str, str]:
    """The DSNs of the same registries for all tests that only read them, by city."""
    return {city: await make_session_database(template) for city, template in city_templates.items()}


@pytest.fixture(scope="session")
async def store_template(make_session_database: MakeDatabase) -> str:
    """The DSN of a corridor store as migrated, for copies only."""
    dsn = await make_session_database()
    await migrate(dsn)
    return dsn


@pytest.fixture
async def store_owner(make_database: MakeDatabase, store_template: str) -> str:
    """The DSN of an empty corridor store for the login that owns it; dropped after the test."""
    return await make_database(store_template)


@pytest.fixture(scope="session")
async def store_login(postgres: EmbeddedServer, store_template: str) -> tuple[str, str]:
    """The login and the password of a gateway, which has the rights of corridor_app and no others."""
    name, password = "corridor_test", secrets.token_urlsafe()
    await _execute(postgres, f"create role {name} login password '{password}' in role corridor_app")
    return name, password


@pytest.fixture
async def store_dsn(postgres: EmbeddedServer, store_owner: str, store_login: tuple[str, str]) -> str:
    """The DSN of the store of `store_owner` for the login of a gateway."""
    return postgres.dsn(store_owner.rpartition("/")[2], *store_login)


@pytest.fixture
async def store(store_dsn: str) -> AsyncIterator[Store]:
    """The same store as a gateway uses it."""
    opened = Store(store_dsn, timeout=10)
    yield opened
    await opened.close()
