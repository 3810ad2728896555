"""Small registries in this process, for the rules of federation that need no database."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, SortValue, Where

Place = tuple[SortValue, str]
"""The sort key of a row, and its key."""


def cluster(code: str) -> Cluster:
    """A cluster of which only the code matters."""
    return Cluster(code, code.title(), "Somewhere", "XX", "XX-YY", "UTC", ("en",), "0")


def place_of(row: Row, code: str, *, descending: bool) -> tuple[object, ...]:
    """The law, written down a second time: nulls last both ways; else the key in UTF-8 bytes, the cluster, the key."""
    sort, tie = row.sort, (code.encode(), row.key.encode())
    if isinstance(sort, str):
        steps: tuple[object, ...] = tuple(sort.encode())
    else:
        steps = () if sort is None else (sort,)
    compared = (*((step,) for step in steps), ()), *((*map(int, part), -1) for part in tie)
    return (sort is None, _mirror(compared)) if descending else (sort is None, compared)


@dataclass(frozen=True, slots=True)
class _mirror:  # noqa: N801 - a key, as functools.cmp_to_key is
    inner: object

    def __lt__(self, other: "_mirror") -> bool:
        return other.inner < self.inner  # type: ignore[operator]


@dataclass(slots=True)
class ListedRegistry:
    """A registry of one list of places. ``trouble`` is awaited before each answer, with the name of the question.

    Rows whose keys are ``vanishing`` are gone when their contents are read.
    """

    cluster: Cluster
    places: Sequence[Place]
    trouble: Callable[[str], Awaitable[None]] | None = None
    asked: list[str] = field(default_factory=list)
    vanishing: Collection[str] = ()

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Rows in the total order, from a boundary."""
        await self._meet("page")
        down = request.ordering.descending

        def order(row: Row, code: str) -> tuple[object, ...]:
            return place_of(row, code, descending=down)

        rows = sorted((Row(key, sort) for sort, key in self.places), key=lambda row: order(row, self.cluster.code))
        if request.boundary is not None:
            here = order(Row(request.boundary.key, request.boundary.sort), request.boundary.cluster)
            rows = [
                row
                for row in rows
                if (order(row, self.cluster.code) < here if request.backward else here < order(row, self.cluster.code))
            ]
        if request.backward:
            rows.reverse()
        return rows[: request.limit]

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Rows by key."""
        await self._meet("fetch")
        return [Row(key, value={}) for _, key in self.places if key in {*request.keys} - {*self.vanishing}]

    async def count(self, where: Where) -> int:
        """How many rows there are."""
        await self._meet("count")
        return len(self.places)

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """One value that all rows have."""
        await self._meet("facet")
        return {"ALL": len(self.places)}

    async def ping(self) -> None:
        """Answers."""
        await self._meet("ping")

    async def close(self) -> None:
        """Nothing to end."""

    async def _meet(self, question: str) -> None:
        self.asked.append(question)
        if self.trouble is not None:
            await self.trouble(question)


def failing(*errors: Exception | None) -> Callable[[str], Awaitable[None]]:
    """Trouble that raises these errors, one for each question, and the last for ever; None lets one through."""
    left: Iterator[Exception | None] = iter(errors)
    last: list[Exception | None] = [None]

    async def trouble(_question: str) -> None:
        last[0] = next(left, last[0])
        if last[0] is not None:
            raise last[0]

    return trouble


async def forever(_question: str) -> None:
    """Trouble that never ends."""
    await asyncio.get_running_loop().create_future()
