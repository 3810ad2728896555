"""The demo's viewers: API keys made anew at each start, one of each class, and one for a member of either city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from time import time
from typing import Any

from adapters.contract.cluster import Cluster
from adapters.contract.codes import Level, PostingStatus, Visibility
from adapters.contract.registry import Adapter, Limits, Registry
from adapters.contract.request import FetchRequest, Ordering, PageRequest, Where
from adapters.contract.shape import ID, Pick, Shape
from adapters.contract.viewers import Purpose
from gateway.access.admission import Holder
from gateway.access.register import Register, one_of_each
from gateway.access.viewer import GRANTABLE, ViewerClass
from gateway.execution.registries import values_of
from gateway.http.graphiql import PageViewer
from gateway.reference import Reference, member_cluster
from gateway.store import Store

__all__ = ["make_viewers"]

_ORGANISATION = "Corridor demo"
_LIFETIME = timedelta(days=7)
_SECONDS = 30.0
_LOOKED_AT = 200
"""Members of a city among which one is chosen: the latest, all of which are invented ones."""

_POSTINGS = 20
_LEVELS = list(Level)
_NEEDED = {Purpose.PARTNER_MATCHING, Purpose.CONTACT_RELEASE, Purpose.CONSORTIUM}
_REQUIREMENT = Shape("requirement", (Pick("concept", "concept", slot=0), Pick("level", "min_level")))
_MEMBER = Shape(
    "member",
    (
        Pick("name", "display_name"),
        Pick("purposes", "purposes"),
        Pick(
            "capabilities",
            "capabilities",
            shape=Shape("capability", (Pick("concept", "concept", slot=0), Pick("level", "level"))),
        ),
        Pick("contacts", "contacts", shape=Shape("contact", (Pick("ref", "ref"),))),
        Pick("offers", "offers", first=_POSTINGS, shape=Shape("offer", (Pick("id", ID),))),
        Pick(
            "needs",
            "needs",
            first=_POSTINGS,
            shape=Shape(
                "need",
                (
                    Pick("id", ID),
                    Pick("status", "status"),
                    Pick("until", "valid_until"),
                    Pick("requirements", "requirements", shape=_REQUIREMENT),
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A member that the demo may act as: what the corridor is shown of it, and what it is shown itself.

    ``public`` is whether everybody sees it.
    """

    id: str
    public: bool
    shown: Mapping[str, Any]
    own: Mapping[str, Any]

    @property
    def merits(self) -> tuple[int | bool, ...]:
        """How much there is to show with it, by weight.

        Best is one that may be matched, released and joined with others, has contacts to share and something open
        under its name, is seen by the corridor and not by the public, and sees more of itself than others do.
        """
        kinds = ("offers", "needs")
        return (
            set(self.own["purposes"]) >= _NEEDED and bool(self.own["contacts"]),
            all(self.shown[kind] for kind in kinds),
            not self.public,
            any(len(self.own[kind]) > len(self.shown[kind]) for kind in kinds),
            len(self.own["purposes"]),
        )

    def seeks(self, other: "_Candidate") -> bool:
        """Whether its latest need is open to the corridor, and the other can do the first thing that it asks for."""
        if not self.own["needs"] or not self.own["capabilities"]:
            return False
        need = self.own["needs"][0]
        day = f"{datetime.now(UTC) + _LIFETIME:%Y-%m-%d}"
        named = any(each["id"] == need["id"] for each in self.shown["needs"])
        if not named or need["status"] != PostingStatus.PUBLISHED or need["until"] < day or not need["requirements"]:
            return False
        first = need["requirements"][0]
        return any(
            each["concept"] == first["concept"] and _LEVELS.index(each["level"]) >= _LEVELS.index(first["level"])
            for each in other.shown["capabilities"]
        )


async def make_viewers(store: str, cities: Sequence[tuple[Adapter, str]]) -> tuple[PageViewer, ...]:
    """Everybody that one can ask as, anonymous first; keys of earlier starts are revoked.

    ``store`` is the DSN of the store's owner, ``cities`` are two with the DSN of each one's registry. The first is
    that of the coordinator and the privacy officer. The member of the second looks for what that of the first can do.
    """
    (home, _), (abroad, _) = cities
    near, far = [await _candidates(adapter, registry) for adapter, registry in cities]
    partner, seeker = max(
        product(near, far), key=lambda pair: (pair[1].seeks(pair[0]), *pair[0].merits, *pair[1].merits)
    )
    owned = Store(store, 1, _SECONDS)
    try:
        register = Register(owned, member_cluster, time)
        keys = await one_of_each(register, _ORGANISATION, home.cluster.code, partner.id, _LIFETIME)
        scopes = sorted(GRANTABLE[ViewerClass.MEMBER])
        other = await register.create(Holder(ViewerClass.MEMBER, _ORGANISATION, None, seeker.id, scopes), _LIFETIME)
    finally:
        await owned.close()
    of = home.cluster
    return (
        PageViewer("Anonymous", "what is public", None),
        PageViewer("Partner app", "what members show to the corridor", str(keys[ViewerClass.PARTNER_APP])),
        _member(of, partner, str(keys[ViewerClass.MEMBER])),
        _member(abroad.cluster, seeker, str(other)),
        PageViewer("Coordinator", f"{of.name} from inside, and its disclosure log", str(keys[ViewerClass.COORDINATOR])),
        PageViewer(
            "Privacy officer",
            f"what is public, and the disclosure log of {of.name}",
            str(keys[ViewerClass.PRIVACY_OFFICER]),
        ),
    )


def _member(of: Cluster, candidate: _Candidate, key: str) -> PageViewer:
    return PageViewer(f"Member in {of.city}", f"{of.name} from inside, and all of {candidate.own['name']}", key)


async def _candidates(adapter: Adapter, dsn: str) -> Sequence[_Candidate]:
    """The latest members of a city that the corridor sees: which they are depends on the registry's rows alone."""
    registry = adapter.open(dsn, Limits(1, _SECONDS, _SECONDS))
    try:
        where = Where("member", view=Visibility.CORRIDOR)
        latest = PageRequest(where, Ordering("UPDATED_AT", descending=True), _LOOKED_AT)
        keys = tuple(row.key for row in await registry.page(latest))
        public, shown, own = [
            await _members(registry, keys, view)
            for view in (Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.PRIVATE)
        ]
    finally:
        await registry.close()
    code = adapter.cluster.code
    return [
        _Candidate(Reference("Member", code, key).id, key in public, shown[key], own[key])
        for key in keys
        if key in shown
    ]


async def _members(registry: Registry, keys: tuple[str, ...], view: Visibility) -> Mapping[str, Mapping[str, Any]]:
    return {row.key: values_of(row) for row in await registry.fetch(FetchRequest(keys, _MEMBER, view))}
