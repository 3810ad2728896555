"""Asking registries: each under its own deadline, each ending as an answer or an outage."""

import asyncio

import pytest

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken, Refused, RegistryError, RegistryTimeout, Unavailable
from adapters.contract.registry import Registry
from adapters.contract.request import Where
from gateway.federation.breaker import Breaker
from gateway.federation.directory import Directory, Source
from gateway.federation.fanout import Answer, Outage, ask, ask_all, ask_in_turn, begin_request, together
from tests.federation.registries import ListedRegistry, cluster, failing, forever

SOON = 0.05


async def count(registry: Registry) -> int:
    """The question of these tests."""
    return await registry.count(Where("member"))


def source(code: str, registry: ListedRegistry | None = None, deadline: float = 5.0) -> Source:
    """A source of one row."""
    return Source(registry or ListedRegistry(cluster(code), [("x", "1")]), deadline)


async def test_an_answer_says_who_and_when() -> None:
    answer = await ask(source("a"), count)
    assert isinstance(answer, Answer)
    assert (answer.cluster, answer.value, answer.status) == ("a", 1, SourceStatus.OK)
    assert answer.as_of.tzinfo is not None


@pytest.mark.parametrize(
    ("error", "status", "asked", "retryable"),
    [
        (Unavailable("gone"), SourceStatus.UNAVAILABLE, 2, True),
        (RegistryTimeout("late"), SourceStatus.TIMEOUT, 1, True),
        (Refused("no"), SourceStatus.NOT_AUTHORISED, 1, False),
        (ContractBroken("odd"), SourceStatus.UNAVAILABLE, 1, False),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_failure_is_an_outage_and_only_a_lost_connection_is_tried_again(
    error: RegistryError,
    status: SourceStatus,
    asked: int,
    retryable: bool,
) -> None:
    registry = ListedRegistry(cluster("a"), [], failing(error))
    outage = await ask(source("a", registry), count)
    assert isinstance(outage, Outage)
    assert outage.status is status
    assert outage.retryable is retryable
    assert len(registry.asked) == asked


async def test_a_connection_lost_once_is_no_outage() -> None:
    registry = ListedRegistry(cluster("a"), [("x", "1")], failing(Unavailable("gone"), None))
    assert isinstance(await ask(source("a", registry), count), Answer)
    assert registry.asked == ["count", "count"]


async def test_the_deadline_bounds_the_second_try_too() -> None:
    first = failing(Unavailable("gone"), None)

    async def trouble(question: str) -> None:
        await first(question)
        await forever(question)

    outage = await ask(source("a", ListedRegistry(cluster("a"), [], trouble), SOON), count)
    assert outage.status is SourceStatus.TIMEOUT


async def test_one_slow_city_does_not_slow_the_other() -> None:
    slow = source("a", ListedRegistry(cluster("a"), [], forever), SOON)
    answers = await ask_all(Directory.of(slow, source("b")), ["a", "b"], count)
    assert answers["a"].status is SourceStatus.TIMEOUT
    assert answers["b"].status is SourceStatus.OK
    assert answers["b"].latency_ms <= answers["a"].latency_ms
    assert answers["a"].latency_ms >= SOON * 1000 * 0.9


async def test_bugs_escape_and_leave_nothing_running() -> None:
    broken = source("a", ListedRegistry(cluster("a"), [], failing(ZeroDivisionError("a bug"))))
    slow = source("b", ListedRegistry(cluster("b"), [], forever), SOON)
    before = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        await ask_all(Directory.of(broken, slow), ["a", "b"], count)
    assert asyncio.all_tasks() == before


async def test_cancellation_is_not_swallowed_and_reaches_every_registry() -> None:
    met = asyncio.Event()
    ended: list[str] = []

    async def trouble(_question: str) -> None:
        met.set()
        try:
            await forever("")
        finally:
            ended.append("cancelled")

    sources = [source(code, ListedRegistry(cluster(code), [], trouble), 30) for code in "ab"]
    before = asyncio.all_tasks()
    asking = asyncio.create_task(ask_all(Directory.of(*sources), ["a", "b"], count))
    await met.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ended == ["cancelled", "cancelled"]
    assert asyncio.all_tasks() == before
    # A caller that went away says nothing about the registry.
    assert all(each.health is SourceStatus.OK for each in sources)


async def test_an_open_circuit_answers_without_asking_and_closes_by_one_probe() -> None:
    now = [0.0]
    registry = ListedRegistry(cluster("a"), [("x", "1")], failing(*[RegistryTimeout("late")] * 5, None))
    asked = Source(registry, 5, Breaker(clock=lambda: now[0]))
    for _ in range(5):
        await ask(asked, count)
    outage = await ask(asked, count)
    assert outage.status is SourceStatus.CIRCUIT_OPEN
    assert outage.status is asked.health
    assert len(registry.asked) == 5
    now[0] += asked.breaker.pause
    assert (await ask(asked, count)).status is SourceStatus.OK
    assert asked.health is SourceStatus.OK


class Tried:
    """A source whose circuit is open and whose pause is over; ``gate`` lets the first call end, with ``error``."""

    def __init__(self, error: Exception | None = None) -> None:
        now = [0.0]
        self.gate = asyncio.Event()
        self.met = asyncio.Event()
        self.registry = ListedRegistry(cluster("a"), [("x", "1")], failing(*[RegistryTimeout("late")] * 5, None))
        self.source = Source(self.registry, 5, Breaker(clock=lambda: now[0]))
        self._now = now
        self._error = error

    async def open(self) -> "Tried":
        for _ in range(5):
            await ask(self.source, count)
        assert self.source.breaker.open
        self._now[0] += self.source.breaker.pause
        self.registry.asked.clear()
        self.registry.trouble = self._wait
        return self

    async def _wait(self, _question: str) -> None:
        if len(self.registry.asked) == 1:
            self.met.set()
            await self.gate.wait()
            if self._error is not None:
                raise self._error


async def _request(source: Source, calls: int) -> list[Answer[int] | Outage]:
    begin_request()
    return await together(*(ask(source, count) for _ in range(calls)))


async def test_the_calls_of_one_request_wait_for_its_probe() -> None:
    tried = await Tried().open()
    asking = asyncio.create_task(_request(tried.source, 3))
    await tried.met.wait()
    other = await asyncio.create_task(_request(tried.source, 2))
    assert [each.status for each in other] == [SourceStatus.CIRCUIT_OPEN] * 2, "nobody else waits"
    assert tried.registry.asked == ["count"], "nobody else asks"
    tried.gate.set()
    assert [each.status for each in await asking] == [SourceStatus.OK] * 3


async def test_the_calls_of_one_request_share_what_its_probe_met() -> None:
    tried = await Tried(RegistryTimeout("still")).open()
    asking = asyncio.create_task(_request(tried.source, 3))
    await tried.met.wait()
    tried.gate.set()
    assert [each.status for each in await asking] == [SourceStatus.TIMEOUT] * 3
    assert tried.registry.asked == ["count"]


async def test_a_probe_whose_caller_went_away_leaves_the_next_call_to_try() -> None:
    tried = await Tried().open()
    begin_request()
    probing = asyncio.create_task(ask(tried.source, count))
    await tried.met.wait()
    following = asyncio.create_task(ask(tried.source, count))
    await asyncio.sleep(0)
    probing.cancel()
    assert (await following).status is SourceStatus.OK
    assert tried.registry.asked == ["count", "count"]


async def test_together_gives_the_values_in_order_and_needs_no_task_for_one() -> None:
    async def value(number: int, rounds: int) -> tuple[int, "asyncio.Task[object] | None"]:
        for _ in range(rounds):
            await asyncio.sleep(0)
        return number, asyncio.current_task()

    found = await together(value(1, 3), value(2, 1), value(3, 0))
    assert [number for number, _ in found] == [1, 2, 3]
    assert (await together(value(4, 1)))[0] == (4, asyncio.current_task())
    assert await together() == []


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_bug_in_any_branch_is_raised_when_all_have_ended(place: int) -> None:
    ended: list[int] = []

    async def branch(number: int) -> None:
        for _ in range(3 * (number + 1)):
            await asyncio.sleep(0)
        ended.append(number)
        if number == place:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await together(*(branch(number) for number in range(3)))
    assert ended == [0, 1, 2]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_cancelled_fan_out_waits_until_every_branch_has_ended(place: int) -> None:
    before, ended = asyncio.all_tasks(), []

    async def branch(number: int) -> None:
        try:
            if number == place:
                await forever("")
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            ended.append(number)

    asking = asyncio.create_task(together(*(branch(number) for number in range(3))))  # type: ignore[arg-type]
    for _ in range(5):
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert sorted(ended) == [0, 1, 2]
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("error", [Refused("no"), ContractBroken("odd")], ids=lambda value: type(value).__name__)
async def test_a_prompt_refusal_does_not_open_the_circuit(error: RegistryError) -> None:
    asked = source("a", ListedRegistry(cluster("a"), [], failing(error)))
    for _ in range(10):
        assert (await ask(asked, count)).status is not SourceStatus.CIRCUIT_OPEN


def test_two_registries_cannot_share_a_cluster() -> None:
    with pytest.raises(ValueError, match="share a cluster code"):
        Directory.of(source("a"), source("a"))


async def going_on(_registry: Registry | None = None) -> None:
    """Several turns of the event loop."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_heavy_questions_take_turns() -> None:
    """Eight at once: never more than two are asked, and all are answered."""
    running, most = 0, 0

    async def busy(registry: Registry) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await going_on()
        running -= 1
        return await count(registry)

    asked = source("a")
    answers = await together(*(ask_in_turn(asked, busy) for _ in range(8)))
    assert [type(answer) for answer in answers] == [Answer] * 8
    assert most == 2


async def test_a_heavy_question_without_a_turn_is_an_outage_that_says_nothing_of_the_registry() -> None:
    asked = source("a", deadline=SOON)
    await asked.turns.acquire()
    await asked.turns.acquire()
    outage = await ask_in_turn(asked, count)
    assert isinstance(outage, Outage)
    assert (outage.status, outage.retryable, asked.health) == (SourceStatus.TIMEOUT, True, SourceStatus.OK)
    asked.turns.release()
    assert isinstance(await ask_in_turn(asked, count), Answer)
    assert isinstance(await ask(asked, count), Answer)


async def test_a_heavy_question_that_is_given_up_gives_its_turn_back() -> None:
    """While it waits for one as well as while it is asked."""
    asked = source("a", ListedRegistry(cluster("a"), [("x", "1")], forever))
    tasks = [asyncio.create_task(ask_in_turn(asked, count)) for _ in range(3)]
    await going_on()
    assert asked.turns.locked()
    for task in reversed(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not asked.turns.locked()
    answer = await ask_in_turn(asked, lambda _: asyncio.sleep(0, "asked"))
    assert isinstance(answer, Answer)


async def test_waiting_for_a_turn_does_not_count_as_the_registry_s_time() -> None:
    """The deadline of a heavy question begins with its turn: this one waits for it as long as its deadline is."""
    asked = source("a", ListedRegistry(cluster("a"), [("x", "1")], forever), deadline=SOON)
    first = [asyncio.create_task(ask_in_turn(asked, count)) for _ in range(2)]
    late = await ask_in_turn(asked, going_on)
    assert isinstance(late, Answer)
    assert all(isinstance(each, Outage) for each in await asyncio.gather(*first))
