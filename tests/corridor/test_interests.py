"""Expressions of interest: who may do and know what, in every state."""

from uuid import uuid4

import pytest

from adapters.contract.viewers import ViewerClass
from gateway.corridor.failures import Failed
from gateway.corridor.interest import MACHINE
from schemas.codes import ActorRole, InterestState, ReleaseState
from tests.corridor.interested import (
    ACTS,
    AWAY,
    HOME,
    RECEIVER,
    RECEIVING,
    SENDER,
    SENDING,
    THERE,
    VEILED,
    VIEWERS,
    WHOSE,
    Corridor,
    acting,
    at,
    code,
    posted,
)
from tests.corridor.registries import global_id

STATE = InterestState
OPEN = (STATE.DRAFT, STATE.SUBMITTED, STATE.SCREENING, STATE.FORWARDED)
ALLOWED = {
    (STATE.DRAFT, "submit"): {STATE.SUBMITTED, STATE.SCREENING},
    **{(state, "withdraw"): {STATE.WITHDRAWN} for state in OPEN},
    (STATE.SUBMITTED, "accept"): {STATE.MUTUAL},
    (STATE.FORWARDED, "accept"): {STATE.MUTUAL},
    (STATE.SUBMITTED, "decline"): {STATE.DECLINED},
    (STATE.FORWARDED, "decline"): {STATE.DECLINED},
    (STATE.SCREENING, "forward"): {STATE.FORWARDED},
    (STATE.SCREENING, "refuse"): {STATE.DECLINED},
}
"""What domain.md allows, to the one whose act it is."""


def refusal(state: InterestState, act: str, who: str, *, known: bool) -> str:
    """With which code an act fails that is not allowed."""
    if not known:
        return "NOT_FOUND"
    if WHOSE[act] != who:
        return "FORBIDDEN"
    if act == "refuse" and (state, "decline") in ALLOWED:
        return "FORBIDDEN"  # there is such a transition, and it is the receiver's
    return "INVALID_TRANSITION"


@pytest.mark.parametrize(
    ("state", "screening"),
    [
        *((state, False) for state in STATE if state not in {STATE.SCREENING, STATE.FORWARDED}),
        *((state, True) for state in STATE if state is not STATE.SUBMITTED),
    ],
)
async def test_the_machine_in_full(
    corridor: Corridor, screened: Corridor, state: InterestState, *, screening: bool
) -> None:
    """Every state, every act, everybody: it is done and gives the state of the table, or fails and changes nothing."""
    where = screened if screening else corridor
    key = await at(where, state)
    before = await where.seen(key)
    written = await where.count("transition")
    for act, do in ACTS.items():
        for who, viewer in VIEWERS.items():
            if (state, act) in ALLOWED and WHOSE[act] == who:
                continue
            with pytest.raises(Failed) as failed:
                await do(where, viewer, key, before.version)
            known = await where.knows(key, viewer)
            assert code(failed.value) == refusal(state, act, who, known=known), (act, who)
    assert await where.seen(key) == before
    assert await where.count("transition") == written
    for (begin, act), after in ALLOWED.items():
        if begin is state:
            new = await at(where, state)
            version = (await where.seen(new)).version
            await ACTS[act](where, VIEWERS[WHOSE[act]], new, version)
            found = await where.seen(new)
            assert found.state in after
            assert found.version == version + 1


def test_there_is_no_other_way_than_those_of_the_acts_and_of_the_system() -> None:
    by_people = {
        (before, after)
        for (before, after), roles in MACHINE.transitions.items()
        if roles & {ActorRole.MEMBER, ActorRole.CLUSTER_COORDINATOR}
    }
    assert by_people == {
        (before, after)
        for (before, _), results in ALLOWED.items()
        for after in results
        if (before, after) != (STATE.DRAFT, STATE.SCREENING)
    }
    assert {(before, after) for (before, after), roles in MACHINE.transitions.items() if ActorRole.SYSTEM in roles} == {
        (STATE.SUBMITTED, STATE.SCREENING),
        *((each, STATE.EXPIRED) for each in OPEN),
        *((each, STATE.WITHDRAWN) for each in OPEN),
    }


