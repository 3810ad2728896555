"""The arguments of a list, read: what is sought, filtered and ordered, and which page of it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.request import RELEVANCE, Condition, Ordering, Search, Term, Where
from adapters.contract.text import content_words, words
from gateway.errors import ClientError, ErrorCode
from gateway.execution.crossing import Crossing
from gateway.execution.facts import Services
from gateway.federation.directory import Directory
from gateway.federation.lists import ListRequest
from gateway.vocabulary import Vocabulary
from schemas.enums import OnSourceFailure, OrderDirection

__all__ = ["filtered", "list_request", "paging"]

_DEFAULT_SIZE = 20
_LARGEST_SIZE = 100
_LONGEST_SEARCH = 200
_MOST_WORDS = 12
_MOST_VALUES = 100
_DEFAULTS = {"member": Ordering("NAME")}
_LATEST = Ordering("UPDATED_AT", descending=True)
_TYPED = re.compile(r"[^\W_]+")


async def list_request(
    of: str, given: Mapping[str, Any], services: Services, crossing: Crossing, *, hits: bool
) -> ListRequest:
    """The request for one page of a viewer; ``given`` are the field's arguments, as graphql-core coerces them.

    BAD_INPUT and PAGE_TOO_LARGE say what is wrong with them; STORE_UNAVAILABLE as :class:`Crossing` has it.
    """
    size, cursor, backward = paging(given)
    conditions, clusters = filtered(of, given.get("filter") or {}, services.directory)
    search = _search(given.get("search"), given.get("lang"), services.vocabulary)
    return ListRequest(
        where=Where(of, conditions, search),
        ordering=_ordering(of, given.get("orderBy"), searched=search is not None),
        size=size,
        clusters=clusters,
        cursor=cursor,
        backward=backward,
        hits=hits and search is not None,
        fail_whole=given["onSourceFailure"] is OnSourceFailure.FAIL,
        sight=await crossing.sight(clusters),
    )


def filtered(of: str, given: Mapping[str, Any], directory: Directory) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """The conditions of a filter, and the clusters that it leaves."""
    conditions = tuple(_widened(each, directory) for each in _conditions(of, given))
    return conditions, _clusters(given.get("clusters"), directory)


def paging(given: Mapping[str, Any], default: int = _DEFAULT_SIZE) -> tuple[int, str | None, bool]:
    """The size of a page, its cursor, and whether it looks backward; BAD_INPUT and PAGE_TOO_LARGE."""
    first, last, after, before = (given.get(name) for name in ("first", "last", "after", "before"))
    if first is not None and last is not None:
        raise _bad("Ask for `first` or for `last`, not for both.")
    backward = last is not None
    if backward and after:
        raise _bad("`after` goes with `first`; a page from the end takes `last` and `before`.")
    if not backward and before:
        raise _bad("`before` goes with `last`; a page from the beginning takes `first` and `after`.")
    name, size = ("last", last) if backward else ("first", first)
    if size is not None and not 1 <= size <= _LARGEST_SIZE:
        raise ClientError(
            ErrorCode.PAGE_TOO_LARGE,
            f"`{name}` must be from 1 to {_LARGEST_SIZE}, not {size}. More rows come page by page, with cursors.",
        )
    return size or default, (before if backward else after) or None, backward


def _conditions(of: str, filtered: Mapping[str, Any]) -> list[Condition]:
    """The conditions of a filter, in the order of the catalogue; an empty list is a condition that nothing meets."""
    found = []
    for name, argument in _arguments(of).items() if filtered else ():
        values: Sequence[Any] | None = filtered.get(argument)
        if values is None:
            continue
        if len(values) > _MOST_VALUES:
            raise _bad(f"`filter.{argument}` takes at most {_MOST_VALUES} values, not {len(values)}.")
        found.append(Condition(name, tuple(_readable(str(value), f"filter.{argument}") for value in values)))
    return found


@cache
def _arguments(of: str) -> Mapping[str, str]:
    """The filters of an object as the schema names them, by their names in the catalogue."""
    return {name: to_camel_case(name) for name in CATALOGUE[of].filters}


def _clusters(named: Sequence[str] | None, directory: Directory) -> tuple[str, ...]:
    known = tuple(source.cluster.code for source in directory)
    if named is None:
        return known
    unknown = [code for code in named if code not in directory]
    if unknown:
        raise _bad(f"There is no cluster {ascii(unknown[0])[:60]}. There are: {', '.join(known)}.")
    return tuple(code for code in known if code in set(named))


def _widened(condition: Condition, directory: Directory) -> Condition:
    """A language without a region takes in its varieties in the countries of the corridor: ``fr`` finds ``fr-CA``."""
    if condition.filter != "languages":
        return condition
    countries = sorted({source.cluster.country for source in directory})
    regional = [f"{tag}-{country}" for tag in condition.values if "-" not in tag for country in countries]
    return Condition(condition.filter, tuple(dict.fromkeys((*condition.values, *regional))))


def _ordering(of: str, given: Mapping[str, Any] | None, *, searched: bool) -> Ordering:
    if given is None:
        return Ordering(RELEVANCE, descending=True) if searched else _DEFAULTS.get(of, _LATEST)
    name, direction = given["field"].value, given.get("direction")
    if name == RELEVANCE:
        if not searched:
            raise _bad("The order RELEVANCE needs a `search`: without one there are no points to order by.")
        return Ordering(RELEVANCE, descending=direction is not OrderDirection.ASC)
    return Ordering(CATALOGUE[of].orders[name].name, descending=direction is OrderDirection.DESC)


def _search(given: str | None, lang: str | None, vocabulary: Vocabulary) -> Search | None:
    if not given:
        return None
    text = _readable(given, "search")
    if len(text) > _LONGEST_SEARCH:
        raise _bad(f"`search` takes at most {_LONGEST_SEARCH} characters, not {len(text)}.")
    sought = content_words(text)
    if len(sought) > _MOST_WORDS:
        raise _bad(f"`search` takes at most {_MOST_WORDS} words, not {len(sought)}.")
    typed = {folded: token for token in _TYPED.findall(text.lower()) for folded in words(token)}
    concepts = {hit.uri: hit.weight for hit in reversed(vocabulary.concepts_in(text, lang or None))}
    return Search(tuple(Term(word, typed.get(word, word)) for word in sought), tuple(sorted(concepts.items())))


def _readable(text: str, where: str) -> str:
    """The text, unless it holds what no registry can store: NUL, or half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _bad(f"`{where}` holds half of a surrogate pair, which is no character.") from None
    if "\0" in text:
        raise _bad(f"`{where}` holds a NUL character, which no text may.")
    return text


def _bad(message: str) -> ClientError:
    return ClientError(ErrorCode.BAD_INPUT, message)
