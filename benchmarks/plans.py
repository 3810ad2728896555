"""The statements that the gateway sends for a case, recorded while it answers: what the floor runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement, StatementKind
from gateway.execution.registries import PROFILE

__all__ = ["Plan", "Recorder", "Sent", "dated", "plan", "read", "undated", "write"]

_DATE = "date"


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that went to a city, and how it is planned there (``StatementKind``).

    ``keys`` is the place of a fetch's keys among the values, else -1.
    """

    cluster: str
    sql: str
    values: Sequence[object]
    kind: str
    keys: int = -1
    profile: bool = False
    """Whether it asks for what decides on seats."""
    late: bool = False
    """Whether a page had been asked for before."""

    @classmethod
    def of(
        cls, cluster: str, statement: Statement, keys: int = -1, *, profile: bool = False, late: bool = False
    ) -> "Sent":
        """What becomes of a statement."""
        return cls(cluster, statement.sql, statement.values, statement.kind.value, keys, profile, late)

    @property
    def statement(self) -> Statement:
        """The statement again, to be run as the gateway ran it."""
        return Statement(self.sql, tuple(self.values), StatementKind(self.kind))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a case makes the gateway send: the page's statements (none for a fetch by ID), then those for rows."""

    pages: Sequence[Sent]
    fetches: Sequence[Sent]


class Recorder:
    """A registry that notes what is sent to the one behind it."""

    def __init__(self, registry: PostgresRegistry) -> None:
        self.registry = registry
        self.pages: list[Sent] = []
        self.fetches: list[Sent] = []
        self.sought: Where | None = None
        """What the latest page was of."""

    @property
    def cluster(self) -> Cluster:
        """Whose registry it is."""
        return self.registry.cluster

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Noted."""
        statement = self.registry.compiler.page(request)
        self.sought = request.where
        self.pages.append(Sent.of(self.cluster.code, statement))
        return await self.registry.page(request)

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Noted."""
        statement = self.registry.compiler.fetch(request)
        sought = request.keys[0] if len(request.keys) == 1 else list(request.keys)
        place = statement.values.index(sought)
        self.fetches.append(
            Sent.of(self.cluster.code, statement, place, profile=request.shape == PROFILE, late=bool(self.pages))
        )
        return await self.registry.fetch(request)

    async def count(self, where: Where) -> int:
        """Not among the queries of the comparison."""
        return await self.registry.count(where)

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """Not among the queries of the comparison."""
        return await self.registry.facet(request)

    async def ping(self) -> None:
        """Not noted."""
        await self.registry.ping()

    async def close(self) -> None:
        """Ends all connections."""
        await self.registry.close()


def plan(recorders: Sequence[Recorder]) -> Plan:
    """What was sent since the last time, and forgets it."""
    found = Plan(
        [sent for recorder in recorders for sent in recorder.pages],
        [sent for recorder in recorders for sent in recorder.fetches],
    )
    for recorder in recorders:
        recorder.pages.clear()
        recorder.fetches.clear()
    return found


def write(plans: Mapping[str, Sequence[Plan]], file: Path) -> None:
    """Writes the plans of all cases, by query."""
    written = {name: [asdict(each) for each in listed] for name, listed in plans.items()}
    file.write_text(json.dumps(written, default=dated), "utf-8")


def dated(value: object) -> object:
    """A date among the values, which JSON has none of."""
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    raise TypeError(f"a statement has no values such as {value!r}")


def undated(found: dict[str, Any]) -> Any:
    """The date again."""
    return date.fromisoformat(found[_DATE]) if _DATE in found else found


def read(file: Path) -> Mapping[str, Sequence[Plan]]:
    """Reads what ``write`` wrote."""
    return {
        name: [
            Plan([Sent(**sent) for sent in each["pages"]], [Sent(**sent) for sent in each["fetches"]])
            for each in listed
        ]
        for name, listed in json.loads(file.read_text("utf-8"), object_hook=undated).items()
    }
