"""The ESCO concepts: what a member can do, offer or need, in three languages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from adapters.contract.languages import LANGUAGES, choose
from gateway.vocabulary.tables import rows

__all__ = ["Concept", "load_concepts"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One ESCO skill or knowledge concept."""

    uri: str
    kind: str
    """``knowledge`` or ``skill/competence``."""
    labels: Mapping[str, str]
    """The preferred label by language: en, fr and es are always there."""
    synonyms: Mapping[str, tuple[str, ...]]
    """ESCO's alternative labels by language; English has few."""
    description: str
    """In English only."""
    broader: tuple[str, ...]
    """URIs of the direct broader concepts: derived from ESCO's texts, not given by ESCO (data/PROVENANCE.txt)."""
    narrower: tuple[str, ...]
    """URIs of the direct narrower concepts."""

    scheme: ClassVar[str] = "ESCO"
    scheme_version: ClassVar[str] = "1.0"

    def label(self, languages: tuple[str, ...]) -> tuple[str, str]:
        """The preferred label for a chain of languages, and the language it is in."""
        return choose(self.labels, languages) or (self.uri, "zxx")

    def is_name(self) -> bool:
        """Whether the label is a proper name, the same in every language, such as ``Python``."""
        return len(set(self.labels.values())) == 1


def load_concepts() -> Mapping[str, Concept]:
    """The concepts by URI, in the order of their URIs."""
    broader: dict[str, list[str]] = defaultdict(list)
    narrower: dict[str, list[str]] = defaultdict(list)
    for child, parent, _ in rows("hierarchy"):
        broader[child].append(parent)
        narrower[parent].append(child)
    concepts = {}
    for uri, kind, *texts, description in rows("concepts"):
        labels, synonyms = texts[: len(LANGUAGES)], texts[len(LANGUAGES) :]
        listed = {lang: filter(None, text.split("|")) for lang, text in zip(LANGUAGES, synonyms, strict=True)}
        concepts[uri] = Concept(
            uri=uri,
            kind=kind,
            labels=MappingProxyType(dict(zip(LANGUAGES, labels, strict=True))),
            synonyms=MappingProxyType({lang: tuple(texts) for lang, texts in listed.items()}),
            description=description,
            broader=tuple(broader[uri]),
            narrower=tuple(narrower[uri]),
        )
    return MappingProxyType(concepts)
