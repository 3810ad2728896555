"""Expressions of interest: who may do and know what, in every state, and what happens at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Result
from gateway.corridor.expressing import Rules
from gateway.corridor.failures import Failed
from gateway.corridor.interests import MACHINE
from gateway.corridor.ports import Absence, ContactState, Posting
from gateway.store import Store
from schemas.codes import ActorRole, InterestState, ReleaseState
from tests.corridor.interested import (
    AWAY,
    HERE,
    HOME,
    NEED,
    OFFER,
    OTHER,
    OWN_NEED,
    RECEIVER,
    RECEIVING,
    SENDER,
    SENDING,
    STRANGER,
    THERE,
    VEILED,
    VIEWERS,
    Corridor,
    acting,
    code,
)
from tests.corridor.registries import global_id

STATE = InterestState
_NUMBERS = count()


@pytest.fixture
def corridor(store: Store, store_owner: str) -> Corridor:
    return Corridor.of(store, store_owner)


@pytest.fixture
def screened(store: Store, store_owner: str) -> Corridor:
    """One in which the receiver's cluster looks at interests first."""
    return Corridor.of(store, store_owner, Rules(screened=frozenset({THERE})))


def posted(corridor: Corridor, *, anonymous: bool = False) -> str:
    """A need of the receiver that nobody was interested in so far."""
    need = global_id("Need", THERE, f"new-{next(_NUMBERS)}")
    corridor.registries.postings[need] = Posting(need, THERE, RECEIVER, anonymous=anonymous)
    return need


async def at(corridor: Corridor, state: InterestState, *, anonymous: bool = False) -> UUID:
    """A new interest in this state, come there by its own way."""
    draft = state is STATE.DRAFT
    key = await corridor.express(posted(corridor, anonymous=anonymous), draft=draft)
    begun = (await corridor.seen(key)).state
    match state:
        case STATE.FORWARDED:
            await corridor.interests.screen(AWAY, key, 1, forward=True)
        case STATE.MUTUAL | STATE.DECLINED if begun is STATE.SCREENING:
            await corridor.interests.screen(AWAY, key, 1, forward=True)
            await corridor.interests.answer(RECEIVING, key, 2, accept=state is STATE.MUTUAL, contact="contact-9")
        case STATE.MUTUAL | STATE.DECLINED:
            await corridor.interests.answer(RECEIVING, key, 1, accept=state is STATE.MUTUAL, contact="contact-9")
        case STATE.WITHDRAWN:
            await corridor.interests.withdraw(SENDING, key, 1)
        case STATE.EXPIRED:
            await corridor.overdue(key)
            await corridor.interests.expire()
    assert (await corridor.seen(key)).state is state
    return key


Do = Callable[[Corridor, Viewer, UUID, int], Awaitable[Result]]
ACTS: dict[str, Do] = {
    "submit": lambda c, by, key, version: c.interests.submit(by, key, version),
    "withdraw": lambda c, by, key, version: c.interests.withdraw(by, key, version),
    "accept": lambda c, by, key, version: c.interests.answer(by, key, version, accept=True, contact="contact-9"),
    "decline": lambda c, by, key, version: c.interests.answer(by, key, version, accept=False),
    "forward": lambda c, by, key, version: c.interests.screen(by, key, version, forward=True),
    "refuse": lambda c, by, key, version: c.interests.screen(by, key, version, forward=False),
}
OPEN = (STATE.DRAFT, STATE.SUBMITTED, STATE.SCREENING, STATE.FORWARDED)
WHOSE = {
    "submit": "sender", "withdraw": "sender", "accept": "receiver", "decline": "receiver",
    "forward": "receiver's cluster", "refuse": "receiver's cluster",
}  # fmt: skip
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


async def test_a_draft_is_checked_again_when_it_is_sent(corridor: Corridor) -> None:
    key = await corridor.express(draft=True)
    del corridor.registries.postings[NEED]
    with pytest.raises(Failed) as failed:
        await corridor.interests.submit(SENDING, key, 1)
    assert code(failed.value) == "NOT_FOUND"
    corridor.registries.postings[NEED] = Posting(NEED, THERE, STRANGER, anonymous=True)
    await corridor.interests.submit(SENDING, key, 1)
    assert await corridor.knows(key, OTHER), "it goes to whose need it is now"
    assert not await corridor.knows(key, RECEIVING)
    assert (await corridor.seen(key)).receiver is None


