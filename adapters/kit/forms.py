"""A request in two parts: its form, which decides the text of the statement, and its values, which are bound to it.

Forms are named tuples because they are made and looked up once a request: nothing is cheaper to make and to hash.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from adapters.contract.codes import Visibility
from adapters.contract.request import (
    Boundary,
    Condition,
    FacetRequest,
    FetchRequest,
    PageRequest,
    SortValue,
    Term,
    Where,
)
from adapters.contract.shape import Shape
from adapters.contract.viewers import Purpose
from adapters.kit.scoring import Scoring, scoring

__all__ = [
    "BoundaryForm",
    "FacetForm",
    "FetchForm",
    "Form",
    "MatchForm",
    "PageForm",
    "Reader",
    "SearchForm",
    "Side",
    "Values",
    "WhereForm",
    "facet_form",
    "fetch_form",
    "page_form",
    "values_of",
    "where_form",
]


class Side(StrEnum):
    """Where the cluster of a boundary's row stands, seen from the registry that is asked."""

    OWN = "own"
    BEFORE = "before"
    AFTER = "after"


class SearchForm(NamedTuple):
    """How many words are sought, and whether concepts are."""

    terms: int
    concepts: bool


class MatchForm(NamedTuple):
    """Whether only the best of each kind that cover the same requirements are listed, and what they consent to."""

    each: bool
    purposes: tuple[Purpose, ...]


class WhereForm(NamedTuple):
    """The form of a ``Where``, and of a count."""

    view: Visibility
    object: str
    filters: tuple[str, ...]
    search: SearchForm | None
    match: MatchForm | None


class BoundaryForm(NamedTuple):
    """The form of a ``Boundary``; ``null`` says that its row has no sort key."""

    null: bool
    side: Side


class PageForm(NamedTuple):
    """The form of a ``PageRequest``. The limit belongs to it: Postgres plans for so many rows."""

    where: WhereForm
    order: str
    descending: bool
    limit: int
    boundary: BoundaryForm | None
    backward: bool
    shape: Shape | None
    hits: bool


class FetchForm(NamedTuple):
    """The form of a ``FetchRequest``: for one key there is a statement of its own."""

    view: Visibility
    shape: Shape
    one: bool
    own: bool = False


class FacetForm(NamedTuple):
    """The form of a ``FacetRequest``."""

    where: WhereForm
    facet: str


Form = PageForm | FetchForm | FacetForm | WhereForm


class Values(NamedTuple):
    """The values of a request: all that its form leaves out. ``sort`` and ``key`` are those of the boundary."""

    conditions: tuple[Condition, ...] = ()
    terms: tuple[Term, ...] = ()
    concepts: tuple[tuple[str, int], ...] = ()
    sort: SortValue = None
    key: str = ""
    keys: tuple[str, ...] = ()
    own: str | None = None
    match: Scoring | None = None


Reader = Callable[[Values], object]
"""Reads the value of one placeholder."""


def where_form(where: Where) -> WhereForm:
    """The form of a filter and a search."""
    search = where.search
    return WhereForm(
        where.view,
        where.object,
        tuple([condition.filter for condition in where.conditions]),
        None if search is None else SearchForm(len(search.terms), bool(search.concepts)),
        None if where.match is None else MatchForm(where.match.each is not None, where.match.purposes),
    )


def page_form(request: PageRequest, cluster: str) -> PageForm:
    """The form of a page, asked of the registry of a cluster."""
    return PageForm(
        where_form(request.where),
        request.ordering.name,
        request.ordering.descending,
        request.limit,
        None if request.boundary is None else _boundary_form(request.boundary, cluster),
        request.backward,
        request.shape,
        request.hits,
    )


def fetch_form(request: FetchRequest) -> FetchForm:
    """The form of a fetch by key."""
    return FetchForm(request.view, request.shape, len(request.keys) == 1, request.own is not None)


def facet_form(request: FacetRequest) -> FacetForm:
    """The form of a facet."""
    return FacetForm(where_form(request.where), request.facet)


def values_of(where: Where, boundary: Boundary | None = None) -> Values:
    """The values of a filter, a search and the boundary of a page."""
    search = where.search
    return Values(
        where.conditions,
        () if search is None else search.terms,
        () if search is None else search.concepts,
        None if boundary is None else boundary.sort,
        "" if boundary is None else boundary.key,
        match=None if where.match is None else scoring(where.match),
    )


def _boundary_form(boundary: Boundary, cluster: str) -> BoundaryForm:
    other = Side.BEFORE if boundary.cluster < cluster else Side.AFTER
    return BoundaryForm(boundary.sort is None, Side.OWN if boundary.cluster == cluster else other)
