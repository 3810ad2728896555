"""The reference registries that are measured: one embedded server a city, filled once for each size."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic

import asyncpg
from rich.console import Console

from benchmarks.made import mended
from gateway.embedded import EmbeddedServer

__all__ = ["CITIES", "HOME", "SEED", "copies", "registries", "servers"]

CITIES = ("guadalajara", "montreal")
HOME = Path("var") / "bench"
SEED = 1

# As much memory as whoever keeps a registry of this size would give it: the demo's servers have to be small.
# As many connections as all contestants of a comparison hold at once.
_SETTINGS = {"shared_buffers": "1GB", "maintenance_work_mem": "256MB", "max_connections": "200"}
_DATABASE = "registry"
_FILLING = "filling"
_EMPTY = "empty"


@contextmanager
def registries(members: int, console: Console) -> Iterator[Mapping[str, str]]:
    """Runs both cities' servers, filled with ``members`` invented members each; gives their DSNs by city."""
    with servers(members, console) as running:
        yield {city: server.dsn(_DATABASE) for city, server in running.items()}


@contextmanager
def servers(members: int, console: Console) -> Iterator[Mapping[str, EmbeddedServer]]:
    """The same servers themselves, by city.

    The first run of a size fills them under ``var/bench/<members>``; later ones find them there, and give them the
    indexes of today's adapters. Where the tables have changed since, they are filled again.
    """
    with ExitStack() as running:
        found = {}
        for city in CITIES:
            server = running.enter_context(_server(city, members))
            started = monotonic()
            if done := asyncio.run(_filled(server, city, members)):
                console.print(f"{city}: {members:,} members {done} in {monotonic() - started:.1f} s")
            found[city] = server
        yield found


def _server(city: str, members: int) -> EmbeddedServer:
    return EmbeddedServer(city, HOME / str(members) / city, durable=False, settings=_SETTINGS)


def copies(server: EmbeddedServer, number: int) -> Sequence[str]:
    """The DSNs of ``number`` databases with the same rows: the registry of a server and fresh copies of it."""
    names = [_DATABASE, *(f"copy_{place}" for place in range(2, number + 1))]
    asyncio.run(_copied(server, names[1:]))
    return [server.dsn(name) for name in names]


async def _filled(server: EmbeddedServer, city: str, members: int) -> str | None:
    """Fills the registry, aside and renamed when whole, unless it is there; says what was done, if anything."""
    adapter = import_module(f"adapters.{city}").ADAPTER
    async with _connected(server.dsn()) as connection:
        if await connection.fetchval("select exists (select from pg_database where datname = $1)", _DATABASE):
            await connection.execute(f"drop database if exists {_EMPTY}")
            await connection.execute(f"create database {_EMPTY}")
            await adapter.create(server.dsn(_EMPTY), 0, SEED, lambda _done, _total: None)
            async with _connected(server.dsn(_EMPTY)) as empty, _connected(server.dsn(_DATABASE)) as registry:
                done = await mended(registry, empty)
            await connection.execute(f"drop database {_EMPTY}")
            if done is not None:
                return "indexed" if done else None
            await connection.execute(f"drop database {_DATABASE}")
        await connection.execute(f"drop database if exists {_FILLING}")
        await connection.execute(f"create database {_FILLING}")
        await adapter.create(server.dsn(_FILLING), members, SEED, lambda _done, _total: None)
        # What autovacuum would have done to a registry that lives: otherwise it would do so while we measure. It has
        # been analysed by its adapter.
        async with _connected(server.dsn(_FILLING)) as filled:
            await filled.execute("vacuum")
        await connection.execute(f"alter database {_FILLING} rename to {_DATABASE}")
        return "filled"


async def _copied(server: EmbeddedServer, names: Sequence[str]) -> None:
    async with _connected(server.dsn()) as connection:
        for name in names:
            await connection.execute(f"drop database if exists {name}")
            await connection.execute(f"create database {name} template {_DATABASE} strategy file_copy")


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
