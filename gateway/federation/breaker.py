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

    @property
    def open(self) -> bool:
        """Whether calls are refused now, but for the probe."""
        return self._opened is not None

    def allow(self) -> bool:
        """Whether a call may go through; after the pause exactly one may, until it reports."""
        if self._opened is None:
            return True
        if self._probing or self.clock() - self._opened < self.pause:
            return False
        self._probing = True
        return True

    def report(self, *, ok: bool) -> None:
        """Takes in the result of a call that was allowed."""
        now = self.clock()
        if self._opened is not None:
            if not self._probing:
                return  # A straggler from before the circuit opened says nothing about now.
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

    def abandon(self) -> None:
        """Takes back an allowed call that ended without a result (its caller went away)."""
        self._probing = False
