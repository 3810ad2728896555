"""The total order: (null flag, sort key, cluster, key)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from adapters.contract.request import Boundary, SortValue

__all__ = ["line", "precedes", "travelled"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def travelled(value: object) -> SortValue:
    """A column's value as it travels: days or microseconds since 1970 in UTC, else as it is.

    >>> travelled(date(1970, 1, 31))
    30
    """
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - _EPOCH.date()).days
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} is no sort key")


def line(places: Iterable[Boundary], *, descending: bool) -> list[Boundary]:
    """The places in their order: text by code points, which is the order of UTF-8 bytes; nulls last both ways."""
    known: list[Boundary] = []
    unknown: list[Boundary] = []
    for place in places:
        (unknown if place.sort is None else known).append(place)
    return [*sorted(known, key=_rank, reverse=descending), *sorted(unknown, key=_rank, reverse=descending)]


def precedes(one: Boundary, other: Boundary, *, descending: bool) -> bool:
    """Whether the one place comes before the other.

    >>> precedes(Boundary(None, "a", "1"), Boundary(7, "b", "2"), descending=True)
    False
    """
    if (one.sort is None) != (other.sort is None):
        return other.sort is None
    return _rank(other) < _rank(one) if descending else _rank(one) < _rank(other)


def _rank(place: Boundary) -> tuple[str | int, str, str]:
    return (0 if place.sort is None else place.sort, place.cluster, place.key)