async def test_the_receiver_does_not_know_of_what_its_cluster_looks_at(screened: Corridor) -> None:
    key = await screened.express()
    assert (await screened.seen(key)).state is STATE.SCREENING
    assert not await screened.knows(key, RECEIVING)
    assert await screened.interests.known(RECEIVING, None, 10) == []
    assert [each.key for each in await screened.interests.known(AWAY, STATE.SCREENING, 10)] == [key]
    assert await screened.topics() == [[SENDER]]
    await screened.interests.screen(AWAY, key, 1, forward=True, reason="it fits")
    found = await screened.seen(key, RECEIVING)
    assert found.state is STATE.FORWARDED
    assert [(each.after, each.role, each.reason) for each in found.history] == [
        ("SUBMITTED", "MEMBER", None), ("SCREENING", "SYSTEM", None), ("FORWARDED", "CLUSTER_COORDINATOR", "it fits"),
    ]  # fmt: skip
    assert [each.by for each in found.history] == [SENDER, None, global_id("Cluster", THERE, THERE)]
    assert await screened.topics() == [[SENDER], [SENDER, RECEIVER]]


@pytest.mark.parametrize("end", ["refuse", "withdraw"])
async def test_what_ended_while_it_was_screened_stays_unknown_to_the_receiver(screened: Corridor, end: str) -> None:
    key = await screened.express()
    await ACTS[end](screened, VIEWERS[WHOSE[end]], key, 1)
    assert not await screened.knows(key, RECEIVING)
    assert await screened.interests.known(RECEIVING, None, 10) == []
    assert await screened.knows(key, AWAY)
    assert await screened.topics() == [[SENDER], [SENDER]]


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


async def test_invariant_6_one_open_interest_for_each_sender_and_subject(corridor: Corridor) -> None:
    key = await corridor.express()
    for draft in (False, True):
        with pytest.raises(Failed) as failed:
            await corridor.express(draft=draft)
        assert code(failed.value) == "DUPLICATE"
    await corridor.express(OFFER)
    await corridor.express(RECEIVER)
    await corridor.interests.withdraw(SENDING, key, 1)
    await corridor.express()


async def test_invariant_6_at_the_same_moment(corridor: Corridor) -> None:
    results = await asyncio.gather(*(corridor.express() for _ in range(5)), return_exceptions=True)
    assert sorted(code(each) if isinstance(each, Failed) else "done" for each in results) == ["DUPLICATE"] * 4 + [
        "done"
    ]
    assert await corridor.count("interest") == 1


async def test_invariant_6_what_is_overdue_does_not_stand_in_the_way(corridor: Corridor) -> None:
    old = await corridor.express()
    await corridor.overdue(old)
    new = await corridor.express()
    found = await corridor.seen(old)
    assert found.written is STATE.EXPIRED
    assert found.history[-1].role is ActorRole.SYSTEM
    assert (await corridor.seen(new)).state is STATE.SUBMITTED


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


async def test_invariant_7_no_failure_tells_whose_an_anonymous_posting_is(corridor: Corridor) -> None:
    """Each act, by each viewer: what a failure says is the same words for a posting that is not anonymous."""
    told: dict[bool, list[object]] = {}
    for anonymous in (True, False):
        need = posted(corridor, anonymous=anonymous)
        key = await corridor.express(need)
        told[anonymous] = []
        for act, do in ACTS.items():
            for viewer in VIEWERS.values():
                if WHOSE[act] == "receiver" and viewer is RECEIVING:
                    continue
                if WHOSE[act] == "sender" and viewer is SENDING and act == "withdraw":
                    continue
                with pytest.raises(Failed) as failed:
                    await do(corridor, viewer, key, 1)
                told[anonymous].append([(each.message("en"), each.path) for each in failed.value.failures])
        with pytest.raises(Failed) as failed:
            await corridor.express(need)
        told[anonymous].append([(each.message("en"), each.path) for each in failed.value.failures])
    assert told[True] == told[False]
    assert RECEIVER not in repr(told)