@pytest.mark.parametrize("act", ACTS)
async def test_invariant_21_a_stale_version_changes_nothing(corridor: Corridor, screened: Corridor, act: str) -> None:
    state = next(state for state, name in ALLOWED if name == act)
    where = screened if state in {STATE.SCREENING, STATE.FORWARDED} else corridor
    key = await at(where, state)
    before, acts = await where.seen(key), await where.count("act")
    for version in (before.version - 1, before.version + 1):
        with pytest.raises(Failed) as failed:
            await ACTS[act](where, VIEWERS[WHOSE[act]], key, version)
        assert code(failed.value) == "STALE_VERSION"
        assert failed.value.failures[0].path == ("expectedVersion",)
    assert (await where.seen(key), await where.count("act")) == (before, acts)


async def test_an_interest_is_expressed_and_answered_and_opens_the_contacts_of_both(corridor: Corridor) -> None:
    key = await corridor.express()
    sent = await corridor.seen(key)
    assert (sent.state, sent.version, sent.sender, sent.receiver, sent.message, sent.lang) == (
        "SUBMITTED", 1, SENDER, RECEIVER, "Nous avons une passerelle.", "fr-CA",
    )  # fmt: skip
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
    found = await corridor.seen(key, RECEIVING)
    assert found.state is STATE.MUTUAL
    assert found.release is not None
    assert found.release.state is ReleaseState.ACTIVE
    assert [(each.before, each.after, each.by) for each in found.history] == [
        (None, "SUBMITTED", SENDER), ("SUBMITTED", "MUTUAL", RECEIVER),
    ]  # fmt: skip
    assert await corridor.topics() == [[SENDER, RECEIVER], [SENDER, RECEIVER]]


async def test_a_draft_is_for_the_sender_alone_until_it_is_sent(corridor: Corridor) -> None:
    key = await corridor.express(draft=True)
    assert not await corridor.knows(key, RECEIVING)
    assert not await corridor.knows(key, AWAY)
    assert await corridor.topics() == [[SENDER]]
    drafted = await corridor.seen(key)
    await corridor.rewrite("update corridor.interest set expires_at = expires_at - interval '9 days'")
    await corridor.interests.submit(SENDING, key, 1)
    found = await corridor.seen(key, RECEIVING)
    assert found.state is STATE.SUBMITTED
    assert found.expires_at >= drafted.expires_at
    assert await corridor.topics() == [[SENDER], [SENDER, RECEIVER]]


async def test_the_receiver_does_not_know_of_what_its_cluster_looks_at(screened: Corridor) -> None:
    key = await screened.express()
    assert (await screened.seen(key)).state is STATE.SCREENING
    assert not await screened.knows(key, RECEIVING)
    assert await screened.interests.known(RECEIVING, None, 10) == []
    assert [each.key for each in await screened.interests.known(AWAY, STATE.SCREENING, 10)] == [key]
    assert await screened.topics() == [[SENDER, f"Screening:{THERE}"]]
    await screened.interests.screen(AWAY, key, 1, forward=True, reason="it fits")
    found = await screened.seen(key, RECEIVING)
    assert found.state is STATE.FORWARDED
    assert [(each.after, each.role, each.reason) for each in found.history] == [
        ("SUBMITTED", "MEMBER", None), ("SCREENING", "SYSTEM", None), ("FORWARDED", "CLUSTER_COORDINATOR", "it fits"),
    ]  # fmt: skip
    assert [each.by for each in found.history] == [SENDER, None, global_id("Cluster", THERE, THERE)]
    cluster = f"Screening:{THERE}"
    assert await screened.topics() == [[SENDER, cluster], [SENDER, RECEIVER, cluster]]
    await screened.interests.answer(RECEIVING, key, 2, accept=False)
    assert (await screened.topics())[2:] == [[SENDER, RECEIVER]], "it is with the receiver now"


