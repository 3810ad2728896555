"""Consortia over the whole gateway: both cities' registries, a real store, an agreement between the two clusters."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.codes import Level
from adapters.contract.registry import Limits
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements, read_agreements
from gateway.corridor.consortia import CONSTRAINTS
from gateway.corridor.ports import Profile
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.context import RequestContext
from gateway.execution.facts import Corridor
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from tests.boundless import BOUNDLESS
from tests.viewers import PARTNER, viewer

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
HERE, THERE = "technomontreal", "canieti-occidente"
AGREEMENT = """
    insert into corridor.agreement (id, series, ordinal, purposes, state, signed_on)
    values (gen_random_uuid(), 'invented', 1, '{PROFILE_EXCHANGE,CONSORTIUM}', 'IN_FORCE', current_date);
    insert into corridor.agreement_party (agreement, cluster, signed_on)
    select id, unnest(array['technomontreal', 'canieti-occidente']), current_date from corridor.agreement;
    insert into corridor.privacy_assessment
        (agreement, from_cluster, to_cluster, data_categories, outcome, assessed_on, review_by)
    select one.agreement, one.cluster, other.cluster, '{ORGANISATION}', 'fine', current_date, current_date + 365
    from corridor.agreement_party as one
    join corridor.agreement_party as other on other.agreement = one.agreement and other.cluster <> one.cluster
"""
DRAFT = """
    mutation S06_Draft($iot: ConceptURI!, $maps: ConceptURI!, $ux: ConceptURI!) {
      createConsortium(input: {
        title: "Movilidad inteligente GDL–MTL", lang: "es-MX", targetMarkets: ["CO"],
        requirements: [
          {key: "iot", concept: $iot, minLevel: WORKING}, {key: "maps", concept: $maps, minLevel: AWARENESS},
          {key: "ux", concept: $ux, mandatory: false}
        ], rules: {minClusters: 2, minMembers: 2}
      }, idempotencyKey: "draft") {
        consortium {
          id state formable version title { text lang } blockers { code detail(lang: "es-MX") }
          suggestions(first: 3) {
            optimality infeasibleBecause { code }
            options {
              cost clusters { slug } coverage { requirement member level }
              members { score member { ... on Member { id displayName } } }
            }
          }
        }
        errors { code path message(lang: "es-MX") }
      }
    }
"""
INVITE = """
    mutation S07_Invite($c: ID!, $m: ID!, $until: DateTime!) {
      inviteToConsortium(
        consortiumId: $c, memberId: $m, role: PARTNER, covers: ["maps"], expiresAt: $until, expectedVersion: 1
      ) {
        seat { id state expiresAt version }
        consortium { version requirements { requirement { key } covered pendingBy { id } } }
        errors { code }
      }
    }
"""
ANSWER = """
    mutation ($s: ID!, $accept: Boolean!) {
      answerSeat(seatId: $s, accept: $accept, expectedVersion: 1) {
        seat { state version } consortium { version formable } errors { code }
      }
    }
