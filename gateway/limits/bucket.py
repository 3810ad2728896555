"""A token bucket, pure: time is given to it."""

from dataclasses import dataclass

__all__ = ["Bucket", "Budget"]


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent at once after a pause, and what comes back each second; both in cost."""

    burst: float
    per_second: float

    def shared_by(self, number: int) -> "Budget":
        """The part that each of so many may grant, so that all together grant no more than this."""
        return Budget(self.burst / number, self.per_second / number)


class Bucket:
    """What one viewer has left of a budget; full at the beginning.

    >>> bucket = Bucket(Budget(burst=100, per_second=10), now=0.0)
    >>> bucket.take(80, now=0.0), bucket.take(50, now=0.0), bucket.take(50, now=3.0)
    (0.0, 3.0, 0.0)
    """

    __slots__ = ("_at", "_level", "budget")

    def __init__(self, budget: Budget, now: float) -> None:
        self.budget = budget
        self._level = budget.burst
        self._at = now

    def available(self, now: float) -> float:
        """What may be spent now. A clock that goes back gives nothing."""
        if now > self._at:
            self._level = min(self.budget.burst, self._level + (now - self._at) * self.budget.per_second)
            self._at = now
        return self._level

    def take(self, cost: float, now: float) -> float:
        """Takes the cost if it is there and gives 0.0; else takes nothing and gives the seconds until it is there.

        Nothing costs more than the burst: else it could never be had.
        """
        cost = min(cost, self.budget.burst)
        missing = cost - self.available(now)
        if missing > 0:
            return missing / self.budget.per_second
        self._level -= cost
        return 0.0

    def drain(self, cost: float, now: float) -> None:
        """Takes what is there of a cost that somebody else has granted."""
        self._level = max(0.0, self.available(now) - cost)

    def full(self, now: float) -> bool:
        """Whether it can be forgotten: a new one would be the same."""
        return self.available(now) >= self.budget.burst
