"""A circuit breaker: a registry that fails too often is left alone for some seconds."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

__all__ = ["Breaker"]


@dataclass(slots=True)
class Breaker:
    """Opens when, of the last ``window`` seconds' calls, at least ``calls`` and half of all failed.

    ``pause`` seconds later one call is let through as a probe: its success closes the circuit,
    its failure opens it for another pause. Times in seconds; ``clock`` is monotonic.
    """

    window: float = 10.0
    calls: int = 5
    pause: float = 2.0
    clock: Callable[[], float] = monotonic
    _results: deque[tuple[float, bool]] = field(default_factory=deque)
    _failures: int = 0
    _opened: float | None = None
    _probing: bool = False
    _openings: int = 0

    @property
    def open(self) -> bool:
        """Whether calls are refused now, but for the probe."""
        return self._opened is not None

    def allow(self) -> int | None:
        """A permit for one call, None where it is refused; after the pause one is given, until that call ends."""
        if self._opened is not None:
            if self._probing or self.clock() - self._opened < self.pause:
                return None
            self._probing = True
        return self._openings

    def report(self, permit: int, *, ok: bool) -> None:
        """Takes in the result of a call that was allowed."""
        if permit != self._openings:
            return  # A straggler from before the circuit opened says nothing about now.
        now = self.clock()
        if self._opened is not None:
            self._probing = False
            self._opened = None if ok else now
            self._results.clear()
            self._failures = 0
            return
        self._results.append((now, ok))
        self._failures += not ok
        while self._results and now - self._results[0][0] > self.window:
            self._failures -= not self._results.popleft()[1]
        if self._failures >= self.calls and 2 * self._failures >= len(self._results):
            self._opened = now
            self._openings += 1

    def abandon(self, permit: int) -> None:
        """Takes back an allowed call that ended without a result (its caller went away)."""
        if permit == self._openings:
            self._probing = False