"""
FORM = """
    mutation S08_Form($c: ID!, $version: Int!) {
      formConsortium(id: $c, expectedVersion: $version) {
        consortium {
          state clusters { slug } blockers { code nodes }
          requirements { requirement { key } covered coveredBy { member { ... on Member { displayName } } } }
          history { from to by byRole }
        }
        errors { code message }
      }
    }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A member of each city that consents to consortia, with what each can do."""

    gateway: Gateway
    store: Store
    lead: Profile
    partner: Profile

    async def answer(self, by: Viewer, text: str, **variables: Any) -> Any:
        """The answer to an operation."""
        return json.loads((await self.gateway.run(Operation(text, variables=variables, viewer=by))).body)

    async def run(self, by: Viewer, text: str, **variables: Any) -> Any:
        """The data of an operation, which has to have no errors of the request."""
        answer = await self.answer(by, text, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    @property
    def leading(self) -> Viewer:
        """The first member."""
        return member(self.lead.id)

    @property
    def invited(self) -> Viewer:
        """The second member."""
        return member(self.partner.id)

    @property
    def concepts(self) -> Mapping[str, str]:
        """What the consortium needs: something of the first member, something of the second that the first lacks."""
        maps = next(each for each in self.partner.capabilities if each not in self.lead.capabilities)
        strongest = max(self.lead.capabilities, key=lambda each: list(Level).index(self.lead.capabilities[each]))
        return {"iot": strongest, "maps": maps, "ux": strongest}

    async def draft(self) -> Any:
        """A consortium of the first member."""
        return (await self.run(self.leading, DRAFT, **self.concepts))["createConsortium"]["consortium"]

    async def invite(self, consortium: str) -> Any:
        """An invitation of the second."""
        until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
        return (await self.run(self.leading, INVITE, c=consortium, m=self.partner.id, until=until))[
            "inviteToConsortium"
        ]


def member(id_: str) -> Viewer:
    found = viewer(ViewerClass.MEMBER, Reference.parse(id_).cluster, id_)
    return Viewer(found.kind, f"key:{id_[-12:]}", found.organisation, found.cluster, id_, found.scopes)


@pytest.fixture
async def table(city_databases: dict[str, str], store: Store, store_owner: str) -> AsyncIterator[Table]:
    owner = Store(store_owner, timeout=10)
    await owner.execute(AGREEMENT)
    await owner.close()
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    registries = AskedRegistries(directory)
    agreements = Agreements(lambda: read_agreements(store), lifetime=0)
    disclosures = Disclosures(store)
    clusters = [source.cluster.code for source in directory]
    building = Building.of(
        store,
        Acts(store, CONSTRAINTS),
        registries=registries,
        agreements=agreements,
        vocabulary=Vocabulary.load(),
        clusters=clusters,
        compose=Composer().compose,
    )
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    gateway = Gateway.of(settings, directory, Log(disclosures), corridor=Corridor(agreements, building=building))
    lead, partner = [await _able(gateway, registries, cluster) for cluster in (HERE, THERE)]
    yield Table(gateway, store, lead, partner)
    await disclosures.close()
    await directory.close()


async def _able(gateway: Gateway, registries: AskedRegistries, cluster: str) -> Profile:
    """A member of a cluster that consents to consortia and can do several things."""
    text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}, viewer=PARTNER))).body)
    found = await registries.profiles([node["id"] for node in answer["data"]["members"]["nodes"]])
    able = [
        each
        for each in found.values()
        if isinstance(each, Profile)
        and Purpose.CONSORTIUM in each.purposes
        and len(each.capabilities) > 1
        and any(level is not Level.AWARENESS for level in each.capabilities.values())
    ]
    return able[0]


async def test_the_stories_of_a_consortium(table: Table) -> None:
    drafted = (await table.run(table.leading, DRAFT, **table.concepts))["createConsortium"]
    assert drafted["errors"] == []
    consortium = drafted["consortium"]
    assert (consortium["state"], consortium["formable"], consortium["version"]) == ("DRAFT", False, 1)
    assert {each["code"] for each in consortium["blockers"]} >= {"TOO_FEW_CLUSTERS", "CAPABILITY_UNCOVERED"}
    assert consortium["title"] == {"text": "Movilidad inteligente GDL–MTL", "lang": "es-MX"}

    suggested = consortium["suggestions"]
    assert suggested["optimality"] == "EXACT"
    assert bool(suggested["options"]) != bool(suggested["infeasibleBecause"])
    for option in suggested["options"]:
        assert {each["slug"] for each in option["clusters"]} == {HERE, THERE}
        assert {each["requirement"] for each in option["coverage"]} >= {"iot", "maps"}

    invited = await table.invite(consortium["id"])
    assert invited["errors"] == []
    assert (invited["seat"]["state"], invited["consortium"]["version"]) == ("INVITED", 2)
    maps = next(each for each in invited["consortium"]["requirements"] if each["requirement"]["key"] == "maps")
    assert maps == {"requirement": {"key": "maps"}, "covered": False, "pendingBy": [{"id": invited["seat"]["id"]}]}

    answered = (await table.run(table.invited, ANSWER, s=invited["seat"]["id"], accept=True))["answerSeat"]
    assert answered == {
        "seat": {"state": "ACCEPTED", "version": 2},
        "consortium": {"version": 3, "formable": True},
        "errors": [],
    }
    formed = (await table.run(table.leading, FORM, c=consortium["id"], version=3))["formConsortium"]
    assert formed["errors"] == []
    assert formed["consortium"]["state"] == "FORMED"
    assert [each["slug"] for each in formed["consortium"]["clusters"]] == sorted([HERE, THERE])
    assert all(each["covered"] for each in formed["consortium"]["requirements"] if each["requirement"]["key"] != "ux")
    assert [(each["from"], each["to"], each["byRole"]) for each in formed["consortium"]["history"]] == [
        (None, "DRAFT", "LEAD"),
        ("DRAFT", "RECRUITING", "LEAD"),
        ("RECRUITING", "FORMED", "LEAD"),
    ]
    assert {each["by"] for each in formed["consortium"]["history"]} == {table.lead.id}
    acts = await table.store.fetch("select name from corridor.act order by id")
    assert [row["name"] for row in acts] == ["createConsortium", "inviteToConsortium", "answerSeat", "formConsortium"]


COORDINATOR = viewer(ViewerClass.COORDINATOR, HERE)
MINE = """
    query ($state: ConsortiumState, $first: Int! = 20) {
      viewer {
        consortia(state: $state, first: $first) {
          id version state formable lead { role member { ... on Member { id displayName } } }
          targetMarkets rules { minMembers minClusters minCountries maxMembers leadTypes requiredTypes { min } }
          opportunity { id kind title { text lang machineTranslated } budget { amount currency } }
          requirements { requirement { key concept { uri } minLevel weight mandatory } covered }
          seats(states: [ACCEPTED, INVITED]) { id state member { ... on Member { id displayName } } }
          documents { id }
        }
      }
    }