async def test_invariant_7_to_guess_at_the_owner_tells_nothing(corridor: Corridor) -> None:
    """An interest in the member itself is another interest, whatever there is about its anonymous posting."""
    await corridor.express(VEILED)
    await corridor.express(RECEIVER)
    await corridor.express(STRANGER)


async def test_invariant_18_the_same_key_gives_the_same_result(corridor: Corridor) -> None:
    key = await corridor.express(key="k")
    corridor.registries.postings.clear()
    corridor.registries.silent = {HERE, THERE}
    assert await corridor.express(key="k") == key, "also where registries would say otherwise by now"
    corridor.registries.silent = set()
    accepted = await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key="a")
    corridor.registries.contacts.clear()
    again = await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key="a")
    assert again == accepted
    assert await corridor.count("transition") == 3


async def test_invariant_18_the_same_key_at_the_same_moment(corridor: Corridor) -> None:
    keys = await asyncio.gather(*(corridor.express(key="k") for _ in range(4)))
    assert len(set(keys)) == 1
    results = await asyncio.gather(
        *(corridor.interests.answer(RECEIVING, keys[0], 1, accept=False, key="a") for _ in range(4))
    )
    assert results == [{"interest": str(keys[0])}] * 4
    assert await corridor.count("interest") == 1
    assert await corridor.count("transition") == 2


async def test_invariant_18_what_was_done_while_registries_were_asked_is_given(corridor: Corridor) -> None:
    """The same request twice: the second one is past its first look when the first one is committed."""
    key = await corridor.express()
    first: list[Result] = []

    async def meanwhile() -> None:
        corridor.registries.meanwhile = _nothing
        first.append(await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key="a"))
        corridor.registries.contacts.clear()

    corridor.registries.meanwhile = meanwhile
    second = await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key="a")
    assert [second] == first


async def _nothing() -> None:
    return None


async def expressing(corridor: Corridor, **changed: Any) -> Failed:
    """The failure of an interest that differs from one that would do."""
    given = {"viewer": SENDING, "about": NEED, "message": "m", "lang": "fr", "contact": "contact-2", **changed}
    with pytest.raises(Failed) as failed:
        await corridor.interests.express(**given)
    assert [await corridor.count(table) for table in ("act", "interest", "transition", "event")] == [0, 0, 0, 0]
    return failed.value


@pytest.mark.parametrize(
    ("changed", "expected", "path"),
    [
        ({"about": "no ID"}, "NOT_FOUND", ("aboutId",)),
        ({"about": global_id("Need", THERE, "gone")}, "NOT_FOUND", ("aboutId",)),
        ({"about": global_id("Member", THERE, "gone")}, "NOT_FOUND", ("aboutId",)),
        ({"about": global_id("Programme", THERE, "p")}, "NOT_FOUND", ("aboutId",)),
        ({"about": OWN_NEED}, "INVALID_INPUT", ("aboutId",)),
        ({"about": SENDER}, "INVALID_INPUT", ("aboutId",)),
        ({"contact": "nobody"}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": "contact-9"}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": ""}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": "a\0"}, "NOT_FOUND", ("shareContactRef",)),
        ({"key": "a\0"}, "INVALID_INPUT", ("idempotencyKey",)),
        ({"key": ""}, "INVALID_INPUT", ("idempotencyKey",)),
        ({"contact": "private"}, "CONSENT_MISSING", ("shareContactRef",)),
        ({"message": ""}, "INVALID_INPUT", ("message",)),
        ({"message": "x" * 2001}, "INVALID_INPUT", ("message",)),
        ({"message": "a\0b"}, "INVALID_INPUT", ("message",)),
        ({"message": "half a \ud83d"}, "INVALID_INPUT", ("message",)),
        *(({"viewer": each}, "FORBIDDEN", ()) for name, each in VIEWERS.items() if each.kind is not ViewerClass.MEMBER),
    ],
)  # fmt: skip
async def test_what_cannot_be_expressed(
    corridor: Corridor, changed: dict[str, Any], expected: str, path: tuple[str, ...]
) -> None:
    failed = await expressing(corridor, **changed)
    assert (code(failed), failed.failures[0].path) == (expected, path)


