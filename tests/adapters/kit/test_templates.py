"""Requests of one form share one statement and bind their own values; requests of two forms never share one."""

from dataclasses import replace
from itertools import combinations, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Level, Visibility
from adapters.contract.languages import chain
from adapters.contract.match import Match, Sought
from adapters.contract.request import (
    LIST_VIEWS,
    MATCH,
    RELEVANCE,
    Boundary,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Search,
    Term,
    Where,
)
from adapters.contract.shape import Pick, Shape
from adapters.kit.shapes import everything
from adapters.kit.statement import StatementKind
from tests.adapters.kit.forms import ADAPTERS, Request, compiled, compiler, filled, languages, needed, pieces, requests


@pytest.mark.parametrize("city", ADAPTERS)
@given(request=requests())
def test_one_form_one_text_and_each_its_own_values(city: str, request: Request) -> None:
    numbers = count(1)
    one, other = filled(request, numbers), filled(request, numbers)
    shared = compiler(city)
    first, second = compiled(shared, one), compiled(shared, other)

    assert first.sql is second.sql
    assert shared.templates.cache_info().misses == 1
    assert first == compiled(compiler(city), one)
    assert second == compiled(compiler(city), other)

    for asked, statement in ((one, first), (other, second)):
        assert all(piece in statement.values for piece in needed(asked, shared.cluster.code))

    known = list(languages(getattr(request, "shape", None)))
    ours, theirs = pieces(one), pieces(other)
    for mine, yours in zip(first.values, second.values, strict=True):
        if mine in known:
            assert yours == mine
        else:
            assert yours == theirs[ours.index(mine)]


@pytest.mark.parametrize("city", ADAPTERS)
@given(drawn=st.lists(requests(), min_size=2, max_size=6))
def test_no_request_gets_the_statement_of_another(city: str, drawn: list[Request]) -> None:
    """Whatever was asked before: the answer is that of a compiler that has been asked nothing else."""
    shared, numbers = compiler(city), count(1)
    asked = [filled(request, numbers) for request in drawn]
    for request in asked + asked[::-1]:
        assert compiled(shared, request) == compiled(compiler(city), request)


SHAPE = Shape("member", (Pick("id", "id"), Pick("offers", "offers", first=2, shape=everything("offer", 0))))
ASKED = PageRequest(
    Where(
        "member",
        (Condition("sectors", ("PRIVATE",)), Condition("languages", ("fr",))),
        Search((Term("nube", "nube"),), (("urn:a", 100),)),
    ),
    Ordering("FOUNDED"),
    21,
    Boundary(1999, ADAPTERS["montreal"].cluster.code, "1"),
    shape=SHAPE,
    hits=True,
)


def where(**changes: object) -> PageRequest:
    """The page with another filter or search."""
    return replace(ASKED, where=replace(ASKED.where, **changes))


def shaped(*picks: Pick) -> PageRequest:
    """The page with other picks."""
    return replace(ASKED, shape=Shape("member", picks))


def behind(sort: int | None, cluster: str) -> PageRequest:
    """The page behind another row."""
    return replace(ASKED, boundary=Boundary(sort, cluster, "1"))


ID, OFFERS = SHAPE.picks
FIT = Match("1", (Sought("1", 1, Level.WORKING, True, (("urn:a", 100),)),), (), (), (), (), (), 20760)
MATCHED = PageRequest(
    Where("member", match=FIT), Ordering(MATCH), 21, Boundary("020760:", "zzz", "1"), shape=SHAPE, hits=True
)


def matched(**changes: object) -> PageRequest:
    """The page of a match with another filter or match."""
    return replace(MATCHED, where=replace(MATCHED.where, **changes))