"""
PUBLISH = """
    mutation ($concept: ConceptURI!, $until: DateTime!) {
      publishOpportunity(input: {
        kind: TENDER, title: "Movilidad", lang: "es-MX", market: "MX", closesAt: $until,
        requirements: [{key: "one", concept: $concept, minLevel: AWARENESS}],
        rules: {minMembers: 3, requiredTypes: [{orgType: SME, min: 1}]}, budget: {amount: "250000.50", currency: "MXN"}
      }, idempotencyKey: "p") {
        opportunity { id publishedBy { slug } rules { minMembers requiredTypes { orgType min } } budget { amount } }
        errors { code path }
      }
    }
"""
ANSWERING = """
    mutation ($opportunity: ID!) {
      createConsortium(input: {title: "Nous", lang: "fr-CA", targetMarkets: ["MX"], opportunityId: $opportunity}) {
        consortium { opportunity { id } rules { minMembers } requirements { requirement { key } } }
        errors { code path }
      }
    }
"""
ADD = """
    mutation ($c: ID!, $kind: DocumentKind!, $hash: String!, $version: Int!) {
      addDocument(
        consortiumId: $c, kind: $kind, sha256: $hash, custodian: "technomontreal", expectedVersion: $version
      ) { document { id complete } consortium { version } errors { code path } }
    }
"""
SIGN = """
    mutation ($d: ID!, $s: ID!) {
      recordSignature(documentId: $d, seatId: $s, method: "PADES") {
        document { complete } consortium { state version } errors { code path }
      }
    }
