"""Expressions of interest at the same moment, under the same key, and past their time: one of each comes about."""

import asyncio

import pytest

from gateway.corridor.acts import Result
from gateway.corridor.failures import Failed
from schemas.codes import ActorRole, InterestState
from tests.corridor.interested import (
    HERE,
    OFFER,
    RECEIVER,
    RECEIVING,
    SENDING,
    THERE,
    Corridor,
    code,
    posted,
)

STATE = InterestState


async def test_invariant_6_one_open_interest_for_each_sender_and_subject(corridor: Corridor) -> None:
    key = await corridor.express()
    for draft in (False, True):
        with pytest.raises(Failed) as failed:
            await corridor.express(draft=draft)
        assert (code(failed.value), failed.value.failures[0].path) == ("DUPLICATE", ("aboutId",))
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
