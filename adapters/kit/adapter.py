"""The adapter of a city whose registry is in Postgres: what its folder's ``__init__`` declares."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg

from adapters.contract.cluster import Cluster
from adapters.contract.registry import Limits, Progress
from adapters.contract.trace import Record
from adapters.kit import folder as folders
from adapters.kit.explain import TracingRegistry
from adapters.kit.filling import unconstrained
from adapters.kit.postgres import PostgresRegistry

__all__ = ["PostgresAdapter"]

_SUPPORT = Path(__file__).parent / "sql" / "corridor.sql"


@dataclass(frozen=True, slots=True)
class PostgresAdapter:
    """A folder of projections and the facts of its cluster. ``package`` is the folder's module."""

    cluster: Cluster
    package: str
    folder: Path

    @classmethod
    def of(cls, cluster: Cluster, file: str, package: str) -> "PostgresAdapter":
        """Declares an adapter: ``PostgresAdapter.of(CLUSTER, __file__, __name__)``."""
        return cls(cluster, package, Path(file).parent)

    def open(self, dsn: str, limits: Limits) -> PostgresRegistry:
        """A registry on this address; nothing is connected until the first request."""
        return PostgresRegistry(self.cluster, folders.load(self.folder), dsn, limits)

    def trace(self, dsn: str, limits: Limits, record: Record) -> TracingRegistry:
        """A registry that tells of every statement it runs, with its plan."""
        return TracingRegistry(self.cluster, folders.load(self.folder), dsn, limits, record)

    async def create(self, dsn: str, members: int, seed: int, progress: Progress) -> None:
        """Makes the city's reference registry in an empty database, in one transaction."""
        fill: Callable[..., Awaitable[None]] = import_module(f"{self.package}.native.fill").fill
        connection = await asyncpg.connect(dsn)
        try:
            async with connection.transaction():
                await connection.execute(self._sql("native/schema.sql"))
                await connection.execute(_SUPPORT.read_text("utf-8"))
                await connection.execute(self._sql("visibility.sql"))
                await connection.execute(self._sql("native/roles.sql"))
                async with unconstrained(connection):
                    await fill(connection, members, seed, progress)
                await connection.execute(self._sql("indexes.sql"))
        finally:
            await connection.close()

    def _sql(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    async def check(self, dsn: str, limits: Limits, *, record: bool = False) -> Any:
        """A report on whether the database still answers as the projections promise."""
        return await import_module("adapters.kit.check").check(self, dsn, limits, record=record)
