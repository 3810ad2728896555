"""Scores reckoned by hand, and what holds of matches whatever the members are: in memory, and across two registries."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.answer import Row
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Level, OrgType, Visibility
from adapters.contract.match import Ability, Match, Sought
from adapters.contract.registry import Limits, Registry
from adapters.contract.request import MATCH, Boundary, Ordering, PageRequest, Where
from adapters.kit.conformance.matches import matches
from adapters.kit.memory import MemoryRegistry, snapshot
from adapters.kit.memory.match import matched
from adapters.kit.memory.tables import Tables

TODAY = date(2026, 11, 1)
AS_OF = (TODAY - date(1970, 1, 1)).days
BEST = Ordering(MATCH)
VIEW = Visibility.CORRIDOR
EVERYBODY = 1_000_000

SOUGHT = Match(
    version="1",
    requirements=(
        Sought("cloud", 5, Level.ADVANCED, True, (("urn:cloud", 100), ("urn:containers", 70), ("urn:computing", 40))),
        Sought("design", 2, Level.WORKING, False, (("urn:design", 100),)),
    ),
    abilities=(Ability("urn:games", Level.EXPERT, 100), Ability("urn:art", Level.WORKING, 70)),
    markets=("CA", "MX", "US"),
    modes=("JOINT_BID", "LICENSING"),
    languages=("fr-CA",),
    themes=("urn:city",),
    as_of=AS_OF,
)

Rows = dict[str, list[dict[str, Any]]]


def cluster(code: str) -> Cluster:
    """A cluster by its code."""
    return Cluster(code, code, "City", "CA", "CA-QC", "America/Toronto", ("fr",), "1.0.0")


def member(key: str, capabilities: Sequence[tuple[str, str]] = (), **given: Any) -> Rows:
    """A member's rows: it consents to be matched, changed last today, and is nothing else unless said so."""
    row: dict[str, Any] = {
        "key": key,
        "org_type": "SME",
        "country": "CA",
        "languages": [],
        "target_markets": [],
        "purposes": ["PARTNER_MATCHING"],
        "updated_at": datetime(2026, 11, 1, 23, 59, tzinfo=UTC),
    }
    held = [{"member_key": key, "concept": concept, "level": level} for concept, level in capabilities]
    return {"member": [row | given], "capability": held}


def need(key: str, owner: str | None, *requirements: tuple[str, str, int], **given: Any) -> Rows:
    """A need's rows: concept, level and weight of each requirement."""
    row = {"key": key, "owner_key": owner, "status": "PUBLISHED", "valid_until": TODAY}
    return {
        "need": [row | given],
        "requirement": [
            {"need_key": key, "concept": concept, "min_level": level, "weight": weight}
            for concept, level, weight in requirements
        ],
    }


def offer(key: str, owner: str | None, *modes: str, **given: Any) -> Rows:
    """An offer's row."""
    row = {"key": key, "owner_key": owner, "status": "PUBLISHED", "valid_until": TODAY, "modes": [*modes]}
    return {"offer": [row | given]}


def programme(key: str, theme: str, *members: str) -> Rows:
    """A programme and who takes part in it."""
    return {
        "programme": [{"key": key, "themes": [theme]}],
        "programme_member": [{"member_key": each, "programme_key": key} for each in members],
    }


def together(*parts: Rows) -> Rows:
    """All rows of several parts."""
    rows: Rows = {}
    for part in parts:
        for name, listed in part.items():
            rows.setdefault(name, []).extend(listed)
    return rows


async def best(rows: Rows, match: Match = SOUGHT, code: str = "a") -> list[tuple[str, int | None, dict[str, Any]]]:
    """Who is listed in a registry of these rows: key, score and parts."""
    found = await page(MemoryRegistry(cluster(code), {VIEW: rows}), match)
    return [(row.key, row.score, json.loads(row.hits or "")) for row in found]


async def page(registry: Registry, match: Match, limit: int = EVERYBODY, after: Boundary | None = None) -> list[Row]:
    """The best members of a registry."""
    where = Where("member", view=VIEW, match=match)
    return [*await registry.page(PageRequest(where, BEST, limit, after, hits=True))]


