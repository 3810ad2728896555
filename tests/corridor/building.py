"""What tests of consortia start from: members of two cities and of a third, an agreement, and a consortium to be."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from adapters.contract.codes import Level, OrgType
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Acts, Command, Result
from gateway.corridor.concepts import Concepts
from gateway.corridor.consortia import CONSTRAINTS, Consortia, Draft
from gateway.corridor.consortium import Consortium, Requirement, Seat, global_id
from gateway.corridor.coverage import Assessment
from gateway.corridor.documents import Documents
from gateway.corridor.failures import Failed
from gateway.corridor.opportunities import Opportunities
from gateway.corridor.proceedings import Proceedings
from gateway.corridor.quorum import Quorum
from gateway.corridor.seats import Seats
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import ConsortiumState, DocumentKind, SeatRole
from tests.corridor import registries as invented
from tests.corridor.registries import InventedRegistries, profile
from tests.viewers import viewer

__all__ = [
    "AFAR", "AWAY", "FAR", "HERE", "HOME", "IOT", "LEAD", "LORA", "MAPS", "OTHER", "PARTNER", "REQUIREMENTS", "SPARE",
    "THERE", "UX", "Building", "acting", "at", "codes", "of", "reference", "seat_of",
]  # fmt: skip

HERE, THERE, AFAR = "technomontreal", "canieti-occidente", "ruta-n"
CLUSTERS = (HERE, THERE, AFAR)
IOT, LORA, MAPS, UX = "x:iot", "x:lora", "x:maps", "x:ux"
"""Concepts: LORA is part of IOT."""
VOCABULARY: Mapping[str, Any] = {
    IOT: SimpleNamespace(narrower=(LORA,)),
    **{each: SimpleNamespace(narrower=()) for each in (LORA, MAPS, UX)},
}


def reference(cluster: str, key: str) -> str:
    """A member's global ID."""
    return invented.global_id("Member", cluster, key)


LEAD, PARTNER, OTHER, SPARE, FAR = (
    reference(HERE, "lead"),
    reference(THERE, "partner"),
    reference(THERE, "other"),
    reference(HERE, "spare"),
    reference(AFAR, "far"),
)


def acting(kind: ViewerClass, cluster: str, member: str | None = None) -> Viewer:
    """A viewer with a name of its own."""
    return replace(viewer(kind, cluster, member), id=f"{kind.lower()}:{cluster}:{member}")


def of(member: str) -> Viewer:
    """The viewer who acts for a member."""
    return acting(ViewerClass.MEMBER, Reference.parse(member).cluster, member)


HOME, AWAY = acting(ViewerClass.COORDINATOR, HERE), acting(ViewerClass.COORDINATOR, THERE)
REQUIREMENTS = (
    Requirement("iot", IOT, Level.ADVANCED),
    Requirement("maps", MAPS),
    Requirement("ux", UX, mandatory=False),
)


@dataclass(slots=True)
class Pacts:
    """Agreements of the domain's kind, in memory: sets of clusters that can build consortia."""

    pacts: list[set[str]] = field(default_factory=lambda: [{HERE, THERE}])

    async def current(self) -> None:
        """They are."""

    def covering(self, clusters: Collection[str], purpose: Purpose) -> object | None:
        """A pact that covers them all; one cluster alone is never asked about."""
        assert purpose is Purpose.CONSORTIUM
        assert len(clusters) > 1
        return next((each for each in self.pacts if each.issuperset(clusters)), None)


