"""Consortia over the whole gateway: both cities' registries, a real store, an agreement between the two clusters."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.contract.registry import Limits
from adapters.contract.viewers import ViewerClass
from gateway.execution.context import RequestContext
from gateway.reference import Reference
from gateway.store import Store
from tests.acceptance.table import ANSWER, DRAFT, FORM, HERE, INVITE, NOWHERE, THERE, Table, member
from tests.viewers import PARTNER, viewer


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


async def test_whose_seat_has_ended_is_shown_that_seat_and_the_consortium_no_more(table: Table) -> None:
    consortium = (await table.draft())["id"]
    seat = (await table.invite(consortium))["seat"]["id"]
    declined = (await table.run(table.invited, ANSWER, s=seat, accept=False))["answerSeat"]
    assert declined == {"seat": {"state": "DECLINED", "version": 2}, "consortium": None, "errors": []}
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Seat { state } ... on Consortium { version } } }"
    for who in (table.invited, viewer(ViewerClass.COORDINATOR, THERE)):
        assert (await table.run(who, text, ids=[seat, consortium]))["nodes"] == [{"state": "DECLINED"}, None]


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


NOBODY = Reference("Member", "nowhere", "1").id


@pytest.mark.parametrize("id_", ["x", "", Reference("Need", THERE, "1").id, NOBODY])
async def test_who_is_no_member_cannot_be_invited(table: Table, id_: str) -> None:
    consortium = (await table.draft())["id"]
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    refused = (await table.run(table.leading, INVITE, c=consortium, m=id_, until=until))["inviteToConsortium"]
    code = "NOT_FOUND" if id_ == NOBODY else "INVALID_INPUT"
    assert (refused["seat"], [each["code"] for each in refused["errors"]]) == (None, [code])


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


async def test_who_has_a_seat_takes_no_place_of_those_alike_when_teams_are_looked_for(table: Table) -> None:
    """A registry lists only the best of those alike: that they are met already must not hide who comes next."""
    create = """mutation($all: [RequirementInput!]!) { createConsortium(input: {
        title: "Alike", lang: "en-CA", targetMarkets: ["CO"], rules: {minClusters: 2, minMembers: 2}, requirements: $all
    }) { consortium { id } } }"""
    teams = """query($c: ID!, $first: Int!) { node(id: $c) { ... on Consortium { version suggestions(first: $first) {
        options { members { member { ... on Member { id } } } }
    } } } }"""
    shortlist = """mutation($c: ID!, $m: ID!, $version: Int!) {
        shortlistMember(consortiumId: $c, memberId: $m, role: PARTNER, covers: [], expectedVersion: $version) {
          errors { code }
        }
    }"""
    held = [{"key": f"k{number}", "concept": each} for number, each in enumerate(table.lead.capabilities)]
    made = (await table.run(table.leading, create, all=held))["createConsortium"]["consortium"]["id"]

    async def options(first: int) -> tuple[int, list[str]]:
        found = (await table.run(table.leading, teams, c=made, first=first))["node"]
        members = [option["members"] for option in found["suggestions"]["options"]]
        return found["version"], [each["member"]["id"] for (each,) in members]  # one more makes two of two cities

    _, expected = await options(3)
    proposed = []
    while (found := await options(1))[1]:
        version, (each,) = found
        done = await table.run(table.leading, shortlist, c=made, m=each, version=version)
        assert done["shortlistMember"]["errors"] == [], "who could not be invited is not proposed"
        proposed.append(each)
    assert len(proposed) > len(expected)
    assert proposed[:3] == expected
