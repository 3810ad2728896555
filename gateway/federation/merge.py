"""Merging the registries' pages into one page of the total order. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.contract.answer import Row
from adapters.contract.request import Ordering

__all__ = ["Placed", "merge"]


@dataclass(frozen=True, slots=True)
class Placed:
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
    placed = [Placed(cluster, row) for cluster, rows in pages.items() for row in rows]
    walked = _walked(placed, descending=ordering.descending != backward, nulls_first=backward)
    taken = walked[:limit]
    if backward:
        taken.reverse()
    return taken, len(walked) > limit


def _walked(placed: list[Placed], *, descending: bool, nulls_first: bool) -> list[Placed]:
    valued = [each for each in placed if each.row.sort is not None]
    null = [each for each in placed if each.row.sort is None]
    valued.sort(key=lambda each: (each.row.sort, each.cluster, each.row.key), reverse=descending)
    null.sort(key=lambda each: (each.cluster, each.row.key), reverse=descending)
    return null + valued if nulls_first else valued + null
