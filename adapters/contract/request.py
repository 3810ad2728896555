"""What the gateway asks of a registry."""

from dataclasses import dataclass

from adapters.contract.codes import Visibility
from adapters.contract.match import Match
from adapters.contract.shape import Shape

__all__ = [
    "Boundary",
    "Condition",
    "FacetRequest",
    "FetchRequest",
    "LIST_VIEWS",
    "MATCH",
    "Ordering",
    "PageRequest",
    "RELEVANCE",
    "Search",
    "SortValue",
    "Term",
    "Where",
]

SortValue = str | int | None
"""A sort key as it travels: normalised text, a number, days or microseconds since 1970 in UTC; None sorts last."""

RELEVANCE = "RELEVANCE"
"""The order by points of a search, which every searchable object has besides the orders of the catalogue."""

MATCH = "MATCH"
"""The order by the score of a match, best first, which members have besides the orders of the catalogue."""

LIST_VIEWS = frozenset({Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.CLUSTER})
"""The views that a list, a count or a facet can be asked under: the others belong to single members, by key."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a search: folded, and as typed in lower case (to tell a hit with the exact accents)."""

    word: str
    typed: str


@dataclass(frozen=True, slots=True)
class Search:
    """Words, all of which must be found, or concepts, any of which suffices, each with its weight (1 to 100)."""

    terms: tuple[Term, ...]
    concepts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter of the catalogue by name, and the values of which one must be found."""

    filter: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows of an object: all conditions hold, the search hits, and the match is fit for what it seeks.

    ``match`` is for members, and goes with no search; anything else is a ValueError.
    ``view`` is up to which level the viewer may see: PUBLIC, CORRIDOR (which sees what is public, too) or CLUSTER
    (which sees both of these, too): one of :data:`LIST_VIEWS`, any other is a ValueError, and so is an object without
    orders, which has no lists. What two views ask is never the same question.
    """

    object: str
    conditions: tuple[Condition, ...] = ()
    search: Search | None = None
    view: Visibility = Visibility.PUBLIC
    match: Match | None = None

    def __post_init__(self) -> None:
        if self.match is not None and (self.object != "member" or self.search is not None):
            raise ValueError("a match is of members, without a search besides")


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order of the catalogue, :data:`RELEVANCE` or :data:`MATCH`; descending mirrors all but the place of nulls."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Boundary:
    """The place in the total order that a page begins behind: (sort is None, sort, cluster, key)."""

    sort: SortValue
    cluster: str
    key: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The ``limit`` rows behind the boundary, nearest first; ``backward`` looks against the order.

    Without a shape only keys are asked for. ``hits`` asks what each row was found by; of a match, what its score is
    made of. A match is listed in the order :data:`MATCH`, and nothing else is: otherwise a ValueError.
    """

    where: Where
    ordering: Ordering
    limit: int
    boundary: Boundary | None = None
    backward: bool = False
    shape: Shape | None = None
    hits: bool = False

    def __post_init__(self) -> None:
        if (self.where.match is not None) != (self.ordering.name == MATCH):
            raise ValueError(f"a match, and nothing else, is listed in the order {MATCH}")


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Rows by key; keys that are not there, or not to be seen, are missing from the answer.

    ``view`` is as in :class:`Where`, and two levels more that belong to single members: MUTUAL for those whose
    contacts are released to the viewer, PRIVATE for the viewer itself. Who asks answers for the keys.

    ``own`` is one key more, not among ``keys``: the viewer's own, seen under PRIVATE whatever ``view`` is, so that a
    viewer that looks at itself beside others costs no statement more.
    """

    keys: tuple[str, ...]
    shape: Shape
    view: Visibility = Visibility.PUBLIC
    own: str | None = None


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """How many rows there are for each value of a facet of the catalogue."""

    where: Where
    facet: str
