"""The connections to one registry's database: never more than promised, the last one used first."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

__all__ = ["Connections", "Line", "Planning"]

_IDLE = 300.0
"""Seconds after which a connection that nobody used is given back to the city."""


class Planning(StrEnum):
    """How a session plans prepared statements: the values of ``plan_cache_mode`` that are of use here."""

    AUTO = "auto"
    """For each execution with its values, unless the plan for any values promises as much."""
    ONCE = "force_generic_plan"
    """Once for any values."""


@dataclass(slots=True, eq=False)
class Line:
    """A connection, how its session plans, and since when it has been idle, in seconds of the loop's clock."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    planning: Planning
    idle_since: float = 0.0

    async def plan(self, planning: Planning) -> None:
        """Changes how the session plans: one round trip, and none where it does so already."""
        if self.planning is not planning:
            await self.connection.execute(f"set plan_cache_mode = {planning.value}")
            self.planning = planning


class Connections:
    """Lends out lines, at most ``size`` at a time, made by ``connect`` when they are needed.

    Whoever wants one gets an idle line that plans as asked; else a new one while there may be more; else an idle one
    that plans otherwise; else waits its turn. So a session's planning rarely has to change, and a single line still
    serves everybody. ``asyncpg.Pool`` does the same for sessions that are all alike, at half a fetch's price.
    """

    def __init__(
        self, connect: Callable[[Planning], Awaitable["asyncpg.Connection[asyncpg.Record]"]], size: int, patience: float
    ) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._taken = 0  # places of the budget: lines that are open or being opened
        self._lines: set[Line] = set()
        self._idle: dict[Planning, list[Line]] = {planning: [] for planning in Planning}
        self._waiting: OrderedDict[asyncio.Future[Line | None], None] = OrderedDict()
        self._sweeping: asyncio.TimerHandle | None = None
        self._closed = False

    async def take(self, planning: Planning) -> Line:
        """A line, which plans as asked if one such is at hand; to be given back, whatever became of it.

        TimeoutError where none came free and none could be made within ``patience`` seconds; errors of ``connect``.
        """
        line = self._pick(planning)
        if line is not None:
            return line
        async with asyncio.timeout(self._patience):
            return await self._obtain(planning)

    def give_back(self, line: Line) -> None:
        """Takes a line back, for the one who has waited longest or to lie idle; a closed one makes room for another."""
        if line.connection.is_closed() or self._closed:
            self._end(line)
        elif not self._hand(line):
            self._idle[line.planning].append(line)
            loop = asyncio.get_running_loop()
            line.idle_since = loop.time()
            if self._sweeping is None:
                self._sweeping = loop.call_at(line.idle_since + _IDLE, self._sweep, loop)

    def forget_idle(self) -> None:
        """Ends all idle lines: one that was lost without a word says that the others may have been, too."""
        for idle in self._idle.values():
            while idle:
                self._end(idle.pop())

    def close(self) -> None:
        """Ends all lines, those in use too, for good."""
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        self.forget_idle()
        for line in list(self._lines):
            line.connection.terminate()

    def _pick(self, planning: Planning) -> Line | None:
        idle = self._idle[planning]
        while idle:
            line = idle.pop()
            if not line.connection.is_closed():
                return line
            self._end(line)
        return None

    async def _obtain(self, planning: Planning) -> Line:
        if self._taken == self._size:
            for other in self._idle:
                line = self._pick(other)
                if line is not None:
                    return line
        if self._taken == self._size:  # still: those that were idle may have turned out to be closed
            return await self._queue(planning)
        self._taken += 1
        return await self._open(planning)

    async def _queue(self, planning: Planning) -> Line:
        turn: asyncio.Future[Line | None] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = None
        try:
            line = await turn
        except BaseException:
            self._waiting.pop(turn, None)
            if turn.done() and not turn.cancelled():  # It came as the caller went away: the next one's.
                self._pass_on(turn.result())
            raise
        return line if line is not None else await self._open(planning)

    async def _open(self, planning: Planning) -> Line:
        """A new line in a place that is taken already."""
        try:
            connection = await self._connect(planning)
        except BaseException:
            self._pass_on(None)
            raise
        line = Line(connection, planning)
        if self._closed:
            self._end(line)
            raise asyncpg.InterfaceError("the connections were closed meanwhile")
        self._lines.add(line)
        return line

    def _hand(self, line: Line | None) -> bool:
        """Gives a line, or a place to open one in, to the one who has waited longest; False where nobody waits."""
        while self._waiting:
            turn, _ = self._waiting.popitem(last=False)
            if not turn.done():
                turn.set_result(line)
                return True
        return False

    def _pass_on(self, line: Line | None) -> None:
        if line is not None:
            self.give_back(line)
        elif not self._hand(None):
            self._taken -= 1

    def _end(self, line: Line) -> None:
        line.connection.terminate()
        self._lines.discard(line)
        self._pass_on(None)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ends the lines that have been idle for long, and comes again when the next one will have been."""
        for planning, idle in self._idle.items():
            old = [line for line in idle if loop.time() - line.idle_since >= _IDLE]
            self._idle[planning] = idle[len(old) :]  # The last to become idle stand last.
            for line in old:
                self._end(line)
        left = [idle[0].idle_since for idle in self._idle.values() if idle]
        self._sweeping = loop.call_at(min(left) + _IDLE, self._sweep, loop) if left else None
