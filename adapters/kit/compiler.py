"""Request to statement: pure, one statement for each request, golden files of both in ``tests/adapters/kit/golden``.

The text of a statement is made once for each form of a request and remembered; see ``adapters/kit/forms.py``.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol, assert_never

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.request import LIST_VIEWS, FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.columns import SUBJECT
from adapters.kit.folder import Projections, Selects
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
        """Columns: key, sort, text, broken, score, hits; and for offers and needs the subject."""
        return self.templates(page_form(request, self.cluster.code)).bind(values_of(request.where, request.boundary))

    def fetch(self, request: FetchRequest) -> Statement:
        """Columns: key, text, broken; and for offers and needs the subject."""
        return self.templates(fetch_form(request)).bind(Values(keys=request.keys))

    def count(self, where: Where) -> Statement:
        """Columns: count."""
        return self.templates(where_form(where)).bind(values_of(where))

    def facet(self, request: FacetRequest) -> Statement:
        """Columns: value, count."""
        return self.templates(facet_form(request)).bind(values_of(request.where))

    def _template(self, form: Form) -> Template:
        parameters = Parameters()
        sql, kind = _Writer(self.projections.under(_view(form)), self.cluster, parameters).statement(form)
        return Template(sql, kind, tuple(parameters.readers))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one statement over the projections of one city under one view."""

    projections: Selects
    cluster: Cluster
    parameters: Parameters

    def statement(self, form: Form) -> tuple[str, StatementKind]:
        """The text, and what it does."""
        match form:
            case PageForm():
                kind = _kind(form.where, StatementKind.PAGE)
                if kind is StatementKind.PAGE and form.where.filters:
                    kind = StatementKind.FILTERED
                return self._page(form), kind
            case FetchForm():
                return self._fetch(form), StatementKind.KEYS
            case FacetForm():
                return self._facet(form), _kind(form.where, StatementKind.TALLY)
            case WhereForm():
                return self._count(form), _kind(form, StatementKind.TALLY)
            case _:
                assert_never(form)

    def _page(self, form: PageForm) -> str:
        search = form.where.search
        keyset = Keyset.of(form)
        with_, source, conditions = self._rows(form.where, "row", keyset.of_hits)
        if form.boundary is not None:
            conditions.append(keyset.behind(form.boundary, "row", self.parameters))
        text, broken, joins = "null", "false", ""
        if form.shape is not None:
            text, broken, joins = self._shaping.body(form.shape, "page", self.parameters)
        hits = "null"
        if form.hits and search is not None:
            found, hits = self._searching.found_by(form.where.object, search, "page", self.parameters)
            joins += found
        return (
            f"{with_}select page.key, {keyset.travelling('page')} as sort, {text}::text as text, {broken} as broken,"
            f" {'null' if search is None else 'page.score'} as score, {hits} as hits"
            f"{_subject(form.where.object, 'page')}"
            f"\nfrom (select row.* from {source}{_where(conditions)}"
            f"\n  order by {keyset.order_by('row')} limit {form.limit:d}) as page{joins}"
            f"\norder by {keyset.order_by('page')}"
        )

    def _fetch(self, form: FetchForm) -> str:
        body, broken, joins = self._shaping.body(form.shape, "row", self.parameters)
        if form.one:
            sought = f"= {self.parameters.add(lambda values: values.keys[0], 'text')}"
        else:
            sought = f"= any({self.parameters.add(lambda values: list(values.keys), 'text[]')})"
        return (
            f"select row.key, {body}::text as text, {broken} as broken{_subject(form.shape.object, 'row')}"
            f"\nfrom ({self.projections[form.shape.object]}) as row{joins}\nwhere row.key {sought}"
        )

    def _count(self, form: WhereForm) -> str:
        with_, source, conditions = self._rows(form, "row")
        return f"{with_}select count(*) as count from {source}{_where(conditions)}"

    def _facet(self, form: FacetForm) -> str:
        with_, source, conditions = self._rows(form.where, "row")
        path = path_of(form.where.object, CATALOGUE[form.where.object].facets[form.facet].path)
        joins, column = self._predicates.leaf(path, "row", self.parameters)
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

    def _rows(self, where: WhereForm, row: str, order: str = "") -> tuple[str, str, list[str]]:
        """A with clause, the rows of an object as a from-item (scored in a search), and their conditions."""
        conditions = self._predicates.conditions(where, row, self.parameters)
        source = f"({self.projections[where.object]})"
        if where.search is None:
            return "", f"{source} as {row}", conditions
        hits = self._searching.hits(where.object, where.search, self.parameters)
        source = f"(select base.*, hit.place, hit.score from {source} as base join hit on hit.key = base.key)"
        return f"with hit as ({hits}{order}\n)\n", f"{source} as {row}", conditions


def _where(conditions: list[str]) -> str:
    return "\nwhere " + "\n  and ".join(conditions) if conditions else ""


def _kind(where: WhereForm, otherwise: StatementKind) -> StatementKind:
    return otherwise if where.search is None else StatementKind.SEARCH


def _view(form: Form) -> Visibility:
    match form:
        case FetchForm():
            return form.view
        case PageForm() | FacetForm():
            return _view(form.where)
        case WhereForm():
            if form.view not in LIST_VIEWS:
                raise ValueError(f"under {form.view} rows can be fetched by key, not listed or counted")
            return form.view
        case _:
            assert_never(form)


def _subject(of: str, row: str) -> str:
    """The column of the member that a row tells of, unless it is the row itself."""
    column = SUBJECT.get(of, "key")
    return "" if column == "key" else f", {row}.{column} as subject"
