"""What tests of agreements start from: three clusters, their coordinators, and an agreement between some of them."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Acts
from gateway.corridor.agreeing import CONSTRAINTS, Agreeing, Change, Terms
from gateway.corridor.agreements import Agreement, Assessment, read_agreements
from gateway.corridor.failures import Failed
from gateway.store import Store
from schemas.codes import AgreementState, DataCategory
from tests.viewers import viewer

A, B, C = "technomontreal", "canieti-occidente", "third"
CLUSTERS = (A, B, C)
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
STATE = AgreementState
STATES = [*STATE]


def coordinator(cluster: str) -> Viewer:
    return replace(viewer(ViewerClass.COORDINATOR, cluster), id=f"key:{cluster}")


BY = {code: coordinator(code) for code in CLUSTERS}


class Negotiation:
    """The acts of coordinators on one agreement at its latest version, on a day that the test sets."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.day = TODAY
        self.agreeing = Agreeing(store, Acts(store, CONSTRAINTS), CLUSTERS, lambda: self.day)
        self.key = uuid4()

    async def register(self, *parties: str, **terms: Any) -> Agreement:
        terms = {"series": "invented", "parties": parties or (A, B), "purposes": [Purpose.PROFILE_EXCHANGE], **terms}
        by = BY[terms["parties"][0]]
        self.key = UUID((await self.agreeing.register(by, Terms(**terms)))["agreement"])
        return await self.now()

    async def now(self) -> Agreement:
        (found,) = await read_agreements(self.store, [self.key])
        return found

    async def change(self, by: str, key: str | None = None) -> Change:
        return Change(BY[by], self.key, (await self.now()).version, key)

    async def sign(self, by: str, signed_on: date | None = None) -> Agreement:
        await self.agreeing.sign(await self.change(by), signed_on)
        return await self.now()

    async def assess(self, by: str, to: str, **changed: Any) -> Agreement:
        await self.agreeing.assess(await self.change(by), assessment(by, to, **changed))
        return await self.now()

    async def in_force(self, *parties: str, **terms: Any) -> Agreement:
        """Registered, signed and assessed by all."""
        found = await self.register(*parties, **terms)
        for party in found.parties:
            await self.sign(party)
        for party in found.parties:
            for other in found.parties:
                if other != party:
                    await self.assess(party, other)
        return await self.now()

    async def at(self, state: AgreementState) -> Agreement:
        """An agreement in this state, come there by its own way."""
        match state:
            case STATE.NEGOTIATION:
                return await self.register()
            case STATE.SIGNED:
                await self.register()
                await self.sign(A)
                return await self.sign(B)
            case STATE.EXPIRED:
                await self.in_force(valid_until=TODAY)
                self.day += DAY
            case _:
                await self.in_force()
        if state is STATE.SUSPENDED:
            await self.agreeing.suspend(await self.change(A))
        if state is STATE.TERMINATED:
            await self.agreeing.terminate(await self.change(A))
        return await self.now()

    async def transitions(self) -> list[tuple[str | None, str, str]]:
        rows = await self.store.fetch(
            "select from_state, to_state, by_role from corridor.transition where entity_key = $1 order by id", self.key
        )
        return [tuple(row) for row in rows]


def assessment(by: str, to: str, **changed: Any) -> Assessment:
    made = Assessment(by, to, (DataCategory.ORGANISATION,), "Invented.", TODAY, TODAY + 365 * DAY)
    return replace(made, **changed)


async def failing(work: Awaitable[object]) -> tuple[str, tuple[str, ...]]:
    """The code and the path of the failure that this ends with."""
    with pytest.raises(Failed) as failed:
        await work
    (failure,) = failed.value.failures
    assert all(failure.message(lang) for lang in ("en", "fr-CA", "es-MX"))
    return failure.code.value, failure.path
