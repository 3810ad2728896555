"""Seats: a member is considered, invited or applies, takes part, and leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.acts import Command, Result
from gateway.corridor.consortium import OPEN, Consortium, Seat
from gateway.corridor.drafts import moment
from gateway.corridor.failures import Failed
from gateway.corridor.ids import key_of, reference_of
from gateway.corridor.locked import SEAT
from gateway.corridor.proceedings import Proceedings, Sitting, Target
from gateway.corridor.texts import check_text
from gateway.reference import Reference
from schemas.codes import ActorRole, ConsortiumState, SeatRole, SeatState

__all__ = ["Seats"]

_LONGEST_INVITATION = timedelta(days=366)
_LONGEST_REASON = 500
_MOST_SEATS = 200
"""Seats that a consortium may have had in all: it is read whole."""
_RECRUITING = {ConsortiumState.RECRUITING, ConsortiumState.REPAIR}


class Seats:
    """What is done with the seats of consortia. Who names a member gives its global ID."""

    def __init__(self, proceedings: Proceedings) -> None:
        self._proceedings = proceedings

    async def read(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, tuple[Consortium | None, Seat]]:
        """Those of these seats that the viewer may know of, each with its consortium where it may know of that."""
        return await self._proceedings.shown_seats(keys, viewer)

    async def shortlist(  # noqa: PLR0913 - the arguments of the mutation
        self, command: Command, consortium: str, member: str, role: SeatRole, covers: Sequence[str], version: int
    ) -> Result:
        """The lead considers a member, who does not learn of it."""
        considered = reference_of(member, ("Member",), "memberId")

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            by = await self._begun(sitting, version)
            seat = _wanted(considered, role, covers, SeatState.SHORTLISTED)
            self._check(sitting, seat, "memberId")
            await sitting.locked.place(seat, by)
            return {"seat": seat.key}

        return await self._proceedings.do(command, _consortium(consortium), work, lambda _found: [member])

    async def invite(  # noqa: PLR0913 - the arguments of the mutation
        self,
        command: Command,
        consortium: str,
        member: str,
        role: SeatRole,
        covers: Sequence[str],
        expires_at: str,
        version: int,
    ) -> Result:
        """The lead invites a member, until a moment; a draft begins to recruit by it."""
        invited, expires = reference_of(member, ("Member",), "memberId"), moment(expires_at, "expiresAt")

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            by = await self._begun(sitting, version)
            if not timedelta(0) < expires - datetime.now(UTC) <= _LONGEST_INVITATION:
                raise Failed.because("seat_expires", "expiresAt")
            seat = _wanted(invited, role, covers, SeatState.INVITED)
            seat = replace(seat, invited_by=_inviting(command.viewer), expires_at=expires)
            self._check(sitting, seat, "memberId")
            if sitting.consortium.state is ConsortiumState.DRAFT:
                await sitting.locked.move(ConsortiumState.RECRUITING, by)
            considered = _seat(sitting.consortium, member, {SeatState.SHORTLISTED})
            if considered is None:
                await sitting.locked.place(seat, by)
                return {"seat": seat.key}
            terms = replace(seat, key=considered.key, state=considered.state, version=considered.version)
            await sitting.locked.shift(terms, SeatState.INVITED, by)
            return {"seat": considered.key}

        return await self._proceedings.do(command, _consortium(consortium), work, lambda _found: [member])

    async def apply(self, command: Command, consortium: str, role: SeatRole, covers: Sequence[str]) -> Result:
        """A member applies to a consortium that recruits, of which it may only have been told the ID."""
        member = command.viewer.member

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            if command.viewer.kind is not ViewerClass.MEMBER or member is None:
                raise Failed.because("role", roles=ActorRole.MEMBER.value)
            await sitting.locked.settle()
            state = sitting.consortium.state
            if state not in _RECRUITING:
                raise Failed.because("transition", "consortiumId", state=state.value, wanted=SeatState.APPLIED.value)
            if role is SeatRole.LEAD and _leads(sitting.consortium):
                raise Failed.because("seat_two_leads", "role")
            seat = _wanted(Reference.parse(member), role, covers, SeatState.APPLIED)
            self._check(sitting, seat, "consortiumId")
            await sitting.locked.place(seat, ActorRole.MEMBER)
            return {"seat": seat.key}

        def recruits(found: Consortium) -> bool:
            return found.state in _RECRUITING and command.viewer.kind is ViewerClass.MEMBER

        asked = [] if member is None else [member]
        return await self._proceedings.do(command, _consortium(consortium), work, lambda _found: asked, known=recruits)

    async def answer(self, command: Command, seat: str, version: int, *, accept: bool) -> Result:
        """Who is invited answers an invitation, and the lead an application."""
        key, to = key_of(seat, "Seat", "seatId"), SeatState.ACCEPTED if accept else SeatState.DECLINED

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            found = await self._found(sitting, key, version)
            SEAT.check(found.state, to, role := _role(sitting, found))
            sitting.locked.going_on()
            if accept:
                self._room(sitting.consortium, "seatId")
                sitting.facts.admit(found.member, "seatId", clusters=sitting.consortium.clusters)
            await sitting.locked.shift(found, to, role)
            return {"seat": key}

        def asked(consortium: Consortium) -> list[str]:
            found = consortium.seat(key)
            return [found.member] if accept and found is not None else []

        return await self._proceedings.do(command, Target("seats", key, ("seatId",)), work, asked)

    async def revoke(self, command: Command, seat: str, version: int) -> Result:
        """The lead takes an invitation back."""
        key = key_of(seat, "Seat", "seatId")

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            found = await self._found(sitting, key, version)
            await sitting.locked.shift(found, SeatState.REVOKED, _role(sitting, found))
            sitting.locked.going_on()
            return {"seat": key}

        return await self._proceedings.do(command, Target("seats", key, ("seatId",)), work)

    async def leave(self, command: Command, seat: str, reason: str | None, version: int) -> Result:
        """A member leaves."""
        return await self._ended(command, seat, SeatState.LEFT, reason, version)

    async def remove(self, command: Command, seat: str, reason: str, version: int) -> Result:
        """The lead removes a member, and says why."""
        return await self._ended(command, seat, SeatState.REMOVED, reason, version)

    async def _ended(self, command: Command, seat: str, to: SeatState, reason: str | None, version: int) -> Result:
        """Ends a seat of who takes part: a formed consortium that is not sound without it goes into repair."""
        key = key_of(seat, "Seat", "seatId")

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            found = await self._found(sitting, key, version)
            check_text(reason, "reason", _LONGEST_REASON)
            await sitting.locked.shift(found, to, _role(sitting, found), reason)
            sitting.locked.going_on()
            await sitting.weigh(self._proceedings.sound)
            await sitting.locked.signed()
            return {"seat": key}

        return await self._proceedings.do(command, Target("seats", key, ("seatId",)), work, lambda found: found.members)

    async def _begun(self, sitting: Sitting, version: int) -> ActorRole:
        by = sitting.must_lead()
        await sitting.begin(sitting.consortium.version, version)
        sitting.locked.going_on()
        return by

    async def _found(self, sitting: Sitting, key: UUID, version: int) -> Seat:
        """The seat that the command is about, as it is now; Failed where the viewer read another version of it."""
        seat = sitting.consortium.seat(key)
        assert seat is not None  # noqa: S101 - it is how the consortium was found
        await sitting.begin(seat.version, version)
        return sitting.consortium.seat(key) or seat

    def _check(self, sitting: Sitting, seat: Seat, *path: str) -> None:
        """Raises Failed where the member cannot be given a seat: by the lead, or on its own application."""
        consortium, viewer = sitting.consortium, sitting.viewer
        if seat.state is not SeatState.APPLIED and seat.member == viewer.member:
            raise Failed.because("seat_self", *path)
        consortium.covering(seat.covers, "covers")
        clusters = {*consortium.clusters, *(() if viewer.cluster is None else (viewer.cluster,))}
        sitting.facts.admit(seat.member, *path, clusters=clusters)
        if _seat(consortium, seat.member, OPEN | {seat.state}):
            raise Failed.because("seat_taken", *path)
        if seat.state is SeatState.INVITED and seat.role is SeatRole.LEAD and _leads(consortium):
            raise Failed.because("seat_two_leads", "role")
        if len(consortium.seats) >= _MOST_SEATS:
            raise Failed.because("seat_most", "consortiumId", most=_MOST_SEATS)
        if seat.state is SeatState.INVITED:
            self._room(consortium, "consortiumId")

    @staticmethod
    def _room(consortium: Consortium, path: str) -> None:
        most = consortium.rules.max_members
        if most is not None and len(consortium.accepted) >= most:
            raise Failed.because("seat_full", path, most=most)


def _consortium(id_: str) -> Target:
    return Target("keys", key_of(id_, "Consortium", "consortiumId"), ("consortiumId",))


def _wanted(member: Reference, role: SeatRole, covers: Sequence[str], state: SeatState) -> Seat:
    return Seat(uuid4(), member.id, member.cluster, role, state, tuple(covers))


def _inviting(viewer: Viewer) -> str | None:
    """Who invites: a member, or a coordinator in the name of its cluster."""
    if viewer.member is not None:
        return viewer.member
    return None if viewer.cluster is None else Reference("Cluster", viewer.cluster, viewer.cluster).id


def _role(sitting: Sitting, seat: Seat) -> ActorRole | None:
    """In which role the viewer acts on a seat: as its member, else as who leads."""
    if sitting.viewer.kind is ViewerClass.MEMBER and sitting.viewer.member == seat.member:
        return ActorRole.MEMBER
    return sitting.leading


def _seat(consortium: Consortium, member: str, states: Collection[SeatState]) -> Seat | None:
    return next((seat for seat in consortium.seats if seat.member == member and seat.state in states), None)


def _leads(consortium: Consortium) -> bool:
    """Whether somebody leads, or is invited to."""
    states = {SeatState.INVITED, SeatState.ACCEPTED}
    return any(seat.role is SeatRole.LEAD and seat.state in states for seat in consortium.seats)