class Building:
    """Consortia in one store, and the shortest ways to bring one where a test begins."""

    def __init__(self, store: Store, repair: timedelta = timedelta(days=30)) -> None:
        self.store = store
        self.registries, self.pacts = InventedRegistries(), Pacts()
        self.registries.add(
            profile(LEAD, {LORA: Level.EXPERT}),
            profile(PARTNER, {MAPS: Level.WORKING, UX: Level.EXPERT}),
            profile(OTHER, {MAPS: Level.ADVANCED}),
            profile(SPARE, {IOT: Level.EXPERT, MAPS: Level.EXPERT}, OrgType.UNIVERSITY),
            profile(FAR, {MAPS: Level.EXPERT}),
        )
        self.acts = Acts(store, CONSTRAINTS)
        self.quorum = Quorum(self.registries, self.pacts, Concepts(VOCABULARY))  # type: ignore[arg-type]
        proceedings = Proceedings(store, self.acts, self.quorum, repair)
        self.opportunities = Opportunities(store, self.acts, self.quorum, CLUSTERS)
        self.consortia = Consortia(store, self.acts, proceedings, self.opportunities)
        self.seats = Seats(proceedings)
        self.documents = Documents(proceedings)

    async def create(self, by: Viewer | None = None, key: str | None = None, **draft: Any) -> Consortium:
        """A consortium, led by LEAD where nobody else is named."""
        by = by or of(LEAD)
        given = {"title": "Invented", "lang": "en", "target_markets": ("CO",), "requirements": REQUIREMENTS, **draft}
        return await self.now(await self.consortia.create(Command(by, "create", {}, key), Draft(**given)))

    async def now(self, what: Result | Consortium | UUID) -> Consortium:
        """A consortium as it is, all seats of it."""
        match what:
            case Consortium():
                key = what.key
            case UUID():
                key = what
            case _:
                key = UUID(what["consortium"])
        (found,) = await self.consortia._proceedings.read([key])
        return found

    async def invite(
        self,
        consortium: Consortium,
        member: str,
        covers: Collection[str] = (),
        role: SeatRole = SeatRole.PARTNER,
        by: Viewer | None = None,
        expires: datetime | None = None,
    ) -> Seat:
        """Invites a member to a consortium as it is now."""
        until = expires or datetime.now(UTC) + timedelta(days=7)
        found = await self.now(consortium)
        result = await self.seats.invite(
            Command(by or of(LEAD), "invite", {}),
            found.id,
            member,
            role,
            list(covers),
            f"{until:%Y-%m-%dT%H:%M:%SZ}",
            found.version,
        )
        return await self.seat(result)

    async def seat(self, result: Result | Seat) -> Seat:
        """A seat as it is."""
        key = result.key if isinstance(result, Seat) else UUID(result["seat"])
        (found,) = await self.consortia._proceedings.read(seats=[key])
        seat = found.seat(key)
        assert seat is not None
        return seat

    async def answer(self, seat: Seat, *, accept: bool = True, by: Viewer | None = None) -> Seat:
        """Answers a seat, by its member where nobody else is named."""
        now = await self.seat(seat)
        command = Command(by or of(seat.member), "answer", {})
        return await self.seat(await self.seats.answer(command, seat.id, now.version, accept=accept))

    async def join(self, consortium: Consortium, member: str, covers: Collection[str] = (), **how: Any) -> Seat:
        """Invites a member, which accepts."""
        return await self.answer(await self.invite(consortium, member, covers, **how))

    async def form(self, consortium: Consortium, by: Viewer | None = None) -> Consortium:
        """Forms a consortium as it is now."""
        found = await self.now(consortium)
        return await self.now(await self.consortia.form(Command(by or of(LEAD), "form", {}), found.id, found.version))

    async def formed(self, **draft: Any) -> Consortium:
        """A consortium of LEAD and PARTNER that was formed."""
        consortium = await self.create(**draft)
        await self.join(consortium, PARTNER, ["maps"])
        return await self.form(consortium)

    async def move(self, act: str, consortium: Consortium, by: Viewer | None = None) -> Consortium:
        """Does one of recruit, dissolve, activate, close on a consortium as it is now."""
        found = await self.now(consortium)
        acts: Mapping[str, Callable[..., Any]] = {
            "recruit": self.consortia.recruit,
            "dissolve": self.consortia.dissolve,
            "activate": self.consortia.activate,
            "close": self.consortia.close,
            "form": self.consortia.form,
        }
        return await self.now(await acts[act](Command(by or of(LEAD), act, {}), found.id, found.version))

    async def sign_all(self, consortium: Consortium, kind: Any, digest: str = "0") -> Consortium:
        """Adds a document that all who take part sign."""
        found = await self.now(consortium)
        added = await self.documents.add(Command(of(LEAD), "add", {}), found.id, kind, digest * 64, HERE, found.version)
        for seat in found.accepted:
            await self.documents.sign(
                Command(of(seat.member), "sign", {}),
                global_id("ConsortiumDocument", UUID(added["document"])),
                seat.id,
                "PADES",
            )
        return await self.now(found)

    async def assessed(self, consortium: Consortium) -> Assessment:
        """How a consortium stands now."""
        found = await self.now(consortium)
        facts = await self.quorum.facts([seat.member for seat in found.concerned])
        return self.quorum.assess(found, facts.profiles)

    async def transitions(self, key: UUID) -> list[tuple[str | None, str, str]]:
        """From, to and by which role, of one entity."""
        rows = await self.store.fetch(
            "select from_state, to_state, by_role from corridor.transition where entity_key = $1 order by id", key
        )
        return [tuple(row) for row in rows]

    async def everything(self) -> list[Any]:
        """All that an act can leave behind."""
        return [
            await self.store.fetch(f"select * from corridor.{table} order by 1, 2")
            for table in (
                "consortium",
                "seat",
                "consortium_document",
                "signature",
                "opportunity",
                "transition",
                "event",
            )
        ]


async def at(building: Building, state: ConsortiumState) -> Consortium:
    """A consortium of LEAD and PARTNER that has come to a state by its own way."""
    consortium = await building.create()
    if state in {ConsortiumState.DRAFT, ConsortiumState.DISSOLVED}:
        await building.seats.shortlist(
            Command(of(LEAD), "shortlist", {}), consortium.id, PARTNER, SeatRole.PARTNER, [], consortium.version
        )
        return await (
            building.now(consortium) if state is ConsortiumState.DRAFT else building.move("dissolve", consortium)
        )
    seat = await building.join(consortium, PARTNER, ["maps"])
    if state is ConsortiumState.RECRUITING:
        return await building.now(consortium)
    await building.form(consortium)
    if state is ConsortiumState.REPAIR:
        await building.seats.leave(Command(of(PARTNER), "leave", {}), seat.id, None, seat.version)
        await building.join(consortium, PARTNER, ["maps"])
    if state in {
        ConsortiumState.LOI_SIGNED,
        ConsortiumState.AGREEMENT_SIGNED,
        ConsortiumState.ACTIVE,
        ConsortiumState.CLOSED,
    }:
        await building.sign_all(consortium, DocumentKind.LOI)
    if state in {ConsortiumState.AGREEMENT_SIGNED, ConsortiumState.ACTIVE, ConsortiumState.CLOSED}:
        await building.sign_all(consortium, DocumentKind.CONSORTIUM_AGREEMENT)
    if state in {ConsortiumState.ACTIVE, ConsortiumState.CLOSED}:
        await building.move("activate", consortium)
    if state is ConsortiumState.CLOSED:
        await building.move("close", consortium)
    return await building.now(consortium)


def codes(failed: Failed) -> list[str]:
    """The codes of failures."""
    return [each.code.value for each in failed.failures]


def seat_of(consortium: Consortium, member: str) -> Seat:
    """The latest seat of a member."""
    return [seat for seat in consortium.seats if seat.member == member][-1]
