"""Request to statement: pure, one statement for each request, golden files of both in ``tests/adapters/kit/golden``.

The text of a statement is made once for each form of a request and remembered; see ``adapters/kit/forms.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol, assert_never

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.request import LIST_VIEWS, FacetRequest, FetchRequest, PageRequest, Where
from adapters.contract.shape import Shape
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
from adapters.kit.matching import SCORED, Matching
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
        return self.templates(fetch_form(request)).bind(Values(keys=request.keys, own=request.own))

    def count(self, where: Where) -> Statement:
        """Columns: count."""
        return self.templates(where_form(where)).bind(values_of(where))

    def facet(self, request: FacetRequest) -> Statement:
        """Columns: value, count."""
        return self.templates(facet_form(request)).bind(values_of(request.where))

    def _template(self, form: Form) -> Template:
        parameters = Parameters()
        view = _view(form)
        sql, kind = self._writer(view, parameters).statement(form)
        if isinstance(form, FetchForm) and form.own:
            sql += f"\nunion all\n{self._writer(Visibility.PRIVATE, parameters).own(form.shape)}"
        return Template(sql, kind, tuple(parameters.readers))

    def _writer(self, view: Visibility, parameters: Parameters) -> "_Writer":
        return _Writer(self.projections.under(view), self.cluster, view, parameters)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one statement over the projections of one city under one view."""

    projections: Selects
    cluster: Cluster
    view: Visibility
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
        rows = (
            f"select row.* from {source}{_where(conditions)}\n  order by {keyset.order_by('row')} limit {form.limit:d}"
        )
        hits = "null"
        if form.where.match is not None:
            rows = self._matching.members(rows)
            if form.hits:
                found, hits = self._matching.parts("page", self.parameters)
                joins += found
        elif form.hits and search is not None:
            found, hits = self._searching.found_by(form.where.object, search, "page", self.parameters)
            joins += found
        score = "null" if search is None and form.where.match is None else "page.score"
        return (
            f"{with_}select page.key, {keyset.travelling('page')} as sort, {text}::text as text, {broken} as broken,"
            f" {score} as score, {hits} as hits{_subject(form.where.object, 'page')}"
            f"\nfrom ({rows}) as page{joins}\norder by {keyset.order_by('page')}"
        )

    def own(self, shape: Shape) -> str:
        """The row of the viewer itself, in a statement of other rows."""
        return self._by_key(shape, lambda: f"= {self.parameters.add(lambda values: values.own, 'text')}")

    def _fetch(self, form: FetchForm) -> str:
        def sought() -> str:
            if form.one:
                return f"= {self.parameters.add(lambda values: values.keys[0], 'text')}"
            return f"= any({self.parameters.add(lambda values: list(values.keys), 'text[]')})"

        return self._by_key(form.shape, sought)

    def _by_key(self, shape: Shape, sought: Callable[[], str]) -> str:
        body, broken, joins = self._shaping.body(shape, "row", self.parameters)
        return (
            f"select row.key, {body}::text as text, {broken} as broken{_subject(shape.object, 'row')}"
            f"\nfrom ({self.projections[shape.object]}) as row{joins}\nwhere row.key {sought()}"
        )

    def _count(self, form: WhereForm) -> str:
        if form.match is not None:
            with_, listed = self._matching.counted(form, form.match, self.parameters)
            return f"{with_}select count(*) as count from {listed}"
        with_, source, conditions = self._rows(form, "row")
        return f"{with_}select count(*) as count from {source}{_where(conditions)}"

    def _facet(self, form: FacetForm) -> str:
        with_, source, conditions = self._rows(form.where, "row")
        path = path_of(form.where.object, CATALOGUE[form.where.object].facets[form.facet].path)
        joins, column = self._predicates.leaf(path, "row", self.parameters)
        if form.where.match is not None:
            source = f"({self._matching.members(f'select row.* from {source}')}) as row"
        return (
            f"{with_}select {column} as value, count(distinct row.key) as count from {source}{joins}"
            f"{_where([*conditions, f'{column} is not null'])}\ngroup by {column}"
        )

    @property
    def _shaping(self) -> Shaping:
        return Shaping(self.projections, self.cluster, self.view)

    @property
    def _predicates(self) -> Predicates:
        return Predicates(self.projections, self._shaping)

    @property
    def _searching(self) -> Searching:
        return Searching(self._predicates)

    @property
    def _matching(self) -> Matching:
        return Matching(self._predicates, self.cluster)

    def _rows(self, where: WhereForm, row: str, order: str = "") -> tuple[str, str, list[str]]:
        """A with clause, the rows as a from-item (scored in a search, in a match no more than that), and conditions."""
        if where.match is not None:
            return self._matching.scored(where, where.match, self.parameters), f"{SCORED} as {row}", []
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
    if where.match is not None:
        return StatementKind.MATCH
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
            if not CATALOGUE[form.object].orders:
                raise ValueError(f"there are no lists of {form.object}")
            return form.view
        case _:
            assert_never(form)


def _subject(of: str, row: str) -> str:
    """The column of the member that a row tells of, unless it is the row itself."""
    column = SUBJECT.get(of, "key")
    return "" if column == "key" else f", {row}.{column} as subject"