async def test_a_score_reckoned_by_hand() -> None:
    """F = (5*7000 + 2*6000)/7 = 6714; R = (3*10000 + 1*4200)/4 = 8550; H = 2FR/(F+R) = 7521; five parts besides."""
    rows = together(
        member(
            "M",
            [("urn:containers", "EXPERT"), ("urn:computing", "ADVANCED"), ("urn:design", "AWARENESS")],
            languages=["en-CA", "fr"],
            target_markets=["CA", "US"],
            updated_at=datetime(2026, 9, 30, 12, tzinfo=UTC),
        ),
        need("N", "M", ("urn:games", "ADVANCED", 3), ("urn:art", "ADVANCED", 1)),
        offer("O", "M", "LICENSING", "INVESTMENT"),
        programme("P", "urn:city", "M"),
    )
    ((key, score, parts),) = await best(rows)
    freshness = 10_000 - 10_000 * 32 // 365
    assert (key, score) == ("M", (60 * 7521 + 12 * 6666 + 10 * 5000 + 8 * 10_000 + 6 * 10_000 + 4 * freshness) // 100)
    assert parts == {
        "requirements": [
            {"key": "cloud", "best": 7000, "concept": "urn:containers", "level": "EXPERT", "covers": True},
            {"key": "design", "best": 6000, "concept": "urn:design", "level": "AWARENESS", "covers": False},
        ],
        "fit": 6714,
        "reverse": 8550,
        "oneSided": False,
        "market": 6666,
        "mode": 5000,
        "programme": 10_000,
        "language": 10_000,
        "freshness": freshness,
        "need": "N",
        "orgType": "SME",
        "country": "CA",
    }


CLOUD = [("urn:cloud", "EXPERT")]
FIT = 50_000 // 7


@pytest.mark.parametrize(
    ("needs", "one_sided", "reverse", "answered"),
    [
        ((), True, 0, None),
        ((need("N", "M", ("urn:games", "EXPERT", 1)),), False, 10_000, "N"),
        ((need("N", "M", ("urn:unknown", "AWARENESS", 1)),), False, 0, None),
        ((need("N", "M"),), False, 0, None),
        ((need("N", "M", ("urn:games", "EXPERT", 1), valid_until=TODAY - timedelta(days=1)),), True, 0, None),
        ((need("N", "M", ("urn:games", "EXPERT", 1), status="PAUSED"),), True, 0, None),
        ((need("N", None, ("urn:games", "EXPERT", 1), anonymous=True),), True, 0, None),
        (
            (need("N2", "M", ("urn:games", "EXPERT", 1)), need("N1", "M", ("urn:games", "EXPERT", 2))),
            False,
            10_000,
            "N1",
        ),
        ((need("N1", "M", ("urn:art", "EXPERT", 1)), need("N2", "M", ("urn:art", "WORKING", 1))), False, 7000, "N2"),
    ],
    ids=["none", "met", "not met", "asks nothing", "past its day", "paused", "anonymous", "two alike", "the better"],
)
async def test_which_needs_count(needs: tuple[Rows, ...], one_sided: bool, reverse: int, answered: str | None) -> None:
    """Where none counts, a match is worth 6/10 of its fit; where one counts that is not met, nothing."""
    ((_, score, parts),) = await best(together(member("M", CLOUD), *needs))
    assert (parts["oneSided"], parts["reverse"], parts["need"]) == (one_sided, reverse, answered)
    both = 6 * FIT // 10 if one_sided else 2 * FIT * reverse // (FIT + reverse)
    assert score == (60 * both + 4 * 10_000) // 100


@pytest.mark.parametrize(
    "offers",
    [
        offer("O", None, "JOINT_BID"),
        offer("O", "M", "JOINT_BID", status="PAUSED"),
        offer("O", "M", "JOINT_BID", valid_until=TODAY - timedelta(days=1)),
        offer("O", "another", "JOINT_BID"),
        offer("O", "M", "INVESTMENT"),
    ],
    ids=["anonymous", "paused", "past its day", "of another", "another mode"],
)
async def test_an_offer_that_does_not_count(offers: Rows) -> None:
    """Its modes are nobody's."""
    ((_, _, parts),) = await best(together(member("M", CLOUD), offers))
    assert parts["mode"] == 0


async def test_who_is_not_listed() -> None:
    """Not without consent to be matched, not when excluded, not without any fit."""
    rows = together(
        member("consents", CLOUD),
        member("does not", CLOUD, purposes=["PROFILE_EXCHANGE", "CONSORTIUM"]),
        member("excluded", CLOUD),
        member("cannot", [("urn:cooking", "EXPERT")]),
        member("knows of it", [("urn:cloud", "AWARENESS")]),
    )
    assert [key for key, _, _ in await best(rows, replace(SOUGHT, excluded=("excluded",)))] == ["consents"]


async def test_the_best_of_each_kind() -> None:
    """Of those alike in kind and in what they cover, so many; who covers nothing is of a kind, too."""
    rows = together(
        *(member(f"cloud {number}", CLOUD, updated_at=_ago(number)) for number in range(4)),
        *(
            member(f"both {number}", [*CLOUD, ("urn:design", "WORKING")], updated_at=_ago(number))
            for number in range(3)
        ),
        member("a school", CLOUD, org_type="COLLEGE", updated_at=_ago(300)),
        member("covers nothing", [("urn:cloud", "WORKING"), ("urn:computing", "EXPERT")]),
    )
    listed = [key for key, _, _ in await best(rows, replace(SOUGHT, each=2))]
    assert sorted(listed) == ["a school", "both 0", "both 1", "cloud 0", "cloud 1", "covers nothing"]


def _ago(days: int) -> datetime:
    return datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(days=30 * days)


async def test_who_is_fresh() -> None:
    """By whole days in UTC; never more than whole, never less than nothing."""
    for changed, freshness in (
        (datetime(2026, 11, 1, tzinfo=UTC), 10_000),
        (datetime(2026, 12, 24, tzinfo=UTC), 10_000),
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), 9973),
        (datetime.fromisoformat("2026-10-31T23:59:00-05:00"), 10_000),
        (datetime(2025, 11, 1, tzinfo=UTC), 0),
        (datetime(2001, 1, 1, tzinfo=UTC), 0),
    ):
        ((_, _, parts),) = await best(member("M", CLOUD, updated_at=changed))
        assert parts["freshness"] == freshness, changed


