"""Walks over two in-memory registries of the contract: the whole sorted list, whatever the size of the page."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Visibility
from adapters.contract.errors import Unavailable
from adapters.contract.request import Ordering, PageRequest, Where
from adapters.contract.shape import Pick, Shape
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.sample import sample_tables
from adapters.kit.sample import Home
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.lists import ListRequest, Page, page
from gateway.federation.sight import Sight
from tests.federation.registries import cluster, place_of
from tests.viewers import PARTNER

HOMES = {
    "north": Home("north", "fr", ("fr", "en"), "CA", ("inc.",), ("P1",), "+1 514 555 0100", today=date(2026, 11, 1)),
    "south": Home("south", "es", ("es",), "MX", ("SA",), ("P1",), "+52 33 5555 0100", today=date(2026, 11, 1)),
}
CODEC = CursorCodec(b"secret of the tests")
SHAPES = (
    [Shape("member", (Pick("id", "id"),))],
    [Shape("member", (Pick("id", "id"),)), Shape("member", (Pick("name", "display_name"),))],
)


class LosableRegistry(MemoryRegistry):
    """An in-memory registry that can go away."""

    lost = False

    async def page(self, request: PageRequest):
        if self.lost:
            raise Unavailable("gone")
        return await super().page(request)


@dataclass(frozen=True, slots=True)
class Corridor:
    """Two clusters, and what they have in all by order."""

    registries: dict[str, LosableRegistry]

    def whole(self, ordering: Ordering) -> list[tuple[str, str]]:
        asked = PageRequest(Where("member", view=Visibility.CORRIDOR), ordering, 10_000)
        rows = [(code, row) for code, registry in self.registries.items() for row in asyncio.run(registry.page(asked))]
        rows.sort(key=lambda each: place_of(each[1], each[0], descending=ordering.descending))
        return [(code, row.key) for code, row in rows]


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return Corridor(
        {code: LosableRegistry(cluster(code), sample_tables(home, 60, seed=5)) for code, home in HOMES.items()}
    )


@settings(deadline=None, max_examples=40)
@given(
    st.builds(Ordering, st.sampled_from(["NAME", "UPDATED_AT", "FOUNDED", "HEADCOUNT"]), st.booleans()),
    st.integers(3, 40),
    st.booleans(),
    st.sampled_from(SHAPES),
    st.none() | st.tuples(st.integers(0, 6), st.sampled_from(sorted(HOMES))),
)
def test_a_walk_is_the_whole_list_but_for_what_was_lost(
    corridor: Corridor,
    ordering: Ordering,
    size: int,
    backward: bool,
    shapes: list[Shape],
    lose: tuple[int, str] | None,
) -> None:
    for registry in corridor.registries.values():
        registry.lost = False
    whole = corridor.whole(ordering)
    assert len(whole) > 60
    assert {code for code, _ in whole} == set(HOMES)
    walked = whole[::-1] if backward else whole
    at, code = lose or (10_000, "")
    left = walked[: at * size] + [each for each in walked[at * size :] if each[0] != code]

    async def walk() -> list[Page]:
        directory = Directory.of(*(Source(registry, 5) for registry in corridor.registries.values()))
        sight = Sight(PARTNER, dict.fromkeys(HOMES, "an agreement"))
        asked = ListRequest(Where("member"), ordering, size, tuple(sorted(HOMES)), backward=backward, sight=sight)
        pages: list[Page] = []
        while not pages or (pages[-1].has_previous if backward else pages[-1].has_next):
            if pages:
                asked = replace(asked, cursor=pages[-1].start_cursor if backward else pages[-1].end_cursor)
            if len(pages) == at:
                corridor.registries[code].lost = True
            pages.append(await page(directory, CODEC, asked, shapes))
        return pages

    pages = asyncio.run(walk())
    found = [[(placed.cluster, placed.row.key) for placed in each.rows] for each in pages]
    assert [each for rows in found for each in (rows[::-1] if backward else rows)] == left
    assert [each.complete for each in pages] == [place < at for place in range(len(pages))]
