"""What becomes of a consortium that breaks its own rules: it has some time to mend that, or it ends."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from adapters.contract.codes import Level
from adapters.contract.viewers import Purpose
from gateway.corridor.acts import Command, Result
from gateway.corridor.consortium import Consortium
from gateway.corridor.failures import Failed
from gateway.store import Store
from schemas.codes import ConsortiumState, SeatRole
from tests.corridor.building import HOME, LEAD, LORA, OTHER, PARTNER, SPARE, THERE, Building, at, codes, of, seat_of
from tests.corridor.registries import profile

C = ConsortiumState


async def leave(building: Building, consortium: Consortium, member: str) -> Result:
    seat = seat_of(await building.now(consortium), member)
    return await building.seats.leave(Command(of(member), "leave", {}), seat.id, "moved on", seat.version)


async def remove(building: Building, consortium: Consortium, member: str) -> Result:
    seat = seat_of(await building.now(consortium), member)
    return await building.seats.remove(Command(of(LEAD), "remove", {}), seat.id, "asleep", seat.version)


@pytest.mark.parametrize("state", [C.FORMED, C.LOI_SIGNED, C.AGREEMENT_SIGNED, C.ACTIVE])
@pytest.mark.parametrize(("lose", "to"), [(leave, "LEFT"), (remove, "REMOVED")])
async def test_invariant_4_losing_a_covering_seat_is_a_repair_in_the_same_transaction(
    building: Building, state: ConsortiumState, lose: Callable[..., Awaitable[Result]], to: str
) -> None:
    consortium = await at(building, state)
    await lose(building, consortium, PARTNER)
    broken = await building.now(consortium)
    assert (broken.state, broken.version) == (C.REPAIR, consortium.version + 1)
    seat, repair = (await building.store.fetch("select * from corridor.transition order by id"))[-2:]
    assert (seat["entity"], seat["to_state"]) == ("Seat", to)
    assert (repair["entity"], repair["from_state"], repair["to_state"]) == ("Consortium", state, "REPAIR")
    assert (repair["act"], repair["by_role"]) == (seat["act"], "SYSTEM")
    written = await building.store.fetchrow(
        "select repair_until - at as left from corridor.consortium, corridor.transition"
        " where transition.id = $1 and consortium.id = $2",
        repair["id"],
        consortium.key,
    )
    assert timedelta(days=30) <= written["left"] < timedelta(days=30, minutes=1)


async def test_losing_a_seat_that_is_not_needed_changes_nothing_else(building: Building) -> None:
    consortium = await building.formed()
    await building.join(consortium, OTHER, ["maps"])
    await leave(building, consortium, PARTNER)
    assert (await building.now(consortium)).state is C.FORMED
    assert (await building.assessed(consortium)).formable


async def test_the_lead_leaving_is_a_repair_which_a_coordinator_can_mend(building: Building) -> None:
    consortium = await building.formed()
    await leave(building, consortium, LEAD)
    assert (await building.now(consortium)).state is C.REPAIR
    await building.join(consortium, SPARE, ["iot"], role=SeatRole.LEAD, by=HOME)
    assert (await building.form(consortium, by=of(SPARE))).state is C.FORMED


async def test_where_nobody_can_say_what_a_lost_seat_was_worth_there_is_a_repair(building: Building) -> None:
    consortium = await building.formed()
    await building.join(consortium, OTHER, [])
    building.registries.silent.add(THERE)
    await leave(building, consortium, OTHER)
    assert (await building.now(consortium)).state is C.REPAIR


async def test_who_takes_a_seat_while_another_leaves_is_asked_about_as_well(building: Building) -> None:
    consortium = await building.formed()
    invited = await building.invite(consortium, OTHER, ["maps"])
    seat = seat_of(await building.now(consortium), PARTNER)
    answered: list[object] = []

    async def join() -> None:
        if not answered:
            answered.append(True)
            await building.answer(invited)

    building.registries.meanwhile = join
    await building.seats.leave(Command(of(PARTNER), "leave", {}), seat.id, None, seat.version)
    assert answered
    assert (await building.now(consortium)).state is C.FORMED


async def test_a_repair_that_succeeds_goes_on_from_what_was_signed(building: Building) -> None:
    consortium = await at(building, C.AGREEMENT_SIGNED)
    await building.join(consortium, OTHER, ["maps"])
    building.registries.add(profile(LEAD))
    await leave(building, consortium, OTHER)
    assert (await building.now(consortium)).state is C.REPAIR
    building.registries.add(profile(LEAD, {LORA: Level.EXPERT}))
    assert (await building.form(consortium)).state is C.AGREEMENT_SIGNED
    assert [to for _, to, _ in await building.transitions(consortium.key)][-3:] == [
        "FORMED",
        "LOI_SIGNED",
        "AGREEMENT_SIGNED",
    ]


async def test_a_repair_that_takes_too_long_is_the_end(store: Store) -> None:
    building = Building(store, repair=timedelta(0))
    consortium = await building.formed()
    await leave(building, consortium, PARTNER)
    shown = await building.now(consortium)
    assert (shown.state, shown.due) == (C.DISSOLVED, True)
    with pytest.raises(Failed) as failed:
        await building.form(consortium)
    assert codes(failed.value) == ["INVALID_TRANSITION"]
    assert (await building.transitions(consortium.key))[-1][1] == "REPAIR"
    assert await building.consortia.expire() == 1
    assert await building.consortia.expire() == 0
    assert (await building.transitions(consortium.key))[-1] == ("REPAIR", "DISSOLVED", "SYSTEM")
    assert (await building.now(consortium)).version == shown.version + 1


async def test_who_mends_it_while_the_registries_are_asked_is_not_sent_into_repair(building: Building) -> None:
    consortium = await building.formed()
    invited = await building.invite(consortium, OTHER, ["maps"])
    building.registries.add(profile(PARTNER))
    answered: list[object] = []

    async def join() -> None:
        if not answered:
            answered.append(True)
            await building.answer(invited)

    building.registries.meanwhile = join
    await building.consortia.review()
    assert answered
    assert (await building.now(consortium)).state is C.FORMED
    assert await building.consortia.review() == 0


async def test_a_member_that_withdraws_from_its_registry_breaks_the_rules(building: Building) -> None:
    whole, broken, unsure = [await building.formed() for _ in range(3)]
    await building.join(whole, OTHER, ["maps"])
    await building.join(broken, SPARE)
    building.registries.add(profile(SPARE, purposes=frozenset({Purpose.PROFILE_EXCHANGE})))
    assert await building.consortia.review(most=2) == 1
    assert await building.consortia.review() == 0
    assert (await building.transitions(broken.key))[-1] == ("FORMED", "REPAIR", "SYSTEM")
    building.registries.silent.add(THERE)
    building.registries.members.pop(LEAD)
    assert await building.consortia.review() == 0  # of a silent registry nobody can say
    assert {(await building.now(each)).state for each in (whole, unsure)} == {C.FORMED}
    building.registries.silent.clear()
    building.pacts.pacts.clear()
    building.registries.add(profile(LEAD, {LORA: Level.EXPERT}))
    assert await building.consortia.review() == 0  # an agreement that is suspended can come into force again
