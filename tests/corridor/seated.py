"""What tests of seats start from: the machine, and a seat that has come to a state."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Command
from gateway.corridor.consortium import Consortium, Seat
from schemas.codes import SeatRole, SeatState
from tests.corridor.building import (
    AWAY,
    LEAD,
    OTHER,
    PARTNER,
    SPARE,
    Building,
    of,
)

S = SeatState
TABLE: dict[tuple[SeatState, str], tuple[SeatState, str]] = {
    (S.INVITED, "accept"): (S.ACCEPTED, "member"),
    (S.INVITED, "decline"): (S.DECLINED, "member"),
    (S.APPLIED, "accept"): (S.ACCEPTED, "lead"),
    (S.APPLIED, "decline"): (S.DECLINED, "lead"),
    (S.INVITED, "revoke"): (S.REVOKED, "lead"),
    (S.ACCEPTED, "leave"): (S.LEFT, "member"),
    (S.ACCEPTED, "remove"): (S.REMOVED, "lead"),
}
"""To what state each act takes a seat, and who may do it."""
SOON = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}"
VIEWERS = {"member": of(PARTNER), "lead": of(LEAD), "another": of(OTHER), "coordinator": AWAY, "stranger": of(SPARE)}


async def do(building: Building, act: str, seat: Seat, by: Viewer, version: int | None = None) -> None:
    """Does one of the acts on a seat, at the version that it has now where no other is named."""
    now, command, seats = (await building.seat(seat)).version, Command(by, act, {}), building.seats
    at = now if version is None else version
    match act:
        case "accept" | "decline":
            await seats.answer(command, seat.id, at, accept=act == "accept")
        case "revoke":
            await seats.revoke(command, seat.id, at)
        case "leave":
            await seats.leave(command, seat.id, None, at)
        case _:
            await seats.remove(command, seat.id, "asleep", at)


async def shortlist(
    building: Building, consortium: Consortium, member: str = PARTNER, by: Viewer | None = None
) -> Seat:
    """The lead considers a member."""
    found = await building.now(consortium)
    command = Command(by or of(LEAD), "shortlist", {})
    result = await building.seats.shortlist(command, found.id, member, SeatRole.ASSOCIATE, ["maps"], found.version)
    return await building.seat(result)


async def apply(building: Building, consortium: Consortium, by: Viewer, **how: Any) -> Seat:
    """A member applies."""
    given = {"role": SeatRole.PARTNER, "covers": ["maps"], **how}
    result = await building.seats.apply(Command(by, "apply", {}), consortium.id, given["role"], given["covers"])
    return await building.seat(result)


async def at(building: Building, state: SeatState) -> Seat:
    """A seat of PARTNER that has come to a state by its own way, in a consortium that OTHER has a seat in too."""
    consortium = await building.create()
    await building.join(consortium, OTHER)
    match state:
        case S.SHORTLISTED:
            return await shortlist(building, consortium)
        case S.APPLIED:
            return await apply(building, consortium, of(PARTNER))
        case S.EXPIRED:
            seat = await building.invite(consortium, PARTNER, expires=datetime.now(UTC) + timedelta(seconds=60))
            await expire(building, seat)
            return await building.seat(seat)
        case _:
            seat = await building.invite(consortium, PARTNER, ["maps"])
    if state in {S.ACCEPTED, S.LEFT, S.REMOVED}:
        await building.answer(seat)
    for act, (after, who) in {act: how for (_, act), how in TABLE.items()}.items():
        if after is state and state is not S.ACCEPTED:
            await do(building, act, seat, VIEWERS["member" if act == "decline" else who])
    return await building.seat(seat)


async def expire(building: Building, seat: Seat) -> None:
    """Puts the end of an invitation into the past, as time does."""
    await building.store.execute(
        "update corridor.seat set expires_at = now() - interval '1 second' where id = $1", seat.key
    )
