"""Consortia: from a draft to its end, by their own rules."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.codes import Level, OrgType
from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act, Command, Result
from gateway.corridor.consortium import Requirement, Rules, global_id
from gateway.corridor.failures import Failed
from gateway.reference import Reference
from schemas.codes import ConsortiumState, SeatRole, SeatState
from tests.corridor.building import (
    AWAY,
    FAR,
    HERE,
    HOME,
    IOT,
    LEAD,
    MAPS,
    OTHER,
    PARTNER,
    REQUIREMENTS,
    SPARE,
    THERE,
    Building,
    acting,
    at,
    codes,
    of,
    seat_of,
)
from tests.corridor.registries import profile
from tests.viewers import PARTNER as APP

C, S = ConsortiumState, SeatState
ACTS = {"recruit": C.RECRUITING, "form": C.FORMED, "dissolve": C.DISSOLVED, "activate": C.ACTIVE, "close": C.CLOSED}
ALLOWED = {
    (C.DRAFT, "recruit"),
    (C.DRAFT, "dissolve"),
    (C.RECRUITING, "form"),
    (C.RECRUITING, "dissolve"),
    (C.REPAIR, "form"),
    (C.AGREEMENT_SIGNED, "activate"),
    (C.ACTIVE, "close"),
}
VIEWERS = {
    "lead": of(LEAD),
    "member": of(PARTNER),
    "coordinator": HOME,
    "stranger": of(OTHER),
    "stranger's coordinator": acting(ViewerClass.COORDINATOR, "ruta-n"),
    "app": APP,
}


@pytest.mark.parametrize("state", C)
async def test_the_machine_in_full(building: Building, state: ConsortiumState) -> None:
    for act, wanted in ACTS.items():
        consortium = await at(building, state)
        assert consortium.state is state
        for name, viewer in VIEWERS.items():
            if name == "member" and state in {C.DRAFT, C.DISSOLVED}:
                continue  # considered only, which it does not know
            if name != "lead":
                before = await building.everything()
                with pytest.raises(Failed) as failed:
                    await building.move(act, consortium, by=viewer)
                known = name in {"member", "coordinator"}
                assert codes(failed.value) == ["FORBIDDEN" if known else "NOT_FOUND"]
                assert await building.everything() == before
        if (state, act) in ALLOWED:
            assert (await building.move(act, consortium)).state is wanted
            assert (await building.transitions(consortium.key))[-1] == (state, wanted, "LEAD")
        else:
            before = await building.everything()
            with pytest.raises(Failed) as failed:
                await building.move(act, consortium)
            by_system = state is C.REPAIR and act == "dissolve"
            assert codes(failed.value) == ["FORBIDDEN" if by_system else "INVALID_TRANSITION"]
            assert await building.everything() == before


async def test_the_whole_way_is_written_down(building: Building) -> None:
    consortium = await at(building, C.CLOSED)
    assert await building.transitions(consortium.key) == [
        (None, "DRAFT", "LEAD"),
        ("DRAFT", "RECRUITING", "LEAD"),
        ("RECRUITING", "FORMED", "LEAD"),
        ("FORMED", "LOI_SIGNED", "SYSTEM"),
        ("LOI_SIGNED", "AGREEMENT_SIGNED", "SYSTEM"),
        ("AGREEMENT_SIGNED", "ACTIVE", "LEAD"),
        ("ACTIVE", "CLOSED", "LEAD"),
    ]
    history = (await building.consortia.histories([consortium.key]))[consortium.key]
    assert [change.by for change in history] == [LEAD, LEAD, LEAD, None, None, LEAD, LEAD]


async def test_who_creates_leads_and_a_coordinator_does_not(building: Building) -> None:
    led = await building.create()
    assert [(seat.member, seat.role, seat.state) for seat in led.seats] == [(LEAD, SeatRole.LEAD, S.ACCEPTED)]
    assert (led.cluster, led.version, led.seats[0].covers) == (HERE, 1, ("iot", "maps", "ux"))
    unled = await building.create(by=AWAY)
    assert (unled.seats, unled.cluster, unled.version) == ((), THERE, 1)


async def test_a_coordinator_stands_in_until_somebody_leads(building: Building) -> None:
    consortium = await building.create(by=HOME)
    seat = await building.invite(consortium, LEAD, ["iot"], SeatRole.LEAD, by=HOME)
    assert (await building.transitions(seat.key))[-1] == (None, "INVITED", "CLUSTER_COORDINATOR")
    await building.answer(seat)
    for by in (HOME, AWAY):
        with pytest.raises(Failed) as failed:
            await building.invite(consortium, PARTNER, ["maps"], by=by)
        assert codes(failed.value) == ["FORBIDDEN" if by is HOME else "NOT_FOUND"]
    await building.join(consortium, PARTNER, ["maps"])
    assert (await building.form(consortium)).state is C.FORMED


@pytest.mark.parametrize(
    ("by", "prepare", "expected"),
    [
        (APP, lambda _: None, ["FORBIDDEN"]),
        (of(LEAD), lambda b: b.registries.silent.add(HERE), ["SOURCE_UNAVAILABLE"]),
        (of(LEAD), lambda b: b.registries.members.pop(LEAD), ["NOT_FOUND"]),
        (of(LEAD), lambda b: b.registries.add(profile(LEAD, purposes=frozenset())), ["CONSENT_MISSING"]),
    ],
)
async def test_who_cannot_create(
    building: Building, by: Viewer, prepare: Callable[[Building], object], expected: list[str]
) -> None:
    prepare(building)
    with pytest.raises(Failed) as failed:
        await building.create(by=by)
    assert codes(failed.value) == expected
    assert await building.everything() == [[]] * 7


REQUIRED = ("input", "requirements")


@pytest.mark.parametrize(
    ("draft", "paths"),
    [
        ({"title": " "}, {("input", "title")}),
        ({"title": "x" * 201}, {("input", "title")}),
        ({"title": "a\0b"}, {("input", "title")}),
        ({"title": "\ud800"}, {("input", "title")}),
        ({"target_markets": ("CO", "CO")}, {("input", "targetMarkets")}),
        ({"requirements": ()}, {REQUIRED}),
        ({"requirements": None}, {REQUIRED}),
        ({"requirements": tuple(Requirement(f"k{each}", IOT) for each in range(21))}, {REQUIRED}),
        ({"requirements": (Requirement("iot", "esco:iot"),)}, {(*REQUIRED, "0", "concept")}),
        ({"requirements": (Requirement("a b", IOT),)}, {(*REQUIRED, "0", "key")}),
        ({"requirements": (Requirement("a", IOT), Requirement("a", MAPS))}, {(*REQUIRED, "1", "key")}),
        ({"requirements": (Requirement("a", IOT, weight=0),)}, {(*REQUIRED, "0", "weight")}),
        ({"requirements": (Requirement("a", IOT, weight=101),)}, {(*REQUIRED, "0", "weight")}),
        ({"rules": Rules(min_members=1)}, {("input", "rules", "minMembers")}),
        ({"rules": Rules(max_members=51)}, {("input", "rules", "maxMembers")}),
        ({"rules": Rules(min_members=4, max_members=3)}, {("input", "rules", "minMembers")}),
        ({"rules": Rules(min_clusters=0)}, {("input", "rules", "minClusters")}),
        ({"rules": Rules(min_clusters=3, max_members=2)}, {("input", "rules", "minClusters")}),
        ({"rules": Rules(min_countries=0)}, {("input", "rules", "minCountries")}),
        ({"rules": Rules(required_types={OrgType.SME: 0})}, {("input", "rules", "requiredTypes", "0", "min")}),
        (
            {"rules": Rules(max_members=3, required_types={OrgType.SME: 2, OrgType.NGO: 2})},
            {("input", "rules", "requiredTypes")},
        ),
        ({"lead_covers": ("iot", "nothing")}, {("input", "leadCovers", "1")}),
        ({"opportunity": global_id("Opportunity", uuid4())}, {("input", "opportunityId")}),
        (
            {"title": "", "requirements": (Requirement("", "x:none"),)},
            {("input", "title"), (*REQUIRED, "0", "key"), (*REQUIRED, "0", "concept")},
        ),
    ],
)
async def test_a_draft_that_cannot_be(building: Building, draft: Any, paths: Collection[tuple[str, ...]]) -> None:
    with pytest.raises(Failed) as failed:
        await building.create(**draft)
    assert {each.path for each in failed.value.failures} == paths
    assert set(codes(failed.value)) <= {"INVALID_INPUT", "NOT_FOUND"}
    assert await building.everything() == [[]] * 7


async def test_invariant_2_a_consortium_is_formed_exactly_when_its_rules_hold(building: Building) -> None:
    rules = Rules(min_members=3, max_members=3, required_types={OrgType.SME: 1, OrgType.UNIVERSITY: 1})
    consortium = await building.create(rules=rules, lead_covers=("iot",))

    async def refused(*missing: str) -> None:
        before = await building.everything()
        with pytest.raises(Failed) as failed:
            await building.form(consortium)
        assert codes(failed.value) == ["INVARIANT_VIOLATED"]
        assert failed.value.failures[0].values["codes"].split(", ") == list(missing)
        assert [each.code for each in (await building.assessed(consortium)).blockers] == list(missing)
        assert await building.everything() == before

    invited = await building.invite(consortium, PARTNER, ["maps"])
    few = ["TOO_FEW_CLUSTERS", "TOO_FEW_MEMBERS", "CAPABILITY_UNCOVERED", "PENDING_INVITATION", "TYPE_RULE_UNMET"]
    await refused(*few, "COUNTRY_RULE_UNMET")
    await building.answer(invited)
    await refused("TOO_FEW_MEMBERS", "TYPE_RULE_UNMET")
    await building.join(consortium, SPARE)
    assert (await building.assessed(consortium)).formable
    building.registries.add(profile(PARTNER, {MAPS: Level.AWARENESS}))
    await refused("CAPABILITY_UNCOVERED")
    building.registries.add(profile(PARTNER, {MAPS: Level.WORKING}, purposes=frozenset()))
    await refused("CAPABILITY_UNCOVERED", "COUNTRY_RULE_UNMET", "MEMBER_UNAVAILABLE")
    building.registries.add(profile(PARTNER, {MAPS: Level.WORKING}))
    building.pacts.pacts.clear()
    with pytest.raises(Failed) as failed:
        await building.form(consortium)
    assert codes(failed.value) == ["NO_AGREEMENT"]
    building.pacts.pacts.append({HERE, THERE})
    building.registries.silent.add(THERE)
    with pytest.raises(Failed) as failed:
        await building.form(consortium)
    assert codes(failed.value) == ["SOURCE_UNAVAILABLE"]
    building.registries.silent.clear()
    assert (await building.form(consortium)).state is C.FORMED


async def test_invariant_1_it_goes_to_work_under_an_agreement_and_is_closed_without(building: Building) -> None:
    consortium = await at(building, C.AGREEMENT_SIGNED)
    pacts, building.pacts.pacts = building.pacts.pacts, []
    with pytest.raises(Failed) as failed:
        await building.move("activate", consortium)
    assert (codes(failed.value), failed.value.failures[0].path) == (["NO_AGREEMENT"], ("id",))
    assert await building.now(consortium) == consortium
    building.pacts.pacts = pacts
    await building.move("activate", consortium)
    building.pacts.pacts = []
    assert (await building.move("close", consortium)).state is C.CLOSED


async def test_invariant_3_an_invited_seat_is_not_coverage_nor_that_of_an_unavailable_member(
    building: Building,
) -> None:
    consortium = await building.create(lead_covers=("iot",))
    seat = await building.invite(consortium, PARTNER, ["maps"])
    maps = (await building.assessed(consortium)).coverage[1]
    assert ([each.key for each in maps.covered_by], [each.key for each in maps.pending_by]) == ([], [seat.key])
    await building.answer(seat)
    maps = (await building.assessed(consortium)).coverage[1]
    assert ([each.key for each in maps.covered_by], maps.pending_by) == ([seat.key], ())
    building.registries.members.pop(PARTNER)
    assessment = await building.assessed(consortium)
    assert assessment.coverage[1].covered_by == ()
    assert not assessment.silent
    assert {blocker.code: blocker.nodes for blocker in assessment.blockers}["MEMBER_UNAVAILABLE"] == (seat.id,)


async def test_invariant_18_the_same_key_gives_the_same_result(building: Building) -> None:
    consortium = await building.create(key="k")
    assert await building.create(key="k") == consortium
    await building.join(consortium, PARTNER, ["maps"])
    found = await building.now(consortium)
    command = Command(of(LEAD), "form", {"id": found.id}, "f")
    first = await building.consortia.form(command, found.id, found.version)
    before = await building.everything()
    building.registries.silent.update({HERE, THERE})
    assert await building.consortia.form(command, found.id, found.version) == first
    with pytest.raises(Failed) as failed:
        await building.consortia.form(replace(command, given={"id": "other"}), found.id, found.version)
    assert codes(failed.value) == ["DUPLICATE"]
    assert await building.everything() == before


@pytest.mark.parametrize("version", [-1, 0, 1, 99])
@pytest.mark.parametrize("act", ["recruit", "form", "dissolve", "activate", "close"])
async def test_invariant_21_a_stale_version_changes_nothing(building: Building, act: str, version: int) -> None:
    consortium = await building.create()
    await building.invite(consortium, PARTNER)
    before = await building.everything()
    with pytest.raises(Failed) as failed:
        await getattr(building.consortia, act)(Command(of(LEAD), act, {}), consortium.id, version)
    assert codes(failed.value) == ["STALE_VERSION"]
    assert failed.value.failures[0].values == {"version": "2"}
    assert await building.everything() == before


async def test_each_change_raises_the_version_by_one_and_is_told(building: Building) -> None:
    consortium = await at(building, C.ACTIVE)
    events = await building.store.fetch("select version, topics from corridor.event order by id")
    assert [row["version"] for row in events] == list(range(1, consortium.version + 1))
    assert {tuple(row["topics"]) for row in events} == {(f"Consortium:{consortium.key}",)}


async def test_who_knows_of_a_consortium(building: Building) -> None:
    consortium = await building.create()
    await building.seats.shortlist(
        Command(of(LEAD), "shortlist", {}), consortium.id, OTHER, SeatRole.PARTNER, [], consortium.version
    )

    async def seen(viewer: Viewer) -> list[str] | None:
        found = (await building.consortia.read([consortium.key], viewer)).get(consortium.key)
        listed = await building.consortia.of(viewer, None, 10)
        assert [each.key for each in listed] == ([] if found is None else [consortium.key])
        assert found is None or listed == [found]
        return None if found is None else [seat.member for seat in found.seats]

    assert await seen(of(LEAD)) == [LEAD, OTHER]
    assert await seen(HOME) == [LEAD]
    for nobody in (of(OTHER), AWAY, of(SPARE), of(FAR), APP):
        assert await seen(nobody) is None
    seat = await building.invite(consortium, PARTNER)
    for someone in (of(PARTNER), AWAY, HOME):
        assert await seen(someone) == [LEAD, PARTNER]
    assert await seen(of(OTHER)) is None
    assert await building.seats.read([seat.key], of(SPARE)) == {}
    (known,) = (await building.consortia.read([consortium.key], HOME)).values()
    assert await building.seats.read([seat.key], HOME) == {seat.key: (known, await building.seat(seat))}


async def test_the_list_of_a_viewer_is_by_state_and_the_latest_first(building: Building) -> None:
    made = [await building.create() for _ in range(3)]
    await building.move("recruit", made[1])
    assert [each.key for each in await building.consortia.of(of(LEAD), None, 2)] == [made[2].key, made[1].key]
    assert [each.key for each in await building.consortia.of(of(LEAD), C.RECRUITING, 9)] == [made[1].key]
    behind = await building.consortia.of(of(LEAD), None, 2, made[2].key)
    assert [each.key for each in behind] == [made[1].key, made[0].key]
    assert [each.key for each in await building.consortia.of(HOME, C.DRAFT, 9)] == [made[2].key, made[0].key]


async def test_a_consortium_is_read_in_one_statement_whatever_it_holds(building: Building) -> None:
    keys = [(await at(building, C.ACTIVE)).key for _ in range(2)]
    asked: list[str] = []
    fetch = building.store.fetch

    async def counting(sql: str, *values: object) -> Any:
        asked.append(sql)
        return await fetch(sql, *values)

    building.store.fetch = counting  # type: ignore[method-assign]
    found = await building.consortia.read(keys, of(PARTNER))
    assert len(asked) == 1
    for each in found.values():
        assert each.requirements == REQUIREMENTS
        assert [len(paper.signatures) for paper in each.documents] == [2, 2]


@pytest.mark.parametrize("state", [C.DRAFT, C.RECRUITING, C.FORMED, C.ACTIVE, C.CLOSED])
async def test_a_member_that_is_forgotten_leaves_all_it_takes_part_in(
    building: Building, state: ConsortiumState
) -> None:
    consortium = await at(building, state)
    invited = None if state is C.CLOSED else await building.create(by=of(OTHER))
    if invited:
        await building.invite(invited, PARTNER, by=of(OTHER))
    concerned: list[str] = []

    async def forget(act: Act) -> Result:
        concerned.extend(await building.consortia.leave_all(act, PARTNER))
        return {}

    await building.acts.do(Command(HOME, "forget", {}), forget)
    left = {each.id for each in (consortium, invited) if each is not None}
    assert set(concerned) == left - ({consortium.id} if state is C.DRAFT else set())
    seat = seat_of(await building.now(consortium), PARTNER)
    assert seat.state is (S.SHORTLISTED if state is C.DRAFT else S.LEFT)
    assert state is C.DRAFT or (await building.transitions(seat.key))[-1][2] == "SYSTEM"
    expected = C.REPAIR if state in {C.FORMED, C.ACTIVE} else state
    assert (await building.now(consortium)).state is expected
    if invited:
        assert seat_of(await building.now(invited), PARTNER).state is S.REVOKED


@pytest.mark.parametrize(
    ("id_", "code"),
    [
        ("", "INVALID_INPUT"),
        ("x", "INVALID_INPUT"),
        (LEAD, "INVALID_INPUT"),
        (Reference("Consortium", "corridor", "one").id, "INVALID_INPUT"),
        (Reference("Consortium", "corridor", str(UUID(int=10)).upper()).id, "INVALID_INPUT"),
        (global_id("Seat", UUID(int=1)), "INVALID_INPUT"),
        (global_id("Consortium", UUID(int=1)), "NOT_FOUND"),
    ],
)
async def test_an_id_of_nothing_is_not_found_and_no_id_is_refused(building: Building, id_: str, code: str) -> None:
    with pytest.raises(Failed) as failed:
        await building.consortia.form(Command(of(LEAD), "form", {}), id_, 1)
    assert codes(failed.value) == [code]
    assert failed.value.failures[0].path == ("id",)
