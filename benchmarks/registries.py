"""The reference registries that are measured: one embedded server a city, filled once for each size."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic

import asyncpg
from rich.console import Console

from gateway.embedded import EmbeddedServer

__all__ = ["CITIES", "HOME", "SEED", "registries"]

CITIES = ("guadalajara", "montreal")
HOME = Path("var") / "bench"
SEED = 1

_DATABASE = "registry"
_FILLING = "filling"


@contextmanager
def registries(members: int, console: Console) -> Iterator[Mapping[str, str]]:
    """Runs both cities' servers, filled with ``members`` invented members each; gives their DSNs by city.

    The first run of a size fills them under ``var/bench/<members>``; later ones find them there.
    """
    with ExitStack() as running:
        dsns = {}
        for city in CITIES:
            server = running.enter_context(EmbeddedServer(city, HOME / str(members) / city, durable=False))
            seconds = asyncio.run(_filled(server, city, members))
            if seconds is not None:
                console.print(f"{city}: {members:,} members filled in {seconds:.1f} s")
            dsns[city] = server.dsn(_DATABASE)
        yield dsns


async def _filled(server: EmbeddedServer, city: str, members: int) -> float | None:
    """Fills the registry unless it is there, aside and renamed when whole; the seconds that it took."""
    connection = await asyncpg.connect(server.dsn())
    try:
        if await connection.fetchval("select exists (select from pg_database where datname = $1)", _DATABASE):
            return None
        await connection.execute(f"drop database if exists {_FILLING}")
        await connection.execute(f"create database {_FILLING}")
        started = monotonic()
        adapter = import_module(f"adapters.{city}").ADAPTER
        await adapter.create(server.dsn(_FILLING), members, SEED, lambda _done, _total: None)
        await _vacuumed(server.dsn(_FILLING))
        await connection.execute(f"alter database {_FILLING} rename to {_DATABASE}")
        return monotonic() - started
    finally:
        await connection.close()


async def _vacuumed(dsn: str) -> None:
    """What autovacuum would have done to a registry that lives: otherwise it would do so while we measure."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
