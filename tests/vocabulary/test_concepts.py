"""The ESCO concepts and the hierarchy derived from their texts."""

import csv
import io
from collections import Counter
from importlib import resources

import pytest
import snowballstemmer

from adapters.contract.languages import LANGUAGES, chain
from adapters.contract.text import words
from gateway.vocabulary import Vocabulary
from gateway.vocabulary.concepts import Concept
from gateway.vocabulary.queries import Queries

DATA = resources.files("gateway.vocabulary").joinpath("data")


def named(vocabulary: Vocabulary, label: str) -> Concept:
    (concept,) = (concept for concept in vocabulary.concepts.values() if concept.labels["en"] == label)
    return concept


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(DATA.joinpath(f"{name}.csv").read_text(encoding="utf-8"), newline="")))


def test_all_the_concepts_are_there(vocabulary: Vocabulary) -> None:
    assert Counter(concept.kind for concept in vocabulary.concepts.values()) == {
        "knowledge": 257,
        "skill/competence": 279,
    }
    assert all(uri == concept.uri for uri, concept in vocabulary.concepts.items())
    assert all(uri.startswith("http://data.europa.eu/esco/skill/") for uri in vocabulary.concepts)
    assert (Concept.scheme, Concept.scheme_version) == ("ESCO", "1.0")


def test_every_concept_has_a_tidy_label_in_each_language(vocabulary: Vocabulary) -> None:
    for concept in vocabulary.concepts.values():
        assert tuple(concept.labels) == LANGUAGES
        texts = [*concept.labels.values(), *(text for texts in concept.synonyms.values() for text in texts)]
        assert [text for text in texts if not text or text != " ".join(text.split())] == []
        assert concept.description


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", ("base de données", "fr")),
        ("fr-CA", ("base de données", "fr")),
        ("es-MX", ("base de datos", "es")),
        ("en", ("database", "en")),
        ("nah", ("database", "en")),
        (None, ("database", "en")),
    ],
)
def test_a_label_says_which_language_it_is_in(
    vocabulary: Vocabulary, lang: str | None, expected: tuple[str, str]
) -> None:
    assert named(vocabulary, "database").label(chain(lang)) == expected


@pytest.mark.parametrize("lang", ["en", "fr", "es", "fr-CA", "es-MX", "pt-BR", None])
def test_every_label_resolves_in_every_chain(vocabulary: Vocabulary, lang: str | None) -> None:
    languages = chain(lang)
    for concept in vocabulary.concepts.values():
        text, actual = concept.label(languages)
        assert concept.labels[actual] == text
        assert actual == next(lang for lang in languages if lang in LANGUAGES)


def test_synonyms_are_in_their_language(vocabulary: Vocabulary) -> None:
    assert "SGBD" in named(vocabulary, "database management systems").synonyms["fr"]
    assert "tecnologías de cloud" in named(vocabulary, "cloud technologies").synonyms["es"]
    assert named(vocabulary, "cloud technologies").synonyms["en"] == ()


def test_the_errors_of_the_source_are_corrected(vocabulary: Vocabulary) -> None:
    assert not [
        text for text in named(vocabulary, "principles of artificial intelligence").synonyms["fr"] if "IdO" in text
    ]


def test_the_hierarchy_joins_known_concepts_both_ways(vocabulary: Vocabulary) -> None:
    concepts = vocabulary.concepts
    up = {(uri, broader) for uri, concept in concepts.items() for broader in concept.broader}
    down = {(narrower, uri) for uri, concept in concepts.items() for narrower in concept.narrower}
    assert up == down
    assert {uri for pair in up for uri in pair} <= set(concepts)
    assert len(up) == len(table("hierarchy")) == 136


def test_the_hierarchy_has_no_cycle_and_no_pair_that_others_imply(vocabulary: Vocabulary) -> None:
    def above(uri: str, path: tuple[str, ...]) -> set[str]:
        assert uri not in path
        return {up for broader in vocabulary.concepts[uri].broader for up in {broader, *above(broader, (*path, uri))}}

    for concept in vocabulary.concepts.values():
        further = {up for broader in concept.broader for up in above(broader, (concept.uri,))}
        assert not further & set(concept.broader)


