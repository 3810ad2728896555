"""The suite over a city's registry in Postgres: its answers against those of the reference registry."""

from asyncio import gather
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import pytest

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits
from adapters.contract.request import (
    LIST_VIEWS,
    RELEVANCE,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Where,
)
from adapters.contract.shape import Shape
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.check import Status, check
from adapters.kit.columns import OPTIONAL, PROJECTIONS
from adapters.kit.conformance.answers import difference
from adapters.kit.conformance.contacts import ContactSuite
from adapters.kit.conformance.laws import RegistryLaws
from adapters.kit.conformance.matches import MatchSuite
from adapters.kit.conformance.requests import (
    FACETS,
    FILTERS,
    LISTS,
    ORDERINGS,
    SEARCHED,
    everyone,
    page_of,
    searches,
    values,
    walk,
)
from adapters.kit.conformance.rows import PROMISES
from adapters.kit.memory import MemoryRegistry, snapshot
from adapters.kit.memory.tables import Tables
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.shapes import every_way, everything
from adapters.kit.statement import Statement

__all__ = ["ConformanceSuite"]

_LIMITS = Limits(pool_size=2, connect_timeout=10, statement_timeout=30)
_VALUES = 6
_SHOWN = 10
_FETCHED = 60
_PAGE = 7
_SHAPES: tuple[Callable[[str], Shape], ...] = (everything, every_way)
_ALL = Visibility.PRIVATE
"""The view that sees every row there is."""

_every_view = pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)


