"""Asking registries: each under its own deadline, each ending as an answer or an outage."""

import asyncio
from time import monotonic

import pytest

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken, Refused, RegistryError, RegistryTimeout, Unavailable
from adapters.contract.registry import Registry
from adapters.contract.request import Where
from gateway.federation.breaker import Breaker
from gateway.federation.directory import Directory, Source
from gateway.federation.fanout import Answer, Outage, ask, ask_all
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

    started = monotonic()
    outage = await ask(source("a", ListedRegistry(cluster("a"), [], trouble), SOON), count)
    assert outage.status is SourceStatus.TIMEOUT
    assert monotonic() - started < 1


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


@pytest.mark.parametrize("error", [Refused("no"), ContractBroken("odd")], ids=lambda value: type(value).__name__)
async def test_a_prompt_refusal_does_not_open_the_circuit(error: RegistryError) -> None:
    asked = source("a", ListedRegistry(cluster("a"), [], failing(error)))
    for _ in range(10):
        assert (await ask(asked, count)).status is not SourceStatus.CIRCUIT_OPEN


def test_two_registries_cannot_share_a_cluster() -> None:
    with pytest.raises(ValueError, match="share a cluster code"):
        Directory.of(source("a"), source("a"))
