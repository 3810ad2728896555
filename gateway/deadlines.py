"""Deadlines of blocks that may all take as long, by one timer of the loop: one for each costs more than most blocks."""

import asyncio
from types import TracebackType
from typing import Any

__all__ = ["Deadline", "Deadlines"]


class Deadlines:
    """Ends blocks that take longer than ``seconds``: what they await is cancelled, and they raise TimeoutError.

    That is what ``asyncio.timeout`` does, which sets a timer for each of them. As all may take as long here, the one
    that began first is the first to be late, and it is enough to look at that one. For one loop at a time.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until: dict[Deadline, float] = {}  # in the order in which they began, and so end
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def block(self) -> "Deadline":
        """A deadline for one ``with`` block, within one task."""
        return Deadline(self)

    def begin(self, deadline: "Deadline") -> None:
        """Has a deadline run."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # of the loop before, nothing runs any more
            self._loop, self._timer = loop, None
            self._until.clear()
        self._until[deadline] = until = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_at(until, self._look, loop)

    def end(self, deadline: "Deadline") -> None:
        """Takes one back, unless it has passed."""
        self._until.pop(deadline, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ends what is late, and comes again when the next one will be."""
        now = loop.time()
        while self._until:
            deadline, until = next(iter(self._until.items()))
            if until > now:
                self._timer = loop.call_at(until, self._look, loop)
                return
            del self._until[deadline]
            deadline.pass_()
        self._timer = None


class Deadline:
    """One block under a deadline; not to be entered twice."""

    __slots__ = ("_cancelling", "_deadlines", "_passed", "_task")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._passed = False

    def __enter__(self) -> None:
        self._task = task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task that it can end")
        self._cancelling = task.cancelling()
        self._deadlines.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._deadlines.end(self)
        # Where somebody else has cancelled the task as well, that is what it has to hear.
        if (
            self._passed
            and self._task is not None
            and self._task.uncancel() <= self._cancelling
            and kind is not None
            and issubclass(kind, asyncio.CancelledError)
        ):
            raise TimeoutError from error

    def pass_(self) -> None:
        """Ends the block, as its time is over."""
        if self._task is not None:
            self._passed = True
            self._task.cancel()
