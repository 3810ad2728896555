"""Seats at the same moment: one lead, no more members than there may be, and one answer."""

import asyncio
from typing import Any

import pytest

from gateway.corridor.acts import Command
from gateway.corridor.consortium import Rules
from gateway.corridor.failures import Failed
from schemas.codes import SeatRole
from tests.corridor.building import (
    HOME,
    LEAD,
    OTHER,
    PARTNER,
    SPARE,
    Building,
    codes,
    of,
)
from tests.corridor.seated import SOON, S, apply, do


async def settled(*tries: Any) -> tuple[list[Any], list[str]]:
    """What came of several tries at once: results, and the codes of those that failed."""
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert all(not isinstance(each, BaseException) or isinstance(each, Failed) for each in found), found
    failed = [code for each in found if isinstance(each, Failed) for code in codes(each)]
    return [each for each in found if not isinstance(each, Failed)], failed


async def test_two_members_race_for_the_last_seat(building: Building) -> None:
    for _ in range(5):
        consortium = await building.create(rules=Rules(max_members=2))
        seats = [await building.invite(consortium, each) for each in (PARTNER, OTHER)]
        done, failed = await settled(*(building.answer(seat) for seat in seats))
        assert (len(done), failed) == (1, ["INVARIANT_VIOLATED"])
        assert len((await building.now(consortium)).accepted) == 2
        with pytest.raises(Failed) as refused:
            await building.invite(consortium, SPARE)
        assert codes(refused.value) == ["INVARIANT_VIOLATED"]


async def test_two_leads_race(building: Building) -> None:
    for _ in range(5):
        consortium = await building.create(by=HOME)
        tries = (
            building.seats.invite(
                Command(HOME, "invite", {}), consortium.id, each, SeatRole.LEAD, [], SOON, consortium.version
            )
            for each in (SPARE, LEAD)
        )
        done, failed = await settled(*tries)
        assert (len(done), failed) == (1, ["STALE_VERSION"])
        with pytest.raises(Failed) as refused:
            await building.invite(consortium, PARTNER, role=SeatRole.LEAD, by=HOME)
        assert codes(refused.value) == ["INVARIANT_VIOLATED"]


async def test_two_applications_to_lead_end_with_one_lead(building: Building) -> None:
    consortium = await building.create(by=HOME)
    await building.move("recruit", consortium, by=HOME)
    seats = [await apply(building, consortium, of(each), role=SeatRole.LEAD) for each in (LEAD, SPARE)]
    done, failed = await settled(*(building.answer(seat, by=HOME) for seat in seats))
    assert len(done) == 1
    assert failed[0] in {"INVARIANT_VIOLATED", "FORBIDDEN"}
    now = await building.now(consortium)
    assert [seat.state for seat in now.seats].count(S.ACCEPTED) == 1
    waiting = next(seat for seat in now.seats if seat.state is S.APPLIED)
    lead = now.lead
    assert lead is not None
    with pytest.raises(Failed) as refused:
        await building.answer(waiting, by=of(lead.member))
    assert codes(refused.value) == ["INVARIANT_VIOLATED"]  # by the constraint of the store


async def test_accepting_races_with_revoking(building: Building) -> None:
    for _ in range(5):
        consortium = await building.create()
        seat = await building.invite(consortium, PARTNER)
        done, failed = await settled(
            do(building, "accept", seat, of(PARTNER), 1), do(building, "revoke", seat, of(LEAD), 1)
        )
        assert (len(done), failed) == (1, ["STALE_VERSION"])
        assert (await building.seat(seat)).version == 2
        assert len(await building.transitions(seat.key)) == 2