# Whatever the members are.

CONCEPTS = ["urn:cloud", "urn:containers", "urn:design", "urn:games", "urn:art"]
concepts, levels, sims = st.sampled_from(CONCEPTS), st.sampled_from(Level), st.sampled_from((40, 70, 100))
capabilities = st.lists(st.tuples(concepts, levels), max_size=4, unique_by=lambda each: each[0])


@st.composite
def matches_of_any_kind(draw: st.DrawFn) -> Match:
    """Some requirements and some abilities."""
    requirements = [
        Sought(str(place), draw(st.integers(1, 10)), draw(levels), draw(st.booleans()), tuple(pairs))
        for place, pairs in enumerate(
            draw(st.lists(st.lists(st.tuples(concepts, sims), min_size=1, max_size=3), min_size=1, max_size=3))
        )
    ]
    abilities = draw(st.lists(st.builds(Ability, concepts, levels, sims), max_size=4))
    return replace(SOUGHT, requirements=tuple(requirements), abilities=tuple(abilities))


@st.composite
def members(draw: st.DrawFn, prefix: str) -> Rows:
    """Up to six members, some of them with a need, an offer, or a place in a programme."""
    parts = [programme(f"{prefix}P", "urn:city")]
    for place in range(draw(st.integers(0, 6))):
        key = f"{prefix}{place}"
        days = draw(st.integers(0, 500))
        kind = draw(st.sampled_from(OrgType))
        consents = draw(st.sampled_from((["PARTNER_MATCHING"], [], ["CONTACT_RELEASE", "PARTNER_MATCHING"])))
        changed = datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(days=days)
        parts.append(member(key, draw(capabilities), updated_at=changed, purposes=consents, org_type=kind))
        for needed in draw(st.lists(st.lists(st.tuples(concepts, levels, st.integers(1, 9)), max_size=2), max_size=2)):
            parts.append(need(f"{key}N{len(parts)}", draw(st.sampled_from((key, None))), *needed))
        if draw(st.booleans()):
            parts.append(offer(f"{key}O", key, draw(st.sampled_from(("JOINT_BID", "INVESTMENT")))))
    return together(*parts)


