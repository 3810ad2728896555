"""NAICS and SCIAN: labels, the language they are in, and what the countries have in common."""

import pytest

from adapters.contract.languages import LANGUAGES, chain
from gateway.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("system", "version", "code", "lang", "expected"),
    [
        ("NAICS", "2017", "54151", "en", ("Computer systems design and related services", "en")),
        ("NAICS", "2017", "541515", "fr-CA", ("Video game design and development services", "en")),
        ("NAICS", "2017", "541", "fr", ("Services professionnels, scientifiques et techniques", "fr")),
        ("NAICS", "2017", "51", "es", ("Información en medios masivos", "es")),
        (
            "SCIAN",
            "2018",
            "541510",
            "es-MX",
            ("Servicios de diseño de sistemas de cómputo y servicios relacionados", "es"),
        ),
        ("SCIAN", "2018", "541510", "en", ("Computer systems design and related services", "en")),
        ("SCIAN", "2023", "513210", "en", ("Édition de jeux vidéo ; Édition d’autres logiciels", "fr")),
        ("SCIAN", "2023", "111110", "fr", ("Soybean farming", "en")),
        ("SCIAN", "2023", "111212", "fr", ("Cultivo de chile", "es")),
        ("NAICS", "2017", "999999", "fr", ("999999", "zxx")),
        ("CAE", "2004", "7721", "en", ("7721", "zxx")),
    ],
)
def test_a_label_says_which_language_it_is_in(
    vocabulary: Vocabulary, system: str, version: str, code: str, lang: str, expected: tuple[str, str]
) -> None:
    industry = vocabulary.industry(system, version, code)
    assert (industry.system, industry.version, industry.code) == (system, version, code)
    assert industry.label(chain(lang)) == expected


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("NAICS", "541514", "54151"),
        ("NAICS", "54151", "54151"),
        ("SCIAN", "541510", "54151"),
        ("SCIAN", "334110", "33411"),
        ("NAICS", "5415", None),
        ("NAICS", "51", None),
        ("NAICS", "111110", "11111"),
        ("NAICS", "111190", "11119"),
        ("NAICS", "412110", None),  # wholesale trade: each country has its own
        ("SCIAN", "466211", None),
        ("SCIAN", "513210", None),  # new in 2023
        ("CAE", "541510", None),
        ("NAICS", "", None),
    ],
)
def test_the_common_code_is_that_of_a_comparable_industry(
    vocabulary: Vocabulary, system: str, code: str, expected: str | None
) -> None:
    assert vocabulary.industry(system, "2017", code).common_code5 == expected


def test_both_countries_meet_on_the_common_code(vocabulary: Vocabulary) -> None:
    common = {"NAICS": set[str](), "SCIAN": set[str]()}
    for industry in vocabulary.industries.known.values():
        if industry.common_code5:
            common[industry.system].add(industry.common_code5)
    assert common["NAICS"] == vocabulary.industries.comparable
    assert len(common["NAICS"] & common["SCIAN"]) > 400


def test_every_industry_resolves_in_every_chain(vocabulary: Vocabulary) -> None:
    for lang in (*LANGUAGES, "fr-CA", "pt", None):
        for industry in vocabulary.industries.known.values():
            text, actual = industry.label(chain(lang))
            assert industry.labels[actual] == text
            assert text == " ".join(text.split())


def test_all_the_codes_are_there(vocabulary: Vocabulary) -> None:
    known = vocabulary.industries.known.values()
    assert sum(industry.system == "NAICS" and "en" in industry.labels for industry in known) == 2075
    assert sum(industry.version == "2023" and len(industry.code) == 6 for industry in known) == 1086
    assert sum(industry.version == "2018" and len(industry.code) == 6 for industry in known) == 550


def test_unofficial_labels_are_marked(vocabulary: Vocabulary) -> None:
    assert vocabulary.industry("NAICS", "2017", "54151").derived == {"fr"}
    assert vocabulary.industry("NAICS", "2017", "541").derived == frozenset()
    assert {lang for industry in vocabulary.industries.known.values() for lang in industry.derived} == {"fr"}
