"""The arguments of a list, read: what is sought, filtered and ordered, and which page of it."""

import re

from strawberry.utils.str_converters import to_camel_case

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.request import RELEVANCE, Condition, Ordering, Search, Term, Where
from adapters.contract.text import content_words, words
from gateway.errors import ClientError, ErrorCode
from gateway.federation.directory import Directory
from gateway.federation.lists import ListRequest
from gateway.vocabulary import Vocabulary
from schemas.context import ListArguments

__all__ = ["list_request"]

_DEFAULT_SIZE = 20
_LARGEST_SIZE = 100
_LONGEST_SEARCH = 200
_MOST_WORDS = 12
_MOST_VALUES = 100
_DEFAULTS = {"member": Ordering("NAME")}
_LATEST = Ordering("UPDATED_AT", descending=True)
_TYPED = re.compile(r"[^\W_]+")


def list_request(
    of: str, given: ListArguments, directory: Directory, vocabulary: Vocabulary, *, hits: bool
) -> ListRequest:
    """The request for one page; BAD_INPUT and PAGE_TOO_LARGE say what is wrong with the arguments."""
    size, cursor, backward = _paging(given)
    for condition in given.conditions:
        name = f"filter.{to_camel_case(condition.filter)}"
        if len(condition.values) > _MOST_VALUES:
            raise _bad(f"`{name}` takes at most {_MOST_VALUES} values, not {len(condition.values)}.")
        for value in condition.values:
            _readable(value, name)
    search = _search(given, vocabulary)
    return ListRequest(
        where=Where(of, tuple(_widened(each, directory) for each in given.conditions), search),
        ordering=_ordering(of, given),
        size=size,
        clusters=_clusters(given, directory),
        cursor=cursor,
        backward=backward,
        hits=hits and search is not None,
        fail_whole=given.fail_whole,
    )


def _paging(given: ListArguments) -> tuple[int, str | None, bool]:
    if given.first is not None and given.last is not None:
        raise _bad("Ask for `first` or for `last`, not for both.")
    backward = given.last is not None
    if backward and given.after is not None:
        raise _bad("`after` goes with `first`; a page from the end takes `last` and `before`.")
    if not backward and given.before is not None:
        raise _bad("`before` goes with `last`; a page from the beginning takes `first` and `after`.")
    name, size = ("last", given.last) if backward else ("first", given.first)
    if size is not None and not 1 <= size <= _LARGEST_SIZE:
        raise ClientError(
            ErrorCode.PAGE_TOO_LARGE,
            f"`{name}` must be from 1 to {_LARGEST_SIZE}, not {size}. More rows come page by page, with cursors.",
        )
    return size or _DEFAULT_SIZE, given.before if backward else given.after, backward


def _clusters(given: ListArguments, directory: Directory) -> tuple[str, ...]:
    known = tuple(source.cluster.code for source in directory)
    if given.clusters is None:
        return known
    unknown = [code for code in given.clusters if code not in directory]
    if unknown:
        raise _bad(f"There is no cluster {ascii(unknown[0])[:60]}. There are: {', '.join(known)}.")
    return tuple(code for code in known if code in set(given.clusters))


def _widened(condition: Condition, directory: Directory) -> Condition:
    """A language without a region takes in its varieties in the countries of the corridor: ``fr`` finds ``fr-CA``."""
    if condition.filter != "languages":
        return condition
    countries = sorted({source.cluster.country for source in directory})
    regional = [f"{tag}-{country}" for tag in condition.values if "-" not in tag for country in countries]
    return Condition(condition.filter, tuple(dict.fromkeys((*condition.values, *regional))))


def _ordering(of: str, given: ListArguments) -> Ordering:
    if given.order is None:
        return Ordering(RELEVANCE, descending=True) if given.search else _DEFAULTS.get(of, _LATEST)
    if given.order == RELEVANCE:
        if not given.search:
            raise _bad("The order RELEVANCE needs a `search`: without one there are no points to order by.")
        return Ordering(RELEVANCE, descending=given.descending is not False)
    return Ordering(CATALOGUE[of].orders[given.order].name, descending=bool(given.descending))


def _search(given: ListArguments, vocabulary: Vocabulary) -> Search | None:
    if not given.search:
        return None
    text = _readable(given.search, "search")
    if len(text) > _LONGEST_SEARCH:
        raise _bad(f"`search` takes at most {_LONGEST_SEARCH} characters, not {len(text)}.")
    sought = content_words(text)
    if len(sought) > _MOST_WORDS:
        raise _bad(f"`search` takes at most {_MOST_WORDS} words, not {len(sought)}.")
    typed = {folded: token for token in _TYPED.findall(text.lower()) for folded in words(token)}
    concepts = {hit.uri: hit.weight for hit in reversed(vocabulary.concepts_in(text, given.lang))}
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
