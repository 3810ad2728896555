"""A registry in Postgres: compiles each request to one statement over the city's projections and runs it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from types import MappingProxyType
from typing import Any

import asyncpg

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.errors import ContractBroken, Refused, RegistryTimeout, Unavailable
from adapters.contract.registry import Limits
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.columns import SUBJECT
from adapters.kit.compiler import Compiler
from adapters.kit.connections import Connections, Planning
from adapters.kit.folder import Projections
from adapters.kit.statement import Statement, StatementKind

__all__ = ["PLANNING", "SESSION", "PostgresRegistry"]

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
        # Registries are read from memory, or from disks that seek for nothing. By the default of 4, a plan that is made
        # once for all searches would read all texts sooner than look some up: 30 times slower at 200,000 members.
        "random_page_cost": "1.1",
    }
)
"""The settings of every session in which the compiler's statements are planned."""

PLANNING: Mapping[StatementKind, Planning] = MappingProxyType(
    {
        StatementKind.KEYS: Planning.ONCE,
        StatementKind.PAGE: Planning.ONCE,
        StatementKind.SEARCH: Planning.ONCE,
        # Whatever is sought, it begins with the index on capabilities: planning, some 20 ms, would lead there again.
        StatementKind.MATCH: Planning.ONCE,
        # How many rows a filter leaves, and so where to begin, depends on its values.
        StatementKind.FILTERED: Planning.AUTO,
        StatementKind.TALLY: Planning.AUTO,
        StatementKind.OTHER: Planning.AUTO,
    }
)
"""How each kind of statement is planned: where any values lead to the same plan, planning costs more than running."""

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
        self._connections = Connections(self._connect, limits.pool_size, limits.connect_timeout)

    @property
    def caches(self) -> Mapping[str, Callable[[], Any]]:
        """The statements that were compiled."""
        return {"statements": self.compiler.templates.cache_info}

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """One statement."""
        records = await self.run(self.compiler.page(request))
        if SUBJECT.get(request.where.object) == "key":
            return [
                Row(key, sort, text, None, broken, score, hits, key) for key, sort, text, broken, score, hits in records
            ]
        return [Row(key, sort, text, None, *rest) for key, sort, text, *rest in records]  # the subject comes last

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """One statement."""
        records = await self.run(self.compiler.fetch(request))
        if SUBJECT.get(request.shape.object) == "key":
            return [Row(key, None, text, None, broken, subject=key) for key, text, broken in records]
        return [Row(key, None, text, None, broken, None, None, *subject) for key, text, broken, *subject in records]

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
        self._connections.close()

    async def run(self, statement: Statement) -> list[asyncpg.Record]:
        """Runs one statement and translates every failure of the driver, once, here."""
        try:
            line = await self._connections.take(PLANNING[statement.kind])
            taken = monotonic()
            try:
                await line.plan(PLANNING[statement.kind])
                return await line.connection.fetch(statement.sql, *statement.values)
            except (asyncio.CancelledError, TimeoutError):
                # Asking a silent server to cancel would wait for it: drop the line, its own timeout ends the work.
                line.connection.terminate()
                if monotonic() - taken >= self._limits.statement_timeout:
                    # A server that hears us would have said so: what became of this line may have met the others.
                    self._connections.forget_idle()
                raise
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError):
                line.connection.terminate()
                self._connections.forget_idle()
                raise
            finally:
                self._connections.give_back(line)
        except (TimeoutError, asyncpg.QueryCanceledError) as error:
            raise RegistryTimeout(f"{self.cluster.code}: {error}") from error
        except _REFUSED as error:
            raise Refused(f"{self.cluster.code}: {error}") from error
        except _GONE as error:
            raise Unavailable(f"{self.cluster.code}: {error}") from error
        except (asyncpg.PostgresError, UnicodeError) as error:
            raise ContractBroken(f"{self.cluster.code}: {error}") from error

    async def _connect(self, planning: Planning) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            self._dsn,
            timeout=self._limits.connect_timeout,
            command_timeout=self._limits.statement_timeout + 0.25,
            statement_cache_size=256,
            max_cached_statement_lifetime=0,  # preparing anew is a round trip; the least used make room
            max_cacheable_statement_size=0,  # no limit: nested shapes pass asyncpg's 15 KiB
            server_settings={
                "application_name": "corridor-gateway",
                "default_transaction_read_only": "on",
                "statement_timeout": str(round(self._limits.statement_timeout * 1000)),
                "plan_cache_mode": planning.value,
                **SESSION,
            },
        )
