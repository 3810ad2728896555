"""A registry in Postgres: compiles each request to one statement over the city's projections and runs it."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import asyncpg

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.errors import ContractBroken, Refused, RegistryTimeout, Unavailable
from adapters.contract.registry import Limits
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.compiler import Compiler
from adapters.kit.folder import Projections
from adapters.kit.statement import Statement

__all__ = ["SESSION", "PostgresRegistry"]

SESSION: Mapping[str, str] = MappingProxyType(
    {
        "timezone": "UTC",
        "datestyle": "ISO",
        "jit": "off",
        # Answers are small: starting workers costs more than they bring, and they are the city's own.
        "max_parallel_workers_per_gather": "0",
        # A filter through several projections joins more tables than Postgres orders freely by default: it would read
        # all members and look each one up, instead of beginning with the few rows that the filter finds.
        "join_collapse_limit": "24",
        "from_collapse_limit": "24",
        "geqo": "off",
    }
)
"""The settings of every session in which the compiler's statements are planned."""

_REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
_GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg loses count when the server times out while a statement is being prepared
)


class PostgresRegistry:
    """The ``Registry`` of one city's database. Connections are made when they are needed, never at start."""

    def __init__(self, cluster: Cluster, projections: Projections, dsn: str, limits: Limits) -> None:
        self.cluster = cluster
        self.compiler = Compiler(projections, cluster)
        self._dsn = dsn
        self._limits = limits
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """One statement."""
        return [Row(**record) for record in await self.run(self.compiler.page(request))]

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """One statement."""
        return [Row(**record) for record in await self.run(self.compiler.fetch(request))]

    async def count(self, where: Where) -> int:
        """One statement."""
        (record,) = await self.run(self.compiler.count(where))
        return int(record["count"])

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """One statement."""
        return {record["value"]: record["count"] for record in await self.run(self.compiler.facet(request))}

    async def ping(self) -> None:
        """One round trip."""
        await self.run(Statement("select 1", ()))

    async def close(self) -> None:
        """Ends all connections at once."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def run(self, statement: Statement) -> list[asyncpg.Record]:
        """Runs one statement and translates every failure of the driver, once, here."""
        try:
            pool = self._pool or await self._open()
            connection = await pool.acquire(timeout=self._limits.connect_timeout)
            try:
                return await connection.fetch(statement.sql, *statement.values)
            except (asyncio.CancelledError, TimeoutError, asyncpg.InternalClientError):
                # Asking a silent server to cancel would wait for it: drop the line, its own timeout ends the work.
                connection.terminate()
                raise
            finally:
                await pool.release(connection)
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            raise RegistryTimeout(f"{self.cluster.code}: {error}") from error
        except _REFUSED as error:
            raise Refused(f"{self.cluster.code}: {error}") from error
        except _GONE as error:
            raise Unavailable(f"{self.cluster.code}: {error}") from error
        except (asyncpg.PostgresError, UnicodeError) as error:
            raise ContractBroken(f"{self.cluster.code}: {error}") from error

    async def _open(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._limits.pool_size,
                    timeout=self._limits.connect_timeout,
                    command_timeout=self._limits.statement_timeout + 0.25,
                    statement_cache_size=256,
                    max_cacheable_statement_size=0,  # no limit: nested shapes pass asyncpg's 15 KiB
                    reset=_keep,
                    server_settings={
                        "application_name": "corridor-gateway",
                        "default_transaction_read_only": "on",
                        "statement_timeout": str(round(self._limits.statement_timeout * 1000)),
                        **SESSION,
                    },
                )
            return self._pool


async def _keep(_connection: object) -> None:
    """Nothing to reset when a connection goes back to the pool: statements only read, and change no setting."""
