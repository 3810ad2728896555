"""A consortium as it stands: requirements, rules, seats and documents, and who may know of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from adapters.contract.codes import Level, OrgType
from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.failures import Failed
from gateway.reference import OWN, Reference
from schemas.codes import ActorRole, ConsortiumState, DocumentKind, SeatRole, SeatState

__all__ = [
    "FORMED_OR_LATER",
    "OPEN",
    "OVER",
    "Consortium",
    "Document",
    "Requirement",
    "Rules",
    "Seat",
    "Signature",
    "global_id",
]

OPEN = frozenset({SeatState.INVITED, SeatState.APPLIED, SeatState.ACCEPTED})
"""The seats that a member knows of and that something can still become of: it has one of them at most."""
FORMED_OR_LATER = frozenset(
    {ConsortiumState.FORMED, ConsortiumState.LOI_SIGNED, ConsortiumState.AGREEMENT_SIGNED, ConsortiumState.ACTIVE}
)
"""The states in which a consortium has to hold to its own rules."""
OVER = frozenset({ConsortiumState.CLOSED, ConsortiumState.DISSOLVED})


def global_id(typename: str, key: UUID) -> str:
    """The global ID of something that the corridor itself owns."""
    return Reference(typename, OWN, str(key)).id


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that a consortium has to be able to do. ``weight`` is 1 to 100."""

    key: str
    concept: str
    min_level: Level = Level.WORKING
    weight: int = 1
    mandatory: bool = True

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "Requirement":
        """From what :attr:`stored` gave."""
        return cls(**{**value, "min_level": Level(value["min_level"])})

    @property
    def stored(self) -> Mapping[str, Any]:
        """As the store keeps it."""
        return {each: getattr(self, each) for each in self.__slots__}


@dataclass(frozen=True, slots=True)
class Rules:
    """How a consortium has to be made up. Any type may lead where ``lead_types`` is empty."""

    min_members: int = 2
    min_clusters: int = 2
    min_countries: int = 2
    max_members: int | None = None
    lead_types: tuple[OrgType, ...] = ()
    required_types: Mapping[OrgType, int] = field(default_factory=dict)
    """How many members of a type there have to be at least."""

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "Rules":
        """From what :attr:`stored` gave."""
        return cls(
            **{
                **value,
                "lead_types": tuple(map(OrgType, value["lead_types"])),
                "required_types": {OrgType(each): number for each, number in value["required_types"].items()},
            }
        )

    @property
    def stored(self) -> Mapping[str, Any]:
        """As the store keeps it."""
        required = {org_type.value: number for org_type, number in self.required_types.items()}
        return {**{each: getattr(self, each) for each in self.__slots__}, "required_types": required}


@dataclass(frozen=True, slots=True)
class Seat:
    """A member's place. ``due``: its invitation has expired by now, which nobody has written down yet."""

    key: UUID
    member: str
    cluster: str
    role: SeatRole
    state: SeatState
    covers: tuple[str, ...] = ()
    invited_by: str | None = None
    expires_at: datetime | None = None
    version: int = 1
    due: bool = False

    @property
    def id(self) -> str:
        """The global ID."""
        return global_id("Seat", self.key)

    def of(self, viewer: Viewer) -> bool:
        """Whether the viewer is its member, or coordinates that member's cluster."""
        match viewer.kind:
            case ViewerClass.MEMBER:
                return viewer.member == self.member
            case ViewerClass.COORDINATOR:
                return viewer.cluster == self.cluster
            case _:
                return False

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "Seat":
        """From the store's JSON."""
        expires = value["expires_at"]
        return cls(
            **{
                **value,
                "key": UUID(value["key"]),
                "role": SeatRole(value["role"]),
                "state": SeatState(value["state"]),
                "covers": tuple(value["covers"]),
                "expires_at": None if expires is None else datetime.fromisoformat(expires),
            }
        )


@dataclass(frozen=True, slots=True)
class Signature:
    """That the member of a seat signed a document."""

    seat: UUID
    method: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A document, of which only the hash is kept; ``custodian`` is the code of the cluster that has it."""

    key: UUID
    kind: DocumentKind
    sha256: str
    custodian: str
    signatures: tuple[Signature, ...] = ()

    @property
    def id(self) -> str:
        """The global ID."""
        return global_id("ConsortiumDocument", self.key)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> "Document":
        """From the store's JSON."""
        signatures = tuple(
            Signature(UUID(each["seat"]), each["method"], datetime.fromisoformat(each["signed_at"]))
            for each in value["signatures"] or ()
        )
        return cls(UUID(value["key"]), DocumentKind(value["kind"]), value["sha256"], value["custodian"], signatures)


