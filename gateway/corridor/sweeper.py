"""The sweeper: does what is due by the clock, such as letting invitations run out, on one gateway at a time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from random import SystemRandom

from gateway.errors import ClientError
from gateway.store import Store

__all__ = ["Sweeper"]

_LOG = logging.getLogger(__name__)
_LOCK = 0x636F727273776570
"""The number of the advisory lock of whoever sweeps: ``corrswep`` in ASCII."""


class Sweeper:
    """Runs the tasks every so many seconds, in the order given, each whatever became of those before.

    A task has to be right without the lock as well: it only spares gateways the same work at the same moment.
    """

    def __init__(self, store: Store, tasks: Mapping[str, Callable[[], Awaitable[object]]], interval: float) -> None:
        self._store = store
        self._tasks = tasks
        self._interval = interval
        self._counts = {"swept": 0, "failed": 0}

    def counts(self) -> Mapping[str, int]:
        """How often it has ``swept`` since its start, and how many of its tasks ``failed``."""
        return self._counts

    async def sweep(self) -> bool:
        """Runs all tasks once; False where another gateway does so now, or the store is away."""
        try:
            async with self._store.apart() as connection:  # the lock ends with it, however this ends
                if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
                    return False
                for name, task in self._tasks.items():
                    await self._run(name, task)
        except ClientError:
            _LOG.warning("the sweeper cannot reach the corridor store")
            return False
        self._counts["swept"] += 1
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweeps in the background until the block ends; what is half done then is taken back by the store."""
        sweeping = asyncio.create_task(self._sweep_always(), name="sweeper")
        try:
            yield
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping

    async def _run(self, name: str, task: Callable[[], Awaitable[object]]) -> None:
        try:
            await task()
        except Exception:  # noqa: BLE001 - the next one runs all the same
            self._counts["failed"] += 1
            _LOG.exception("the sweeper's task %s", name)

    async def _sweep_always(self) -> None:
        await asyncio.sleep(SystemRandom().uniform(0, self._interval))
        while True:
            await self.sweep()
            await asyncio.sleep(self._interval)
