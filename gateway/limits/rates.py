"""What each viewer may ask for over time, in cost: in this process, or shared between gateways through their store."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import NamedTuple, Protocol

from gateway.errors import ClientError, ErrorCode
from gateway.limits.bucket import Bucket, Budget
from gateway.limits.weights import Weight

__all__ = ["Grant", "Payer", "Rates", "SharedBuckets"]

FINE = Weight.REFUSED.tenths / 10
"""What a refused document or credential costs; who is known to have less left is refused before anything is read."""

_PAUSE = 5.0
"""Seconds for which a store that did not answer is left alone."""


class Payer(NamedTuple):
    """Who a request is counted for: a class of viewers, and a name within it that stays the same."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a shared bucket has given, and what it has left."""

    tokens: float
    left: float


class SharedBuckets(Protocol):
    """The buckets that several gateways share."""

    async def take(self, key: str, budget: Budget, least: float, wanted: float) -> Grant:
        """As much as there is from ``least`` to ``wanted``, or nothing; STORE_UNAVAILABLE where it cannot be asked."""


class _Account:
    """One viewer in this process.

    ``own`` is its bucket here: the one that counts, or with a store what is granted while that is down. ``leased`` was
    taken out of the shared bucket and not spent yet. Until ``poor`` it is known to have less than a fine.
    """

    __slots__ = ("fetching", "leased", "own", "poor")

    def __init__(self, own: Bucket) -> None:
        self.own = own
        self.leased = 0.0
        self.poor = 0.0
        self.fetching = asyncio.Lock()


class Rates:
    """Budgets by class, and an account for each viewer of it, ``accounts`` of a class at most.

    There is always room for who comes first, or comes again after the others have been quiet. Who finds none shares
    one account with everybody else who does: so nobody gains by coming under many names, nor by making others be
    forgotten. ``processes`` is how many share each budget. With a store (``shared``) they do so exactly, and fetch
    the part ``lease`` of a burst at a time; without one, or while it is down, each grants its part of the budget.
    """

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        budgets: Mapping[str, Budget],
        *,
        accounts: int = 20_000,
        processes: int = 1,
        shared: SharedBuckets | None = None,
        lease: float = 0.05,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._budgets = budgets
        self._parts = {kind: budget.shared_by(processes) for kind, budget in budgets.items()}
        self._accounts: dict[str, OrderedDict[str, _Account]] = {kind: OrderedDict() for kind in budgets}
        self._crowds = {kind: _Account(Bucket(self._parts[kind], clock())) for kind in budgets}
        self._most = accounts
        self._shared = shared
        self._lease = lease
        self._clock = clock
        self._down_until = 0.0

    def __len__(self) -> int:
        """How many accounts are remembered."""
        return sum(len(each) for each in self._accounts.values())

    def check(self, payer: Payer) -> None:
        """Raises RATE_LIMITED where the payer is known to have next to nothing left. Asks nobody."""
        accounts = self._accounts[payer.kind]
        account = accounts.get(payer.key)
        if account is None:
            if len(accounts) < self._most:
                return
            account = self._crowds[payer.kind]
        now = self._clock()
        if self._shared is None:
            missing = min(FINE, account.own.budget.burst) - account.own.available(now)
            if missing > 0:
                raise _exhausted(missing / account.own.budget.per_second)
        elif now < account.poor and account.leased < FINE:
            raise _exhausted(account.poor - now)

    async def take(self, payer: Payer, cost: float) -> None:
        """Takes a cost from the payer's budget; RATE_LIMITED says when it will be there."""
        account = self._account(payer)
        if self._shared is None:
            wait = account.own.take(cost, self._clock())
        else:
            wait = await self._take_shared(payer, account, cost, self._shared)
        if wait:
            raise _exhausted(wait)

    async def fine(self, payer: Payer) -> None:
        """Takes what a refused document or credential costs, if the payer has so much."""
        try:
            await self.take(payer, FINE)
        except ClientError as error:
            if error.code is not ErrorCode.RATE_LIMITED:
                raise

    async def _take_shared(self, payer: Payer, account: _Account, cost: float, shared: SharedBuckets) -> float:
        """Spends what is leased, and leases more where that is too little; gives the seconds to wait, 0.0 for none."""
        cost = min(cost, self._budgets[payer.kind].burst)
        if account.leased < cost:
            async with account.fetching:  # who waits here finds what was fetched, or fetches in turn
                while account.leased < cost:  # others may spend it meanwhile
                    wait = await self._fetch(payer, account, cost - account.leased, shared)
                    if wait is None:
                        return account.own.take(cost, self._clock())
                    if wait:
                        return wait
        account.leased -= cost
        account.own.drain(cost, self._clock())
        return 0.0

    async def _fetch(self, payer: Payer, account: _Account, least: float, shared: SharedBuckets) -> float | None:
        """Leases at least so much; gives the seconds to wait for it, 0.0 for none, None where the store is down."""
        now = self._clock()
        if now < self._down_until:
            return None
        if self._down_until:
            self._down_until = now + _PAUSE  # this one tries; the others go on without the store meanwhile
        budget = self._budgets[payer.kind]
        key = f"{payer.kind}:{payer.key if account is not self._crowds[payer.kind] else ''}"
        try:
            grant = await shared.take(key, budget, least, max(least, budget.burst * self._lease))
        except ClientError as error:
            if error.code is not ErrorCode.STORE_UNAVAILABLE:
                raise
            self._down_until = self._clock() + _PAUSE
            return None
        self._down_until = 0.0
        account.leased += grant.tokens
        if grant.tokens:
            return 0.0
        account.poor = self._clock() + (min(FINE, budget.burst) - grant.left) / budget.per_second
        return (least - grant.left) / budget.per_second

    def _account(self, payer: Payer) -> _Account:
        accounts = self._accounts[payer.kind]
        account = accounts.get(payer.key)
        if account is not None:
            accounts.move_to_end(payer.key)
            return account
        now = self._clock()
        if len(accounts) >= self._most:
            quiet = next(iter(accounts.values()))
            if not quiet.own.full(now):
                return self._crowds[payer.kind]
            accounts.popitem(last=False)
        account = accounts[payer.key] = _Account(Bucket(self._parts[payer.kind], now))
        return account


def _exhausted(wait: float) -> ClientError:
    after = max(1, ceil(wait))
    return ClientError(
        ErrorCode.RATE_LIMITED,
        f"Your budget is used up for now. Ask again in {after} s, or for less.",
        retryable=True,
        retryAfter=after,
    )
