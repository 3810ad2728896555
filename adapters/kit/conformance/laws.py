"""What holds of every registry, whatever rows it has: walks, counts, facets and filters agree with one another."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.registry import Registry
from adapters.contract.request import (
    LIST_VIEWS,
    Boundary,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Where,
)
from adapters.kit.conformance.contacts import ContactLaws
from adapters.kit.conformance.matches import MatchLaws
from adapters.kit.conformance.requests import EVERY_ROW, FACETS, LISTS, ORDERINGS, everyone, page_of, walk
from adapters.kit.conformance.views import ViewLaws
from adapters.kit.memory.order import precedes
from adapters.kit.shapes import everything

__all__ = ["RegistryLaws"]

_PAGE = 7
_SEVERAL = 5
_FOREIGN = ("!", "~")  # clusters whose codes come before and after every code there is
_every_order = pytest.mark.parametrize(
    ("of", "ordering"),
    ORDERINGS,
    ids=[f"{of}-{each.name}-{'desc' if each.descending else 'asc'}" for of, each in ORDERINGS],
)
_every_facet = pytest.mark.parametrize(("of", "facet"), FACETS, ids=["-".join(each) for each in FACETS])
_every_list = pytest.mark.parametrize("of", LISTS)
_every_view = pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)


class RegistryLaws(ViewLaws, ContactLaws, MatchLaws):
    """Inherit, and give the fixture ``registry``: any ``Registry`` with some rows in it."""

    @_every_view
    @_every_order
    async def test_a_list_is_in_the_total_order(
        self, registry: Registry, of: str, ordering: Ordering, view: Visibility
    ) -> None:
        """Nulls last both ways; then sort key by bytes, cluster, key."""
        rows = await registry.page(everyone(of, view, ordering))
        assert rows, f"the registry has no {of}: nothing can be said of it"
        for one, other in pairwise(_places(registry, rows)):
            said = f"{of} by {ordering.name}: {one} stands before {other}"
            assert precedes(one, other, descending=ordering.descending), said

    @_every_view
    @_every_order
    @pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
    async def test_a_walk_meets_every_row_once(
        self, registry: Registry, of: str, ordering: Ordering, view: Visibility, *, backward: bool
    ) -> None:
        """Page by page is the same list as in one page; from the end it is that list turned round."""
        whole = [row.key for row in await registry.page(everyone(of, view, ordering))]
        walked = [row.key for row in await walk(registry, Where(of, view=view), ordering, _PAGE, backward=backward)]
        assert walked == (whole[::-1] if backward else whole), f"walk over {of} by {ordering.name}"

    @_every_order
    async def test_a_boundary_of_another_cluster_parts_the_list(
        self, registry: Registry, of: str, ordering: Ordering
    ) -> None:
        """Behind a foreign row come exactly the rows that the total order puts there; before it, the rest."""
        view = Visibility.CORRIDOR
        places = _places(registry, await registry.page(everyone(of, view, ordering)))
        some = places[:: max(1, len(places) // _SEVERAL)] + places[-1:]
        for boundary in [Boundary(place.sort, cluster, place.key) for place in some for cluster in _FOREIGN]:
            for backward in (False, True):
                request = PageRequest(Where(of, view=view), ordering, EVERY_ROW, boundary, backward)
                found = [row.key for row in await registry.page(request)]
                expected = [
                    place.key
                    for place in places
                    if precedes(boundary, place, descending=ordering.descending) is not backward
                ]
                assert found == (expected[::-1] if backward else expected), f"{of} by {ordering.name} at {boundary}"

    @_every_view
    @_every_list
    async def test_a_count_is_the_length_of_the_list(self, registry: Registry, of: str, view: Visibility) -> None:
        """Of all rows."""
        assert await registry.count(Where(of, view=view)) == len(await registry.page(everyone(of, view)))

    @_every_view
    @_every_facet
    async def test_a_facet_counts_what_its_filter_finds(
        self, registry: Registry, of: str, facet: str, view: Visibility
    ) -> None:
        """Where a filter goes the same way as a facet."""
        counts = await registry.facet(FacetRequest(Where(of, view=view), facet))
        assert all(counts.values()), "a value that no row has"
        path = CATALOGUE[of].facets[facet].path
        for name in [each.name for each in CATALOGUE[of].filters.values() if each.path == path]:

            def filtered(*values: str, name: str = name) -> Where:
                return Where(of, (Condition(name, values),), view=view)

            for value in sorted(counts)[:_SEVERAL]:
                where = filtered(value)
                assert await registry.count(where) == counts[value], f"{of}: facet {facet}, filter {name}, {value}"
                assert len(await registry.page(page_of(where))) == counts[value]
            several = filtered(*sorted(counts), "no such value")
            assert max(counts.values(), default=0) <= await registry.count(several) <= sum(counts.values())
            assert await registry.count(filtered("no such value")) == 0

    @pytest.mark.parametrize("view", Visibility, ids=str)
    @_every_list
    async def test_keys_are_fetched_once_each(self, registry: Registry, of: str, view: Visibility) -> None:
        """Unknown keys are missing, double ones are not doubled, one alone is found too."""
        keys = [row.key for row in await registry.page(everyone(of, Visibility.PUBLIC))][:_SEVERAL]
        shape = everything(of)
        found = await registry.fetch(FetchRequest((*keys, "no such key", "", *keys), shape, view))
        assert sorted(row.key for row in found) == sorted(keys)
        assert [row.key for row in await registry.fetch(FetchRequest((keys[0],), shape, view))] == keys[:1]
        assert not await registry.fetch(FetchRequest(("no such key",), shape, view))
        assert not await registry.fetch(FetchRequest((), shape, view))

    async def test_it_answers(self, registry: Registry) -> None:
        """A ping."""
        await registry.ping()


def _places(registry: Registry, rows: Sequence[Row]) -> list[Boundary]:
    return [Boundary(row.sort, registry.cluster.code, row.key) for row in rows]