DIFFERENT: dict[str, Request] = {
    "as it is": ASKED,
    "one filter less": where(conditions=ASKED.where.conditions[:1]),
    "another filter": where(conditions=(ASKED.where.conditions[0], Condition("org_types", ("fr",)))),
    "filters in another order": where(conditions=ASKED.where.conditions[::-1]),
    "no search": where(search=None),
    "an empty search": where(search=Search((), ())),
    "no words": where(search=Search((), (("urn:a", 100),))),
    "two words": where(search=Search((Term("nube", "nube"),) * 2, (("urn:a", 100),))),
    "no concepts": where(search=Search((Term("nube", "nube"),), ())),
    "another order": replace(ASKED, ordering=Ordering("HEADCOUNT")),
    "by relevance": replace(ASKED, ordering=Ordering(RELEVANCE)),
    "descending": replace(ASKED, ordering=Ordering("FOUNDED", descending=True)),
    "backward": replace(ASKED, backward=True),
    "descending and backward": replace(ASKED, ordering=Ordering("FOUNDED", descending=True), backward=True),
    "another limit": replace(ASKED, limit=22),
    "from the beginning": replace(ASKED, boundary=None),
    "behind a row without a year": behind(None, ADAPTERS["montreal"].cluster.code),
    "behind a row of a cluster before": behind(1999, "aaa"),
    "behind a row of a cluster after": behind(1999, "zzz"),
    "behind a row without a year of a cluster before": behind(None, "aaa"),
    "behind a row without a year of a cluster after": behind(None, "zzz"),
    "without hits": replace(ASKED, hits=False),
    "keys alone": replace(ASKED, shape=None),
    "one field": shaped(ID),
    "fields in another order": shaped(OFFERS, ID),
    "an alias": shaped(replace(ID, key="other"), OFFERS),
    "another field under the name": shaped(Pick("id", "display_name"), OFFERS),
    "more children": shaped(ID, replace(OFFERS, first=3)),
    "all children": shaped(ID, replace(OFFERS, first=None)),
    "other fields of children": shaped(ID, replace(OFFERS, shape=everything("offer", 1))),
    "one text": shaped(Pick("text", "summary", chain("en"), shape=Shape("localized_text", (Pick("t", "text"),)))),
    "the text in another language": shaped(
        Pick("text", "summary", chain("fr"), shape=Shape("localized_text", (Pick("t", "text"),)))
    ),
    "a code": shaped(Pick("cluster", "cluster", slot=0)),
    "the code in another slot": shaped(Pick("cluster", "cluster", slot=1)),
    "a count": ASKED.where,
    "a count without a search": replace(ASKED.where, search=None),
    "a facet": FacetRequest(ASKED.where, "SECTOR"),
    "another facet": FacetRequest(ASKED.where, "CONCEPT"),
    "in another view": where(view=Visibility.CLUSTER),
    "a count in another view": replace(ASKED.where, view=Visibility.CORRIDOR),
    "a facet in another view": FacetRequest(replace(ASKED.where, view=Visibility.CLUSTER), "SECTOR"),
    "by key in other views": FetchRequest(("1",), SHAPE, Visibility.MUTUAL),
    "by key as the member itself": FetchRequest(("1",), SHAPE, Visibility.PRIVATE),
    "by key": FetchRequest(("1",), SHAPE),
    "by keys": FetchRequest(("1", "2"), SHAPE),
    "another object by key": FetchRequest(("1",), Shape("offer", (ID,))),
    "a match": MATCHED,
    "a match of the best of each kind": matched(match=replace(FIT, each=1)),
    "a match with a filter": matched(conditions=ASKED.where.conditions[:1]),
    "a match in another view": matched(view=Visibility.CORRIDOR),
    "a match from the beginning": replace(MATCHED, boundary=None),
    "a match backward": replace(MATCHED, backward=True),
    "a match without hits": replace(MATCHED, hits=False),
    "keys of a match alone": replace(MATCHED, shape=None),
    "a count of a match": MATCHED.where,
    "a count of the best of each kind": matched(match=replace(FIT, each=1)).where,
    "a facet of a match": FacetRequest(MATCHED.where, "SECTOR"),
    "another object": PageRequest(Where("offer"), Ordering("UPDATED_AT"), 21),
    "another object again": PageRequest(Where("need"), Ordering("UPDATED_AT"), 21),
}


