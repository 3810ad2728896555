"""One flight for identical concurrent reads: whoever asks what is being asked already shares the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.errors import RegistryError
from adapters.contract.registry import Registry
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from gateway.telemetry.caches import CacheInfo

__all__ = ["SharedRegistry"]

Request = TypeVar("Request", PageRequest, FetchRequest, FacetRequest, Where)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Landing:
    """How a read ended: its value or the registry's error, or neither, where the caller who made it went away."""

    value: Any = None
    error: RegistryError | None = None
    aborted: bool = False


_ABORTED = _Landing(aborted=True)


@dataclass(slots=True)
class SharedRegistry:
    """A registry that answers equal requests that overlap in time with one read of the registry behind it.

    A request holds the viewer's view, so answers are never shared across views. The first caller reads, in its own
    task and under its own deadline; the others wait under theirs. They get its rows, which nobody may change, or the
    registry's error; where it goes away before the end, one of them reads anew. ``reads`` counts what was asked of
    the registry, ``shared`` the answers that cost no read.
    """

    registry: Registry
    reads: int = 0
    shared: int = 0
    _flights: dict[tuple[str, object], list[asyncio.Future[_Landing]]] = field(default_factory=dict)

    @property
    def cluster(self) -> Cluster:
        """Whose registry it is."""
        return self.registry.cluster

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Rows in the total order, from a boundary."""
        return await self._share("page", self.registry.page, request)

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Rows by key, in any order."""
        return await self._share("fetch", self.registry.fetch, request)

    async def count(self, where: Where) -> int:
        """How many rows there are."""
        return await self._share("count", self.registry.count, where)

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """How many rows there are for each value."""
        return await self._share("facet", self.registry.facet, request)

    def cache_info(self) -> CacheInfo:
        """How often an answer was shared, and how often the registry was asked; it remembers nothing."""
        return CacheInfo(self.shared, self.reads, None, len(self._flights))

    async def ping(self) -> None:
        """Answers when the registry does; never shared."""
        await self.registry.ping()

    async def close(self) -> None:
        """Ends all connections."""
        await self.registry.close()

    async def _share(self, name: str, read: Callable[[Request], Awaitable[T]], request: Request) -> T:
        key = (name, request)
        mine: list[asyncio.Future[_Landing]] = []
        while (waiting := self._flights.setdefault(key, mine)) is not mine:
            turn: asyncio.Future[_Landing] = asyncio.get_running_loop().create_future()
            waiting.append(turn)
            landing = await turn
            if landing.aborted:
                continue
            self.shared += 1
            if landing.error is not None:
                raise landing.error.with_traceback(None)
            value: T = landing.value  # of an equal request to the same method
            return value
        self.reads += 1
        landing = _ABORTED
        try:
            value = await read(request)
            landing = _Landing(value)
        except RegistryError as error:
            landing = _Landing(error=error)
            raise
        else:
            return value
        finally:
            del self._flights[key]
            for turn in mine:
                if not turn.done():
                    turn.set_result(landing)
