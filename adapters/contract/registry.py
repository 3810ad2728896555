"""The ports: a registry that answers, and the adapter that opens one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.contract.trace import Record

__all__ = ["Adapter", "Limits", "Progress", "Registry", "Remembering"]

Progress = Callable[[int, int], None]
"""Called with how many members are done, of how many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway process may take of one registry; times in seconds."""

    pool_size: int = 10
    connect_timeout: float = 2.0
    statement_timeout: float = 2.0


class Registry(Protocol):
    """A living member registry. Every method but ``close`` raises a ``RegistryError`` and nothing else."""

    @property
    def cluster(self) -> Cluster:
        """Whose registry it is."""

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Rows in the total order, from a boundary."""

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Rows by key, in any order."""

    async def count(self, where: Where) -> int:
        """How many rows there are."""

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """How many rows there are for each value."""

    async def ping(self) -> None:
        """Answers when the registry does."""

    async def close(self) -> None:
        """Ends all connections."""


@runtime_checkable
class Remembering(Protocol):
    """A registry that keeps things for the next request, and can be asked how that fares."""

    @property
    def caches(self) -> Mapping[str, Callable[[], Any]]:
        """The ``cache_info`` of each of its caches, as those of ``functools.lru_cache``, by name."""


class Adapter(Protocol):
    """A city's folder as the gateway loads it from the settings."""

    @property
    def cluster(self) -> Cluster:
        """Whose registry it opens."""

    @property
    def folder(self) -> Path:
        """Where its projections lie."""

    def open(self, dsn: str, limits: Limits) -> Registry:
        """A registry on this address; nothing is connected until the first request."""

    def trace(self, dsn: str, limits: Limits, record: Record) -> Registry:
        """A registry that tells of every statement it runs, and asks for its plan."""

    async def create(self, dsn: str, members: int, seed: int, progress: Progress) -> None:
        """Makes the city's reference registry in an empty database, with ``members`` invented ones."""

    async def check(self, dsn: str, limits: Limits, *, record: bool = False) -> Any:
        """A report on whether the database still answers as the projections promise: ``passed``, and ``findings``.

        Each finding has ``check``, ``subject``, ``status`` (OK, WARN or FAIL) and ``detail``. ``limits`` say how
        long an answer may take. ``record`` notes the native tables as they are, for later checks to compare with.
        """
