"""The requests whose plans and times are looked at: what the gateway asks of a registry, one of each kind."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.codes import Level
from adapters.contract.match import Ability, Match, Sought
from adapters.contract.objects import Object
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
from adapters.contract.text import words
from adapters.kit.check.probe import Probe
from adapters.kit.forms import page_form
from adapters.kit.keyset import Keyset
from adapters.kit.shapes import everything
from adapters.kit.statement import Statement

__all__ = ["Asked", "asked"]

_PAGE = 21
_FEW = 3  # keys: more would make an index on something else look cheap on a small registry


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in words, the projection and column that it is about, and its statement.

    ``ordered`` lists have to come out of an index in their order, rows ``by_key`` out of one on it; ``whole`` ones read
    every row by their nature, and only their time counts.
    """

    what: str
    projection: str
    column: str
    statement: Statement
    ordered: bool = False
    by_key: bool = False
    whole: bool = False


async def asked(probe: Probe) -> AsyncIterator[Asked]:
    """One request for each order, filter, facet and kind of search, if the view has lists; and the objects by key."""
    for each in [each for each in CATALOGUE.values() if each.keyed]:
        if each.orders and probe.view in LIST_VIEWS:
            async for request in _listed(probe, each):
                yield request
        keys = tuple(record["key"] for record in await probe.rows(
            f"select key from ({probe.projections[each.name]}) as row limit {_FEW}"
        ))  # fmt: skip
        fetch = probe.compiler.fetch(FetchRequest(keys, everything(each.name), probe.view))
        yield Asked(f"{each.name} by key, with everything", each.name, "key", fetch, by_key=True)


async def _listed(probe: Probe, each: Object) -> AsyncIterator[Asked]:
    values = {}
    for facet in each.facets.values():
        statement = probe.compiler.facet(FacetRequest(Where(each.name, view=probe.view), facet.name))
        counts = {record["value"]: record["count"] for record in await probe.rows(statement.sql, *statement.values)}
        values[facet.path] = min(counts, key=lambda value: (counts[value], value), default="?")
        yield Asked(f"facet {facet.name} of {each.name}", each.name, facet.path[0], statement, whole=True)
    async for request in _orders(probe, each.name):
        yield request
    for request in _filters(probe, each.name, values):
        yield request
    async for request in _searches(probe, each.name, values):
        yield request
    if each.name == "member":
        yield _match(probe, values)


async def _orders(probe: Probe, of: str) -> AsyncIterator[Asked]:
    for order in CATALOGUE[of].orders.values():
        for descending in (False, True):
            ordering = Ordering(order.name, descending)
            request = PageRequest(Where(of, view=probe.view), ordering, _PAGE)
            what = f"order {order.name} of {of}, {'descending' if descending else 'ascending'}"
            yield Asked(what, of, order.column, probe.compiler.page(request), ordered=True)
            for boundary in await _boundary(probe, request):
                yield Asked(f"{what}, a later page", of, order.column, boundary, ordered=True)


async def _boundary(probe: Probe, request: PageRequest) -> list[Statement]:
    """The page behind the middle of the list, where there is a row."""
    keyset = Keyset.of(page_form(request, probe.cluster.code))
    projection = probe.projections[request.where.object]
    found = await probe.rows(
        f"select row.key, {keyset.travelling('row')} as sort from ({projection}) as row where row.{keyset.column}"
        " is not null"
        f" order by {keyset.order_by('row')} limit 1"
        f" offset (select count(*) / 2 from ({projection}) as row where row.{keyset.column} is not null)"
    )
    return [
        probe.compiler.page(
            PageRequest(
                request.where, request.ordering, _PAGE, Boundary(record["sort"], probe.cluster.code, record["key"])
            )
        )
        for record in found
    ]


def _filters(probe: Probe, of: str, values: Mapping[tuple[str, ...], str]) -> list[Asked]:
    found = []
    for each in CATALOGUE[of].filters.values():
        where = Where(of, (Condition(each.name, (values.get(each.path, "?"),)),), view=probe.view)
        owner, taken = path_of(of, each.path)[-1]
        column = taken.columns[0]
        found.append(Asked(f"filter {each.name} of {of}", owner.name, column, probe.compiler.count(where)))
        page = PageRequest(where, Ordering(next(iter(CATALOGUE[of].orders))), _PAGE)
        found.append(
            Asked(f"filter {each.name} of {of}, first page", owner.name, column, probe.compiler.page(page), whole=True)
        )
    return found


async def _searches(probe: Probe, of: str, values: Mapping[tuple[str, ...], str]) -> AsyncIterator[Asked]:
    if not CATALOGUE[of].concepts:
        return
    ordering = Ordering(RELEVANCE, descending=True)
    text = await probe.row(
        f"select text from ({probe.projections[f'{of}_text']}) as row where text is not null limit 1"
    )
    if text is not None:
        word = max(words(text["text"]) or ("corridor",), key=len)
        where = Where(of, (), Search((Term(word, word),), ()), probe.view)
        statement = probe.compiler.page(PageRequest(where, ordering, _PAGE, hits=True))
        yield Asked(f"search of {of} for the word {word!r}", f"{of}_text", "words", statement)
    for path in CATALOGUE[of].concepts:
        where = Where(of, (), Search((), ((values.get(path, "?"), 100),)), probe.view)
        owner, taken = path_of(of, path)[-1]
        statement = probe.compiler.page(PageRequest(where, ordering, _PAGE, hits=True))
        yield Asked(f"search of {of} for a concept in {'.'.join(path)}", owner.name, taken.columns[0], statement)


def _match(probe: Probe, values: Mapping[tuple[str, ...], str]) -> Asked:
    """The best partners for one concept: found by an index on it, and all that is scored by the member's key."""
    concept = values.get(("capabilities", "concept"), "?")
    match = Match(
        version="1",
        requirements=(Sought("1", 1, Level.AWARENESS, True, ((concept, 100),)),),
        abilities=(Ability(concept, Level.EXPERT, 100),),
        markets=(values.get(("target_markets",), "?"),),
        modes=("JOINT_BID",),
        languages=(values.get(("languages",), "?"),),
        themes=(concept,),
        as_of=0,
    )
    page = PageRequest(Where("member", view=probe.view, match=match), Ordering(MATCH), _PAGE, hits=True)
    return Asked("match of member for a concept in capabilities", "capability", "concept", probe.compiler.page(page))