class ConformanceSuite(RegistryLaws, ContactSuite, MatchSuite):
    """Inherit, and give the fixture ``registry_address``: the adapter, and the address of a database with some rows."""

    @pytest.fixture(scope="class")
    @classmethod
    async def registry(cls, registry_address: tuple[PostgresAdapter, str]) -> AsyncIterator[PostgresRegistry]:
        """The registry under test."""
        adapter, dsn = registry_address
        registry = adapter.open(dsn, _LIMITS)
        yield registry
        await registry.close()

    @pytest.fixture(scope="class")
    @classmethod
    async def memory(cls, registry: PostgresRegistry) -> MemoryRegistry:
        """The same rows in the reference registry."""
        return await snapshot(registry)

    async def test_the_check_passes(self, registry_address: tuple[PostgresAdapter, str]) -> None:
        """What ``corridor check`` looks at: columns, codes, keys, indexes, deadline, and the fingerprint."""
        adapter, dsn = registry_address
        report = await check(adapter, dsn, limits=_LIMITS)
        assert report.passed, _listed(f"{each.check} {each.subject}: {each.detail}" for each in report.of(Status.FAIL))
        assert not [each for each in report.of(Status.WARN) if each.check == "drift"], "run the check with --record"

    @pytest.mark.parametrize("view", Visibility, ids=str)
    @pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
    async def test_every_row_keeps_the_contract(
        self, memory: MemoryRegistry, promise: Callable[[Tables], Iterator[str]], view: Visibility
    ) -> None:
        """Each of the promises, on all rows of all projections."""
        broken = list(promise(memory.under(view)))
        assert not broken, _listed(broken)

    async def test_two_reads_give_the_same_rows(self, registry: PostgresRegistry, memory: MemoryRegistry) -> None:
        """Keys and everything else are stable: no row number, clock or chance in a projection."""
        again = (await snapshot(registry)).under(_ALL)
        for name in PROJECTIONS:
            once, twice = (sorted(map(repr, rows)) for rows in (memory.under(_ALL)[name], again[name]))
            changed = sorted(set(once) ^ set(twice))
            assert once == twice, f"projections/{name}.sql gives other rows when it is read again: {changed[:2]}"

    @pytest.mark.parametrize("view", Visibility, ids=str)
    async def test_the_projections_of_pairs_hold_what_the_arrays_hold(
        self, registry: PostgresRegistry, view: Visibility
    ) -> None:
        """An optional projection is another way to the elements of an array."""
        projections = registry.compiler.projections.under(view)
        for name in sorted(name for name in OPTIONAL if name in projections):
            of, column = next((of, name.removeprefix(f"{of}_")) for of in LISTS if name.startswith(f"{of}_"))
            pairs = f"select {of}_key as key, value from ({projections[name]}) as pair"
            elements = f"select key, unnest({column}) as value from ({projections[of]}) as row"
            parted = await registry.run(
                Statement(f"(({pairs}) except ({elements})) union all (({elements}) except ({pairs}))", ())
            )
            assert not parted, f"projections/{name}.sql and {of}.{column} differ: {_listed(map(str, parted))}"

    @_every_view
    @pytest.mark.parametrize(
        ("of", "ordering"), ORDERINGS, ids=[f"{of}-{each.name}-{each.descending}" for of, each in ORDERINGS]
    )
    async def test_orders_are_those_of_the_reference(
        self, registry: PostgresRegistry, memory: MemoryRegistry, of: str, ordering: Ordering, view: Visibility
    ) -> None:
        """Rows and the sort keys that travel with them."""
        await _same(registry, memory, everyone(of, view, ordering))

    @_every_view
    @pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape.__name__)
    @pytest.mark.parametrize("of", LISTS)
    async def test_rows_are_those_of_the_reference(
        self,
        registry: PostgresRegistry,
        memory: MemoryRegistry,
        of: str,
        shape: Callable[[str], Shape],
        view: Visibility,
    ) -> None:
        """Every field of every row, under its name and under aliases."""
        await _same(registry, memory, everyone(of, view, shape=shape(of)))

    @pytest.mark.parametrize("view", Visibility, ids=str)
    @pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape.__name__)
    @pytest.mark.parametrize("of", LISTS)
    async def test_rows_by_key_are_those_of_the_reference(
        self,
        registry: PostgresRegistry,
        memory: MemoryRegistry,
        of: str,
        shape: Callable[[str], Shape],
        view: Visibility,
    ) -> None:
        """Many at once, of any level, and one alone."""
        keys = tuple(row["key"] for row in memory.under(_ALL)[of])[:_FETCHED]
        for sought in ((*keys, "no such key", *keys), keys[:1]):
            request = FetchRequest(sought, shape(of), view)
            both = await gather(registry.fetch(request), memory.fetch(request))
            given, expected = (sorted(rows, key=lambda row: row.key) for rows in both)
            said = difference(expected, given, request.shape)
            assert not said, f"{of} by key:\n{said[:2000]}"

    @pytest.mark.parametrize("view", Visibility, ids=str)
    @pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape.__name__)
    async def test_the_viewers_own_row_is_seen_as_its_own_beside_others(
        self, registry: PostgresRegistry, memory: MemoryRegistry, shape: Callable[[str], Shape], view: Visibility
    ) -> None:
        """Asked for in one statement, it is what it is alone under PRIVATE, and the others are what they are."""
        own, *keys = (row["key"] for row in memory.under(_ALL)["member"][:_FETCHED])
        for sought in (tuple(keys), tuple(keys[:1]), ()):
            beside = FetchRequest(sought, shape("member"), view, own)
            rows = await gather(
                registry.fetch(FetchRequest(sought, beside.shape, view)),
                registry.fetch(FetchRequest((own,), beside.shape, _ALL)),
            )
            both = await gather(registry.fetch(beside), memory.fetch(beside))
            for expected in ([each for listed in rows for each in listed], both[1]):
                given, wanted = (sorted(listed, key=lambda row: row.key) for listed in (both[0], expected))
                said = difference(wanted, given, beside.shape)
                assert not said, f"the viewer's own row beside others:\n{said[:2000]}"

    @_every_view
    @pytest.mark.parametrize(("of", "name"), FILTERS, ids=["-".join(each) for each in FILTERS])
    async def test_filters_find_what_the_reference_finds(
        self, registry: PostgresRegistry, memory: MemoryRegistry, of: str, name: str, view: Visibility
    ) -> None:
        """Values that occur, seen or not, one that does not, two of them, and with another filter beside."""
        tables = memory.under(_ALL)
        given = values(tables, of, CATALOGUE[of].filters[name].path, _VALUES)
        assert given, f"no {of} has a value that the filter {name} could find: check {CATALOGUE[of].filters[name].path}"
        beside = [
            Condition(other.name, (*values(tables, of, other.path, 2),)) for other in CATALOGUE[of].filters.values()
        ]
        for conditions in (
            *([Condition(name, (value,))] for value in given),
            [Condition(name, ("no such value",))],
            [Condition(name, ("no such value", given[0], given[-1]))],
            [Condition(name, ())],
            *([Condition(name, tuple(given)), other] for other in beside),
        ):
            where = Where(of, tuple(conditions), view=view)
            await _same(registry, memory, page_of(where))
            await _counted(registry, memory, where)

    @_every_view
    @pytest.mark.parametrize(("of", "facet"), FACETS, ids=["-".join(each) for each in FACETS])
    async def test_facets_are_those_counted_by_hand(
        self, registry: PostgresRegistry, memory: MemoryRegistry, of: str, facet: str, view: Visibility
    ) -> None:
        """Of all rows, of filtered ones, and of what a search finds."""
        tables = memory.under(_ALL)
        wheres = [Where(of, view=view)]
        wheres += [
            Where(of, (Condition(each.name, (*values(tables, of, each.path, 2),)),), view=view)
            for each in CATALOGUE[of].filters.values()
        ]
        wheres += [Where(of, (), search, view) for search in [*searches(tables, of)][::20]]
        for where in wheres:
            request = FacetRequest(where, facet)
            given, expected = map(dict, await gather(registry.facet(request), memory.facet(request)))
            unlike = sorted(set(expected.items()) ^ set(given.items()), key=str)
            assert expected == given, f"facet {facet} of {where}: {unlike[:_SHOWN]}"

    @_every_view
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_searches_find_what_the_reference_finds(
        self, registry: PostgresRegistry, memory: MemoryRegistry, of: str, view: Visibility
    ) -> None:
        """Rows, points, order and what each row was found by; the words may be of texts that nobody sees."""
        found = 0
        for search in searches(memory.under(_ALL), of):
            where = Where(of, (), search, view)
            for ordering in (Ordering(RELEVANCE, descending=True), Ordering(RELEVANCE), None):
                await _same(registry, memory, page_of(where, ordering))
            found += await _counted(registry, memory, where)
        assert found, "no search found anything"

    @pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_a_walk_by_points_is_that_of_the_reference(
        self, registry: PostgresRegistry, memory: MemoryRegistry, of: str, *, backward: bool
    ) -> None:
        """Many rows have the same points: keys part them."""
        listed = [*searches(memory.under(Visibility.CORRIDOR), of)]
        search = max(listed, key=lambda search: len(search.concepts) * 2 + len(search.terms))
        where = Where(of, (), search, Visibility.CORRIDOR)
        ordering = Ordering(RELEVANCE, descending=True)
        expected = await walk(memory, where, ordering, _PAGE, backward=backward)
        assert not difference(expected, await walk(registry, where, ordering, _PAGE, backward=backward))


async def _same(registry: PostgresRegistry, memory: MemoryRegistry, request: PageRequest) -> None:
    # Both at once, here and elsewhere: Postgres plans while Python counts.
    given, expected = await gather(registry.page(request), memory.page(request))
    said = difference(expected, given, request.shape)
    assert not said, f"{request.where}, {request.ordering}:\n{said[:2000]}"


async def _counted(registry: PostgresRegistry, memory: MemoryRegistry, where: Where) -> int:
    given, expected = await gather(registry.count(where), memory.count(where))
    assert given == expected, f"count of {where}"
    return given


def _listed(broken: Iterable[str]) -> str:
    sentences = [*broken]
    more = f"\n... and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
    return "\n" + "\n".join(sentences[:_SHOWN]) + more
