"""How clusters come to agree, as clients do it, and what that opens and shuts."""

from dataclasses import replace
from datetime import date

import pytest

from adapters.contract.viewers import Scope
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.cli.demo_agreement import make_agreement
from gateway.corridor.agreements import read_agreements, today
from tests.acceptance.clusters import (
    AGREEMENT,
    ASKING,
    COORDINATOR,
    DAY,
    ERRORS,
    GUADALAJARA,
    LISTED,
    MONTREAL,
    REGISTER,
    THIRD,
    Corridor,
    codes,
    statuses,
)
from tests.viewers import PARTNER

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
        (ASKING, SIGN, {"v": 1, "id": "x"}, "INVALID_INPUT", ["id"]),
        (ASKING, SIGN, {"v": 1, "id": corridor.members[MONTREAL]}, "INVALID_INPUT", ["id"]),
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
