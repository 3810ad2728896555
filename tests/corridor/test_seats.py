"""Seats: who may do what to them, one open seat for each member, one lead, and no more members than there may be."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Command
from gateway.corridor.consortium import Consortium, Seat, global_id
from gateway.corridor.failures import Failed
from schemas.codes import ConsortiumState, DocumentKind, SeatRole, SeatState
from tests.corridor.building import (
    AFAR,
    AWAY,
    FAR,
    HERE,
    LEAD,
    OTHER,
    PARTNER,
    SPARE,
    THERE,
    Building,
    codes,
    of,
    reference,
    seat_of,
)
from tests.corridor.registries import profile
from tests.corridor.seated import SOON, TABLE, VIEWERS, S, apply, at, do, expire, shortlist


@pytest.mark.parametrize("state", S)
async def test_the_machine_in_full(building: Building, state: SeatState) -> None:
    for act in ("accept", "decline", "revoke", "leave", "remove"):
        seat = await at(building, state)
        assert seat.state is state
        wanted, role = TABLE.get((state, act), (None, None))
        for name, viewer in VIEWERS.items():
            if name == role:
                continue
            before = await building.everything()
            with pytest.raises(Failed) as failed:
                await do(building, act, seat, viewer)
            hidden = state is S.SHORTLISTED and name != "lead"
            code = "NOT_FOUND" if name == "stranger" or hidden else "FORBIDDEN" if wanted else "INVALID_TRANSITION"
            assert codes(failed.value) == [code], (act, name)
            assert await building.everything() == before
        if wanted is not None and role is not None:
            await do(building, act, seat, VIEWERS[role])
            after = await building.seat(seat)
            assert (after.state, after.version) == (wanted, seat.version + 1)
            assert (await building.transitions(seat.key))[-1] == (state, wanted, role.upper())


@pytest.mark.parametrize("state", [S.DECLINED, S.EXPIRED, S.REVOKED, S.LEFT, S.REMOVED])
async def test_who_had_a_seat_knows_that_it_ended_and_nothing_of_what_came_later(
    building: Building, state: SeatState
) -> None:
    seat = await at(building, state)
    consortium = (await building.consortia.of(of(LEAD), None, 1))[0]
    other = seat_of(consortium, OTHER)
    assert AWAY.cluster == other.cluster
    await do(building, "remove", other, of(LEAD))
    consortium = await building.now(consortium)
    command = Command(of(LEAD), "add", {})
    added = await building.documents.add(command, consortium.id, DocumentKind.NDA, "0" * 64, HERE, consortium.version)
    await building.join(consortium, SPARE)
    keys = [each.key for each in (await building.now(consortium)).seats]
    paper = UUID(added["document"])
    for viewer, own in ((of(PARTNER), {seat.key}), (of(OTHER), {other.key}), (AWAY, {seat.key, other.key})):
        found = await building.seats.read(keys, viewer)
        assert found == {key: (None, await building.seat({"seat": str(key)})) for key in own}
        assert await building.consortia.read([consortium.key], viewer) == {}
        assert await building.consortia.of(viewer, None, 9) == []
        assert await building.documents.read([paper], viewer) == {}
        with pytest.raises(Failed) as failed:
            await building.move("recruit", consortium, viewer)
        assert codes(failed.value) == ["NOT_FOUND"]
    await building.invite(consortium, PARTNER)
    for viewer in (of(PARTNER), AWAY):
        assert set(await building.seats.read(keys, viewer)) == set(keys), "with an open seat it knows all again"


async def test_seats_that_have_ended_take_no_place_in_a_list(building: Building) -> None:
    older, *ended = [await building.create() for _ in range(3)]
    await building.join(older, PARTNER)
    await building.answer(await building.invite(ended[0], PARTNER), accept=False)
    await expire(building, await building.invite(ended[1], PARTNER))
    for viewer in (of(PARTNER), AWAY):
        assert [each.key for each in await building.consortia.of(viewer, None, 1)] == [older.key]


async def test_who_may_not_know_of_it_any_more_when_its_turn_comes_is_told_nothing(building: Building) -> None:
    consortium = await building.create()
    await building.move("recruit", consortium)
    ended: list[Consortium] = []

    async def dissolve() -> None:
        if not ended:
            ended.append(consortium)
            ended.append(await building.move("dissolve", consortium))

    building.registries.meanwhile = dissolve
    with pytest.raises(Failed) as failed:
        await apply(building, consortium, of(PARTNER))
    assert (codes(failed.value), ended[-1].state) == (["NOT_FOUND"], ConsortiumState.DISSOLVED)


async def test_invariant_1_the_agreements_are_those_of_the_moment(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    consortium = await building.create()

    async def suspended(pacts: Any) -> None:
        pacts.pacts.clear()

    monkeypatch.setattr(type(building.pacts), "current", suspended)
    with pytest.raises(Failed) as failed:
        await building.invite(consortium, PARTNER)
    assert codes(failed.value) == ["NO_AGREEMENT"]


async def test_who_is_considered_is_invited_on_the_same_seat(building: Building) -> None:
    considered = await shortlist(building, await building.create())
    assert considered.state is S.SHORTLISTED
    (consortium,) = await building.consortia.of(of(LEAD), None, 1)
    assert consortium.state is ConsortiumState.DRAFT
    invited = await building.invite(consortium, PARTNER, ["iot"], SeatRole.ADVISER)
    assert (invited.key, invited.state, invited.version) == (considered.key, S.INVITED, 2)
    assert (invited.role, invited.covers, invited.invited_by) == (SeatRole.ADVISER, ("iot",), LEAD)
    assert [each[1] for each in await building.transitions(invited.key)] == ["SHORTLISTED", "INVITED"]


@pytest.mark.parametrize("state", [S.DECLINED, S.EXPIRED, S.REVOKED, S.LEFT, S.REMOVED])
async def test_who_has_no_open_seat_can_be_invited_again(building: Building, state: SeatState) -> None:
    seat = await at(building, state)
    (consortium,) = await building.consortia.of(of(LEAD), None, 1)
    again = await building.join(consortium, PARTNER)
    assert (again.key != seat.key, again.state) == (True, S.ACCEPTED)


@pytest.mark.parametrize("state", [S.INVITED, S.APPLIED, S.ACCEPTED])
async def test_a_member_has_one_open_seat(building: Building, state: SeatState) -> None:
    await at(building, state)
    (consortium,) = await building.consortia.of(of(LEAD), None, 1)
    tries = (
        shortlist(building, consortium),
        apply(building, consortium, of(PARTNER)),
        building.invite(consortium, PARTNER),
    )
    for trying in tries:
        with pytest.raises(Failed) as failed:
            await trying
        assert codes(failed.value) == ["DUPLICATE"]


async def test_who_applies_does_not_learn_that_it_was_considered(building: Building) -> None:
    considered = await at(building, S.SHORTLISTED)
    (consortium,) = await building.consortia.of(of(LEAD), None, 1)
    with pytest.raises(Failed) as failed:
        await shortlist(building, consortium)
    assert codes(failed.value) == ["DUPLICATE"]
    seat = await apply(building, consortium, of(PARTNER))
    (shown,) = await building.consortia.of(of(PARTNER), None, 1)
    assert [each.key for each in shown.seats if each.member == PARTNER] == [seat.key]
    await building.answer(seat, accept=False, by=of(LEAD))
    assert (await building.invite(consortium, PARTNER)).key == considered.key


@pytest.mark.parametrize(
    ("member", "how", "expected", "path"),
    [
        (LEAD, {}, "INVALID_INPUT", "memberId"),
        (global_id("Member", UUID(int=1)), {}, "NOT_FOUND", "memberId"),
        ("nobody", {}, "INVALID_INPUT", "memberId"),
        (reference(THERE, "1").replace("T", "t", 1), {}, "INVALID_INPUT", "memberId"),
        (reference(THERE, "nobody"), {}, "NOT_FOUND", "memberId"),
        (FAR, {}, "NO_AGREEMENT", "memberId"),
        (PARTNER, {"role": SeatRole.LEAD}, "INVARIANT_VIOLATED", "role"),
        (PARTNER, {"covers": ["nothing"]}, "INVALID_INPUT", "covers"),
        (PARTNER, {"covers": ["maps", "maps"]}, "INVALID_INPUT", "covers"),
        (PARTNER, {"expires": datetime.now(UTC) - timedelta(seconds=1)}, "INVALID_INPUT", "expiresAt"),
        (PARTNER, {"expires": datetime.now(UTC) + timedelta(days=367)}, "INVALID_INPUT", "expiresAt"),
        (PARTNER, {"by": of(PARTNER)}, "NOT_FOUND", "consortiumId"),
        (PARTNER, {"by": AWAY}, "NOT_FOUND", "consortiumId"),
    ],
)
async def test_who_cannot_be_invited(
    building: Building, member: str, how: dict[str, Any], expected: str, path: str
) -> None:
    consortium = await building.create()
    before = await building.everything()
    with pytest.raises(Failed) as failed:
        await building.invite(consortium, member, **how)
    assert codes(failed.value) == [expected]
    assert failed.value.failures[0].path[0] == path
    assert await building.everything() == before


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (lambda b: b.registries.silent.add(THERE), "SOURCE_UNAVAILABLE"),
        (lambda b: b.registries.members.pop(PARTNER), "NOT_FOUND"),
        (lambda b: b.registries.add(profile(PARTNER, purposes=frozenset())), "CONSENT_MISSING"),
        (lambda b: b.pacts.pacts.clear(), "NO_AGREEMENT"),
    ],
)
async def test_who_cannot_take_part_can_still_decline(
    building: Building, prepare: Callable[[Building], object], expected: str
) -> None:
    consortium = await building.create()
    invited = await building.invite(consortium, PARTNER)
    prepare(building)
    for trying in (building.answer(invited), building.invite(consortium, PARTNER)):
        with pytest.raises(Failed) as failed:
            await trying
        assert codes(failed.value) == [expected]
    assert (await building.answer(invited, accept=False)).state is S.DECLINED


async def test_the_agreement_has_to_cover_the_clusters_of_all_who_take_part(building: Building) -> None:
    building.pacts.pacts.append({"technomontreal", AFAR})
    consortium = await building.create()
    apart = await building.invite(consortium, FAR)
    await building.join(consortium, PARTNER)
    more = reference(AFAR, "more")
    building.registries.add(profile(more))
    for trying in (building.answer(apart), building.invite(consortium, more)):
        with pytest.raises(Failed) as failed:
            await trying
        assert codes(failed.value) == ["NO_AGREEMENT"]
    building.pacts.pacts.append({"technomontreal", THERE, AFAR})
    assert (await building.answer(apart)).state is S.ACCEPTED


@pytest.mark.parametrize("accept", [True, False])
async def test_an_invitation_that_was_not_answered_in_time_has_expired(building: Building, accept: bool) -> None:
    consortium = await building.create()
    seat = await building.invite(consortium, PARTNER, ["maps"])
    await expire(building, seat)
    assert (await building.seat(seat)).state is S.EXPIRED
    assert (await building.assessed(consortium)).coverage[1].pending_by == ()
    with pytest.raises(Failed) as failed:
        await building.answer(seat, accept=accept)
    assert codes(failed.value) == ["INVALID_TRANSITION"]
    assert (await building.transitions(seat.key))[-1][1] == "INVITED"
    assert await building.consortia.expire() == 1
    assert await building.consortia.expire() == 0
    assert (await building.transitions(seat.key))[-1] == ("INVITED", "EXPIRED", "SYSTEM")


async def test_what_has_expired_is_written_down_by_the_next_act_as_well(building: Building) -> None:
    consortium = await building.create()
    seat = await building.invite(consortium, PARTNER)
    await expire(building, seat)
    again = await building.invite(consortium, PARTNER)
    assert [each.state for each in (await building.now(consortium)).seats] == [S.ACCEPTED, S.EXPIRED, S.INVITED]
    assert (await building.transitions(seat.key))[-1] == ("INVITED", "EXPIRED", "SYSTEM")
    acts = await building.store.fetch(
        "select act from corridor.transition where entity_key = any($1)", [seat.key, again.key]
    )
    assert len({row["act"] for row in acts}) == 2  # that of the first invitation, and that of the second


@pytest.mark.parametrize(
    ("state", "act", "who"), [(state, act, who) for (state, act), (_, who) in TABLE.items()], ids=str
)
async def test_invariant_21_a_stale_version_changes_nothing(
    building: Building, state: SeatState, act: str, who: str
) -> None:
    seat = await at(building, state)
    before = await building.everything()
    for version in (seat.version - 1, seat.version + 1):
        with pytest.raises(Failed) as failed:
            await do(building, act, seat, VIEWERS[who], version)
        assert codes(failed.value) == ["STALE_VERSION"]
    consortium = (await building.consortia.of(of(LEAD), None, 1))[0]
    for trying in (
        building.seats.invite(Command(of(LEAD), "i", {}), consortium.id, SPARE, SeatRole.PARTNER, [], SOON, 1),
        building.seats.shortlist(Command(of(LEAD), "s", {}), consortium.id, SPARE, SeatRole.PARTNER, [], 1),
    ):
        with pytest.raises(Failed) as failed:
            await trying
        assert codes(failed.value) == ["STALE_VERSION"]
    assert await building.everything() == before


async def test_invariant_18_a_repeated_answer_gives_the_first_result(building: Building) -> None:
    seat = await at(building, S.INVITED)
    command = Command(of(PARTNER), "answer", {"seatId": seat.id}, "k")
    first = await building.seats.answer(command, seat.id, seat.version, accept=True)
    building.registries.silent.add(THERE)
    await do(building, "remove", seat, of(LEAD))
    assert await building.seats.answer(command, seat.id, seat.version, accept=True) == first
    assert (await building.seat(seat)).state is S.REMOVED


async def test_a_member_applies_to_what_recruits_and_only_with_its_id(building: Building) -> None:
    consortium = await building.create()
    for refused in (of(PARTNER), AWAY):
        with pytest.raises(Failed) as failed:
            await apply(building, consortium, refused)
        assert codes(failed.value) == ["NOT_FOUND"]  # it is a draft, which nobody else knows of
    await building.move("recruit", consortium)
    seat = await apply(building, consortium, of(PARTNER))
    assert (seat.state, await building.transitions(seat.key)) == (S.APPLIED, [(None, "APPLIED", "MEMBER")])
    with pytest.raises(Failed) as failed:
        await apply(building, consortium, of(OTHER), role=SeatRole.LEAD)
    assert codes(failed.value) == ["INVARIANT_VIOLATED"]
    assert (await building.answer(seat, by=of(LEAD))).state is S.ACCEPTED
    await building.form(consortium)
    with pytest.raises(Failed) as failed:
        await apply(building, consortium, of(OTHER))
    assert codes(failed.value) == ["NOT_FOUND"]


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\0b"])
async def test_a_removal_has_a_reason(building: Building, reason: str) -> None:
    seat = await at(building, S.ACCEPTED)
    with pytest.raises(Failed) as failed:
        await building.seats.remove(Command(of(LEAD), "remove", {}), seat.id, reason, seat.version)
    assert (codes(failed.value), failed.value.failures[0].path) == (["INVALID_INPUT"], ("reason",))


async def test_in_what_has_ended_no_seat_changes_any_more(building: Building) -> None:
    consortium = await building.create()
    invited = await building.invite(consortium, PARTNER)
    await building.move("dissolve", consortium)
    lead = seat_of(await building.now(consortium), LEAD)
    tries: Collection[tuple[str, Seat, Viewer]] = [
        ("accept", invited, of(PARTNER)),
        ("decline", invited, of(PARTNER)),
        ("revoke", invited, of(LEAD)),
        ("leave", lead, of(LEAD)),
    ]
    for act, seat, by in tries:
        with pytest.raises(Failed) as failed:
            await do(building, act, seat, by)
        assert codes(failed.value) == ["INVALID_TRANSITION"]
    with pytest.raises(Failed) as failed:
        await building.invite(consortium, OTHER)
    assert codes(failed.value) == ["INVALID_TRANSITION"]
