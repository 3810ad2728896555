"""Requests made from the catalogue and from what a registry holds."""

import re
from collections.abc import Iterator, Sequence

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.registry import Registry
from adapters.contract.request import MATCH, Boundary, Ordering, PageRequest, Search, Term, Where
from adapters.contract.shape import Shape
from adapters.contract.text import words
from adapters.kit.memory.tables import Tables

__all__ = [
    "EVERY_ROW",
    "FACETS",
    "FILTERS",
    "LISTS",
    "ORDERINGS",
    "SEARCHED",
    "everyone",
    "page_of",
    "searches",
    "values",
    "walk",
]

LISTS: tuple[str, ...] = tuple(each.name for each in CATALOGUE.values() if each.orders)
"""The objects that have lists."""

ORDERINGS: tuple[tuple[str, Ordering], ...] = tuple(
    (of, Ordering(order, descending)) for of in LISTS for order in CATALOGUE[of].orders for descending in (False, True)
)
"""Every order of every list, both ways."""

FILTERS: tuple[tuple[str, str], ...] = tuple((of, name) for of in LISTS for name in CATALOGUE[of].filters)
FACETS: tuple[tuple[str, str], ...] = tuple((of, name) for of in LISTS for name in CATALOGUE[of].facets)

SEARCHED: tuple[str, ...] = tuple(of for of in LISTS if CATALOGUE[of].concepts)
"""The objects whose lists can be searched."""

EVERY_ROW = 1_000_000
"""A limit that no registry under test reaches."""

_TYPED = re.compile(r"[^\W_]+")
_WORDS = 10
_PHRASES = 4


def everyone(of: str, view: Visibility, ordering: Ordering | None = None, shape: Shape | None = None) -> PageRequest:
    """The whole list of an object under a view as one page, in its first order unless said otherwise."""
    return page_of(Where(of, view=view), ordering, shape)


def page_of(where: Where, ordering: Ordering | None = None, shape: Shape | None = None) -> PageRequest:
    """All rows of a filter, a search or a match as one page, with hits, in the first order unless said otherwise."""
    first = Ordering(next(iter(CATALOGUE[where.object].orders)) if where.match is None else MATCH)
    hits = where.search is not None or where.match is not None
    return PageRequest(where, ordering or first, EVERY_ROW, shape=shape, hits=hits)


async def walk(registry: Registry, where: Where, ordering: Ordering, size: int, *, backward: bool = False) -> list[Row]:
    """A list page by page, each behind the last row of the one before; ends at the first page that is not full."""
    rows: list[Row] = []
    boundary = None
    while True:
        page = await registry.page(PageRequest(where, ordering, size, boundary, backward))
        rows += page
        if len(page) < size:
            return rows
        boundary = Boundary(page[-1].sort, registry.cluster.code, page[-1].key)


def values(tables: Tables, of: str, path: tuple[str, ...], most: int) -> list[str]:
    """Up to ``most`` different values at the end of a path, spread over all that occur."""
    return _spread(sorted({value for row in tables[of] for value in tables.values(of, row, path)}), most)


def searches(tables: Tables, of: str) -> Iterator[Search]:
    """Searches for words of the registry's own texts, as typed and without accents, for phrases, concepts, and both."""
    texts = [text["text"] for text in tables[f"{of}_text"]]
    typed = sorted({word for text in texts for word in _TYPED.findall(text.lower())})
    for word in _spread(typed, _WORDS):
        yield Search(_terms(word), ())
        yield Search(tuple(Term(term.word, term.word) for term in _terms(word)), ())
    for text in _spread(sorted(texts), _PHRASES):
        yield Search(tuple(dict.fromkeys(_terms(" ".join(_TYPED.findall(text.lower())[:3])))), ())
    uris = sorted({uri for path in CATALOGUE[of].concepts for uri in values(tables, of, path, _PHRASES)})
    for place, uri in enumerate(uris):
        yield Search((), ((uri, 100), (uris[place - 1], 60)))
        yield Search(_terms(typed[place % len(typed)]), ((uri, 80),))
    yield Search((Term("qzqzqz", "qzqzqz"),), (("urn:unknown", 100),))
    yield Search((), ())


def _terms(typed: str) -> tuple[Term, ...]:
    return tuple(Term(word, part) for part in typed.split() for word in words(part))


def _spread(items: Sequence[str], most: int) -> list[str]:
    """Up to ``most`` of the items, evenly from first to last."""
    step = max(1, -(-len(items) // most))
    return [*items[::step]]
