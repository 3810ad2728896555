"""All that stands between a request and the registries, as the endpoint and the operations call it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from gateway.limits.addresses import Addresses
from gateway.limits.bucket import Budget
from gateway.limits.gate import Gate
from gateway.limits.leases import StoredBuckets
from gateway.limits.rates import Payer, Rates
from gateway.settings import RateSettings, RatesSettings, Settings
from gateway.store import Store

__all__ = ["Admission"]

ANONYMOUS = "anonymous"
"""The class of those who are told apart by their address."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may come in, in the order of a request.

    1. ``payer``: who it is counted for; ``stranger`` where that is not proved.
    2. ``check``, before the body is read.
    3. ``place``, around running the operation.
    4. ``charge``, when its cost is known and nothing was asked yet; or ``fine``, where it was refused.

    ``rates`` is None where they are not limited.
    """

    gate: Gate
    rates: Rates | None
    addresses: Addresses

    @classmethod
    def of(cls, settings: Settings, store: Store | None) -> "Admission":
        """Admission as the settings have it; with a store, budgets are shared with the other gateways."""
        rates = _rates(settings, store) if settings.rates.enabled else None
        return cls(Gate(settings.max_concurrent), rates, Addresses(settings.trusted_proxies))

    def payer(self, kind: str, viewer: str, peer: str, forwarded: str = "") -> Payer:
        """Who pays: the viewer by its ID, or for the anonymous the address.

        ``kind`` is the class of the viewer, in lower case as in the settings; ``peer`` the address of the connection,
        ``forwarded`` the header ``X-Forwarded-For``.
        """
        return Payer(kind, self.addresses.of(peer, forwarded) if kind == ANONYMOUS else viewer)

    def stranger(self, peer: str, forwarded: str = "") -> Payer:
        """Who pays for a credential that does not count: its address, apart from the anonymous who share that."""
        return Payer(ANONYMOUS, f"refused {self.addresses.of(peer, forwarded)}")

    def check(self, payer: Payer | None = None) -> None:
        """Raises OVERLOADED where there is no place, RATE_LIMITED where the payer is known to have nothing left."""
        self.gate.check()
        if payer is not None and self.rates is not None:
            self.rates.check(payer)

    def place(self, payer: Payer) -> AbstractContextManager[None]:
        """A place for as long as the block runs; OVERLOADED or RATE_LIMITED where there is none for this payer."""
        return self.gate.place(payer.key)

    async def charge(self, payer: Payer, cost: float) -> None:
        """Takes a cost from the payer's budget; RATE_LIMITED where it is not there."""
        if self.rates is not None:
            await self.rates.take(payer, cost)

    async def fine(self, payer: Payer) -> None:
        """Takes what a request costs whose document or credential was refused."""
        if self.rates is not None:
            await self.rates.fine(payer)


def _rates(settings: Settings, store: Store | None) -> Rates:
    given = settings.rates
    budgets = {
        name: Budget(found.burst, found.per_second)
        for name in RatesSettings.model_fields
        if isinstance(found := getattr(given, name), RateSettings)
    }
    return Rates(
        budgets,
        accounts=given.buckets,
        processes=settings.workers * (given.replicas if store is not None else 1),
        shared=None if store is None else StoredBuckets(store),
        lease=given.lease,
    )
