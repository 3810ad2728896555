"""What an answer discloses: which members it tells of, and which of their fields."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from strawberry.utils.str_converters import to_camel_case

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.shape import TYPENAME, Shape
from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer
from gateway.federation.lists import Page
from gateway.federation.loaders import Found, Key
from gateway.federation.merge import Placed
from gateway.federation.sight import Sight
from gateway.reference import Reference

__all__ = ["Disclosed", "Disclosure"]

_PARTNER = "partnerMatches"
_MATCHED = "matchedOn"
_CURSOR = "cursor"
_CONTACT = "contactPoint"

_Source = tuple[str, Shape | str, bool, Purpose, str]
"""Where something was told: by the registry of which cluster, in which shape or as which field, with cursors or not,
what for, and by what right."""


class Disclosure(NamedTuple):
    """What the registry of a cluster gave: which fields, of which members (global IDs), what for, and by what right."""

    cluster: str
    fields: tuple[str, ...]
    members: tuple[str, ...]
    purpose: Purpose
    basis: str


class Disclosed:
    """Gathers, for one request, what its answer tells of members beyond what anybody may see.

    ``own`` is the viewer's own member: what it reads of itself is disclosed to nobody.
    """

    def __init__(self, viewer: Viewer, own: Reference | None) -> None:
        self._public = viewer.view("") is Visibility.PUBLIC
        self._own = own
        self._found: dict[_Source, set[str]] = {}

    def rows(self, keys: Iterable[Key], found: Iterable[Found], sight: Sight) -> None:
        """Takes in rows that were read by reference."""
        if self._public:
            return
        for (reference, shape), row in zip(keys, found, strict=True):
            if isinstance(row, Row) and row.subject is not None:
                self._members(sight, reference.cluster, shape).add(row.subject)

    def page(self, page: Page, *, places: bool) -> None:
        """Takes in a page of a list; ``places``: with cursors, in which anybody can read what orders the list."""
        if self._public:
            return
        sight = page.request.sight
        for shape, bodies in page.bodies.items():
            self._subjects(
                sight, shape, ((cluster, row.subject) for (cluster, _), row in bodies.items()), places=places
            )
        if places and not page.bodies:
            self._subjects(sight, _CURSOR, _placed((*page.rows, *(page.ends or ()))))
        if page.request.hits:
            self._subjects(sight, _MATCHED if page.request.where.match is None else _PARTNER, _placed(page.rows))

    def members(self, sight: Sight, told: Shape | str, members: Iterable[Reference]) -> None:
        """Takes in members of which the answer tells what follows from this shape of them, or what this field tells."""
        if not self._public:
            self._subjects(sight, told, ((each.cluster, each.key) for each in members))

    def contact(self, member: Reference, release: str) -> None:
        """Takes in that the contact of a member was read, by right of a release."""
        told = (member.cluster, _CONTACT, False, Purpose.CONTACT_RELEASE, release)
        self._found.setdefault(told, set()).add(member.key)

    def all(self) -> list[Disclosure]:
        """What each registry gave, by the fields that were asked of it."""
        own = self._own
        disclosures = []
        for (cluster, told, places, purpose, basis), keys in self._found.items():
            if own is not None and own.cluster == cluster:
                keys.discard(own.key)
            if keys:
                fields = _fields(told, places=places) if isinstance(told, Shape) else (told,)
                members = tuple([Reference("Member", cluster, key).id for key in sorted(keys)])
                disclosures.append(Disclosure(cluster, fields, members, purpose, basis))
        return disclosures

    def _subjects(
        self, sight: Sight, told: Shape | str, subjects: Iterable[tuple[str, str | None]], *, places: bool = False
    ) -> None:
        """Takes in of whom rows tell: their clusters and keys, None where a row tells of nobody."""
        keys: dict[str, set[str]] = {}
        for cluster, key in subjects:
            if key is not None:
                keys.setdefault(cluster, set()).add(key)
        for cluster, found in keys.items():
            self._members(sight, cluster, told, places=places).update(found)

    def _members(self, sight: Sight, cluster: str, told: Shape | str, *, places: bool = False) -> set[str]:
        """The keys of those of whom a registry told this."""
        key = (cluster, told, places, sight.purpose, sight.basis(cluster))
        members = self._found.get(key)
        if members is None:
            members = self._found[key] = set()
        return members


def _placed(rows: Iterable[Placed]) -> Iterator[tuple[str, str | None]]:
    return ((placed.cluster, placed.row.subject) for placed in rows)


@lru_cache(1000)
def _fields(shape: Shape, *, places: bool = False) -> tuple[str, ...]:
    """The fields of a shape as the schema names them, in order; those of a posting with its kind before them.

    Never none: that there is such a row is told even where nothing else of it is.
    """
    of = "" if shape.object == "member" else f"{shape.object}."
    names = {of + to_camel_case(pick.field) for pick in shape.picks if pick.field != TYPENAME}
    return tuple(sorted(names.union([_CURSOR] if places else ()) or {f"{of}__typename"}))
