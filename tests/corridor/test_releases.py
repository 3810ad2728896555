"""Releases of contacts: for both sides or for neither, until somebody or the time ends it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from gateway.audit.chain import verify
from gateway.corridor.acts import Act, Command, Result
from gateway.corridor.failures import Failed
from gateway.corridor.interest import enter, locked_interests
from gateway.corridor.interests import Rules
from gateway.corridor.ports import ContactState
from gateway.corridor.releases import MACHINE, open_release
from gateway.store import Store
from schemas.codes import ActorRole, InterestState, ReleaseState
from tests.corridor.crashing import Place, stopping, watched
from tests.corridor.interested import (
    AWAY,
    HERE,
    HOME,
    NEED,
    OFFER,
    OTHER,
    RECEIVER,
    RECEIVING,
    SENDER,
    SENDING,
    STRANGER,
    THERE,
    VIEWERS,
    Corridor,
    code,
)
from tests.corridor.registries import global_id


async def opened(corridor: Corridor) -> tuple[str | None, str | None]:
    """Which contact of the other each side sees: first the sender's view, then the receiver's."""
    theirs = await corridor.releases.contact_of(SENDER, [RECEIVER])
    ours = await corridor.releases.contact_of(RECEIVER, [SENDER])
    return (
        theirs[RECEIVER].contact if RECEIVER in theirs else None,
        ours[SENDER].contact if SENDER in ours else None,
    )


async def test_invariant_5_neither_side_before_both_after_neither_after_it_ended(corridor: Corridor) -> None:
    key = await corridor.express()
    assert await opened(corridor) == (None, None)
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
    assert await opened(corridor) == ("contact-9", "contact-2")
    await corridor.releases.revoke(SENDING, key, "left the company")
    assert await opened(corridor) == (None, None)


async def test_invariant_5_whatever_does_not_become_mutual_opens_nothing(corridor: Corridor) -> None:
    declined, withdrawn = await corridor.express(NEED), await corridor.express(OFFER)
    await corridor.interests.answer(RECEIVING, declined, 1, accept=False)
    await corridor.interests.withdraw(SENDING, withdrawn, 1)
    await corridor.express(RECEIVER)
    assert await opened(corridor) == (None, None)
    assert await corridor.count("contact_release") == 0


@pytest.mark.parametrize("lost", ["sender_contact", "receiver_contact"])
async def test_invariant_5_where_one_side_has_no_contact_neither_is_open(corridor: Corridor, lost: str) -> None:
    await corridor.mutual()
    await corridor.rewrite(f"update corridor.interest set {lost} = null")
    assert await opened(corridor) == (None, None)


async def test_invariant_5_a_release_past_its_time_shows_nothing_before_anybody_writes_so(corridor: Corridor) -> None:
    key = await corridor.mutual()
    await corridor.overdue(key)
    assert await opened(corridor) == (None, None)
    found = await corridor.seen(key)
    assert found.release is not None
    assert (found.release.state, found.release.written) == (ReleaseState.EXPIRED, ReleaseState.ACTIVE)
    assert found.state is InterestState.MUTUAL
    await corridor.interests.expire()
    found = await corridor.seen(key)
    assert found.release is not None
    assert found.release.written is ReleaseState.EXPIRED
    assert found.version == 3, "expressed, mutual, expired"
    assert (await corridor.topics())[-1] == [SENDER, RECEIVER]


async def test_a_release_lasts_six_months_or_as_the_rules_say(store: Store, store_owner: str) -> None:
    for rules, days in ((None, 183), (Rules(release_days=7), 7)):
        corridor = Corridor.of(store, store_owner, rules)
        found = await corridor.seen(await corridor.mutual(NEED if days == 183 else OFFER))
        assert found.release is not None
        assert found.release.valid_until - found.release.granted_at == timedelta(days=days)
        assert timedelta(0) <= datetime.now(UTC) - found.release.granted_at < timedelta(minutes=5)


@pytest.mark.parametrize("state", ReleaseState)
@pytest.mark.parametrize("who", VIEWERS)
async def test_who_may_revoke_in_each_state(corridor: Corridor, state: ReleaseState, who: str) -> None:
    key = await corridor.mutual()
    match state:
        case ReleaseState.REVOKED:
            await corridor.releases.revoke(RECEIVING, key)
        case ReleaseState.EXPIRED:
            await corridor.overdue(key)
        case _:
            pass
    before = await corridor.seen(key)
    allowed = VIEWERS[who] in (SENDING, RECEIVING, HOME, AWAY)
    if allowed and state is ReleaseState.ACTIVE:
        await corridor.releases.revoke(VIEWERS[who], key, "enough")
        found = await corridor.seen(key)
        assert found.release is not None
        assert found.release.state is ReleaseState.REVOKED
        assert found.release.revoked_at is not None
        assert found.version == before.version + 1
        row = await corridor.store.fetchrow(
            "select from_state, to_state, reason from corridor.transition where entity = 'ContactRelease'"
            " order by id desc limit 1"
        )
        assert tuple(row or ()) == ("ACTIVE", "REVOKED", "enough")
    else:
        with pytest.raises(Failed) as failed:
            await corridor.releases.revoke(VIEWERS[who], key)
        assert code(failed.value) == ("INVALID_TRANSITION" if allowed else "NOT_FOUND")
        assert await corridor.seen(key) == before


def test_the_machine_of_a_release() -> None:
    assert set(MACHINE.transitions) == {
        (ReleaseState.ACTIVE, ReleaseState.REVOKED), (ReleaseState.ACTIVE, ReleaseState.EXPIRED),
    }  # fmt: skip
    assert MACHINE.transitions[ReleaseState.ACTIVE, ReleaseState.EXPIRED] == {ActorRole.SYSTEM}


async def test_there_is_nothing_to_revoke_before_it_is_mutual(corridor: Corridor) -> None:
    for key in (await corridor.express(), uuid4()):
        with pytest.raises(Failed) as failed:
            await corridor.releases.revoke(SENDING, key)
        assert code(failed.value) == "NOT_FOUND"


async def test_invariant_18_the_same_key_revokes_once(corridor: Corridor) -> None:
    key = await corridor.mutual()
    first = await corridor.releases.revoke(SENDING, key, key="k")
    version = (await corridor.seen(key)).version
    assert await corridor.releases.revoke(SENDING, key, key="k") == first
    assert (await corridor.seen(key)).version == version


async def test_both_sides_revoke_at_the_same_moment(corridor: Corridor) -> None:
    key = await corridor.mutual()
    results = await asyncio.gather(
        corridor.releases.revoke(SENDING, key), corridor.releases.revoke(RECEIVING, key), return_exceptions=True
    )
    assert sorted(code(each) if isinstance(each, Failed) else "done" for each in results) == [
        "INVALID_TRANSITION", "done",
    ]  # fmt: skip


async def test_contacts_of_many_members_take_one_statement(corridor: Corridor) -> None:
    await corridor.mutual()
    statements = 0
    fetch = corridor.store.fetch

    async def counted(sql: str, *values: object) -> Any:
        nonlocal statements
        statements += 1
        return await fetch(sql, *values)

    corridor.store.fetch = counted  # type: ignore[method-assign]
    others = [STRANGER, RECEIVER, *(global_id("Member", THERE, f"m{number}") for number in range(50))]
    assert set(await corridor.releases.contact_of(SENDER, others)) == {RECEIVER}
    assert statements == 1
    assert await corridor.releases.contact_of(SENDER, []) == {}
    assert await corridor.releases.contact_of(STRANGER, [SENDER, RECEIVER]) == {}


async def test_of_several_releases_the_one_counts_that_lasts_longest(corridor: Corridor) -> None:
    corridor.registries.contacts[RECEIVER, "desk"] = ContactState.SHAREABLE
    first = await corridor.mutual(NEED)
    second = await corridor.express(OFFER)
    await corridor.interests.answer(RECEIVING, second, 1, accept=True, contact="desk")
    await corridor.rewrite(
        "update corridor.contact_release set valid_until = valid_until + interval '1 day' where id = $1", first
    )
    found = (await corridor.releases.contact_of(SENDER, [RECEIVER]))[RECEIVER]
    assert (found.contact, found.release) == ("contact-9", global_id("ContactRelease", "corridor", str(first)))
    await corridor.releases.revoke(SENDING, first)
    assert (await corridor.releases.contact_of(SENDER, [RECEIVER]))[RECEIVER].contact == "desk"


async def test_invariant_19_a_release_stands_in_the_disclosure_log_for_both_members(corridor: Corridor) -> None:
    key = await corridor.mutual()
    rows = await corridor.store.fetch("select * from corridor.disclosure order by seq")
    basis = global_id("ContactRelease", "corridor", str(key))
    assert [
        (each["viewer"], each["viewer_cluster"], each["cluster"], each["members"], each["fields"], each["purpose"])
        for each in rows
    ] == [
        (RECEIVER, THERE, HERE, [SENDER], ["contactPoint"], "CONTACT_RELEASE"),
        (SENDER, HERE, THERE, [RECEIVER], ["contactPoint"], "CONTACT_RELEASE"),
    ]
    assert {each["basis"] for each in rows} == {basis}
    connection = await asyncpg.connect(corridor.owner)
    try:
        verdict = await verify(connection)
    finally:
        await connection.close()
    assert (verdict.rows, [*verdict.faults]) == (2, [])


async def test_invariant_19_what_does_not_come_about_is_not_in_the_log(corridor: Corridor) -> None:
    """The act fails after it has written to the log: no release, no entry, and the chain goes on as before."""
    key = await corridor.express()

    async def work(act: Act) -> Result:
        (found,) = (await locked_interests(act, [key])).values()
        await enter(act, found, (InterestState.MUTUAL, ActorRole.MEMBER), contact="contact-9")
        await open_release(act, found, 183)
        assert await act.connection.fetchval("select count(*) from corridor.disclosure") == 2
        raise Failed.because("not_found")

    with pytest.raises(Failed):
        await corridor.acts.do(Command(RECEIVING, "answerInterest", {}), work)
    assert await corridor.count("disclosure") == 0
    assert await corridor.count("contact_release") == 0
    assert (await corridor.seen(key)).state is InterestState.SUBMITTED
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
    assert await corridor.count("disclosure") == 2


class Broken(Exception):
    """What goes wrong at some statement."""


def _break() -> None:
    raise Broken


async def test_whichever_statement_fails_nothing_is_open_and_the_same_key_opens_both(corridor: Corridor) -> None:
    """An answer that is interrupted before each of its statements in turn."""
    broken = 0
    for number in range(100):
        key = await corridor.express()
        logged = await corridor.count("disclosure")
        with stopping(Place(number), _break) as statements:
            answer = corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key=f"k{number}")
            outcome = (await asyncio.gather(watched(answer), return_exceptions=True))[0]
        if isinstance(outcome, Broken):
            broken += 1
            assert await opened(corridor) == (None, None)
            assert await corridor.count("disclosure") == logged
            assert (await corridor.seen(key)).state is InterestState.SUBMITTED
            await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9", key=f"k{number}")
        assert await opened(corridor) == ("contact-9", "contact-2")
        assert await corridor.count("disclosure") == logged + 2
        await corridor.releases.revoke(SENDING, key)
        if not isinstance(outcome, Broken):
            assert number == len(statements)
            break
    assert broken > 10, "an answer has more statements than that"


async def test_invariant_16_a_withdrawn_consent_leaves_the_release_as_it_is(corridor: Corridor) -> None:
    """The registry gives the contact no more, from the next request on: no transition is needed for that."""
    key = await corridor.mutual()
    corridor.registries.contacts[SENDER, "contact-2"] = ContactState.NOT_CONSENTED
    found = await corridor.seen(key, RECEIVING)
    assert found.release is not None
    assert found.release.state is ReleaseState.ACTIVE
    with pytest.raises(Failed) as failed:
        await corridor.express(OFFER)
    assert code(failed.value) == "CONSENT_MISSING"


async def test_a_stranger_knows_of_no_release(corridor: Corridor) -> None:
    key = await corridor.mutual()
    assert not await corridor.knows(key, OTHER)
