"""Expressions of interest as the store has them: who may know what of them, and how they go from state to state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act
from gateway.corridor.failures import Failure
from gateway.corridor.machines import Change, Machine
from gateway.corridor.statements import statement
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import ActorRole, InterestState, ReleaseState

__all__ = [
    "CONSTRAINTS", "MACHINE", "Interest", "Release", "enter", "known_interests",
    "locked_interests", "read_interests", "topics",
]  # fmt: skip

_STATE = InterestState
_SENDER = frozenset({ActorRole.MEMBER})
_SENDER_OR_SYSTEM = frozenset({ActorRole.MEMBER, ActorRole.SYSTEM})
_RECEIVER = frozenset({ActorRole.MEMBER})
_CLUSTER = frozenset({ActorRole.CLUSTER_COORDINATOR})
_SYSTEM = frozenset({ActorRole.SYSTEM})
_OPEN = (_STATE.DRAFT, _STATE.SUBMITTED, _STATE.SCREENING, _STATE.FORWARDED)

MACHINE = Machine(
    {
        (_STATE.DRAFT, _STATE.SUBMITTED): _SENDER,
        (_STATE.SUBMITTED, _STATE.SCREENING): _SYSTEM,
        (_STATE.SCREENING, _STATE.FORWARDED): _CLUSTER,
        (_STATE.SCREENING, _STATE.DECLINED): _CLUSTER,
        (_STATE.SUBMITTED, _STATE.MUTUAL): _RECEIVER,
        (_STATE.SUBMITTED, _STATE.DECLINED): _RECEIVER,
        (_STATE.FORWARDED, _STATE.MUTUAL): _RECEIVER,
        (_STATE.FORWARDED, _STATE.DECLINED): _RECEIVER,
        **{(each, _STATE.WITHDRAWN): _SENDER_OR_SYSTEM for each in _OPEN},
        **{(each, _STATE.EXPIRED): _SYSTEM for each in _OPEN},
    }
)
"""The transitions of an expression of interest. By the system it is withdrawn where a side is forgotten."""

CONSTRAINTS = {"interest_open": Failure("interest_open", ("aboutId",))}
"""For what a broken constraint of the store stands."""

_ENTER = """
    update corridor.interest
    set
        state = $2,
        version = version + 1,
        submitted_at = case when $2 in ('SUBMITTED', 'SCREENING') then now() else submitted_at end,
        arrived_at = case when $2 in ('SUBMITTED', 'FORWARDED') then now() else arrived_at end,
        receiver_contact = coalesce($3, receiver_contact)
    where id = $1
