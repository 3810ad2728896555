"""Opportunities: published by a coordinator, seen where an agreement lets clusters build consortia, answered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from adapters.contract.codes import OrgType
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Command
from gateway.corridor.consortium import Requirement, Rules
from gateway.corridor.failures import Failed
from gateway.corridor.opportunities import Opportunity, Terms
from schemas.codes import OpportunityKind
from tests.corridor.building import AWAY, FAR, HERE, HOME, IOT, LEAD, LORA, MAPS, PARTNER, UX, Building, codes, of
from tests.viewers import PARTNER as APP


def moment(days: float) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


async def publish(building: Building, by: Viewer = HOME, key: str | None = None, **terms: Any) -> Opportunity:
    given = {
        "kind": OpportunityKind.TENDER, "title": "Invented", "lang": "fr-CA", "market": "CO",
        "requirements": (Requirement("maps", MAPS),), "closes_at": moment(30), **terms,
    }  # fmt: skip
    result = await building.opportunities.publish(Command(by, "publish", {}, key), Terms(**given))
    key_ = UUID(result["opportunity"])
    return (await building.opportunities.read([key_], by))[key_]


async def listed(building: Building, by: Viewer, first: int = 10, **how: Any) -> Sequence[UUID]:
    given = {"after": None, "open_on": None, "concepts": None, **how}
    return [each.key for each in await building.opportunities.page(by, first, **given)]


async def test_what_is_published_is_read_as_it_was_given(building: Building) -> None:
    rules = Rules(min_members=3, lead_types=(OrgType.SME,), required_types={OrgType.UNIVERSITY: 1})
    found = await publish(
        building, rules=rules, budget=("250000.50", "CAD"), opens_on="2026-01-31", issuer="A city",
        source_url="https://example.org/tender",
    )  # fmt: skip
    assert (found.rules, found.requirements) == (rules, (Requirement("maps", MAPS),))
    assert (found.budget, found.currency, f"{found.opens_on}") == (Decimal("250000.50"), "CAD", "2026-01-31")
    assert (found.cluster, found.issuer, found.closed) == (HERE, "A city", False)


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"title": ""}, ("title",)),
        ({"issuer": "a\0"}, ("issuer",)),
        ({"requirements": ()}, ("requirements",)),
        ({"requirements": (Requirement("a", "esco:a"),)}, ("requirements", "0", "concept")),
        ({"rules": Rules(min_members=1)}, ("rules", "minMembers")),
        ({"closes_at": moment(-1)}, ("closesAt",)),
        ({"closes_at": "2026-13-40T00:00:00Z"}, ("closesAt",)),
        ({"opens_on": "2026-02-30"}, ("opensOn",)),
        ({"opens_on": "9999-01-01"}, ("closesAt",)),
        ({"budget": ("1e9", "CAD")}, ("budget", "amount")),
        ({"budget": ("-1", "CAD")}, ("budget", "amount")),
        ({"source_url": "javascript:alert(1)"}, ("sourceUrl",)),
    ],
)
async def test_what_cannot_be_published(building: Building, terms: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(Failed) as failed:
        await publish(building, **terms)
    assert [(each.code, each.path) for each in failed.value.failures] == [("INVALID_INPUT", ("input", *path))]
    assert await building.everything() == [[]] * 7


@pytest.mark.parametrize("by", [of(LEAD), APP])
async def test_only_coordinators_publish(building: Building, by: Viewer) -> None:
    with pytest.raises(Failed) as failed:
        await publish(building, by)
    assert codes(failed.value) == ["FORBIDDEN"]


async def test_invariant_1_an_agreement_decides_who_sees_what_another_cluster_publishes(building: Building) -> None:
    found = await publish(building)
    seen = {"own": of(LEAD), "party": of(PARTNER), "coordinator": AWAY, "stranger": of(FAR), "app": APP}

    async def who() -> set[str]:
        return {name for name, by in seen.items() if await listed(building, by)}

    assert await who() == {"own", "party", "coordinator"}
    building.pacts.pacts.clear()
    assert await who() == {"own"}
    assert await building.opportunities.read([found.key], of(PARTNER)) == {}


async def test_they_are_listed_by_what_closes_first_page_by_page(building: Building) -> None:
    made = [(await publish(building, closes_at=moment(days))).key for days in (3, 1, 2)]
    order = [made[1], made[2], made[0]]
    assert await listed(building, HOME) == order
    assert await listed(building, HOME, 2) == order[:2]
    assert await listed(building, HOME, 2, after=order[1]) == order[2:]


async def test_they_are_found_by_day_and_by_what_they_require(building: Building) -> None:
    today = datetime.now(UTC).date()
    now = (await publish(building, requirements=(Requirement("a", LORA), Requirement("b", UX)))).key
    later = (await publish(building, opens_on=f"{today + timedelta(days=5)}", closes_at=moment(40))).key
    assert await listed(building, HOME, open_on=f"{today}") == [now]
    assert await listed(building, HOME, open_on=f"{today + timedelta(days=5)}") == [now, later]
    assert await listed(building, HOME, open_on=f"{today + timedelta(days=35)}") == [later]
    assert await listed(building, HOME, open_on=f"{today + timedelta(days=50)}") == []
    assert await listed(building, HOME, concepts=[IOT]) == [now]  # LORA is part of IOT
    assert await listed(building, HOME, concepts=[MAPS]) == [later]
    assert await listed(building, HOME, concepts=[MAPS, UX]) == [now, later]
    assert await listed(building, HOME, concepts=["x:none"]) == []


async def test_a_consortium_that_answers_one_takes_its_requirements_and_rules(building: Building) -> None:
    rules = Rules(min_members=4)
    found = await publish(building, rules=rules)
    consortium = await building.create(by=of(PARTNER), opportunity=found.id, requirements=None)
    assert (consortium.opportunity, consortium.requirements, consortium.rules) == (found.key, found.requirements, rules)
    own = await building.create(opportunity=found.id, rules=Rules(min_members=3))
    assert (own.requirements != found.requirements, own.rules.min_members) == (True, 3)
    plain = await publish(building)
    assert (await building.create(opportunity=plain.id, requirements=None)).rules == Rules()


async def test_what_has_closed_or_is_not_to_be_known_of_cannot_be_answered(building: Building) -> None:
    found = await publish(building)
    building.pacts.pacts.clear()
    with pytest.raises(Failed) as failed:
        await building.create(by=of(PARTNER), opportunity=found.id)
    assert (codes(failed.value), failed.value.failures[0].path) == (["NOT_FOUND"], ("input", "opportunityId"))
    owner = building.store
    await owner.execute(
        "insert into corridor.opportunity (id, cluster, kind, title, lang, market, requirements, closes_at)"
        " select gen_random_uuid(), cluster, kind, 'old', lang, market, requirements, now() - interval '1 day'"
        " from corridor.opportunity"
    )
    old = next(each for each in await building.opportunities.page(HOME, 9, None, None, None) if each.title == "old")
    assert old.closed
    with pytest.raises(Failed) as failed:
        await building.create(opportunity=old.id)
    assert (codes(failed.value), failed.value.failures[0].path) == (["INVALID_INPUT"], ("input", "opportunityId"))


async def test_invariant_18_the_same_key_publishes_once(building: Building) -> None:
    assert (await publish(building, key="k")).key == (await publish(building, key="k")).key
    assert len(await listed(building, HOME)) == 1
