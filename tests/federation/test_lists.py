"""Lists over several registries: walks that meet every row once, and what a missing registry does to them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus
from adapters.contract.errors import RegistryTimeout, Unavailable
from adapters.contract.request import Ordering, Where
from adapters.contract.shape import Pick, Shape
from gateway.errors import ClientError, ErrorCode
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.lists import ListRequest, Page, page
from gateway.federation.tallies import count, facet
from tests.federation.registries import ListedRegistry, Place, cluster, failing, place_of

CODEC = CursorCodec(b"secret of the tests")
CODES = ("a", "b")
FLAT = [Shape("member", (Pick("id", "id"),))]
TWO = [*FLAT, Shape("member", (Pick("other", "id"),))]
"""Two shapes of a row: its keys come first, its contents second."""

PLACES = st.dictionaries(
    st.text("019z", min_size=1, max_size=3), st.none() | st.text("ab\uffff\U00010000", max_size=2), max_size=9
).map(lambda held: [(sort, key) for key, sort in held.items()])


def directory(*places: Sequence[Place]) -> Directory:
    """One registry for each list of places: a, b, c."""
    return Directory.of(*(Source(ListedRegistry(cluster(chr(97 + at)), each), 5) for at, each in enumerate(places)))


def registry(held: Directory, code: str) -> ListedRegistry:
    """The registry behind a code."""
    found = held[code].registry
    assert isinstance(found, ListedRegistry)
    return found


def request(held: Directory, size: int, *, descending: bool = False, backward: bool = False) -> ListRequest:
    """The first page of all clusters."""
    codes = tuple(source.cluster.code for source in held)
    return ListRequest(Where("member"), Ordering("NAME", descending), size, codes, backward=backward)


def names(pages: Sequence[Page]) -> list[tuple[str, str]]:
    """Clusters and keys of all rows, in order."""
    return [(placed.cluster, placed.row.key) for each in pages for placed in each.rows]


async def walk(
    held: Directory, first: ListRequest, shapes: Sequence[Shape], lose: tuple[int, str] | None = None
) -> list[Page]:
    """All pages; before page ``lose[0]`` the registry ``lose[1]`` falls. A backward walk comes out in its own order."""
    pages: list[Page] = []
    asked = first
    while not pages or (pages[-1].has_previous if first.backward else pages[-1].has_next):
        if pages:
            cursor = pages[-1].start_cursor if first.backward else pages[-1].end_cursor
            assert cursor is not None, "more rows are promised, and no cursor leads to them"
            asked = replace(first, cursor=cursor)
        if lose is not None and len(pages) == lose[0]:
            registry(held, lose[1]).trouble = failing(Unavailable("gone"))
        pages.append(await page(held, CODEC, asked, shapes))
    return pages


def whole(held: Directory, *, descending: bool) -> list[tuple[str, str]]:
    """Everything, sorted by the law."""
    codes = [source.cluster.code for source in held]
    rows = [(code, Row(key, sort)) for code in codes for sort, key in registry(held, code).places]
    rows.sort(key=lambda each: place_of(each[1], each[0], descending=descending))
    return [(code, row.key) for code, row in rows]


@settings(deadline=None)
@given(PLACES, PLACES, st.integers(1, 6), st.booleans(), st.booleans(), st.sampled_from([FLAT, TWO]))
def test_a_walk_meets_every_row_exactly_once(
    here: list[Place],
    there: list[Place],
    size: int,
    descending: bool,
    backward: bool,
    shapes: list[Shape],
) -> None:
    held = directory(here, there)
    pages = asyncio.run(walk(held, request(held, size, descending=descending, backward=backward), shapes))
    assert names(pages[::-1] if backward else pages) == whole(held, descending=descending)
    assert all(each.complete for each in pages)
    assert all(len(each.rows) == size for each in pages[:-1])


@settings(deadline=None)
@given(
    st.tuples(PLACES, PLACES, PLACES),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 8),
    st.sampled_from("abc"),
)
def test_a_registry_lost_at_any_page_takes_only_its_own_rows(
    places: tuple[list[Place], ...],
    size: int,
    descending: bool,
    backward: bool,
    at: int,
    code: str,
) -> None:
    held = directory(*places)
    everything = whole(held, descending=descending)
    walked = everything[::-1] if backward else everything
    for shapes in (FLAT, TWO):
        registry(held, code).trouble = None
        held[code].breaker = type(held[code].breaker)()
        pages = asyncio.run(
            walk(held, request(held, size, descending=descending, backward=backward), shapes, (at, code))
        )
        found = [each for one in pages for each in (names([one])[::-1] if backward else names([one]))]
        kept = walked[: at * size]
        assert found == kept + [each for each in walked[at * size :] if each[0] != code]
        assert [each.complete for each in pages] == [place < at for place in range(len(pages))]


async def test_a_walk_only_ever_narrows_and_a_return_is_excluded() -> None:
    held = directory([("a", "1"), ("c", "2"), ("e", "3")], [("b", "1"), ("d", "2"), ("f", "3")])
    first = await page(held, CODEC, request(held, 1), FLAT)
    registry(held, "b").trouble = failing(RegistryTimeout("late"))
    second = await page(held, CODEC, replace(first.request, cursor=first.cursor(first.rows[-1])), FLAT)
    assert names([second]) == [("a", "2")]
    assert second.sources["b"].status is SourceStatus.TIMEOUT
    assert [outage.cluster for outage in second.outages] == ["b"]
    registry(held, "b").trouble = None
    registry(held, "b").asked.clear()
    third = await page(held, CODEC, replace(first.request, cursor=second.cursor(second.rows[-1])), FLAT)
    assert names([third]) == [("a", "3")]
    assert third.sources["b"].status is SourceStatus.EXCLUDED
    assert [each.cluster for each in third.outages] == ["b"], "the errors say it too"
    assert third.complete is False
    assert registry(held, "b").asked == []
    anew = await page(held, CODEC, request(held, 6), FLAT)
    assert anew.complete is True
    assert len(anew.rows) == 6


async def test_rows_lost_between_keys_and_contents_are_made_up_for() -> None:
    """Without this a page could come out empty, promise more, and have no cursor that leads there."""
    held = directory([("a", "1"), ("b", "2")], [("c", "1"), ("d", "2"), ("e", "3")])

    async def trouble(question: str) -> None:
        if question == "fetch":
            raise Unavailable("gone")

    registry(held, "a").trouble = trouble
    found = await page(held, CODEC, request(held, 2), TWO)
    assert names([found]) == [("b", "1"), ("b", "2")]
    assert (found.has_next, found.complete) == (True, False)
    assert found.sources["a"].status is SourceStatus.UNAVAILABLE


@settings(deadline=None)
@given(PLACES, PLACES, st.sets(st.text("019z", min_size=1, max_size=3)), st.integers(1, 4), st.booleans())
def test_rows_that_vanish_between_keys_and_contents_do_not_end_a_walk(
    here: list[Place], there: list[Place], vanishing: set[str], size: int, backward: bool
) -> None:
    """Even where a whole page of them does: its cursor leads to the next one."""
    held = directory(here, there)
    for code in CODES:
        registry(held, code).vanishing = vanishing
    pages = asyncio.run(walk(held, request(held, size, backward=backward), TWO))
    everything = whole(held, descending=False)
    assert names(pages[::-1] if backward else pages) == [each for each in everything if each[1] not in vanishing]
    for each in pages:
        if each.rows:
            assert each.start_cursor == each.cursor(each.rows[0])
            assert each.end_cursor == each.cursor(each.rows[-1])


async def test_a_list_without_rows_has_no_cursors() -> None:
    found = await page((held := directory([], [])), CODEC, request(held, 5), FLAT)
    assert (found.start_cursor, found.end_cursor, found.has_next) == (None, None, False)


async def test_clusters_of_the_filter_make_the_list_complete() -> None:
    held = directory([("a", "1")], [("b", "1")])
    found = await page(held, CODEC, replace(request(held, 5), clusters=("b",)), FLAT)
    assert found.complete is True
    assert found.sources["a"].status is SourceStatus.EXCLUDED
    assert found.outages == []


@pytest.mark.parametrize("shapes", [FLAT, TWO], ids=["inline", "keys first"])
async def test_all_registries_down_is_an_error_and_never_an_empty_list(shapes: list[Shape]) -> None:
    held = directory([("a", "1")], [])
    for code in CODES:
        registry(held, code).trouble = failing(Unavailable("gone"))
    with pytest.raises(ClientError) as caught:
        await page(held, CODEC, request(held, 5), shapes)
    assert caught.value.code is ErrorCode.ALL_SOURCES_FAILED
    assert caught.value.extensions["clusters"] == ["a", "b"]
    assert caught.value.extensions["retryable"] is True


async def test_fail_gives_nothing_but_the_error() -> None:
    held = directory([("a", "1")], [("b", "1")])
    registry(held, "b").trouble = failing(RegistryTimeout("late"))
    with pytest.raises(ClientError) as caught:
        await page(held, CODEC, replace(request(held, 5), fail_whole=True), FLAT)
    assert caught.value.extensions == {"code": "SOURCE_TIMEOUT", "cluster": "b", "retryable": True}


async def test_counts_and_facets_are_exact_sums_or_lower_bounds() -> None:
    held = directory([("a", "1"), ("b", "2")], [("b", "1")])
    asked = request(held, 1)
    tally = await count(held, asked)
    assert (tally.value, tally.exact, dict(tally.by_cluster)) == (3, True, {"a": 2, "b": 1})
    assert list((await facet(held, asked, "SECTOR")).values) == [("ALL", {"a": 2, "b": 1})]
    registry(held, "b").trouble = failing(Unavailable("gone"))
    tally = await count(held, asked)
    assert (tally.value, tally.exact) == (2, False)
    parts = await facet(held, asked, "SECTOR")
    assert list(parts.values) == [("ALL", {"a": 2})]
    assert [outage.cluster for outage in parts.outages] == ["b"]
    registry(held, "a").trouble = failing(Unavailable("gone"))
    assert (await count(held, asked)).value is None