@pytest.mark.parametrize("end", ["refuse", "withdraw"])
async def test_what_ended_while_it_was_screened_stays_unknown_to_the_receiver(screened: Corridor, end: str) -> None:
    key = await screened.express()
    await ACTS[end](screened, VIEWERS[WHOSE[end]], key, 1)
    assert not await screened.knows(key, RECEIVING)
    assert await screened.interests.known(RECEIVING, None, 10) == []
    assert await screened.knows(key, AWAY)
    assert await screened.topics() == [[SENDER, f"Screening:{THERE}"]] * 2


@pytest.mark.parametrize("anonymous", [False, True])
async def test_lists_and_reads_by_key_agree_on_who_knows_of_what(
    corridor: Corridor, screened: Corridor, *, anonymous: bool
) -> None:
    made = [
        await at(where, state, anonymous=anonymous)
        for where, states in (
            (corridor, set(STATE) - {STATE.SCREENING, STATE.FORWARDED}),
            (screened, set(STATE) - {STATE.SUBMITTED}),
        )
        for state in sorted(states)
    ]
    late = await corridor.express(posted(corridor))
    await corridor.overdue(late)  # nobody has written down yet that it has expired
    made.append(late)
    for viewer in VIEWERS.values():
        known = await corridor.interests.read(made, viewer)
        listed = await corridor.interests.known(viewer, None, 100)
        assert listed == [known[key] for key in reversed(made) if key in known]
        for state in STATE:
            found = await corridor.interests.known(viewer, state, 100)
            assert found == [each for each in listed if each.state is state]


async def test_a_list_goes_on_behind_what_was_read_last(corridor: Corridor) -> None:
    made = [await corridor.express(posted(corridor)) for _ in range(5)]
    first = await corridor.interests.known(RECEIVING, None, 2)
    second = await corridor.interests.known(RECEIVING, None, 2, first[-1].key)
    third = await corridor.interests.known(RECEIVING, None, 2, second[-1].key)
    assert [each.key for each in (*first, *second, *third)] == made[::-1]
    assert await corridor.interests.known(RECEIVING, None, 2, uuid4()) == []


async def test_invariant_7_an_anonymous_posting_stays_so_until_both_are_interested(corridor: Corridor) -> None:
    key = await corridor.express(VEILED)
    for viewer in (SENDING, HOME):
        seen = await corridor.seen(key, viewer)
        assert seen.receiver is None
        assert RECEIVER not in repr(seen)
        assert [each.receiver for each in await corridor.interests.known(viewer, None, 10)] == [None]
    for viewer in (RECEIVING, AWAY):
        assert (await corridor.seen(key, viewer)).receiver == RECEIVER
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
    assert (await corridor.seen(key)).receiver == RECEIVER


async def test_invariant_7_a_refusal_does_not_name_who_refused(corridor: Corridor) -> None:
    key = await corridor.express(VEILED)
    await corridor.interests.answer(RECEIVING, key, 1, accept=False)
    for viewer in (SENDING, HOME):
        seen = await corridor.seen(key, viewer)
        assert [each.by for each in seen.history] == [SENDER, None]
        assert RECEIVER not in repr(seen)
    assert (await corridor.seen(key, RECEIVING)).history[-1].by == RECEIVER


async def test_a_coordinator_reads_what_concerns_its_members_and_cannot_answer_for_them(corridor: Corridor) -> None:
    key = await corridor.express()
    third = acting(ViewerClass.COORDINATOR, "third")
    assert await corridor.knows(key, HOME)
    assert await corridor.knows(key, AWAY)
    assert not await corridor.knows(key, third)
    assert await corridor.interests.known(third, None, 10) == []
