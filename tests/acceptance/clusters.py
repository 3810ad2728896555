"""A gateway over three clusters, which agree or not: both cities' real registries, a third in memory, a real store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from adapters.contract.answer import Row
from adapters.contract.registry import Registry
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.contract.viewers import Purpose, ViewerClass
from adapters.kit.sample import Home
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor.acts import Acts
from gateway.corridor.agreeing import CONSTRAINTS, Agreeing, Change, Terms
from gateway.corridor.agreements import Agreements, Assessment, read_agreements, today
from gateway.execution import facts
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings
from gateway.store import Store
from schemas.codes import DataCategory
from tests.boundless import BOUNDLESS
from tests.viewers import viewer

MONTREAL, GUADALAJARA, THIRD = "technomontreal", "canieti-occidente", "third"
HOME = Home(THIRD, "es", ("es",), "MX", ("SA",), ("P1",), "+52 33 5555 0100", today=date(2026, 11, 1))
DAY = timedelta(days=1)
SETTINGS = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
COORDINATOR = {
    code: replace(viewer(ViewerClass.COORDINATOR, code), id=f"key:{code}") for code in (MONTREAL, GUADALAJARA, THIRD)
}
ASKING = COORDINATOR[MONTREAL]

LISTED = "complete sources { cluster { slug } status returned retryable } nodes { id }"
CITIES = f'filter: {{clusters: ["{MONTREAL}", "{GUADALAJARA}"]}}'
COUNTED = "totalCount total { relation bySource { cluster { slug } } } facets(fields: [CLUSTER]) { complete }"
AGREEMENT = "agreement { id ordinal state inForce version signedBy { slug } signedOn validUntil documentHash }"
ERRORS = 'errors { code message(lang: "es") path }'
REGISTER = (
    'mutation { registerAgreement(series: "invented", idempotencyKey: "k", validUntil: "2999-12-31",'
    f' parties: ["{MONTREAL}", "{GUADALAJARA}"], purposes: [PROFILE_EXCHANGE, MISSION], documentHash: "{"ab" * 32}")'
    f" {{ {AGREEMENT} {ERRORS} }} }}"
)


@dataclass
class Asked:
    """A registry that notes what it is asked."""

    registry: Registry
    questions: list[str] = field(default_factory=list)

    @property
    def cluster(self) -> Any:
        """Whose it is."""
        return self.registry.cluster

    async def page(self, request: PageRequest) -> Sequence[Row]:
        """Notes it and asks."""
        self.questions.append(f"page {request.where.object}")
        return await self.registry.page(request)

    async def fetch(self, request: FetchRequest) -> Sequence[Row]:
        """Notes it and asks."""
        self.questions.append(f"fetch {request.shape.object}")
        return await self.registry.fetch(request)

    async def count(self, where: Where) -> int:
        """Notes it and asks."""
        self.questions.append(f"count {where.object}")
        return await self.registry.count(where)

    async def facet(self, request: FacetRequest) -> Mapping[str, int]:
        """Notes it and asks."""
        self.questions.append(f"facet {request.where.object}")
        return await self.registry.facet(request)

    async def ping(self) -> None:
        """Asks nothing."""

    async def close(self) -> None:
        """Closes it."""
        await self.registry.close()


@dataclass
class Corridor:
    """A gateway over three clusters, its store, and the day that it takes it to be."""

    registries: Mapping[str, Asked]
    store: Store
    members: Mapping[str, str]
    gateway: Gateway = field(init=False)
    day: date = field(default_factory=today)

    def __post_init__(self) -> None:
        directory = Directory.of(*(Source(each, deadline=30) for each in self.registries.values()))
        self.agreements = Agreements(lambda: read_agreements(self.store), lifetime=1e9, clock=lambda: self.day)
        self.agreeing = Agreeing(self.store, Acts(self.store, CONSTRAINTS), list(self.registries), lambda: self.day)
        self.disclosures = Disclosures(self.store)
        self.gateway = Gateway.of(
            SETTINGS, directory, Log(self.disclosures), corridor=facts.Corridor(self.agreements, self.agreeing)
        )

    async def ask(self, text: str, by: Viewer = ASKING, **variables: Any) -> Any:
        """All that is answered."""
        return json.loads((await self.gateway.run(Operation(text, variables=variables, viewer=by))).body)

    async def data(self, text: str, by: Viewer = ASKING, **variables: Any) -> Any:
        """The data of what has to have no errors."""
        answer = await self.ask(text, by, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def agree(self, *parties: str, purposes: Sequence[Purpose] = tuple(Purpose), **terms: Any) -> UUID:
        """An agreement in force, between the two cities where nothing is said."""
        parties = parties or (MONTREAL, GUADALAJARA)
        result = await self.agreeing.register(COORDINATOR[parties[0]], Terms("invented", parties, purposes, **terms))
        key = UUID(result["agreement"])
        for party in parties:
            await self.agreeing.sign(await self.change(party, key))
        for party in parties:
            for other in parties:
                if other != party:
                    await self.assess(party, other, key)
        self.agreements.forget()
        return key

    async def assess(self, party: str, other: str, key: UUID) -> None:
        """One assessment."""
        made = Assessment(party, other, (DataCategory.ORGANISATION,), "Invented.", self.day, self.day + 365 * DAY)
        await self.agreeing.assess(await self.change(party, key), made)

    async def change(self, by: str, key: UUID) -> Change:
        """A change to the latest version."""
        return Change(COORDINATOR[by], key, (await self.agreeing.read(key)).version)

    def questions(self, code: str) -> list[str]:
        """What a registry was asked so far."""
        return self.registries[code].questions


def codes(answer: Mapping[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


def statuses(listed: Mapping[str, Any]) -> dict[str, str]:
    return {each["cluster"]["slug"]: each["status"] for each in listed["sources"]}
