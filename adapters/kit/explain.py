"""A registry that tells of every statement it runs: the same compiler, the same pool, and the plan besides."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from time import perf_counter

import asyncpg

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.registry import Limits
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.contract.trace import Record, Trace
from adapters.kit.folder import Projections
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement

__all__ = ["TracingRegistry"]

_EXPLAIN = "explain (analyze, buffers, settings)\n"

_Request = PageRequest | FetchRequest | FacetRequest | Where


class TracingRegistry(PostgresRegistry):
    """A ``PostgresRegistry`` that runs each statement three times: for the answer, for the time, and for the plan."""

    def __init__(self, cluster: Cluster, projections: Projections, dsn: str, limits: Limits, record: Record) -> None:
        super().__init__(cluster, projections, dsn, limits)
        self._record = record
        self._request: ContextVar[_Request | None] = ContextVar("request", default=None)

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """One statement, told of."""
        self._request.set(request)
        return await super().page(request)

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """One statement, told of."""
        self._request.set(request)
        return await super().fetch(request)

    async def count(self, where: Where) -> int:
        """One statement, told of."""
        self._request.set(where)
        return await super().count(where)

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """One statement, told of."""
        self._request.set(request)
        return await super().facet(request)

    async def run(self, statement: Statement) -> list[asyncpg.Record]:
        """Runs the statement and tells of it; a ping is not told of."""
        records = await super().run(statement)
        request = self._request.get()
        if request is not None:
            started = perf_counter()
            await super().run(statement)
            milliseconds = (perf_counter() - started) * 1000
            plan = await super().run(Statement(_EXPLAIN + statement.sql, statement.values))
            lines = "\n".join(str(line[0]) for line in plan)
            self._record(
                Trace(self.cluster.code, request, statement.sql, statement.values, lines, len(records), milliseconds)
            )
        return records
