"""What is measured of growth: medians, in milliseconds where nothing else is said."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["DISTANCE", "KINDS", "PAGE", "ROWS", "Distance", "Grown", "Members", "Pages", "Spread"]

ROWS = (10, 20, 50, 100)
"""Rows of the pages whose size is varied."""
KINDS = ("scalars", "nested")
"""Kinds of pages: of scalars alone, and with nested lists."""
PAGE = 50
"""Rows of a page where its size is not what is varied."""
DISTANCE = 90.0
"""Milliseconds to the far registry and back."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A page of members by name, of one kind, over so many registries: alone, and asked for by many at once."""

    latency: float
    rate: float
    """Pages a second, of 32 connections that ask without pause."""


@dataclass(frozen=True, slots=True)
class Members:
    """Two registries of one size: the queries of the comparison, and pages of Q2's list by their kind and rows.

    The kinds are ``scalars``, pages of scalars alone, and ``nested``, with nested lists.
    """

    queries: Mapping[str, float]
    first: Mapping[str, Mapping[int, float]]
    deep: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Spread:
    """The same page over more and more registries, by their number: of scalars alone, and with nested lists."""

    scalars: Mapping[int, Pages]
    nested: Mapping[int, Pages]


@dataclass(frozen=True, slots=True)
class Distance:
    """One of two registries far away: a member of it, a page of scalars and one with nested lists, by these names.

    ``round_trip`` is what a statement of nothing takes there and back, measured on the same road.
    """

    round_trip: float
    near: Mapping[str, float]
    far: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Grown:
    """All of it; ``members`` by the size of the registries."""

    members: Mapping[int, Members]
    spread: Spread
    distance: Distance