def test_whatever_shapes_the_statement_is_in_the_form() -> None:
    """Each difference alone makes a template of its own, and a statement of its own."""
    shared = compiler("montreal")
    statements = {what: compiled(shared, request) for what, request in DIFFERENT.items()}
    assert shared.templates.cache_info().misses == len(DIFFERENT)
    for (what, one), (than, other) in combinations(statements.items(), 2):
        texts = {what, than} == {"one text", "the text in another language"}
        assert one.values != other.values if texts else one.sql != other.sql, (what, than)


@pytest.mark.parametrize("view", sorted(set(Visibility) - LIST_VIEWS))
def test_a_view_of_single_members_lists_and_counts_nothing(view: Visibility) -> None:
    asked = replace(ASKED.where, view=view)
    shared = compiler("montreal")
    for request in (asked, FacetRequest(asked, "SECTOR"), replace(ASKED, where=asked)):
        for _ in range(2):  # nothing is remembered of it
            with pytest.raises(ValueError, match=view):
                compiled(shared, request)


def test_a_view_that_there_is_not_is_no_text_of_a_statement() -> None:
    with pytest.raises(KeyError):
        compiled(compiler("montreal"), FetchRequest(("1",), SHAPE, "'; drop"))  # type: ignore[arg-type]


def test_templates_are_bounded_and_counted() -> None:
    """However many forms a client invents, so many are remembered."""
    shared = compiler("montreal")
    most = shared.templates.cache_info().maxsize
    assert most
    for limit in range(1, most + 10):
        shared.page(PageRequest(Where("member"), Ordering("NAME"), limit))
    shared.page(PageRequest(Where("member"), Ordering("NAME"), most))
    counts = shared.templates.cache_info()
    assert (counts.currsize, counts.misses, counts.hits) == (most, most + 9, 1)


KINDS = {
    StatementKind.KEYS: FetchRequest(("1",), SHAPE),
    StatementKind.PAGE: PageRequest(Where("member"), Ordering("NAME"), 21, shape=SHAPE),
    StatementKind.FILTERED: PageRequest(Where("member", ASKED.where.conditions), Ordering("NAME"), 21),
    StatementKind.SEARCH: ASKED,
    StatementKind.MATCH: MATCHED,
    StatementKind.TALLY: Where("member", ASKED.where.conditions),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_statement_says_what_it_does(kind: StatementKind) -> None:
    """How it is best planned hangs on it."""
    assert compiled(compiler("montreal"), KINDS[kind]).kind is kind


def test_a_match_is_of_members_alone_and_in_its_own_order() -> None:
    for wrong in (
        {"object": "offer", "match": FIT},
        {"object": "member", "match": FIT, "search": Search((), ())},
    ):
        with pytest.raises(ValueError, match="a match is of members"):
            Where(**wrong)
    for where, order in ((MATCHED.where, "NAME"), (Where("member"), MATCH)):
        with pytest.raises(ValueError, match="in the order MATCH"):
            PageRequest(where, Ordering(order), 1)


def test_tallies_of_a_match_are_matches() -> None:
    for request in (MATCHED.where, FacetRequest(MATCHED.where, "SECTOR")):
        assert compiled(compiler("montreal"), request).kind is StatementKind.MATCH


def test_tallies_of_a_search_are_searches() -> None:
    for request in (ASKED.where, FacetRequest(ASKED.where, "SECTOR")):
        assert compiled(compiler("montreal"), request).kind is StatementKind.SEARCH
    assert compiled(compiler("montreal"), FacetRequest(Where("member"), "SECTOR")).kind is StatementKind.TALLY