@pytest.mark.parametrize("silent", [HERE, THERE])
async def test_a_silent_registry_is_no_missing_row(corridor: Corridor, silent: str) -> None:
    corridor.registries.silent = {silent}
    for about in (NEED, RECEIVER):
        assert code(await expressing(corridor, about=about)) == "SOURCE_UNAVAILABLE"


async def test_without_an_agreement_nothing_is_expressed_sent_forwarded_or_accepted(
    corridor: Corridor, screened: Corridor
) -> None:
    drafted = await corridor.express(posted(corridor), draft=True)
    sent = await corridor.express(posted(corridor))
    held = await screened.express(posted(screened))
    for where in (corridor, screened):
        where.agreements.purposes.discard(Purpose.CONTACT_RELEASE)
    for where, act, key in (
        (corridor, "submit", drafted), (corridor, "accept", sent), (screened, "forward", held),
    ):  # fmt: skip
        with pytest.raises(Failed) as failed:
            await ACTS[act](where, VIEWERS[WHOSE[act]], key, 1)
        assert code(failed.value) == "NO_AGREEMENT"
    with pytest.raises(Failed) as failed:
        await corridor.express()
    assert code(failed.value) == "NO_AGREEMENT"
    for where, act, key in (
        (corridor, "withdraw", drafted), (corridor, "decline", sent), (screened, "refuse", held),
    ):  # fmt: skip
        await ACTS[act](where, VIEWERS[WHOSE[act]], key, 1)


async def test_within_one_cluster_no_agreement_is_needed(corridor: Corridor) -> None:
    corridor.agreements.purposes.clear()
    corridor.registries.contacts[STRANGER, "c"] = ContactState.SHAREABLE
    result = await corridor.interests.express(OTHER, VEILED, None, "es", "c")
    key = UUID(result["interest"])
    assert (await corridor.seen(key, OTHER)).receiver is None
    assert (await corridor.seen(key, AWAY)).receiver == RECEIVER, "its own cluster knows its members"
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")


@pytest.mark.parametrize(
    ("contact", "others", "expected", "path"),
    [
        (None, ContactState.SHAREABLE, "INVALID_INPUT", ("shareContactRef",)),
        ("nobody", ContactState.SHAREABLE, "NOT_FOUND", ("shareContactRef",)),
        ("private", ContactState.SHAREABLE, "CONSENT_MISSING", ("shareContactRef",)),
        ("contact-9", ContactState.NOT_CONSENTED, "CONSENT_MISSING", ()),
        ("contact-9", ContactState.MISSING, "CONSENT_MISSING", ()),
        ("contact-9", Absence.GONE, "CONSENT_MISSING", ()),
        ("contact-9", Absence.SILENT, "SOURCE_UNAVAILABLE", ()),
    ],
)
async def test_invariant_5_both_have_to_share_for_it_to_become_mutual(
    corridor: Corridor, contact: str | None, others: Any, expected: str, path: tuple[str, ...]
) -> None:
    key = await corridor.express()
    corridor.registries.contacts[SENDER, "contact-2"] = others
    with pytest.raises(Failed) as failed:
        await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact=contact)
    assert (code(failed.value), failed.value.failures[0].path) == (expected, path)
    assert (await corridor.seen(key)).state is STATE.SUBMITTED
    assert await corridor.count("contact_release") == 0
    await corridor.interests.answer(RECEIVING, key, 1, accept=False)


async def test_both_sides_at_the_same_moment(corridor: Corridor) -> None:
    """One accepts, the other withdraws: one of them is too late, and the contacts are open exactly where it is so."""
    for _ in range(8):
        key = await corridor.express(posted(corridor))
        results = await asyncio.gather(
            corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9"),
            corridor.interests.withdraw(SENDING, key, 1),
            return_exceptions=True,
        )
        lost = [each for each in results if isinstance(each, Failed)]
        assert [code(each) for each in lost] == ["STALE_VERSION"]
        found = await corridor.seen(key)
        assert found.version == 2
        assert (found.release is not None) == (found.state is STATE.MUTUAL) == (results[0] not in lost)


