"""Merging the registries' pages into one page of the total order. Pure."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from adapters.contract.answer import Row
from adapters.contract.request import Ordering, SortValue

__all__ = ["Placed", "merge"]

_Keyed = tuple[SortValue, str, str, Row]
"""A row behind what places it: its sort key, its cluster, its key."""

_KEY = itemgetter(0, 1, 2)


class Placed(NamedTuple):
    """A row and the cluster whose registry gave it."""

    cluster: str
    row: Row


def merge(
    pages: Mapping[str, Sequence[Row]], ordering: Ordering, limit: int, *, backward: bool
) -> tuple[list[Placed], bool]:
    """The nearest ``limit`` rows of all pages, in the list's order, and whether rows are left over.

    Each page holds up to ``limit + 1`` rows behind the same boundary, so whatever is nearest
    is among them. Text keys compare by code points, which is the byte order of UTF-8.
    """
    keyed = [(row.sort, cluster, row.key, row) for cluster, rows in pages.items() for row in rows]
    walked = _walked(keyed, descending=ordering.descending != backward, nulls_first=backward)
    taken = [Placed(cluster, row) for _, cluster, _, row in walked[:limit]]
    if backward:
        taken.reverse()
    return taken, len(walked) > limit


def _walked(keyed: list[_Keyed], *, descending: bool, nulls_first: bool) -> list[_Keyed]:
    valued = [each for each in keyed if each[0] is not None]
    null = [each for each in keyed if each[0] is None]
    valued.sort(key=_KEY, reverse=descending)
    null.sort(key=_KEY, reverse=descending)
    return null + valued if nulls_first else valued + null
