"""Deadlines that share a timer end blocks as ``asyncio.timeout`` does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.deadlines import Deadlines

SOON = 0.02
LATE = 30.0


async def held(deadlines: Deadlines, work: Callable[[], Awaitable[object]]) -> object:
    """What a block gives that does this work."""
    with deadlines.block():
        return await work()


async def forever() -> None:
    """Never ends by itself."""
    await asyncio.Event().wait()


async def test_a_block_in_time_ends_as_it_would_without() -> None:
    deadlines = Deadlines(LATE)

    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await held(deadlines, work) == 7

    async def fail() -> None:
        raise LookupError("its own")

    with pytest.raises(LookupError, match="its own"):
        await held(deadlines, fail)


async def test_a_late_block_raises_timeout_error_and_its_task_goes_on() -> None:
    with pytest.raises(TimeoutError):
        await held(Deadlines(SOON), forever)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_of_many_each_ends_in_its_turn_and_none_is_forgotten() -> None:
    deadlines = Deadlines(SOON)
    ended: list[int] = []

    async def late(number: int) -> None:
        for _ in range(number):
            await asyncio.sleep(0)  # they begin one after the other
        try:
            await held(deadlines, forever)
        except TimeoutError:
            ended.append(number)

    await asyncio.gather(*map(late, range(40)))
    assert ended == list(range(40))
    with pytest.raises(TimeoutError):  # and there is a timer again for who comes after all have ended
        await held(deadlines, forever)


async def test_one_that_ended_in_time_leaves_the_timer_to_the_next() -> None:
    deadlines = Deadlines(SOON)
    await held(deadlines, lambda: asyncio.sleep(0))
    with pytest.raises(TimeoutError):
        await held(deadlines, forever)


async def test_a_block_within_a_longer_one_ends_alone() -> None:
    outer, inner = Deadlines(LATE), Deadlines(SOON)

    async def work() -> str:
        with pytest.raises(TimeoutError):
            await held(inner, forever)
        return "went on"

    assert await held(outer, work) == "went on"


async def test_the_longer_one_ends_what_is_within() -> None:
    inner = Deadlines(LATE)

    async def work() -> None:
        await held(inner, forever)

    with pytest.raises(TimeoutError):
        await held(Deadlines(SOON), work)


async def test_who_cancels_the_task_is_heard() -> None:
    task = asyncio.create_task(held(Deadlines(LATE), forever))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_cancels_the_task_as_its_time_is_over_is_heard() -> None:
    deadlines = Deadlines(SOON)
    seen: list[BaseException] = []

    async def work() -> None:
        try:
            await forever()
        except asyncio.CancelledError as error:
            seen.append(error)
            task.cancel()  # from outside, at the same moment
            raise

    task = asyncio.create_task(held(deadlines, work))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(seen) == 1


async def test_work_that_swallows_its_end_keeps_its_value() -> None:
    async def work() -> str:
        try:
            await forever()
        except asyncio.CancelledError:
            return "all the same"
        raise AssertionError

    assert await held(Deadlines(SOON), work) == "all the same"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


def test_another_loop_gets_a_timer_of_its_own() -> None:
    deadlines = Deadlines(SOON)

    async def leaves_one_running() -> None:
        task = asyncio.create_task(held(deadlines, forever))
        await asyncio.sleep(0)
        task.cancel()

    async def is_late() -> None:
        async with asyncio.timeout(LATE):
            with pytest.raises(TimeoutError):
                await held(deadlines, forever)

    asyncio.run(leaves_one_running())
    asyncio.run(is_late())


def test_without_a_task_there_is_nothing_to_end() -> None:
    with pytest.raises(RuntimeError), Deadlines(LATE).block():
        pass


@pytest.mark.parametrize("seconds", [0.0, -1.0])
async def test_no_time_at_all_ends_at_once(seconds: float) -> None:
    with pytest.raises(TimeoutError):
        await held(Deadlines(seconds), forever)