"""


class _Queries(Protocol):
    """A store, or one connection to it."""

    async def fetch(self, sql: str, *values: object) -> list[Any]:
        """The rows of one statement."""


@dataclass(frozen=True, slots=True)
class Release:
    """What opens the contacts of both sides to each other, under the same key as the interest that it came of."""

    key: UUID
    state: ReleaseState
    written: ReleaseState
    granted_at: datetime
    valid_until: datetime
    revoked_at: datetime | None

    @property
    def id(self) -> str:
        """The global ID."""
        return Reference("ContactRelease", "corridor", str(self.key)).id


@dataclass(frozen=True)
class Interest:
    """An expression of interest, as it is now; ``written`` is the state that the store was last told.

    ``about``, ``sender`` and ``receiver`` are global IDs. ``receiver`` is None where a reader must not know it.
    ``submitted`` and ``arrived``: whether the receiver's cluster, and the receiver, could ever know of it.
    """

    key: UUID
    about: str
    anonymous: bool
    sender: str
    sender_cluster: str
    sender_contact: str | None
    receiver: str | None
    receiver_cluster: str
    receiver_contact: str | None
    message: str | None
    lang: str
    state: InterestState
    written: InterestState
    submitted: bool
    arrived: bool
    expires_at: datetime
    version: int
    release: Release | None
    history: tuple[Change, ...]

    @cached_property
    def id(self) -> str:
        """The global ID."""
        return Reference("ExpressionOfInterest", "corridor", str(self.key)).id

    @property
    def open(self) -> bool:
        """Whether anything can follow."""
        return MACHINE.open(self.state)

    @property
    def sides(self) -> tuple[str, str]:
        """The sender and the receiver: within acts only, which have read it whole."""
        assert self.receiver is not None  # noqa: S101
        return self.sender, self.receiver

    def from_sender(self, viewer: Viewer) -> bool:
        """Whether the viewer is the sender, or acts for its cluster."""
        return _stands_for(viewer, self.sender, self.sender_cluster)

    def to_receiver(self, viewer: Viewer) -> bool:
        """Whether the viewer is the receiver and knows of it by now, or acts for its cluster."""
        reached = self.arrived if viewer.kind is ViewerClass.MEMBER else self.submitted
        return reached and _stands_for(viewer, self.receiver, self.receiver_cluster)

    def seen_by(self, viewer: Viewer) -> "Interest | None":
        """What the viewer may know of it; None where it must not know that there is one.

        Whose an anonymous posting is, the sender and its cluster learn with the answer that they hoped for.
        """
        if self.to_receiver(viewer):
            return self
        if not self.from_sender(viewer):
            return None
        if not self.anonymous or self.written is _STATE.MUTUAL:
            return self
        history = tuple(replace(each, by=None) if each.by == self.receiver else each for each in self.history)
        return replace(self, receiver=None, receiver_contact=None, history=history)


def topics(sender: str, receiver: str, cluster: str, *, arrived: bool, screened: bool = False) -> list[str]:
    """Where a change is told: to the sender, to the receiver once it may know, and to its cluster, which screens.

    What is told to the cluster is for its coordinators alone, and names nobody.
    """
    told = [f"Interest:{each}" for each in ((sender, receiver) if arrived else (sender,))]
    return [*told, f"Screening:{cluster}"] if screened else told


async def read_interests(queries: _Queries, keys: Collection[UUID]) -> dict[UUID, Interest]:
    """Expressions of interest by key, with all that the store knows of them: for acts, and before :meth:`seen_by`."""
    return {row["id"]: _interest(row) for row in await queries.fetch(statement("interests"), list(keys))}


async def locked_interests(act: Act, keys: Collection[UUID]) -> dict[UUID, Interest]:
    """The same, and no other act changes them until this one is done. Each lock covers the release as well."""
    await act.connection.execute("select from corridor.interest where id = any($1) order by id for update", list(keys))
    return await read_interests(act.connection, keys)


async def known_interests(
    store: Store, viewer: Viewer, state: InterestState | None, first: int, behind: UUID | None
) -> list[Interest]:
    """Those that a viewer may know of, as it may know them, the latest first, behind one of them."""
    member = viewer.member if viewer.kind is ViewerClass.MEMBER else None
    cluster = viewer.cluster if viewer.kind is ViewerClass.COORDINATOR else None
    if member is None and cluster is None:
        return []
    keys = [row["id"] for row in await store.fetch(statement("interests_known"), member, cluster, state, behind, first)]
    found = await read_interests(store, keys)
    seen = (found[key].seen_by(viewer) for key in keys if key in found)
    return [each for each in seen if each is not None]


async def enter(
    act: Act,
    interest: Interest,
    *steps: tuple[InterestState, ActorRole],
    reason: str | None = None,
    contact: str | None = None,
) -> None:
    """Takes it through one or more transitions, writes the last state, and has those concerned hear of it.

    ``contact`` is what the receiver shares its contact by, where it accepts. The row has to be locked.
    """
    before = interest.written
    for after, role in steps:
        MACHINE.check(before, after, role)
        await act.transition("ExpressionOfInterest", interest.key, before, after, role, reason)
        before = after
    await act.connection.execute(_ENTER, interest.key, before, contact)
    told = topics(
        *interest.sides,
        interest.receiver_cluster,
        arrived=interest.arrived or before in {_STATE.SUBMITTED, _STATE.FORWARDED},
        screened=_STATE.SCREENING in {interest.written, before},
    )
    act.tell("ExpressionOfInterest", interest.key, interest.version + 1, *told)


def _stands_for(viewer: Viewer, member: str | None, cluster: str) -> bool:
    match viewer.kind:
        case ViewerClass.MEMBER:
            return member is not None and viewer.member == member
        case ViewerClass.COORDINATOR:
            return viewer.cluster == cluster
        case _:
            return False


def _interest(row: Mapping[str, Any]) -> Interest:
    return Interest(
        key=row["id"],
        about=row["about"],
        anonymous=row["anonymous"],
        sender=row["sender"],
        sender_cluster=row["sender_cluster"],
        sender_contact=row["sender_contact"],
        receiver=row["receiver"],
        receiver_cluster=row["receiver_cluster"],
        receiver_contact=row["receiver_contact"],
        message=row["message"],
        lang=row["lang"],
        state=InterestState(row["state"]),
        written=InterestState(row["written"]),
        submitted=row["submitted"],
        arrived=row["arrived"],
        expires_at=row["expires_at"],
        version=row["version"],
        release=None
        if row["release_state"] is None
        else Release(
            key=row["id"],
            state=ReleaseState(row["release_state"]),
            written=ReleaseState(row["release_written"]),
            granted_at=row["granted_at"],
            valid_until=row["valid_until"],
            revoked_at=row["revoked_at"],
        ),
        history=tuple(Change.of(*each) for each in row["history"]),
    )
