"""Connections: what is asked of one, run at once, and laid out by response key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from orjson import Fragment

from adapters.contract.answer import Row
from adapters.contract.languages import chain
from adapters.contract.request import FacetRequest
from adapters.contract.shape import Shape
from gateway.execution.rendering import Rendering
from gateway.execution.selection import Asked, Selections
from gateway.execution.wording import Wording
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, all_failed, together
from gateway.federation.lists import ListRequest, Page, page
from gateway.federation.tallies import FacetTally, Tally, count, facet
from gateway.vocabulary import Vocabulary
from schemas.cluster import Cluster
from schemas.connection import ClusterCount, Facet, FacetValue, FieldHit, PageInfo, SourceReport, Total
from schemas.enums import TotalRelation
from schemas.scalars import DateTime
from schemas.vocabulary import Concept

__all__ = ["Connection", "Services"]

_PAGED = {"edges", "nodes", "pageInfo", "sources", "complete"}
_COUNTED = {"totalCount", "total"}


@dataclass(frozen=True, slots=True)
class Services:
    """What lists are made with: one for the life of the gateway."""

    directory: Directory
    codec: CursorCodec
    vocabulary: Vocabulary
    cluster: Callable[[str], Cluster]


@dataclass(frozen=True, slots=True)
class Rows:
    """A place of the query where the rows of a page go: their shape, and how they are rendered there."""

    shape: Shape
    rendering: Rendering


class Connection:
    """One connection of a query: what its selection asks for, and what its answer is."""

    def __init__(self, services: Services, selections: Selections, wording: Wording, typename: str, of: Asked) -> None:
        self._services = services
        self._selections = selections
        self._edge = typename.replace("Connection", "Edge")
        self._asked = selections.fields(typename, of.nodes)
        self._edges = {
            asked.key: selections.fields(self._edge, asked.nodes) for asked in self._asked if asked.name == "edges"
        }
        self._facets: dict[str, list[str]] = {
            asked.key: [str(name) for name in selections.arguments(typename, asked)["fields"]]
            for asked in self._asked
            if asked.name == "facets"
        }
        node = selections.target(self._edge, Asked("node", "node", ()))
        self._rows: dict[tuple[str, ...], Rows] = {}
        for asked in self._asked:
            if asked.name == "nodes":
                self._rows[asked.key,] = self._place(node, asked, wording)
            for inner in self._edges.get(asked.key, ()):
                if inner.name == "node":
                    self._rows[asked.key, inner.key] = self._place(node, inner, wording)

    def _place(self, typename: str, asked: Asked, wording: Wording) -> Rows:
        shaped = self._selections.shape(typename, asked.nodes)
        return Rows(shaped.shape, Rendering.of(typename, shaped.slots, wording))

    @property
    def hits(self) -> bool:
        """Whether it is asked for what a search found."""
        return any(inner.name == "matchedOn" for edge in self._edges.values() for inner in edge)

    async def run(self, request: ListRequest) -> tuple[dict[str, Any], Sequence[Outage]]:
        """Asks the registries for all that is wanted, at once; gives the answer by response key, and who failed."""
        directory = self._services.directory
        names = list(dict.fromkeys(name for listed in self._facets.values() for name in listed))
        shapes = list(dict.fromkeys(rows.shape for rows in self._rows.values()))
        wanted = {asked.name for asked in self._asked}
        counting = bool(wanted & _COUNTED) or self._counts_sources()
        answered: list[Any] = await together(
            page(directory, self._services.codec, request, shapes) if wanted & _PAGED else _nothing(),
            count(directory, request.clusters, request.where) if counting else _nothing(),
            *(facet(directory, request.clusters, FacetRequest(request.where, name)) for name in names),
        )
        paged, tally, *facets = answered
        outages = _settled(request, paged, [each for each in (tally, *facets) if each is not None])
        tallies: Mapping[str, FacetTally] = dict(zip(names, facets, strict=True))
        values: dict[str, Any] = {}
        for asked in self._asked:
            match asked.name:
                case "edges":
                    values[asked.key] = self._edge_list(asked.key, paged)
                case "nodes":
                    place = self._rows[asked.key,]
                    values[asked.key] = place.rendering.many(_bodies(paged, place.shape))
                case "facets":
                    values[asked.key] = [self._facet(tallies[name]) for name in self._facets[asked.key]]
                case "pageInfo":
                    values[asked.key] = _page_info(paged)
                case "complete":
                    values[asked.key] = paged.complete
                case "sources":
                    values[asked.key] = self._sources(paged, tally)
                case "totalCount":
                    values[asked.key] = tally.value if tally.exact else None
                case "total":
                    values[asked.key] = self._total(tally)
        return values, outages

    def _counts_sources(self) -> bool:
        return any(
            inner.name == "total"
            for asked in self._asked
            if asked.name == "sources"
            for inner in self._selections.fields("SourceReport", asked.nodes)
        )

    def _edge_list(self, key: str, paged: Page) -> Any:
        fields = self._edges[key]
        columns = [(inner.key, self._edge_column(key, inner, paged)) for inner in fields]
        edges = [{name: column[place] for name, column in columns} for place, _ in enumerate(paged.rows)]
        finished = all(type(each) is Fragment for _, column in columns for each in column)
        return Fragment(orjson.dumps(edges)) if finished else edges

    def _edge_column(self, key: str, inner: Asked, paged: Page) -> Sequence[Any]:
        match inner.name:
            case "node":
                place = self._rows[key, inner.key]
                return [place.rendering.one(row) for row in _bodies(paged, place.shape)]
            case "cursor":
                return [_finished(paged.cursor(placed)) for placed in paged.rows]
            case "score":
                return [_finished(placed.row.score) for placed in paged.rows]
            case "matchedOn":
                return [self._hits(placed.row, inner) for placed in paged.rows]
            case _:
                return [_finished(self._edge) for _ in paged.rows]

    def _hits(self, row: Row, asked: Asked) -> list[FieldHit]:
        vocabulary = self._services.vocabulary
        found = orjson.loads(row.hits) if row.hits else []
        return [
            FieldHit(
                field=hit["field"],
                lang=hit["lang"],
                snippet=hit["snippet"] or vocabulary.concepts[hit["concept"]].label(chain(None))[0],
                exact_accents=hit["exact"],
                via_concept=Concept(source=vocabulary.concepts[hit["concept"]]) if hit["concept"] else None,
            )
            for hit in found
        ]

    def _facet(self, tally: FacetTally) -> Facet:
        return Facet(
            field=tally.facet,
            complete=not tally.outages,
            values=[
                FacetValue(value=value, facet=tally.facet, count=sum(parts.values()), by_cluster=self._counts(parts))
                for value, parts in tally.values
            ],
        )

    def _counts(self, parts: Mapping[str, int]) -> list[ClusterCount]:
        return [ClusterCount(cluster=self._services.cluster(code), count=number) for code, number in parts.items()]

    def _total(self, tally: Tally) -> Total:
        relation = TotalRelation.EQ if tally.exact else TotalRelation.GTE
        return Total(value=tally.value, relation=relation, by_source=self._counts(tally.by_cluster))

    def _sources(self, paged: Page, tally: Tally | None) -> list[SourceReport]:
        return [
            SourceReport(
                cluster=self._services.cluster(code),
                status=report.status,
                returned=report.value if isinstance(report, Answer) else 0,
                total=tally.by_cluster.get(code) if tally is not None else None,
                as_of=DateTime(f"{report.as_of:%Y-%m-%dT%H:%M:%SZ}") if isinstance(report, Answer) else None,
                latency_ms=report.latency_ms if isinstance(report, Answer) or report.latency_ms else None,
                retryable=isinstance(report, Outage) and report.retryable,
            )
            for code, report in paged.sources.items()
        ]


async def _nothing() -> None:
    """What is not wanted."""


def _settled(request: ListRequest, paged: Page | None, tallies: Sequence[Tally | FacetTally]) -> list[Outage]:
    """Who failed; raises where the client wants all or nothing, or where nobody counted and no page says so."""
    answers = [*([] if paged is None else [paged]), *tallies]
    outages = list({outage.cluster: outage for each in answers for outage in each.outages}.values())
    if outages and request.fail_whole:
        raise outages[0].failure
    if outages and paged is None and all(len(each.outages) == len(request.clusters) for each in tallies):
        raise all_failed(outages)
    return outages


def _bodies(paged: Page, shape: Shape) -> list[Row]:
    bodies = paged.bodies.get(shape, {})
    return [bodies[placed.cluster, placed.row.key] for placed in paged.rows]


def _page_info(paged: Page) -> PageInfo:
    return PageInfo(
        has_next_page=paged.has_next,
        has_previous_page=paged.has_previous,
        start_cursor=paged.cursor(paged.rows[0]) if paged.rows else None,
        end_cursor=paged.cursor(paged.rows[-1]) if paged.rows else None,
    )


def _finished(value: str | int | None) -> Fragment:
    return Fragment(orjson.dumps(value))
