"""Forgetting a member: what is open ends, and nothing names it any more, but the disclosure log."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import asyncpg
import pytest

from adapters.contract.viewers import ViewerClass
from gateway.corridor.acts import Act, Command, Result
from gateway.corridor.failures import Failed
from gateway.corridor.forgetting import Forgetting, affected
from gateway.corridor.ports import ContactState
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import ActorRole, ConsortiumState, InterestState, ReleaseState, SeatState
from tests.corridor.building import LEAD, PARTNER, Building
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
    acting,
    code,
)
from tests.corridor.registries import global_id, profile


async def named_in(owner: str, text: str) -> dict[str, int]:
    """In how many rows of which tables of the store a text stands, whatever the column."""
    connection = await asyncpg.connect(owner)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relnamespace = 'corridor'::regnamespace and relkind in ('r', 'p')"
        )
        found = {}
        for (table,) in tables:
            # A reference may begin as another one does: what follows has to be no character of either.
            sql = f"select count(*) from corridor.{table} as held where held::text ~ ($1 || '($|[^A-Za-z0-9_-])')"
            if rows := await connection.fetchval(sql, text):
                found[table] = rows
        return found
    finally:
        await connection.close()


async def test_nothing_names_a_member_any_more_but_the_disclosure_log(corridor: Corridor) -> None:
    mutual, sent, drafted = (
        await corridor.mutual(),
        await corridor.express(OFFER),
        await corridor.express(RECEIVER, draft=True),
    )
    corridor.registries.contacts[STRANGER, "c"] = ContactState.SHAREABLE
    received = await corridor.interests.express(OTHER, SENDER, "¿Hablamos?", "es", "c")
    before = await named_in(corridor.owner, SENDER)
    assert {"act", "transition", "event", "interest", "disclosure"} <= set(before)
    result = await corridor.forgetting.forget(SENDING, SENDER)
    assert set(affected(result)) == {
        global_id("ContactRelease", "corridor", str(mutual)),
        *(global_id("ExpressionOfInterest", "corridor", str(key)) for key in (sent, drafted, received["interest"])),
    }
    assert await named_in(corridor.owner, SENDER) == {"disclosure": before["disclosure"]}
    assert "Nous avons" not in repr(await corridor.store.fetch("select * from corridor.interest"))
    assert "contact-2" not in repr(await corridor.store.fetch("select * from corridor.interest"))
    left = await corridor.seen(mutual, RECEIVING)
    tombstone = Reference.parse(left.sender)
    assert (tombstone.typename, tombstone.cluster) == ("Member", HERE)
    assert tombstone.key.startswith("forgotten-")
    assert (left.message, left.receiver, left.receiver_contact) == (None, RECEIVER, "contact-9")
    assert left.release is not None
    assert left.release.state is ReleaseState.REVOKED
    assert [(each.after, each.by) for each in left.history] == [("SUBMITTED", left.sender), ("MUTUAL", RECEIVER)]
    for key in (sent, UUID(received["interest"])):
        found = await corridor.seen(key, AWAY)
        assert found.state is InterestState.WITHDRAWN
        assert found.history[-1].role is ActorRole.SYSTEM
    theirs = await corridor.seen(UUID(received["interest"]), OTHER)
    assert (theirs.about, theirs.receiver, theirs.message) == (left.sender, left.sender, "¿Hablamos?")


async def test_the_audit_trail_keeps_what_was_done_under_the_tombstone(corridor: Corridor) -> None:
    key = await corridor.mutual()
    await corridor.releases.revoke(SENDING, key, "left the company")
    await corridor.forgetting.forget(SENDING, SENDER)
    sender = (await corridor.seen(key, RECEIVING)).sender
    acts = await corridor.store.fetch("select * from corridor.act where member = $1 order by id", sender)
    assert [each["name"] for each in acts] == ["expressInterest", "revokeContactRelease", "forgetMember"]
    assert {each["organisation"] for each in acts} == {sender}
    assert [each["actor"] for each in acts] == [sender, sender, SENDING.id], "the last one can still be repeated"
    steps = await corridor.store.fetch("select by, reason from corridor.transition where by_role = 'MEMBER'")
    assert {each["by"] for each in steps} == {sender, RECEIVER}
    assert {each["reason"] for each in steps} == {None}


async def test_the_other_side_hears_of_it_and_nobody_of_the_old_name(corridor: Corridor) -> None:
    await corridor.express()
    await corridor.forgetting.forget(HOME, SENDER)
    assert (await corridor.topics())[-1] == [RECEIVER]
    assert all(SENDER not in topics for topics in await corridor.topics())


async def test_a_reference_that_begins_like_another_is_left_alone(corridor: Corridor) -> None:
    """In base64 the ID of member 4 is the beginning of that of member 42."""
    short, long = global_id("Member", HERE, "4"), global_id("Member", HERE, "42")
    assert long.startswith(short[:-1])
    for member in (short, long):
        corridor.registries.contacts[member, "c"] = ContactState.SHAREABLE
        await corridor.interests.express(acting(ViewerClass.MEMBER, HERE, member), NEED, None, "fr", "c")
    await corridor.forgetting.forget(HOME, short)
    assert await named_in(corridor.owner, short) == {}
    assert (await named_in(corridor.owner, long))["interest"] == 1


async def test_its_api_keys_are_revoked_and_name_it_no_more(corridor: Corridor) -> None:
    await corridor.rewrite(
        "insert into corridor.api_keys"
        " (prefix, salt, hash, class, organisation, cluster, member, scopes, created, expires)"
        " select prefix, $2, $3, 'MEMBER', 'Invented', $4, member, '{}', $5, $6"
        " from unnest(array['aaaaaaaaaaaa', 'bbbbbbbbbbbb'], $1::text[]) as keys (prefix, member)",
        [SENDER, RECEIVER], b"s" * 16, b"h" * 32, HERE, datetime.now(UTC), datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip
    await corridor.forgetting.forget(HOME, SENDER)
    rows = await corridor.store.fetch("select member, revoked from corridor.api_keys order by prefix")
    assert Reference.parse(rows[0]["member"]).key.startswith("forgotten-")
    assert rows[0]["revoked"] is not None
    assert (rows[1]["member"], rows[1]["revoked"]) == (RECEIVER, None)


async def test_a_table_that_is_added_later_is_not_overlooked(corridor: Corridor) -> None:
    await corridor.rewrite(
        "create table corridor.later (one text, others text[], words text);"
        f"insert into corridor.later values ('{SENDER}', null, 'kept'), (null, '{{{RECEIVER},{SENDER}}}', 'kept')"
    )
    await corridor.forgetting.forget(HOME, SENDER)
    assert await named_in(corridor.owner, SENDER) == {}
    assert await named_in(corridor.owner, RECEIVER) == {"later": 1}


async def test_forgetting_again_finds_nothing_to_do(corridor: Corridor) -> None:
    await corridor.mutual()
    await corridor.forgetting.forget(SENDING, SENDER)
    interests = await corridor.store.fetch("select * from corridor.interest")
    again = await corridor.forgetting.forget(SENDING, SENDER)
    assert affected(again) == ()
    assert await corridor.store.fetch("select * from corridor.interest") == interests
    assert await named_in(corridor.owner, SENDER) == {"disclosure": 2}


async def test_invariant_18_the_same_key_gives_the_same_result(corridor: Corridor) -> None:
    await corridor.mutual()
    for viewer, member in ((SENDING, SENDER), (AWAY, RECEIVER)):
        first = await corridor.forgetting.forget(viewer, member, "k")
        assert await corridor.forgetting.forget(viewer, member, "k") == first


@pytest.mark.parametrize("who", [*VIEWERS, "officer there"])
async def test_who_may_have_a_member_forgotten(corridor: Corridor, who: str) -> None:
    viewer = {**VIEWERS, "officer there": acting(ViewerClass.PRIVACY_OFFICER, THERE)}[who]
    key = await corridor.express()
    if who in {"sender", "sender's cluster", "officer"}:
        await corridor.forgetting.forget(viewer, SENDER)
        assert (await corridor.seen(key, RECEIVING)).sender != SENDER
    else:
        with pytest.raises(Failed) as failed:
            await corridor.forgetting.forget(viewer, SENDER)
        assert code(failed.value) == "FORBIDDEN"
        assert (await corridor.seen(key, RECEIVING)).sender == SENDER


async def test_only_a_member_can_be_forgotten(corridor: Corridor) -> None:
    key = await corridor.express()
    await corridor.forgetting.forget(HOME, SENDER)
    tombstone = (await corridor.seen(key, RECEIVING)).sender
    for id_ in ("no ID", NEED, tombstone, global_id("ExpressionOfInterest", "corridor", str(uuid4()))):
        with pytest.raises(Failed) as failed:
            await corridor.forgetting.forget(HOME, id_)
        assert code(failed.value) == ("NOT_FOUND" if id_ == tombstone else "INVALID_INPUT")
        with pytest.raises(asyncpg.DataError):
            await corridor.store.execute("select corridor.forget($1)", id_)


async def test_a_gateway_cannot_rewrite_what_it_only_adds_to_in_any_other_way(corridor: Corridor) -> None:
    await corridor.mutual()
    for sql in (
        "update corridor.act set member = null",
        "update corridor.transition set reason = 'x'",
        "update corridor.event set topics = '{x}'",
        "update corridor.interest set sender = receiver",
        "update corridor.contact_release set valid_until = now() + interval '9 years'",
        "delete from corridor.interest",
    ):
        connection = await asyncpg.connect(corridor.store._dsn)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql)
        finally:
            await connection.close()


async def test_whoever_was_forgotten_can_come_again_and_nothing_of_the_old_comes_back(corridor: Corridor) -> None:
    old = await corridor.mutual()
    await corridor.forgetting.forget(SENDING, SENDER)
    assert await corridor.interests.known(SENDING, None, 10) == []
    assert not await corridor.knows(old, SENDING)
    assert await corridor.releases.contact_of(SENDER, [RECEIVER]) == {}
    assert await corridor.releases.contact_of(RECEIVER, [SENDER]) == {}
    new = await corridor.mutual()
    assert [each.key for each in await corridor.interests.known(SENDING, None, 10)] == [new]
    again = global_id("Member", HERE, "s2")
    corridor.registries.add(profile(again))
    assert await corridor.interests.known(acting(ViewerClass.MEMBER, HERE, again), None, 10) == []


async def test_it_leaves_all_that_it_takes_part_in_within_the_same_act(corridor: Corridor) -> None:
    seats = [global_id("Seat", "corridor", str(uuid4())) for _ in range(2)]
    left: list[tuple[int, str]] = []

    async def leave_all(act: Act, member: str) -> Collection[str]:
        left.append((act.id, member))
        await act.transition("Seat", uuid4(), None, InterestState.WITHDRAWN, ActorRole.SYSTEM)
        return seats

    result = await Forgetting(corridor.acts, leave_all).forget(SENDING, SENDER)
    assert affected(result) == tuple(seats)
    act = await corridor.store.fetchval("select max(id) from corridor.act")
    assert left == [(act, SENDER)]

    async def cannot(_act: Act, _member: str) -> Collection[str]:
        raise Failed.because("not_found")

    key = await corridor.express()
    with pytest.raises(Failed):
        await Forgetting(corridor.acts, cannot).forget(SENDING, SENDER)
    assert (await corridor.seen(key)).state is InterestState.SUBMITTED


@pytest.mark.parametrize("member", [LEAD, PARTNER])
async def test_its_seats_are_left_and_what_was_formed_goes_into_repair(
    store: Store, store_owner: str, member: str
) -> None:
    building = Building(store)
    consortium = await building.create()
    await building.join(consortium, PARTNER, ["maps"])
    await building.form(consortium)
    assert "seat" in await named_in(store_owner, member)
    coordinator = acting(ViewerClass.COORDINATOR, Reference.parse(member).cluster)
    result = await Forgetting(building.acts, building.consortia.leave_all).forget(coordinator, member)
    assert affected(result) == (consortium.id,)
    found = await building.now(consortium)
    assert found.state is ConsortiumState.REPAIR
    (left,) = (each for each in found.seats if each.state is SeatState.LEFT)
    assert Reference.parse(left.member).key.startswith("forgotten-")
    assert await named_in(store_owner, member) == {}


async def test_a_member_is_forgotten_while_it_is_being_answered(corridor: Corridor) -> None:
    """Either the answer comes first, and its release is revoked, or it comes too late: nothing stays open."""
    numbers = count()
    for _ in range(6):
        sender = global_id("Member", HERE, f"m{next(numbers)}")
        corridor.registries.contacts[sender, "c"] = ContactState.SHAREABLE
        result = await corridor.interests.express(acting(ViewerClass.MEMBER, HERE, sender), NEED, "m", "fr", "c")
        key = UUID(result["interest"])
        answered, forgotten = await asyncio.gather(
            corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9"),
            corridor.forgetting.forget(HOME, sender),
            return_exceptions=True,
        )
        assert isinstance(forgotten, dict), forgotten
        found = await corridor.seen(key, RECEIVING)
        if isinstance(answered, Failed):
            assert code(answered) == "STALE_VERSION"
            assert found.state is InterestState.WITHDRAWN
        else:
            assert found.release is not None
            assert found.release.state is ReleaseState.REVOKED
        assert await corridor.releases.contact_of(RECEIVER, [sender, found.sender]) == {}


async def test_both_sides_are_forgotten_at_the_same_moment(corridor: Corridor) -> None:
    keys = [await corridor.mutual(NEED), await corridor.express(OFFER)]
    results = await asyncio.gather(corridor.forgetting.forget(HOME, SENDER), corridor.forgetting.forget(AWAY, RECEIVER))
    assert sorted(len(affected(each)) for each in results) == [0, 2]
    assert await named_in(corridor.owner, RECEIVER) == {"disclosure": 2}
    for key in keys:
        found = await corridor.seen(key, AWAY)
        assert {Reference.parse(each).key[:10] for each in found.sides} == {"forgotten-"}


async def test_what_was_overdue_has_expired_and_was_not_withdrawn(corridor: Corridor) -> None:
    key = await corridor.express()
    await corridor.overdue(key)
    result = await corridor.forgetting.forget(HOME, SENDER)
    assert affected(result) == ()
    assert (await corridor.seen(key, AWAY)).written is InterestState.EXPIRED


async def test_an_act_that_failed_forgets_nobody(corridor: Corridor) -> None:
    key = await corridor.express()

    async def work(act: Act) -> Result:
        await act.connection.fetchval("select corridor.forget($1)", SENDER)
        raise Failed.because("not_found")

    with pytest.raises(Failed):
        await corridor.acts.do(Command(HOME, "forgetMember", {}), work)
    assert (await corridor.seen(key)).sender == SENDER