@given(match=matches_of_any_kind(), here=members("a"), there=members("b"), size=st.integers(1, 4))
async def test_federated_equals_centralised(match: Match, here: Rows, there: Rows, size: int) -> None:
    """Page by page from both registries, merged: the order that all rows in one place have."""
    registries = [MemoryRegistry(cluster(code), {VIEW: rows}) for code, rows in (("a", here), ("b", there))]
    everywhere = Tables(together(here, there), VIEW)
    central = sorted(
        ((each.sort, code, each.row["key"], each.hits))
        for code, rows in (("a", here), ("b", there))
        for each in matched(match, everywhere, code, rows.get("member", ()))
    )
    assert await federated(registries, match, size) == central


@given(match=matches_of_any_kind(), held=capabilities, more=st.tuples(concepts, levels))
async def test_one_more_capability_never_lowers_the_fit(
    match: Match, held: list[tuple[str, str]], more: tuple[str, str]
) -> None:
    """Nor the score: nothing else hangs on it."""
    before, after = [
        {key: (parts["fit"], score) for key, score, parts in await best(member("M", known), match)}
        for known in (held, [*held, more])
    ]
    assert before.keys() <= after.keys()
    for key, (fit, score) in before.items():
        assert after[key][0] >= fit
        assert (after[key][1] or 0) >= (score or 0)


@given(match=matches_of_any_kind(), held=capabilities, days=st.integers(0, 5000))
async def test_a_newcomer_is_not_starved(match: Match, held: list[tuple[str, str]], days: int) -> None:
    """With the same capabilities, and no needs of its own yet, it has at least the points of one that is there long."""
    rows = together(
        member("new", held), member("old", held, updated_at=datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=days))
    )
    scores = {key: score for key, score, _ in await best(rows, match)}
    assert scores.keys() in ({"new", "old"}, set())
    assert (scores.get("new") or 0) >= (scores.get("old") or 0)


async def federated(registries: Sequence[Registry], match: Match, size: int) -> list[tuple[Any, str, str, str | None]]:
    """All pages of all registries, merged by their sort texts alone."""
    listed = []
    for registry in registries:
        rows: list[tuple[Any, str, str, str | None]] = []
        after = None
        while found := await page(registry, match, size, after):
            rows += [(row.sort, registry.cluster.code, row.key, row.hits) for row in found]
            after = Boundary(found[-1].sort, registry.cluster.code, found[-1].key)
        listed.append(rows)
    return [*merge(*listed)]


async def test_two_cities_are_as_one(city_databases: dict[str, str]) -> None:
    """Both cities' registries in Postgres, merged, against the rows of both in one place."""
    cities = [
        import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(1, 10, 30)) for city, dsn in city_databases.items()
    ]
    try:
        tables = {registry.cluster.code: (await snapshot(registry)).under(VIEW) for registry in cities}
        everywhere = Tables(together(*({name: [*rows[name]] for name in USED} for rows in tables.values())), VIEW)
        for registry in cities:
            match = (await matches(registry, VIEW))["everything"]
            central = sorted(
                (each.sort, code, each.row["key"], json.loads(each.hits))
                for code, rows in tables.items()
                for each in matched(match, everywhere, code, rows["member"])
            )
            merged = await federated(cities, match, 50)
            assert {code for _, code, _, _ in merged} == set(tables)
            assert [(*row, json.loads(hits or "")) for *row, hits in merged] == central
    finally:
        for registry in cities:
            await registry.close()


USED = ("member", "capability", "need", "requirement", "offer", "programme", "programme_member")
