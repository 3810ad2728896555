"""What an answer discloses: which members it tells of, and which of their fields."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from strawberry.utils.str_converters import to_camel_case

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.shape import TYPENAME, Shape
from gateway.access.viewer import Viewer
from gateway.federation.lists import Page
from gateway.federation.loaders import Found, Key
from gateway.federation.reference import Reference

__all__ = ["Disclosed", "Disclosure"]

_MATCHED = ("matchedOn",)
_PLACED = ("cursor",)


class Disclosure(NamedTuple):
    """What the registry of a cluster gave: which fields, of which members (global IDs)."""

    cluster: str
    fields: tuple[str, ...]
    members: tuple[str, ...]


class Disclosed:
    """Gathers, for one request, what its answer tells of members beyond what anybody may see.

    ``own`` is the viewer's own member: what it reads of itself is disclosed to nobody.
    """

    def __init__(self, viewer: Viewer, own: Reference | None) -> None:
        self._viewer = viewer
        self._own = own
        self._found: dict[tuple[str, tuple[str, ...]], set[str]] = {}

    def rows(self, keys: Iterable[Key], found: Iterable[Found]) -> None:
        """Takes in rows that were read by reference."""
        for (reference, shape), row in zip(keys, found, strict=True):
            if isinstance(row, Row):
                self._add(reference.cluster, _fields(shape), [row])

    def page(self, page: Page, *, places: bool) -> None:
        """Takes in a page of a list; ``places``: with cursors, in which anybody can read what orders the list."""
        for shape, bodies in page.bodies.items():
            fields = _fields(shape, places=places)
            for code in page.sources:
                self._add(code, fields, (row for (cluster, _), row in bodies.items() if cluster == code))
        if places and not page.bodies:
            for placed in (*page.rows, *(page.ends or ())):
                self._add(placed.cluster, _PLACED, [placed.row])
        if page.request.hits:
            for placed in page.rows:
                self._add(placed.cluster, _MATCHED, [placed.row])

    def all(self) -> list[Disclosure]:
        """What each registry gave, by the fields that were asked of it."""
        return [
            Disclosure(cluster, fields, tuple(Reference("Member", cluster, key).id for key in sorted(keys)))
            for (cluster, fields), keys in self._found.items()
            if keys
        ]

    def _add(self, cluster: str, fields: tuple[str, ...], rows: Iterable[Row]) -> None:
        if self._viewer.view(cluster) is Visibility.PUBLIC:
            return
        own = self._own.key if self._own is not None and self._own.cluster == cluster else None
        found = self._found.setdefault((cluster, fields), set())
        found.update(row.subject for row in rows if row.subject is not None and row.subject != own)


@lru_cache(1000)
def _fields(shape: Shape, *, places: bool = False) -> tuple[str, ...]:
    """The fields of a shape as the schema names them, in order; those of a posting with its kind before them.

    Never none: that there is such a row is told even where nothing else of it is.
    """
    of = "" if shape.object == "member" else f"{shape.object}."
    names = {of + to_camel_case(pick.field) for pick in shape.picks if pick.field != TYPENAME}
    return tuple(sorted(names.union(_PLACED if places else ()) or {f"{of}__typename"}))
