"""Requests of any form to be compiled, the values that fill them, and what their statements must bind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

from hypothesis import strategies as st

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Level, Visibility
from adapters.contract.languages import chain
from adapters.contract.match import Ability, Match, Sought
from adapters.contract.objects import Kind
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
from adapters.contract.shape import Shape
from adapters.kit.compiler import Compiler
from adapters.kit.folder import load
from adapters.kit.scoring import scoring
from adapters.kit.shapes import every_way, everything
from adapters.kit.statement import Statement

ADAPTERS = {city: import_module(f"adapters.{city}").ADAPTER for city in ("guadalajara", "montreal")}
LISTS = [each.name for each in CATALOGUE.values() if each.orders]
SHAPES = {of: [everything(of, 0), everything(of, 1), everything(of), every_way(of)] for of in LISTS}
CLUSTERS = ["aaa", "zzz", *(adapter.cluster.code for adapter in ADAPTERS.values())]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Request = PageRequest | FetchRequest | FacetRequest | Where


def compiler(city: str) -> Compiler:
    """One that remembers nothing yet."""
    return Compiler(load(ADAPTERS[city].folder), ADAPTERS[city].cluster)


def compiled(by: Compiler, request: Request) -> Statement:
    """By the method for this kind of request."""
    match request:
        case PageRequest():
            return by.page(request)
        case FetchRequest():
            return by.fetch(request)
        case FacetRequest():
            return by.facet(request)
        case Where():
            return by.count(request)


@st.composite
def wheres(draw: st.DrawFn) -> Where:
    """Any filters of a list, each once, and sometimes a search or a match; ``filled`` gives them their values."""
    of = draw(st.sampled_from(LISTS))
    filters = sorted(CATALOGUE[of].filters)
    names = draw(st.lists(st.sampled_from(filters), unique=True, max_size=3)) if filters else []
    search = None
    if CATALOGUE[of].concepts and draw(st.booleans()):
        terms, concepts = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        search = Search((Term("", ""),) * terms, (("", 0),) * concepts)
    match = None
    if of == "member" and search is None and draw(st.booleans()):
        match = Match("", (), (), (), (), (), (), 0, (), draw(st.none() | st.just(1)))
    view = draw(st.sampled_from(sorted(LIST_VIEWS)))
    return Where(of, tuple(Condition(name, ("",)) for name in names), search, view, match)


@st.composite
def shapes(draw: st.DrawFn, of: str) -> Shape:
    """Some picks of a shape made from the catalogue, read in some language."""
    shape = draw(st.sampled_from(SHAPES[of]))
    picks = draw(st.lists(st.sampled_from(shape.picks), min_size=1, max_size=4, unique_by=lambda pick: pick.key))
    langs = chain(draw(st.sampled_from(["en", "fr-CA"])))
    return Shape(of, tuple(replace(pick, langs=langs) if pick.langs else pick for pick in picks))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request of any of the four kinds; its values are to be filled in."""
    where = draw(wheres())
    match draw(st.sampled_from(["page", "fetch", "count", "facet"])):
        case "fetch":
            keys = ("",) * draw(st.integers(1, 3))
            return FetchRequest(keys, draw(shapes(where.object)), draw(st.sampled_from(Visibility)))
        case "facet" if CATALOGUE[where.object].facets:
            return FacetRequest(where, draw(st.sampled_from(sorted(CATALOGUE[where.object].facets))))
        case "page":
            orders = [*CATALOGUE[where.object].orders, *([RELEVANCE] if where.search else [])]
            if where.match is not None:
                orders = [MATCH]
            return PageRequest(
                where,
                Ordering(draw(st.sampled_from(orders)), draw(st.booleans())),
                draw(st.integers(1, 3)),
                draw(
                    st.none() | st.builds(Boundary, st.sampled_from([None, 0]), st.sampled_from(CLUSTERS), st.just(""))
                ),
                draw(st.booleans()),
                draw(st.none() | shapes(where.object)),
                draw(st.booleans()),
            )
        case _:
            return where


def filled(request: Request, numbers: Iterator[int]) -> Request:
    """The request with values that are all different: words by a number, numbers as they come."""
    match request:
        case FetchRequest(keys=keys):
            return replace(request, keys=tuple(f"key {next(numbers)}" for _ in keys))
        case Where(conditions=conditions, search=search, match=match):
            # One form takes any number of values.
            values = [
                Condition(each.filter, tuple(f"value {next(numbers)}" for _ in range(next(numbers) % 3 + 1)))
                for each in conditions
            ]
            if search is not None:
                search = Search(
                    tuple(Term(f"word {next(numbers)}", f"typed {next(numbers)}") for _ in search.terms),
                    tuple((f"concept {next(numbers)}", next(numbers)) for _ in search.concepts),
                )
            if match is not None:
                match = fitted(match, numbers)
            return replace(request, conditions=tuple(values), search=search, match=match)
        case FacetRequest(where=where):
            return replace(request, where=filled(where, numbers))
        case PageRequest(where=where, boundary=boundary):
            if boundary is not None:
                sort = None
                if boundary.sort is not None:
                    sort = f"sort {next(numbers)}" if sort_kind(request) is Kind.TEXT else next(numbers)
                boundary = replace(boundary, sort=sort, key=f"key {next(numbers)}")
            return replace(request, where=filled(where, numbers), boundary=boundary)


