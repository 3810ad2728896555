"""One flight for identical concurrent reads: shared by those who ask the same at the same moment, and nobody else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from importlib import import_module
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus, Visibility
from adapters.contract.errors import RegistryTimeout, Unavailable
from adapters.contract.registry import Limits, Registry
from adapters.contract.request import (
    Boundary,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Search,
    Term,
    Where,
)
from adapters.contract.shape import Pick, Shape
from gateway.federation.directory import Source
from gateway.federation.fanout import ask
from gateway.federation.flights import SharedRegistry
from tests.federation.registries import ListedRegistry, cluster, forever

PUBLIC, CORRIDOR = Visibility.PUBLIC, Visibility.CORRIDOR
WHERE = Where("member")
SHAPE = Shape("member", (Pick("id", "id"),))
PAGE = PageRequest(WHERE, Ordering("NAME"), 3, shape=SHAPE)

READS = {
    "page": lambda registry: registry.page(PAGE),
    "its view": lambda registry: registry.page(replace(PAGE, where=Where("member", view=CORRIDOR))),
    "its filter": lambda registry: registry.page(replace(PAGE, where=Where("member", (Condition("sectors", ("P",)),)))),
    "its words": lambda registry: registry.page(
        replace(PAGE, where=Where("member", search=Search((Term("x", "X"),), ())))
    ),
    "its order": lambda registry: registry.page(replace(PAGE, ordering=Ordering("NAME", descending=True))),
    "its size": lambda registry: registry.page(replace(PAGE, limit=4)),
    "its boundary": lambda registry: registry.page(replace(PAGE, boundary=Boundary("x", "a", "1"))),
    "its direction": lambda registry: registry.page(replace(PAGE, backward=True)),
    "its shape": lambda registry: registry.page(replace(PAGE, shape=None)),
    "its hits": lambda registry: registry.page(replace(PAGE, hits=True)),
    "fetch": lambda registry: registry.fetch(FetchRequest(("1",), SHAPE)),
    "its keys": lambda registry: registry.fetch(FetchRequest(("1", "2"), SHAPE)),
    "its other view": lambda registry: registry.fetch(FetchRequest(("1",), SHAPE, CORRIDOR)),
    "count": lambda registry: registry.count(WHERE),
    "its viewer": lambda registry: registry.count(Where("member", view=CORRIDOR)),
    "facet": lambda registry: registry.facet(FacetRequest(WHERE, "SECTOR")),
    "its facet": lambda registry: registry.facet(FacetRequest(WHERE, "CITY")),
    "its audience": lambda registry: registry.facet(FacetRequest(Where("member", view=CORRIDOR), "SECTOR")),
}
"""Reads of which no two are the same."""


class Gated:
    """A shared registry whose every read waits at the gate and then ends as told: with an error, or with its rows."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.errors: list[BaseException] = []
        self.behind = ListedRegistry(cluster("a"), [("x", "1"), ("y", "2")], self._wait)
        self.shared = SharedRegistry(self.behind)

    async def _wait(self, _question: str) -> None:
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)

    async def asking(self, read: Callable[[Registry], object], number: int) -> list["asyncio.Task[object]"]:
        """So many callers who ask, in this order, and wait."""
        tasks = [asyncio.ensure_future(read(self.shared)) for _ in range(number)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        return tasks


@pytest.mark.parametrize("name", READS)
async def test_equal_reads_at_the_same_moment_are_one(name: str) -> None:
    gated = Gated()
    tasks = await gated.asking(READS[name], 5)
    gated.gate.set()
    answers = await asyncio.gather(*tasks)
    assert len(gated.behind.asked) == 1
    assert answers == [await READS[name](gated.behind)] * 5
    assert (gated.shared.reads, gated.shared.shared) == (1, 4)


async def test_reads_that_differ_in_anything_are_each_its_own() -> None:
    gated = Gated()
    tasks = [task for read in READS.values() for task in await gated.asking(read, 1)]
    gated.gate.set()
    await asyncio.gather(*tasks)
    assert len(gated.behind.asked) == len(READS)
    assert gated.shared.shared == 0


async def test_what_is_asked_later_is_read_anew() -> None:
    gated = Gated()
    gated.gate.set()
    for read in (1, 2):
        assert await gated.shared.count(WHERE) == 2
        assert gated.shared.reads == read


async def test_the_registrys_error_is_everybodys_and_not_remembered() -> None:
    gated = Gated()
    gated.errors = [Unavailable("gone")]
    tasks = await gated.asking(READS["count"], 3)
    gated.gate.set()
    assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [Unavailable] * 3
    assert await gated.shared.count(WHERE) == 2


async def test_a_leader_who_leaves_hands_the_read_on() -> None:
    gated = Gated()
    leader, *followers = await gated.asking(READS["count"], 4)
    leader.cancel()
    await asyncio.gather(leader, return_exceptions=True)
    gated.gate.set()
    assert await asyncio.gather(*followers) == [2, 2, 2]
    assert leader.cancelled()
    assert len(gated.behind.asked) == 2


async def test_a_follower_who_leaves_takes_nobody_along() -> None:
    gated = Gated()
    leader, leaving, staying = await gated.asking(READS["count"], 3)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    gated.gate.set()
    assert await asyncio.gather(leader, staying) == [2, 2]
    assert len(gated.behind.asked) == 1


async def test_a_bug_is_the_leaders_own() -> None:
    gated = Gated()
    gated.errors = [ZeroDivisionError()]
    leader, follower = await gated.asking(READS["count"], 2)
    gated.gate.set()
    with pytest.raises(ZeroDivisionError):
        await leader
    assert await follower == 2


async def test_followers_wait_no_longer_than_their_own_deadlines() -> None:
    shared = SharedRegistry(ListedRegistry(cluster("a"), [], forever))
    patient = asyncio.create_task(ask(Source(shared.registry, 3600, shared=shared), lambda each: each.count(WHERE)))
    await asyncio.sleep(0)
    hasty = await ask(Source(shared.registry, 0.01, shared=shared), lambda each: each.count(WHERE))
    assert hasty.status is SourceStatus.TIMEOUT
    assert not patient.done()
    patient.cancel()
    await asyncio.gather(patient, return_exceptions=True)


async def test_a_leader_who_runs_out_of_time_hands_the_read_on() -> None:
    gated = Gated()
    hasty = asyncio.create_task(ask(Source(gated.behind, 0.01, shared=gated.shared), lambda each: each.count(WHERE)))
    await asyncio.sleep(0)
    patient = asyncio.create_task(ask(Source(gated.behind, 60, shared=gated.shared), lambda each: each.count(WHERE)))
    assert (await hasty).status is SourceStatus.TIMEOUT
    gated.gate.set()
    assert (await patient).status is SourceStatus.OK


async def test_pings_are_not_shared() -> None:
    gated = Gated()
    tasks = [asyncio.create_task(gated.shared.ping()) for _ in range(2)]
    gated.gate.set()
    await asyncio.gather(*tasks)
    assert gated.behind.asked == ["ping", "ping"]


class Versioned(ListedRegistry):
    """A registry whose every page is another: the view it was asked for, and the number of the read."""

    async def page(self, request: PageRequest) -> Sequence[Row]:
        number = len(self.asked)
        await self._meet("page")
        return [Row(f"{request.where.view}{request.limit}", number)]


class Play:
    """Callers who ask, leave and wait in any order, and reads that end well or badly."""

    def __init__(self) -> None:
        self.flying: list[asyncio.Future[None]] = []
        self.shared = SharedRegistry(Versioned(cluster("a"), [], self._fly))
        self.asked: list[tuple[str, asyncio.Task[Sequence[Row]]]] = []
        self.left: set[int] = set()
        self.failed = False

    async def _fly(self, _question: str) -> None:
        self.flying.append(asyncio.get_running_loop().create_future())
        await self.flying[-1]

    async def ask(self, number: int) -> None:
        """Somebody asks one of three questions in one of two views."""
        view, limit = (PUBLIC, CORRIDOR)[number % 2], number % 3
        request = PageRequest(Where("member", view=view), Ordering("NAME"), limit)
        self.asked.append((f"{view}{limit}", asyncio.create_task(self.shared.page(request))))

    async def leave(self, number: int) -> None:
        """Somebody who may still wait goes away."""
        if self.asked and self.asked[number % len(self.asked)][1].cancel():
            self.left.add(number % len(self.asked))

    async def end(self, number: int) -> None:
        """A read ends well, or one in three badly."""
        flying = [each for each in self.flying if not each.done()]
        if flying and number % 3:
            flying[number % len(flying)].set_result(None)
        elif flying:
            flying[number % len(flying)].set_exception(RegistryTimeout("late"))
            self.failed = True

    async def turn(self, _number: int) -> None:
        """Everybody takes note of what has happened."""
        await asyncio.sleep(0)

    async def finish(self) -> None:
        """All reads end well, and everybody has what they asked for, or a reason why not."""
        while not all(task.done() for _, task in self.asked):
            for each in self.flying:
                if not each.done():
                    each.set_result(None)
            await asyncio.sleep(0)
        for place, (key, task) in enumerate(self.asked):
            if task.cancelled():
                assert place in self.left
            elif task.exception() is not None:
                assert isinstance(task.exception(), RegistryTimeout)
                assert self.failed
            else:
                assert task.result()[0].key == key
        assert self.shared.reads == len(self.flying)
        assert self.shared._flights == {}


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.sampled_from([Play.ask, Play.leave, Play.end, Play.turn]), st.integers(0, 30))))
def test_everybody_gets_what_they_asked_for_whatever_befalls_the_others(
    steps: list[tuple[Callable[[Play, int], Awaitable[None]], int]],
) -> None:
    async def play() -> None:
        played = Play()
        for step, number in steps:
            await step(played, number)
        await played.finish()

    asyncio.run(play())


async def test_postgres_runs_one_statement_for_many(city_databases: dict[str, str]) -> None:
    """By the server's own count, over as many connections as there are callers."""
    registry = import_module("adapters.montreal").ADAPTER.open(city_databases["montreal"], Limits(8, 20, 20))
    shared = SharedRegistry(registry)
    try:
        pages = await asyncio.gather(*(shared.page(PAGE) for _ in range(8)))
        assert all(page is pages[0] for page in pages)
        assert len(pages[0]) == 3
        assert (shared.reads, shared.shared) == (1, 7)
        views = [replace(PAGE, where=replace(WHERE, view=view)) for view in (PUBLIC, CORRIDOR, Visibility.CLUSTER)]
        apart = await asyncio.gather(*(shared.page(each) for each in views for _ in range(2)))
        assert shared.reads == 4
        for one, other in combinations(range(3), 2):
            assert apart[2 * one] is not apart[2 * other]
            assert apart[2 * one] is apart[2 * one + 1]
    finally:
        await registry.close()
