"""Request to statement: pure, one statement for each request, golden files of both in ``tests/adapters/kit/golden``.

The text of a statement is made once for each form of a request and remembered; see ``adapters/kit/forms.py``.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol, assert_never

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.cluster import Cluster
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.folder import Projections
from adapters.kit.forms import (
    FacetForm,
    FetchForm,
    Form,
    PageForm,
    Values,
    WhereForm,
    facet_form,
    fetch_form,
    page_form,
    values_of,
    where_form,
)
from adapters.kit.keyset import Keyset
from adapters.kit.predicates import Predicates
from adapters.kit.searching import Searching
from adapters.kit.shaping import Shaping
from adapters.kit.statement import Parameters, Statement, StatementKind, Template

__all__ = ["Compiler", "Templates"]

_TEMPLATES = 1000
"""Forms are few, but a client chooses them: the least used go."""


class _Counts(NamedTuple):
    """What ``functools.lru_cache`` tells of itself."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class Templates(Protocol):
    """The remembered templates."""

    def __call__(self, form: Form, /) -> Template:
        """The template of a form."""

    def cache_info(self) -> _Counts:
        """How often one was there, how often it was made, how many there may be and are."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the requests for one city's projections."""

    projections: Projections
    cluster: Cluster
    templates: Templates = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "templates", lru_cache(_TEMPLATES)(self._template))

    def page(self, request: PageRequest) -> Statement:
        """Columns: key, sort, text, broken, score, hits."""
        return self.templates(page_form(request, self.cluster.code)).bind(values_of(request.where, request.boundary))

    def fetch(self, request: FetchRequest) -> Statement:
        """Columns: key, text, broken."""
        return self.templates(fetch_form(request)).bind(Values(keys=request.keys))

    def count(self, where: Where) -> Statement:
        """Columns: count."""
        return self.templates(where_form(where)).bind(values_of(where))

    def facet(self, request: FacetRequest) -> Statement:
        """Columns: value, count."""
        return self.templates(facet_form(request)).bind(values_of(request.where))

    def _template(self, form: Form) -> Template:
        parameters = Parameters()
        match form:
            case PageForm():
                sql, kind = self._page(form, parameters), _kind(form.where, StatementKind.PAGE)
                if kind is StatementKind.PAGE and form.where.filters:
                    kind = StatementKind.FILTERED
            case FetchForm():
                sql, kind = self._fetch(form, parameters), StatementKind.KEYS
            case FacetForm():
                sql, kind = self._facet(form, parameters), _kind(form.where, StatementKind.TALLY)
            case WhereForm():
                sql, kind = self._count(form, parameters), _kind(form, StatementKind.TALLY)
            case _:
                assert_never(form)
        return Template(sql, kind, tuple(parameters.readers))

    def _page(self, form: PageForm, parameters: Parameters) -> str:
        search = form.where.search
        keyset = Keyset.of(form)
        with_, source, conditions = self._rows(form.where, "row", parameters, keyset.of_hits)
        if form.boundary is not None:
            conditions.append(keyset.behind(form.boundary, "row", parameters))
        text, broken, joins = "null", "false", ""
        if form.shape is not None:
            text, broken, joins = self._shaping.body(form.shape, "page", parameters)
        hits = "null"
        if form.hits and search is not None:
            found, hits = self._searching.found_by(form.where.object, search, "page", parameters)
            joins += found
        return (
            f"{with_}select page.key, {keyset.travelling('page')} as sort, {text}::text as text, {broken} as broken,"
            f" {'null' if search is None else 'page.score'} as score, {hits} as hits"
            f"\nfrom (select row.* from {source}{_where(conditions)}"
            f"\n  order by {keyset.order_by('row')} limit {form.limit:d}) as page{joins}"
            f"\norder by {keyset.order_by('page')}"
        )

    def _fetch(self, form: FetchForm, parameters: Parameters) -> str:
        body, broken, joins = self._shaping.body(form.shape, "row", parameters)
        if form.one:
            sought = f"= {parameters.add(lambda values: values.keys[0], 'text')}"
        else:
            sought = f"= any({parameters.add(lambda values: list(values.keys), 'text[]')})"
        return (
            f"select row.key, {body}::text as text, {broken} as broken"
            f"\nfrom ({self.projections[form.shape.object]}) as row{joins}\nwhere row.key {sought}"
        )

    def _count(self, form: WhereForm, parameters: Parameters) -> str:
        with_, source, conditions = self._rows(form, "row", parameters)
        return f"{with_}select count(*) as count from {source}{_where(conditions)}"

    def _facet(self, form: FacetForm, parameters: Parameters) -> str:
        with_, source, conditions = self._rows(form.where, "row", parameters)
        path = path_of(form.where.object, CATALOGUE[form.where.object].facets[form.facet].path)
        joins, column = self._predicates.leaf(path, "row", parameters)
        return (
            f"{with_}select {column} as value, count(distinct row.key) as count from {source}{joins}"
            f"{_where([*conditions, f'{column} is not null'])}\ngroup by {column}"
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

    def _rows(self, where: WhereForm, row: str, parameters: Parameters, order: str = "") -> tuple[str, str, list[str]]:
        """A with clause, the rows of an object as a from-item (scored in a search), and their conditions."""
        conditions = self._predicates.conditions(where, row, parameters)
        source = f"({self.projections[where.object]})"
        if where.search is None:
            return "", f"{source} as {row}", conditions
        hits = self._searching.hits(where.object, where.search, parameters)
        source = f"(select base.*, hit.place, hit.score from {source} as base join hit on hit.key = base.key)"
        return f"with hit as ({hits}{order}\n)\n", f"{source} as {row}", conditions


def _where(conditions: list[str]) -> str:
    return "\nwhere " + "\n  and ".join(conditions) if conditions else ""


def _kind(where: WhereForm, otherwise: StatementKind) -> StatementKind:
    return otherwise if where.search is None else StatementKind.SEARCH