async def test_an_answer_that_waits_for_a_withdrawal_comes_too_late(corridor: Corridor) -> None:
    """The sender's act holds the row while the receiver's looks: whoever is second sees what the first has done."""
    key = await corridor.express()
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def withdrawal() -> None:
        async with corridor.store.transaction() as connection:
            await connection.execute("select from corridor.interest where id = $1 for update", key)
            entered.set()
            await go_on.wait()
            await connection.execute(
                "update corridor.interest set state = 'WITHDRAWN', version = version + 1 where id = $1", key
            )

    first = asyncio.create_task(withdrawal())
    await entered.wait()
    second = asyncio.create_task(corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9"))
    await _waited_for(corridor)
    go_on.set()
    await first
    with pytest.raises(Failed) as failed:
        await second
    assert code(failed.value) == "STALE_VERSION"
    assert await corridor.count("contact_release") == 0


async def _waited_for(corridor: Corridor) -> None:
    """Returns when some session waits for the lock of another."""
    while not await corridor.store.fetchval("select true from pg_locks where not granted limit 1"):
        pass


async def test_it_expires_while_it_is_being_answered(corridor: Corridor) -> None:
    """Its time runs out between the question to the registries and the transaction: it cannot be accepted any more."""
    key = await corridor.express()
    corridor.registries.meanwhile = lambda: corridor.overdue(key)
    with pytest.raises(Failed) as failed:
        await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
    assert code(failed.value) == "INVALID_TRANSITION"
    assert (await corridor.seen(key)).state is STATE.EXPIRED


async def test_expiry_and_answers_at_the_same_moment(corridor: Corridor) -> None:
    """The time runs out for one of them between the two: either way the history is one of the machine's."""
    keys = [await corridor.express(posted(corridor)) for _ in range(6)]
    answers = [corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9") for key in keys]
    late = [corridor.overdue(key) for key in keys]
    sweeps = [corridor.interests.expire() for _ in keys]
    results = await asyncio.gather(*late, *answers, *sweeps, return_exceptions=True)
    assert all(each is None or isinstance(each, dict | Failed) for each in results), results
    await corridor.interests.expire()
    for key in keys:
        found = await corridor.seen(key)
        states = [each.after for each in found.history]
        assert states in (["SUBMITTED", "MUTUAL"], ["SUBMITTED", "EXPIRED"])
        assert found.written is found.state is InterestState(states[-1])
        assert (found.release is None) == (found.state is STATE.EXPIRED)


async def test_what_is_overdue_has_expired_before_anybody_writes_so(corridor: Corridor) -> None:
    key = await corridor.express()
    await corridor.overdue(key)
    found = await corridor.seen(key)
    assert (found.state, found.written, found.version) == (STATE.EXPIRED, STATE.SUBMITTED, 1)
    await corridor.interests.expire()
    found = await corridor.seen(key)
    assert (found.state, found.written, found.version) == (STATE.EXPIRED, STATE.EXPIRED, 2)
    acts = await corridor.count("act")
    await corridor.interests.expire()
    assert await corridor.count("act") == acts, "nothing is due, so nothing is done"


async def test_all_that_is_overdue_is_written_down_in_some_acts(corridor: Corridor) -> None:
    made = [await corridor.express(posted(corridor)) for _ in range(3)]
    await corridor.rewrite(
        "insert into corridor.interest (id, about, anonymous, sender, sender_cluster, sender_contact, receiver,"
        " receiver_cluster, lang, state, submitted_at, arrived_at, expires_at)"
        " select gen_random_uuid(), about || number, anonymous, sender, sender_cluster, sender_contact, receiver,"
        " receiver_cluster, lang, state, submitted_at, arrived_at, expires_at"
        " from corridor.interest, generate_series(1, 80) as number"
    )
    await corridor.rewrite("update corridor.interest set expires_at = now() - interval '1 second'")
    await corridor.interests.expire()
    rows = await corridor.store.fetch("select distinct state, version from corridor.interest")
    assert [tuple(row) for row in rows] == [("EXPIRED", 2)]
    assert await corridor.count("interest") == 81 * len(made)


async def test_a_coordinator_reads_what_concerns_its_members_and_cannot_answer_for_them(corridor: Corridor) -> None:
    key = await corridor.express()
    third = acting(ViewerClass.COORDINATOR, "third")
    assert await corridor.knows(key, HOME)
    assert await corridor.knows(key, AWAY)
    assert not await corridor.knows(key, third)
    assert await corridor.interests.known(third, None, 10) == []
