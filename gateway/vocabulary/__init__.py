"""The trilingual vocabulary shipped with the gateway: ESCO concepts and NAICS/SCIAN industries.

It words the codes that registries return and turns a search text into concepts,
so that a search crosses languages. Pure: no GraphQL, no HTTP, no SQL. Loaded
once, when the gateway starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Self

from gateway.vocabulary.concepts import Concept, load_concepts
from gateway.vocabulary.industries import Industries, Industry, load_industries
from gateway.vocabulary.queries import ConceptHit, Queries, load_queries

__all__ = ["Vocabulary"]

_SEARCHES = 1000
"""How many search texts are remembered with the concepts they name: finding them costs some milliseconds."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that the gateway knows of words."""

    concepts: Mapping[str, Concept]
    """The concepts by URI."""
    industries: Industries
    queries: Queries
    _remembered: Callable[[str, str | None], tuple[ConceptHit, ...]]

    @classmethod
    @cache
    def load(cls) -> Self:
        """What the package's data files hold; they are read once."""
        concepts = load_concepts()
        queries = load_queries(concepts)
        remembered = lru_cache(_SEARCHES)(queries.concepts_in)
        return cls(concepts=concepts, industries=load_industries(), queries=queries, _remembered=remembered)

    def industry(self, system: str, version: str, code: str) -> Industry:
        """The industry of a code; one the vocabulary does not know has no label but its code."""
        return self.industries.find(system, version, code)

    def concepts_in(self, text: str, lang: str | None = None) -> tuple[ConceptHit, ...]:
        """The concepts a search text names, in whatever language; see ``Queries.concepts_in``."""
        return self._remembered(text, lang)