def fitted(match: Match, numbers: Iterator[int]) -> Match:
    """The match with values that are all different, and so are the points that come of them."""

    def words(what: str) -> tuple[str, ...]:
        return tuple(f"{what}{next(numbers)}" for _ in range(next(numbers) % 3 + 1))

    return Match(
        f"version {next(numbers)}",
        tuple(
            Sought(
                key,
                100_000 + next(numbers),
                Level.AWARENESS,
                False,
                tuple((word, next(numbers)) for word in words("urn:sought:")),
            )
            for key in words("requirement ")
        ),
        tuple(Ability(word, Level.EXPERT, next(numbers)) for word in words("urn:able:")),
        words("market "),
        words("mode "),
        words("language "),
        words("urn:theme:"),
        next(numbers),
        words("member "),
        None if match.each is None else next(numbers),
    )


def sort_kind(request: PageRequest) -> Kind:
    """What the request's list is ordered by."""
    if request.ordering.name == RELEVANCE:
        return Kind.INTEGER
    if request.ordering.name == MATCH:
        return Kind.TEXT
    return CATALOGUE[request.where.object].orders[request.ordering.name].kind


def pieces(request: Request) -> list[object]:
    """Every value that a placeholder may stand for, in the same order for all requests of one form."""
    match request:
        case FetchRequest(keys=keys):
            return [keys[0]] if len(keys) == 1 else [list(keys)]
        case FacetRequest(where=where):
            return pieces(where)
        case PageRequest(where=where, boundary=boundary):
            sort: object = None if boundary is None else boundary.sort
            if isinstance(sort, int) and sort_kind(request) is Kind.DATE:
                sort = date(1970, 1, 1) + timedelta(days=sort)
            elif isinstance(sort, int) and sort_kind(request) is Kind.INSTANT:
                sort = EPOCH + timedelta(microseconds=sort)
            return [*pieces(where), *([] if boundary is None else [sort, boundary.key])]
        case Where(conditions=conditions, search=search, match=match):
            found: list[object] = [list(each.values) for each in conditions]
            if search is not None:
                found += [each for term in search.terms for each in (term.word, term.typed)]
                found += [[term.word for term in search.terms], [term.typed for term in search.terms]]
                found += [[uri for uri, _ in search.concepts], [weight for _, weight in search.concepts]]
            return found if match is None else [*found, *candidates(match), *scores(match)]


def candidates(match: Match) -> list[object]:
    """What finds the members that may be listed."""
    given = scoring(match)
    return [
        *(given.places, given.weights, given.sought.concepts, *given.sought.at),
        *(given.weight, given.markets, given.languages, given.day, given.excluded),
    ]


def scores(match: Match) -> list[object]:
    """What they are scored by besides, and what their scores are told with."""
    given = scoring(match)
    return [
        *(given.version, given.prefix, given.able.concepts, *given.able.at, given.modes, given.themes),
        *(given.each, given.keys),
    ]


def needed(request: Request, cluster: str) -> list[object]:
    """Those of the pieces without which the statement could not be right."""
    boundary = getattr(request, "boundary", None)
    found = [piece for piece in pieces(request) if piece is not None and piece != []]
    if boundary is not None and boundary.cluster != cluster:
        found.remove(boundary.key)
    match = getattr(getattr(request, "where", request), "match", None)
    if match is not None:  # the scores are not for a count, and the keys of requirements for what they are made of
        besides = scores(match) if isinstance(request, Where) and match.each is None else [scoring(match).keys]
        found = [piece for piece in found if piece not in besides]
    search = getattr(getattr(request, "where", request), "search", None)
    if search is not None and search.terms:  # all words at once are for what a row was found by
        found.remove([term.word for term in search.terms])
        found.remove([term.typed for term in search.terms])
    return found


def languages(shape: Shape | None) -> Iterator[list[str]]:
    """The preferences of a shape's texts: values that belong to the form."""
    for pick in shape.picks if shape else ():
        if pick.langs:
            yield list(pick.langs)
        yield from languages(pick.shape)
