"""Those who watch the registries: all at first, then each change, and of many changes the last."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import Refused, Unavailable
from adapters.contract.registry import Registry
from adapters.contract.request import Where
from gateway.federation.breaker import Breaker
from gateway.federation.directory import Directory, Source
from gateway.federation.fanout import ask
from tests.federation.registries import ListedRegistry, cluster

OK, UNAVAILABLE = SourceStatus.OK, SourceStatus.UNAVAILABLE

Told = AsyncGenerator[tuple[Source, SourceStatus], None]


class Moody:
    """What a registry meets: nothing, or the error of the day."""

    error: Exception | None = None

    async def __call__(self, _question: str) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def moods() -> dict[str, Moody]:
    return {"a": Moody(), "b": Moody()}


@pytest.fixture
def directory(moods: dict[str, Moody]) -> Directory:
    return Directory.of(
        *(Source(ListedRegistry(cluster(code), [], mood), 5, Breaker(calls=3, pause=0)) for code, mood in moods.items())
    )


async def meet(directory: Directory, code: str) -> None:
    """One call."""

    async def count(registry: Registry) -> int:
        return await registry.count(Where("member"))

    await ask(directory[code], count)


async def told(healths: Told) -> tuple[str, SourceStatus]:
    source, health = await anext(healths)
    return source.cluster.code, health


async def nothing_more(healths: Told) -> bool:
    """Whether all is told: the watcher waits after a turn of the loop, in which it could have told."""
    waiting = asyncio.ensure_future(anext(healths))
    await asyncio.sleep(0)
    still = not waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})
    return still


async def test_all_are_told_and_then_what_changes(directory: Directory, moods: dict[str, Moody]) -> None:
    healths = directory.healths()
    assert [await told(healths), await told(healths)] == [("a", OK), ("b", OK)]
    moods["b"].error = Unavailable("gone")
    await meet(directory, "a")
    await meet(directory, "b")
    assert await told(healths) == ("b", UNAVAILABLE)
    moods["b"].error = None
    await meet(directory, "b")
    assert await told(healths) == ("b", OK)
    await meet(directory, "b")
    assert await nothing_more(healths)


async def test_the_circuit_is_told_when_it_opens_and_when_it_closes(
    directory: Directory, moods: dict[str, Moody]
) -> None:
    healths = directory.healths()
    _ = [await told(healths), await told(healths)]
    moods["a"].error = Unavailable("gone")
    for _ in range(3):
        await meet(directory, "a")
    assert await told(healths) == ("a", SourceStatus.CIRCUIT_OPEN)
    moods["a"].error = None
    await meet(directory, "a")  # the probe
    assert await told(healths) == ("a", OK)


async def test_who_is_slow_gets_the_latest_and_nothing_is_queued(directory: Directory, moods: dict[str, Moody]) -> None:
    slow, quick = directory.healths(), directory.healths()
    for healths in (slow, quick):
        _ = [await told(healths), await told(healths)]
    for error, health in ((Unavailable("1"), UNAVAILABLE), (Refused("2"), SourceStatus.NOT_AUTHORISED), (None, OK),
                          (Refused("3"), SourceStatus.NOT_AUTHORISED)):  # fmt: skip
        moods["b"].error = error
        await meet(directory, "b")
        assert await told(quick) == ("b", health)
    assert await told(slow) == ("b", SourceStatus.NOT_AUTHORISED)
    assert await nothing_more(slow)


async def test_whoever_ends_is_not_told_any_more(directory: Directory) -> None:
    healths = directory.healths()
    await anext(healths)
    assert [len(source.watchers) for source in directory] == [1, 1]
    await healths.aclose()
    assert [len(source.watchers) for source in directory] == [0, 0]
