"""What a search finds, and why: words in texts, stemmed by language, and concepts."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from adapters.contract.catalogue import CATALOGUE, CONCEPT_POINTS
from adapters.contract.request import Search
from adapters.contract.text import fold, words
from adapters.kit.memory.stems import ALGORITHMS, Stem
from adapters.kit.memory.tables import Record, Tables

__all__ = ["Searcher"]

_Hit = tuple[str, str | None, str | None, bool, str | None]  # field, lang, snippet, exact, concept
_WORDS = 1000
"""How many words are remembered with their stems: each is looked for in every row."""
_SNIPPET = 160
_BEFORE = 40


class Searcher:
    """Searches the rows of one object."""

    def __init__(self, tables: Tables, of: str, stem: Stem) -> None:
        """Stem the object's texts."""
        self._tables = tables
        self._stem = stem
        self._lexemes = lru_cache(_WORDS)(self._looked_for)
        self._object = CATALOGUE[of]
        self._documents: dict[str, list[tuple[Record, frozenset[str]]]] = {}
        for text in tables[f"{of}_text"] if self._object.texts else ():
            if self._points(text):
                self._documents.setdefault(text[f"{of}_key"], []).append((text, self._document(text)))

    def score(self, search: Search, row: Record) -> int | None:
        """The points of a row: the best of each word and of the concepts.

        None where neither all words nor a concept are found.
        """
        documents = self._documents.get(row["key"], [])
        points = [
            max(
                (self._points(text, term.typed) for text, document in documents if document & self._lexemes(term.word)),
                default=0,
            )
            for term in search.terms
        ]
        weights = dict(search.concepts)
        concept = max((weights[uri] for _, uri in self._met(row, weights)), default=0)
        if not concept and (not points or 0 in points):
            return None
        return sum(points) + concept * CONCEPT_POINTS

    def hits(self, search: Search, row: Record) -> str:
        """The JSON list of what a row was found by, each text and concept once, in an order that does not change."""
        found: set[_Hit] = set()
        for text, document in self._documents.get(row["key"], []):
            if any(document & self._lexemes(term.word) for term in search.terms):
                exact = any(term.typed in text["text"].lower() for term in search.terms)
                found.add((text["field"], text["lang"], _snippet(text["text"], search), exact, None))
        for path, uri in self._met(row, dict(search.concepts)):
            found.add((path[0].upper(), None, None, False, uri))
        listed = [
            dict(zip(("field", "lang", "snippet", "exact", "concept"), hit, strict=True))
            for hit in sorted(found, key=_nulls_last)
        ]
        return json.dumps(listed, ensure_ascii=False)

    def _points(self, text: Record, typed: str | None = None) -> int:
        """What a word in this text is worth, more where it stands as it was typed."""
        kind = self._object.texts.get(text["field"])
        if kind is None:
            return 0
        return kind.points + (kind.exact if typed is not None and typed in text["text"].lower() else 0)

    def _met(self, row: Record, weights: Mapping[str, int]) -> Iterator[tuple[tuple[str, ...], str]]:
        for path in self._object.concepts:
            for uri in self._tables.values(self._object.name, row, path):
                if uri in weights:
                    yield path, uri

    def _document(self, text: Record) -> frozenset[str]:
        """What a text can be found by: its words, as stems where its language is one of the corridor's."""
        lang = (text["lang"] or "").partition("-")[0]
        return frozenset(self._stem(lang if lang in ALGORITHMS else "", word) for word in words(text["text"])) - {""}

    def _looked_for(self, word: str) -> frozenset[str]:
        """What a word looks for: itself, or its stem in any language."""
        return frozenset(self._stem(lang, word) for lang in ("", *ALGORITHMS))


def _snippet(text: str, search: Search) -> str:
    """Some 160 characters around the first word that stands in the text as folded, cut between words."""
    folded = fold(text)
    first = min((place for term in search.terms if (place := folded.find(term.word)) >= 0), default=0)
    start = max(first - _BEFORE, 0)
    snippet = text[start : start + _SNIPPET]
    if start:
        snippet = re.sub(r"\A[^ ]+ ", "… ", snippet)
    return re.sub(r" [^ ]*\Z", " …", snippet) if start + _SNIPPET < len(text) else snippet


def _nulls_last(hit: _Hit) -> list[tuple[bool, str]]:
    field, lang, snippet, _, concept = hit
    return [(value is None, value or "") for value in (field, lang, concept, snippet)]