"""


async def seated(table: Table) -> tuple[str, str]:
    """A consortium of both members, and the seat of the second."""
    consortium = (await table.draft())["id"]
    seat = (await table.invite(consortium))["seat"]["id"]
    await table.run(table.invited, ANSWER, s=seat, accept=True)
    return consortium, seat


async def test_the_same_key_gives_the_same_consortium(table: Table) -> None:
    first, second = await table.draft(), await table.draft()
    assert first["id"] == second["id"]
    assert (await table.run(table.leading, DRAFT, iot="esco:iot", maps="esco:gis", ux="esco:ux"))["createConsortium"][
        "errors"
    ][0]["code"] == "DUPLICATE"


async def test_concepts_that_the_vocabulary_does_not_hold_are_told_with_their_paths(table: Table) -> None:
    text = DRAFT.replace(', idempotencyKey: "draft"', "")
    refused = (await table.run(table.leading, text, iot="esco:iot", maps="esco:gis", ux="esco:ux"))["createConsortium"]
    assert refused["consortium"] is None
    paths = [["input", "requirements", str(place), "concept"] for place in range(3)]
    assert [(each["code"], each["path"]) for each in refused["errors"]] == [("INVALID_INPUT", each) for each in paths]
    assert refused["errors"][0]["message"].startswith("El vocabulario no contiene este concepto.")
    assert await table.store.fetchval("select count(*) from corridor.consortium") == 0


async def test_a_type_that_is_required_twice_is_refused(table: Table) -> None:
    text = DRAFT.replace("minMembers: 2}", "requiredTypes: [{orgType: SME, min: 1}, {orgType: SME, min: 2}]}")
    refused = (await table.run(table.leading, text, **table.concepts))["createConsortium"]
    assert [(each["code"], each["path"]) for each in refused["errors"]] == [
        ("INVALID_INPUT", ["input", "rules", "requiredTypes"])
    ]


async def test_documents_are_signed_and_the_consortium_goes_on_by_itself(table: Table) -> None:
    consortium, _ = await seated(table)
    await table.run(table.leading, FORM, c=consortium, version=3)
    mine = (await table.run(table.leading, MINE))["viewer"]["consortia"][0]
    seats = {each["member"]["id"]: each["id"] for each in mine["seats"]}
    added = (await table.run(table.leading, ADD, c=consortium, kind="LOI", hash="a" * 64, version=4))["addDocument"]
    assert added["errors"] == []
    document = added["document"]["id"]
    for who, at in ((table.leading, table.lead.id), (table.invited, table.partner.id)):
        signed = (await table.run(who, SIGN, d=document, s=seats[at]))["recordSignature"]
        assert signed["errors"] == []
    assert (signed["document"]["complete"], signed["consortium"]["state"]) == (True, "LOI_SIGNED")
    again = (await table.run(table.invited, SIGN, d=document, s=seats[table.partner.id]))["recordSignature"]
    assert [each["code"] for each in again["errors"]] == ["DUPLICATE"]


async def test_opportunities_are_published_listed_and_answered(table: Table) -> None:
    concept = table.concepts["iot"]
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    refused = (await table.run(table.leading, PUBLISH, concept=concept, until=until))["publishOpportunity"]
    assert [each["code"] for each in refused["errors"]] == ["FORBIDDEN"]
    made = (await table.run(COORDINATOR, PUBLISH, concept=concept, until=until))["publishOpportunity"]
    assert made["errors"] == []
    assert made["opportunity"]["publishedBy"] == {"slug": HERE}
    assert made["opportunity"]["budget"] == {"amount": "250000.50"}
    listed = "query ($on: Date, $c: [ConceptURI!]) { opportunities(openOn: $on, concepts: $c) { id } }"
    ids = [{"id": made["opportunity"]["id"]}]
    assert (await table.run(table.invited, listed, c=[concept]))["opportunities"] == ids
    assert (await table.run(table.invited, listed, on="2999-01-01"))["opportunities"] == []
    answered = (await table.run(table.leading, ANSWERING, opportunity=ids[0]["id"]))["createConsortium"]
    assert answered == {
        "consortium": {
            "opportunity": ids[0],
            "rules": {"minMembers": 3},
            "requirements": [{"requirement": {"key": "one"}}],
        },
        "errors": [],
    }
    answer = await table.answer(table.invited, listed, on="2026-02-31")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_only_those_concerned_know_of_a_consortium(table: Table) -> None:
    consortium, seat = await seated(table)
    for who in (table.leading, table.invited, COORDINATOR):
        (mine,) = (await table.run(who, MINE))["viewer"]["consortia"]
        assert mine["id"] == consortium
        assert (await table.run(who, MINE, state="FORMED"))["viewer"]["consortia"] == []
    stranger = member(Reference("Member", HERE, "nobody").id)
    assert (await table.run(stranger, MINE))["viewer"]["consortia"] == []
    for id_, text in ((consortium, FORM.replace("$c", "$s").replace("$version", "$v")), (seat, None)):
        if text:
            refused = (await table.run(stranger, text, s=id_, v=3))["formConsortium"]
        else:
            refused = (await table.run(stranger, ANSWER, s=id_, accept=True))["answerSeat"]
        assert [each["code"] for each in refused["errors"]] == ["NOT_FOUND"]


async def test_what_ids_of_the_corridor_point_to_is_for_those_concerned(table: Table) -> None:
    consortium, seat = await seated(table)
    added = (await table.run(table.leading, ADD, c=consortium, kind="NDA", hash="b" * 64, version=3))["addDocument"]
    ids = {"Consortium": consortium, "Seat": seat, "ConsortiumDocument": added["document"]["id"]}
    keys = {typename: UUID(Reference.parse(id_).key) for typename, id_ in ids.items()}
    services = table.gateway.operations.services
    for viewer_, known in ((table.invited, True), (member(Reference("Member", HERE, "nobody").id), False)):
        consortia = RequestContext(services, viewer_).consortia
        for typename, key in keys.items():
            found = await consortia.nodes(typename, [key, uuid4()])
            assert [each.id() for each in found.values()] == ([ids[typename]] if known else [])
            assert ((await consortia.node(typename, key)) is not None) is known
        assert await consortia.nodes("Opportunity", [uuid4()]) == {}
        assert await consortia.nodes("Agreement", [uuid4()]) == {}


async def test_a_consortium_costs_two_statements_a_registry_and_one_in_the_store(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(table)
    asked: Counter[str] = Counter()

    def counted(name: str, asks: Any) -> Any:
        async def counting(self: Any, *given: Any) -> Any:
            asked[f"{name} {id(self)}" if name == "registry" else f"store {'with wanted' in given[0]}"] += 1
            return await asks(self, *given)

        return counting

    registry = type(next(iter(table.gateway.directory)).registry)
    monkeypatch.setattr(registry, "fetch", counted("registry", registry.fetch))  # type: ignore[attr-defined]
    monkeypatch.setattr(Store, "fetch", counted("store", Store.fetch))
    (mine,) = (await table.run(table.leading, MINE))["viewer"]["consortia"]
    assert len([each for each in mine["seats"] if each["member"]["displayName"]]) == 2
    assert mine["formable"]
    registries = [number for name, number in asked.items() if name.startswith("registry")]
    assert (len(registries), max(registries)) == (2, 2)
    assert asked["store True"] == 1


async def test_without_the_scope_nothing_is_shown_or_done(table: Table) -> None:
    for text in (MINE, "{ opportunities { id } }"):
        assert (await table.answer(PARTNER, text))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    refused = await table.answer(PARTNER, DRAFT, **table.concepts)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await table.store.fetchval("select count(*) from corridor.act") == 0


async def test_without_an_agreement_nothing_of_the_other_city_is_shown(table: Table, store_owner: str) -> None:
    await seated(table)
    owner = Store(store_owner, timeout=10)
    await owner.execute("update corridor.agreement set state = 'SUSPENDED'")
    await owner.close()
    text = "{ viewer { consortia { requirements { requirement { key } covered } blockers { code nodes } } } }"
    (mine,) = (await table.run(table.leading, text))["viewer"]["consortia"]
    assert {each["requirement"]["key"]: each["covered"] for each in mine["requirements"]}["maps"] is False
    assert {each["code"] for each in mine["blockers"]} >= {"AGREEMENT_NOT_IN_FORCE", "MEMBER_UNAVAILABLE"}


async def test_what_coverage_tells_of_members_is_in_the_disclosure_log(table: Table) -> None:
    await seated(table)
    before = await table.store.fetchval("select max(seq) from corridor.disclosure")
    await table.run(table.leading, "{ viewer { consortia { formable } } }")
    rows = await table.store.fetch("select * from corridor.disclosure where seq > $1", before)
    assert [(row["purpose"], row["cluster"], row["members"]) for row in rows] == [
        ("CONSORTIUM", THERE, [table.partner.id])
    ]
    assert "capabilities" in rows[0]["fields"]


@pytest.mark.parametrize("id_", ["x", "", Reference("Need", THERE, "1").id, Reference("Member", "nowhere", "1").id])
async def test_who_is_no_member_cannot_be_invited(table: Table, id_: str) -> None:
    consortium = (await table.draft())["id"]
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    refused = (await table.run(table.leading, INVITE, c=consortium, m=id_, until=until))["inviteToConsortium"]
    assert (refused["seat"], [each["code"] for each in refused["errors"]]) == (None, ["NOT_FOUND"])


async def test_invariant_15_the_store_holds_nothing_that_a_registry_knows(table: Table) -> None:
    consortium, _ = await seated(table)
    await table.run(table.leading, FORM, c=consortium, version=3)
    names = {
        each["member"]["displayName"]
        for each in (await table.run(table.leading, MINE))["viewer"]["consortia"][0]["seats"]
    }
    tables = ("consortium", "seat", "transition", "act", "event")
    held = "\n".join([f"{row}" for name in tables for row in await table.store.fetch(f"select * from corridor.{name}")])
    assert table.partner.id in held
    assert not [each for each in names if each in held]


async def test_a_page_too_large_is_refused(table: Table) -> None:
    answer = await table.answer(table.leading, MINE, first=101)
    assert answer["errors"][0]["extensions"]["code"] == "PAGE_TOO_LARGE"


async def test_teams_that_cannot_be_looked_for_do_not_hide_that_the_consortium_is_there(table: Table) -> None:
    draft = await table.draft()
    text = "query($c: ID!) { node(id: $c) { ... on Consortium { id suggestions(first: 0) { optimality } } } }"
    answer = await table.answer(table.leading, text, c=draft["id"])
    assert answer["data"]["node"] == {"id": draft["id"], "suggestions": None}
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_teams_of_what_answers_say_that_they_are_not_all(table: Table) -> None:
    draft = await table.draft()
    away = table.gateway.directory[THERE]
    reached, away.registry = away.registry, import_module("adapters.guadalajara").ADAPTER.open(NOWHERE, Limits(1, 1, 1))
    text = """query($c: ID!) { node(id: $c) { ... on Consortium { suggestions {
        optimality options { clusters { slug } } infeasibleBecause { code } sources { cluster { slug } status }
    } } } }"""
    found = (await table.run(table.leading, text, c=draft["id"]))["node"]["suggestions"]
    away.registry = reached
    assert found["optimality"] == "APPROXIMATE"
    assert {each["cluster"]["slug"]: each["status"] for each in found["sources"]} == {HERE: "OK", THERE: "UNAVAILABLE"}
    assert not found["options"]
    assert "TOO_FEW_CLUSTERS" in {each["code"] for each in found["infeasibleBecause"]}
