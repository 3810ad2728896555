"""The reference registry itself: every request of the contract, over rows in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.request import (
    LIST_VIEWS,
    MATCH,
    RELEVANCE,
    Boundary,
    FacetRequest,
    FetchRequest,
    PageRequest,
    Where,
)
from adapters.contract.shape import Shape
from adapters.kit.columns import SUBJECT
from adapters.kit.memory.content import Content
from adapters.kit.memory.match import Matched, matched
from adapters.kit.memory.order import line, precedes, travelled
from adapters.kit.memory.search import Searcher
from adapters.kit.memory.stems import Stem, snowball
from adapters.kit.memory.tables import Record, Tables

__all__ = ["MemoryRegistry", "Rows"]

Rows = Mapping[Visibility, Mapping[str, Sequence[Record]]]
"""What may be seen under each view: rows by the name of their projection."""


class _Found(NamedTuple):
    """A row that a filter leaves, with its points in a search or its score in a match."""

    row: Record
    score: int | None = None
    match: Matched | None = None


class MemoryRegistry:
    """The ``Registry`` over rows in memory. It answers objects (``Row.value``) and never fails."""

    def __init__(self, cluster: Cluster, rows: Rows, stem: Stem = snowball) -> None:
        """Take the rows of each projection under each view; those of an optional one are in the arrays already."""
        self.cluster = cluster
        self._stem = stem
        self._tables = {view: Tables(tables, view) for view, tables in rows.items()}
        self._searchers: dict[tuple[Visibility, str], Searcher] = {}

    def under(self, view: Visibility) -> Tables:
        """The rows that may be seen under a view."""
        return self._tables[view]

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Rows in the total order, from a boundary."""
        descending, boundary = request.ordering.descending, request.boundary
        found = {each.row["key"]: each for each in self._found(request.where)}
        places = line((self._place(request, each) for each in found.values()), descending=descending)
        if request.backward:
            places.reverse()
        if boundary is not None:
            places = [
                place
                for place in places
                if (
                    precedes(place, boundary, descending=descending)
                    if request.backward
                    else precedes(boundary, place, descending=descending)
                )
            ]
        return [self._row(request, place, found[place.key]) for place in places[: request.limit]]

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Rows by key, each once."""
        seen = [*((key, request.view) for key in dict.fromkeys(request.keys))]
        if request.own is not None:
            seen.append((request.own, Visibility.PRIVATE))
        return [
            Row(key, value=self._content(view, request.shape, row), subject=_subject(request.shape.object, row))
            for key, view in seen
            for row in self.under(view).where(request.shape.object, "key", key)
        ]

    async def count(self, where: Where) -> int:
        """How many rows there are."""
        return len(self._found(where))

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """How many rows there are for each value; a row counts once for each of its values."""
        path = CATALOGUE[request.where.object].facets[request.facet].path
        return Counter(
            value
            for each in self._found(request.where)
            for value in set(self.under(request.where.view).values(request.where.object, each.row, path))
        )

    async def ping(self) -> None:
        """Answers."""

    async def close(self) -> None:
        """Nothing to end."""

    def _found(self, where: Where) -> list[_Found]:
        """The rows that meet every condition, and the search or the match."""
        if where.view not in LIST_VIEWS:
            raise ValueError(f"under {where.view} rows can be fetched by key, not listed or counted")
        if not CATALOGUE[where.object].orders:
            raise ValueError(f"there are no lists of {where.object}")
        tables = self.under(where.view)
        filters = CATALOGUE[where.object].filters
        rows = [
            row
            for row in tables[where.object]
            if all(
                not set(condition.values).isdisjoint(tables.values(where.object, row, filters[condition.filter].path))
                for condition in where.conditions
            )
        ]
        if where.match is not None:
            return [
                _Found(each.row, each.score, each) for each in matched(where.match, tables, self.cluster.code, rows)
            ]
        if where.search is None:
            return [_Found(row) for row in rows]
        scores = [(row, self._searcher(where).score(where.search, row)) for row in rows]
        return [_Found(row, score) for row, score in scores if score is not None]

    def _place(self, request: PageRequest, found: _Found) -> Boundary:
        name = request.ordering.name
        if name == MATCH and found.match is not None:
            sort: object = found.match.sort
        elif name == RELEVANCE:
            sort = found.score
        else:
            sort = found.row[CATALOGUE[request.where.object].orders[name].column]
        return Boundary(travelled(sort), self.cluster.code, found.row["key"])

    def _row(self, request: PageRequest, place: Boundary, found: _Found) -> Row:
        where = request.where
        return Row(
            place.key,
            place.sort,
            value=None if request.shape is None else self._content(where.view, request.shape, found.row),
            score=found.score,
            hits=self._hits(where, found) if request.hits else None,
            subject=_subject(where.object, found.row),
        )

    def _hits(self, where: Where, found: _Found) -> str | None:
        if found.match is not None:
            return found.match.hits
        return None if where.search is None else self._searcher(where).hits(where.search, found.row)

    def _content(self, view: Visibility, shape: Shape, row: Record) -> dict[str, Any]:
        return Content(self.under(view), self.cluster.code).of(shape, row)

    def _searcher(self, where: Where) -> Searcher:
        of = where.view, where.object
        if of not in self._searchers:
            self._searchers[of] = Searcher(self.under(where.view), where.object, self._stem)
        return self._searchers[of]


def _subject(of: str, row: Record) -> str | None:
    return row[SUBJECT[of]] if of in SUBJECT else None
