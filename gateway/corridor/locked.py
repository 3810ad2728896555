"""A consortium within an act: its row is locked, and what is changed is written with its transitions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gateway.corridor.acts import Act
from gateway.corridor.consortium import FORMED_OR_LATER, OVER, Consortium, Document, Seat, Signature
from gateway.corridor.failures import Failed
from gateway.corridor.machines import Machine
from gateway.corridor.statements import statement
from schemas.codes import ActorRole, ConsortiumState, DocumentKind, SeatState

__all__ = ["CONSORTIUM", "LEADING", "SEAT", "Locked"]

LEADING = frozenset({ActorRole.LEAD, ActorRole.CLUSTER_COORDINATOR})
"""Who decides for a consortium: its lead, and while there is none the coordinator who stands in."""
_SYSTEM = frozenset({ActorRole.SYSTEM})
_MEMBER = frozenset({ActorRole.MEMBER})

_C, _S = ConsortiumState, SeatState

CONSORTIUM: Machine[ConsortiumState] = Machine(
    {
        (_C.DRAFT, _C.RECRUITING): LEADING,
        (_C.DRAFT, _C.DISSOLVED): LEADING,
        (_C.RECRUITING, _C.FORMED): LEADING,
        (_C.RECRUITING, _C.DISSOLVED): LEADING,
        (_C.FORMED, _C.LOI_SIGNED): _SYSTEM,
        (_C.LOI_SIGNED, _C.AGREEMENT_SIGNED): _SYSTEM,
        (_C.AGREEMENT_SIGNED, _C.ACTIVE): LEADING,
        (_C.ACTIVE, _C.CLOSED): LEADING,
        **{(state, _C.REPAIR): _SYSTEM for state in FORMED_OR_LATER},
        (_C.REPAIR, _C.FORMED): LEADING,
        (_C.REPAIR, _C.DISSOLVED): _SYSTEM,
    }
)
"""The life of a consortium."""
SEAT: Machine[SeatState] = Machine(
    {
        (_S.SHORTLISTED, _S.INVITED): LEADING,
        (_S.INVITED, _S.ACCEPTED): _MEMBER,
        (_S.INVITED, _S.DECLINED): _MEMBER,
        (_S.INVITED, _S.REVOKED): LEADING,
        (_S.INVITED, _S.EXPIRED): _SYSTEM,
        (_S.APPLIED, _S.ACCEPTED): LEADING,
        (_S.APPLIED, _S.DECLINED): LEADING,
        (_S.ACCEPTED, _S.LEFT): _MEMBER,
        (_S.ACCEPTED, _S.REMOVED): LEADING,
    }
)
"""The life of a seat."""
_FORGOTTEN = {
    _S.INVITED: _S.REVOKED,
    _S.APPLIED: _S.DECLINED,
    _S.ACCEPTED: _S.LEFT,
}
"""How the gateway ends the open seats of a member that is forgotten."""
_SIGNED = (
    (_C.FORMED, DocumentKind.LOI, _C.LOI_SIGNED),
    (_C.LOI_SIGNED, DocumentKind.CONSORTIUM_AGREEMENT, _C.AGREEMENT_SIGNED),
)


class Locked:
    """One consortium that nobody else can change until the act ends. ``consortium`` is as changed so far."""

    def __init__(self, act: Act, consortium: Consortium, repair: timedelta) -> None:
        self.act = act
        self.consortium = consortium
        self._repair = repair

    @classmethod
    async def of(cls, act: Act, key: UUID, repair: timedelta) -> "Locked | None":
        """Locks a consortium; None where there is none."""
        await act.connection.execute("select from corridor.consortium where id = $1 for update", key)
        row = await act.connection.fetchrow(statement("consortia"), [key], [], [], False, None, None, None, None, 1)
        return None if row is None else cls(act, Consortium.read(row), repair)

    async def settle(self) -> None:
        """Writes down what time has brought about: invitations that expired, a repair that failed."""
        for seat in self.consortium.seats:
            if seat.due:
                await self._write(seat, replace(seat, due=False, version=seat.version + 1), SeatState.INVITED)
        if self.consortium.due:
            self.consortium = replace(self.consortium, due=False)
            await self._record(ConsortiumState.REPAIR, ConsortiumState.DISSOLVED, ActorRole.SYSTEM, None)

    def going_on(self) -> None:
        """Raises Failed where the consortium has ended."""
        if self.consortium.state in OVER:
            raise Failed.because("consortium_over", state=self.consortium.state.value)

    async def move(self, to: ConsortiumState, role: ActorRole | None, reason: str | None = None) -> None:
        """Takes the consortium to another state; Failed where that cannot be, or not by this role."""
        before = self.consortium.state
        CONSORTIUM.check(before, to, role)
        assert role is not None  # noqa: S101 - the machine refused
        await self._record(before, to, role, reason)

    async def place(self, seat: Seat, role: ActorRole) -> None:
        """Adds a seat."""
        await self.act.connection.execute(
            "insert into corridor.seat"
            " (id, consortium, member, cluster, role, state, covers, invited_by, expires_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            seat.key,
            self.consortium.key,
            seat.member,
            seat.cluster,
            seat.role,
            seat.state,
            list(seat.covers),
            seat.invited_by,
            seat.expires_at,
        )
        self.consortium = replace(self.consortium, seats=(*self.consortium.seats, seat))
        await self.act.transition("Seat", seat.key, None, seat.state, role)

    async def shift(self, seat: Seat, to: SeatState, role: ActorRole | None, reason: str | None = None) -> None:
        """Takes a seat to another state, with all else that it has now; Failed where that cannot be by this role."""
        SEAT.check(seat.state, to, role)
        assert role is not None  # noqa: S101 - the machine refused
        after = replace(seat, state=to, version=seat.version + 1)
        await self._write(seat, after, seat.state, role, reason)

    async def forget(self, seat: Seat) -> None:
        """Ends an open seat of a member that is forgotten; what was formed with it goes into repair."""
        accepted = seat.state is SeatState.ACCEPTED
        after = replace(seat, state=_FORGOTTEN[seat.state], version=seat.version + 1)
        await self._write(seat, after, seat.state)
        if accepted and self.consortium.state in FORMED_OR_LATER:
            await self.move(ConsortiumState.REPAIR, ActorRole.SYSTEM)

    async def file(self, document: Document) -> None:
        """Adds a document."""
        await self.act.connection.execute(
            "insert into corridor.consortium_document (id, consortium, kind, sha256, custodian)"
            " values ($1, $2, $3, $4, $5)",
            document.key,
            self.consortium.key,
            document.kind,
            document.sha256,
            document.custodian,
        )
        self.consortium = replace(self.consortium, documents=(*self.consortium.documents, document))

    async def sign(self, document: UUID, seat: UUID, method: str) -> None:
        """Adds the signature of a seat to a document."""
        await self.act.connection.execute(
            "insert into corridor.signature (consortium, document, seat, method) values ($1, $2, $3, $4)",
            self.consortium.key,
            document,
            seat,
            method,
        )
        signature = Signature(seat, method, datetime.now(UTC))
        documents = tuple(
            replace(each, signatures=(*each.signatures, signature)) if each.key == document else each
            for each in self.consortium.documents
        )
        self.consortium = replace(self.consortium, documents=documents)

    async def signed(self) -> None:
        """Goes on by itself once all who take part have signed what comes next."""
        for before, kind, after in _SIGNED:
            found = self.consortium
            if found.state is before and any(each.kind is kind and found.complete(each) for each in found.documents):
                await self.move(after, ActorRole.SYSTEM)

    async def finish(self) -> None:
        """Counts the consortium's version up by one, and tells those who listen."""
        found = self.consortium = replace(self.consortium, version=self.consortium.version + 1)
        await self.act.connection.execute(
            "update corridor.consortium set version = $2 where id = $1", found.key, found.version
        )
        self.act.tell("Consortium", found.key, found.version, f"Consortium:{found.key}")

    async def _write(
        self,
        seat: Seat,
        after: Seat,
        before: SeatState,
        role: ActorRole = ActorRole.SYSTEM,
        reason: str | None = None,
    ) -> None:
        await self.act.connection.execute(
            "update corridor.seat"
            " set state = $2, role = $3, covers = $4, invited_by = $5, expires_at = $6, version = $7 where id = $1",
            seat.key,
            after.state,
            after.role,
            list(after.covers),
            after.invited_by,
            after.expires_at,
            after.version,
        )
        seats = tuple(after if each.key == seat.key else each for each in self.consortium.seats)
        self.consortium = replace(self.consortium, seats=seats)
        await self.act.transition("Seat", seat.key, before, after.state, role, reason)

    async def _record(self, before: ConsortiumState, to: ConsortiumState, role: ActorRole, reason: str | None) -> None:
        until = datetime.now(UTC) + self._repair if to is ConsortiumState.REPAIR else None
        self.consortium = replace(self.consortium, state=to, repair_until=until)
        await self.act.connection.execute(
            "update corridor.consortium set state = $2, repair_until = $3 where id = $1",
            self.consortium.key,
            to,
            until,
        )
        await self.act.transition("Consortium", self.consortium.key, before, to, role, reason)
