"""Matches: what holds of every registry, and that a city's in Postgres answers them as the reference registry does."""

import json
from asyncio import gather
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from adapters.contract.answer import Row
from adapters.contract.codes import CollaborationMode, Level, OrgType, Visibility
from adapters.contract.match import Ability, Match, Sought
from adapters.contract.registry import Registry
from adapters.contract.request import (
    LIST_VIEWS,
    MATCH,
    Boundary,
    Condition,
    FacetRequest,
    Ordering,
    PageRequest,
    Where,
)
from adapters.contract.viewers import Purpose
from adapters.kit.conformance.answers import content, difference
from adapters.kit.conformance.requests import everyone, page_of, walk
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.match import matched
from adapters.kit.memory.order import precedes
from adapters.kit.memory.tables import Record, Tables
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.shapes import everything

__all__ = ["MatchLaws", "MatchSuite", "matches"]

_BEST = Ordering(MATCH)
_DAY = 86_400_000_000  # microseconds
_MANY_YEARS = 40_000  # days: past the end of every need
_PAGE = 7
_SEVERAL = 5
_FOREIGN = ("!", "~")  # clusters whose codes come before and after every code there is
_LEVELS = tuple(Level)
_SIMS = (100, 70, 40)

_every_view = pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)


async def matches(registry: Registry, view: Visibility) -> Mapping[str, Match]:
    """Matches by what is special of them, made from what the registry shows under a view."""
    concepts, markets = [
        sorted(await registry.facet(FacetRequest(Where("member", view=view), facet)))
        for facet in ("CONCEPT", "TARGET_MARKET")
    ]
    (newest,) = await registry.page(PageRequest(Where("member", view=view), Ordering("UPDATED_AT", True), 1))
    themes = {
        theme
        for member in await _shown(registry, view)
        for programme in member["programmes"]
        for theme in programme["themes"]
    }
    full = Match(
        version="1",
        requirements=tuple(
            Sought(
                key=str(place),
                weight=place * 3 % 10 + 1,
                min_level=_LEVELS[place % len(_LEVELS)],
                mandatory=place == 1,
                concepts=tuple(
                    (concept, _SIMS[other % len(_SIMS)]) for other, concept in enumerate(concepts[place::5])
                ),
            )
            for place in range(5)
        ),
        abilities=tuple(
            Ability(concept, _LEVELS[place % len(_LEVELS)], _SIMS[place % len(_SIMS)])
            for place, concept in enumerate(concepts[::3])
        ),
        markets=tuple(markets[:3]),
        modes=tuple(mode.value for mode in CollaborationMode)[:3],
        languages=("fr", "EN-GB"),
        themes=tuple(sorted(themes)[:1]),
        as_of=int(newest.sort or 0) // _DAY,
    )
    first = full.requirements[0]
    return {
        "everything": full,
        "one requirement": Match("2", full.requirements[:1], (), (), (), (), (), full.as_of),
        "nothing of the asker": replace(full, abilities=()),
        "in many years": replace(full, as_of=full.as_of + _MANY_YEARS),
        "before everything": replace(full, as_of=1),
        "the best of each kind": replace(full, each=1),
        "the three best of each kind": replace(full, each=3),
        "given twice": replace(
            full,
            requirements=(replace(first, concepts=(*first.concepts, *[(uri, 40) for uri, _ in first.concepts])),),
            abilities=(*full.abilities, *[replace(each, level=Level.EXPERT) for each in full.abilities]),
            markets=full.markets * 2,
            modes=full.modes * 2,
        ),
        "no requirement": replace(full, requirements=()),
        "no such concept": replace(full, requirements=(replace(first, concepts=(("urn:unknown", 100),)),)),
    }