def test_every_pair_names_a_rule() -> None:
    rules = Counter(row["basis"].partition(":")[0] for row in table("hierarchy"))
    assert rules == {"description": 106, "label": 26, "example": 4}


@pytest.mark.parametrize(
    ("narrower", "broader"),
    [
        ("Python", {"computer programming"}),
        ("Common Lisp", {"Lisp"}),
        ("PHP", {"computer programming", "web programming"}),
        ("PostgreSQL", {"database management systems"}),
        ("SPARQL", {"resource description framework query language"}),
        ("manage donor database", {"manage database"}),
        ("Microsoft Visual C++", {"integrated development environment software"}),
        # Not narrower, though the words would have it: a product's name, a preposition, a derivation.
        ("standards for web-based e-learning", set()),
        ("teach computer science", set()),
        ("use shorthand computer program", set()),
    ],
)
def test_the_hierarchy_says_what_it_should(vocabulary: Vocabulary, narrower: str, broader: set[str]) -> None:
    assert {vocabulary.concepts[uri].labels["en"] for uri in named(vocabulary, narrower).broader} == broader


def test_the_stems_are_those_of_the_stemmer_in_use() -> None:
    stemmers = {
        lang: snowballstemmer.stemmer(name) for lang, name in (("en", "english"), ("fr", "french"), ("es", "spanish"))
    }
    stale = [row for row in table("stems") if stemmers[row["lang"]].stemWord(row["word"]) != row["stem"]]
    assert stale == [], "run scripts/build_vocabulary.py again"


def test_the_stems_cover_every_label_so_that_loading_stems_nothing(vocabulary: Vocabulary) -> None:
    known = {(row["lang"], row["word"]) for row in table("stems")}
    for concept in vocabulary.concepts.values():
        for lang in LANGUAGES:
            for text in (concept.labels[lang], *concept.synonyms[lang]):
                assert {(lang, word) for word in words(text)} <= known
    for row in table("search_terms"):
        assert {(row["lang"], word) for word in words(row["term"])} <= known


def test_every_search_term_finds_its_concept_and_esco_alone_would_not(vocabulary: Vocabulary) -> None:
    esco = Queries(vocabulary.concepts, vocabulary.queries.stems, ())

    def found(queries: Queries, row: dict[str, str]) -> set[str]:
        return {hit.uri for hit in queries.concepts_in(row["term"], row["lang"]) if hit.weight == 100}

    terms = table("search_terms")
    assert [row for row in terms if row["uri"] not in found(vocabulary.queries, row)] == []
    assert [row for row in terms if row["uri"] in found(esco, row)] == []


def test_the_search_terms_are_tidy_and_no_synonyms(vocabulary: Vocabulary) -> None:
    terms = table("search_terms")
    assert len(terms) == len({tuple(row.values()) for row in terms})
    assert terms == sorted(terms, key=lambda row: (row["uri"], LANGUAGES.index(row["lang"])))
    for row in terms:
        assert row["term"] == " ".join(row["term"].split())
        assert row["term"] not in vocabulary.concepts[row["uri"]].synonyms[row["lang"]]


def test_the_data_carries_its_attributions() -> None:
    provenance = " ".join(DATA.joinpath("PROVENANCE.txt").read_text(encoding="utf-8").split())
    for line in (
        "This service uses the ESCO classification of the European Commission.",
        "Adapted from Statistics Canada, NAICS Canada 2017 Version 1.0.",
        "This does not constitute an endorsement by Statistics Canada of this product.",
        "Fuente: INEGI, SCIAN México 2023 y tablas comparativas SCIAN-CIIU.",
        "hierarchy.csv child uri, parent uri, basis. NOT ESCO's",
        "search_terms.csv concept uri, lang, term. NOT ESCO's",
    ):
        assert line in provenance
    listed = {file.name for file in DATA.iterdir() if file.name.endswith(".csv")}
    assert [name for name in listed if name not in provenance] == []