@dataclass(frozen=True, slots=True)
class Consortium:
    """All of a consortium but what only registries know. ``cluster`` is the one of who created it.

    ``due``: the time for its repair has run out by now, which nobody has written down yet.
    """

    key: UUID
    cluster: str
    title: str
    lang: str
    opportunity: UUID | None
    target_markets: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    rules: Rules
    state: ConsortiumState
    repair_until: datetime | None = None
    version: int = 1
    due: bool = False
    seats: tuple[Seat, ...] = ()
    documents: tuple[Document, ...] = ()

    @classmethod
    def read(cls, row: Any) -> "Consortium":
        """From a row of ``sql/consortia.sql``."""
        return cls(
            key=row["id"],
            cluster=row["cluster"],
            title=row["title"],
            lang=row["lang"],
            opportunity=row["opportunity"],
            target_markets=tuple(row["target_markets"]),
            requirements=tuple(map(Requirement.read, orjson.loads(row["requirements"]))),
            rules=Rules.read(orjson.loads(row["rules"])),
            state=ConsortiumState(row["state"]),
            repair_until=row["repair_until"],
            version=row["version"],
            due=row["due"],
            seats=tuple(map(Seat.read, orjson.loads(row["seats"] or "[]"))),
            documents=tuple(map(Document.read, orjson.loads(row["documents"] or "[]"))),
        )

    @property
    def id(self) -> str:
        """The global ID."""
        return global_id("Consortium", self.key)

    @property
    def accepted(self) -> tuple[Seat, ...]:
        """The seats of those who take part."""
        return tuple(seat for seat in self.seats if seat.state is SeatState.ACCEPTED)

    @property
    def concerned(self) -> tuple[Seat, ...]:
        """The seats of those who take part or are invited to: those that coverage is worked out from."""
        states = {SeatState.ACCEPTED, SeatState.INVITED}
        return tuple(seat for seat in self.seats if seat.state in states)

    @property
    def members(self) -> tuple[str, ...]:
        """The references of those who take part."""
        return tuple(seat.member for seat in self.accepted)

    @property
    def lead(self) -> Seat | None:
        """The seat of the lead that has accepted."""
        return next((seat for seat in self.accepted if seat.role is SeatRole.LEAD), None)

    @property
    def clusters(self) -> tuple[str, ...]:
        """The codes of the clusters of those who take part, in alphabetical order."""
        return tuple(sorted({seat.cluster for seat in self.accepted}))

    def seat(self, key: UUID) -> Seat | None:
        """The seat of this key."""
        return next((seat for seat in self.seats if seat.key == key), None)

    def covering(self, keys: Sequence[str] | None, *path: str) -> tuple[str, ...]:
        """Keys of requirements, all where none are given; Failed where it has no such ones, or one is named twice."""
        known = [each.key for each in self.requirements]
        if keys is None:
            return tuple(known)
        for place, key in enumerate(keys):
            if key not in known or key in keys[:place]:
                raise Failed.because("seat_covers", *path, str(place))
        return tuple(keys)

    def complete(self, document: Document) -> bool:
        """Whether all who take part have signed a document."""
        signed = {each.seat for each in document.signatures}
        return bool(self.accepted) and signed.issuperset(seat.key for seat in self.accepted)

    def leading(self, viewer: Viewer) -> ActorRole | None:
        """In which role a viewer decides for the consortium; None where it does not.

        While nobody leads, a coordinator of the cluster that created it stands in.
        """
        match self.lead, viewer:
            case Seat() as lead, Viewer(kind=ViewerClass.MEMBER, member=member) if member == lead.member:
                return ActorRole.LEAD
            case None, Viewer(kind=ViewerClass.COORDINATOR, cluster=cluster) if cluster == self.cluster:
                return ActorRole.CLUSTER_COORDINATOR
            case _:
                return None

    def shown(self, viewer: Viewer) -> "Consortium | None":
        """What a viewer may know of it: nothing, or all; whom the lead merely considers, nobody else learns.

        It is known to the members with an open seat, and to the coordinators of their clusters and of the one it is
        from. Who had a seat that has ended learns no more of what goes on.
        """
        if self.leading(viewer):
            return self
        seats = tuple(seat for seat in self.seats if seat.state is not SeatState.SHORTLISTED)
        home = viewer.kind is ViewerClass.COORDINATOR and viewer.cluster == self.cluster
        known = home or any(seat.state in OPEN and seat.of(viewer) for seat in seats)
        return replace(self, seats=seats) if known else None

    def seats_shown(self, viewer: Viewer) -> tuple[Seat, ...]:
        """The seats that a viewer may know of: all where it knows the consortium, else its own, which have ended."""
        if (shown := self.shown(viewer)) is not None:
            return shown.seats
        return tuple(seat for seat in self.seats if seat.state is not SeatState.SHORTLISTED and seat.of(viewer))