class MatchLaws:
    """Inherit, and give the fixture ``registry``: any ``Registry`` with some rows in it."""

    @_every_view
    async def test_scores_are_those_of_what_is_shown(self, registry: Registry, view: Visibility) -> None:
        """Who is listed, in which order, and every part of the score: from the rows that this view is shown.

        So nothing counts that is not shown: members that do not consent, anonymous needs and offers, hidden ones.
        """
        tables = _tables(await _shown(registry, view), view)
        listed = 0
        for what, match in (await matches(registry, view)).items():
            rows = await registry.page(_page(match, view))
            expected = matched(match, tables, registry.cluster.code, tables["member"])
            assert [row.key for row in rows] == [each.row["key"] for each in expected], what
            for row, each in zip(rows, expected, strict=True):
                assert (row.score, row.sort) == (each.score, each.sort), f"{what}: {row.key}"
                assert json.loads(row.hits or "null") == json.loads(each.hits), f"{what}: {row.key}"
            assert await registry.count(Where("member", view=view, match=match)) == len(rows), what
            listed += len(rows)
        assert listed, "nobody fits anything: nothing can be said of matches"

    @_every_view
    async def test_the_best_come_first(self, registry: Registry, view: Visibility) -> None:
        """Scores fall, equal ones are told apart, and the other way round is the same list turned round."""
        for what, match in (await matches(registry, view)).items():
            rows = await registry.page(_page(match, view))
            assert all(one.score >= other.score for one, other in pairwise(rows)), what  # type: ignore[operator]
            assert all(str(one.sort) < str(other.sort) for one, other in pairwise(rows)), what
            worst = await registry.page(replace(_page(match, view), ordering=Ordering(MATCH, descending=True)))
            assert [row.key for row in worst] == [row.key for row in rows][::-1], what

    @_every_view
    async def test_none_is_listed_who_must_not_be(self, registry: Registry, view: Visibility) -> None:
        """Not without each consent that is needed, not when excluded; and who goes changes nobody else's score."""
        match = (await matches(registry, view))["everything"]
        rows = await registry.page(_page(match, view))
        consents = {each["key"]: set(each["purposes"]) for each in await _shown(registry, view)}
        assert all("PARTNER_MATCHING" in consents[row.key] for row in rows)
        needed = (Purpose.PARTNER_MATCHING, Purpose.CONSORTIUM)
        fewer = await registry.page(_page(replace(match, purposes=needed), view))
        assert fewer
        assert [row.key for row in fewer] == [row.key for row in rows if consents[row.key].issuperset(needed)]
        gone = [row.key for row in rows[::3]]
        left = await registry.page(_page(replace(match, excluded=(*gone, "no such key")), view))
        assert not difference([row for row in rows if row.key not in gone], left)

    @_every_view
    async def test_past_their_last_day_needs_no_longer_count(self, registry: Registry, view: Visibility) -> None:
        """Then every match is one-sided, and nobody is fresh."""
        match = (await matches(registry, view))["in many years"]
        hits = [json.loads(row.hits or "") for row in await registry.page(_page(match, view))]
        assert hits
        assert all(
            each["oneSided"] and each["need"] is None and each["reverse"] == each["mode"] == each["freshness"] == 0
            for each in hits
        )

    @_every_view
    @pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
    async def test_a_walk_by_match_is_the_whole_list(
        self, registry: Registry, view: Visibility, *, backward: bool
    ) -> None:
        """Page by page, from either end, whether or not only the best of each kind are listed."""
        asked = await matches(registry, view)
        for what in ("everything", "the three best of each kind"):
            whole = [row.key for row in await registry.page(_page(asked[what], view))]
            where = Where("member", view=view, match=asked[what])
            walked = [row.key for row in await walk(registry, where, _BEST, _PAGE, backward=backward)]
            assert walked == (whole[::-1] if backward else whole), what

    async def test_a_boundary_of_another_cluster_parts_the_matches(self, registry: Registry) -> None:
        """Behind a foreign row come exactly the members that the total order puts there; before it, the rest."""
        view = Visibility.CORRIDOR
        match = (await matches(registry, view))["everything"]
        rows = await registry.page(_page(match, view))
        places = [Boundary(row.sort, registry.cluster.code, row.key) for row in rows]
        some = places[:: max(1, len(places) // _SEVERAL)] + places[-1:]
        for boundary in [Boundary(place.sort, cluster, place.key) for place in some for cluster in _FOREIGN]:
            for backward in (False, True):
                request = replace(_page(match, view), boundary=boundary, backward=backward)
                found = [row.key for row in await registry.page(request)]
                expected = [place.key for place in places if precedes(boundary, place, descending=False) != backward]
                assert found == (expected[::-1] if backward else expected), boundary

    async def test_filters_leave_the_scores_as_they_are(self, registry: Registry) -> None:
        """A filter of the catalogue leaves members out, and that is all."""
        view = Visibility.CORRIDOR
        match = (await matches(registry, view))["everything"]
        rows = await registry.page(_page(match, view))
        kinds = Counter(json.loads(row.hits or "")["orgType"] for row in rows)
        assert await registry.facet(FacetRequest(Where("member", view=view, match=match), "ORG_TYPE")) == kinds
        for kind in OrgType:
            page = _page(match, view)
            where = replace(page.where, conditions=(Condition("org_types", (kind.value,)),))
            expected = [row for row in rows if json.loads(row.hits or "")["orgType"] == kind]
            assert not difference(expected, await registry.page(replace(page, where=where))), kind

    async def test_one_more_way_to_fit_lowers_nobody_s_fit(self, registry: Registry) -> None:
        """A concept more, or a more similar one, is what one capability more is to a member."""
        view = Visibility.CORRIDOR
        match = (await matches(registry, view))["everything"]
        less = replace(
            match,
            requirements=tuple(
                replace(each, concepts=tuple((uri, sim) for uri, sim in each.concepts[::2] if sim > min(_SIMS)))
                for each in match.requirements
            ),
        )
        fits = [
            {row.key: json.loads(row.hits or "")["fit"] for row in await registry.page(_page(each, view))}
            for each in (less, match)
        ]
        assert fits[0].keys() <= fits[1].keys()
        assert all(fit <= fits[1][key] for key, fit in fits[0].items())

    async def test_who_is_new_is_not_put_behind_for_it(self, registry: Registry) -> None:
        """Of members that are alike in all other parts the one that changed last never has fewer points."""
        view = Visibility.CORRIDOR
        match = replace((await matches(registry, view))["one requirement"], as_of=_as_of(await _shown(registry, view)))
        alike: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
        for row in await registry.page(_page(match, view)):
            hits = json.loads(row.hits or "")
            parts = (hits["fit"], hits["oneSided"], hits["reverse"])
            alike.setdefault(parts, []).append((hits["freshness"], row.score or 0))
        assert any(len(each) > 1 for each in alike.values()), "no two members are alike"
        for each in alike.values():
            assert all(one[1] <= other[1] for one, other in pairwise(sorted(each)))

    async def test_a_match_is_asked_for_as_one(self, registry: Registry) -> None:
        """With a shape, without hits: the rows of the same members."""
        view = Visibility.CORRIDOR
        match = (await matches(registry, view))["everything"]
        shape = everything("member")
        asked = await registry.page(replace(_page(match, view), shape=shape, hits=False, limit=_SEVERAL))
        assert all(row.hits is None for row in asked)
        known = {row.key: content(row, shape) for row in await registry.page(everyone("member", view, shape=shape))}
        assert [content(row, shape) for row in asked] == [known[row.key] for row in asked]
        assert [row.key for row in asked] == [row.key for row in await registry.page(_page(match, view))][:_SEVERAL]
        assert all(row.subject == row.key for row in asked)


class MatchSuite(MatchLaws):
    """Inherit, and give the fixtures ``registry`` and ``memory``: a city's rows in Postgres, and the same in memory."""

    @_every_view
    async def test_matches_are_those_of_the_reference(
        self, registry: PostgresRegistry, memory: MemoryRegistry, view: Visibility
    ) -> None:
        """Members, order, scores and parts; from any row on, both ways."""
        for what, match in (await matches(memory, view)).items():
            page = _page(match, view)
            given, expected = await gather(registry.page(page), memory.page(page))
            assert not difference(expected, given), what
            for row in expected[:: max(1, len(expected) // 3)]:
                boundary = Boundary(row.sort, registry.cluster.code, row.key)
                for backward in (False, True):
                    later = replace(page, boundary=boundary, backward=backward, limit=_PAGE)
                    given, behind = await gather(registry.page(later), memory.page(later))
                    assert not difference(behind, given), f"{what}, {boundary}"


def _page(match: Match, view: Visibility) -> PageRequest:
    return page_of(Where("member", view=view, match=match))


async def _shown(registry: Registry, view: Visibility) -> list[Any]:
    """Everything that a list of members shows, with the keys of rows beside their global IDs."""
    shape = everything("member")
    rows: Sequence[Row] = await registry.page(everyone("member", view, shape=shape))
    return [{**content(row, shape), "key": row.key} for row in rows]


def _as_of(shown: Sequence[Mapping[str, Any]]) -> int:
    newest = max(datetime.fromisoformat(each["updated_at"]) for each in shown)
    return (newest.date() - date(1970, 1, 1)).days


def _tables(shown: Sequence[Mapping[str, Any]], view: Visibility) -> Tables:
    """What is shown of members, laid out as the rows that it came from."""
    rows: dict[str, list[Record]] = {}
    for member in shown:
        for name, row in _parted(member):
            rows.setdefault(name, []).append(row)
    return Tables(rows, view)


def _parted(member: Mapping[str, Any]) -> Iterator[tuple[str, Record]]:
    key = member["key"]
    yield "member", {**member, "updated_at": datetime.fromisoformat(member["updated_at"])}
    for each in member["capabilities"]:
        yield "capability", {**each, "member_key": key}
    for each in member["programmes"]:
        yield "programme_member", {"member_key": key, "programme_key": f"{key} {each['id']}"}
        yield "programme", {**each, "key": f"{key} {each['id']}"}
    for of, field in (("offer", "offers"), ("need", "needs")):
        for each in member[field]:
            posting = _key_of(each["id"])
            yield of, {**each, "key": posting, "owner_key": key, "valid_until": date.fromisoformat(each["valid_until"])}
            for required in each.get("requirements", ()):
                yield "requirement", {**required, "need_key": posting}


def _key_of(global_id: str) -> str:
    return urlsafe_b64decode(global_id + "==").decode().split(":", 2)[2]
