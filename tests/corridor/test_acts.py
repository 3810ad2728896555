"""Acts: all or nothing, once for each key, told in the order of their commits."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from gateway.access.viewer import ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.failures import Failed
from gateway.store import Store
from schemas.codes import ActorRole, InterestState
from tests.viewers import PARTNER, viewer

ME = viewer(ViewerClass.MEMBER, "technomontreal", "TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy")


@pytest.fixture
def acts(store: Store) -> Acts:
    return Acts(store, {})


def doing(key: UUID, *, fail: bool = False) -> Callable[[Act], Awaitable[Result]]:
    async def work(act: Act) -> Result:
        await act.transition("Interest", key, None, InterestState.SUBMITTED, ActorRole.MEMBER)
        act.tell("Interest", key, 1, f"Interest:{key}")
        if fail:
            raise Failed.because("not_found")
        return {"interest": str(key)}

    return work


async def rows(store: Store, table: str) -> int:
    return int(await store.fetchval(f"select count(*) from corridor.{table}"))


async def test_an_act_leaves_its_transition_its_audit_row_and_its_event(acts: Acts, store: Store) -> None:
    key = uuid4()
    assert await acts.do(Command(ME, "express", {}), doing(key)) == {"interest": str(key)}
    act = await store.fetchrow("select * from corridor.act")
    transition = await store.fetchrow("select * from corridor.transition")
    event = await store.fetchrow("select * from corridor.event")
    assert (act["actor"], act["name"], act["key"]) == (ME.id, "express", None)
    assert (transition["act"], transition["to_state"], transition["by_role"]) == (act["id"], "SUBMITTED", "MEMBER")
    assert (event["act"], event["topics"]) == (act["id"], [f"Interest:{key}"])


async def test_a_failure_leaves_nothing(acts: Acts, store: Store) -> None:
    with pytest.raises(Failed):
        await acts.do(Command(ME, "express", {}, "k"), doing(uuid4(), fail=True))
    assert [await rows(store, table) for table in ("act", "transition", "event")] == [0, 0, 0]


async def test_invariant_18_the_same_key_gives_the_same_result(acts: Acts, store: Store) -> None:
    first, second = uuid4(), uuid4()
    command = Command(ME, "express", {"about": "x"}, "k")
    assert await acts.do(command, doing(first)) == {"interest": str(first)}
    assert await acts.do(command, doing(second)) == {"interest": str(first)}
    assert await rows(store, "transition") == 1


async def test_the_same_key_at_the_same_moment_acts_once(acts: Acts, store: Store) -> None:
    keys = [uuid4() for _ in range(4)]
    results = await asyncio.gather(*(acts.do(Command(ME, "express", {}, "k"), doing(key)) for key in keys))
    assert len({each["interest"] for each in results}) == 1
    assert await rows(store, "transition") == 1


@pytest.mark.parametrize(
    "other", [Command(ME, "express", {"about": "y"}, "k"), Command(ME, "withdraw", {"about": "x"}, "k")]
)
async def test_a_key_with_another_request_fails_and_changes_nothing(acts: Acts, store: Store, other: Command) -> None:
    await acts.do(Command(ME, "express", {"about": "x"}, "k"), doing(uuid4()))
    with pytest.raises(Failed) as failed:
        await acts.do(other, doing(uuid4()))
    assert failed.value.failures[0].code == "DUPLICATE"
    assert await rows(store, "transition") == 1


async def test_a_key_after_a_failure_can_be_tried_again(acts: Acts) -> None:
    command, key = Command(ME, "express", {}, "k"), uuid4()
    with pytest.raises(Failed):
        await acts.do(command, doing(key, fail=True))
    assert await acts.do(command, doing(key)) == {"interest": str(key)}


async def test_two_viewers_may_use_the_same_key(acts: Acts, store: Store) -> None:
    for who in (ME, PARTNER):
        await acts.do(Command(who, "express", {}, "k"), doing(uuid4()))
    assert await rows(store, "act") == 2


async def test_events_are_numbered_in_the_order_of_their_commits(acts: Acts, store: Store) -> None:
    """An event that is committed later never has a smaller number than one that could be read before."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(act: Act) -> Result:
        await act.transition("Interest", uuid4(), None, InterestState.SUBMITTED, ActorRole.MEMBER)
        begun.set()
        await go_on.wait()
        act.tell("Interest", uuid4(), 1, "slow")
        return {}

    waiting = asyncio.create_task(acts.do(Command(ME, "slow", {}), slow))
    await begun.wait()
    await acts.do(Command(ME, "express", {}), doing(uuid4()))
    go_on.set()
    await waiting
    assert [row["topics"][0] for row in await store.fetch("select topics from corridor.event order by id")][
        -1
    ] == "slow"


async def test_whoever_tells_waits_until_an_earlier_event_can_be_read(acts: Acts, store: Store) -> None:
    """So no event is committed behind one with a greater number, which its readers would go past."""
    waits = "select true from pg_locks where not granted and locktype = 'advisory' limit 1"
    async with store.transaction() as connection:
        await connection.execute("select corridor.tell(0, 'Interest', $1, 1, array['early'])", uuid4())
        late = asyncio.create_task(acts.do(Command(ME, "express", {}), doing(uuid4())))
        while not late.done() and not await store.fetchval(waits):
            pass
        assert await rows(store, "event") == 0
    await late
    topics = [row["topics"][0] for row in await store.fetch("select topics from corridor.event order by id")]
    assert topics[0] == "early"


async def test_events_of_one_act_are_numbered_in_the_order_in_which_they_are_told(acts: Acts, store: Store) -> None:
    async def work(act: Act) -> Result:
        for version in (1, 2, 3):
            act.tell("Interest", uuid4(), version, "x")
        return {}

    await acts.do(Command(ME, "express", {}), work)
    told = await store.fetch("select version from corridor.event order by id")
    assert [row["version"] for row in told] == [1, 2, 3]


@pytest.mark.parametrize("key", ["", " ", "x" * 201])
async def test_a_key_has_a_length(acts: Acts, key: str) -> None:
    with pytest.raises(Failed) as failed:
        await acts.do(Command(ME, "express", {}, key), doing(uuid4()))
    assert failed.value.failures[0].code == "INVALID_INPUT"
