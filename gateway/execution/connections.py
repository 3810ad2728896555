"""Lists: what a connection's selection asks for, compiled once, and its answer, laid out by response key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from orjson import Fragment

from adapters.contract.answer import Row
from adapters.contract.languages import chain
from adapters.contract.shape import Shape
from gateway.execution.context import RequestContext
from gateway.execution.facts import Services
from gateway.execution.rendering import Rendering
from gateway.execution.reports import page_info, source_reports
from gateway.execution.searches import list_request
from gateway.execution.selection import Asked
from gateway.execution.writing import Unwritable, Write, Writing
from gateway.federation.fanout import Outage, all_failed, together
from gateway.federation.lists import ListRequest, Page, page
from gateway.federation.tallies import FacetTally, Tally, count, facet
from schemas.cluster import Cluster
from schemas.connection import ClusterCount, Facet, FacetValue, FieldHit, Total
from schemas.enums import TotalRelation
from schemas.vocabulary import Concept

__all__ = ["ListPlan"]

_PAGED = {"edges", "nodes", "pageInfo", "sources", "complete"}
_COUNTED = {"totalCount", "total"}
_CURSORS = {"startCursor", "endCursor"}


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the registries gave for one request: no page or tally where none was asked for."""

    paged: Page | None
    tally: Tally | None
    facets: Mapping[str, FacetTally]

    @property
    def page(self) -> Page:
        assert self.paged is not None  # noqa: S101 - asked for wherever it is read
        return self.paged

    @property
    def count(self) -> Tally:
        assert self.tally is not None  # noqa: S101 - asked for wherever it is read
        return self.tally


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a connection or an edge: how its value is made, and how that is written."""

    key: str
    make: Callable[[_Answers], Any]
    write: Write


class ListPlan:
    """The plan of one connection of a query."""

    def __init__(self, of: str, typename: str, asked: Asked, writing: Writing, services: Services) -> None:
        self._of = of
        self._services = services
        self._writing = writing
        self._asked = asked
        self._shapes: dict[Shape, None] = {}
        self._facets: dict[str, None] = {}
        self._hits = False
        self._places = False
        selections = writing.selections
        fields = selections.fields(typename, asked.nodes)
        wanted = {each.name for each in fields}
        self._pages = bool(wanted & _PAGED)
        self._counts = bool(wanted & _COUNTED) or any(
            inner.name == "total"
            for each in fields
            if each.name == "sources"
            for inner in selections.fields("SourceReport", each.nodes)
        )
        self._edge = typename.replace("Connection", "Edge")
        self._fields = [self._field(typename, each) for each in fields]

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Asks the registries for all that is wanted, at once; gives the answer by response key."""
        services = self._services
        directory = services.directory
        request = await list_request(self._of, arguments, services, context.crossing, hits=self._hits)
        answered: list[Any] = await together(
            *([page(directory, services.codec, request, list(self._shapes))] if self._pages else []),
            *([count(directory, request)] if self._counts else []),
            *(facet(directory, request, name) for name in self._facets),
        )
        answers = _Answers(
            paged=answered.pop(0) if self._pages else None,
            tally=answered.pop(0) if self._counts else None,
            facets=dict(zip(self._facets, answered, strict=True)),
        )
        for outage in _settled(request, answers):
            context.report(self._asked, outage)
        if answers.paged is not None:
            context.disclosed.page(answers.paged, places=self._places)
        return {field.key: field.make(answers) for field in self._fields}

    def write(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer without the executor; raises Unwritable where a row has to be walked."""
        return {field.key: field.write(values[field.key]) for field in self._fields}

    def _field(self, typename: str, asked: Asked) -> _Field:
        match asked.name:
            case "edges":
                return self._edges(asked)
            case "nodes":
                rows = self._rows(asked)
                return _Field(asked.key, lambda answers: rows.many(_bodies(answers.page, rows.shape)), _finished)
            case "__typename":
                return _Field(asked.key, lambda _answers: typename, _finished)
        make = self._maker(typename, asked)
        try:
            return _Field(asked.key, make, self._writing.value(typename, asked))
        except Unwritable:
            return _Field(asked.key, make, _walked)

    def _maker(self, typename: str, asked: Asked) -> Callable[[_Answers], Any]:
        match asked.name:
            case "pageInfo":
                chosen = {each.name for each in self._writing.selections.fields("PageInfo", asked.nodes)}
                self._places |= not chosen.isdisjoint(_CURSORS)
                return lambda answers: page_info(answers.page)
            case "complete":
                return lambda answers: answers.page.complete
            case "sources":
                return lambda answers: source_reports(self._services, answers.page.sources, answers.tally)
            case "totalCount":
                return lambda answers: answers.count.value if answers.count.exact else None
            case "total":
                return lambda answers: self._total(answers.count)
            case "facets":
                names = [str(name) for name in self._writing.selections.arguments(typename, asked)["fields"]]
                self._facets.update(dict.fromkeys(names))
                return lambda answers: [self._facet(answers.facets[name]) for name in names]
            case unknown:
                raise LookupError(f"{typename} has a field that no plan makes: {unknown}")

    def _rows(self, asked: Asked) -> Rendering:
        """A place of the query where the rows of a page go."""
        target = self._writing.selections.target(self._edge, Asked("node", "node", ()))
        rows = Rendering.of(target, asked, self._writing)
        self._shapes[rows.shape] = None
        return rows

    def _edges(self, asked: Asked) -> _Field:
        columns = [self._column(each) for each in self._writing.selections.fields(self._edge, asked.nodes)]

        def make(answers: _Answers) -> list[dict[str, Any]]:
            made = [column.make(answers) for column in columns]
            keys = [column.key for column in columns]
            return [dict(zip(keys, values, strict=True)) for values in zip(*made, strict=True)]

        def write(edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [{column.key: column.write(edge[column.key]) for column in columns} for edge in edges]

        return _Field(asked.key, make, write)

    def _column(self, asked: Asked) -> _Field:
        """A field of the edges; it makes one value for each row of the page."""
        match asked.name:
            case "node":
                rows = self._rows(asked)
                return _Field(
                    asked.key,
                    lambda answers: [rows.one(row) for row in _bodies(answers.page, rows.shape)],
                    _finished,
                )
            case "cursor":
                self._places = True
                return _Field(
                    asked.key, lambda answers: [answers.page.cursor(each) for each in answers.page.rows], _finished
                )
            case "score":
                return _Field(asked.key, lambda answers: [each.row.score for each in answers.page.rows], _finished)
            case "matchedOn":
                self._hits = True
                return _Field(
                    asked.key,
                    lambda answers: [self._found(each.row) for each in answers.page.rows],
                    self._writing.value(self._edge, asked),
                )
            case _:
                return _Field(asked.key, lambda answers: [self._edge for _ in answers.page.rows], _finished)

    def _found(self, row: Row) -> list[FieldHit]:
        concepts = self._services.vocabulary.concepts
        return [
            FieldHit(
                field=hit["field"],
                lang=hit["lang"],
                snippet=hit["snippet"] or concepts[hit["concept"]].label(chain(None))[0],
                exact_accents=hit["exact"],
                via_concept=Concept(source=concepts[hit["concept"]]) if hit["concept"] else None,
            )
            for hit in (orjson.loads(row.hits) if row.hits else ())
        ]

    def _facet(self, tally: FacetTally) -> Facet:
        return Facet(
            field=tally.facet,
            complete=not tally.outages,
            values=[
                FacetValue(value=value, facet=tally.facet, count=sum(parts.values()), by_cluster=self._parts(parts))
                for value, parts in tally.values
            ],
        )

    def _parts(self, numbers: Mapping[str, int]) -> list[ClusterCount]:
        return [ClusterCount(cluster=self._cluster(code), count=number) for code, number in numbers.items()]

    def _total(self, tally: Tally) -> Total:
        relation = TotalRelation.EQ if tally.exact else TotalRelation.GTE
        return Total(value=tally.value, relation=relation, by_source=self._parts(tally.by_cluster))

    def _cluster(self, code: str) -> Cluster:
        return self._services.cluster(code)


def _settled(request: ListRequest, answers: _Answers) -> list[Outage]:
    """Who failed; raises where the client wants all or nothing, or where nobody counted and no page says so."""
    tallies: list[Tally | FacetTally] = [*([answers.tally] if answers.tally else []), *answers.facets.values()]
    parts: list[Page | Tally | FacetTally] = [*([answers.paged] if answers.paged else []), *tallies]
    outages = list({outage.cluster: outage for each in parts for outage in each.outages}.values())
    if outages and request.fail_whole:
        raise outages[0].failure
    if outages and answers.paged is None and all(len(each.outages) == len(request.clusters) for each in tallies):
        raise all_failed(outages)
    return outages


def _bodies(paged: Page, shape: Shape) -> list[Row]:
    bodies = paged.bodies.get(shape, {})
    return [bodies[placed.cluster, placed.row.key] for placed in paged.rows]


def _finished(value: Any) -> Any:
    """Rows and plain values: finished, but for a row that has to be walked."""
    if value is None or isinstance(value, Fragment | str | int):
        return value
    raise Unwritable


def _walked(_value: Any) -> Any:
    raise Unwritable
