"""Invariant 1 on every path: without an agreement in force nothing crosses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from adapters.contract.answer import Row
from adapters.contract.request import PageRequest
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import ANONYMOUS
from gateway.app import Gateway
from gateway.corridor.agreeing import Terms
from gateway.corridor.agreements import Agreements
from gateway.errors import ClientError, ErrorCode
from gateway.execution import facts
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from tests.acceptance.clusters import (
    ASKING,
    CITIES,
    COORDINATOR,
    COUNTED,
    DAY,
    GUADALAJARA,
    LISTED,
    MONTREAL,
    REGISTER,
    SETTINGS,
    THIRD,
    Asked,
    Corridor,
    codes,
    statuses,
)
from tests.viewers import PARTNER, Notes, viewer


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
