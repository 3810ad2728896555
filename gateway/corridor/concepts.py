"""The vocabulary as consortia ask it: which concepts there are, and what is part of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.vocabulary.concepts import Concept

__all__ = ["Concepts"]


@dataclass(frozen=True, slots=True)
class Concepts:
    """The concepts by URI. What is part of one is worked out once."""

    known: Mapping[str, Concept]
    _within: dict[str, frozenset[str]] = field(default_factory=dict)

    def knows(self, uri: str) -> bool:
        """Whether the vocabulary holds a concept."""
        return uri in self.known

    def within(self, uri: str) -> frozenset[str]:
        """The concept and all that are narrower, at any depth; of one that the vocabulary does not hold, it alone."""
        found = self._within.get(uri)
        if found is None:
            reached, ahead = {uri}, [uri]
            while ahead:
                concept = self.known.get(ahead.pop())
                fresh = set(concept.narrower if concept else ()) - reached
                reached |= fresh
                ahead.extend(fresh)
            found = self._within[uri] = frozenset(reached)
        return found
