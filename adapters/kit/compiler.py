"""Request to statement: pure, one statement for each request, golden files of both in ``tests/adapters/kit/golden``."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.cluster import Cluster
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.folder import Projections
from adapters.kit.keyset import Keyset
from adapters.kit.predicates import Predicates
from adapters.kit.searching import Searching
from adapters.kit.shaping import Shaping
from adapters.kit.statement import Parameters, Statement

__all__ = ["Compiler"]


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the requests for one city's projections."""

    projections: Projections
    cluster: Cluster

    def page(self, request: PageRequest) -> Statement:
        """Columns: key, sort, text, broken, score, hits."""
        parameters, search = Parameters(), request.where.search
        shaping = self._shaping
        keyset = Keyset.of(request)
        with_, source, conditions = self._rows(request.where, "row", parameters)
        if request.boundary is not None:
            conditions.append(keyset.behind(request.boundary, self.cluster.code, "row", parameters))
        text, broken, joins = "null", "false", ""
        if request.shape is not None:
            text, broken, joins = shaping.body(request.shape, "page", parameters)
        hits = "null"
        if request.hits and search is not None:
            found, hits = self._searching.found_by(request.where.object, search, "page", parameters)
            joins += found
        return Statement(
            f"{with_}select page.key, {keyset.travelling('page')} as sort, {text}::text as text, {broken} as broken,"
            f" {'null' if search is None else 'page.score'} as score, {hits} as hits"
            f"\nfrom (select row.* from {source}{_where(conditions)}"
            f"\n  order by {keyset.order_by('row')} limit {request.limit:d}) as page{joins}"
            f"\norder by {keyset.order_by('page')}",
            tuple(parameters.values),
        )

    def fetch(self, request: FetchRequest) -> Statement:
        """Columns: key, text, broken."""
        parameters = Parameters()
        body, broken, joins = self._shaping.body(request.shape, "row", parameters)
        if len(request.keys) == 1:
            sought = f"= {parameters.add(request.keys[0], 'text')}"
        else:
            sought = f"= any({parameters.add(list(request.keys), 'text[]')})"
        return Statement(
            f"select row.key, {body}::text as text, {broken} as broken"
            f"\nfrom ({self.projections[request.shape.object]}) as row{joins}\nwhere row.key {sought}",
            tuple(parameters.values),
        )

    def count(self, where: Where) -> Statement:
        """Columns: count."""
        parameters = Parameters()
        with_, source, conditions = self._rows(where, "row", parameters)
        return Statement(f"{with_}select count(*) as count from {source}{_where(conditions)}", tuple(parameters.values))

    def facet(self, request: FacetRequest) -> Statement:
        """Columns: value, count."""
        parameters = Parameters()
        with_, source, conditions = self._rows(request.where, "row", parameters)
        path = path_of(request.where.object, CATALOGUE[request.where.object].facets[request.facet].path)
        joins, column = self._predicates.leaf(path, "row", parameters)
        return Statement(
            f"{with_}select {column} as value, count(distinct row.key) as count from {source}{joins}"
            f"{_where([*conditions, f'{column} is not null'])}\ngroup by {column}",
            tuple(parameters.values),
        )

    @property
    def _shaping(self) -> Shaping:
        return Shaping(self.projections, self.cluster)

    @property
    def _predicates(self) -> Predicates:
        return Predicates(self.projections, self._shaping)

    @property
    def _searching(self) -> Searching:
        return Searching(self._predicates)

    def _rows(self, where: Where, row: str, parameters: Parameters) -> tuple[str, str, list[str]]:
        """A with clause, the rows of an object as a from-item (with their score in a search), and their conditions."""
        conditions = self._predicates.conditions(where, row, parameters)
        source = f"({self.projections[where.object]})"
        if where.search is None:
            return "", f"{source} as {row}", conditions
        hits = self._searching.hits(where.object, where.search, parameters)
        source = f"(select base.*, hit.score from {source} as base join hit on hit.key = base.key)"
        return f"with hit as ({hits}\n)\n", f"{source} as {row}", conditions


def _where(conditions: list[str]) -> str:
    return "\nwhere " + "\n  and ".join(conditions) if conditions else ""
