"""Agreements: how they come about and end, step by step, and who may do what."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.corridor.acts import Result
from gateway.corridor.agreeing import MACHINE, Change, Terms
from gateway.corridor.agreements import read_agreements
from gateway.corridor.failures import Failed
from schemas.codes import ActorRole, AgreementState
from tests.corridor.negotiation import (
    BY,
    CLUSTERS,
    DAY,
    STATE,
    STATES,
    TODAY,
    A,
    B,
    C,
    Negotiation,
    assessment,
    failing,
)
from tests.viewers import PARTNER, viewer

# How it comes about.


async def test_from_negotiation_to_in_force(negotiation: Negotiation) -> None:
    at = await negotiation.register(document_hash="ab" * 32, valid_until=TODAY + DAY)
    assert (at.written, at.ordinal, at.version, at.signed_by) == (STATE.NEGOTIATION, 1, 1, ())
    assert (at.parties, at.purposes) == ((B, A), (Purpose.PROFILE_EXCHANGE,))
    assert (await negotiation.sign(A, date(2013, 6, 26))).signed_by == (A,)
    signed = await negotiation.sign(B, date(2013, 6, 27))
    assert (signed.written, signed.signed_on) == (STATE.SIGNED, date(2013, 6, 27))
    assert (await negotiation.assess(A, B)).written is STATE.SIGNED
    in_force = await negotiation.assess(B, A)
    assert (in_force.written, in_force.version) == (STATE.IN_FORCE, 5)
    assert [(each.from_cluster, each.to_cluster) for each in in_force.assessments] == [(B, A), (A, B)]
    assert await negotiation.transitions() == [
        (None, "NEGOTIATION", "CLUSTER_COORDINATOR"),
        ("NEGOTIATION", "SIGNED", "CLUSTER_COORDINATOR"),
        ("SIGNED", "IN_FORCE", "SYSTEM"),
    ]


async def test_assessed_before_it_is_signed_it_comes_into_force_with_the_last_signature(
    negotiation: Negotiation,
) -> None:
    await negotiation.register()
    await negotiation.assess(A, B)
    await negotiation.assess(B, A)
    assert (await negotiation.sign(B)).written is STATE.NEGOTIATION
    assert (await negotiation.sign(A)).written is STATE.IN_FORCE
    assert [after for _, after, _ in await negotiation.transitions()] == ["NEGOTIATION", "SIGNED", "IN_FORCE"]


async def test_with_an_assessment_missing_in_one_direction_it_is_not_in_force(negotiation: Negotiation) -> None:
    await negotiation.register(A, B, C)
    for party in CLUSTERS:
        await negotiation.sign(party)
    for by, to in ((A, B), (A, C), (B, A), (B, C), (C, A)):
        assert (await negotiation.assess(by, to)).written is STATE.SIGNED
    assert (await negotiation.assess(C, B)).written is STATE.IN_FORCE


async def test_with_a_review_that_is_due_it_does_not_come_into_force(negotiation: Negotiation) -> None:
    await negotiation.register()
    await negotiation.assess(A, B, review_by=TODAY + DAY)
    await negotiation.assess(B, A)
    negotiation.day += 2 * DAY
    await negotiation.sign(A)
    assert (await negotiation.sign(B)).written is STATE.SIGNED
    renewed = await negotiation.assess(A, B, assessed_on=negotiation.day)
    assert renewed.written is STATE.IN_FORCE
    assert len(renewed.assessments) == 2
    assert await negotiation.store.fetchval("select count(*) from corridor.privacy_assessment") == 3


async def test_past_its_last_day_it_neither_is_signed_nor_comes_into_force(negotiation: Negotiation) -> None:
    await negotiation.register(valid_until=TODAY)
    await negotiation.sign(A)
    negotiation.day += DAY
    assert (await failing(negotiation.sign(B)))[0] == "INVARIANT_VIOLATED"
    assert (await failing(negotiation.assess(A, B)))[0] == "INVARIANT_VIOLATED"


# The machine.

_WISHES = (STATE.SIGNED, STATE.SUSPENDED, STATE.IN_FORCE, STATE.TERMINATED)


async def wish(negotiation: Negotiation, wanted: AgreementState, by: Viewer) -> Result:
    """Asks for a transition as people can: there is no act for those of the system."""
    change = replace(await negotiation.change(A), viewer=by)
    agreeing = negotiation.agreeing
    acts: Mapping[AgreementState, Callable[[Change], Awaitable[Result]]] = {
        STATE.SIGNED: agreeing.sign,
        STATE.SUSPENDED: agreeing.suspend,
        STATE.IN_FORCE: agreeing.resume,
        STATE.TERMINATED: agreeing.terminate,
    }
    return await acts[wanted](change)


@pytest.mark.parametrize("wanted", _WISHES)
@pytest.mark.parametrize("state", STATES)
async def test_a_party_makes_the_transitions_of_the_table_and_no_others(
    negotiation: Negotiation, state: AgreementState, wanted: AgreementState
) -> None:
    before = await negotiation.at(state)
    roles = MACHINE.transitions.get((state, wanted), frozenset())
    if ActorRole.CLUSTER_COORDINATOR in roles:
        await wish(negotiation, wanted, BY[B])
        after = await negotiation.now()
        assert after.version == before.version + 1
        if wanted is STATE.SIGNED:
            assert (after.written, after.signed_by) == (STATE.NEGOTIATION, (B,))
        else:
            assert after.written is wanted
    else:
        code, _ = await failing(wish(negotiation, wanted, BY[B]))
        assert code == ("FORBIDDEN" if roles else "INVALID_TRANSITION")
        after = await negotiation.now()
        assert after.state(negotiation.day) is state
        assert after.written is state


@pytest.mark.parametrize("wanted", _WISHES)
@pytest.mark.parametrize(
    "by",
    [
        BY[C],
        PARTNER,
        ANONYMOUS,
        viewer(ViewerClass.MEMBER, A, "TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy"),
        viewer(ViewerClass.PRIVACY_OFFICER, A),
    ],
    ids=lambda by: f"{by.kind}-{by.cluster}",
)
async def test_nobody_but_a_coordinator_of_a_party_does_anything(
    negotiation: Negotiation, wanted: AgreementState, by: Viewer
) -> None:
    before = await negotiation.at(STATE.NEGOTIATION if wanted is STATE.SIGNED else STATE.IN_FORCE)
    assert (await failing(wish(negotiation, wanted, by)))[0] == "FORBIDDEN"
    assert await negotiation.now() == before


def test_the_table_is_that_of_the_domain() -> None:
    system, party = frozenset({ActorRole.SYSTEM}), frozenset({ActorRole.CLUSTER_COORDINATOR})
    assert {(before.value, after.value): roles for (before, after), roles in MACHINE.transitions.items()} == {
        ("NEGOTIATION", "SIGNED"): party,
        ("SIGNED", "IN_FORCE"): system,
        ("IN_FORCE", "SUSPENDED"): party,
        ("SUSPENDED", "IN_FORCE"): party,
        ("IN_FORCE", "TERMINATED"): party,
        ("SUSPENDED", "TERMINATED"): party,
        ("IN_FORCE", "EXPIRED"): system,
        ("SUSPENDED", "EXPIRED"): system,
    }


@pytest.mark.parametrize("state", [STATE.EXPIRED, STATE.TERMINATED])
async def test_nothing_is_assessed_when_it_is_over(negotiation: Negotiation, state: AgreementState) -> None:
    await negotiation.at(state)
    assert (await failing(negotiation.assess(A, B, assessed_on=TODAY)))[0] == "INVALID_TRANSITION"


async def test_each_party_signs_once(negotiation: Negotiation) -> None:
    await negotiation.register()
    await negotiation.sign(A)
    assert (await failing(negotiation.sign(A)))[0] == "DUPLICATE"


async def test_an_assessment_is_renewed_while_it_is_in_force(negotiation: Negotiation) -> None:
    await negotiation.in_force()
    renewed = await negotiation.assess(A, B, review_by=TODAY + 700 * DAY)
    assert {each.review_by for each in renewed.assessments if each.from_cluster == A} == {TODAY + 700 * DAY}
    assert renewed.written is STATE.IN_FORCE


async def test_it_is_not_resumed_with_a_review_that_is_due(negotiation: Negotiation) -> None:
    await negotiation.in_force()
    await negotiation.agreeing.suspend(await negotiation.change(A))
    negotiation.day += 400 * DAY
    assert (await failing(wish(negotiation, STATE.IN_FORCE, BY[B])))[0] == "INVARIANT_VIOLATED"


async def test_past_its_last_day_it_has_expired_and_the_system_says_so_once(negotiation: Negotiation) -> None:
    found = await negotiation.in_force(valid_until=TODAY)
    assert found.state(TODAY) is STATE.IN_FORCE
    assert (found.written, found.state(TODAY + DAY)) == (STATE.IN_FORCE, STATE.EXPIRED)
    await negotiation.agreeing.expire()
    assert (await negotiation.now()).written is STATE.IN_FORCE
    negotiation.day += DAY
    await asyncio.gather(negotiation.agreeing.expire(), negotiation.agreeing.expire())
    after = await negotiation.now()
    assert (after.written, after.version) == (STATE.EXPIRED, found.version)
    assert (await negotiation.transitions())[-1] == ("IN_FORCE", "EXPIRED", "SYSTEM")
    by = await negotiation.store.fetchval("select by from corridor.transition order by id desc limit 1")
    assert by == "system"


# What is given.


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"series": "Not a slug"}, "series"),
        ({"series": "x" * 101}, "series"),
        ({"series": ""}, "series"),
        ({"parties": (A,)}, "parties"),
        ({"parties": (A, A)}, "parties"),
        ({"parties": (A, B, A)}, "parties"),
        ({"parties": (A, "atlantis")}, "parties"),
        ({"purposes": []}, "purposes"),
        ({"document_hash": "AB" * 32}, "documentHash"),
        ({"document_hash": "ab"}, "documentHash"),
    ],
)
async def test_terms_that_are_none(negotiation: Negotiation, terms: Mapping[str, Any], path: str) -> None:
    assert await failing(negotiation.register(**terms)) == ("INVALID_INPUT", (path,))
    assert await negotiation.store.fetchval("select count(*) from corridor.agreement") == 0


async def test_a_last_day_that_is_over_is_none(negotiation: Negotiation) -> None:
    assert await failing(negotiation.register(valid_until=TODAY - DAY)) == ("INVARIANT_VIOLATED", ("validUntil",))


async def test_who_registers_is_a_party(negotiation: Negotiation) -> None:
    terms = Terms("invented", (A, B), [Purpose.MISSION])
    for by in (BY[C], viewer(ViewerClass.MEMBER, A), PARTNER):
        assert (await failing(negotiation.agreeing.register(by, terms)))[0] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"to_cluster": A}, "toCluster"),
        ({"to_cluster": C}, "toCluster"),
        ({"categories": ()}, "dataCategories"),
        ({"outcome": " "}, "outcome"),
        ({"outcome": "x" * 2001}, "outcome"),
        ({"outcome": "a\0b"}, "outcome"),
        ({"outcome": "a\ud800b"}, "outcome"),
        ({"assessed_on": TODAY + DAY}, "assessedOn"),
        ({"assessed_on": TODAY - 9 * DAY, "review_by": TODAY - DAY}, "reviewBy"),
        ({"assessed_on": TODAY, "review_by": TODAY}, "reviewBy"),
    ],
)
async def test_assessments_that_are_none(negotiation: Negotiation, changed: Mapping[str, Any], path: str) -> None:
    await negotiation.register()
    assert await failing(negotiation.assess(A, B, **changed)) == ("INVALID_INPUT", (path,))
    assert (await negotiation.now()).assessments == ()


async def test_a_direction_is_assessed_by_the_cluster_that_the_data_comes_from(negotiation: Negotiation) -> None:
    await negotiation.register()
    work = negotiation.agreeing.assess(await negotiation.change(A), assessment(B, A))
    assert (await failing(work))[0] == "FORBIDDEN"


async def test_a_signature_of_tomorrow_is_none(negotiation: Negotiation) -> None:
    await negotiation.register()
    assert await failing(negotiation.sign(A, TODAY + DAY)) == ("INVALID_INPUT", ("signedOn",))


async def test_a_reason_stands_beside_the_transition(negotiation: Negotiation) -> None:
    await negotiation.in_force()
    await negotiation.agreeing.suspend(await negotiation.change(A), "Invented reason")
    assert (
        await negotiation.store.fetchval("select reason from corridor.transition order by id desc limit 1")
        == "Invented reason"
    )
    for reason in ("x" * 2001, " ", ""):
        work = negotiation.agreeing.terminate(await negotiation.change(A), reason)
        assert await failing(work) == ("INVALID_INPUT", ("reason",))


async def test_an_agreement_that_is_not_there(negotiation: Negotiation) -> None:
    assert await failing(negotiation.agreeing.suspend(Change(BY[A], uuid4(), 1))) == ("NOT_FOUND", ("id",))


# Versions, keys, races.


@pytest.mark.parametrize("off", [-1, 1])
async def test_invariant_21_a_stale_version_changes_nothing(negotiation: Negotiation, off: int) -> None:
    before = await negotiation.in_force()
    change = await negotiation.change(A)
    stale = replace(change, version=change.version + off)
    for work in (
        negotiation.agreeing.sign(stale),
        negotiation.agreeing.assess(stale, assessment(A, B)),
        negotiation.agreeing.suspend(stale),
        negotiation.agreeing.resume(stale),
        negotiation.agreeing.terminate(stale),
    ):
        assert await failing(work) == ("STALE_VERSION", ("expectedVersion",))
    assert await negotiation.now() == before


async def test_invariant_18_the_same_key_acts_once(negotiation: Negotiation) -> None:
    terms = Terms("invented", (A, B), [Purpose.MISSION])
    first = await negotiation.agreeing.register(BY[A], terms, "k")
    assert await negotiation.agreeing.register(BY[A], terms, "k") == first
    negotiation.key = UUID(first["agreement"])
    change = await negotiation.change(A, "s")
    assert await negotiation.agreeing.sign(change) == await negotiation.agreeing.sign(change) == first
    assert (await negotiation.now()).version == 2


async def test_of_two_at_once_one_is_stale(negotiation: Negotiation) -> None:
    await negotiation.in_force()
    changes = [await negotiation.change(A), await negotiation.change(B)]
    results = await asyncio.gather(*(negotiation.agreeing.suspend(each) for each in changes), return_exceptions=True)
    (failed,) = [each for each in results if isinstance(each, Failed)]
    assert failed.failures[0].code == "STALE_VERSION"
    assert [after for _, after, _ in await negotiation.transitions()][-2:] == ["IN_FORCE", "SUSPENDED"]


async def test_who_waits_for_another_change_comes_too_late(negotiation: Negotiation) -> None:
    """The one holds the row while the other comes: it sees what was done, and not what it read before."""
    found = await negotiation.in_force()
    change = await negotiation.change(B)
    async with negotiation.store.transaction() as connection:
        await connection.execute("select from corridor.agreement where id = $1 for update", found.key)
        late = asyncio.create_task(negotiation.agreeing.suspend(change))
        while not late.done() and not await negotiation.store.fetchval("select true from pg_locks where not granted"):
            pass
        await connection.execute(
            "update corridor.agreement set version = version + 1, state = 'SUSPENDED' where id = $1", found.key
        )
    assert await failing(late) == ("STALE_VERSION", ("expectedVersion",))


async def test_a_series_counts_without_gaps_also_for_those_at_once(negotiation: Negotiation) -> None:
    terms = Terms("invented", (A, B), [Purpose.MISSION])
    await asyncio.gather(*(negotiation.agreeing.register(BY[A], terms) for _ in range(4)))
    await negotiation.register(series="other")
    found = await read_agreements(negotiation.store)
    assert [(each.ordinal, each.series) for each in found] == [
        (1, "invented"),
        (1, "other"),
        (2, "invented"),
        (3, "invented"),
        (4, "invented"),
    ]


async def test_each_change_is_told(negotiation: Negotiation) -> None:
    found = await negotiation.in_force()
    events = await negotiation.store.fetch("select * from corridor.event order by id")
    assert [each["version"] for each in events] == [*range(1, found.version + 1)]
    assert {(each["entity"], each["entity_key"], *each["topics"]) for each in events} == {
        ("Agreement", found.key, "Agreement")
    }
