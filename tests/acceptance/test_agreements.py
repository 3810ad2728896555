"""Agreements over the whole gateway: invariant 1 on every path, and how the clusters themselves come to agree.

Both cities' real registries, a third one in memory, and a real store.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits, Registry
from adapters.contract.request import FacetRequest, FetchRequest, Ordering, PageRequest, Where
from adapters.contract.viewers import Purpose, Scope, ViewerClass
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.sample import sample_tables
from adapters.kit.sample import Home
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.cli.demo_agreement import make_agreement
from gateway.corridor.acts import Acts
from gateway.corridor.agreeing import CONSTRAINTS, Agreeing, Change, Terms
from gateway.corridor.agreements import Agreements, Assessment, read_agreements, today
from gateway.errors import ClientError, ErrorCode
from gateway.execution import facts
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Store
from schemas.codes import DataCategory
from tests.boundless import BOUNDLESS
from tests.federation.registries import cluster
from tests.viewers import PARTNER, Notes, viewer

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


@pytest.fixture
async def corridor(city_databases: dict[str, str], store: Store) -> AsyncIterator[Corridor]:
    adapters = {city: import_module(f"adapters.{city}").ADAPTER for city in city_databases}
    opened: list[Registry] = [adapters[city].open(dsn, Limits(5, 5, 30)) for city, dsn in city_databases.items()]
    opened.append(MemoryRegistry(cluster(THIRD), sample_tables(HOME, 20, seed=5)))
    registries = {each.cluster.code: Asked(each) for each in opened}
    members = {}
    for code, asked in registries.items():
        (row, *_) = await asked.registry.page(
            PageRequest(Where("member", view=Visibility.CORRIDOR), Ordering("NAME"), 1)
        )
        members[code] = Reference("Member", code, row.key).id
    made = Corridor(registries, store, members)
    yield made
    await made.disclosures.close()
    for each in opened:
        await each.close()


def codes(answer: Mapping[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


def statuses(listed: Mapping[str, Any]) -> dict[str, str]:
    return {each["cluster"]["slug"]: each["status"] for each in listed["sources"]}


# Invariant 1.


async def missing(corridor: Corridor) -> None:
    """Nothing was ever agreed."""


async def negotiated(corridor: Corridor) -> None:
    await corridor.agreeing.register(ASKING, Terms("invented", (MONTREAL, GUADALAJARA), list(Purpose)))


async def assessed_one_way(corridor: Corridor) -> None:
    terms = Terms("invented", (MONTREAL, GUADALAJARA), list(Purpose))
    key = UUID((await corridor.agreeing.register(ASKING, terms))["agreement"])
    for party in (MONTREAL, GUADALAJARA):
        await corridor.agreeing.sign(await corridor.change(party, key))
    await corridor.assess(GUADALAJARA, MONTREAL, key)


async def suspended(corridor: Corridor) -> None:
    key = await corridor.agree()
    assert not codes(await corridor.ask(f"{{ members({CITIES}) {{ {LISTED} }} }}"))
    await corridor.agreeing.suspend(await corridor.change(GUADALAJARA, key))
    corridor.agreements.forget()


async def terminated(corridor: Corridor) -> None:
    key = await corridor.agree()
    await corridor.agreeing.terminate(await corridor.change(GUADALAJARA, key))
    corridor.agreements.forget()


async def expired(corridor: Corridor) -> None:
    await corridor.agree(valid_until=corridor.day)
    assert not codes(await corridor.ask(f"{{ members({CITIES}) {{ {LISTED} }} }}"))
    corridor.day += DAY


async def review_due(corridor: Corridor) -> None:
    await corridor.agree()
    assert not codes(await corridor.ask(f"{{ members({CITIES}) {{ {LISTED} }} }}"))
    corridor.day += 366 * DAY


async def of_another_purpose(corridor: Corridor) -> None:
    await corridor.agree(purposes=[each for each in Purpose if each is not Purpose.PROFILE_EXCHANGE])


async def with_a_third_only(corridor: Corridor) -> None:
    await corridor.agree(GUADALAJARA, THIRD)


@pytest.mark.parametrize(
    "situation",
    [
        missing,
        negotiated,
        assessed_one_way,
        suspended,
        terminated,
        expired,
        review_due,
        of_another_purpose,
        with_a_third_only,
    ],
    ids=lambda situation: situation.__name__,
)
async def test_invariant_1_without_an_agreement_in_force_nothing_crosses(
    corridor: Corridor, situation: Callable[[Corridor], Awaitable[None]]
) -> None:
    await situation(corridor)
    for each in corridor.registries.values():
        each.questions.clear()
    there, here = corridor.members[GUADALAJARA], corridor.members[MONTREAL]

    for name in ("members", "offers", "needs"):
        answer = await corridor.ask(f"{{ {name}(first: 100) {{ {LISTED} {COUNTED} }} }}")
        listed = answer["data"][name]
        assert statuses(listed) == {MONTREAL: "OK", GUADALAJARA: "NO_AGREEMENT", THIRD: "NO_AGREEMENT"}
        assert not listed["complete"]
        assert {Reference.parse(node["id"]).cluster for node in listed["nodes"]} == {MONTREAL}
        assert [error["extensions"] for error in answer["errors"]] == [
            {"code": "NO_AGREEMENT", "cluster": code, "retryable": False} for code in (GUADALAJARA, THIRD)
        ]
        assert {tuple(error["path"]) for error in answer["errors"]} == {(name,)}
        assert listed["totalCount"] is None
        assert listed["total"]["relation"] == "GTE"
        assert [each["cluster"]["slug"] for each in listed["total"]["bySource"]] == [MONTREAL]
        assert listed["facets"] == [{"complete": False}]

    searched = await corridor.ask(f'{{ members(search: "software", first: 100) {{ {LISTED} }} }}')
    assert statuses(searched["data"]["members"])[GUADALAJARA] == "NO_AGREEMENT"
    for question in ("complete", "totalCount", "facets(fields: [SECTOR]) { complete }"):
        only = await corridor.ask(f'{{ members(filter: {{clusters: ["{GUADALAJARA}"]}}) {{ {question} }} }}')
        assert (only["data"], codes(only)) == (None, {"NO_AGREEMENT"})
    assert codes(await corridor.ask("{ members(onSourceFailure: FAIL) { complete } }")) == {"NO_AGREEMENT"}

    unavailable = "{ ... on MemberUnavailable { reason cluster { slug } } }"
    assert (await corridor.data(f'{{ member(id: "{there}") {unavailable} }}'))["member"] == {
        "reason": "NOT_VISIBLE",
        "cluster": {"slug": GUADALAJARA},
    }
    one = await corridor.ask(f'{{ node(id: "{there}") {{ id }} }}')
    assert (one["data"], codes(one), one["errors"][0]["path"]) == ({"node": None}, {"NO_AGREEMENT"}, ["node"])
    some = await corridor.ask(f'{{ nodes(ids: ["{here}", "{there}"]) {{ id }} }}')
    assert some["data"] == {"nodes": [{"id": here}, None]}
    assert [(each["path"], each["extensions"]["code"]) for each in some["errors"]] == [(["nodes", 1], "NO_AGREEMENT")]
    entities = await corridor.ask(
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Member { id } } }",
        of=[{"__typename": "Member", "id": id_} for id_ in (there, here)],
    )
    assert entities["data"] == {"_entities": [None, {"id": here}]}
    assert codes(entities) == {"NO_AGREEMENT"}
    nested = await corridor.ask(f'{{ cluster(slug: "{GUADALAJARA}") {{ city programmes {{ id }} }} }}')
    assert codes(nested) == {"NO_AGREEMENT"}
    assert nested["errors"][0]["path"] == ["cluster", "programmes"]

    assert corridor.questions(GUADALAJARA) == corridor.questions(THIRD) == []
    assert {"page member", "count member", "fetch member"} <= {*corridor.questions(MONTREAL)}


async def test_invariant_1_under_an_agreement_in_force_all_of_it_crosses(corridor: Corridor) -> None:
    key = await corridor.agree()
    there = corridor.members[GUADALAJARA]
    for name in ("members", "offers", "needs"):
        listed = (await corridor.data(f"{{ {name}({CITIES}, first: 100) {{ {LISTED} {COUNTED} }} }}"))[name]
        assert statuses(listed) == {MONTREAL: "OK", GUADALAJARA: "OK", THIRD: "EXCLUDED"}
        assert listed["complete"]
        assert {Reference.parse(node["id"]).cluster for node in listed["nodes"]} == {MONTREAL, GUADALAJARA}
        assert [each["cluster"]["slug"] for each in listed["total"]["bySource"]] == [GUADALAJARA, MONTREAL]
    for text in (
        f'{{ found: member(id: "{there}") {{ ... on Member {{ id }} }} }}',
        f'{{ found: node(id: "{there}") {{ id }} }}',
    ):
        assert (await corridor.data(text))["found"] == {"id": there}
    assert (await corridor.data(f'{{ cluster(slug: "{GUADALAJARA}") {{ programmes {{ id }} }} }}'))["cluster"][
        "programmes"
    ]
    assert corridor.questions(THIRD) == []
    bases = {
        (row["cluster"], row["basis"])
        for row in await corridor.store.fetch("select distinct cluster, basis from corridor.disclosure")
    }
    assert bases == {
        (MONTREAL, "consent:PROFILE_EXCHANGE"),
        (GUADALAJARA, Reference("Agreement", "corridor", str(key)).id),
    }


async def test_agreements_do_not_pass_things_on(corridor: Corridor) -> None:
    """The third cluster has an agreement with Guadalajara alone, and Montréal too."""
    await corridor.agree()
    await corridor.agree(GUADALAJARA, THIRD)
    for by, seen in (
        (MONTREAL, {MONTREAL: "OK", GUADALAJARA: "OK", THIRD: "NO_AGREEMENT"}),
        (THIRD, {MONTREAL: "NO_AGREEMENT", GUADALAJARA: "OK", THIRD: "OK"}),
        (GUADALAJARA, {MONTREAL: "OK", GUADALAJARA: "OK", THIRD: "OK"}),
    ):
        answer = await corridor.ask(f"{{ members {{ {LISTED} }} }}", COORDINATOR[by])
        assert statuses(answer["data"]["members"]) == seen


async def test_a_partner_reads_who_is_party_to_anything(corridor: Corridor) -> None:
    nothing = await corridor.ask(f"{{ members {{ {LISTED} }} }}", PARTNER)
    assert (nothing["data"], codes(nothing)) == (None, {"NO_AGREEMENT"})
    assert nothing["errors"][0]["extensions"]["clusters"] == [GUADALAJARA, MONTREAL, THIRD]
    await corridor.agree()
    found = await corridor.ask(f"{{ members {{ {LISTED} }} }}", PARTNER)
    assert statuses(found["data"]["members"]) == {MONTREAL: "OK", GUADALAJARA: "OK", THIRD: "NO_AGREEMENT"}


async def test_each_purpose_crosses_under_its_own_agreement(corridor: Corridor) -> None:
    await corridor.agree(purposes=[Purpose.PROFILE_EXCHANGE])
    needs = (await corridor.data(f'{{ needs(filter: {{clusters: ["{MONTREAL}"]}}, first: 1) {{ nodes {{ id }} }} }}'))[
        "needs"
    ]
    matched = (
        f'{{ partnerMatches(needId: "{needs["nodes"][0]["id"]}", {CITIES})'
        " { complete sources { cluster { slug } status } } }"
    )
    exchanged = f"{{ members({CITIES}) {{ {LISTED} }} }}"
    assert statuses((await corridor.data(exchanged))["members"])[GUADALAJARA] == "OK"
    answer = await corridor.ask(matched)
    assert statuses(answer["data"]["partnerMatches"])[GUADALAJARA] == "NO_AGREEMENT"
    assert codes(answer) == {"NO_AGREEMENT"}
    key = await corridor.agree(purposes=[Purpose.PARTNER_MATCHING])
    assert statuses((await corridor.data(matched))["partnerMatches"])[GUADALAJARA] == "OK"
    bases = await corridor.store.fetch(
        "select distinct basis from corridor.disclosure where purpose = 'PARTNER_MATCHING' and cluster = $1",
        GUADALAJARA,
    )
    assert [row["basis"] for row in bases] == [Reference("Agreement", "corridor", str(key)).id]


async def test_what_is_public_needs_no_agreement(corridor: Corridor) -> None:
    listed = (await corridor.data(f"{{ members {{ {LISTED} }} }}", ANONYMOUS))["members"]
    assert set(statuses(listed).values()) == {"OK"}
    app = replace(PARTNER, scopes=frozenset())
    assert (await corridor.data(f"{{ members {{ {LISTED} }} }}", app))["members"] == listed


async def test_who_is_of_a_cluster_needs_one_for_whatever_it_may_see(corridor: Corridor) -> None:
    officer = viewer(ViewerClass.PRIVACY_OFFICER, MONTREAL)
    answer = await corridor.ask(f"{{ members {{ {LISTED} }} }}", officer)
    assert statuses(answer["data"]["members"])[GUADALAJARA] == "NO_AGREEMENT"
    await corridor.agree()
    answer = await corridor.ask(f"{{ members {{ {LISTED} }} }}", officer)
    assert statuses(answer["data"]["members"])[GUADALAJARA] == "OK"


@pytest.mark.parametrize("nested", ["", "offers { id }"], ids=["flat", "nested"])
async def test_a_cluster_drops_out_of_a_walk_when_its_agreement_ends(corridor: Corridor, nested: str) -> None:
    key = await corridor.agree(MONTREAL, GUADALAJARA, THIRD)
    page = (
        "query ($after: String) { members(first: 5, after: $after)"
        f" {{ complete sources {{ cluster {{ slug }} status }} nodes {{ id {nested} }} pageInfo {{ endCursor }} }} }}"
    )
    first = (await corridor.data(page))["members"]
    assert first["complete"]
    await corridor.agreeing.suspend(await corridor.change(MONTREAL, key))
    corridor.agreements.forget()
    second = (await corridor.ask(page, after=first["pageInfo"]["endCursor"]))["data"]["members"]
    assert statuses(second) == {MONTREAL: "OK", GUADALAJARA: "NO_AGREEMENT", THIRD: "NO_AGREEMENT"}
    assert {Reference.parse(node["id"]).cluster for node in second["nodes"]} == {MONTREAL}
    await corridor.agreeing.resume(await corridor.change(MONTREAL, key))
    corridor.agreements.forget()
    third = (await corridor.ask(page, after=second["pageInfo"]["endCursor"]))["data"]["members"]
    assert statuses(third) == {MONTREAL: "OK", GUADALAJARA: "EXCLUDED", THIRD: "EXCLUDED"}
    assert not third["complete"]


async def test_one_answer_rests_on_one_state_of_the_agreements(corridor: Corridor) -> None:
    """An agreement that ends while an operation runs ends for the next one."""
    key = await corridor.agree()
    there = corridor.members[GUADALAJARA]
    asked = corridor.registries[MONTREAL]

    class Ending(Asked):
        async def page(self, request: PageRequest) -> Sequence[Row]:
            await corridor.agreeing.suspend(await corridor.change(GUADALAJARA, key))
            corridor.agreements.forget()
            return await super().page(request)

    ending = {**corridor.registries, MONTREAL: Ending(asked.registry)}
    directory = Directory.of(*(Source(each, deadline=30) for each in ending.values()))
    corridor.gateway = Gateway.of(SETTINGS, directory, Notes(), corridor=facts.Corridor(corridor.agreements))
    text = f'{{ members({CITIES}) {{ nodes {{ id offers {{ id }} }} complete }} later: node(id: "{there}") {{ id }} }}'
    answer = await corridor.data(text)
    assert answer["members"]["complete"]
    assert answer["later"] == {"id": there}
    assert codes(await corridor.ask(f'{{ node(id: "{there}") {{ id }} }}')) == {"NO_AGREEMENT"}


async def test_a_gateway_without_a_store_has_no_agreements(corridor: Corridor) -> None:
    gateway = Gateway.of(SETTINGS, corridor.gateway.directory, Notes())
    corridor.gateway = gateway
    answer = await corridor.ask(f"{{ members {{ {LISTED} }} }}")
    assert statuses(answer["data"]["members"]) == {MONTREAL: "OK", GUADALAJARA: "NO_AGREEMENT", THIRD: "NO_AGREEMENT"}
    assert (await corridor.data("{ agreements { id } }", ANONYMOUS)) == {"agreements": []}
    refused = await corridor.ask(REGISTER)
    assert codes(refused) == {"STORE_UNAVAILABLE"}


async def test_with_a_store_that_is_away_only_what_crosses_fails(corridor: Corridor) -> None:
    async def away() -> Sequence[Any]:
        raise ClientError(ErrorCode.STORE_UNAVAILABLE, "Away.", retryable=True)

    corridor.gateway = Gateway.of(
        SETTINGS, corridor.gateway.directory, Notes(), corridor=facts.Corridor(Agreements(away))
    )
    assert codes(await corridor.ask("{ members { complete } }")) == {"STORE_UNAVAILABLE"}
    assert codes(await corridor.ask("{ members { complete } }", PARTNER)) == {"STORE_UNAVAILABLE"}
    there, here = corridor.members[GUADALAJARA], corridor.members[MONTREAL]
    assert codes(await corridor.ask(f'{{ node(id: "{there}") {{ id }} }}')) == {"STORE_UNAVAILABLE"}
    assert corridor.questions(GUADALAJARA) == []
    own = f'{{ members(filter: {{clusters: ["{MONTREAL}"]}}) {{ complete }} node(id: "{here}") {{ id }} }}'
    assert (await corridor.data(own)) == {"members": {"complete": True}, "node": {"id": here}}
    assert (await corridor.data("{ clusters { slug } }"))["clusters"]
    assert (await corridor.data("{ members { complete } }", ANONYMOUS)) == {"members": {"complete": True}}


# How clusters agree, as clients do it.

AGREEMENT = "agreement { id ordinal state inForce version signedBy { slug } signedOn validUntil documentHash }"
ERRORS = 'errors { code message(lang: "es") path }'
REGISTER = (
    'mutation { registerAgreement(series: "invented", idempotencyKey: "k", validUntil: "2999-12-31",'
    f' parties: ["{MONTREAL}", "{GUADALAJARA}"], purposes: [PROFILE_EXCHANGE, MISSION], documentHash: "{"ab" * 32}")'
    f" {{ {AGREEMENT} {ERRORS} }} }}"
)
SIGN = (
    "mutation ($id: ID!, $v: Int!, $on: Date) { done: signAgreement(id: $id, expectedVersion: $v, signedOn: $on)"
    f" {{ {AGREEMENT} {ERRORS} }} }}"
)
ASSESS = (
    "mutation ($id: ID!, $v: Int!, $to: String!, $until: Date!) { done: assessPrivacy(id: $id, expectedVersion: $v,"
    ' toCluster: $to, dataCategories: [ORGANISATION], outcome: "Invented.", assessedOn: "2026-11-01", reviewBy: $until)'
    f" {{ {AGREEMENT} {ERRORS} }} }}"
)
S16 = """query ThirdCity {
  clusters { slug city country health adapterVersion languages }
  agreements(series: "invented") {
    ordinal parties { slug } state purposes
    privacyAssessments { fromCluster { slug } toCluster { slug } dataCategories reviewBy }
  }
}"""


def moving(name: str) -> str:
    return (
        f'mutation ($id: ID!, $v: Int!) {{ done: {name}Agreement(id: $id, expectedVersion: $v, reason: "Invented")'
        f" {{ {AGREEMENT} {ERRORS} }} }}"
    )


async def test_clusters_agree_suspend_resume_and_end(corridor: Corridor) -> None:
    here, there = COORDINATOR[MONTREAL], COORDINATOR[GUADALAJARA]
    first = (await corridor.data(REGISTER))["registerAgreement"]
    assert first["agreement"]["state"] == "NEGOTIATION"
    assert (await corridor.data(REGISTER))["registerAgreement"] == first
    id_ = first["agreement"]["id"]
    steps: list[tuple[Viewer, str, dict[str, str], str, bool]] = [
        (here, SIGN, {"on": "2013-06-27"}, "NEGOTIATION", False),
        (there, SIGN, {"on": "2013-06-27"}, "SIGNED", False),
        (here, ASSESS, {"to": GUADALAJARA, "until": "2999-01-01"}, "SIGNED", False),
        (there, ASSESS, {"to": MONTREAL, "until": "2999-01-01"}, "IN_FORCE", True),
        (there, moving("suspend"), {}, "SUSPENDED", False),
        (here, moving("resume"), {}, "IN_FORCE", True),
        (here, moving("terminate"), {}, "TERMINATED", False),
    ]
    for version, (by, text, variables, state, in_force) in enumerate(steps, 1):
        done = (await corridor.data(text, by, id=id_, v=version, **variables))["done"]
        assert done["errors"] == []
        assert (done["agreement"]["state"], done["agreement"]["version"]) == (state, version + 1)
        assert done["agreement"]["inForce"] is in_force
        listed = (await corridor.ask(f"{{ members {{ {LISTED} }} }}"))["data"]["members"]
        assert statuses(listed)[GUADALAJARA] == ("OK" if in_force else "NO_AGREEMENT")
    assert done["agreement"]["signedOn"] == "2013-06-27"
    assert done["agreement"]["documentHash"] == "ab" * 32
    assert (await corridor.data(f'{{ node(id: "{id_}") {{ __typename id }} }}', ANONYMOUS))["node"] == {
        "__typename": "Agreement",
        "id": id_,
    }
    data = await corridor.data(S16, ANONYMOUS)
    (agreement,) = data["agreements"]
    assert agreement["parties"] == [{"slug": GUADALAJARA}, {"slug": MONTREAL}]
    assert agreement["purposes"] == ["MISSION", "PROFILE_EXCHANGE"]
    assert agreement["privacyAssessments"] == [
        {
            "fromCluster": {"slug": source},
            "toCluster": {"slug": target},
            "dataCategories": ["ORGANISATION"],
            "reviewBy": "2999-01-01",
        }
        for source, target in ((GUADALAJARA, MONTREAL), (MONTREAL, GUADALAJARA))
    ]
    assert (await corridor.data('{ agreements(series: "other") { id } }'))["agreements"] == []


async def test_failures_are_data(corridor: Corridor) -> None:
    id_ = (await corridor.data(REGISTER))["registerAgreement"]["agreement"]["id"]
    for by, text, variables, code, path in (
        (ASKING, SIGN, {"v": 7}, "STALE_VERSION", ["expectedVersion"]),
        (COORDINATOR[THIRD], SIGN, {"v": 1}, "FORBIDDEN", None),
        (ASKING, SIGN, {"v": 1, "on": "2026-02-30"}, "INVALID_INPUT", ["signedOn"]),
        (ASKING, SIGN, {"v": 1, "id": "x"}, "NOT_FOUND", ["id"]),
        (ASKING, SIGN, {"v": 1, "id": corridor.members[MONTREAL]}, "NOT_FOUND", ["id"]),
        (ASKING, moving("suspend"), {"v": 1}, "INVALID_TRANSITION", None),
        (ASKING, ASSESS, {"v": 1, "to": THIRD, "until": "2999-01-01"}, "INVALID_INPUT", ["toCluster"]),
    ):
        given = {"id": id_, **variables}
        done = (await corridor.data(text, by, **given))["done"]
        assert done["agreement"] is None
        (error,) = done["errors"]
        assert (error["code"], error["path"]) == (code, path)
        assert error["message"]


@pytest.mark.parametrize(
    "by",
    [ANONYMOUS, PARTNER, replace(ASKING, scopes=ASKING.scopes - {Scope.CORRIDOR_ACT})],
    ids=["", "partner", "scope"],
)
async def test_to_act_needs_the_scope(corridor: Corridor, by: Viewer) -> None:
    assert codes(await corridor.ask(REGISTER, by)) == {"FORBIDDEN"}
    assert await read_agreements(corridor.store) == []


async def test_the_agreement_of_the_demo_is_made_once_by_its_own_acts(corridor: Corridor) -> None:
    made = await make_agreement(corridor.store, (MONTREAL, GUADALAJARA))
    assert (made.series, made.ordinal, made.signed_on) == ("technomontreal-international", 1, date(2013, 6, 27))
    assert made.counts(today())
    assert {each.review_by for each in made.assessments} == {today() + 365 * DAY}
    assert all(each.outcome.startswith("Invented for the demo.") for each in made.assessments)
    acts = await corridor.store.fetch("select actor, name from corridor.act order by id")
    assert [(row["actor"], row["name"]) for row in acts] == [
        ("demo:technomontreal", "registerAgreement"),
        ("demo:technomontreal", "signAgreement"),
        ("demo:canieti-occidente", "signAgreement"),
        ("demo:technomontreal", "assessPrivacy"),
        ("demo:canieti-occidente", "assessPrivacy"),
    ]
    assert await make_agreement(corridor.store, (MONTREAL, GUADALAJARA)) == made
    assert await corridor.store.fetchval("select count(*) from corridor.act") == len(acts)
    listed = (await corridor.ask(f"{{ members {{ {LISTED} }} }}"))["data"]["members"]
    assert statuses(listed) == {MONTREAL: "OK", GUADALAJARA: "OK", THIRD: "NO_AGREEMENT"}
