"""From a search text to concepts."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.languages import LANGUAGES, chain
from adapters.contract.text import words
from gateway.vocabulary import Vocabulary
from gateway.vocabulary.queries import ConceptHit

VOCABULARY = Vocabulary.load()  # Hypothesis shares no fixtures
LANGS = st.sampled_from([None, "en", "fr", "es", "fr-CA", "pt-BR"])
SCRAPS = st.sampled_from(
    [word for concept in VOCABULARY.concepts.values() for label in concept.labels.values() for word in label.split()]
)
TEXTS = st.text(st.characters(), max_size=200) | st.lists(SCRAPS, max_size=20).map(" ".join)


def english(hits: tuple[ConceptHit, ...], weight: int = 100) -> set[str]:
    return {VOCABULARY.concepts[hit.uri].labels["en"] for hit in hits if hit.weight == weight}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("cybersecurity", {"cyber security"}),
        ("CYBER-SECURITY", {"cyber security"}),
        ("cybersécurité", {"cyber security"}),
        ("ciberseguridad", {"cyber security"}),
        ("internet of things", {"Internet of Things"}),
        ("l'internet des objets", {"Internet of Things"}),
        ("Internet de las cosas", {"Internet of Things"}),
        ("databases", {"database"}),
        ("BASES DE DONNEES", {"database"}),
        ("bases de datos", {"database"}),
        ("informatique en nuage", {"cloud technologies"}),
        ("tecnologia de la nube", {"cloud technologies"}),
        ("e-learning", {"e-learning"}),
        ("machine learning", {"utilize machine learning"}),
        ("c++", {"C++"}),
        ("C#", {"C#"}),
        ("ASP.NET", {"ASP.NET"}),
        ("R", {"R"}),
        ("statistics in R", {"R"}),
        ("R&D", set()),
        ("programación en Python y Java", {"Python", "Java"}),
        ("mysql", {"MySQL"}),  # also a synonym of the database management systems: the preferred label wins
        ("sécurité réseau, SGBD", {"cyber security", "ICT network security risks", "database management systems"}),
        ("we want a database management system now", {"database management systems"}),  # and not "database"
        ("scale", set()),  # in Spanish the stem of Scala
        ("information security strategy", {"information security strategy"}),  # and not "information security"
        ("chiffre d'affaires", set()),  # in French the stem of chiffrement, therefore no search term
        ("virtual reality", set()),  # in English the stem of virtualization, therefore no search term
        ("", set()),
        ("of the", set()),
        ("zorgle", set()),
    ],
)
def test_a_query_names_concepts_in_any_language(text: str, named: set[str]) -> None:
    for lang in (None, *LANGUAGES):
        assert english(VOCABULARY.concepts_in(text, lang)) == named


@pytest.mark.parametrize(
    ("texts", "shared"),
    [
        (
            ("information security", "securite de l'information", "seguridad de la información"),
            "ensure information security",
        ),
        (("semiconductors", "semi-conducteurs", "semiconductores"), "inspect semiconductor components"),
        (("data quality", "qualité des données", "calidad de los datos"), "data quality assessment"),
    ],
)
def test_parts_of_labels_meet_across_languages(texts: tuple[str, ...], shared: str) -> None:
    for text in texts:
        assert shared in english(VOCABULARY.concepts_in(text), 60)


def test_a_search_term_shows_the_preferred_label_in_its_language() -> None:
    (hit,) = (hit for hit in VOCABULARY.concepts_in("projets d'infonuagique", "es") if hit.weight == 100)
    assert (hit.label, hit.lang) == ("technologies de dématérialisation", "fr")


@pytest.mark.parametrize("part", ["forage", "masivos", "embebido"])
def test_a_part_of_a_search_term_finds_nothing(part: str) -> None:
    assert VOCABULARY.concepts_in(part) == ()


def test_narrower_concepts_follow_the_named_one() -> None:
    hits = VOCABULARY.concepts_in("lenguaje Lisp", "es")
    assert english(hits) == {"Lisp"}
    assert english(hits, 70) == {"Common Lisp"}
    programming = english(VOCABULARY.concepts_in("programmation informatique"), 70)
    assert {"Lisp", "Common Lisp", "Python"} <= programming  # Common Lisp is two steps down


def test_a_narrower_concept_shows_the_label_that_was_met() -> None:
    assert {(hit.label, hit.lang) for hit in VOCABULARY.concepts_in("ciberseguridad") if hit.weight == 70} == {
        ("ciberseguridad", "es")
    }


@pytest.mark.parametrize(
    ("text", "lang", "shown"),
    [
        ("firmware", None, "en"),  # preferred in English, a synonym in French and Spanish
        ("firmware", "fr-CA", "fr"),
        ("firmware", "es", "es"),
        ("python", "es-MX", "es"),
        ("cyber security", "fr", "en"),
    ],
)
def test_of_equal_labels_the_asker_sees_the_own_language(text: str, lang: str | None, shown: str) -> None:
    assert VOCABULARY.concepts_in(text, lang)[0].lang == shown


def test_parts_of_labels_are_the_twelve_shortest_in_order() -> None:
    found = [hit for hit in VOCABULARY.concepts_in("software", "en") if hit.weight == 60]
    assert len(found) == 12
    assert found == sorted(found, key=lambda hit: (len(hit.label), hit.uri))
    assert max(len(hit.label) for hit in found) < len("evaluate cost of software products")


def test_only_sixteen_words_count() -> None:
    filler = "zorgle " * 15
    assert english(VOCABULARY.concepts_in(f"{filler}python")) == {"Python"}
    assert english(VOCABULARY.concepts_in(f"{filler}zorgle python")) == set()


def test_every_preferred_label_of_at_most_sixteen_words_names_its_concept() -> None:
    longer = 0
    for concept in VOCABULARY.concepts.values():
        for lang, label in concept.labels.items():
            if len(words(label)) > 16:
                longer += 1
            else:
                hits = VOCABULARY.concepts_in(label, lang)
                assert ConceptHit(concept.uri, 100, label, lang) in hits
    assert longer == 3


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "c++\udfff", "é" * 10_000, "a b " * 5_000, "İ ﬀ \u0301", "'" * 10_000, "\x00database\x00"]
)
def test_odd_texts_are_fit(text: str) -> None:
    for lang in (None, *LANGUAGES):
        assert VOCABULARY.concepts_in(text, lang) == VOCABULARY.concepts_in(text, lang)


def test_a_language_that_is_no_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a language tag"):
        VOCABULARY.concepts_in("database", "not a tag")


@given(text=TEXTS, lang=LANGS)
def test_any_text_gives_well_formed_hits(text: str, lang: str | None) -> None:
    hits = VOCABULARY.concepts_in(text, lang)
    assert len({hit.uri for hit in hits}) == len(hits)
    assert list(hits) == sorted(hits, key=lambda hit: (-hit.weight, len(hit.label), hit.uri))
    assert {hit.weight for hit in hits} <= {100, 70, 60}
    assert sum(hit.weight == 60 for hit in hits) <= 12
    for hit in hits:
        concept = VOCABULARY.concepts[hit.uri]
        assert hit.lang in LANGUAGES
        if hit.weight != 70:
            assert hit.label in (concept.labels[hit.lang], *concept.synonyms[hit.lang])
    named = {hit.uri for hit in hits if hit.weight == 100}
    for hit in hits:
        if hit.weight == 70:
            assert named & set(above(hit.uri))


@given(text=TEXTS, lang=LANGS, other=LANGS)
def test_the_language_of_the_asker_changes_no_result(text: str, lang: str | None, other: str | None) -> None:
    def found(lang: str | None) -> set[tuple[str, int]]:
        return {(hit.uri, hit.weight) for hit in VOCABULARY.concepts_in(text, lang)}

    assert found(lang) == found(other)


def above(uri: str) -> set[str]:
    return {up for broader in VOCABULARY.concepts[uri].broader for up in {broader, *above(broader)}}


def test_another_process_finds_the_same() -> None:
    text = "logiciels, bases de datos & cyber security in C++"
    program = (
        "from gateway.vocabulary import Vocabulary\n"
        f"for hit in Vocabulary.load().concepts_in({text!r}, 'fr'): print(hit)"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert "cyber security" in runs.pop()


def test_the_labels_shown_are_reachable_in_every_chain() -> None:
    for lang in (None, "fr-CA", "es-MX"):
        for hit in VOCABULARY.concepts_in("database", lang):
            assert hit.lang in chain(lang)
