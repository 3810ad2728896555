"""The buckets that gateways share, in the corridor store."""

from collections.abc import Callable
from time import monotonic

from gateway.limits.bucket import Budget
from gateway.limits.rates import Grant
from gateway.store import Store

__all__ = ["StoredBuckets"]

_TAKE = "select granted, remaining from corridor.take_tokens($1, $2, $3, $4, $5)"
_PURGE = "select corridor.purge_rate_buckets()"
_PURGE_EVERY = 300.0
"""Seconds after which a process has the store forget buckets that are full again."""


class StoredBuckets:
    """Implements ``SharedBuckets``: one function of the store refills and takes, atomically, by the store's clock."""

    def __init__(self, store: Store, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._purged = clock()

    async def take(self, key: str, budget: Budget, least: float, wanted: float) -> Grant:
        """As much as there is from ``least`` to ``wanted``, or nothing; STORE_UNAVAILABLE where it cannot be asked."""
        row = await self._store.fetchrow(_TAKE, key, budget.burst, budget.per_second, least, wanted)
        assert row is not None  # noqa: S101 - the function gives one row
        if self._clock() - self._purged > _PURGE_EVERY:
            self._purged = self._clock()
            await self._store.execute(_PURGE)
        return Grant(row["granted"], row["remaining"])
