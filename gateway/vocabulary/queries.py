"""From a search text to concepts: how a search crosses languages.

The words of the query are compared with every label and synonym in all three
languages, whatever the asker's. Words agree when their folded stems do, by the
language of the label; word breaks inside a label do not count (``cybersecurity``
is ``cyber security``), and proper names are not stemmed. Search terms, this project's
own words for a concept, are met as a whole as synonyms are, but are never shown.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from adapters.contract.languages import LANGUAGES, chain
from adapters.contract.text import STOP_WORDS, words
from gateway.vocabulary.concepts import Concept
from gateway.vocabulary.stems import NAMES, Stems
from gateway.vocabulary.tables import rows

__all__ = ["ConceptHit", "Queries", "load_queries"]

NAMED, NARROWER, WITHIN = 100, 70, 60
"""The weights: the query names the concept, or one broader than it, or is part of its label."""

_MOST_WITHIN = 12
_MOST_WORDS = 16
_MOST_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class ConceptHit:
    """A concept that a query is about."""

    uri: str
    weight: int
    """0 to 100: 100 named by the query, 70 narrower than a named one, 60 the query is part of its label."""
    label: str
    """The label or synonym that the query met, for a search term the preferred label in the language of the term;
    of a narrower concept, that of the one named."""
    lang: str
    """The language of ``label``."""


@dataclass(frozen=True, slots=True)
class _Label:
    """A label, synonym or search term, its stems as ``" stem stem "``; no language for names, which belong to all."""

    uri: str
    text: str
    """What to show."""
    lang: str
    preferred: bool
    stems: str


@dataclass(frozen=True, slots=True)
class Queries:
    """The labels of a vocabulary, ready to be met. Not for use from several threads at once: stemmers keep state."""

    concepts: Mapping[str, Concept]
    stems: Stems
    terms: tuple[tuple[str, ...], ...]
    """The search terms as (URI, language, term): no labels of ESCO's, so that they are met as a whole only."""
    labels: Mapping[str, list[_Label]] = field(init=False, default_factory=lambda: defaultdict(list))
    """By the language of their stems."""
    whole: Mapping[tuple[str, str], list[_Label]] = field(init=False, default_factory=lambda: defaultdict(list))
    """By the language and the stems without blanks."""

    def __post_init__(self) -> None:
        """Index the labels."""
        for concept in self.concepts.values():
            for lang, label in self._labels(concept):
                self.labels[lang].append(label)
                self._add_whole(lang, label)
        for uri, lang, term in self.terms:
            for _, label in self._label(uri, term, lang, preferred=False):
                self._add_whole(lang, replace(label, text=self.concepts[uri].labels[lang]))

    def _add_whole(self, lang: str, label: _Label) -> None:
        self.whole[lang, label.stems.replace(" ", "")].append(label)

    def concepts_in(self, text: str, lang: str | None = None) -> tuple[ConceptHit, ...]:
        """The concepts of a search text, best first; then shorter labels, then by URI. Any text is fit.

        ``lang`` is the asker's language: it chooses which of several equal labels is shown, never what
        is found. The first 16 words count. Raises ValueError when ``lang`` is no language tag.
        """
        languages = chain(lang)
        query = [word for word in words(text[:_MOST_CHARACTERS])[:_MOST_WORDS] if word not in STOP_WORDS]
        if not query:
            return ()
        stemmed = {lang: [self.stems.of(lang, word) for word in query] for lang in (*LANGUAGES, NAMES)}
        hits: dict[str, ConceptHit] = {}
        for label in sorted(self._named(stemmed), key=lambda label: (_rank(label, languages), label.uri)):
            hits.setdefault(label.uri, self._hit(label, NAMED, languages))
        for hit in tuple(hits.values()):
            for uri in self._below(hit.uri):
                hits.setdefault(uri, ConceptHit(uri, NARROWER, hit.label, hit.lang))
        for label in self._within(stemmed, languages, hits):
            hits[label.uri] = self._hit(label, WITHIN, languages)
        return tuple(sorted(hits.values(), key=lambda hit: (-hit.weight, len(hit.label), hit.uri)))

    def _labels(self, concept: Concept) -> Iterator[tuple[str, _Label]]:
        """The labels of a concept with the language of their stems; a name once for all languages."""
        if concept.is_name():
            yield from self._label(concept.uri, concept.labels[LANGUAGES[0]], NAMES, preferred=True)
        for lang in LANGUAGES:
            if not concept.is_name():
                yield from self._label(concept.uri, concept.labels[lang], lang, preferred=True)
            for synonym in concept.synonyms[lang]:
                yield from self._label(concept.uri, synonym, lang, preferred=False)

    def _label(self, uri: str, text: str, lang: str, *, preferred: bool) -> Iterator[tuple[str, _Label]]:
        stems = [self.stems.of(lang, word) for word in words(text) if word not in STOP_WORDS]
        if stems:
            yield lang, _Label(uri, text, lang, preferred, f" {' '.join(stems)} ")

    def _named(self, stemmed: Mapping[str, list[str]]) -> list[_Label]:
        """The labels and search terms that are a whole run of the query: the longest runs only.

        A run that is a preferred label says no other concept, though it be among the synonyms of one.
        """
        length = len(stemmed[NAMES])
        met: dict[tuple[int, int], list[_Label]] = {}
        for size in range(length, 0, -1):
            for start in range(length - size + 1):
                end = start + size
                if any(first <= start and end <= last for first, last in met):
                    continue
                if size == 1 and self._is_initial(stemmed[NAMES], start):
                    continue
                runs = [(lang, "".join(stems[start:end])) for lang, stems in stemmed.items()]
                found = [label for run in runs for label in self.whole.get(run, ())]
                if found:
                    preferred = {label.uri for label in found if label.preferred}
                    met[start, end] = [label for label in found if not preferred or label.uri in preferred]
        return [label for found in met.values() for label in found]

    @staticmethod
    def _is_initial(query: list[str], at: int) -> bool:
        """Whether a word is one of several initials: the R of "R&D" is no programming language."""
        around = query[max(at - 1, 0) : at + 2]
        return len(query[at]) == 1 and sum(len(word) == 1 for word in around) > 1

    def _within(
        self, stemmed: Mapping[str, list[str]], languages: tuple[str, ...], hits: Mapping[str, ConceptHit]
    ) -> list[_Label]:
        """The shortest labels that contain the whole query, one a concept, without the concepts already hit."""
        found: dict[str, _Label] = {}
        for lang, stems in stemmed.items():
            query = f" {' '.join(stems)} "
            for label in self.labels.get(lang, ()):
                if query in label.stems and label.uri not in hits:
                    known = found.setdefault(label.uri, label)
                    found[label.uri] = min(known, label, key=lambda label: (len(label.text), _rank(label, languages)))
        return sorted(found.values(), key=lambda label: (len(label.text), label.uri))[:_MOST_WITHIN]

    def _below(self, uri: str) -> Iterator[str]:
        """Every narrower concept, direct and transitive."""
        for narrower in self.concepts[uri].narrower:
            yield narrower
            yield from self._below(narrower)

    def _hit(self, label: _Label, weight: int, languages: tuple[str, ...]) -> ConceptHit:
        text, lang = (label.text, label.lang) if label.lang else self.concepts[label.uri].label(languages)
        return ConceptHit(label.uri, weight, text, lang)


def _rank(label: _Label, languages: tuple[str, ...]) -> tuple[int, bool, str]:
    """Which of several labels to show: the asker's language first, a preferred label first."""
    return languages.index(label.lang) if label.lang else 0, not label.preferred, label.text


def load_queries(concepts: Mapping[str, Concept]) -> Queries:
    """The concepts' labels and search terms, stemmed."""
    return Queries(concepts, Stems(), tuple(rows("search_terms")))
